"""Every column of every table that runs leave behind is in the one table of columns."""

from __future__ import annotations

import csv

import pytest
from tiny_case import TINY_CASE

from napress.cases.cli.main import main
from napress.postprocess.records.columns import FILES, unknown_columns

EVERYTHING = """
[contact]
law = "coulomb"
coefficient = { value = 0.3, estimate = true }
gas = "argon"
gas_pressure = { value = "0.1 MPa", estimate = true }
[resistance]
charge_transfer = { value = "1 ohm*cm**2", estimate = true }
film = { value = "1 ohm*cm**2", estimate = true }
waviness = { wavelength = "5 mm", amplitude = "2 um", electrolyte_thickness = "1 mm" }
[creep]
law = "creep"
"""
PROGRAM = 'program = [{ pressure = "0.5 MPa", duration = "10 s" }]'
WINDOW = '[window]\nclosure_target = "99 %"\nasked_pressure = "0.5 MPa"\nrun_levers = false\n'
PELLET = """
[pellet]
diameter = "10 mm"
clearance = "5 um"
land = "10 mm"
punch_tilt = "0.01 deg"
sleeve = "elastic"
sleeve_material = "peek"
sleeve_outer_diameter = "30 mm"
[ceramic]
material = "nzsp"
thickness = "1 mm"
[sodium]
material = "sodium-wang-2020"
thickness = "100 um"
[[program]]
pressure = "10 MPa"
"""


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A run with everything switched on, a pellet over it, a window, and their table."""
    folder = tmp_path_factory.mktemp("written")
    timed = TINY_CASE.replace('program = [{ pressure = "0.5 MPa" }]', PROGRAM)
    assert timed != TINY_CASE
    (folder / "all.toml").write_text(timed + EVERYTHING)
    (folder / "window.toml").write_text(TINY_CASE + WINDOW)
    (folder / "pellet.toml").write_text(PELLET)
    run = f"{folder}/runs/all"
    for words in (
        f"run {folder}/all.toml --out {run} --quiet",
        f"pellet {folder}/pellet.toml --out {folder}/pellet --interface {run}",
        f"window {folder}/window.toml --out {folder}/window",
        f"collect {folder}/runs",
    ):
        with pytest.raises(SystemExit) as caught:
            main(words.split())
        assert caught.value.code == 0, words
    return folder


@pytest.mark.parametrize("file", FILES)
def test_every_column_that_is_written_is_in_the_table(written, file):
    found = list(written.rglob(file))
    assert found, "nothing was checked"
    for path in found:
        with path.open(newline="", encoding="utf-8") as stream:
            names = next(csv.reader(stream))
        assert len(names) > 3
        assert unknown_columns(names, file) == []
