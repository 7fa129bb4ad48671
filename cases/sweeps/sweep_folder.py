"""The folder of a sweep: its plan, the cases of its runs, and what its jobs noted down.

::

    OUT/runs/<hash>/        run folders, shared by all sweeps with this OUT
    OUT/<name>/plan.json    runs of the sweep, and what varies
    OUT/<name>/cases/       resolved case of each run
    OUT/<name>/jobs/        one line per start and end of a run (`note`)
    OUT/<name>/logs/        what each run printed
    OUT/<name>/engine/<n>/  workflow and log of the n-th start of the engine
"""

from __future__ import annotations

import hashlib
import json
import os
import socket
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from napress.cases.errors import RunFolderError
from napress.cases.runs import folder as run_folder

RUNS = "runs"
PLAN_FILE = "plan.json"
TABLE = "sweep"


@dataclass(frozen=True)
class Plan:
    """What a sweep consists of.

    Attributes:
        title: Of the sweep.
        file: Sweep file as the user named it.
        digest: Of the sweep file and its base case.
        varied: Fields that vary.
        runs: Run id to the values of those fields.
        command: What stands for ``napress``; empty for this installation.
        ranks: MPI ranks per run.
        launcher: Starts the ranks; ``{ranks}`` is filled in.
    """

    title: str
    file: str
    digest: str
    varied: list[str]
    runs: dict[str, dict[str, Any]]
    command: list[str]
    ranks: int = 1
    launcher: str = ""


def runs_folder(sweep_folder: Path) -> Path:
    """Returns where the run folders of a sweep are."""
    return sweep_folder.parent / RUNS


def case_file(sweep_folder: Path, run_id: str) -> Path:
    """Returns the resolved case of a run."""
    return sweep_folder / "cases" / f"{run_id}.toml"


def log_file(sweep_folder: Path, run_id: str) -> Path:
    """Returns what a run printed."""
    return sweep_folder / "logs" / f"{run_id}.log"


def digest(*files: Path) -> str:
    """Returns one hash of the content of files; a missing one counts as empty."""
    total = hashlib.sha256()
    for file in files:
        content = file.read_bytes() if file.is_file() else b""
        total.update(f"{len(content)}:".encode() + content)
    return total.hexdigest()


def write_plan(sweep_folder: Path, plan: Plan) -> None:
    """Writes ``plan.json``."""
    run_folder.write_json(sweep_folder / PLAN_FILE, asdict(plan))


def has_plan(folder: Path) -> bool:
    """Tells whether a folder is that of a sweep."""
    return (folder / PLAN_FILE).is_file()


def read_plan(sweep_folder: Path) -> Plan:
    """Returns the plan of a sweep.

    Raises:
        RunFolderError: If it is missing or damaged.
    """
    path = sweep_folder / PLAN_FILE
    content = run_folder.read_json(path)
    try:
        return Plan(**content)
    except TypeError as error:
        raise RunFolderError(
            f"{path}: damaged ({error}); `napress sweep` writes it again"
        ) from error


def note(sweep_folder: Path, run_id: str, event: str, **details: Any) -> None:
    """Adds one line to what is known of a run's jobs; lines of several jobs never mix.

    Args:
        sweep_folder: Of the sweep.
        run_id: Of the run.
        event: ``started``, ``finished`` or ``failed``.
        **details: Whatever explains it.
    """
    where = {
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "slurm_job": os.environ.get("SLURM_JOB_ID", ""),
    }
    line = json.dumps({"event": event, "time": time.time(), **where, **details}) + "\n"
    path = sweep_folder / "jobs" / f"{run_id}.jsonl"
    path.parent.mkdir(exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
    try:
        os.write(handle, line.encode())
    finally:
        os.close(handle)


def read_notes(sweep_folder: Path, run_id: str) -> list[dict[str, Any]]:
    """Returns what `note` wrote about a run, oldest first; half lines are left out."""
    try:
        text = (sweep_folder / "jobs" / f"{run_id}.jsonl").read_text(errors="replace")
    except OSError:
        return []
    notes = []
    for line in text.splitlines():
        try:
            notes.append(json.loads(line))
        except ValueError:
            continue
    return [entry for entry in notes if isinstance(entry, dict) and "event" in entry]
