"""The [film] table, and what a run with a release makes of it."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
from mpi import run_ranks
from tiny_case import TINY_CASE

from napress.cases.errors import CaseError
from napress.cases.runs.interface_run import run_case
from napress.cases.runs.outcome import RunOptions
from napress.cases.schema.interface_case import assumed_values
from napress.cases.schema.laws.film import to_film
from napress.cases.schema.load import case_hash, load_case, parse_case, resolved_toml
from napress.postprocess.records.columns import unknown_columns
from napress.postprocess.records.history import read_history
from napress.postprocess.report.run_rows import headline

FILM = """
[film]
pressure = { value = "5 MPa", estimate = true }
exponent = 2.2
spacing = "0.5 um"
thickness = "5 nm"
permittivity = 10
conductivity = "1e-6 mS/cm"
reopening_exponent = { value = 2.3, estimate = true }
"""
RELEASED = TINY_CASE.replace(
    '[{ pressure = "0.5 MPa" }]', '[{ pressure = "1.2 MPa" }, { release = "0.2 MPa" }]'
)


def parse(text):
    return parse_case(text.encode(), "case.toml", Path())


def test_the_table_in_inner_units():
    film = to_film(parse(TINY_CASE + FILM).film)
    assert (film.pressure_MPa, film.exponent, film.spacing_um) == (5.0, 2.2, 0.5)
    assert film.thickness_um == pytest.approx(5e-3) and film.has_capacitance
    # 5e-7 cm over 1e-9 S/cm
    assert film.resistance_ohm_cm2 == pytest.approx(500.0)
    assert to_film(parse(TINY_CASE).film) is None


def test_it_survives_writing_and_marks_estimates():
    case = parse(TINY_CASE + FILM)
    assert parse(resolved_toml(case)) == case
    assert "film.pressure" in assumed_values(case)
    assert "film.exponent" not in assumed_values(case)
    assert case_hash(case) != case_hash(parse(TINY_CASE))


@pytest.mark.parametrize(
    ("old", "new", "field", "allowed"),
    [
        ('"0.5 um"', "0.5", "film.spacing", "such as '20 um'"),
        ('"5 MPa"', '"-5 MPa"', "film.pressure", "> 0"),
        ("exponent = 2.2", "exponent = 0", "film.exponent", ">= 0.1"),
        ("exponent = 2.2\n", "", "film.exponent", "missing"),
        ('thickness = "5 nm"\n', "", "film.thickness", "such as '5 nm'"),
        ("{ value = 2.3, estimate = true }", "2.3", "film.reopening_exponent", "estimate = true"),
        ("spacing", "spacin", "film.spacin", "did you mean 'spacing'"),
    ],
)
def test_a_wrong_table_is_one_line(old, new, field, allowed):
    text = FILM.replace(old, new)
    assert text != FILM
    with pytest.raises(CaseError) as error:
        parse(TINY_CASE + text)
    message = str(error.value)
    assert field in message and allowed in message and "\n" not in message


def test_two_films_are_one_too_many():
    with pytest.raises(CaseError, match=r"resistance\.film: is a second film"):
        parse(TINY_CASE + FILM + '[resistance]\nfilm = "1 ohm*cm**2"\n')


@pytest.fixture(scope="module")
def solved(tmp_path_factory):
    folder = tmp_path_factory.mktemp("film")
    (folder / "case.toml").write_text(RELEASED + FILM, encoding="utf-8")
    outcome = run_case(folder / "case.toml", folder / "run", RunOptions(quiet=True))
    assert outcome.state == "finished"
    return folder


def test_the_film_is_what_the_interface_costs(solved):
    history = read_history(solved / "run" / "history.csv")
    pressed, released = (row for _, row in history[history["is_target"] == 1].iterrows())
    for row in (pressed, released):
        parts = row["constriction_asr_ohm_cm2"] + row["clean_spots_asr_ohm_cm2"]
        parts += row["charge_transfer_asr_ohm_cm2"] + row["film_asr_ohm_cm2"]
        assert row["interface_asr_ohm_cm2"] == pytest.approx(parts)
        assert 0 < row["clean_contact_percent"] < 100 * row["contact_fraction"]
        product = row["interface_asr_ohm_cm2"] * row["interface_capacitance_uF_per_cm2"]
        assert row["interface_peak_frequency_Hz"] == pytest.approx(1e6 / (2 * np.pi * product))
    assert released["clean_contact_percent"] < 0.5 * pressed["clean_contact_percent"]
    assert released["interface_asr_ohm_cm2"] > pressed["interface_asr_ohm_cm2"]


def test_what_is_left_after_release_is_a_result_of_its_own(solved):
    history = read_history(solved / "run" / "history.csv")
    last = history.iloc[-1]
    summary = json.loads((solved / "run" / "summary.json").read_text(encoding="utf-8"))
    assert summary["released_pressure_MPa"] == pytest.approx(0.2, rel=1e-3)
    assert summary["released_from_MPa"] == pytest.approx(1.2, rel=1e-3)
    for name in ("interface_asr_ohm_cm2", "contact_fraction", "interface_capacitance_uF_per_cm2"):
        assert summary[f"released_{name}"] == pytest.approx(last[name])


def test_the_table_of_columns_knows_what_is_released(solved):
    summary = json.loads((solved / "run" / "summary.json").read_text(encoding="utf-8"))
    names = [name for name in summary if name.startswith("released_")]
    assert len(names) >= 6 and unknown_columns(names, "sweep.csv") == []
    cards = {label: shown for label, shown, _ in headline(summary)}
    assert cards["Released from"] == "1.2 MPa"


def test_a_program_that_only_presses_has_nothing_released(tmp_path):
    (tmp_path / "case.toml").write_text(TINY_CASE, encoding="utf-8")
    outcome = run_case(tmp_path / "case.toml", tmp_path / "run", RunOptions(quiet=True))
    assert not [name for name in outcome.summary if name.startswith("released")]


def test_two_ranks_remember_what_one_does(solved):
    command = ["-m", "napress.cases.cli", "run", solved / "case.toml", "--quiet"]
    run_ranks(2, [*command, "--out", solved / "two"])
    one, two = (read_history(solved / name / "history.csv") for name in ("run", "two"))
    for name in ("interface_asr_ohm_cm2", "clean_contact_percent"):
        np.testing.assert_allclose(two[name], one[name], rtol=1e-6)


def test_the_shipped_case_with_a_film_loads_and_its_numbers_are_estimates():
    path = resources.files("napress.cases").joinpath("examples/fits/li-llzo-film.toml")
    case = load_case(str(path))
    assert parse(resolved_toml(case)) == case
    assert {"film.pressure", "film.spacing", "film.reopening_exponent"} <= set(assumed_values(case))
