"""Snakemake as a child process that never outlives its campaign unnoticed."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from napress.cases.runs.bring_to_end import die_with_parent
from napress.cases.runs.folder import read_json, write_json

PROCESS_FILE = "engine.json"
_GRACE_S = 60.0


@contextlib.contextmanager
def engine_process(words: list[str], folder: Path, log: Path) -> Iterator[Any]:
    """Runs the engine while the block runs; an exception of the block ends it in good order.

    Args:
        words: Its command line.
        folder: Where its process number is kept.
        log: What it prints is added here.

    Yields:
        The `subprocess.Popen`.
    """
    environment = {**os.environ, "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "1")}
    with log.open("ab") as stream:
        child = subprocess.Popen(
            words,
            stdout=stream,
            stderr=stream,
            stdin=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
            preexec_fn=die_with_parent if sys.platform == "linux" else None,
        )
    import psutil

    started = psutil.Process(child.pid).create_time()
    write_json(folder / PROCESS_FILE, {"pid": child.pid, "started": started})
    try:
        yield child
    except BaseException:
        _end(child)
        raise
    finally:
        if child.poll() is not None:
            (folder / PROCESS_FILE).unlink(missing_ok=True)


def end_forgotten_engine(folder: Path) -> None:
    """Ends an engine whose campaign was killed where it could not die along with it.

    Its jobs go on; a later start waits for them instead of repeating them.
    """
    import psutil

    path = folder / PROCESS_FILE
    if not path.exists():
        return
    with contextlib.suppress(psutil.Error, OSError, KeyError, TypeError):
        written = read_json(path)
        process = psutil.Process(int(written["pid"]))
        if abs(process.create_time() - float(written["started"])) < 2.0:
            process.kill()
            process.wait(_GRACE_S)
    path.unlink(missing_ok=True)


def live_jobs(entries: dict[str, dict[str, Any]]) -> set[str]:
    """Returns the runs whose job still runs on this machine.

    Args:
        entries: Run id to the last thing its job noted down.
    """
    import socket

    import psutil

    alive = set()
    for run_id, entry in entries.items():
        if entry["event"] != "started" or entry.get("host") != socket.gethostname():
            continue
        with contextlib.suppress(psutil.Error, KeyError, TypeError, ValueError):
            process = psutil.Process(int(entry["pid"]))
            if run_id in process.cmdline() and process.status() != psutil.STATUS_ZOMBIE:
                alive.add(run_id)
    return alive


def _end(child: subprocess.Popen[Any]) -> None:
    """Ctrl-C for the engine and its jobs; those on a cluster it cancels."""
    for number in (signal.SIGINT, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, number)
        deadline = time.monotonic() + _GRACE_S
        while time.monotonic() < deadline:
            if child.poll() is not None:
                return
            time.sleep(0.1)
