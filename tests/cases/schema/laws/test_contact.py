"""Table [contact]: what it means, what is refused, and a run that is killed with it."""

from __future__ import annotations

import numpy as np
import pytest
from mpi import run_ranks
from runs_of_the_command import assert_same_rows, finish, history, kill_after
from tiny_case import TINY_CASE

from napress.cases.cli.main import main
from napress.cases.errors import CaseError, ExitCode
from napress.cases.model.interface import to_model
from napress.cases.schema.interface_case import assumed_values
from napress.cases.schema.load import load_case, parse_case, resolved_toml
from napress.fem.inputs.contact_law import ContactLaw

CONTACT = """
[contact]
law = "coulomb"
coefficient = 0.3
adhesion = "0.1 MPa"
gas = "argon"
gas_pressure = "1 bar"
"""


def law(text: str, tmp_path) -> ContactLaw:
    return to_model(parse_case((TINY_CASE + text).encode(), "case.toml", tmp_path)).law


def test_default_is_frictionless_in_vacuum(tmp_path):
    assert law("", tmp_path) == ContactLaw()
    assert not law("", tmp_path).has_friction and not law("", tmp_path).has_floor


def test_everything_reaches_the_solver(tmp_path):
    assert law(CONTACT, tmp_path) == ContactLaw("coulomb", 0.3, 0.1, pytest.approx(0.1))
    assert law("[contact]\nlaw = 'stick'\n", tmp_path) == ContactLaw("stick")


def test_gas_pressure_counts_only_with_gas(tmp_path):
    assert law("[contact]\ngas_pressure = '1 bar'\n", tmp_path).gas_MPa == 0.0
    assert law("[contact]\ngas = 'argon'\n", tmp_path).gas_MPa == 0.1


def test_estimates_are_named(tmp_path):
    text = "[contact]\nlaw = 'coulomb'\ncoefficient = { value = 0.3, estimate = true }\n"
    case = parse_case((TINY_CASE + text + "gas = 'argon'\n").encode(), "case.toml", tmp_path)
    assert {"contact.coefficient", "contact.gas_pressure"} <= set(assumed_values(case))
    case = parse_case((TINY_CASE + CONTACT).encode(), "case.toml", tmp_path)
    assert not any(name.startswith("contact") for name in assumed_values(case))


def test_resolved_case_keeps_it(tmp_path):
    case = parse_case((TINY_CASE + CONTACT).encode(), "case.toml", tmp_path)
    path = tmp_path / "resolved.toml"
    path.write_text(resolved_toml(case))
    assert load_case(path) == case


@pytest.mark.parametrize(
    ("old", "new", "field", "allowed"),
    [
        ("0.3", "-0.1", "contact.coefficient", ">= 0"),
        ("0.3", "nan", "contact.coefficient", ">= 0"),
        ("coefficient = 0.3\n", "", "contact.coefficient", ">= 0"),
        ('"coulomb"', '"coulom"', "contact.law", "did you mean 'coulomb'"),
        ('"coulomb"', "1", "contact.law", "'stick'"),
        ('"1 bar"', '"-1 bar"', "contact.gas_pressure", "> 0 MPa"),
        ('"1 bar"', '"0 MPa"', "contact.gas_pressure", "> 0 MPa"),
        ('"1 bar"', "0.1", "contact.gas_pressure", "MPa"),
        ('"argon"', '"helium"', "contact.gas", "'argon'"),
        ('"0.1 MPa"', '"-0.1 MPa"', "contact.adhesion", ">= 0 MPa"),
        ('"0.1 MPa"', '"0.1 um"', "contact.adhesion", "MPa"),
        ("law =", "low =", "contact.low", "did you mean 'law'"),
        ("[contact]", "[contakt]", "contakt", "did you mean 'contact'"),
    ],
)
def test_bad_contact(tmp_path, capsys, old, new, field, allowed):
    path = tmp_path / "case.toml"
    assert old in CONTACT
    path.write_text(TINY_CASE + CONTACT.replace(old, new))
    with pytest.raises(SystemExit) as caught:
        main(["validate", str(path)])
    captured = capsys.readouterr()
    (line,) = captured.err.splitlines()
    assert caught.value.code == ExitCode.BAD_INPUT and captured.out == ""
    assert f"{path}: {field}: " in line and allowed in line and "allowed: " in line


def test_bad_contact_is_a_case_error(tmp_path):
    with pytest.raises(CaseError, match="contact.law"):
        law("[contact]\nlaw = 'glue'\n", tmp_path)


# --- a run with all of it -------------------------------------------------------------


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    path = tmp_path_factory.mktemp("case") / "case.toml"
    text = TINY_CASE.replace('"10 percent"', '"5 percent", largest_step = "0.01 um"')
    path.write_text(text.replace('"0.5 MPa"', '"1.2 MPa"') + CONTACT)
    return path


@pytest.fixture(scope="module")
def whole(case, tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole") / "run"
    finished = finish("run", case, "--out", folder, "--quiet")
    assert finished.returncode == 0, finished.stderr
    return history(folder)


def test_history_tells_of_gas_and_friction(whole):
    last = whole.iloc[-1]
    assert last["gas_void_count"] >= 1
    assert last["trapped_gas_max_MPa"] > 0.15
    assert last["friction_pJ_per_um"] > 0 and last["gas_pJ_per_um"] > 0
    assert np.all(np.diff(whole["friction_pJ_per_um"]) >= 0)
    # Pressure of contact and gas, and shear along the slopes, are all that the platen feels.
    carried = whole["contact_pressure_mean_MPa"] + whole["contact_shear_load_MPa"]
    assert np.abs(carried / whole["pressure_MPa"] - 1).max() < 1e-4
    assert whole["contact_shear_load_MPa"].max() > 1e-3 * whole["pressure_MPa"].max()
    assert abs(last["energy_balance_error_percent"]) < 10


def test_killed_run_ends_as_if_never_killed(case, whole, tmp_path):
    folder = kill_after(8, case, tmp_path / "run")
    resumed = finish("resume", folder, "--quiet")
    assert resumed.returncode == 0, resumed.stderr
    assert_same_rows(history(folder), whole)


def test_two_ranks_give_what_one_gives(case, whole, tmp_path):
    folder = tmp_path / "run"
    run_ranks(2, ["-m", "napress.cases.cli", "run", case, "--out", folder, "--quiet"])
    assert_same_rows(history(folder), whole)
