"""What the command asks of a run and what it gets back."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from napress.cases.errors import ExitCode


@dataclass(frozen=True)
class RunOptions:
    """How a run talks to the user.

    Attributes:
        quiet: Whether progress is hidden.
        observers: The user's own columns, on rank 0; see
            `napress.postprocess.records.observer`.
        comm: Communicator of the ranks that press; default all.
        take_over: Whether the lock of a job on another machine, which is gone, is taken over.
    """

    quiet: bool = False
    observers: tuple[Any, ...] = ()
    comm: Any = None
    take_over: bool = False


@dataclass(frozen=True)
class RunOutcome:
    """How a run, or a job on a run folder, ended.

    Attributes:
        folder: Run folder, or the file that was written.
        state: ``finished``, ``failed`` (stopped early, results kept) or ``interrupted``.
        reason: Why it ended early, empty if it finished.
        summary: Content of ``summary.json``; may be empty on ranks above 0.
    """

    folder: Path
    state: str = "finished"
    reason: str = ""
    summary: dict[str, Any] = field(default_factory=dict)

    @property
    def exit_code(self) -> ExitCode:
        """What the command returns for this state."""
        if self.state == "finished":
            return ExitCode.OK
        return ExitCode.INTERRUPTED if self.state == "interrupted" else ExitCode.STOPPED_EARLY
