"""The table [form]: what it accepts, and a run with a map that a user measured."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from tiny_case import TINY_CASE

from napress.cases.errors import CaseError
from napress.cases.runs.interface_run import run_case
from napress.cases.runs.outcome import RunOptions
from napress.cases.schema.load import load_case, parse_case, resolved_toml

FORM = """
[form]
width = "5 mm"
dimension = 2
metal_thickness = "0.1 mm"
electrolyte_thickness = "1 mm"
[[form.surface]]
kind = "sinusoid"
amplitude = "2 um"
wavelength = "5 mm"
"""


def parse(text):
    return parse_case(text.encode(), "case.toml", Path())


def test_it_survives_writing():
    case = parse(TINY_CASE + FORM)
    assert case.form.vertices == 81 and parse(resolved_toml(case)) == case
    assert parse(TINY_CASE).form is None and "[form" not in resolved_toml(parse(TINY_CASE))


@pytest.mark.parametrize(
    ("old", "new", "field", "allowed"),
    [
        ('"5 mm"\ndim', '"50 um"\ndim', "form.width", ">= 100 um"),
        ('metal_thickness = "0.1 mm"\n', "", "form.metal_thickness", "missing"),
        ('metal_thickness = "0.1 mm"', 'metal_thickness = "0.1"', "form.metal_thickness", "unit"),
        ('wavelength = "5 mm"', 'wavelength = "0.1 mm"', "form.surface[0].wavelength", "allowed"),
        ('"2 um"', '"1 mm"', "form.surface", "at most 500 um"),
        ("dimension = 2", "dimension = 2\npoints = 5", "form.points", "9"),
        ("dimension = 2", "dimension = 3\npoints = 81", "form.points", "9 to 25"),
        ("dimension = 2", "dimension = 4", "form.dimension", "allowed: 2, 3"),
        ("[[form.surface]]", "[form.surfaces]", "form.surface", "did you mean"),
    ],
)
def test_what_is_wrong_is_one_line(old, new, field, allowed):
    text = FORM.replace(old, new)
    assert text != FORM
    with pytest.raises(CaseError) as caught:
        parse(TINY_CASE + text)
    line = str(caught.value)
    assert field in line and allowed in line and "\n" not in line


def test_beside_waviness_it_is_refused():
    wave = '[resistance.waviness]\nwavelength = "5 mm"\namplitude = "2 um"\n'
    with pytest.raises(CaseError, match="form: is form error beside resistance.waviness"):
        parse(TINY_CASE + FORM + wave + 'electrolyte_thickness = "1 mm"\n')


def test_a_run_takes_a_map_that_a_user_measured(tmp_path):
    x = np.linspace(0, 5, 21)
    height = np.cos(2 * np.pi * x / 5)[None, :] + np.cos(2 * np.pi * x / 5)[:, None]
    rows = "\n".join(" ".join(f"{value:.6f}" for value in row) for row in height)
    (tmp_path / "form.txt").write_text(
        f"# Width: 5.25 mm\n# Height: 5.25 mm\n# Value units: um\n{rows}\n"
    )
    table = 'kind = "map"\nfile = "form.txt"\n'
    text = FORM.replace("dimension = 2", "dimension = 3\npoints = 9")
    (tmp_path / "case.toml").write_text(TINY_CASE + text.partition('kind = "s')[0] + table)
    assert load_case(tmp_path / "case.toml").form.vertices == 9
    outcome = run_case(tmp_path / "case.toml", tmp_path / "run", RunOptions(quiet=True))
    assert outcome.state == "finished"
    row = json.loads((tmp_path / "run" / "summary.json").read_text())["resistance"]["waviness"][0]
    assert 0 < row["waviness_contact_fraction"] < 1
    alone = outcome.summary["interface_asr_ohm_cm2"]
    assert row["interface_asr_with_waviness_ohm_cm2"] > alone
