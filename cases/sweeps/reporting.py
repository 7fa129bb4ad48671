"""Figures and page of a sweep, from its folders alone."""

from __future__ import annotations

from pathlib import Path

from napress.cases.errors import RunFolderError
from napress.cases.runs import folder as run_folder
from napress.cases.runs import states
from napress.cases.sweeps import sweep_folder
from napress.cases.sweeps.collecting import collect_folder
from napress.postprocess.figures.sweeps.data import SweepData
from napress.postprocess.records.history import read_history
from napress.postprocess.report.sweep import SweepReport, write_sweep_report


def report_folder(folder: Path) -> SweepReport:
    """Draws the figures of a sweep and writes ``sweep-report.html``.

    Args:
        folder: A sweep folder, or any folder with run folders in it.

    Raises:
        RunFolderError: If there is nothing to draw, or it cannot be written.
    """
    collected = collect_folder(folder)
    has_plan = sweep_folder.has_plan(folder)
    title = sweep_folder.read_plan(folder).title if has_plan else f"Runs in {folder.name}"
    table = collected.table.drop_duplicates("run").set_index("run")
    histories = {}
    # A run that stopped early would cut every curve off where it stopped.
    finished = set(table.index[table["state"] == states.FINISHED])
    begun = set(table.index) - set(table.index[table["state"] == states.DAMAGED])
    for run_id, path in collected.folders.items():
        if run_id not in (finished or begun):
            continue
        try:
            history = read_history(path / run_folder.HISTORY_FILE)
        except ValueError:
            continue
        if (history["pressure_MPa"] > 0.0).sum() >= 2:
            histories[run_id] = history
    try:
        with run_folder.file_system_errors(folder):
            return write_sweep_report(SweepData(title, table, collected.varied, histories), folder)
    except ValueError as error:
        if isinstance(error, RunFolderError):
            raise
        raise RunFolderError(f"{folder}: {error}; allowed: a sweep with runs that began") from error
