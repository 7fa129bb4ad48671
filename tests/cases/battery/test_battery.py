"""A run as a battery model sees it: the table, the functions, and PyBaMM with them."""

from __future__ import annotations

import importlib.util
import json
import math

import numpy as np
import pandas as pd
import pytest
from tiny_case import TINY_CASE

from napress.cases.battery.functions import as_functions
from napress.cases.battery.table import Conditions, InterfaceTable, interface_table
from napress.cases.cli.main import main
from napress.cases.errors import CaseError, ExitCode, RunFolderError
from napress.cases.runs.interface_run import run_case
from napress.cases.runs.outcome import RunOptions

FILM = """
[film]
pressure = { value = "5 MPa", source = "our cell 7" }
exponent = 2.2
spacing = "0.5 um"
[resistance]
charge_transfer = "2 ohm*cm**2"
"""
PROGRAM = '[{ pressure = "0.3 MPa" }, { pressure = "1.2 MPa" }, { release = "0.3 MPa" }]'


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("battery")
    text = TINY_CASE.replace('[{ pressure = "0.5 MPa" }]', PROGRAM)
    text = text.replace('"Tiny wave"', "'Tiny \"wave\"'")
    (folder / "case.toml").write_text(text + FILM, encoding="utf-8")
    assert (
        run_case(folder / "case.toml", folder / "run", RunOptions(quiet=True)).state == "finished"
    )
    return folder / "run"


def load(path):
    spec = importlib.util.spec_from_file_location("interface_resistance", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_command_writes_both_files_with_their_provenance(run, tmp_path, capsys):
    with pytest.raises(SystemExit) as caught:
        main(["battery", str(run), "--out", str(tmp_path), "--current", "0", "--current", "0.5"])
    assert caught.value.code == ExitCode.OK
    table = pd.read_csv(tmp_path / "interface_resistance.csv", comment="#")
    history = pd.read_csv(run / "history.csv")
    targets = history[history["is_target"] == 1]
    assert list(table["branch"]) == ["ramp"] * 4 + ["release"] * 2
    assert table["interface_asr_ohm_cm2"].iloc[::2].to_numpy() == pytest.approx(
        targets["interface_asr_ohm_cm2"].to_numpy(), rel=1e-5
    )
    assert set(table["current_density_mA_per_cm2"]) == {0.0, 0.5}
    head = (tmp_path / "interface_resistance.csv").read_text()
    assert "# film.pressure = 5.0 MPa (our cell 7)" in head and "SHA-256" in head
    module = load(tmp_path / "interface_resistance.py")
    pressure, asr = targets.iloc[0][["pressure_MPa", "interface_asr_ohm_cm2"]]
    found = module.interface_resistance_ohm_m2(pressure)
    assert found == pytest.approx(1e-4 * asr, rel=1e-6)
    assert "our cell 7" in module.__doc__
    two = module.interface_resistance_ohm_m2(np.array([pressure, 1.2]), current_density_A_per_m2=9)
    assert two.shape == (2,) and two[0] > two[1]
    given = module.parameters(pressure, area_m2=1e-4, interfaces=2)
    assert given == {"Contact resistance [Ohm]": pytest.approx(2 * asr)}


def test_temperature_scales_what_an_energy_is_given_for(run):
    energies = {"conduction_kJ_per_mol": 30.0, "charge_transfer_kJ_per_mol": 50.0}
    table = interface_table(run, Conditions((0.0,), (298.15, 333.15), **energies))
    last = pd.read_csv(run / "history.csv").query("is_target == 1").iloc[1]
    inverse = 1 / 333.15 - 1 / 298.15
    electrolyte = last["constriction_asr_ohm_cm2"] + last["clean_spots_asr_ohm_cm2"]
    expected = electrolyte * math.exp(30e3 / 8.314462618 * inverse)
    expected += last["charge_transfer_asr_ohm_cm2"] * math.exp(50e3 / 8.314462618 * inverse)
    assert table.asr_ohm_cm2[1, 1] == pytest.approx(expected)
    with pytest.raises(CaseError, match="--charge-transfer-energy: missing"):
        interface_table(run, Conditions((0.0,), (333.15,), conduction_kJ_per_mol=30.0))


def test_what_is_no_run_is_one_line(tmp_path, capsys):
    with pytest.raises(RunFolderError, match="no run folder"):
        interface_table(tmp_path, Conditions())
    with pytest.raises(SystemExit) as caught:
        main(["battery", str(tmp_path), "--temperature", "60"])
    (line,) = capsys.readouterr().err.splitlines()
    assert caught.value.code == ExitCode.BAD_INPUT and "has no unit" in line


def test_json_names_the_files(run, tmp_path, capsys):
    with pytest.raises(SystemExit):
        main(["battery", str(run), "--out", str(tmp_path), "--json"])
    found = json.loads(capsys.readouterr().out)
    assert set(found["files"]) == {"table", "functions"} and found["provenance"]


def made(temperatures=(298.15, 333.15)):
    asr = np.array([[300.0, 90.0], [50.0, 15.0], [2.0, 0.6]])[:, : len(temperatures)]
    return InterfaceTable(
        np.array([1.0, 10.0, 100.0]),
        np.array(temperatures),
        np.zeros(1),
        asr,
        np.zeros(0),
        np.zeros((0, len(temperatures))),
        ('a title with """ and \\n in it', "cell 7"),
    )


def test_any_title_leaves_valid_python(tmp_path):
    path = tmp_path / "interface_resistance.py"
    path.write_text(as_functions(made()), encoding="utf-8")
    module = load(path)
    # Between rows log R over log p is linear.
    middle = module.interface_resistance_ohm_m2(math.sqrt(10.0))
    assert middle == pytest.approx(1e-4 * math.sqrt(300.0 * 50.0))
    assert module.interface_resistance_ohm_m2(1e4) == pytest.approx(2e-4)


def test_a_pybamm_model_runs_with_it(tmp_path, monkeypatch):
    monkeypatch.setenv("PYBAMM_DISABLE_TELEMETRY", "true")
    pybamm = pytest.importorskip("pybamm")
    path = tmp_path / "interface_resistance.py"
    path.write_text(as_functions(made()), encoding="utf-8")
    module = load(path)
    symbol = module.interface_resistance_ohm_m2(10.0, pybamm.Scalar(315.65))
    assert symbol.evaluate() == pytest.approx(1e-4 * 32.5)

    voltages = []
    for pressure in (10.0, 100.0):
        model = pybamm.lithium_ion.SPM({"contact resistance": "true"})
        values = model.default_parameter_values
        area = values["Electrode width [m]"] * values["Electrode height [m]"]
        values.update(module.parameters(pressure, area), check_already_exists=False)
        solution = pybamm.Simulation(model, parameter_values=values).solve([0, 60])
        voltages.append(solution["Voltage [V]"].entries[-1])
        current = solution["Current [A]"].entries[-1]
    # Less resistance at more pressure: the difference is that of the table times the current.
    drop = current * 1e-4 * (50.0 - 2.0) / area
    assert voltages[1] - voltages[0] == pytest.approx(drop, rel=1e-3)
