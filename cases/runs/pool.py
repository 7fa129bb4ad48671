"""Runs what a window needs, a few processes at a time, and keeps what is finished."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from napress.cases.errors import RunFolderError
from napress.cases.runs import folder as run_folder
from napress.cases.runs.process import die_with_parent
from napress.cases.window.plan import Job

ENDED = ("finished", "failed")
# The command `napress` of this very installation.
LAUNCH = (sys.executable, "-P", "-m", "napress.cases.cli")
MOST_CORES = 4
_POLL_S = 0.1
_GRACE_S = 60.0


def usable_cores() -> int:
    """Returns how many processes to run at a time: the cores this process may use, 4 at most."""
    mine = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, min(MOST_CORES, mine or 1))


@dataclass(frozen=True)
class Ended:
    """How a run of the window stands.

    Attributes:
        job: The run.
        folder: Its folder.
        usable: Whether it ended by itself, early or not.
        reason: Why it ended early or is of no use; empty if it finished.
    """

    job: Job
    folder: Path
    usable: bool
    reason: str = ""


def run_jobs(
    jobs: Sequence[Job], folder: Path, cores: int, say: Callable[[str], None]
) -> list[Ended]:
    """Runs or resumes what has not ended yet.

    Args:
        jobs: The runs of a window.
        folder: Where their folders are.
        cores: Processes at a time.
        say: Told one line when a run ends.

    Returns:
        How each job stands, in their order.

    Raises:
        RunFolderError: If a folder cannot be written, or another process runs it.
        KeyboardInterrupt: After every run has written down where it stands.
    """
    with run_folder.file_system_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    waiting = [job for job in jobs if not _has_ended(folder / job.folder)]
    for job in waiting:
        holder = run_folder.held_by(folder / job.folder)
        if holder is not None:
            raise RunFolderError(
                f"{folder / job.folder}: {holder} is running this; allowed: when it has ended"
            )
    if waiting:
        say(f"{len(jobs) - len(waiting)} of {len(jobs)} runs are there, {len(waiting)} to go")
    failures = _work_off(waiting, folder, cores, say, len(jobs))
    return [_standing(job, folder / job.folder, failures.get(job.name, "")) for job in jobs]


def _has_ended(folder: Path) -> bool:
    try:
        return run_folder.is_run_folder(folder) and run_folder.read_status(folder).state in ENDED
    except RunFolderError:
        return False


def _standing(job: Job, folder: Path, failure: str) -> Ended:
    if not _has_ended(folder):
        return Ended(job, folder, False, failure or "did not end")
    status = run_folder.read_status(folder)
    early = status.state == "failed"
    return Ended(job, folder, True, (status.reason or "stopped early") if early else "")


def _work_off(
    waiting: list[Job], folder: Path, cores: int, say: Callable[[str], None], total: int
) -> dict[str, str]:
    """Runs the jobs; returns the last complaint of those that failed."""
    queue, running, failures = list(waiting), {}, {}
    done = total - len(waiting)
    try:
        while queue or running:
            while queue and len(running) < cores:
                job = queue.pop(0)
                running[_start(job, folder)] = (job, time.monotonic())
            time.sleep(_POLL_S)
            for child in [child for child in running if child.poll() is not None]:
                job, begin = running.pop(child)
                done += 1
                failures[job.name] = _last_line(_log(job, folder))
                end = _standing(job, folder / job.folder, failures[job.name])
                seconds = time.monotonic() - begin
                say(f"[{done}/{total}] {job.name}: {end.reason or 'finished'} ({seconds:.0f} s)")
    except BaseException:
        _end_all(list(running))
        raise
    return failures


def _start(job: Job, folder: Path) -> subprocess.Popen[bytes]:
    target = folder / job.folder
    words = list(LAUNCH)
    if job.command == "run" and run_folder.is_run_folder(target):
        words += ["resume", str(target), "--quiet"]
    else:
        # Nothing there can be continued: a pellet, or a run killed before it began.
        with run_folder.file_system_errors(target):
            shutil.rmtree(target, ignore_errors=True)
        case = folder / f"{job.folder}.toml"
        run_folder.write_text(case, job.case_toml)
        words += [job.command, str(case), "--out", str(target)]
        words += ["--quiet"] if job.command == "run" else []
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    log = _log(job, folder)
    with run_folder.file_system_errors(log), log.open("ab") as stream:
        return subprocess.Popen(
            words,
            stdout=stream,
            stderr=stream,
            stdin=subprocess.DEVNULL,
            env=environment,
            # ctrl-C is passed on below, once; a killed window takes its runs along.
            start_new_session=True,
            preexec_fn=die_with_parent if sys.platform == "linux" else None,
        )


def _log(job: Job, folder: Path) -> Path:
    return folder / f"{job.folder}.log"


def _last_line(log: Path) -> str:
    with contextlib.suppress(OSError):
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-50:]
        complaints = [line for line in lines if line.startswith("napress: ")]
        chosen = complaints or [line for line in lines if line.strip()]
        if chosen:
            return chosen[-1].removeprefix("napress: ")
    return ""


def _end_all(children: list[subprocess.Popen[bytes]]) -> None:
    """Lets every run write down where it stands."""
    for number in (signal.SIGINT, signal.SIGKILL):
        for child in children:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, number)
        deadline = time.monotonic() + _GRACE_S
        while time.monotonic() < deadline and any(c.poll() is None for c in children):
            time.sleep(_POLL_S)
