"""Who may write a run folder: one process at a time.

A lock names its process. One of this machine whose process is gone is taken over without
a word; one of another machine cannot be judged from here and is kept until it is said
that its job is gone.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from napress.cases.errors import RunFolderError
from napress.cases.machine.disk import file_system_errors

LOCK_FILE = "run.lock"


@contextlib.contextmanager
def locked(folder: Path, take_it_over: bool = False) -> Iterator[str]:
    """Holds a run folder for this process while the block runs.

    A lock left by a process that no longer exists on this machine is taken over.

    Args:
        folder: Run folder.
        take_it_over: Whether a lock of another machine is taken over too: whoever asks
            for that knows that its job is gone.

    Yields:
        What the lock says, which tells it from that of any other process.

    Raises:
        RunFolderError: If another process holds the folder.
    """
    path = Path(folder) / LOCK_FILE
    mine = json.dumps(_identity())
    with file_system_errors(path), _one_at_a_time(path.parent):
        if take_it_over and is_elsewhere(folder):
            path.unlink(missing_ok=True)
        _remove_if_stale(path)
        if not _try_lock(path, mine):
            raise _held(path, "a process of another machine")
    try:
        yield mine
    finally:
        release(folder, mine)


def is_held_with(folder: Path, lock: str) -> bool:
    """Whether a folder is held by the process that a lock from `locked` names."""
    try:
        return (Path(folder) / LOCK_FILE).read_text(encoding="utf-8", errors="replace") == lock
    except OSError:
        return False


def release(folder: Path, lock: str) -> None:
    """Removes a lock from `locked`, if it is still there."""
    if is_held_with(folder, lock):
        with contextlib.suppress(OSError):
            (Path(folder) / LOCK_FILE).unlink()


def held_by(folder: Path) -> str | None:
    """Returns who runs a folder at this moment, ``None`` if nobody does."""
    try:
        return _holder((Path(folder) / LOCK_FILE).read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return None


def is_elsewhere(folder: Path) -> bool:
    """Whether a process of another machine holds a folder, as far as its lock says."""
    return " on " in (held_by(folder) or "")


def take_over(folder: Path) -> None:
    """Removes the lock of a run that is known to be gone."""
    with file_system_errors(folder):
        (Path(folder) / LOCK_FILE).unlink(missing_ok=True)


def _identity() -> dict[str, Any]:
    import psutil

    # The start time tells this process from a later one with the same number.
    started = psutil.Process().create_time()
    return {"host": socket.gethostname(), "pid": os.getpid(), "started": started}


def _try_lock(path: Path, content: str) -> bool:
    handle, aside = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        # A hard link appears with its content or not at all, also on NFS.
        os.link(aside, path)
    except FileExistsError:
        return False
    finally:
        os.unlink(aside)
    return True


@contextlib.contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """Lets one process of this machine at a time look at a lock and replace it.

    Only locks of this machine are ever judged stale, so a local guard is enough.
    """
    handle = os.open(folder, os.O_RDONLY)
    try:
        # A file system without advisory locks still has the hard link.
        with contextlib.suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _remove_if_stale(path: Path) -> None:
    try:
        written = path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return
    holder = _holder(written)
    if holder is not None:
        raise _held(path, holder)
    path.unlink(missing_ok=True)


def _held(path: Path, holder: str) -> RunFolderError:
    return RunFolderError(
        f"{path}: {holder} is running this folder; allowed: one process at a time "
        f"(if it is certainly gone: `napress resume {path.parent} --take-over`, or delete "
        f"{path.name})"
    )


def _holder(written: str) -> str | None:
    """Returns who holds a lock, or ``None`` if that process is gone."""
    import psutil

    try:
        lock = json.loads(written)
        host, pid, started = str(lock["host"]), int(lock["pid"]), float(lock["started"])
    except (ValueError, KeyError, TypeError):
        return None
    if host != socket.gethostname():
        return f"process {pid} on {host}"
    try:
        process = psutil.Process(pid)
        alive = process.status() != psutil.STATUS_ZOMBIE
        same = abs(process.create_time() - started) < 2.0
    except psutil.Error:
        return None
    return f"process {pid}" if alive and same else None
