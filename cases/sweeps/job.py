"""One run of a sweep as the workflow engine starts it: ``python -m napress.cases.sweeps.job``.

It may be started for a run that is finished, half done, damaged, or under way in another
process, and always does the right thing: nothing, resume, start afresh, wait.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from napress.cases.errors import one_line
from napress.cases.runs import folder as run_folder
from napress.cases.runs import slurm, states
from napress.cases.sweeps.sweep_folder import (
    Plan,
    case_file,
    log_file,
    note,
    read_notes,
    read_plan,
    runs_folder,
)

_POLL_S = 1.0
_GRACE_S = 20.0
# A run writes at every step; a lock of another machine that is silent for so long is reported.
_LONGEST_SILENCE_S = 3600.0


def main(arguments: list[str]) -> int:
    """Brings one run to its end.

    Args:
        arguments: Sweep folder and run id.

    Returns:
        0 if the run is finished afterwards.
    """
    sweep, run_id = Path(arguments[0]).resolve(), arguments[1]
    plan = read_plan(sweep)
    folder = runs_folder(sweep) / run_id
    state = _wait_until_free(sweep, folder, run_id)
    if state.state == states.FINISHED:
        note(sweep, run_id, "finished", already=True)
        return 0
    log = log_file(sweep, run_id)
    log.parent.mkdir(exist_ok=True)
    note(sweep, run_id, "started")
    begin = time.monotonic()
    try:
        reason = _bring_to_end(plan, sweep, folder, run_id, state, log)
    except InterruptedError as error:
        reason = error.strerror
    except OSError as error:
        reason = one_line(f"{error.filename or folder}: {error.strerror or error}")
    spent = round(time.monotonic() - begin, 3)
    event = "failed" if reason else "finished"
    warning = "" if reason else _rank_mismatch(folder, plan.ranks)
    note(sweep, run_id, event, reason=reason, warning=warning, wall_s=spent)
    if reason:
        sys.stderr.write(f"napress: run {run_id}: {reason}; log: {log}\n")
    return 1 if reason else 0


def _bring_to_end(
    plan: Plan, sweep: Path, folder: Path, run_id: str, state: states.RunState, log: Path
) -> str:
    """Runs or resumes; returns why that failed, empty if it did not."""
    case = case_file(sweep, run_id).resolve()
    code, tail = 0, ""
    # A second round is for what turns out to be unusable, or taken, on the way.
    for _ in range(2):
        if state.state == states.DAMAGED:
            aside = states.set_aside(folder)
            _log(log, f"{folder}: damaged ({state.reason}); kept as {aside.name}, starting anew")
        if state.state == states.UNFINISHED:
            arguments = ["resume", str(folder), "--quiet"]
        else:
            arguments = ["run", str(case), "--out", str(folder), "--quiet"]
        code, tail = _execute([*launch_words(plan), *arguments], log)
        if run_folder.held_by(folder):
            # Another process began this run at the same moment.
            state = _wait_until_free(sweep, folder, run_id)
        else:
            state = states.read_state(folder, run_id)
            if state.state == states.UNFINISHED and "checkpoint" in tail and "its own run" in tail:
                state = states.RunState(states.DAMAGED, "its checkpoint cannot be used")
        if state.state == states.FINISHED:
            return ""
        if state.state != states.DAMAGED:
            break
    if code < 0:
        return f"killed by signal {-code} ({signal.Signals(-code).name})"
    own = state.reason if state.state == states.UNFINISHED else ""
    return one_line(own or tail or f"ended with exit code {code} and no result")


def launch_words(plan: Plan) -> list[str]:
    """Returns the words that start ``napress`` on the ranks of a plan."""
    words = list(plan.command) or [sys.executable, "-P", "-m", "napress.cases.cli"]
    if plan.ranks == 1:
        return words
    if plan.launcher:
        return [*shlex.split(plan.launcher.replace("{ranks}", str(plan.ranks))), *words]
    beside = Path(sys.executable).with_name("mpiexec")
    mpiexec = str(beside) if beside.exists() else shutil.which("mpiexec")
    return [mpiexec or "mpiexec", "-n", str(plan.ranks), *words]


def _rank_mismatch(folder: Path, ranks: int) -> str:
    """Says so when a launcher of another MPI started single processes instead of ranks."""
    found = run_folder.read_json(folder / run_folder.MANIFEST_FILE).get("ranks", ranks)
    if ranks > 1 and found == 1:
        return f"ran on 1 rank instead of {ranks}: the launcher belongs to another MPI"
    return ""


def _wait_until_free(sweep: Path, folder: Path, run_id: str) -> states.RunState:
    """Waits while another live process has the run, then says where it stands."""
    while holder := run_folder.held_by(folder):
        notes = read_notes(sweep, run_id)
        job = next((e.get("slurm_job") for e in reversed(notes) if e["event"] == "started"), "")
        if " on " in holder and job and slurm.is_gone(job):
            # The lock of a job that was killed on another node; nobody will remove it.
            (folder / run_folder.LOCK_FILE).unlink(missing_ok=True)
            break
        if " on " in holder and _silent_for_s(folder) > _LONGEST_SILENCE_S:
            break
        time.sleep(_POLL_S)
    return states.read_state(folder, run_id)


def _silent_for_s(folder: Path) -> float:
    """Returns the seconds since a run last wrote something."""
    written = [0.0]
    for name in (run_folder.LOCK_FILE, run_folder.STATUS_FILE, run_folder.HISTORY_FILE):
        with contextlib.suppress(OSError):
            written.append((folder / name).stat().st_mtime)
    return time.time() - max(written)


def _execute(words: list[str], log: Path) -> tuple[int, str]:
    """Runs a command into the log; returns its exit code and its last complaint."""
    environment = {**os.environ, "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "1")}
    if environment.get("SLURM_JOB_NUM_NODES", "1") == "1":
        # MPICH would ask Slurm for a step of its own; inside one node a fork is enough.
        environment.setdefault("HYDRA_LAUNCHER", "fork")
    _log(log, shlex.join(words))
    with log.open("ab") as stream:
        before = stream.tell()
        try:
            child = subprocess.Popen(
                words,
                stdout=stream,
                stderr=stream,
                stdin=subprocess.DEVNULL,
                env=environment,
                # ctrl-C reaches it through `_passing_on_signals` only, not twice.
                start_new_session=True,
            )
        except OSError as error:
            return 127, f"{words[0]} cannot be started ({error.strerror})"
        with _passing_on_signals(child):
            code = child.wait()
    return code, _last_complaint(log, before)


@contextlib.contextmanager
def _passing_on_signals(child: subprocess.Popen[Any]) -> Iterator[None]:
    """Lets a run write down where it stands when the engine or Slurm ends the job."""
    ended_by = 0

    def pass_on(number: int, frame: Any) -> None:
        nonlocal ended_by
        ended_by = number
        # To all of its group, as a terminal does: mpiexec and the ranks.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGINT)
        signal.setitimer(signal.ITIMER_REAL, _GRACE_S)

    handlers = {
        signal.SIGTERM: pass_on,
        signal.SIGINT: pass_on,
        signal.SIGALRM: lambda number, frame: os.killpg(child.pid, signal.SIGKILL),
    }
    old = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        for number, handler in old.items():
            signal.signal(number, handler)
    if ended_by:
        raise InterruptedError(ended_by, f"ended by {signal.Signals(ended_by).name}")


def _log(log: Path, line: str) -> None:
    with log.open("a", encoding="utf-8") as stream:
        stream.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {line}\n")


def _last_complaint(log: Path, start: int) -> str:
    with log.open("rb") as stream:
        stream.seek(max(start, log.stat().st_size - 20_000))
        lines = stream.read().decode(errors="replace").splitlines()
    complaints = [line for line in lines if line.startswith("napress: ")]
    chosen = complaints or [line for line in lines if line.strip()]
    return chosen[-1].removeprefix("napress: ") if chosen else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
