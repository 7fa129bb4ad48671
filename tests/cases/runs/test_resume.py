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
    start,
    wait_for_steps,
)
from tiny_case import TINY_CASE

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
poisson = {{ value = 0.33, estimate = true, note = "test" }}
yield_strength = {{ value = "1 MPa", estimate = true, note = "test" }}
hardening = {{ value = "2 MPa", estimate = true, note = "test" }}

[ceramic]
material = "nzsp"
thickness = "40 um"

[[program]]
pressure = "1 MPa"

[[program]]
pressure = "{last}"

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
    path.write_text(CASE.format(last="2.5 MPa"))
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
    folder = tmp_path_factory.mktemp("killed") / "run"
    process = start("run", case, "--out", folder, "--quiet")
    wait_for_steps(process, folder, 8)
    process.kill()
    process.communicate()
    assert not (folder / rf.SUMMARY_FILE).exists(), "it was not killed in time"
    return folder


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


def test_killed_run_ends_as_if_never_killed(copy, whole):
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


def test_two_ranks_give_what_one_gives(case, whole, tmp_path):
    folder = tmp_path / "run"
    arguments = ["-m", "napress.cases.cli", "run", case, "--out", folder, "--quiet"]
    run_ranks(2, arguments, timeout_s=DEADLINE_S)
    assert_same_history(folder, whole)


def test_killed_more_than_once(case, whole, tmp_path):
    folder = tmp_path / "run"
    process = start("run", case, "--out", folder, "--quiet")
    wait_for_steps(process, folder, 3)
    process.kill()
    process.communicate()
    process = start("resume", folder, "--quiet")
    wait_for_steps(process, folder, len(history(folder)) + 4)
    process.kill()
    process.communicate()
    result = finish("resume", folder, "--quiet")
    assert result.returncode == 0, result.stderr
    assert_same_history(folder, whole)


def test_ctrl_c_is_named_and_can_be_resumed(case, whole, tmp_path):
    folder = tmp_path / "run"
    process = start("run", case, "--out", folder, "--quiet")
    wait_for_steps(process, folder, 6)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=DEADLINE_S)
    assert process.returncode == ExitCode.INTERRUPTED
    assert len(stderr.strip().splitlines()) == 1 and "resume" in stderr
    assert rf.read_status(folder).state == "interrupted"
    result = finish("resume", folder, "--quiet")
    assert result.returncode == 0, result.stderr
    assert_same_history(folder, whole)


def test_a_scheduler_that_ends_two_ranks_leaves_a_run_to_go_on_with(case, tmp_path):
    folder = tmp_path / "run"
    words = [launcher(), "-n", "2", *COMMAND, "run", str(case), "--out", str(folder), "--quiet"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )
    wait_for_steps(process, folder, 3)
    process.terminate()
    _, stderr = process.communicate(timeout=DEADLINE_S)
    assert process.returncode == ExitCode.INTERRUPTED
    assert stderr.count("napress: ") == 1 and "SIGTERM" in stderr
    assert rf.read_status(folder).state == "interrupted"
    assert not (folder / rf.LOCK_FILE).exists()


def test_finished_run_is_left_alone(whole):
    before = contents(whole)
    result = finish("resume", whole, "--quiet")
    assert result.returncode == 0, result.stderr
    assert contents(whole) == before


@pytest.mark.parametrize("share", [0.0, 0.5, 0.99])
def test_truncated_checkpoint_is_refused_and_nothing_lost(copy, share):
    path = copy / "checkpoint" / "last.npz"
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    refused(copy, "not a whole checkpoint")


def test_checkpoint_of_another_case_is_refused_and_nothing_lost(copy, tmp_path):
    other_case, other = tmp_path / "other.toml", tmp_path / "other"
    other_case.write_text(CASE.format(last="1.5 MPa"))
    process = start("run", other_case, "--out", other, "--quiet")
    wait_for_steps(process, other, 2)
    process.kill()
    process.communicate()
    shutil.copy(other / "checkpoint" / "last.npz", copy / "checkpoint" / "last.npz")
    refused(copy, "another case")


def refused(folder: Path, reason: str) -> None:
    """Resuming fails in one line, and what the run had found stays."""
    kept = {name: data for name, data in contents(folder).items() if kept_by_all(name)}
    result = finish("resume", folder, "--quiet")
    assert result.returncode == ExitCode.FILE_SYSTEM
    (line,) = result.stderr.strip().splitlines()
    assert "last.npz" in line and reason in line and "Traceback" not in line
    assert result.stdout == ""
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
