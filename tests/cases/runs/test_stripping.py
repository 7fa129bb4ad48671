"""Runs that press, release and strip: killed and resumed, on two ranks, and out of contact."""

from __future__ import annotations

import pandas as pd
import pytest
from mpi import run_ranks
from runs_of_the_command import (
    DEADLINE_S,
    assert_same_history,
    finish,
    history,
    kill_after,
)

from napress.cases.errors import ExitCode
from napress.cases.runs import folder as rf
from napress.postprocess.records.columns import unknown_columns

CASE = """
title = "strip"
surface = [{{ kind = "sinusoid", amplitude = "0.5 um", wavelength = "10 um", phase = "180 deg" }}]
interface = {{ width = "10 um", elements = {elements} }}
sodium = {{ material = "sodium-wang-2020", thickness = "10 um" }}
ceramic = {{ material = "nzsp", thickness = "10 um" }}
resistance = {{ charge_transfer = {{ value = "2 ohm*cm**2", estimate = true }} }}
program = [{{ pressure = "0.6 MPa" }}, {strip}]
healing = {{ diffusion = {{ value = "1e-20 m**3/s", estimate = true }} }}
solver = {{ void_error = "5 percent", largest_recession = {recession} }}
output = {{ fields = "none", figures = false, report = false }}
"""
STRIP = (
    '{ release = "0.4 MPa" }, '
    '{ current = "1 mA/cm**2", charge = "0.05 mAh/cm**2", stack_pressure = "0.4 MPa" }'
)
SLACK = '{ current = "1 mA/cm**2", charge = "0.5 mAh/cm**2", stack_stiffness = "1 MPa/um" }'


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    path = tmp_path_factory.mktemp("case") / "strip.toml"
    path.write_text(CASE.format(strip=STRIP, recession=0.2, elements=16))
    return path


@pytest.fixture(scope="module")
def whole(case, tmp_path_factory):
    """A run that was never stopped."""
    folder = tmp_path_factory.mktemp("whole") / "run"
    result = finish("run", case, "--out", folder, "--quiet")
    assert result.returncode == 0, result.stderr
    return folder


def driven(table: pd.DataFrame) -> pd.DataFrame:
    return table[table["current_mA_cm2"] != 0]


def test_what_a_run_says_of_the_current(whole):
    table = history(whole)
    assert not unknown_columns(table.columns, "history.csv")
    steps = driven(table)
    assert len(steps) > 8
    assert steps["charge_mAh_cm2"].is_monotonic_increasing
    assert steps["charge_mAh_cm2"].iloc[-1] == pytest.approx(0.05)
    overpotential = steps["interface_asr_ohm_cm2"] * steps["current_mA_cm2"]
    pd.testing.assert_series_equal(steps["overpotential_mV"], overpotential, check_names=False)
    assert table["overpotential_mV"][table["current_mA_cm2"] == 0].isna().all()
    gone = table["metal_left_um"].iloc[0] - table["metal_left_um"].iloc[-1]
    assert gone == pytest.approx(0.05 * 8.836, abs=5e-3)
    summary = rf.read_json(whole / rf.SUMMARY_FILE)
    for name in ("charge_mAh_cm2", "current_mA_cm2", "overpotential_mV", "metal_left_um"):
        assert summary[name] == pytest.approx(float(table[name].iloc[-1]))


def test_killed_while_stripping_it_ends_as_if_never_killed(case, whole, tmp_path):
    before = len(history(whole)) - len(driven(history(whole)))
    folder = kill_after(before + 4, case, tmp_path / "run")
    result = finish("resume", folder, "--quiet")
    assert result.returncode == 0, result.stderr
    assert_same_history(folder, whole)


def test_two_ranks_strip_what_one_strips(case, whole, tmp_path):
    folder = tmp_path / "run"
    arguments = ["-m", "napress.cases.cli", "run", case, "--out", folder, "--quiet"]
    run_ranks(2, arguments, timeout_s=DEADLINE_S)
    assert_same_history(folder, whole)


def test_a_stack_that_goes_slack_ends_the_run_with_all_results(tmp_path):
    case, folder = tmp_path / "slack.toml", tmp_path / "run"
    case.write_text(CASE.format(strip=SLACK, recession=0.07, elements=8))
    result = finish("run", case, "--out", folder, "--quiet")
    assert result.returncode == ExitCode.STOPPED_EARLY
    assert "contact is lost" in result.stderr and "mAh/cm2" in result.stderr
    summary = rf.read_json(folder / rf.SUMMARY_FILE)
    assert "contact" in summary["ended"] and summary["charge_mAh_cm2"] > 0.01
    steps = driven(history(folder))
    sunk = steps["platen_displacement_um"] - steps["platen_displacement_um"].iloc[0]
    spring = steps["pressure_MPa"].iloc[0] - 1.0 * sunk
    # All but the step in which the last contact parts.
    assert (steps["pressure_MPa"] - spring).iloc[:-1].abs().max() < 0.02
    assert steps["pressure_MPa"].iloc[-1] < 0.03
