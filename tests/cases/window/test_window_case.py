"""Window cases: what ships, what is refused, which runs are planned and used again."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import resources
from pathlib import Path

import pytest
from tiny_case import TINY_CASE

from napress.cases.cli.main import main
from napress.cases.errors import CaseError
from napress.cases.schema.load import case_hash, load_case, resolved_toml
from napress.cases.window.lever_runs import is_lever, lever_jobs
from napress.cases.window.plan import load_plan

FOLDER = Path(str(resources.files("napress.cases").joinpath("examples", "windows")))
SHIPPED = sorted(FOLDER.glob("*.toml"))
WINDOW = """
[window]
closure_target = "99 %"
"""
RANDOM = '{ kind = "self-affine", rms = "0.1 um", hurst = 0.8, cutoff = "5 um", seed = 4 }'
WAVE = '{ kind = "sinusoid", amplitude = "0.5 um", wavelength = "10 um" }'
PELLET = (FOLDER.parent / "pellets" / "nzsp-peek-die.toml").read_text()


def write(folder, text=TINY_CASE + WINDOW, pellet=PELLET) -> Path:
    (folder / "pellet.toml").write_text(pellet)
    path = folder / "case.toml"
    path.write_text(text)
    return path


def call(arguments, capsys) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as caught:
        main([str(a) for a in arguments])
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err
    return caught.value.code, captured.out, captured.err


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_windows_are_planned(path):
    plan = load_plan(path, seeds=2)
    assert {"pellet", "seed 1", "seed 2"} <= {job.name for job in plan.jobs}
    assert plan.pellet is not None and plan.table.asked_pressure == 360.0


def test_the_asked_windows_are_shipped():
    assert {path.stem for path in SHIPPED} >= {
        "nzsp-peek-die",
        "nzsp-isostatic",
        "sulfide-staged",
        "beta-alumina-polished",
        "closo-borate",
    }


def test_targets_are_no_part_of_what_is_run(tmp_path):
    with_targets = load_case(write(tmp_path))
    (tmp_path / "bare.toml").write_text(TINY_CASE)
    bare = load_case(tmp_path / "bare.toml")
    assert with_targets.window is not None and bare.window is None
    assert case_hash(with_targets) == case_hash(bare)
    assert "window" not in resolved_toml(with_targets)


def test_seeds_follow_the_one_of_the_case(tmp_path):
    plan = load_plan(write(tmp_path, TINY_CASE.replace(WAVE, RANDOM) + WINDOW + "seeds = 3"))
    names = ["seed 4", "seed 5", "seed 6", "lever polish"]
    names += [f"lever {name}" for name in ("at once", "held", "longer", "warm")]
    assert [job.name for job in plan.jobs] == names
    assert len({job.id for job in plan.jobs}) == 8
    fewer = load_plan(write(tmp_path, TINY_CASE + WINDOW + "run_levers = false"))
    assert [job.name for job in fewer.jobs] == ["surface"]


def test_runs_of_a_window_draw_nothing_unless_the_case_asks(tmp_path):
    silent = 'output = { fields = "none", figures = false, report = false }\n'
    bare = TINY_CASE.replace(silent, "")
    assert bare != TINY_CASE

    def drawn(more: str) -> list[str]:
        (job,) = load_plan(write(tmp_path, bare + WINDOW + "run_levers = false\n" + more)).jobs
        lines = job.case_toml.splitlines()
        return [line for line in lines if line.startswith(("figures =", "report ="))]

    assert drawn("") == ["figures = false", "report = false"]
    assert drawn("[output]\nreport = true") == ["figures = false", "report = true"]


def test_the_pellet_says_how_it_is_held(tmp_path):
    plan = load_plan(write(tmp_path, TINY_CASE + WINDOW + 'pellet = "pellet.toml"'))
    table = plan.case.fracture
    assert table.confinement == "elastic sleeve" and table.pellet_diameter.value == 1e4
    assert table.sleeve_diameter_ratio.value == pytest.approx(3.0)
    # materials and pressures are those of the case; nothing below yielding of the sodium
    assert plan.pellet is None
    higher = TINY_CASE.replace('"0.5 MPa"', '"5 MPa"')
    plan = load_plan(write(tmp_path, higher + WINDOW + 'pellet = "pellet.toml"'))
    assert [stage.pressure for stage in plan.pellet.program] == [5.0]
    assert plan.pellet.sodium.yield_strength.value == 1.0
    assert plan.pellet.ceramic.thickness == 1000.0
    names = [job.name for job in plan.jobs if not job.name.startswith("lever")]
    assert names == ["pellet", "surface", "even pellet"]


BAD = [
    ("", "window", "table [window]"),
    ("[window]\nseeds = 1", "window.closure_target", "closure_target = '99 %'"),
    (WINDOW + "seeds = 0", "window.seeds", "1 to 1000"),
    (WINDOW + "seeds = 3", "window.seeds", "no surface here is random"),
    (WINDOW + 'failure_target = "1"', "window.failure_target", "has no unit"),
    (WINDOW + 'failure_target = "0 %"', "window.failure_target", "> 0"),
    (WINDOW + 'resistance = "1 ohm*cm**2"', "window.resistance", "did you mean"),
    (WINDOW + 'resistance_target = "1 ohm"', "window.resistance_target", "ohm*cm**2"),
    (WINDOW + 'pellet = "none.toml"', "none.toml", "no such file"),
    (WINDOW + "pellet = 3", "window.pellet", "text"),
    (
        WINDOW + 'pellet = "pellet.toml"\n[fracture]\nconfinement = "none"',
        "fracture.confinement",
        "leave it out",
    ),
    (
        WINDOW + 'pellet = "pellet.toml"\n[fracture]\npellet_diameter = "12 mm"',
        "fracture.pellet_diameter",
        "10000.0",
    ),
]


@pytest.mark.parametrize(("table", "field", "allowed"), BAD)
def test_bad_input_is_one_clear_line(tmp_path, capsys, table, field, allowed):
    code, out, err = call(
        ["window", write(tmp_path, TINY_CASE + table), "--out", tmp_path / "out"], capsys
    )
    assert (code, out) == (2, "") and len(err.splitlines()) == 1
    assert field in err and allowed in err
    assert not (tmp_path / "out").exists()


def test_a_pellet_of_another_ceramic_is_refused(tmp_path):
    other = PELLET.replace('material = "nzsp"', 'material = "beta-alumina"')
    with pytest.raises(CaseError, match="a pellet of 'beta-alumina'; allowed: of 'nzsp'"):
        load_plan(write(tmp_path, TINY_CASE + WINDOW + 'pellet = "pellet.toml"', other))


def test_a_folder_of_something_else_is_left_alone(tmp_path, capsys):
    out = tmp_path / "out"
    out.mkdir()
    (out / "thesis.txt").write_text("mine")
    code, _, err = call(["window", write(tmp_path), "--out", out], capsys)
    assert code == 4 and "not the folder of a window" in err
    assert [path.name for path in out.iterdir()] == ["thesis.txt"]


def test_a_window_from_nothing_and_again_without_the_solver(tmp_path, capsys):
    case = write(
        tmp_path, TINY_CASE.replace('"0.5 MPa"', '"2 MPa"') + WINDOW + "run_levers = false"
    )
    code, out, err = call(["window", case, "--out", tmp_path / "out", "--json"], capsys)
    assert code == 0, err
    first = json.loads(out)
    assert first["runs"][0]["reason"] == "" and first["lower"]["sooner"].keys() == {"closure"}
    assert (tmp_path / "out" / "report.html").exists()
    assert (tmp_path / "out" / "window.csv").read_text().startswith("pressure_MPa,contact_")
    # With everything there nothing of the solver is imported, nor what reads tables slowly.
    heavy = {"dolfinx", "pyvista", "scipy.sparse", "scipy.interpolate", "scipy.optimize"}
    script = (
        "import sys; from napress.cases.cli.main import main\n"
        "try: main(sys.argv[1:])\n"
        f"finally: assert not {heavy} & set(sys.modules)"
    )
    again = subprocess.run(
        [sys.executable, "-c", script, "window", str(case), "--out", tmp_path / "out", "--json"],
        capture_output=True,
        text=True,
    )
    assert again.returncode == 0 and again.stderr == ""
    assert json.loads(again.stdout) == first


def test_pores_and_a_jacketed_sleeve_are_ends_of_a_window(tmp_path):
    import numpy as np

    from napress.cases.window.in_time import held_modes

    grid = np.array([1.0, 10.0, 100.0])
    assert held_modes(load_case(write(tmp_path)), grid) == {}
    more = """
