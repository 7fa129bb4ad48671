"""Figures of the stress in the ceramic, drawn from the last written field."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyvista
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import Normalize, TwoSlopeNorm
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from napress.fem.snapshot import Array, BodySnapshot
from napress.postprocess.figures import style
from napress.postprocess.measures.depth import body_dimension, point_depth
from napress.postprocess.records.fields import read_body

MEASURES = (
    ("max_shear_MPa", "Maximum shear stress (MPa)", style.BLUE),
    ("max_principal_MPa", "Maximum principal stress (MPa), tension positive", style.RED),
)
DEPTH_SAMPLES = 120


def body_from_grid(grid: pyvista.UnstructuredGrid) -> BodySnapshot:
    """A body as it was before it was written."""
    cell_type = int(grid.celltypes[0])
    return BodySnapshot(
        points_um=np.asarray(grid.points, dtype=float),
        cells=np.asarray(grid.cells_dict[cell_type], dtype=np.int64),
        cell_type=cell_type,
        point_data={name: np.asarray(grid.point_data[name]) for name in grid.point_data},
        cell_data={name: np.asarray(grid.cell_data[name]) for name in grid.cell_data},
    )


def section(body: BodySnapshot, y_um: float) -> tuple[list[Array], dict[str, Array]]:
    """Deformed cells as polygons in the plane of the drawing, with their fields.

    In 2-D every cell, curved sides kept through its midside nodes; in 3-D a cut
    at constant y.

    Args:
        body: The body.
        y_um: Where to cut in 3-D; not used in 2-D.

    Returns:
        Polygons, each (corners, 2) of horizontal and vertical position in µm, and
        the cell fields in their order.
    """
    deformed = body.points_um + body.point_data["displacement_um"]
    if body.cell_type == 22:
        outline = body.cells[:, [0, 3, 1, 4, 2, 5]]
        return list(deformed[outline][..., :2]), body.cell_data
    corners = {pyvista.CellType.TETRA: body.cells[:, :4]}
    grid = pyvista.UnstructuredGrid(corners, deformed)
    for name, values in body.cell_data.items():
        grid.cell_data[name] = values
    cut = grid.slice(normal="y", origin=(0.0, y_um, 0.0))
    polygons = [cut.get_cell(i).points[:, [0, 2]] for i in range(cut.n_cells)]
    return polygons, {name: np.asarray(cut.cell_data[name]) for name in cut.cell_data}


def draw_stress_map(folder: Path) -> Figure:
    """Maximum shear and maximum principal stress near the interface, deformed shape."""
    grid = read_body(folder, "ceramic")
    body = body_from_grid(grid)
    at = int(np.argmax(body.cell_data["max_shear_MPa"]))
    polygons, data = section(body, float(body.points_um[body.cells[at, :4], 1].mean()))
    corners = np.concatenate(polygons)
    left, right = corners[:, 0].min(), corners[:, 0].max()
    top = corners[:, 1].max()
    shown = max(interesting_depth(body), 0.2 * (right - left))
    bottom = max(corners[:, 1].min(), top - shown)

    ratio = (top - bottom) / (right - left)
    tall = ratio > 0.8
    if tall:
        figure = style.new_figure(7.2, min(2.1 * ratio, 6.5) + 1.0)
        panels = figure.subplots(1, 2, sharey=True)
    else:
        figure = style.new_figure(6.6, 2 * (5.2 * ratio + 0.35) + 0.8)
        panels = figure.subplots(2, 1, sharex=True)
    pressure = float(grid.field_data["pressure_MPa"][0])
    for axes, (name, label, _), cmap in zip(
        panels, MEASURES, (style.SHEAR_MAP, style.TENSION_MAP), strict=True
    ):
        values = data[name]
        seen = np.array([polygon[:, 1].max() >= bottom for polygon in polygons])
        norm = _norm(values[seen], name)
        drawn = PolyCollection(
            polygons, array=values, cmap=cmap, norm=norm, edgecolors="face", linewidths=0.2
        )
        drawn.set_rasterized(True)
        axes.add_collection(drawn)
        axes.set_xlim(left, right)
        axes.set_ylim(bottom, top + 0.04 * (top - bottom))
        axes.set_aspect("equal")
        _mark_peak(axes, polygons, values)
        bar = figure.colorbar(drawn, ax=axes, label=label.replace(", ", "\n"), fraction=0.05)
        if name == "max_principal_MPa":
            bar.set_ticks(_ticks_on_both_sides(norm.vmin, norm.vmax))
            bar.formatter = FuncFormatter(lambda value, _: f"{value:g}")
    vertical = "y" if body.cell_type == 22 else "z"
    figure.supxlabel("x (µm)", fontsize=9)
    figure.supylabel(f"{vertical} (µm), equal scales", fontsize=9)
    figure.suptitle(f"Ceramic at {pressure:.4g} MPa, deformed shape; + marks the peak", fontsize=9)
    return figure


def _norm(values: Array, name: str) -> Normalize:
    """Colours from zero for shear; for principal stress white at zero.

    Tension and compression have a scale each, or tension, which matters more and
    is usually far smaller, could not be seen.
    """
    least, most = float(values.min()), float(values.max())
    if name == "max_shear_MPa":
        return Normalize(0.0, max(most, 1e-9))
    scale = max(-least, most, 1e-9)
    return TwoSlopeNorm(0.0, vmin=min(least, -0.02 * scale), vmax=max(most, 0.02 * scale))


def _ticks_on_both_sides(least: float, most: float) -> list[float]:
    """A few round ticks on either side of zero, each side to its own scale."""
    below = [v for v in MaxNLocator(3).tick_values(least, 0.0) if least <= v < 0.0]
    above = [v for v in MaxNLocator(3).tick_values(0.0, most) if 0.0 < v <= most]
    return [*below, 0.0, *above]


def _mark_peak(axes: Axes, polygons: list[Array], values: Array) -> None:
    x, y = polygons[int(np.argmax(values))].mean(axis=0)
    axes.plot(x, y, "+", color="white", markersize=9, markeredgewidth=2.6)
    axes.plot(x, y, "+", color="black", markersize=8, markeredgewidth=1.1)


def interesting_depth(body: BodySnapshot) -> float:
    """Depth below which the roughness is no longer felt.

    Where, for good, the largest and mean maximum shear differ by less than 3 %
    of their largest difference; a fifth is added.
    """
    depth, most, mean = depth_profile(body, "max_shear_MPa")
    difference = most - mean
    felt = np.flatnonzero(difference > 0.03 * max(float(difference.max()), 1e-12))
    return 1.2 * float(depth[felt[-1]]) if len(felt) else float(depth[-1])


def depth_profile(body: BodySnapshot, name: str) -> tuple[Array, Array, Array]:
    """Largest and mean of a cell field at equal depths below the contact surface.

    A cell counts at every depth it reaches across, in the mean with its volume
    over its extent in depth, which is its average width there.

    Args:
        body: The ceramic.
        name: Cell field.

    Returns:
        Depth in µm, denser near the surface, and largest and mean value, each
        (samples,).
    """
    corner = point_depth(body, body.points_um)[body.cells[:, : body_dimension(body) + 1]]
    shallow, deep = corner.min(axis=1), corner.max(axis=1)
    values, volume = body.cell_data[name].astype(float), body.cell_data["volume_um"].astype(float)
    width = volume / np.maximum(deep - shallow, 1e-12)
    depth = float(deep.max()) * (np.arange(1, DEPTH_SAMPLES) / DEPTH_SAMPLES) ** 2
    found = []
    for at in depth:
        across = (shallow <= at) & (deep >= at)
        if across.any():
            here = values[across]
            found.append((at, here.max(), np.average(here, weights=width[across])))
    return tuple(np.array(found).T)


def draw_depth_profile(folder: Path) -> Figure:
    """Largest and mean stress against depth below the contact surface."""
    grid = read_body(folder, "ceramic")
    body = body_from_grid(grid)
    figure = style.new_figure(6.4, 4.2)
    panels = figure.subplots(1, 2, sharey=True)
    for axes, (name, label, colour) in zip(panels, MEASURES, strict=True):
        middle, most, mean = depth_profile(body, name)
        axes.plot(most, middle, color=colour, label="largest at this depth")
        axes.plot(mean, middle, color=colour, linestyle="--", linewidth=1.2, label="mean")
        axes.set_xlabel(label.replace(", ", "\n"))
        axes.grid(True, color="#DDDDDD", linewidth=0.5)
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, frameon=False)
    if panels[1].get_xlim()[1] > 0.0 > panels[1].get_xlim()[0]:
        panels[1].axvline(0.0, color=style.GREY, linewidth=0.7)
    panels[0].set_ylim(min(1.5 * interesting_depth(body), middle.max()), 0.0)
    panels[0].set_ylabel("Depth below the contact surface (µm)")
    pressure = float(grid.field_data["pressure_MPa"][0])
    figure.suptitle(f"Ceramic at {pressure:.4g} MPa", fontsize=9)
    return figure
