"""Runs a pellet case: from its file to a folder with tables, figures and a page."""

from __future__ import annotations

import csv
import io
import math
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import napress.meshes.backend  # noqa: F401  orders the imports below

from napress.cases.errors import CaseError, RunFolderError
from napress.cases.model.pellet import (
    PelletModel,
    pellet_estimates,
    pellet_text,
    press_warnings,
    to_pellet_model,
)
from napress.cases.runs import folder as run_folder
from napress.cases.runs.outcome import RunOutcome
from napress.cases.runs.stack import machine, versions
from napress.cases.schema.load import load_pellet_case, pellet_case_hash, pellet_resolved_toml
from napress.cases.schema.pellet_case import PelletCase
from napress.fem.pellet.press import PelletRun, PelletSnapshot, press_pellet
from napress.meshes.gmsh_session import MeshingError
from napress.postprocess.figures.pellet import draw_map, write_pellet_figures
from napress.postprocess.figures.style import save
from napress.postprocess.pellet.results import measure_pellet, warnings_of
from napress.postprocess.pellet.two_scales import InterfaceSweep, average_over_pellet, sweep_of_run
from napress.postprocess.records.history import read_history
from napress.postprocess.report.pellet import write_pellet_report

# Slab theory asks for a layer much thinner than wide.
THICKEST_LAYER = 0.1
PELLET_CSV = "pellet.csv"
INTERFACE_CSV = "pellet_interface.csv"


def run_pellet(case_path: Path, out: Path, interface_run: Path | None = None) -> RunOutcome:
    """Runs a pellet case into a new folder; on one rank.

    Args:
        case_path: Case file.
        out: Run folder, must not hold anything yet.
        interface_run: A finished run of the rough interface; its results are then
            averaged over the pressures of the pellet.

    Raises:
        CaseError: If the case is wrong, or the press cannot carry it.
        RunFolderError: If the folder exists or cannot be written.
    """
    case = load_pellet_case(case_path)
    sweep = None if interface_run is None else interface_sweep(interface_run)
    model = to_pellet_model(case)
    run_folder.create_run_folder(out)
    with run_folder.locked(out):
        run_folder.write_case(out, pellet_resolved_toml(case))
        return _press(case, model, str(case_path), out, sweep)


def resume_pellet(folder: Path, take_over: bool = False) -> RunOutcome:
    """Goes on with a pellet run that was stopped; on one rank.

    Raises:
        CaseError: If its case cannot be read.
        RunFolderError: If it is in use.
    """
    case = load_pellet_case(folder / run_folder.CASE_FILE)
    with run_folder.locked(folder, take_over):
        run_folder.remove_leftovers(folder)
        if run_folder.standing(folder).state == "finished":
            summary = run_folder.read_json(folder / run_folder.SUMMARY_FILE)
            return RunOutcome(folder, summary=summary)
        return _press(case, to_pellet_model(case), str(folder / run_folder.CASE_FILE), folder, None)


def interface_sweep(folder: Path) -> InterfaceSweep:
    """Returns what a run of the interface says about each pressure.

    Raises:
        RunFolderError: If the folder holds no readable history.
    """
    history = Path(folder) / run_folder.HISTORY_FILE
    if not history.is_file():
        raise RunFolderError(f"{history}: missing; allowed: a folder that `napress run` has made")
    try:
        with run_folder.file_system_errors(history):
            return sweep_of_run(read_history(history))
    except (ValueError, KeyError) as error:
        raise RunFolderError(f"{history}: {error}") from error


def pellet_rows(run: PelletRun, model: PelletModel) -> list[dict[str, float]]:
    """Returns `measure_pellet` of every load reached."""
    return [measure_pellet(s, model.strength, model.tools) for s in run.snapshots]


def average_rows(run: PelletRun, sweep: InterfaceSweep) -> list[dict[str, Any]]:
    """Returns the interface over the pellet at every load reached."""
    return [
        {"pressure_MPa": s.mean_MPa}
        | asdict(average_over_pellet(s.pressure_MPa, s.area_um2, sweep))
        for s in run.snapshots
    ]


