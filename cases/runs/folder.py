"""The folder a run lives in: who may write it, and how, so that nothing is ever half written.

Every file is written aside, flushed to disk and renamed: after ``kill -9`` a
file is either the old one or the new one. Under MPI only rank 0 calls these.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import socket
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from napress.cases.errors import RunFolderError

CASE_FILE = "case.resolved.toml"
MANIFEST_FILE = "manifest.json"
STATUS_FILE = "status.json"
SUMMARY_FILE = "summary.json"
HISTORY_FILE = "history.csv"
LOG_FILE = "log.txt"
LOCK_FILE = "run.lock"
STATES = ("running", "finished", "failed", "interrupted")
# Said of what can neither be used nor gone on with; who reads it can keep it and start anew.
IS_DAMAGED = "allowed: its own run, whole"


@dataclass(frozen=True)
class Status:
    """Where a run stands.

    Attributes:
        state: ``running``, ``finished``, ``failed`` or ``interrupted``.
        reason: Why it ended, empty while it runs or when it finished.
        step: Last accepted step.
        pressure_MPa: Mean pressure of that step.
        updated: Local time of writing, ISO 8601.
    """

    state: str
    reason: str = ""
    step: int = 0
    pressure_MPa: float = 0.0
    updated: str = ""


@contextlib.contextmanager
def file_system_errors(path: Path) -> Iterator[None]:
    """Turns an `OSError` of the block into one line that names the file and the remedy.

    Raises:
        RunFolderError: For a full disk, a missing permission, a read-only or
            vanished folder, or any other refusal of the file system.
    """
    try:
        yield
    except RunFolderError:
        raise
    except OSError as error:
        name = error.filename or path
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            advice = "disk full or quota used up; free space, then continue with `napress resume`"
        elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            advice = f"not writable ({error.strerror}); allowed: a folder you may write to"
        elif error.errno in (errno.ENOTDIR, errno.EEXIST):
            advice = "is in the way; allowed: a path where a folder can be made"
        else:
            advice = error.strerror or type(error).__name__
        raise RunFolderError(f"{name}: {advice}") from error


def default_folder(case_path: Path) -> Path:
    """Returns where a case runs when nothing else is asked: ``runs/<name of the case>``."""
    return Path("runs") / Path(case_path).stem


def create_run_folder(folder: Path) -> Path:
    """Makes an empty run folder.

    Args:
        folder: Must not exist, or be an empty folder.

    Returns:
        The folder.

    Raises:
        RunFolderError: If it holds anything, or cannot be made.
    """
    folder = Path(folder)
    with file_system_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            remedy = (
                f"continue it with `napress resume {folder}`"
                if is_run_folder(folder)
                else "it is not a run of napress"
            )
            raise RunFolderError(
                f"{folder}: the folder is not empty; {remedy}, or allowed: --out with a new folder"
            )
    return folder


def is_run_folder(folder: Path) -> bool:
    """Tells whether a run was started in the folder."""
    return (Path(folder) / CASE_FILE).is_file()


def require_run_folder(folder: Path) -> Path:
    """Returns the folder of an existing run.

    Raises:
        RunFolderError: If there is no run in it.
    """
    folder = Path(folder)
    if not is_run_folder(folder):
        raise RunFolderError(
            f"{folder}: no run here ({CASE_FILE} is missing); allowed: a folder that "
            "`napress run` has made"
        )
    return folder


def write_bytes(path: Path, content: bytes) -> None:
    """Writes a file atomically.

    Raises:
        RunFolderError: If the file system refuses; the old file stays as it was.
    """
    path = Path(path)
    aside = None
    with file_system_errors(path):
        try:
            handle, aside = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            os.chmod(aside, 0o666 & ~_umask())
            os.replace(aside, path)
        except BaseException:
            if aside is not None:
                with contextlib.suppress(OSError):
                    os.unlink(aside)
            raise
        _sync_folder(path.parent)


def write_text(path: Path, text: str) -> None:
    """Writes a UTF-8 text file atomically; see `write_bytes`."""
    write_bytes(path, text.encode("utf-8"))


def write_json(path: Path, content: Any) -> None:
    """Writes a JSON file atomically; numpy numbers and arrays become plain ones.

    NaN and infinity become ``null``, since JSON has neither.
    """
    write_text(path, json.dumps(plain(content), indent=2, allow_nan=False) + "\n")


def plain(content: Any) -> Any:
    """Returns content with numpy values, paths, tuples and non-finite numbers made JSON-able."""
    if isinstance(content, dict):
        return {str(key): plain(value) for key, value in content.items()}
    if isinstance(content, (list, tuple, set)):
        return [plain(value) for value in content]
    if hasattr(content, "tolist"):
        return plain(content.tolist())
    if isinstance(content, float):
        return content if abs(content) < float("inf") else None
    if content is None or isinstance(content, (bool, int, str)):
        return content
    return str(content)


def read_json(path: Path) -> dict[str, Any]:
    """Returns the object in a JSON file of a run folder.

    Raises:
        RunFolderError: If it is missing or damaged.
    """
    with file_system_errors(path):
        try:
            content = json.loads(Path(path).read_text(encoding="utf-8"))
        except ValueError as error:
            raise RunFolderError(f"{path}: damaged ({error}); allowed: JSON as written") from error
    if not isinstance(content, dict):
        raise RunFolderError(f"{path}: damaged (not an object); allowed: JSON as written")
    return content


def write_case(folder: Path, resolved: str) -> None:
    """Writes ``case.resolved.toml``; it is what makes the folder a run."""
    write_text(Path(folder) / CASE_FILE, resolved)


def write_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    """Writes ``manifest.json``; see `napress.cases.runs.stack.manifest` for its content."""
    write_json(Path(folder) / MANIFEST_FILE, manifest)


def write_summary(folder: Path, summary: dict[str, Any]) -> None:
    """Writes ``summary.json``."""
    write_json(Path(folder) / SUMMARY_FILE, summary)


def write_status(
    folder: Path, state: str, step: int = 0, pressure_MPa: float = 0.0, reason: str = ""
) -> None:
    """Writes ``status.json``.

    Raises:
        ValueError: If the state is none of `STATES`.
    """
    if state not in STATES:
        raise ValueError(f"state {state!r}; allowed: {', '.join(STATES)}")
    updated = time.strftime("%Y-%m-%dT%H:%M:%S%z")
    status = Status(state, reason, int(step), float(pressure_MPa), updated)
    write_json(Path(folder) / STATUS_FILE, asdict(status))


def read_status(folder: Path) -> Status:
    """Returns where a run stands.

    Raises:
        RunFolderError: If ``status.json`` is missing or damaged.
    """
    path = Path(folder) / STATUS_FILE
    content = read_json(path)
    try:
        status = Status(**content)
    except TypeError as error:
        raise RunFolderError(f"{path}: damaged ({error}); allowed: JSON as written") from error
    if status.state not in STATES:
        raise RunFolderError(f"{path}: state {status.state!r}; allowed: {', '.join(STATES)}")
    return status


def standing(folder: Path) -> Status:
    """Returns where a run stands; at its very beginning if it was killed before it said so.

    Raises:
        RunFolderError: If ``status.json`` is damaged.
    """
    return read_status(folder) if (Path(folder) / STATUS_FILE).exists() else Status("running")


def append_log(folder: Path, line: str) -> None:
    """Appends one line with the local time to ``log.txt``."""
    path = Path(folder) / LOG_FILE
    with file_system_errors(path), path.open("a", encoding="utf-8") as stream:
        stream.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {' '.join(line.split())}\n")


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Holds a run folder for this process while the block runs.

    A lock left by a process that no longer exists on this machine is taken over.

    Raises:
        RunFolderError: If another process holds the folder.
    """
    path = Path(folder) / LOCK_FILE
    mine = json.dumps(_identity())
    with file_system_errors(path), _one_at_a_time(path.parent):
        _remove_if_stale(path)
        if not _try_lock(path, mine):
            raise _held(path, "a process of another machine")
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            if path.read_text(encoding="utf-8") == mine:
                path.unlink()


def held_by(folder: Path) -> str | None:
    """Returns who runs a folder at this moment, ``None`` if nobody does."""
    try:
        return _holder((Path(folder) / LOCK_FILE).read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return None


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
        f"(if it is certainly gone, delete {path.name})"
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


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _sync_folder(folder: Path) -> None:
    """Makes a rename last; some file systems refuse to sync a folder, which is no loss."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
