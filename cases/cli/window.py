"""The command ``napress window``."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

MOST_CORES = 4


def usable_cores() -> int:
    """Returns how many processes to run at a time: the cores this process may use, 4 at most."""
    mine = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, min(MOST_CORES, mine or 1))


def window(
    case: Path,
    out: Path | None,
    cores: int | None,
    seeds: int | None,
    say: Callable[[str], None],
    complain: Callable[[str], None],
) -> tuple[list[str], dict[str, Any]]:
    """Answers a window case.

    Args:
        case: Case file.
        out: Folder of the window; default ``windows/<case>``.
        cores: Processes at a time; default `usable_cores`.
        seeds: Instead of the number in the case.
        say: Told one line of progress at a time.
        complain: Told one line for each run that gave nothing.

    Returns:
        Lines for the terminal, and plain data.
    """
    from napress.cases.window.run import default_window_folder, run_window

    folder = out or default_window_folder(case)
    outcome = run_window(case, folder, cores or usable_cores(), seeds, say)
    for text in outcome.complaints:
        complain(f"warning: {text}")
    data = {"folder": str(outcome.folder), "report": str(outcome.folder / "report.html")}
    return [*outcome.lines, "", f"report: {data['report']}"], data | outcome.data
