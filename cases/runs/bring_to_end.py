"""Brings one run to its end, whatever is in its folder: nothing, a half, a wreck, another process.

The run itself is a process of its own, so that a crash of the solver is one failed run
and not the end of a campaign.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from napress.cases.errors import one_line
from napress.cases.runs import folder as run_folder
from napress.cases.runs import states

INTERFACE, PELLET = "interface", "pellet"
# The word of the command `napress` that starts each kind of run; all go on with `resume`.
_START = {INTERFACE: "run", PELLET: "pellet"}
_POLL_S = 0.1
GRACE_S = 20.0
# A run writes at every step; a lock of another machine that is silent for so long is reported.
LONGEST_SILENCE_S = 3600.0
_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of <linux/prctl.h>
# Looked up here: between fork and exec of a process with threads nothing may be loaded.
_PRCTL = ctypes.CDLL(None).prctl if sys.platform == "linux" else None


@dataclass(frozen=True)
class Launch:
    """How the command ``napress`` is started.

    Attributes:
        command: Words that stand for it; empty for this installation.
        ranks: MPI ranks of a run.
        launcher: Starts the ranks; ``{ranks}`` is filled in. Empty for the ``mpiexec``
            beside this Python.
    """

    command: tuple[str, ...] = ()
    ranks: int = 1
    launcher: str = ""

    def words(self) -> list[str]:
        """Returns the words that start it on its ranks."""
        # -P: a typer.py in the folder that napress is called from is not executed.
        words = list(self.command) or [sys.executable, "-P", "-m", "napress.cases.cli"]
        if self.ranks == 1:
            return words
        if self.launcher:
            return [*shlex.split(self.launcher.replace("{ranks}", str(self.ranks))), *words]
        beside = Path(sys.executable).with_name("mpiexec")
        mpiexec = str(beside) if beside.exists() else shutil.which("mpiexec")
        return [mpiexec or "mpiexec", "-n", str(self.ranks), *words]


@dataclass(frozen=True)
class Ended:
    """How a run ended.

    Attributes:
        state: Where it stands.
        reason: Why it did not finish; empty if it did.
        already: Whether nothing had to be done.
    """

    state: states.RunState
    reason: str = ""
    already: bool = False


class Stopped(Exception):
    """Bringing a run to its end was called off; the run has written down where it stands."""


def bring_to_end(
    case: Path,
    folder: Path,
    log: Path,
    *,
    kind: str = INTERFACE,
    case_hash: str = "",
    launch: Launch = Launch(),
    again: bool = True,
    is_abandoned: Callable[[], bool] = lambda: False,
    stop: threading.Event | None = None,
) -> Ended:
    """Brings a run to its end; calling it again does nothing more.

    What is finished stays. What was killed goes on where it stood. What cannot be used
    (damaged, of another case, no run at all) is renamed, never deleted, and the run starts
    anew. What another process has is waited for.

    Args:
        case: Case file.
        folder: Run folder; may be missing.
        log: What the run prints is added here.
        kind: `INTERFACE` or `PELLET`.
        case_hash: First digits of the hash of the case, which a run in the folder must
            have; empty if any will do.
        launch: How ``napress`` is started.
        again: Whether a run that stopped early by itself is tried once more.
        is_abandoned: Tells whether a lock of another machine was left by a job that is gone.
        stop: Set by another thread to call it off; the run is interrupted in good order.

    Returns:
        How it stands.

    Raises:
        Stopped: If it was called off.
        OSError: If the disk refuses.
    """
    stop = stop or threading.Event()
    state = _wait_until_free(folder, case_hash, is_abandoned, stop)
    if state.ended and not (state.stopped_early and again) and not state.report_due:
        return Ended(state, _why(state), already=True)
    code, tail = 0, ""
    # A second round is for what turns out to be unusable, or taken, on the way.
    for _ in range(2):
        if state.state == states.DAMAGED:
            aside = states.set_aside(folder)
            note(log, f"{folder}: damaged ({state.reason}); kept as {aside.name}, starting anew")
        if state.state in (states.UNFINISHED, states.FINISHED):
            words = ["resume", str(folder)]
        else:
            words = [_START[kind], str(case.resolve()), "--out", str(folder)]
        code, tail = _execute([*launch.words(), *words, "--quiet"], log, stop)
        if run_folder.held_by(folder):
            # Another process began this run at the same moment.
            state = _wait_until_free(folder, case_hash, is_abandoned, stop)
        else:
            state = states.read_state(folder, case_hash)
            if state.state == states.UNFINISHED and run_folder.IS_DAMAGED in tail:
                state = states.RunState(states.DAMAGED, tail)
        if state.state != states.DAMAGED:
            break
    if state.ended:
        return Ended(state, _why(state))
    if code < 0:
        return Ended(state, f"killed by signal {-code} ({signal.Signals(-code).name})")
    own = state.reason if state.state == states.UNFINISHED else ""
    return Ended(state, one_line(own or tail or f"ended with exit code {code} and no result"))


def _why(state: states.RunState) -> str:
    return "" if state.state == states.FINISHED else state.reason or "stopped early"


def _wait_until_free(
    folder: Path, case_hash: str, is_abandoned: Callable[[], bool], stop: threading.Event
) -> states.RunState:
    """Waits while another live process has the run, then says where it stands."""
    while holder := run_folder.held_by(folder):
        if stop.is_set():
            raise Stopped
        if " on " in holder and is_abandoned():
            # The lock of a job that was killed on another node; nobody will remove it.
            run_folder.take_over(folder)
            break
        if " on " in holder and _silent_for_s(folder) > LONGEST_SILENCE_S:
            break
        stop.wait(1.0)
    return states.read_state(folder, case_hash)


def _silent_for_s(folder: Path) -> float:
    """Returns the seconds since a run last wrote something."""
    written = [0.0]
    for name in (run_folder.LOCK_FILE, run_folder.STATUS_FILE, run_folder.HISTORY_FILE):
        with contextlib.suppress(OSError):
            written.append((folder / name).stat().st_mtime)
    return time.time() - max(written)


def _execute(words: list[str], log: Path, stop: threading.Event) -> tuple[int, str]:
    """Runs a command into the log; returns its exit code and its last complaint."""
    environment = {**os.environ, "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "1")}
    if environment.get("SLURM_JOB_NUM_NODES", "1") == "1":
        # MPICH would ask Slurm for a step of its own; inside one node a fork is enough.
        environment.setdefault("HYDRA_LAUNCHER", "fork")
    note(log, shlex.join(words))
    with log.open("ab") as stream:
        before = stream.tell()
        try:
            child = subprocess.Popen(
                words,
                stdout=stream,
                stderr=stream,
                stdin=subprocess.DEVNULL,
                env=environment,
                # ctrl-C reaches it through `stop` only, not twice.
                start_new_session=True,
                preexec_fn=die_with_parent if _PRCTL else None,
            )
        except OSError as error:
            return 127, f"{words[0]} cannot be started ({error.strerror})"
        try:
            code = _wait(child, stop)
        except BaseException:
            _end(child)
            raise
    return code, last_complaint(log, before)


def _wait(child: subprocess.Popen[bytes], stop: threading.Event) -> int:
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            return child.wait(_POLL_S)
        if stop.is_set():
            raise Stopped


def _end(child: subprocess.Popen[bytes]) -> None:
    """Lets a run write down where it stands, then ends it."""
    for number in (signal.SIGINT, signal.SIGKILL):
        # To all of its group, as a terminal does: mpiexec and the ranks.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(GRACE_S)
            return


def die_with_parent() -> None:
    """Lets a child process end when what started it does, even by ``kill -9``; Linux only."""
    _PRCTL(_DIE_WITH_PARENT, signal.SIGKILL)


def note(log: Path, line: str) -> None:
    """Adds a line with the local time to a log."""
    with log.open("a", encoding="utf-8") as stream:
        stream.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {line}\n")


def last_complaint(log: Path, start: int = 0) -> str:
    """Returns the last line by which ``napress`` said what is wrong; empty if there is none."""
    with log.open("rb") as stream:
        stream.seek(max(start, log.stat().st_size - 20_000))
        lines = stream.read().decode(errors="replace").splitlines()
    complaints = [line for line in lines if line.startswith("napress: ")]
    chosen = complaints or [line for line in lines if line.strip()]
    return chosen[-1].removeprefix("napress: ") if chosen else ""
