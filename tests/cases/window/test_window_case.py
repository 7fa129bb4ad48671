"""Window cases: what ships, what is refused, which runs are planned and used again."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from importlib import resources
from pathlib import Path

import pytest
from tiny_case import TINY_CASE

from napress.cases.cli.main import main
from napress.cases.errors import CaseError, RunFolderError
from napress.cases.runs import folder as run_folder
from napress.cases.runs import pool as window_runs
from napress.cases.runs.pool import run_jobs
from napress.cases.schema.load import case_hash, load_case, resolved_toml
from napress.cases.window.plan import Job, load_plan

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
    assert [job.name for job in plan.jobs] == ["seed 4", "seed 5", "seed 6"]
    assert len({job.folder for job in plan.jobs}) == 3


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
    assert [job.name for job in plan.jobs] == ["pellet", "surface", "even pellet"]


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


STUB = """
import pathlib, sys, time
from napress.cases.runs import folder as run_folder
word, target = sys.argv[1], pathlib.Path(sys.argv[sys.argv.index("--out") + 1]
                                         if "--out" in sys.argv else sys.argv[2])
name = target.name
if name == "broken":
    sys.stderr.write("napress: no such thing\\n"); sys.exit(2)
target.mkdir(exist_ok=True)
with run_folder.locked(target):
    run_folder.write_case(target, "")
    with (target / "words").open("a") as words:
        words.write(word + "\\n")
    run_folder.write_status(target, "running")
    if name == "slow" and word == "run":
        time.sleep(60)
    run_folder.write_status(target, "failed" if name == "early" else "finished", reason="why")
"""


@pytest.fixture
def stub(tmp_path, monkeypatch):
    """A stand-in for the command: leaves a run folder, or fails."""
    path = tmp_path / "stub.py"
    path.write_text(STUB)
    monkeypatch.setattr(window_runs, "LAUNCH", (sys.executable, str(path)))
    return tmp_path / "runs"


def job(name, command="run") -> Job:
    return Job(name, command, name, "")


def test_finished_runs_are_used_again_and_failures_are_named(stub):
    said = []
    jobs = [job("good"), job("early"), job("broken")]
    good, early, broken = run_jobs(jobs, stub, 2, said.append)
    assert good.usable and not good.reason
    assert early.usable and early.reason == "why"
    assert not broken.usable and broken.reason == "no such thing"
    assert len(said) == 4
    run_jobs(jobs[:2], stub, 2, said.append)
    assert len(said) == 4 and (stub / "good" / "words").read_text() == "run\n"


def test_an_unfinished_run_is_resumed_and_an_unfinished_pellet_begins_again(stub):
    for name in ("again", "pellet"):
        folder = stub / name
        folder.mkdir(parents=True)
        run_folder.write_case(folder, "")
        run_folder.write_status(folder, "interrupted")
    run_jobs([job("again"), job("pellet", "pellet")], stub, 1, lambda text: None)
    assert (stub / "again" / "words").read_text() == "resume\n"
    assert (stub / "pellet" / "words").read_text() == "pellet\n"


def test_a_killed_window_takes_its_runs_along_and_resumes(stub, tmp_path):
    script = (
        "import sys; from pathlib import Path; from napress.cases.runs import pool as w; "
        f"from napress.cases.window.plan import Job; w.LAUNCH = {window_runs.LAUNCH!r}; "
        "w.run_jobs([Job('slow', 'run', 'slow', '')], Path(sys.argv[1]), 1, print)"
    )
    window = subprocess.Popen([sys.executable, "-c", script, str(stub)])
    deadline = time.monotonic() + 30
    while not (stub / "slow" / "status.json").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    with pytest.raises(RunFolderError, match="is running this"):
        run_jobs([job("slow")], stub, 1, lambda text: None)
    window.kill()
    window.wait()
    while run_folder.held_by(stub / "slow") and time.monotonic() < deadline:
        time.sleep(0.05)
    (ended,) = run_jobs([job("slow")], stub, 1, lambda text: None)
    assert ended.usable and (stub / "slow" / "words").read_text() == "run\nresume\n"


def test_a_window_from_nothing_and_again_without_the_solver(tmp_path, capsys):
    case = write(tmp_path, TINY_CASE.replace('"0.5 MPa"', '"2 MPa"') + WINDOW)
    code, out, err = call(["window", case, "--out", tmp_path / "out", "--json"], capsys)
    assert code == 0, err
    first = json.loads(out)
    assert first["runs"][0]["reason"] == "" and first["lower"]["sooner"].keys() == {"closure"}
    assert (tmp_path / "out" / "report.html").exists()
    assert (tmp_path / "out" / "window.csv").read_text().startswith("pressure_MPa,contact_")
    # With everything there DOLFINx is never imported.
    script = (
        "import sys; from napress.cases.cli.main import main\n"
        "try: main(sys.argv[1:])\n"
        "finally: assert 'dolfinx' not in sys.modules and 'pyvista' not in sys.modules"
    )
    again = subprocess.run(
        [sys.executable, "-c", script, "window", str(case), "--out", tmp_path / "out", "--json"],
        capture_output=True,
        text=True,
    )
    assert again.returncode == 0 and again.stderr == ""
    assert json.loads(again.stdout) == first
