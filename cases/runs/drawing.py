"""Figures, report and ParaView script of a run, from its folder alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from napress.cases.errors import NapressError, RunFolderError, one_line
from napress.cases.model.interface import PressModel, to_model
from napress.cases.runs import folder as run_folder
from napress.cases.runs.outcome import RunOutcome
from napress.cases.schema.load import load_case


def report_run(folder: Path) -> RunOutcome:
    """Writes figures and report of a run from its folder alone."""
    return RunOutcome(write_report(folder, to_model(load_case(folder / run_folder.CASE_FILE))))


def paraview_script(folder: Path) -> RunOutcome:
    """Writes the ParaView script of a run."""
    try:
        with run_folder.file_system_errors(folder):
            if (folder / "fields" / "pellet.pvd").is_file():
                from napress.postprocess.pellet.fields import write_pellet_script

                return RunOutcome(write_pellet_script(folder))
            from napress.postprocess.report import paraview

            return RunOutcome(paraview.write_paraview_script(folder))
    except ValueError as error:
        raise RunFolderError(str(error)) from error


def write_report(folder: Path, model: PressModel) -> Path:
    """Writes figures and page.

    Raises:
        RunFolderError: If there is nothing to show, or it cannot be written.
    """
    try:
        with run_folder.file_system_errors(folder):
            from napress.postprocess.report import run as report  # brings matplotlib

            return report.write_report(folder, model.ceramic_strength(), fracture=model.fracture)
    except NapressError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, EOFError, BadZipFile) as error:
        text = str(error) or type(error).__name__
        raise RunFolderError(f"{folder}: {text}; {run_folder.IS_DAMAGED}") from error


def draw(
    folder: Path, model: PressModel, status: run_folder.Status, summary: dict[str, Any]
) -> None:
    """Draws figures and report of a run that has ended; if that fails, it has ended all the same.

    Args:
        folder: Run folder.
        model: Of its case.
        status: How it ended.
        summary: Told if it fails.
    """
    try:
        write_report(folder, model)
    except Exception as error:
        text = f"its report could not be written: {one_line(str(error) or type(error).__name__)}"
        run_folder.append_log(folder, text)
        summary["warnings"] = [*(summary.get("warnings") or []), text]
    finally:
        run_folder.remove_leftovers(folder)
    run_folder.write_status(folder, status.state, status.step, status.pressure_MPa, status.reason)