[fracture]
confinement = "jacketed sleeve"
sleeve_diameter_ratio = 1.2
pore_throat = { value = "10 um", estimate = true, note = "a guess" }
pellet_thickness = "1 mm"
"""
    found = held_modes(load_case(write(tmp_path, TINY_CASE + WINDOW + more)), grid)
    # 4 k L/d of sodium of 1 MPa
    assert found["pores"][0] == pytest.approx(grid / (4 / 3**0.5 * 100))
    assert (np.diff(found["sleeve"][0]) > 0).all()


def test_a_compact_goes_with_a_rigid_pellet_case(tmp_path):
    rigid = PELLET.replace('sleeve = "elastic"', 'sleeve = "rigid"')
    rigid = "\n".join(
        line for line in rigid.splitlines() if not line.startswith(("sleeve_mat", "sleeve_outer"))
    )
    more = '[fracture]\nconfinement = "compact"\ncompact_yield = "150 MPa"'
    more += '\npressed_before = "360 MPa"\n'
    text = TINY_CASE.replace('"0.5 MPa"', '"5 MPa"') + WINDOW + 'pellet = "pellet.toml"\n' + more
    table = load_plan(write(tmp_path, text, rigid)).case.fracture
    assert table.confinement == "compact" and table.pellet_thickness.value == 1000.0


def test_levers_are_runs_of_the_first_surface(tmp_path):
    plan = load_plan(write(tmp_path, TINY_CASE.replace(WAVE, RANDOM) + WINDOW + "seeds = 1"))
    smoother = next(job for job in plan.jobs if is_lever(job))
    (tmp_path / "smoother.toml").write_text(smoother.case_toml)
    changed = load_case(tmp_path / "smoother.toml")
    assert changed.surface[0].rms == pytest.approx(0.05) and changed.surface[0].seed == 4
    timed = Path(str(resources.files("napress.cases").joinpath("examples", "creep-closure.toml")))
    names = {job.name for job in lever_jobs(load_case(timed))}
    assert {"lever warm", "lever longer", "lever held", "lever at once"} <= names


def test_levers_that_need_time_hold_every_pressure(tmp_path):
    text = TINY_CASE.replace(WAVE, RANDOM.replace("5 um", "2 um")).replace("16", "64") + WINDOW
    plan = load_plan(write(tmp_path, text + "seeds = 1"))
    found = {}
    for job in plan.jobs:
        if is_lever(job):
            (tmp_path / "lever.toml").write_text(job.case_toml)
            found[job.name.removeprefix("lever ")] = load_case(tmp_path / "lever.toml")
    assert found["at once"].creep is None and found["held"].creep is not None
    # A coarse face: half the elements, no wave that they do not carry.
    assert found["held"].interface.elements == 32
    assert found["held"].surface[0].cutoff == pytest.approx(4.0)
    holds = {name: [s.hold for s in found[name].program if s.hold] for name in ("held", "longer")}
    assert holds == {"held": [600.0] * 6, "longer": [36000.0] * 6}
    pressures = [[s.pressure for s in c.program if s.pressure] for c in found.values() if c.creep]
    assert pressures[0] == pressures[1] == pressures[2]
    assert {s.temperature for s in found["warm"].program if s.pressure} == {333.15}


def test_a_sleeve_that_is_softer_than_steel_is_tried_in_steel(tmp_path):
    higher = TINY_CASE.replace('"0.5 MPa"', '"5 MPa"')
    plan = load_plan(write(tmp_path, higher + WINDOW + 'pellet = "pellet.toml"'))
    found = {job.name: job for job in plan.jobs}
    (tmp_path / "steel.toml").write_text(found["lever stiffer sleeve"].case_toml)
    assert load_case(tmp_path / "steel.toml").fracture.sleeve_young.value == 210e3
    assert '[pellet.sleeve_material]\nid = "tool-steel"' in (
        found["lever stiffer sleeve pellet"].case_toml
    )


def test_a_pellet_is_found_beside_the_link_and_then_beside_its_target(tmp_path):
    there, here = tmp_path / "there", tmp_path / "here"
    there.mkdir()
    here.mkdir()
    higher = TINY_CASE.replace('"0.5 MPa"', '"5 MPa"') + WINDOW + 'pellet = "pellet.toml"'
    target = write(there, higher)
    (here / "case.toml").symlink_to(target)
    assert load_plan(here / "case.toml").pellet.ceramic.thickness == 1000.0
    thicker = PELLET.replace('thickness = "1 mm"', 'thickness = "2 mm"')
    (here / "pellet.toml").write_text(thicker)
    assert load_plan(here / "case.toml").pellet.ceramic.thickness == 2000.0
