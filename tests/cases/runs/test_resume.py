"""Stopping a run at any moment, by kill or by ctrl-C, and continuing it.

The reference is one uninterrupted run of the same case; a resumed one has to end
with the same history, on one rank or on two.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest
from mpi import launcher, run_ranks
from runs_of_the_command import (
    COMMAND,
    DEADLINE_S,
    assert_same_history,
    finish,
    history,
    kill_after,
    start,
    wait_for_steps,
)
from tiny_case import TINY_CASE

from napress.cases.cli.main import main
from napress.cases.errors import ExitCode
from napress.cases.runs import folder as rf
from napress.cases.runs.interface_run import resume_run, run_case
from napress.cases.runs.outcome import RunOptions

CASE = """
title = "small"

[[surface]]
kind = "sinusoid"
amplitude = "1 um"
wavelength = "20 um"

[interface]
dimension = 2
width = "20 um"
elements = 32

[sodium]
material = "sodium-wang-2020"
thickness = "20 um"
poisson = { value = 0.33, estimate = true, note = "test" }
yield_strength = { value = "1 MPa", estimate = true, note = "test" }
hardening = { value = "2 MPa", estimate = true, note = "test" }

[ceramic]
material = "nzsp"
thickness = "40 um"

[[program]]
pressure = "0.5 MPa"

[[program]]
pressure = "1.5 MPa"

[solver]
first_step = "0.02 um"
largest_step = "0.02 um"
void_error = "5 percent"

[output]
fields = "targets"
figures = false
report = false
"""


@pytest.fixture(scope="module")
def case(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("case") / "small.toml"
    path.write_text(CASE)
    return path


@pytest.fixture(scope="module")
def whole(case, tmp_path_factory) -> Path:
    """A run that was never stopped."""
    folder = tmp_path_factory.mktemp("whole") / "run"
    result = finish("run", case, "--out", folder, "--quiet")
    assert result.returncode == 0, result.stderr
    assert len(history(folder)) > 15
    return folder


@pytest.fixture(scope="module")
def killed(case, tmp_path_factory) -> Path:
    """A run that got kill -9 on the way."""
    return kill_after(8, case, tmp_path_factory.mktemp("killed") / "run")


@pytest.fixture
def copy(killed, tmp_path) -> Path:
    folder = tmp_path / "copy"
    shutil.copytree(killed, folder)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_killed_and_then_interrupted_it_ends_as_if_never_stopped(copy, whole):
    process = start("resume", copy, "--quiet")
    wait_for_steps(process, copy, len(history(copy)) + 4)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=DEADLINE_S)
    assert process.returncode == ExitCode.INTERRUPTED
    assert len(stderr.strip().splitlines()) == 1 and "resume" in stderr
    assert rf.read_status(copy).state == "interrupted"
    result = finish("resume", copy, "--quiet")
    assert result.returncode == 0, result.stderr
    assert rf.read_status(copy).state == "finished"
    assert_same_history(copy, whole)
    summary, expected = (rf.read_json(one / rf.SUMMARY_FILE) for one in (copy, whole))
    assert summary["contact_fraction"] == pytest.approx(expected["contact_fraction"], rel=1e-6)


def test_killed_run_continues_on_two_ranks(copy, whole):
    run_ranks(2, ["-m", "napress.cases.cli", "resume", copy, "--quiet"], timeout_s=DEADLINE_S)
    assert rf.read_status(copy).state == "finished"
    assert_same_history(copy, whole)


def test_two_ranks_that_a_scheduler_ends_give_what_one_gives_in_the_end(case, whole, tmp_path):
    folder = tmp_path / "run"
    words = [launcher(), "-n", "2", *COMMAND, "run", str(case), "--out", str(folder), "--quiet"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )
    wait_for_steps(process, folder, 12)
    process.terminate()
    _, stderr = process.communicate(timeout=DEADLINE_S)
    assert process.returncode == ExitCode.INTERRUPTED
    assert stderr.count("napress: ") == 1 and "SIGTERM" in stderr
    assert rf.read_status(folder).state == "interrupted"
    assert not (folder / rf.LOCK_FILE).exists()
    result = finish("resume", folder, "--quiet")
    assert result.returncode == 0, result.stderr
    assert_same_history(folder, whole)


def resume(folder: Path) -> int:
    """Resumes in this process; gives the exit code."""
    with pytest.raises(SystemExit) as caught:
        main(["resume", str(folder), "--quiet"])
    return caught.value.code


def test_finished_run_is_left_alone(whole):
    before = contents(whole)
    assert resume(whole) == 0
    assert contents(whole) == before


@pytest.mark.parametrize("share", [0.0, 0.5, 0.99])
def test_truncated_checkpoint_is_refused_and_nothing_lost(copy, share, capsys):
    path = copy / "checkpoint" / "last.npz"
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    refused(copy, "not a whole checkpoint", capsys)


def test_checkpoint_of_another_case_is_refused_and_nothing_lost(copy, tmp_path, capsys):
    other_case, other = tmp_path / "other.toml", tmp_path / "other"
    other_case.write_text(TINY_CASE)
    run_case(other_case, other, RunOptions(quiet=True))
    shutil.copy(other / "checkpoint" / "last.npz", copy / "checkpoint" / "last.npz")
    refused(copy, "another case", capsys)


def refused(folder: Path, reason: str, capsys) -> None:
    """Resuming fails in one line, and what the run had found stays."""
    kept = {name: data for name, data in contents(folder).items() if kept_by_all(name)}
    assert resume(folder) == ExitCode.FILE_SYSTEM
    printed = capsys.readouterr()
    (line,) = printed.err.strip().splitlines()
    assert "last.npz" in line and reason in line and "Traceback" not in line
    assert printed.out == ""
    after = {name: data for name, data in contents(folder).items() if kept_by_all(name)}
    assert after == kept


def kept_by_all(name: str) -> bool:
    # The lock of the killed process goes; the manifest names the machine that resumes.
    return os.path.basename(name) not in (rf.LOCK_FILE, rf.MANIFEST_FILE, rf.LOG_FILE)


def test_a_resumed_run_that_can_go_no_further_still_says_where_it_stands(tmp_path):
    text = TINY_CASE.replace('"10 percent" }', '"10 percent", max_steps = 1 }')
    (tmp_path / "case.toml").write_text(text, encoding="utf-8")
    run_case(tmp_path / "case.toml", tmp_path / "run", RunOptions(quiet=True))
    before = rf.read_status(tmp_path / "run")
    outcome = resume_run(tmp_path / "run", RunOptions(quiet=True))
    assert outcome.state == "failed" and "limit of 1 steps" in outcome.reason
    after = rf.read_status(tmp_path / "run")
    assert after.step == before.step == 1
    assert after.pressure_MPa == before.pressure_MPa > 0.0
