"""The folder of a sweep: its plan beside what its campaign keeps there.

::

    OUT/runs/<hash>/        run folders, shared by all sweeps with this OUT
    OUT/<name>/plan.json    runs of the sweep, and what varies
    OUT/<name>/...          see `napress.cases.campaigns.folder`
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, fields
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
    """

    title: str
    file: str
    digest: str
    varied: list[str]
    runs: dict[str, dict[str, Any]]


def runs_folder(sweep_folder: Path) -> Path:
    """Returns where the run folders of a sweep are."""
    return sweep_folder.parent / RUNS


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
        # An older plan holds more.
        return Plan(**{field.name: content[field.name] for field in fields(Plan)})
    except KeyError as error:
        raise RunFolderError(
            f"{path}: damaged ({error} is missing); `napress sweep` writes it again"
        ) from error
