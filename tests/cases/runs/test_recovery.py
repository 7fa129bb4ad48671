"""Whatever ends a run, its folder says how it stands and the next command goes on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tiny_case import TINY_CASE

from napress.cases.cli.main import main
from napress.cases.machine import compiling
from napress.cases.machine.parallel import on_root
from napress.cases.runs import drawing
from napress.cases.runs import folder as run_folder

LONG = TINY_CASE.replace('"0.5 MPa"', '"30 MPa"').replace("elements = 16", "elements = 48")


def napress(*arguments, **environment) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-P", "-m", "napress.cases.cli", *map(str, arguments)]
    return subprocess.run(
        words, capture_output=True, text=True, timeout=200, env={**os.environ, **environment}
    )


def call(*arguments) -> int:
    with pytest.raises(SystemExit) as caught:
        main([str(word) for word in arguments])
    return caught.value.code


@pytest.fixture
def case(tmp_path) -> Path:
    path = tmp_path / "case.toml"
    path.write_text(TINY_CASE)
    return path


def test_no_compiler_is_one_line_that_names_it_and_leaves_no_folder(case, tmp_path):
    empty = {"PATH": "/nowhere", "XDG_CACHE_HOME": str(tmp_path / "cache")}
    ended = napress("run", case, "--out", tmp_path / "out", "-q", **empty)
    assert ended.returncode == 4, ended.stderr
    assert ended.stderr.count("\n") == 1
    assert "cannot be compiled by" in ended.stderr and "a C compiler, named by CC" in ended.stderr
    assert not (tmp_path / "out").exists()


def test_a_home_that_may_not_be_written_gives_a_warning(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", "/proc/none")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "MPLCONFIGDIR"):
        # Set and removed again, so that what is set below goes with the test.
        monkeypatch.setenv(name, "x")
        monkeypatch.delenv(name)
    told = compiling.use_writable_cache()
    assert told.startswith("/proc/none/.cache: not writable") and "XDG_CACHE_HOME" in told
    kept = Path(os.environ["XDG_CACHE_HOME"])
    assert kept.parent == tmp_path and kept.stat().st_mode & 0o077 == 0
    assert os.environ["MPLCONFIGDIR"].startswith(str(kept))
    # The second run of the day finds its forms there, and says nothing more.
    assert compiling.use_writable_cache() == ""


def test_a_cache_that_others_can_write_is_not_used(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    hostile = tmp_path / f"napress-cache-{os.getuid()}"
    hostile.mkdir()
    hostile.chmod(0o777)
    assert compiling._private_folder() != hostile


@pytest.mark.parametrize("left", [("status.json",), ("status.json", "case.resolved.toml")])
def test_a_run_killed_before_it_meshed_can_be_brought_to_its_end(case, tmp_path, left):
    out = tmp_path / "out"
    whole = tmp_path / "whole"
    assert call("run", case, "--out", whole, "-q") == 0
    out.mkdir()
    if "status.json" in left:
        run_folder.write_status(out, "running")
    if "case.resolved.toml" in left:
        (out / "case.resolved.toml").write_bytes((whole / "case.resolved.toml").read_bytes())
        assert call("resume", out, "-q") == 0
    else:
        assert call("run", case, "--out", out, "-q") == 0
    assert run_folder.read_status(out).state == "finished"


def test_a_case_without_status_is_a_run_at_its_beginning(tmp_path, case):
    whole, out = tmp_path / "whole", tmp_path / "out"
    assert call("run", case, "--out", whole, "-q") == 0
    out.mkdir()
    (out / "case.resolved.toml").write_bytes((whole / "case.resolved.toml").read_bytes())
    assert call("resume", out, "-q") == 0


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_signal_of_a_scheduler_ends_a_run_in_good_order(tmp_path, name):
    case, out = tmp_path / "case.toml", tmp_path / "out"
    case.write_text(LONG)
    child = subprocess.Popen(
        [sys.executable, "-m", "napress.cases.cli", "run", str(case), "--out", str(out), "-q"],
        stderr=subprocess.PIPE,
        text=True,
        # under nohup it would be ignored, as it should be
        preexec_fn=lambda: signal.signal(getattr(signal, name), signal.SIG_DFL),
    )
    deadline = time.monotonic() + 120
    while not (out / "history.csv").exists():
        assert child.poll() is None and time.monotonic() < deadline
        time.sleep(0.05)
    child.send_signal(getattr(signal, name))
    _, err = child.communicate(timeout=60)
    assert child.returncode == 130
    assert err.count("\n") == 1 and f"ended by {name}" in err
    status = run_folder.read_status(out)
    assert status.state == "interrupted" and status.reason == f"ended by {name}"
    assert not (out / "run.lock").exists()


def test_a_lock_of_another_machine_is_taken_over_when_asked(case, tmp_path, capsys):
    out = tmp_path / "out"
    assert call("run", case, "--out", out, "-q") == 0
    lock = json.dumps({"host": "node-7", "pid": 1, "started": 0.0})
    (out / "run.lock").write_text(lock)
    capsys.readouterr()
    assert call("resume", out) == 4
    err = capsys.readouterr().err
    assert "process 1 on node-7" in err and "--take-over" in err
    assert call("resume", out, "--take-over") == 0
    assert not (out / "run.lock").exists()


def test_a_process_of_this_machine_is_never_taken_over(case, tmp_path, capsys):
    out = tmp_path / "out"
    assert call("run", case, "--out", out, "-q") == 0
    with run_folder.locked(out):
        assert call("resume", out, "--take-over") == 4


def test_a_report_that_fails_does_not_change_how_a_run_ended(tmp_path, monkeypatch, capsys):
    case, out = tmp_path / "case.toml", tmp_path / "out"
    case.write_text(TINY_CASE.replace("report = false", "report = true"))

    def fail(*arguments):
        raise TypeError("no such font")

    monkeypatch.setattr(drawing, "write_report", fail)
    assert call("run", case, "--out", out, "-q") == 0
    assert "its report could not be written: no such font" in capsys.readouterr().err
    assert run_folder.read_status(out).state == "finished"


def test_a_run_killed_while_it_was_drawn_is_drawn_by_resume(tmp_path):
    case, out = tmp_path / "case.toml", tmp_path / "out"
    case.write_text(TINY_CASE.replace("report = false", "report = true"))
    assert call("run", case, "--out", out, "-q") == 0
    status = run_folder.read_status(out)
    assert status.state == "finished" and not status.report_due
    (out / "report.html").unlink()
    leftover = out / "figures" / ".writing-1-contact.png"
    leftover.write_bytes(b"half")
    run_folder.write_status(out, "finished", status.step, status.pressure_MPa, "", report_due=True)
    assert call("resume", out, "-q") == 0
    assert (out / "report.html").exists() and not leftover.exists()
    assert not run_folder.read_status(out).report_due


def test_a_run_that_stops_between_targets_keeps_its_state_code_and_report(tmp_path):
    case, out = tmp_path / "case.toml", tmp_path / "out"
    text = LONG.replace("solver = {", "solver = { max_steps = 5,").replace(
        "figures = false, report = false", "figures = true, report = true"
    )
    case.write_text(text)
    assert call("run", case, "--out", out, "-q") == 3
    assert run_folder.read_status(out).state == "failed"
    assert (out / "report.html").exists()
    assert call("report", out) == 0


def test_a_run_that_cannot_be_meshed_leaves_no_folder(tmp_path, monkeypatch, case):
    from napress.cases.runs import interface_run
    from napress.meshes.gmsh_session import MeshingError

    def fail(*arguments):
        raise MeshingError("no mesh")

    monkeypatch.setattr(interface_run, "build_system", fail)
    assert call("run", case, "--out", tmp_path / "out", "-q") == 2
    assert not (tmp_path / "out").exists()


def test_an_error_in_the_middle_is_written_down_and_the_lock_released(tmp_path, monkeypatch, case):
    from napress.cases.runs import interface_run

    def fail(run, accepted):
        raise ArithmeticError("on the way")

    out = tmp_path / "out"
    monkeypatch.setattr(interface_run._Run, "_on_step", fail)
    assert call("run", case, "--out", out, "-q") == 1
    status = run_folder.read_status(out)
    assert (status.state, status.reason) == ("interrupted", "ArithmeticError: on the way")
    assert not (out / "run.lock").exists()
    monkeypatch.undo()
    assert call("resume", out, "-q") == 0


def test_an_error_on_rank_0_keeps_its_cause():
    class World:
        rank = 0

        def bcast(self, value, root):
            return value

    def fail():
        try:
            raise KeyError("first")
        except KeyError as error:
            raise ValueError("then") from error

    with pytest.raises(ValueError) as caught:
        on_root(World(), fail)
    assert isinstance(caught.value.__cause__, KeyError)
