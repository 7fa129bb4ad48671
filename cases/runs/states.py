"""What a run has come to, read from its folder alone."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from napress.cases.runs import folder as run_folder

WAITING, UNFINISHED, FINISHED, DAMAGED = "waiting", "unfinished", "finished", "damaged"


@dataclass(frozen=True)
class RunState:
    """Where the run in a folder stands.

    Attributes:
        state: ``waiting`` (nothing there), ``unfinished`` (can be resumed),
            ``finished`` or ``damaged`` (what is there cannot be used).
        reason: What is damaged, or why the run stopped.
        status: Content of ``status.json``.
        summary: Content of ``summary.json``.
    """

    state: str
    reason: str = ""
    status: dict[str, Any] | None = None
    summary: dict[str, Any] | None = None

    @property
    def stopped_early(self) -> bool:
        """Whether the run ended by itself before the end of its program; what it has is kept."""
        return self.state == UNFINISHED and (self.status or {}).get("state") == "failed"

    @property
    def report_due(self) -> bool:
        """Whether a finished run was killed before its figures were drawn."""
        return self.state == FINISHED and bool((self.status or {}).get("report_due"))

    @property
    def ended(self) -> bool:
        """Whether the run ended by itself, early or not."""
        return self.state == FINISHED or self.stopped_early


def read_state(folder: Path, run_id: str = "") -> RunState:
    """Returns where a run stands.

    Args:
        folder: Run folder; may be missing.
        run_id: First digits of the case hash that the run must have; empty if any will do.
    """
    try:
        if not any(folder.iterdir()):
            return RunState(WAITING)
    except FileNotFoundError:
        return RunState(WAITING)
    except OSError as error:
        return RunState(DAMAGED, f"cannot be read ({error.strerror})")
    if not run_folder.is_run_folder(folder):
        return RunState(DAMAGED, f"{run_folder.CASE_FILE} is missing")
    try:
        if not (folder / run_folder.STATUS_FILE).exists():
            # Killed before it had begun: there is nothing but the case.
            return RunState(UNFINISHED)
        status = _object(folder / run_folder.STATUS_FILE)
        if status.get("state") not in run_folder.STATES:
            raise ValueError(f"{run_folder.STATUS_FILE} names no known state")
        unfinished = status["state"] != "finished"
        manifest = folder / run_folder.MANIFEST_FILE
        if not unfinished or manifest.exists():
            recorded = _object(manifest).get("case_hash", "")
            if not str(recorded).startswith(run_id):
                raise ValueError(f"{run_folder.MANIFEST_FILE} is that of another case")
        if unfinished:
            return RunState(UNFINISHED, str(status.get("reason", "")), status)
        summary = _object(folder / run_folder.SUMMARY_FILE)
    except ValueError as error:
        return RunState(DAMAGED, str(error))
    return RunState(FINISHED, "", status, summary)


def set_aside(folder: Path) -> Path:
    """Renames a folder that cannot be used, so that nothing in it is lost.

    Returns:
        Its new path, beside the old one.
    """
    number = 1
    while (aside := folder.with_name(f"{folder.name}.damaged-{number}")).exists():
        number += 1
    folder.rename(aside)
    return aside


def _object(path: Path) -> dict[str, Any]:
    """Returns a JSON object, or raises `ValueError` naming the file."""
    try:
        content = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise ValueError(f"{path.name} is missing") from None
    except (OSError, ValueError) as error:
        raise ValueError(f"{path.name} cannot be read ({type(error).__name__})") from None
    if not isinstance(content, dict):
        raise ValueError(f"{path.name} is not an object")
    return content
