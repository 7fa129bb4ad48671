"""The one table of columns: complete, without doubles, and the page made from it."""

from pathlib import Path

import pytest

from napress.postprocess.records.columns import (
    FILES,
    as_markdown,
    column,
    find_column,
    head,
    unknown_columns,
)
from napress.postprocess.records.history import history_row
from napress.postprocess.window.answer import table_heads

PAGE = Path(__file__).parents[3] / "docs" / "columns.md"


@pytest.mark.parametrize("dimension", [2, 3])
def test_every_column_of_a_history_is_in_the_table(synthetic, strength, dimension):
    make = synthetic.make_snapshot if dimension == 2 else synthetic.make_snapshot_3d
    snapshot = make(1, 10.0, is_target=True)
    row = history_row(snapshot) | synthetic.StrengthOnly(strength).columns(snapshot)
    assert len(row) > 40
    assert unknown_columns(row, "history.csv") == []


@pytest.mark.parametrize("file", FILES)
def test_no_column_stands_in_a_file_twice(file):
    names = [row.name for row in FILES[file]]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("file", FILES)
def test_every_row_has_a_label_and_a_sentence(file):
    for row in FILES[file]:
        assert row.label and row.meaning.endswith("."), row.name
        assert "_" not in row.label.replace("K_I", ""), row.name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("void_area_um2", "Void area (µm²)"),
        ("interface_asr_ohm_cm2", "Interface ASR (Ω cm²)"),
        ("area_share_for_90_percent", "Area for 90 % of the current"),
        ("contact_pJ_per_um", "Energy: contact (pJ/µm)"),
        ("mohr_coulomb_y_um", "Worst place, Mohr–Coulomb, y (µm)"),
        ("if_isostatic_tension_utilisation", "Use of strength, tension, held isostatically"),
        ("closure_pressure_99_9_MPa", "Pressure of 99.9 % closure (MPa)"),
        ("surface[0].rms_um", "rms roughness (µm)"),
        ("surface[1].rms_um", "rms roughness 2 (µm)"),
        ("resistance.film_ohm_cm2", "resistance film (Ω cm²)"),
        ("sodium.creep_rate_at_1_MPa_per_s", "sodium creep rate at 1 MPa (1/s)"),
        ("my_porosity_percent", "My porosity (%)"),
    ],
)
def test_label_and_unit_of_a_column(name, expected):
    assert head(name) == expected


def test_the_same_name_may_mean_another_thing_in_another_file():
    assert column("pressure_MPa", "pellet_interface.csv").label == "Local pressure"
    assert column("pressure_MPa", "window.csv").label == "Mean pressure"


@pytest.mark.parametrize("name", ["contct_fraction", "heat_pJ", "if_isostatic_nothing", "q_x_um"])
def test_what_is_not_in_the_table_is_not_found(name):
    assert find_column(name) is None


def test_the_page_is_made_from_the_table():
    assert PAGE.read_text(encoding="utf-8") == as_markdown(), "run `make columns`"


def test_heads_of_a_window_are_those_of_its_file():
    assert table_heads() == [
        "Mean pressure (MPa)",
        "Contact fraction (%)",
        "Void left (%)",
        "Interface ASR (Ω cm²)",
        "Failure probability (%)",
        "Runs",
    ]
