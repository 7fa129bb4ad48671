"""The command ``napress window``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any


def window(
    case: Path,
    out: Path | None,
    cores: int | None,
    slurm: bool,
    profile: str,
    seeds: int | None,
    say: Callable[[str], None],
    complain: Callable[[str], None],
) -> tuple[list[str], dict[str, Any]]:
    """Answers a window case.

    Args:
        case: Case file.
        out: Folder of the window; default ``windows/<case>``.
        cores: Processes at a time; default: those of the machine, 4 at most.
        slurm: Run on Slurm instead.
        profile: Run as this Snakemake profile says instead.
        seeds: Instead of the number in the case.
        say: Told one line of progress at a time.
        complain: Told one line for each run that gave nothing.

    Returns:
        Lines for the terminal, and plain data.
    """
    from napress.cases.campaigns.where import Where, usable_cores
    from napress.cases.window.plan import load_plan
    from napress.cases.window.run import default_window_folder, run_window

    where = Where(cores or usable_cores(), slurm, profile)
    folder = out or default_window_folder(case)
    outcome = run_window(load_plan(case, seeds), folder, where, say)
    for text in outcome.complaints:
        complain(f"warning: {text}")
    data = {"folder": str(outcome.folder), "report": str(outcome.folder / "report.html")}
    return [*outcome.lines, "", f"report: {data['report']}"], data | outcome.data