def _press(
    case: PelletCase, model: PelletModel, file: str, out: Path, sweep: InterfaceSweep | None
) -> RunOutcome:
    run_folder.write_status(out, "running")
    start = time.monotonic()
    try:
        run = press_pellet(model.problem, model.pressures_MPa)
    except MeshingError as error:
        run_folder.write_status(out, "failed", reason=str(error))
        raise CaseError(file, "pellet", str(error)) from error
    except KeyboardInterrupt:
        run_folder.write_status(out, "interrupted", reason="stopped by the user")
        raise
    seconds = time.monotonic() - start
    if not run.snapshots:
        run_folder.write_status(out, "failed", reason=run.reason)
        return RunOutcome(out, "failed", run.reason)
    rows = pellet_rows(run, model)
    averages = [] if sweep is None else average_rows(run, sweep)
    warnings = press_warnings(case)
    if case.sodium.thickness > THICKEST_LAYER * case.pellet.diameter:
        warnings.append("The sodium is too thick for the theory of a thin layer.")
    for row in rows:
        warnings += [f"{row['pressure_MPa']:g} MPa: {text}" for text in warnings_of(row)]
    summary = {
        "title": case.title,
        "model": "axisymmetric" if model.problem.axisymmetric else "half a disc, 3-D",
        "edge_holds_MPa": model.edge_MPa if math.isfinite(model.edge_MPa) else None,
        "last_load": rows[-1],
        "interface_over_pellet": averages[-1] if averages else None,
        "warnings": warnings,
        "estimates": pellet_estimates(case),
        "ended": run.reason or "all loads reached",
        "solve_s": seconds,
    }
    run_folder.write_text(out / PELLET_CSV, _csv(rows))
    run_folder.write_text(out / INTERFACE_CSV, _csv(_points(run.snapshots)))
    if averages:
        run_folder.write_text(out / "two_scales.csv", _csv(averages))
    figures = out / "figures"
    with run_folder.file_system_errors(figures):
        write_pellet_figures(figures, run.snapshots)
        if not model.problem.axisymmetric:
            save(draw_map(run.snapshots[-1]), figures, "pellet_map")
        subtitle = f"{pellet_text(case)}; {summary['model']} model"
        write_pellet_report(
            out, case.title, subtitle, rows, averages, warnings, summary["estimates"]
        )
    manifest = {"versions": versions(), "machine": machine(), "case_hash": pellet_case_hash(case)}
    run_folder.write_manifest(out, manifest)
    run_folder.write_summary(out, summary)
    state = "failed" if run.reason else "finished"
    run_folder.write_status(out, state, len(rows), rows[-1]["pressure_MPa"], run.reason)
    return RunOutcome(out, state, run.reason, summary)


def _points(snapshots: tuple[PelletSnapshot, ...]) -> list[dict[str, float]]:
    """One row per load and vertex of the interface."""
    rows = []
    for snapshot in snapshots:
        radial = snapshot.interface_um.shape[1] == 1
        names = ("radius_um",) if radial else ("x_um", "y_um")
        for place, pressure, sodium, area in zip(
            snapshot.interface_um,
            snapshot.pressure_MPa,
            snapshot.sodium_um,
            snapshot.area_um2,
            strict=True,
        ):
            row = {"mean_pressure_MPa": snapshot.mean_MPa}
            row |= dict(zip(names, place, strict=True))
            row |= {"pressure_MPa": pressure, "sodium_um": sodium, "area_um2": area}
            rows.append(row)
    return rows


def _csv(rows: list[dict[str, Any]]) -> str:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    stream = io.StringIO()
    writer = csv.DictWriter(stream, columns, lineterminator="\n", restval="")
    writer.writeheader()
    for row in rows:
        writer.writerow({k: "" if v is None else f"{v:.6g}" for k, v in row.items()})
    return stream.getvalue()
