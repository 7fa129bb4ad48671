"""Each bad input: one line naming file and field and what is allowed, exit code not 0."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest

from napress.cases.cli.main import main
from napress.cases.errors import CaseError, ExitCode

GOOD = """
title = "good"
[interface]
width = "20 um"
elements = 64
[[surface]]
kind = "sinusoid"
amplitude = "1 um"
wavelength = "20 um"
[sodium]
material = "sodium-wang-2020"
thickness = "20 um"
[ceramic]
material = "nzsp"
thickness = "40 um"
tensile_strength = "80 MPa"
poisson = 0.26
[[program]]
pressure = "5 MPa"
[[program]]
pressure = "360 MPa"
"""

ROUGH = 'kind = "self-affine"\nrms = "0.2 um"\nhurst = 0.8\ncutoff = "{cutoff}"\n'
NOTCH = 'kind = "notch"\ndepth = "1 um"\nwidth = "6 um"\nposition = "9 um"\nflank = "1 um"\n'
PROFILE = (
    'kind = "profile"\nfile = "p.txt"\nunits = { position = "um", height = "um" }\n'
    "confirmed = true\n"
)
SINUSOID = 'kind = "sinusoid"\namplitude = "1 um"\nwavelength = "20 um"\n'


def fails(arguments, capsys) -> tuple[int, str]:
    """Runs the command; returns its exit code and its only line."""
    with pytest.raises(SystemExit) as caught:
        main([str(a) for a in arguments])
    captured = capsys.readouterr()
    assert captured.out == ""
    lines = captured.err.splitlines()
    assert len(lines) == 1, captured.err
    assert "Traceback" not in captured.err
    return caught.value.code, lines[0]


def test_the_good_case_is_good(tmp_path, capsys):
    path = tmp_path / "case.toml"
    path.write_text(GOOD)
    with pytest.raises(SystemExit) as caught:
        main(["validate", str(path)])
    assert caught.value.code == 0
    assert "valid" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("old", "new", "field", "allowed"),
    [
        ('width = "20 um"\n', "", "interface.width", "20 um"),
        ('material = "nzsp"\n', "", "ceramic.material", "napress materials"),
        ('kind = "sinusoid"\n', "", "surface[0].kind", "self-affine"),
        ('"sinusoid"', '"sine"', "surface[0].kind", "self-affine"),
        ("elements", "elemnts", "interface.elemnts", "did you mean 'elements'"),
        ("amplitude", "amplitud", "surface[0].amplitud", "did you mean 'amplitude'"),
        ("[sodium]", "[sodum]", "sodum", "did you mean 'sodium'"),
        ('"20 um"\nelements', '"20 MPa"\nelements', "interface.width", "nm, um, mm, m"),
        ('amplitude = "1 um"', "amplitude = 1.0", "surface[0].amplitude", "nm, um, mm, m"),
        ('amplitude = "1 um"', 'amplitude = "1"', "surface[0].amplitude", "nm, um, mm, m"),
        ('amplitude = "1 um"', 'amplitude = "1 xm"', "surface[0].amplitude", "nm, um, mm, m"),
        ('thickness = "20 um"', 'thickness = "-20 um"', "sodium.thickness", "> 0 um"),
        ('thickness = "40 um"', 'thickness = "0 um"', "ceramic.thickness", "> 0 um"),
        ('= "80 MPa"', "= 80", "ceramic.tensile_strength", "MPa, GPa"),
        ('"1 um"', '"11 um"', "surface[0].amplitude", "sodium.thickness = 20 um"),
        ('"nzsp"', '"nzps"', "ceramic.material", "did you mean 'nzsp'"),
        ('"nzsp"', '"lithium"', "ceramic.material", "a ceramic"),
        ('"nzsp"', '"missing.toml"', "missing.toml", "existing file"),
        ("0.26", "0.5", "ceramic.poisson", "< 0.5"),
        ("0.26", "-1", "ceramic.poisson", "> -1"),
        ("0.26", "nan", "ceramic.poisson", "< 0.5"),
        ("0.26", '"0.26"', "ceramic.poisson", "< 0.5"),
        ('"5 MPa"', '"400 MPa"', "program[1].pressure", "increasing"),
        ('"5 MPa"', '"360 MPa"', "program[1].pressure", "increasing"),
        ('"5 MPa"', '"-5 MPa"', "program[0].pressure", "> 0 MPa"),
        ('"360 MPa"', '"1e30 MPa"', "program[1].pressure", "<= 10000 MPa"),
        ('"20 um"\nelements', '"1e300 m"\nelements', "interface.width", "<= 100000 um"),
        ("= 64", "= 7", "interface.elements", "8 to"),
        ("= 64", "= 64.0", "interface.elements", "whole number"),
        ("= 64", "= true", "interface.elements", "whole number"),
        ("= 64", "= 1" + 40 * "0", "interface.elements", "8 to"),
        ("= 64", "= 0x" + 6000 * "f", "interface.elements", "8 to"),
        (SINUSOID, ROUGH.format(cutoff="1 um"), "surface[0].cutoff", ">= 2.5 um"),
        (SINUSOID, ROUGH.format(cutoff="1e-9 um"), "surface[0].cutoff", ">= 2.5 um"),
        (SINUSOID, NOTCH, "surface[0].flank", ">= 2.5 um"),
        ('wavelength = "20 um"', 'wavelength = "0.5 um"', "surface[0].wavelength", ">= 2.5 um"),
        ('wavelength = "20 um"', 'wavelength = "7 um"', "surface[0].wavelength", "whole number"),
        ("[[program]]", "[[programme]]", "programme", "did you mean 'program'"),
        ("[[surface]]", "[surface]", "surface", "tables [[surface]]"),
        ("[interface]", "[solver]\nfirst_step = '1 um'\n[interface]", "solver.first_step", "<="),
        ("[interface]", "[output]\nfields = 'al'\n[interface]", "output.fields", "'all'"),
        ("[interface]", "[interface]\ndimension = 4", "interface.dimension", "2, 3"),
        ("title =", "title", "case.toml", "line 2"),
        ("0.26", "\x00", "case.toml", "TOML"),
    ],
)
def test_bad_case(tmp_path, capsys, old, new, field, allowed):
    path = tmp_path / "case.toml"
    assert old in GOOD
    path.write_text(GOOD.replace(old, new))
    code, line = fails(["run", path, "--out", tmp_path / "out"], capsys)
    assert code == ExitCode.BAD_INPUT
    name = field if field.endswith("toml") else f"{path}: {field}: "
    assert name in line
    assert allowed in line
    assert "allowed: " in line
    assert not (tmp_path / "out").exists(), "a bad case leaves nothing behind"


@pytest.mark.parametrize(
    ("rows", "field", "complaint"),
    [
        ("0 0\n2 0\n1 0\n", "line 3", "turns back"),
        ("0 0\n1 zero\n2 0\n3 0\n", "line 2", "not numbers"),
        ("0 0 0\n", "spacing", "a map"),
        ("0 0\n1 0\n", "points", "at least"),
        ("0 0\n1 nan\n2 0\n", "points", "at least"),
        ("", "p.txt", "0 points"),
    ],
)
def test_bad_profile_file(tmp_path, capsys, rows, field, complaint):
    path = tmp_path / "case.toml"
    path.write_text(GOOD.replace(SINUSOID, PROFILE))
    (tmp_path / "p.txt").write_text(rows)
    code, line = fails(["validate", path], capsys)
    assert code == ExitCode.BAD_INPUT
    assert f"{field}: " in line and "p.txt: " in line
    assert complaint in line and "allowed: " in line


def test_profile_shorter_than_the_cell_and_missing(tmp_path, capsys):
    path = tmp_path / "case.toml"
    path.write_text(GOOD.replace(SINUSOID, PROFILE))
    _, line = fails(["validate", path], capsys)
    assert "p.txt: cannot be read (No such file or directory)" in line
    (tmp_path / "p.txt").write_text("".join(f"{x} 0\n" for x in range(10)))
    _, line = fails(["validate", path], capsys)
    assert "surface[0]" in line and "p.txt" in line and "20 um" in line


def test_not_a_file_not_utf8_missing(tmp_path, capsys):
    code, line = fails(["run", tmp_path / "none.toml"], capsys)
    assert code == ExitCode.BAD_INPUT and "none.toml: no such file" in line
    _, line = fails(["run", tmp_path], capsys)
    assert "is a folder" in line
    bad = tmp_path / "latin.toml"
    bad.write_bytes(b'title = "a"\n# \xe9\n')
    _, line = fails(["run", bad], capsys)
    assert "latin.toml: line 2: is not UTF-8" in line
    _, line = fails(["validate", "/dev/zero"], capsys)
    assert "not a regular file" in line


def test_override_table_is_checked_like_a_material(tmp_path, capsys):
    path = tmp_path / "case.toml"
    path.write_text(GOOD.replace('= "80 MPa"', '= { value = "80 MPa" }'))
    _, line = fails(["validate", path], capsys)
    assert "ceramic.tensile_strength" in line and "estimate = true" in line


def test_several_errors_are_counted_in_one_line(tmp_path, capsys):
    path = tmp_path / "case.toml"
    path.write_text(GOOD.replace('thickness = "20 um"', "thickness = 20").replace("0.26", "7"))
    _, line = fails(["validate", path], capsys)
    assert "sodium.thickness" in line and "and 1 more" in line


@pytest.mark.parametrize("arguments", [["run"], ["nonsense"], ["validate", "--wrong", "x"]])
def test_bad_command_line(arguments, capsys):
    code, line = fails(arguments, capsys)
    assert code == ExitCode.BAD_INPUT
    assert "--help" in line


def test_unknown_template_and_existing_file(tmp_path, capsys):
    code, line = fails(["new", "ridge"], capsys)
    assert code == ExitCode.BAD_INPUT and "did you mean 'ridges'" in line
    taken = tmp_path / "a.toml"
    taken.write_text("mine")
    code, line = fails(["new", "ridges", "--out", taken], capsys)
    assert code == ExitCode.FILE_SYSTEM and "exists already" in line
    assert taken.read_text() == "mine"


@pytest.mark.parametrize("command", ["resume", "report", "paraview"])
def test_not_a_run_folder(command, tmp_path, capsys):
    code, line = fails([command, tmp_path], capsys)
    assert code == ExitCode.FILE_SYSTEM
    assert str(tmp_path) in line and "case.resolved.toml" in line


def test_unprintable_file_name_is_still_named():
    assert CaseError("\x00", "", "no such file").file == r"'\x00'"


STRIPS = '[[program]]\ncurrent = "1 mA/cm**2"\ncharge = "1 mAh/cm**2"\n'
HEALS = "[healing]\ndiffusion = {}\n"
LITTLE = STRIPS.replace('"1 mAh', '"0.1 mAh')


@pytest.mark.parametrize(
    ("text", "field", "allowed"),
    [
        (GOOD + STRIPS.replace("charge", "#"), "program[2].charge", "'1 mAh/cm**2'"),
        (GOOD + STRIPS.replace('"1 mA/', '"0 mA/'), "program[2].current", "a current not 0"),
        (GOOD + STRIPS.replace('"1 mAh', '"3 mAh'), "program[2].charge", "sodium.thickness >="),
        (GOOD + STRIPS + 'stack_pressure = "0 MPa"', "program[2].stack_pressure", "> 0 MPa"),
        (GOOD + STRIPS + 'duration = "5 s"', "program[2].duration", "without duration"),
        (GOOD + STRIPS + 'hold = "5 s"', "program[2].current", "exactly one of"),
        (GOOD + '[[program]]\nhold = "1 s"\ncharge = "1 mAh/cm**2"', "program[2].charge", "with"),
        (GOOD.partition("[[program]]")[0] + LITTLE, "program[0].current", "after a pressure"),
        (GOOD.replace('"nzsp"', '"mine.toml"') + LITTLE, "program[2].current", "ionic_cond"),
        (GOOD + HEALS.format("{ value = '1e-20 m**3/s', estimate = true }"), "healing", "current"),
        (GOOD + LITTLE + HEALS.format("'1e-20 m**3/s'"), "healing.diffusion", "estimate = true"),
        (GOOD + LITTLE + HEALS.format("'1e-20 m**2/s'"), "healing.diffusion", "m**3/s"),
        (GOOD + LITTLE + HEALS.format("'0 m**3/s'"), "healing.diffusion", "> 0"),
    ],
)
def test_a_current_that_cannot_flow(tmp_path, capsys, text, field, allowed):
    path = tmp_path / "case.toml"
    path.write_text(text)
    shipped = Path(str(resources.files("napress.cases").joinpath("materials", "nzsp.toml")))
    (tmp_path / "mine.toml").write_text(shipped.read_text().partition("[ionic")[0])
    code, line = fails(["validate", path], capsys)
    assert code == ExitCode.BAD_INPUT
    assert f"case.toml: {field}: " in line and allowed in line


def test_more_entries_than_a_case_may_have(tmp_path, capsys):
    path = tmp_path / "case.toml"
    path.write_text(GOOD + '[[program]]\npressure = "400 MPa"\n' * 1000)
    code, line = fails(["validate", path], capsys)
    assert code == ExitCode.BAD_INPUT
    assert line.endswith("case.toml: program: 1002 entries; allowed: at most 1000")
