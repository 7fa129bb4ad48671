"""Runs a case from Python, into a folder or into memory."""

from __future__ import annotations

import tempfile
from pathlib import Path

from napress._case import Case
from napress._run import Run
from napress.cases.errors import RunFolderError
from napress.cases.runs import folder as run_folder
from napress.cases.runs.outcome import RunOptions
from napress.cases.schema.load import case_hash, load_case


def run(case: Case, out: str | Path | None = None, *, quiet: bool = True) -> Run:
    """Presses a case from first touch to the end of its program.

    Args:
        case: What to press.
        out: Run folder. A run of the same case that is there is gone on with, or read
            if it is finished. Without a folder the run is gone when nobody holds it.
        quiet: Whether progress is hidden.

    Returns:
        The run; its ``state`` and ``reason`` say whether and why it ended early.

    Raises:
        CaseError: If the case cannot be meshed.
        RunFolderError: If the folder holds something else, or the disk refuses.

    Examples:
        >>> import napress as na
        >>> case = na.load("rough-nzsp.toml")  # doctest: +SKIP
        >>> run = na.run(case, out="runs/rough-nzsp")  # doctest: +SKIP
        >>> run.history[["pressure_MPa", "contact_fraction"]]  # doctest: +SKIP
    """
    if out is None:
        held = tempfile.TemporaryDirectory(prefix="napress-")
        # Nobody would see the page, and figures are drawn when they are asked for.
        quick = case.with_({"output.report": False, "output.figures": False})
        _bring_to_end(quick, Path(held.name) / "run", quiet)
        found = Run(Path(held.name) / "run")
        found._held = held
    else:
        _bring_to_end(case, Path(out), quiet)
        found = Run(out)
    found._case = case
    return found


def _bring_to_end(case: Case, folder: Path, quiet: bool) -> None:
    from napress.cases.runs.interface_run import resume_run, run_case

    options = RunOptions(quiet=quiet)
    if run_folder.is_run_folder(folder):
        if case_hash(load_case(folder / run_folder.CASE_FILE)) != case.hash:
            raise RunFolderError(f"{folder}: holds a run of another case; allowed: a new folder")
        resume_run(folder, options)
        return
    with tempfile.TemporaryDirectory() as aside:
        run_case(case.save(Path(aside) / "case.toml"), folder, options)
