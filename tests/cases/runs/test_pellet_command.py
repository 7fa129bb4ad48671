"""Pellet cases: what ships, what is refused, and the folder a run leaves."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from napress.cases.cli.main import main
from napress.cases.errors import CaseError
from napress.cases.model.pellet import (
    edge_pressure_MPa,
    pellet_estimates,
    press_warnings,
    to_pellet_model,
)
from napress.cases.runs import pellet_run
from napress.cases.schema.load import (
    load_pellet_case,
    parse_pellet_case,
    pellet_case_hash,
    pellet_resolved_toml,
)

FOLDER = Path(str(resources.files("napress.cases").joinpath("examples", "pellets")))
SHIPPED = sorted(path.name for path in FOLDER.glob("*.toml"))

GOOD = """
[pellet]
diameter = "10 mm"
clearance = "5 um"
land = "10 mm"
sleeve = "elastic"
sleeve_material = "peek"
sleeve_outer_diameter = "30 mm"
[ceramic]
material = "nzsp"
thickness = "1 mm"
[sodium]
material = "sodium-wang-2020"
thickness = "100 um"
[press]
capacity = "10 t"
die_rating = "30 kN"
[[program]]
pressure = "10 MPa"
[[program]]
pressure = "360 MPa"
"""


def run(arguments, capsys) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as caught:
        main([str(a) for a in arguments])
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err
    return caught.value.code, captured.out, captured.err


def test_the_asked_cases_are_shipped():
    assert {
        "nzsp-peek-die.toml",
        "nzsp-isostatic.toml",
        "sulfide-staged.toml",
        "beta-alumina-polished.toml",
        "closo-borate.toml",
    } <= set(SHIPPED)


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_cases_load_and_round_trip(name):
    case = load_pellet_case(FOLDER / name)
    again = parse_pellet_case(
        pellet_resolved_toml(case).encode(), "case.resolved.toml", Path("/nonexistent")
    )
    assert again == case
    assert pellet_case_hash(again) == pellet_case_hash(case)
    model = to_pellet_model(case)
    assert model.problem.radius_um == 5000.0
    assert "sodium.yield_strength" not in pellet_estimates(case)


@pytest.mark.parametrize(
    ("old", "new", "field", "allowed"),
    [
        ('diameter = "10 mm"', "", "pellet.diameter", "10 mm"),
        ('diameter = "10 mm"', "diameter = 10", "pellet.diameter", "mm"),
        ('diameter = "10 mm"', 'diametr = "10 mm"', "pellet.diametr", "did you mean 'diameter'"),
        ('"elastic"', '"elastc"', "pellet.sleeve", "'elastic'"),
        ('sleeve_material = "peek"', "", "pellet.sleeve_material", "peek"),
        ('"peek"', '"nzsp"', "pellet.sleeve_material", "a tool"),
        ('"peek"', '"pek"', "pellet.sleeve_material", "did you mean 'peek'"),
        ('"30 mm"', '"9 mm"', "pellet.sleeve_outer_diameter", "> diameter"),
        ('land = "10 mm"', "", "pellet.land", "> 0 um"),
        ('"10 t"', '"10"', "press.capacity", "kN"),
        ('"10 t"', '"10 MPa"', "press.capacity", "a force"),
        ('"10 t"', '"-1 kN"', "press.capacity", "> 0 kN"),
        ('"30 kN"', '"20 kN"', "program[1].pressure", "254.6 MPa on this diameter"),
        ('"10 t"', '"2 t"', "program[1].pressure", "press.capacity"),
        ('"360 MPa"', '"5 MPa"', "program[1].pressure", "increasing"),
        ('"10 MPa"', '"0.1 MPa"', "program[0].pressure", ">= 0.235 MPa (sodium.yield_strength)"),
        ('"100 um"', '"100 um"\nyield_strength = "11 MPa"', "program[0].pressure", ">= 11 MPa"),
        ('pressure = "10 MPa"', 'hold = "10 s"', "program[0].hold", "allowed: pressure"),
        ('"360 MPa"', '"360 MPa"\nduration = "1 s"', "program[1].duration", "allowed: pressure"),
        ('land = "10 mm"', 'land = "10 mm"\nsupport_gap = "10 mm"', "support_gap", "within"),
        ('land = "10 mm"', 'land = "10 mm"\npunch_tilt = "3 deg"', "sodium.thickness", "less tilt"),
        ('land = "10 mm"', 'land = "10 mm"\npunch_tilt = "0.1"', "punch_tilt", "deg"),
        ('land = "10 mm"', 'land = "10 mm"\nloading = "isostatic"', "clearance", "uniaxial"),
        ('land = "10 mm"', 'land = "10 mm"\ndebris_height = "5 um"', "debris_diameter", "both"),
        ('thickness = "1 mm"', 'thickness = "11 mm"', "ceramic.thickness", "to 10000 um"),
        ('thickness = "1 mm"', 'thickness = "40 um"', "ceramic.thickness", "from 50 um"),
        ("[press]", "[pres]", "pres", "did you mean 'press'"),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(tmp_path, capsys, old, new, field, allowed):
    assert old in GOOD
    text = GOOD.replace(old, new)
    if allowed == "both":
        allowed = "neither"
    path, out = tmp_path / "case.toml", tmp_path / "run"
    path.write_text(text)
    code, printed, err = run(["pellet", path, "--out", out], capsys)
    assert code == 2 and printed == ""
    assert len(err.splitlines()) == 1, err
    assert field in err and allowed in err, err
    assert not out.exists()


def test_force_near_the_rating_is_a_warning(tmp_path):
    case = parse_pellet_case(GOOD.encode(), "case.toml", tmp_path)
    assert case.press.capacity == pytest.approx(98.0665)
    (line,) = press_warnings(case)
    assert "28.3 kN" in line and "94 %" in line
    refused = GOOD.replace('die_rating = "30 kN"', 'die_rating = "30 kN"\nrefusal = 0.9')
    with pytest.raises(CaseError, match="27 kN"):
        parse_pellet_case(refused.encode(), "case.toml", tmp_path)


def test_edge_of_the_sodium(tmp_path):
    def edge(text: str) -> float:
        return edge_pressure_MPa(parse_pellet_case(text.encode(), "case.toml", tmp_path), 0.235)

    assert edge(GOOD) == pytest.approx(2 * 0.235 / 3**0.5 * 10000 / 5)
    assert edge(GOOD.replace('"5 um"', '"0 um"')) == float("inf")
    no_die = GOOD.replace('clearance = "5 um"', "").replace('"elastic"', '"none"')
    assert edge(no_die) == 0.235


def test_a_run_leaves_tables_figures_and_a_page(tmp_path, capsys):
    path, out, again = tmp_path / "case.toml", tmp_path / "run", tmp_path / "again"
    path.write_text(GOOD)
    interface = tmp_path / "interface"
    interface.mkdir()
    (interface / "history.csv").write_text(
        "step,is_target,pressure_MPa,contact_fraction\n1,0,1,0.2\n2,1,100,0.9\n3,1,400,1.0\n"
    )
    code, printed, err = run(
        ["pellet", path, "--out", out, "--interface", interface, "--json"], capsys
    )
    assert code == 0, err
    assert err.count("360 MPa needs 28.3 kN") == 1
    summary = json.loads(printed)["summary"]
    assert summary["last_load"]["force_kN"] == pytest.approx(28.27, abs=0.01)
    assert summary["last_load"]["side_mean_MPa"] == pytest.approx(2.638, rel=1e-2)
    assert 0.9 < summary["interface_over_pellet"]["contact_fraction"] < 1.0
    assert "sleeve_material.young" in summary["estimates"]
    for name in (
        "case.resolved.toml",
        "pellet_interface.csv",
        "two_scales.csv",
        "summary.json",
        "report.html",
        "status.json",
        "manifest.json",
        "figures/pellet_pressure.png",
        "figures/pellet_stress.svg",
    ):
        assert (out / name).stat().st_size > 100, name
    rows = list(csv.DictReader((out / "pellet.csv").open()))
    assert [float(row["pressure_MPa"]) for row in rows] == [10.0, 360.0]
    pure = ("over", "probability")
    for name in rows[0]:
        assert name.rsplit("_", 1)[-1] in ("MPa", "kN", "um", "percent") or any(
            word in name for word in pure
        ), name
    # the folder is not written over, and its case repeats the run
    code, _, err = run(["pellet", path, "--out", out], capsys)
    assert code == 4 and "not empty" in err
    resolved = (out / "case.resolved.toml").read_text()
    small = tmp_path / "small.toml"
    small.write_text(resolved)
    code, _, err = run(["pellet", small, "--out", again], capsys)
    assert code == 0, err
    assert (again / "pellet.csv").read_text() == (out / "pellet.csv").read_text()


def test_no_interface_run_is_one_line(tmp_path, capsys):
    path = tmp_path / "case.toml"
    path.write_text(GOOD)
    arguments = ["pellet", path, "--out", tmp_path / "run", "--interface", tmp_path / "none"]
    code, _, err = run(arguments, capsys)
    assert code == 4
    assert "napress run" in err.splitlines()[-1]
    assert not (tmp_path / "run").exists()


def test_ranks_that_are_not_needed_leave_and_are_not_waited_for(tmp_path):
    text = GOOD.split("clearance")[0] + 'loading = "isostatic"\n[ceramic]'
    (tmp_path / "case.toml").write_text(
        text + GOOD.split("[ceramic]")[1].split("[press]")[0] + '[[program]]\npressure = "9 MPa"\n'
    )
    mpiexec = Path(sys.executable).with_name("mpiexec")
    words = [sys.executable, "-m", "napress.cases.cli", "pellet", "case.toml", "--out", "out"]
    done = subprocess.run(
        [mpiexec, "-n", "2", *words], cwd=tmp_path, capture_output=True, text=True, timeout=100
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("pellet: out") == 1
    assert json.loads((tmp_path / "out" / "status.json").read_text())["state"] == "finished"


THREE = GOOD.replace('"10 MPa"', '"5 MPa"').replace('"360 MPa"', '"20 MPa"') + (
    '[[program]]\npressure = "60 MPa"\n'
)


def test_a_killed_pellet_run_goes_on_after_its_last_load(tmp_path, capsys, monkeypatch):
    path, whole, out = tmp_path / "case.toml", tmp_path / "whole", tmp_path / "out"
    path.write_text(THREE)
    assert run(["pellet", path, "--out", whole], capsys)[0] == 0
    real, pressed = pellet_run.save_loads, []

    def killed_after_two(file, states, key):
        real(file, states, key)
        pressed.append(len(states))
        if len(states) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(pellet_run, "save_loads", killed_after_two)
    assert run(["pellet", path, "--out", out], capsys)[0] == 130
    status = json.loads((out / "status.json").read_text())
    assert status["state"] == "interrupted" and status["reason"] == "stopped by the user"
    assert not (out / "run.lock").exists()
    # What it has can be looked at.
    assert run(["report", out], capsys)[0] == 0
    assert len((out / "pellet.csv").read_text().splitlines()) == 1 + 2
    pressed.clear()
    monkeypatch.setattr(pellet_run, "save_loads", lambda *a: (real(*a), pressed.append(len(a[1]))))
    assert run(["resume", out], capsys)[0] == 0
    assert pressed == [3]
    for name in ("pellet.csv", "pellet_interface.csv"):
        assert (out / name).read_text() == (whole / name).read_text()
    assert run(["paraview", out], capsys)[0] == 0
    compile((out / "open_in_paraview.py").read_text(), "open_in_paraview.py", "exec")


@pytest.mark.parametrize("damage", ["cut", "other case", "nan"])
def test_damaged_loads_of_a_pellet_are_one_line(tmp_path, capsys, damage):
    path, out = tmp_path / "case.toml", tmp_path / "out"
    path.write_text(THREE)
    assert run(["pellet", path, "--out", out], capsys)[0] == 0
    (out / "status.json").write_text('{"state": "running"}')
    kept = out / "checkpoint" / "layer.npz"
    with np.load(kept) as data:
        content = {name: data[name] for name in data.files}
    if damage == "cut":
        kept.write_bytes(kept.read_bytes()[:1000])
    else:
        change = {"key": np.array("x")} if damage == "other case" else {}
        if damage == "nan":
            change["pressure_MPa"] = content["pressure_MPa"] * np.nan
        np.savez(kept, **(content | change))
    code, _, err = run(["resume", out], capsys)
    assert code == 4 and err.count("\n") == 1 and "layer.npz" in err
