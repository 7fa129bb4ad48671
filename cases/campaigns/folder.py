"""The folder of a campaign: its plan, the cases of its runs, and what its jobs noted down.

::

    FOLDER/campaign.json   the runs and how they are started
    FOLDER/cases/          case of each run
    FOLDER/jobs/           one line per start and end of a run (`note`)
    FOLDER/logs/           what each run printed
    FOLDER/engine/<n>/     workflow and log of the n-th start of Snakemake
"""

from __future__ import annotations

import json
import os
import socket
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from napress.cases.errors import RunFolderError
from napress.cases.runs import folder as run_folder
from napress.cases.runs.bring_to_end import PELLET, Launch

PLAN_FILE = "campaign.json"
STARTED, FINISHED, STOPPED, FAILED = "started", "finished", "stopped", "failed"


@dataclass(frozen=True)
class Plan:
    """What the jobs of a campaign need to know.

    Attributes:
        runs: Where the run folders are.
        jobs: Id of each run to its ``kind`` and ``case_hash``.
        command: What stands for ``napress``; empty for this installation.
        ranks: MPI ranks per run of the interface.
        launcher: Starts the ranks.
        again: Whether a run that stopped early is tried once more.
    """

    runs: str
    jobs: dict[str, dict[str, str]]
    command: tuple[str, ...] = ()
    ranks: int = 1
    launcher: str = ""
    again: bool = True

    def ranks_of(self, job: str) -> int:
        """Returns the MPI ranks of a run; a pellet is pressed on one."""
        return 1 if self.jobs[job]["kind"] == PELLET else self.ranks

    def launch_of(self, job: str) -> Launch:
        """Returns how ``napress`` is started for a run."""
        return Launch(tuple(self.command), self.ranks_of(job), self.launcher)


def case_file(folder: Path, job: str) -> Path:
    """Returns the case of a run."""
    return folder / "cases" / f"{job}.toml"


def log_file(folder: Path, job: str) -> Path:
    """Returns what a run printed."""
    return folder / "logs" / f"{job}.log"


def notes_file(folder: Path, job: str) -> Path:
    """Returns what jobs noted about a run."""
    return folder / "jobs" / f"{job}.jsonl"


def write_plan(folder: Path, plan: Plan) -> None:
    """Writes ``campaign.json``."""
    run_folder.write_json(folder / PLAN_FILE, asdict(plan))


def read_plan(folder: Path) -> Plan:
    """Returns the plan of a campaign.

    Raises:
        RunFolderError: If it is missing or damaged.
    """
    path = folder / PLAN_FILE
    content = run_folder.read_json(path)
    try:
        return Plan(**content)
    except TypeError as error:
        raise RunFolderError(
            f"{path}: damaged ({error}); the command that wrote it writes it again"
        ) from error


def note(folder: Path, job: str, event: str, **details: Any) -> None:
    """Adds one line to what is known of a run's jobs; lines of several jobs never mix.

    Args:
        folder: Of the campaign.
        job: Id of the run.
        event: `STARTED`, `FINISHED`, `STOPPED` (early, with results to keep) or `FAILED`.
        **details: Whatever explains it.
    """
    where = {
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "slurm_job": os.environ.get("SLURM_JOB_ID", ""),
    }
    line = json.dumps({"event": event, "time": time.time(), **where, **details}) + "\n"
    path = notes_file(folder, job)
    path.parent.mkdir(exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
    try:
        os.write(handle, line.encode())
    finally:
        os.close(handle)


def read_notes(folder: Path, job: str) -> list[dict[str, Any]]:
    """Returns what `note` wrote about a run, oldest first; half lines are left out."""
    try:
        text = notes_file(folder, job).read_text(errors="replace")
    except OSError:
        return []
    notes = []
    for line in text.splitlines():
        try:
            notes.append(json.loads(line))
        except ValueError:
            continue
    return [entry for entry in notes if isinstance(entry, dict) and "event" in entry]
