"""``napress validate``, ``schema``, ``run`` and ``pellet`` tell the kinds of case apart."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

import pytest
from tiny_case import TINY_CASE

from napress.cases.cli.main import main
from napress.cases.schema.load import load_pellet_case, parse_pellet_case, pellet_case_hash
from napress.cases.schema.pellet_case import PelletCase

EXAMPLES = Path(str(resources.files("napress.cases").joinpath("examples")))
PELLETS = sorted((EXAMPLES / "pellets").glob("*.toml"))
PELLET = EXAMPLES / "pellets" / "nzsp-peek-die.toml"
WINDOW = TINY_CASE + '\n[window]\nclosure_target = "99 %"\n'


def call(arguments, capsys) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as caught:
        main([str(a) for a in arguments])
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err
    return caught.value.code, captured.out, captured.err


@pytest.fixture
def write(tmp_path):
    def to(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text)
        return path

    return to


@pytest.mark.parametrize("path", PELLETS, ids=lambda path: path.stem)
def test_validate_says_that_it_is_a_pellet(path, capsys):
    code, out, err = call(["validate", path], capsys)
    assert (code, err) == (0, "")
    assert "valid; pellet case, " in out and "10 mm across" in out and "up to " in out
    code, out, err = call(["validate", path, "--json"], capsys)
    content = json.loads(out)
    assert (code, err) == (0, "") and content["valid"] is True and content["kind"] == "pellet"
    case = load_pellet_case(path)
    assert content["case_hash"] == pellet_case_hash(case)
    assert content["last_pressure_MPa"] == case.program[-1].pressure
    isostatic = path.stem == "nzsp-isostatic"
    assert (content["last_force_kN"] is None) == isostatic


def test_validate_warns_of_a_press_near_its_limit(write, capsys):
    path = write("p.toml", PELLET.read_text().replace('"40 kN"', '"30 kN"'))
    code, out, err = call(["validate", path], capsys)
    assert code == 0 and len(err.splitlines()) == 1 and "warning: 360 MPa needs 28.3 kN" in err
    _, out, err = call(["validate", path, "--json"], capsys)
    (line,) = json.loads(out)["warnings"]
    assert "28.3 kN" in line and err == ""


@pytest.mark.parametrize(
    ("old", "new", "field", "allowed"),
    [
        ('"30 MPa"', '"0.1 MPa"', "program[0].pressure", ">= 0.235 MPa"),
        ('diameter = "10 mm"', 'diametr = "10 mm"', "pellet.diametr", "did you mean 'diameter'"),
        ('"40 kN"', '"20 kN"', "program[3].pressure", "<= 254.6 MPa"),
        ("[ceramic]", "[ceramc]", "ceramc", "did you mean 'ceramic'"),
    ],
)
def test_a_bad_pellet_is_one_line(write, capsys, old, new, field, allowed):
    text = PELLET.read_text()
    assert old in text
    pellet = write("pellet.toml", text.replace(old, new))
    window = write("case.toml", WINDOW + 'pellet = "pellet.toml"\n')
    for path in (pellet, window):
        code, out, err = call(["validate", path], capsys)
        assert (code, out) == (2, "") and len(err.splitlines()) == 1, err
        assert str(pellet) in err and field in err and allowed in err


def test_validate_of_a_window_checks_all_it_would_run(write, capsys):
    write("pellet.toml", PELLET.read_text())
    higher = WINDOW.replace('"0.5 MPa"', '"5 MPa"')
    path = write("case.toml", higher + 'pellet = "pellet.toml"\n')
    code, out, err = call(["validate", path, "--json"], capsys)
    content = json.loads(out)
    assert (code, err) == (0, "") and content["kind"] == "window"
    runs = content["window"]["runs"]
    assert [name for name in runs if not name.startswith("lever")] == [
        "pellet",
        "surface",
        "even pellet",
    ]
    assert "lever stiffer sleeve" in runs
    assert content["window"]["pellet"]["kind"] == "pellet"
    code, out, _ = call(["validate", path], capsys)
    assert code == 0 and f"window of {len(runs)} runs, pellet.toml: pellet case, " in out
    for line, field, allowed in (
        ('pellet = "none.toml"\n', "none.toml", "no such file"),
        ('pellet = "other.toml"\n', "window.pellet", "allowed: of 'nzsp'"),
        ('pellet = "bare.toml"\n', "bare.toml: surface", "a table [pellet]"),
        ("seeds = 3\n", "window.seeds", "allowed: 1"),
    ):
        write("bare.toml", TINY_CASE)
        other = PELLET.read_text().replace('material = "nzsp"', 'material = "beta-alumina"')
        write("other.toml", other)
        code, out, err = call(["validate", write("case.toml", higher + line)], capsys)
        assert (code, out) == (2, "") and len(err.splitlines()) == 1
        assert field in err and allowed in err


def test_the_other_kinds_are_named_too(write, capsys):
    for name, text, kind in (("a.toml", TINY_CASE, "interface"), ("b.toml", WINDOW, "window")):
        code, out, _ = call(["validate", write(name, text), "--json"], capsys)
        assert code == 0 and json.loads(out)["kind"] == kind


@pytest.mark.parametrize(
    ("command", "text", "remedy"),
    [
        ("run", PELLET.read_text(), "`napress pellet CASE`"),
        ("window", PELLET.read_text(), "`napress pellet CASE`"),
        ("pellet", TINY_CASE, "run by `napress run CASE`"),
        ("pellet", WINDOW, "run by `napress window CASE` or `napress run CASE`"),
    ],
)
def test_a_case_of_the_other_kind_names_its_command(write, capsys, command, text, remedy):
    path = write("case.toml", text)
    out_folder = path.parent / "out"
    code, out, err = call([command, path, "--out", out_folder], capsys)
    assert (code, out) == (2, "") and len(err.splitlines()) == 1
    assert str(path) in err and remedy in err and "allowed" in err
    assert not out_folder.exists()


def test_neither_kind_is_still_one_line(write, capsys):
    path = write("case.toml", 'title = "nothing"\n')
    code, _, err = call(["validate", path], capsys)
    assert code == 2 and "interface: missing" in err and len(err.splitlines()) == 1
    code, _, err = call(["pellet", path, "--out", path.parent / "out"], capsys)
    assert code == 2 and "pellet: missing" in err and len(err.splitlines()) == 1


def test_schema_of_a_pellet_case(capsys):
    code, out, _ = call(["schema", "--pellet"], capsys)
    content = json.loads(out)
    assert code == 0 and content["$schema"].startswith("https://json-schema.org/")
    assert set(content["required"]) == {"pellet", "ceramic", "sodium", "program"}
    assert set(content["properties"]) == set(PelletCase.model_fields)
    tables = content["$defs"]
    assert tables["PelletTable"]["properties"]["sleeve"]["enum"] == ["none", "rigid", "elastic"]
    assert list(tables["PelletStage"]["properties"]) == ["pressure"]
    assert all(tables[t]["additionalProperties"] is False for t in ("PelletTable", "PressTable"))


def test_yield_stress_in_another_unit_is_a_first_pressure(tmp_path):
    text = PELLET.read_text()
    for written in ("0.235 MPa", "235 kPa", "2.35 bar", "235000 Pa"):
        case = parse_pellet_case(text.replace("30 MPa", written).encode(), "c.toml", tmp_path)
        assert case.program[0].pressure == pytest.approx(0.235)
    fluid = (EXAMPLES / "pellets" / "nzsp-isostatic.toml").read_text()
    first = load_pellet_case(EXAMPLES / "pellets" / "nzsp-isostatic.toml").program[0].pressure
    low = fluid.replace(f'"{first:g} MPa"', '"0.1 MPa"', 1)
    assert parse_pellet_case(low.encode(), "c.toml", tmp_path).program[0].pressure == 0.1
