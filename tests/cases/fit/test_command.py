"""`napress fit` as a user runs it: answer, files, and one line for what is wrong."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
from tiny_case import TINY_CASE

from napress.cases.cli.main import main
from napress.cases.errors import ExitCode
from napress.cases.schema.load import load_case, parse_case
from napress.postprocess.theory.film import flat_face_asr_ohm_cm2

KNOWN = """
[film]
pressure = "100 MPa"
exponent = 2
spacing = "0.5 um"
permittivity = 10
[cell]
area = "1 cm**2"
interfaces = 2
"""
CASE = TINY_CASE.replace('material = "nzsp"', 'material = "nzsp"\nionic_conductivity = "1 mS/cm"')


def table(path, pressure, resistance, head="pressure_MPa,resistance_ohm_cm2"):
    rows = [f"{p:.6g},{r:.6g}" for p, r in zip(pressure, resistance, strict=True)]
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "case.toml").write_text(CASE + KNOWN, encoding="utf-8")
    pressure = np.geomspace(2, 300, 9)
    scatter = np.exp(0.03 * np.random.default_rng(2).normal(size=9))
    resistance = flat_face_asr_ohm_cm2(pressure, 120.0, 2.2, 40.0, 1.0) * scatter
    table(tmp_path / "R_of_p.csv", pressure, resistance)
    return tmp_path


def call(*arguments, code=ExitCode.OK):
    with pytest.raises(SystemExit) as caught:
        main(["fit", *map(str, arguments)])
    assert caught.value.code == code


def test_it_prints_json_and_leaves_case_curve_and_figure(here, capsys):
    call("R_of_p.csv", "--case", "case.toml", "--flat", "--json", "--quiet")
    found = json.loads(capsys.readouterr().out)
    row = found["parameters"]["film_exponent"]
    assert set(row) == {"value", "low", "high", "unit", "identified"}
    assert row["identified"] is True and row["low"] < 2.2 < row["high"]
    assert found["parameters"]["film_pressure_MPa"]["unit"] == "MPa"
    assert found["window"]["needed_low_MPa"] < found["window"]["needed_MPa"]
    assert (here / "fits" / "R_of_p" / "fit.png").stat().st_size > 10_000
    fitted = load_case(found["files"]["case"])
    assert fitted.film.exponent.source == "fitted to R_of_p.csv"
    assert fitted.film.exponent.value == pytest.approx(row["value"], rel=1e-5)
    assert fitted.film.exponent.range == pytest.approx((row["low"], row["high"]), rel=1e-4)
    assert fitted.cell.interfaces == 2 and fitted.surface == load_case("case.toml").surface


def test_it_runs_the_interface_once_and_finds_it_again(here, capsys):
    arguments = ["R_of_p.csv", "--case", "case.toml", "--parameters", "film_exponent,film_pressure"]
    call(*arguments)
    first = capsys.readouterr()
    assert "film_spacing_um" not in first.out
    assert "film_exponent" in first.out and "needs" in first.out
    assert "contact: finished" in first.err
    (run,) = (here / "fits" / "runs").glob("contact-*/summary.json")
    before = run.stat().st_mtime_ns
    call(*arguments, "--json")
    second = json.loads(capsys.readouterr().out)
    assert run.stat().st_mtime_ns == before
    assert second["contact_run"] == str(run.parent.relative_to(here))
    # The run it shares may be named outright, too.
    call(*arguments, "--run", run.parent, "--json")
    third = json.loads(capsys.readouterr().out)
    assert third["parameters"] == second["parameters"]


@pytest.mark.parametrize(
    ("rows", "head", "options", "said"),
    [
        ([(1, 9), (2, 5)], None, [], "2 points for 3 parameters"),
        ([(1, 9), (2, 0), (3, 1)], None, [], "0 is not above 0"),
        ([(1, 9), (-2, 5), (3, 1)], None, [], "-2 is not above 0"),
        ([(1, 9), (5, 5), (3, 1), (4, 2)], None, [], "unsorted"),
        ([(3, 9), (2, 11), (1, 20)], None, [], "a release branch before the ramp"),
        ([(1, 9)], "pressure_MPa,pressure_bar", [], "a second column of pressure"),
        ([(1, 9)] * 4, "pressure,resistance_ohm_cm2", [], "has no unit"),
        ([(1, 9)] * 4, "pressure,resistance_ohm_cm2", ["--unit", "pressure=ohm"], "not a pressure"),
        ([(1, 9)] * 4, "pressure,resistance_ohm_cm2", ["--unit", "presure=MPa"], "did you mean"),
        ([(1, 9)] * 4, None, ["--parameters", "film_exponnt"], "did you mean 'film_exponent'"),
        ([(1, 9)] * 4, None, ["--parameters", "film_thickness"], "only a capacitance tells it"),
        ([(1, 9)] * 4, None, ["--parameters", "reopening_exponent"], "only a release tells it"),
        ([(1, 9)] * 4, None, ["--flat", "--parameters", "yield_strength"], "without --flat"),
        ([(1, 9)] * 4, None, ["--noise", "5"], "has no unit"),
        ([(1, 9)] * 4, None, ["--area", "1 cm"], "is not a area"),
        ([(1, 9)] * 4, None, ["--run", "nowhere"], "nowhere"),
    ],
)
def test_bad_input_is_one_line(here, capsys, rows, head, options, said):
    path = here / "bad.csv"
    path.write_text(
        "\n".join([head or "pressure_MPa,resistance_ohm_cm2", *[f"{p},{r}" for p, r in rows]])
    )
    with pytest.raises(SystemExit) as caught:
        main(["fit", "bad.csv", "--case", "case.toml", "--quiet", *options])
    captured = capsys.readouterr()
    (line,) = captured.err.splitlines()
    assert caught.value.code in (ExitCode.BAD_INPUT, ExitCode.FILE_SYSTEM) and captured.out == ""
    assert said in line, line


def test_a_whole_cell_without_its_area_is_asked_for_it(here, capsys):
    (here / "case.toml").write_text(CASE, encoding="utf-8")
    table(here / "cell.csv", [1, 2, 3, 4], [9, 7, 6, 5], "pressure_MPa,cell_resistance_ohm")
    call("cell.csv", "--case", "case.toml", code=ExitCode.BAD_INPUT)
    (line,) = capsys.readouterr().err.splitlines()
    assert "cell.area: missing" in line and "--area" in line


def test_the_shipped_example_tells_the_exponent_and_not_the_spacing(here, capsys):
    from importlib import resources

    folder = resources.files("napress.cases").joinpath("examples/fits")
    call(folder / "li-lpscl.csv", "--case", folder / "li-lpscl.toml", "--flat", "--json")
    found = json.loads(capsys.readouterr().out)
    assert found["parameters"]["film_exponent"]["identified"]
    assert not found["parameters"]["film_spacing_um"]["identified"]
    assert found["known_products"] and found["further_measurements"]
    assert any("after release are not used" in note for note in found["notes"])


def test_help_comes_without_numerical_libraries():
    code = (
        "import sys; from napress.cases.cli.main import main\n"
        "try:\n    main(['fit', '--help'])\nexcept SystemExit:\n    pass\n"
        "assert 'scipy' not in sys.modules and 'matplotlib' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_a_cell_is_no_part_of_a_run():
    from pathlib import Path

    from napress.cases.schema.load import case_hash

    with_cell = parse_case((CASE + '[cell]\narea = "1 cm**2"\n').encode(), "c.toml", Path())
    assert case_hash(with_cell) == case_hash(parse_case(CASE.encode(), "c.toml", Path()))
