"""Three dimensions from case file to report: the same columns, resume, ranks, two widths."""

from __future__ import annotations

import pytest
from mpi import run_ranks
from runs_of_the_command import assert_same_rows, finish, history, kill_after

CASE = """
title = "Small map"
surface = [{ kind = "self-affine", rms = "0.2 um", hurst = 0.8, cutoff = "8 um", seed = 2 }]
interface = { dimension = 3, width = ["10 um", "8 um"], elements = [5, 4] }
program = [{ pressure = "0.3 MPa" }, { pressure = "0.6 MPa" }]
solver = { void_error = "10 percent" }
resistance = { charge_transfer = { value = "2 ohm*cm**2", estimate = true } }
[sodium]
material = "sodium-wang-2020"
thickness = "10 um"
yield_strength = { value = "1 MPa", estimate = true }
hardening = { value = "2 MPa", estimate = true }
[ceramic]
material = "nzsp"
thickness = "15 um"
"""
# Drawing takes longer than all the rest, so only one run is drawn.
PLAIN = "[output]\nfigures = false\nreport = false\n"
DEADLINE_S = 200.0


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    path = tmp_path_factory.mktemp("case") / "map.toml"
    path.write_text(CASE + PLAIN)
    return path


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A run that was never stopped, with figures and report."""
    folder = tmp_path_factory.mktemp("whole")
    (folder / "map.toml").write_text(CASE)
    done = finish("run", folder / "map.toml", "--out", folder / "run", "--quiet")
    assert done.returncode == 0, done.stderr
    return folder / "run"


def test_history_has_the_columns_of_two_dimensions_by_volume(whole):
    table = history(whole)
    assert {"void_volume_um3", "void_largest_um3", "external_work_pJ"} <= set(table.columns)
    assert not {"void_area_um2", "void_largest_um2", "external_work_pJ_per_um"} & set(table.columns)
    assert {"contact_fraction_by_gap", "contact_spot_count", "void_crosses_cell"} <= set(
        table.columns
    )
    assert table["void_crosses_cell"].iloc[0] == 1
    assert (table["contact_fraction"] >= table["contact_fraction_by_gap"] - 0.2).all()
    assert {"tension_y_um", "tension_z_um", "interface_asr_ohm_cm2"} <= set(table.columns)
    assert table["void_volume_um3"].iloc[-1] < 0.95 * table["void_volume_um3"].iloc[0]
    assert table["energy_balance_error_percent"].abs().iloc[-1] < 2.0
    last = table.iloc[-1]
    assert last["pressure_MPa"] == pytest.approx(0.6, rel=1e-6)
    assert last["contact_pressure_mean_MPa"] == pytest.approx(0.6, rel=5e-3)


def test_report_figures_and_fields_are_there(whole):
    assert "void volume" in (whole / "report.html").read_text().lower()
    figures = {path.stem for path in (whole / "figures").glob("*.png")}
    assert {"contact_and_void", "interface", "ceramic_stress", "resistance"} <= figures
    assert {"height_map", "contact_pressure_map", "void_map", "current_map"} <= figures
    assert list((whole / "fields").glob("ceramic_*.vtu"))
    assert list((whole / "conduction").glob("electrolyte_*.vtu"))


def test_killed_run_goes_on_with_two_ranks(case, whole, tmp_path):
    folder = kill_after(4, case, tmp_path / "run")
    arguments = ["-m", "napress.cases.cli", "resume", folder, "--quiet"]
    run_ranks(2, arguments, timeout_s=DEADLINE_S)
    assert_same_rows(history(folder), history(whole), 2e-4)


def test_two_ranks_give_what_one_gives(case, whole, tmp_path):
    folder = tmp_path / "run"
    arguments = ["-m", "napress.cases.cli", "run", case, "--out", folder, "--quiet"]
    run_ranks(2, arguments, timeout_s=DEADLINE_S)
    assert_same_rows(history(folder), history(whole), 1e-6)
