"""The [resistance] table, and what a run makes of it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from tiny_case import TINY_CASE

from napress.cases.errors import CaseError
from napress.cases.runs.interface_run import run_case
from napress.cases.runs.outcome import RunOptions
from napress.cases.schema.interface_case import assumed_values
from napress.cases.schema.load import case_hash, load_case, parse_case, resolved_toml
from napress.postprocess.records.history import read_history
from napress.postprocess.report import run as report
from napress.postprocess.report.resistance_rows import cell_text
from napress.postprocess.resistance import recorder as conduction_recorder
from napress.postprocess.resistance.fields import solved_steps

FULL = """
[resistance]
charge_transfer = "2 ohm*cm**2"
film = { value = "0.5 ohm*cm**2", estimate = true }
[resistance.waviness]
wavelength = "5 mm"
amplitude = "2 um"
electrolyte_thickness = "1 mm"
"""


def parse(text):
    return parse_case(text.encode(), "case.toml", Path())


def test_a_case_without_the_table_is_the_case_it_was():
    case = parse(TINY_CASE)
    assert case.resistance is None
    assert "resistance" not in resolved_toml(case)
    assert case_hash(parse(TINY_CASE + FULL)) != case_hash(case)


def test_the_table_survives_writing_and_marks_estimates():
    case = parse(TINY_CASE + FULL)
    again = parse(resolved_toml(case))
    assert again == case
    assert case.resistance.value_of("charge_transfer") == 2.0
    assert case.resistance.waviness.wavelength == 5000.0
    assert "resistance.film" in assumed_values(case)
    assert "resistance.charge_transfer" not in assumed_values(case)


@pytest.mark.parametrize(
    ("old", "new", "field", "allowed"),
    [
        ('"2 ohm*cm**2"', "2", "resistance.charge_transfer", "such as '2 ohm*cm**2'"),
        ('"2 ohm*cm**2"', '"2 ohm"', "resistance.charge_transfer", "ohm*cm**2"),
        ('"2 ohm*cm**2"', '"-2 ohm*cm**2"', "resistance.charge_transfer", ">= 0"),
        ("film =", "flim =", "resistance.flim", "did you mean 'film'"),
        ("estimate = true", 'note = "x"', "resistance.film", "estimate"),
        ('"5 mm"', '"50 um"', "resistance.waviness.wavelength", ">= 100 um"),
        ('"1 mm"', '"0.1 mm"', "resistance.waviness.electrolyte_thickness", ">= 250 um"),
        ('amplitude = "2 um"', 'amplitude = "1 mm"', "resistance.waviness.amplitude", "<= 250 um"),
    ],
)
def test_a_wrong_table_is_one_line(old, new, field, allowed):
    text = FULL.replace(old, new)
    assert text != FULL
    with pytest.raises(CaseError) as error:
        parse(TINY_CASE + text)
    message = str(error.value)
    assert field in message and allowed in message and "\n" not in message


@pytest.fixture(scope="module")
def solved(tmp_path_factory):
    folder = tmp_path_factory.mktemp("resistance")
    text = TINY_CASE.replace('fields = "none"', 'fields = "targets"')
    (folder / "case.toml").write_text(text + FULL, encoding="utf-8")
    assert load_case(folder / "case.toml").resistance is not None
    outcome = run_case(folder / "case.toml", folder / "run", RunOptions(quiet=True))
    assert outcome.state == "finished"
    return folder / "run"


def test_a_run_reports_its_resistance(solved):
    history = read_history(solved / "history.csv")
    row = history[history["is_target"] == 1].iloc[-1]
    parts = row["constriction_asr_ohm_cm2"] + row["charge_transfer_asr_ohm_cm2"]
    assert row["interface_asr_ohm_cm2"] == pytest.approx(parts + row["film_asr_ohm_cm2"])
    assert row["charge_transfer_asr_ohm_cm2"] == pytest.approx(4 * row["film_asr_ohm_cm2"])
    # Uniform current in contact would make it R / f, and 16 facets know f to a fifth.
    assert row["charge_transfer_asr_ohm_cm2"] * row["contact_fraction"] == pytest.approx(2, rel=0.2)
    assert history.loc[history["is_target"] == 0, "interface_asr_ohm_cm2"].isna().all()
    assert solved_steps(solved / "conduction") == [int(row["step"])]
    summary = json.loads((solved / "summary.json").read_text(encoding="utf-8"))
    assert summary["interface_asr_ohm_cm2"] == pytest.approx(row["interface_asr_ohm_cm2"])
    wave = summary["resistance"]["waviness"][0]
    assert wave["interface_asr_with_waviness_ohm_cm2"] > row["interface_asr_ohm_cm2"]
    name = "interface_asr_with_waviness_ohm_cm2"
    assert summary[name] == wave[name]
    assert summary["resistance"]["failures"] == []


def test_a_resistance_below_what_is_resolved_is_less_than_it(tmp_path):
    """Pressed until everything touches, the difference of two losses is rounding alone."""
    (tmp_path / "case.toml").write_text(TINY_CASE.replace("0.5 MPa", "60 MPa"), encoding="utf-8")
    outcome = run_case(tmp_path / "case.toml", tmp_path / "run", RunOptions(quiet=True))
    assert outcome.summary["contact_fraction"] == pytest.approx(1.0)
    resolution = outcome.summary["asr_resolution_ohm_cm2"]
    assert resolution == pytest.approx(1e-9 * outcome.summary["bulk_asr_ohm_cm2"])
    assert outcome.summary["interface_asr_ohm_cm2"] == resolution > 0.0
    assert cell_text(outcome.summary, "interface_asr_ohm_cm2") == f"< {resolution:.2g}"


def test_its_report_shows_current_lines(solved):
    page = report.write_report(solved).read_text(encoding="utf-8")
    assert "<h2>Resistance</h2>" in page and "With the waviness" in page
    assert (solved / "figures" / "current_lines.png").stat().st_size > 20_000
    assert (solved / "figures" / "resistance.png").exists()


def test_a_failing_conduction_does_not_lose_the_run(tmp_path, monkeypatch):
    def fail(*_):
        raise RuntimeError("no luck")

    monkeypatch.setattr(conduction_recorder, "measure_step", fail)
    (tmp_path / "case.toml").write_text(TINY_CASE, encoding="utf-8")
    outcome = run_case(tmp_path / "case.toml", tmp_path / "run", RunOptions(quiet=True))
    assert outcome.state == "finished"
    failures = outcome.summary["resistance"]["failures"]
    assert len(failures) == 1 and "RuntimeError: no luck" in failures[0]
    assert failures[0] in (tmp_path / "run" / "log.txt").read_text(encoding="utf-8")
    history = read_history(tmp_path / "run" / "history.csv")
    assert history["interface_asr_ohm_cm2"].isna().all()
    assert history["contact_fraction"].iloc[-1] > 0


def test_lost_current_is_said(tmp_path, monkeypatch):
    right = conduction_recorder.measure_step

    def leaking(*arguments):
        resistance, solution = right(*arguments)
        return replace(resistance, current_imbalance=1e-6), solution

    monkeypatch.setattr(conduction_recorder, "measure_step", leaking)
    (tmp_path / "case.toml").write_text(TINY_CASE, encoding="utf-8")
    outcome = run_case(tmp_path / "case.toml", tmp_path / "run", RunOptions(quiet=True))
    assert "conserved to 1e-06 only" in outcome.summary["resistance"]["failures"][0]
    assert outcome.summary["interface_asr_ohm_cm2"] > 0
