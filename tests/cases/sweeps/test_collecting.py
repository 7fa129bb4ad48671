"""The table of a sweep from run folders alone."""

from __future__ import annotations

import json
import shutil

import pandas as pd
import pytest

from napress.cases.campaigns.folder import case_file
from napress.cases.errors import RunFolderError
from napress.cases.sweeps import engine
from napress.cases.sweeps.collecting import collect_folder
from napress.cases.sweeps.columns import case_columns, summary_columns

GRID = '[grid]\n"surface[0].rms" = ["0.1 um", "0.2 um"]\nceramic.material = ["nzsp", "llzo"]\n'


def finished_sweep(sweeping, text=GRID):
    """A sweep whose run folders are there."""
    prepared = engine.prepare(sweeping.write(text), sweeping.out)
    engine.write_down(prepared)
    engine.campaign_of(prepared, ranks=1).write_down()
    for index, run in enumerate(prepared.runs):
        folder = sweeping.out / "runs" / run.id
        folder.mkdir(parents=True)
        shutil.copy(case_file(prepared.folder, run.id), folder / "case.resolved.toml")
        files = {
            "status.json": {"state": "finished"},
            "manifest.json": {"case_hash": run.id, "ranks": 1, "versions": {"napress": "0.1.0"}},
            "summary.json": {
                "ended": "completed",
                "contact_fraction": 0.1 * index,
                "closure_pressure_99_MPa": None if index else 5.5,
                "fracture": {
                    "survives": bool(index % 2),
                    "verdict": "words",
                    "tension": {"margin": 2.0, "position_um": [1.0, -2.0]},
                },
            },
        }
        for name, content in files.items():
            (folder / name).write_text(json.dumps(content))
    return prepared


def test_every_parameter_and_number_with_its_unit(sweeping):
    prepared = finished_sweep(sweeping)
    collected = collect_folder(prepared.folder)
    table = pd.read_csv(prepared.folder / "sweep.csv").set_index("run")
    assert collected.varied == ["surface[0].rms_um", "ceramic.material"]
    for index, run in enumerate(prepared.runs):
        row = table.loc[run.id]
        assert row["surface[0].rms_um"] == run.case.surface[0].rms
        assert row["ceramic.young_MPa"] == run.case.ceramic.material.young.value
        assert row["contact_fraction"] == pytest.approx(0.1 * index)
        assert row["fracture_tension_y_um"] == -2.0
        assert row["fracture_survives"] == bool(index % 2)
    assert table["closure_pressure_99_MPa"].notna().sum() == 1
    assert table["sodium.yield_strength_MPa"].eq(0.235).all()
    assert {"interface.elements", "solver.void_error_percent", "ranks"} <= set(table)
    assert "fracture_verdict" not in table
    parquet = pd.read_parquet(prepared.folder / "sweep.parquet").set_index("run")
    assert list(parquet) == list(table) and parquet["fracture_survives"].dtype == bool
    # Text that is empty everywhere is nothing at all in a CSV file.
    left, right = (frame.drop(columns=["reason", "title"]) for frame in (parquet, table))
    pd.testing.assert_frame_equal(left, right, check_dtype=False)


def test_folders_copied_from_elsewhere_are_enough(sweeping, tmp_path):
    prepared = finished_sweep(sweeping)
    first = collect_folder(prepared.folder).table
    copied = tmp_path / "from-cluster"
    shutil.copytree(sweeping.out / "runs", copied)
    again = collect_folder(copied)
    assert set(again.varied) == {"surface[0].rms_um", "ceramic.material"} | {
        name for name in again.varied if name.startswith("ceramic.")
    }
    columns = [name for name in first if name != "title"]
    left = first.sort_values("run").reset_index(drop=True)[columns]
    right = again.table.sort_values("run").reset_index(drop=True)[columns]
    pd.testing.assert_frame_equal(left, right)


@pytest.mark.parametrize("name", ["status.json", "summary.json", "manifest.json"])
def test_a_damaged_folder_is_named_and_the_others_are_kept(sweeping, name):
    prepared = finished_sweep(sweeping)
    bad = sweeping.out / "runs" / prepared.runs[1].id
    (bad / name).write_text("{ half")
    collected = collect_folder(prepared.folder)
    assert list(collected.table["state"]).count("finished") == 3
    assert len(collected.complaints) == 1
    assert bad.name in collected.complaints[0] and name in collected.complaints[0]


def test_runs_that_have_not_begun_are_rows_too(sweeping):
    prepared = finished_sweep(sweeping)
    shutil.rmtree(sweeping.out / "runs" / prepared.runs[2].id)
    table = collect_folder(prepared.folder).table.set_index("run")
    assert table.loc[prepared.runs[2].id, "state"] == "waiting"
    assert table.loc[prepared.runs[2].id, "surface[0].rms_um"] == 0.2


def test_a_folder_without_runs(tmp_path):
    with pytest.raises(RunFolderError, match="no sweep and no run here"):
        collect_folder(tmp_path)


def test_names_carry_units():
    resolved = {
        "surface": [{"kind": "sinusoid", "phase": "1.5 rad"}],
        "ceramic": {
            "thickness": "2.0 um",
            "young": {"value": "7.0 MPa"},
            "material": {
                "id": "x",
                "young": {"value": "9.0 MPa"},
                "fracture_toughness": {"value": "1.3 MPa*m**0.5"},
                "ionic_conductivity": {"value": "5.0 mS/cm"},
            },
        },
    }
    found = dict(case_columns(resolved).values())
    assert found == {
        "surface[0].kind": "sinusoid",
        "surface[0].phase_rad": 1.5,
        "ceramic.thickness_um": 2.0,
        "ceramic.material": "x",
        "ceramic.young_MPa": 7.0,
        "ceramic.fracture_toughness_MPa_sqrt_m": 1.3,
        "ceramic.ionic_conductivity_mS_per_cm": 5.0,
    }
    assert summary_columns({"a": {"position_um": [1, 2]}, "b": "words", "ended": "x"}) == {
        "a_x_um": 1,
        "a_y_um": 2,
        "ended": "x",
    }


def test_titles_that_name_points_are_one_column(sweeping):
    text = '[zip]\ntitle = ["=1+1", "\\u001b[2J"]\n"sodium.thickness" = ["9 um", "10 um"]\n'
    collected = collect_folder(finished_sweep(sweeping, text).folder)
    assert collected.varied == ["sodium.thickness_um"]
    table = pd.read_csv(sweeping.out / "s" / "sweep.csv")
    assert list(table.columns).count("title") == 1
    assert set(table["title"]) == {"'=1+1", "\ufffd[2J"}


def test_no_text_of_a_table_is_taken_for_a_formula(sweeping):
    case = sweeping.folder / "case.toml"
    case.write_text(case.read_text().replace('"Tiny"', '"=HYPERLINK(1)"'))
    prepared = finished_sweep(sweeping)
    collect_folder(prepared.folder)
    table = pd.read_csv(prepared.folder / "sweep.csv")
    assert table["title"].str.startswith("'=HYPERLINK(1)").all()
    assert set(table["fracture_tension_y_um"]) == {-2.0}
