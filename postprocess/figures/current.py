"""Figures of the current below the contact, and of the resistance against pressure."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyvista
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter
from matplotlib.tri import Triangulation

from napress.fem.snapshot import Array
from napress.postprocess.figures import style
from napress.postprocess.records.columns import column, head
from napress.postprocess.resistance.fields import (
    CONDUCTION,
    read_field,
    read_interface_current,
    solved_steps,
)

LINES = 24
# Current densities drawn, in multiples of the mean.
COLOUR_RANGE = (0.1, 10.0)
PARTS = (
    ("interface_asr_ohm_cm2", "black", "-"),
    ("constriction_asr_ohm_cm2", style.BLUE, (0, (4, 3))),
    ("clean_spots_asr_ohm_cm2", style.RED, "-."),
    ("charge_transfer_asr_ohm_cm2", style.ORANGE, "--"),
    ("film_asr_ohm_cm2", style.GREEN, ":"),
)


def current_drawings(history: pd.DataFrame, run_folder: Path) -> dict[str, Callable[[], Figure]]:
    """What can be drawn of the conduction of a run; nothing if it was not solved.

    Args:
        history: The run's history.
        run_folder: The run.

    Returns:
        Name to what draws it: ``resistance`` and, in 2-D with fields kept, ``current_lines``.
    """
    found: dict[str, Callable[[], Figure]] = {}
    if "interface_asr_ohm_cm2" in history:
        shown = history[np.isfinite(history["interface_asr_ohm_cm2"])]
        if len(shown):
            found["resistance"] = lambda: draw_resistance(shown)
    folder = Path(run_folder) / CONDUCTION
    steps = [step for step in solved_steps(folder) if step in set(history["step"])]
    if steps and read_interface_current(folder, steps[0]).centre_um.shape[1] == 2:
        found["current_lines"] = lambda: draw_current_lines(folder, _telling(steps))
    return found


def _telling(steps: list[int]) -> list[int]:
    """The first target, where current crowds most, and the middle one."""
    return sorted({steps[0], steps[len(steps) // 2]})


def draw_resistance(shown: pd.DataFrame) -> Figure:
    """Interface ASR, its parts, and the area that carries 90 % of the current."""
    figure = style.new_figure(6.4, 4.8)
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[1.6, 1.0])
    pressure = shown["pressure_MPa"]
    largest = 0.0
    for name, colour, dashes in PARTS:
        if name not in shown:  # a run from before this part existed
            continue
        values = shown[name].where(shown[name] > 0)
        if values.notna().any():
            label = column(name).label
            upper.plot(
                pressure, values, color=colour, linestyle=dashes, marker=".", label=label, zorder=3
            )
            largest = max(largest, float(values.max()))
    bulk = float(shown["bulk_asr_ohm_cm2"].iloc[0])
    upper.axhline(bulk, color=style.GREY, linewidth=1.0, label=column("bulk_asr_ohm_cm2").label)
    upper.set_yscale("log")
    upper.set_ylim(bottom=max(upper.get_ylim()[0], 1e-5 * max(largest, bulk)))
    upper.yaxis.set_major_formatter(style.power_of_ten)
    upper.set_ylabel("ASR (Ω cm²)")
    upper.legend(frameon=False, ncols=2)
    lower.plot(
        pressure,
        100 * shown["area_share_for_90_percent"],
        color=style.RED,
        marker=".",
        label="area that carries 90 % of the current",
    )
    lower.plot(
        pressure,
        100 * shown["contact_fraction"],
        color=style.GREY,
        linestyle="--",
        marker=".",
        label="area in contact",
    )
    lower.set_ylim(-3, 108)
    lower.set_ylabel("Share of area (%)")
    lower.legend(frameon=False, loc="lower right")
    lower.set_xlabel(head("pressure_MPa"))
    lower.set_xscale("log")
    lower.xaxis.set_major_formatter("{x:g}")
    decades = float(pressure.max()) / float(pressure.min())
    plain = "{x:g}"
    lower.xaxis.set_minor_formatter(plain if decades < 10 else NullFormatter())
    for axes in (upper, lower):
        _plain(axes)
    return figure


def draw_current_lines(folder: Path, steps: list[int]) -> Figure:
    """Current lines below the interface, with the current density along it above.

    Equal currents flow between neighbouring lines where they start, at the
    counter-electrode.
    """
    figure = style.new_figure(3.6 * len(steps) + 0.6, 5.4)
    grid = np.atleast_2d(
        figure.subplots(2, len(steps), sharex=True, sharey="row", height_ratios=[1.0, 1.9])
    ).reshape(2, len(steps))
    drawn = None
    for (upper, lower), step in zip(grid.T, steps, strict=True):
        current = read_interface_current(folder, step)
        field = read_field(folder, step)
        order = np.argsort(current.centre_um[:, 0])
        x = current.centre_um[order, 0]
        upper.fill_between(
            x, current.density_mA_per_cm2[order], step="mid", color=style.RED, alpha=0.35, lw=0
        )
        upper.plot(
            x,
            current.density_mA_per_cm2[order],
            drawstyle="steps-mid",
            color=style.RED,
            linewidth=0.8,
        )
        upper.axhline(1.0, color=style.GREY, linewidth=0.7)
        upper.set_title(f"{current.pressure_MPa:.3g} MPa", pad=3)
        upper.set_ylim(bottom=0)
        _plain(upper)
        drawn = _draw_field(lower, field)
    grid[0, 0].set_ylabel("Current density\nover its mean")
    grid[1, 0].set_ylabel("y (µm), equal scales")
    figure.supxlabel("x (µm)", fontsize=9)
    bar = figure.colorbar(drawn, ax=list(grid[1]), fraction=0.04, extend="both")
    bar.set_label("Current density over its mean")
    bar.ax.yaxis.set_major_formatter("{x:g}")
    return figure


def _draw_field(axes: Axes, field: pyvista.UnstructuredGrid):
    cells = field.cells_dict[int(field.celltypes[0])][:, :3]
    points = np.asarray(field.points, dtype=float)
    vectors = np.asarray(field.cell_data["current_density_mA_per_cm2"], dtype=float)
    magnitude = np.clip(np.linalg.norm(vectors, axis=1), COLOUR_RANGE[0] / 2, None)
    left, right = points[:, 0].min(), points[:, 0].max()
    top, bottom = points[:, 1].max(), points[:, 1].min()
    shown = max(bottom, top - 1.05 * (right - left))
    drawn = axes.tripcolor(
        Triangulation(points[:, 0], points[:, 1], cells),
        facecolors=magnitude,
        cmap="YlOrRd",
        norm=LogNorm(*COLOUR_RANGE),
        rasterized=True,
    )
    axes.add_collection(
        LineCollection(current_lines(points, cells, vectors), colors="#203050", linewidths=0.7)
    )
    axes.set_xlim(left, right)
    axes.set_ylim(shown, top + 0.02 * (right - left))
    axes.set_aspect("equal")
    return drawn


def current_lines(points: Array, cells: Array, vectors: Array, count: int = LINES) -> list[Array]:
    """Lines along the current from equally spaced points just above the base.

    Args:
        points: Nodes, (nodes, 3).
        cells: Corners of the triangles, (cells, 3).
        vectors: Current density per cell, (cells, 3), away from the metal.
        count: Number of lines.

    Returns:
        Each line as (points on it, 2), µm.
    """
    grid = pyvista.UnstructuredGrid({pyvista.CellType.TRIANGLE: cells}, points)
    grid.cell_data["current"] = vectors
    nodal = grid.cell_data_to_point_data().remove_unused_points()
    left, right = points[:, 0].min(), points[:, 0].max()
    base, top = points[:, 1].min(), points[:, 1].max()
    seeds = np.zeros((count, 3))
    seeds[:, 0] = left + (np.arange(count) + 0.5) * (right - left) / count
    seeds[:, 1] = base + 1e-3 * (top - base)
    found = nodal.streamlines_from_source(
        pyvista.PolyData(seeds),
        vectors="current",
        integration_direction="backward",
        max_length=5 * (top - base),
        initial_step_length=0.2,
        max_step_length=0.5,
        max_steps=20000,
        surface_streamlines=True,
    )
    lines, at, connectivity = [], 0, np.asarray(found.lines)
    while at < len(connectivity):
        length = int(connectivity[at])
        lines.append(np.asarray(found.points)[connectivity[at + 1 : at + 1 + length], :2])
        at += 1 + length
    return lines


def _plain(axes: Axes) -> None:
    axes.grid(True, which="major", color="#DDDDDD", linewidth=0.5)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
