"""The folder a run lives in: what is in it, and how it is written and read.

After ``kill -9`` a file is either the old one or the new one. Under MPI only rank 0
calls these.
"""

from __future__ import annotations

import contextlib
import json
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from napress.cases.errors import RunFolderError
from napress.cases.machine.disk import file_system_errors as file_system_errors
from napress.cases.machine.disk import write_bytes as write_bytes
from napress.cases.machine.lock import LOCK_FILE as LOCK_FILE
from napress.cases.machine.lock import held_by as held_by
from napress.cases.machine.lock import is_held_with as is_held_with
from napress.cases.machine.lock import locked as locked
from napress.cases.machine.lock import release as release
from napress.cases.machine.lock import take_over as take_over

CASE_FILE = "case.resolved.toml"
MANIFEST_FILE = "manifest.json"
STATUS_FILE = "status.json"
SUMMARY_FILE = "summary.json"
HISTORY_FILE = "history.csv"
LOG_FILE = "log.txt"
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
        report_due: Whether figures and report are still to be drawn; the rest is done.
    """

    state: str
    reason: str = ""
    step: int = 0
    pressure_MPa: float = 0.0
    updated: str = ""
    report_due: bool = False


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
        if any(not _is_leftover(entry) for entry in folder.iterdir()):
            remedy = (
                f"continue it with `napress resume {folder}`"
                if is_run_folder(folder)
                else "it is not a run of napress"
            )
            raise RunFolderError(
                f"{folder}: the folder is not empty; {remedy}, or allowed: --out with a new folder"
            )
    return folder


def _is_leftover(entry: Path) -> bool:
    """Whether a run killed in its first moment left this behind; nothing in it is missed."""
    return entry.name in (STATUS_FILE, LOCK_FILE) or entry.name.startswith(f".{STATUS_FILE}.")


def discard(folder: Path) -> None:
    """Removes a run that ended before its first step, where nothing is to be kept.

    Only what such a run writes is removed; a folder that holds anything else stays.
    """
    folder = Path(folder)
    if (folder / HISTORY_FILE).exists():
        return
    with contextlib.suppress(OSError):
        for name in (CASE_FILE, STATUS_FILE, MANIFEST_FILE, "spent.json", LOG_FILE, LOCK_FILE):
            (folder / name).unlink(missing_ok=True)
        with contextlib.suppress(FileNotFoundError):
            (folder / "checkpoint").rmdir()
        folder.rmdir()


def remove_leftovers(folder: Path) -> None:
    """Removes what a killed process was writing; only for who holds the folder."""
    for pattern in (".writing-*", ".*.json.*", ".*.toml.*", ".*.html.*", "last.new", "layer.new"):
        for path in Path(folder).rglob(pattern):
            with contextlib.suppress(OSError):
                path.unlink()


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
    folder: Path,
    state: str,
    step: int = 0,
    pressure_MPa: float = 0.0,
    reason: str = "",
    report_due: bool = False,
) -> None:
    """Writes ``status.json``.

    Raises:
        ValueError: If the state is none of `STATES`.
    """
    if state not in STATES:
        raise ValueError(f"state {state!r}; allowed: {', '.join(STATES)}")
    updated = time.strftime("%Y-%m-%dT%H:%M:%S%z")
    status = Status(state, reason, int(step), float(pressure_MPa), updated, report_due)
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
        status = replace(status, step=int(status.step), pressure_MPa=float(status.pressure_MPa))
    except (TypeError, ValueError) as error:
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


def note_interrupted(folder: Path, reason: str, where: tuple[int, float] | None = None) -> None:
    """Writes down that a run is interrupted.

    Args:
        folder: Run folder.
        reason: Why the run ends.
        where: Step and mean pressure in MPa that it has got to; None: those written down last.
    """
    if where is None:
        status = standing(folder)
        where = status.step, status.pressure_MPa
    write_status(folder, "interrupted", *where, reason)


def interrupt(folder: Path, lock: str, reason: str) -> None:
    """Writes down that a run is interrupted, for the rank 0 that holds it and cannot.

    Args:
        folder: Run folder.
        lock: Of rank 0; nothing is done if it is no longer there.
        reason: Why the run ends.
    """
    if is_held_with(folder, lock):
        note_interrupted(folder, reason)
        release(folder, lock)


def append_log(folder: Path, line: str) -> None:
    """Appends one line with the local time to ``log.txt``."""
    path = Path(folder) / LOG_FILE
    with file_system_errors(path), path.open("a", encoding="utf-8") as stream:
        stream.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {' '.join(line.split())}\n")
