"""`napress validate` tells what a surface is and what was done to it, and shows it."""

import json

import numpy as np
import pytest

from napress.cases.cli.main import main

CASE = """
surface = [{ kind = "profile", file = "scan.txt", cutoff = "2 um" }]
interface = { width = "20 um", elements = 128 }
program = [{ pressure = "0.5 MPa" }]
sodium = { material = "sodium-wang-2020", thickness = "20 um" }
ceramic = { material = "nzsp", thickness = "20 um" }
"""


@pytest.fixture
def case(tmp_path):
    x = np.arange(401) * 0.05
    rows = "\n".join(f"{a:.2f}\t{1000 * np.sin(2 * np.pi * a / 20):.2f}" for a in x)
    (tmp_path / "scan.txt").write_text("Instrument: Stylus 3\nx [um]\tz [nm]\n" + rows)
    path = tmp_path / "case.toml"
    path.write_text(CASE)
    return path


def run(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        main([str(part) for part in arguments])
    captured = capsys.readouterr()
    return caught.value.code, captured.out, captured.err


def test_it_prints_source_treatment_roughness_and_the_profile(case, capsys):
    code, out, err = run(["validate", case], capsys)
    assert code == 0
    for text in (
        "scan.txt; position in um (header), height in nm (header)",
        "length used 20 um, 401 points, 0 bridged",
        "level 'line': slope removed -0.09",
        "Rq before it 0.706",
        "Rq 0.44",
        "peak to valley 1.7",
        "Ra 0.",
        "rms slope 0.",
        "█",
    ):
        assert text in out, text
    assert "near a wall" in err
    case.write_text(CASE.replace('"2 um"', '"2 um", level = "none"'))
    _, out, _ = run(["validate", case], capsys)
    assert "slope removed 0, " in out and "Rq 0.707" in out and "peak to valley 2.00" in out


def test_json_has_the_same_numbers(case, capsys):
    code, out, _ = run(["validate", case, "--json"], capsys)
    found = json.loads(out)
    assert code == 0
    assert found["rq_um"] == pytest.approx(0.443, rel=0.01)
    (measured,) = found["measured_surfaces"]
    assert measured["provenance"]["instrument"] == "Stylus 3"
    assert measured["points"] == 401
    assert measured["slope_removed"] == pytest.approx([-0.0954], rel=0.01)


def test_a_figure_is_written_or_refused(case, tmp_path, capsys):
    code, _, _ = run(["validate", case, "--figure", tmp_path / "surface.png"], capsys)
    assert code == 0
    assert (tmp_path / "surface.png").read_bytes().startswith(b"\x89PNG")
    code, _, err = run(["validate", case, "--figure", tmp_path / "surface.doc"], capsys)
    assert code == 2 and "allowed: .png, .svg, .pdf" in err
    code, _, err = run(["validate", case, "--figure", tmp_path / "no" / "surface.png"], capsys)
    assert code == 4 and "cannot be written" in err


def test_a_temperature_meant_in_degrees_is_warned_of(case, capsys):
    timed = 'program = [{ pressure = "0.5 MPa", duration = "10 s", temperature = "25 K" }]'
    timed += '\ncreep = { law = "creep" }'
    cold = CASE.replace('program = [{ pressure = "0.5 MPa" }]', timed)
    case.write_text(cold)
    code, _, err = run(["validate", case], capsys)
    assert code == 0 and "program[0].temperature: 25 K is colder" in err
    case.write_text(cold.replace("25 K", "25 °C"))
    code, _, err = run(["validate", case], capsys)
    assert code == 0 and "colder" not in err
