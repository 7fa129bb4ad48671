"""The command ``napress``: commands, JSON, exit codes, one voice under MPI."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import types
from pathlib import Path

import meshio
import pytest
from mpi import run_ranks

from napress.cases.cli.main import main
from napress.cases.cli.templates import TEMPLATES, write_template
from napress.cases.errors import CaseError, ExitCode, RunFolderError
from napress.cases.runs.outcome import RunOutcome

COMMANDS = "run resume validate report paraview new materials mesh schema version verify".split()


def call(arguments, capsys) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as caught:
        main([str(a) for a in arguments])
    captured = capsys.readouterr()
    return caught.value.code, captured.out, captured.err


@pytest.fixture
def case(tmp_path) -> Path:
    path = tmp_path / "wave.toml"
    write_template("sinusoid", path)
    return path


@pytest.fixture
def solver(monkeypatch):
    """Stands in for the module that solves: records calls, ends as told."""
    module = types.ModuleType("napress.cases.runs.interface_run")
    module.calls = []
    module.ending = RunOutcome(Path("there"), summary={"wall_s": 1.0})

    def end(*arguments):
        module.calls.append(arguments)
        if isinstance(module.ending, BaseException):
            raise module.ending
        return module.ending

    module.run_case = module.resume_run = module.report_run = module.paraview_script = end
    for name in ("interface_run", "drawing"):
        monkeypatch.setitem(sys.modules, f"napress.cases.runs.{name}", module)
    return module


def test_help_loads_nothing_heavy_and_lists_everything():
    result = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "napress.cases.cli", "--help"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "COLUMNS": "80"},
    )
    assert "..." not in result.stdout.split("Commands:")[1], "a sentence is cut short"
    for command in COMMANDS:
        assert f" {command} " in result.stdout
    assert "Exit codes" in result.stdout and "130" in result.stdout
    for heavy in ("dolfinx", "gmsh", "pint", "scipy", "matplotlib", "mpi4py", "rich"):
        assert f"| {heavy}\n" not in result.stderr, f"{heavy} makes the start slow"


def test_a_run_loads_no_tables_before_its_first_mesh():
    code = "import sys, napress.cases.runs.interface_run; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    late = {"pandas", "scipy.interpolate", "scipy.ndimage", "scipy.optimize", "matplotlib"}
    late |= {"napress.fem.pellet"}
    assert not late & set(done.stdout.split())


def test_no_arguments_show_help(capsys):
    code, out, err = call([], capsys)
    assert code == 0 and "Usage" in out and err == ""


def test_version_names_the_stack(capsys):
    code, out, _ = call(["version", "--json"], capsys)
    found = json.loads(out)
    assert code == 0
    assert {"python", "napress", "dolfinx", "petsc", "mpi", "gmsh", "numpy"} <= set(found)
    code, out, _ = call(["version"], capsys)
    assert found["petsc"] in out


def test_schema_is_json_schema_of_the_case(capsys):
    code, out, _ = call(["schema"], capsys)
    content = json.loads(out)
    assert code == 0 and content["type"] == "object"
    assert {"interface", "surface", "sodium", "ceramic", "program"} == set(content["required"])
    tables = content["$defs"]
    width, elements = (tables["Interface"]["properties"][name] for name in ("width", "elements"))
    assert [kind["type"] for kind in width["anyOf"]] == ["string", "array"]
    assert elements["anyOf"][0] == {"minimum": 1, "type": "integer"}
    assert all(tables[t]["additionalProperties"] is False for t in ("Interface", "SodiumTable"))


def test_materials(capsys):
    code, out, _ = call(["materials", "--json"], capsys)
    rows = json.loads(out)
    assert code == 0 and any(row["estimate"] for row in rows)
    assert all(row["source"] or row["estimate"] for row in rows)
    code, out, _ = call(["materials"], capsys)
    assert code == 0 and "nzsp" in out and "estimate" in out


def test_validate_json_lists_the_estimates(case, capsys):
    code, out, _ = call(["validate", case, "--json"], capsys)
    content = json.loads(out)
    assert code == 0 and content["valid"] is True
    assert content["peak_to_valley_um"] == pytest.approx(2.0)
    assert "ceramic.compressive_strength" in content["estimates"]
    assert "ceramic.young" not in content["estimates"]


@pytest.mark.parametrize("template", TEMPLATES)
def test_new_then_validate(template, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, _ = call(["new", template], capsys)
    assert code == 0 and f"{template}.toml" in out
    code, out, err = call(["validate", f"{template}.toml"], capsys)
    assert (code, err) == (0, "")


def test_run_hands_over_and_reports(case, solver, capsys):
    code, out, err = call(["run", case, "--out", "there", "--quiet", "--json"], capsys)
    assert (code, err) == (0, "")
    assert json.loads(out) == {
        "folder": "there",
        "state": "finished",
        "reason": "",
        "summary": {"wall_s": 1.0},
    }
    ((path, folder, options),) = solver.calls
    assert (path, folder, options.quiet) == (case, Path("there"), True)


def test_default_folder_is_named_after_the_case(case, solver, capsys):
    call(["run", case], capsys)
    assert solver.calls[0][1] == Path("runs/wave")


@pytest.mark.parametrize(
    ("ending", "code", "said"),
    [
        (RunOutcome(Path("d"), "failed", "minimum step"), ExitCode.STOPPED_EARLY, "minimum step"),
        (RunOutcome(Path("d"), "interrupted"), ExitCode.INTERRUPTED, "napress resume d"),
        (RunFolderError("d: disk full"), ExitCode.FILE_SYSTEM, "d: disk full"),
        (CaseError("c.toml", "x", "no"), ExitCode.BAD_INPUT, "c.toml: x: no"),
        (KeyboardInterrupt(), ExitCode.INTERRUPTED, "interrupted"),
        (OSError(28, "No space left on device", "h.csv"), ExitCode.FILE_SYSTEM, "h.csv: No space"),
        (RuntimeError("two\nlines"), ExitCode.INTERNAL, "RuntimeError: two lines"),
    ],
)
def test_every_ending_is_one_line_and_a_code(case, solver, capsys, ending, code, said):
    solver.ending = ending
    found, _, err = call(["run", case, "--out", "d"], capsys)
    assert found == code
    assert len(err.splitlines()) == 1 and said in err


def test_debug_shows_the_traceback(case, solver, monkeypatch):
    monkeypatch.setenv("NAPRESS_DEBUG", "1")
    solver.ending = RuntimeError("deep inside")
    with pytest.raises(RuntimeError, match="deep inside"):
        main(["run", str(case)])


@pytest.mark.parametrize("command", ["resume", "report", "paraview"])
def test_commands_on_a_run_folder(command, tmp_path, solver, capsys):
    (tmp_path / "case.resolved.toml").write_text("")
    code, out, _ = call([command, tmp_path], capsys)
    assert code == 0 and "there" in out
    assert solver.calls[0][0] == tmp_path


@pytest.mark.parametrize(("passed", "code"), [(True, 0), (False, ExitCode.CHECK_FAILED)])
def test_verify_fails_with_its_own_code(passed, code, monkeypatch, capsys):
    module = types.ModuleType("napress.cases.verification.table")
    module.main = lambda as_json: passed
    monkeypatch.setitem(sys.modules, "napress.cases.verification.table", module)
    found, _, err = call(["verify"], capsys)
    assert found == code and len(err.splitlines()) == (0 if passed else 1)


def test_mesh_export_to_abaqus(case, tmp_path, capsys):
    target = tmp_path / "wave.inp"
    code, out, err = call(["mesh", case, "--export", target, "--json"], capsys)
    assert (code, err) == (0, "")
    assert json.loads(out)["quality"]["ceramic"]["cells"] > 100
    heights = meshio.read(target).points[:, 1]
    assert heights.min() == pytest.approx(-40.0) and heights.max() == pytest.approx(20.0)
    code, _, err = call(["mesh", case, "--export", tmp_path / "wave.nothing"], capsys)
    assert code == ExitCode.BAD_INPUT and ".inp" in err and len(err.splitlines()) == 1
    code, _, err = call(["mesh", case, "--export", tmp_path / "no" / "x.inp"], capsys)
    assert code == ExitCode.FILE_SYSTEM and len(err.splitlines()) == 1


def test_two_ranks_speak_once(case):
    result = run_ranks(2, ["-m", "napress.cases.cli", "validate", case])
    assert result.stdout.count("valid;") == 1


ON_ROOT = """
from mpi4py import MPI
from napress.cases.errors import CaseError
from napress.cases.machine.parallel import on_root
comm = MPI.COMM_WORLD
assert on_root(comm, lambda a: (a, comm.rank), 5) == (5, 0)
def refuse():
    raise CaseError("f.toml", "x", "no")
try:
    on_root(comm, refuse)
except CaseError as error:
    assert str(error) == "f.toml: x: no"
else:
    raise AssertionError("every rank must learn of it")
print("told")
"""


def test_an_error_on_rank_0_reaches_every_rank():
    assert run_ranks(2, ["-c", ON_ROOT]).stdout.count("told") == 2
