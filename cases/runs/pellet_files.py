"""Tables, figures, fields and page of a pellet run."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

import napress.meshes.backend  # noqa: F401  orders the imports below

from napress.cases.model.pellet import (
    PelletModel,
    pellet_estimates,
    pellet_text,
    press_warnings,
)
from napress.cases.runs import folder as run_folder
from napress.cases.schema.pellet_case import PelletCase
from napress.fem.pellet.press import PelletRun, PelletSnapshot
from napress.postprocess.figures.pellet import draw_map, write_pellet_figures
from napress.postprocess.figures.style import save
from napress.postprocess.pellet.fields import write_pellet_fields
from napress.postprocess.pellet.results import measure_pellet, warnings_of
from napress.postprocess.pellet.two_scales import InterfaceSweep, average_over_pellet
from napress.postprocess.report.pellet import write_pellet_report

# Slab theory asks for a layer much thinner than wide.
THICKEST_LAYER = 0.1
PELLET_CSV = "pellet.csv"
INTERFACE_CSV = "pellet_interface.csv"


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


def write_results(
    case: PelletCase,
    model: PelletModel,
    out: Path,
    run: PelletRun,
    sweep: InterfaceSweep | None,
    seconds: float,
) -> dict[str, Any]:
    """Writes everything that shows what a pellet run came to, the summary apart.

    Args:
        case: The case.
        model: Of that case.
        out: Run folder.
        run: The loads reached, at least one.
        sweep: The interface to average over the pellet, if there is one.
        seconds: Spent on solving.

    Returns:
        The summary.
    """
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
    with run_folder.file_system_errors(out):
        write_pellet_fields(out / "fields", run.snapshots)
    return summary


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
