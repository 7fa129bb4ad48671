"""Figures of a pressed pellet: pressure and sodium over the interface, tension inside."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import Normalize, TwoSlopeNorm
from matplotlib.figure import Figure
from matplotlib.tri import Triangulation

from napress.fem.pellet.press import PelletSnapshot
from napress.fem.snapshot import Array
from napress.postprocess.figures import style
from napress.postprocess.measures.stress import max_shear, principal_stress

MM = 1e-3
COMPRESSION_MAP = "Blues_r"


def write_pellet_figures(folder: Path, snapshots: Sequence[PelletSnapshot]) -> list[Path]:
    """Draws both figures and writes them as PNG and SVG.

    Args:
        folder: Where to.
        snapshots: One per load, increasing.

    Returns:
        The files.
    """
    with matplotlib.rc_context(style.STYLE):
        interface = draw_interface(snapshots)
        stress = draw_stress(snapshots[-1])
    return [
        *style.save(interface, folder, "pellet_pressure"),
        *style.save(stress, folder, "pellet_stress"),
    ]


def _line(snapshot: PelletSnapshot) -> tuple[Array, Array]:
    """Vertices along the radius, or the cut plane, and their position in mm."""
    points = snapshot.interface_um
    on_line = np.ones(len(points), dtype=bool)
    if points.shape[1] == 2:
        on_line = np.abs(points[:, 1]) < 1e-6 * np.abs(points).max()
    index = np.flatnonzero(on_line)
    order = index[points[index, 0].argsort()]
    return order, points[order, 0] * MM


def draw_interface(snapshots: Sequence[PelletSnapshot]) -> Figure:
    """Pressure and sodium thickness along the radius or the plane of the tilt."""
    figure = style.new_figure(6.6, 3.2)
    left, right = figure.subplots(1, 2)
    shades = matplotlib.colormaps["viridis"](np.linspace(0.05, 0.85, len(snapshots)))
    for shade, snapshot in zip(shades, snapshots, strict=True):
        order, position = _line(snapshot)
        label = f"{snapshot.mean_MPa:.4g} MPa"
        left.plot(position, snapshot.pressure_MPa[order], color=shade, label=label)
        right.plot(position, snapshot.sodium_um[order], color=shade, label=label)
    left.set_ylabel("Pressure on the interface (MPa)")
    right.set_ylabel("Sodium between punch and pellet (µm)")
    radial = snapshots[0].interface_um.shape[1] == 1
    for axes in (left, right):
        axes.set_xlabel("Radius (mm)" if radial else "x, in the plane of symmetry (mm)")
        low, high = axes.get_ylim()
        axes.set_ylim(min(0.0, low), high + 0.02 * abs(high))
        axes.grid(True, color="#DDDDDD", linewidth=0.5)
        axes.spines[["top", "right"]].set_visible(False)
    if len(snapshots) <= 10:
        lines, labels = left.get_legend_handles_labels()
        figure.legend(
            lines,
            labels,
            title="mean pressure",
            loc="outside upper center",
            ncols=min(len(labels), 5),
            frameon=False,
            title_fontsize=8,
        )
    return figure


def draw_stress(snapshot: PelletSnapshot) -> Figure:
    """Largest principal stress and largest shear in the section or the cut plane."""
    polygons, stress = _section(snapshot)
    principal = principal_stress(stress)
    corners = np.concatenate(polygons)
    width, height = np.ptp(corners, axis=0)
    drawn_height = min(max(5.6 * height / width, 0.7), 3.2)
    figure = style.new_figure(6.6, 2 * (drawn_height + 0.35) + 0.7)
    panels = figure.subplots(2, 1, sharex=True)
    for axes, values, label, tension in (
        (panels[0], principal[:, 0], "Largest principal\nstress (MPa)", True),
        (panels[1], max_shear(principal), "Largest shear\nstress (MPa)", False),
    ):
        # Rounding, where there is no shear at all, must not look like shear.
        _draw(figure, axes, polygons, values, label, tension, 1e-3 * snapshot.mean_MPa)
        axes.set_xlim(corners[:, 0].min(), corners[:, 0].max())
        axes.set_ylim(corners[:, 1].min() - 0.03 * height, corners[:, 1].max() + 0.03 * height)
        axes.set_aspect("equal" if height > 0.04 * width else "auto")
    radial = snapshot.interface_um.shape[1] == 1
    panels[1].set_xlabel("Radius (mm)" if radial else "x, in the plane of symmetry (mm)")
    figure.supylabel("Height above the support (mm)", fontsize=9)
    figure.suptitle(
        f"Pellet at {snapshot.mean_MPa:.4g} MPa, tension positive; + marks the peak", fontsize=9
    )
    return figure


def _section(snapshot: PelletSnapshot) -> tuple[list[Array], Array]:
    """Triangles in the plane of the drawing, in mm, and the stress in each."""
    points, cells = snapshot.points_um * MM, snapshot.cells
    if points.shape[1] == 2:
        return list(points[cells]), snapshot.point_stress_MPa[cells].mean(axis=1)
    on_plane = np.abs(points[:, 1]) < 1e-9 * np.abs(points).max()
    faces = []
    for left_out in range(4):
        corners = np.delete(cells, left_out, axis=1)
        faces.append(corners[on_plane[corners].all(axis=1)])
    triangles = np.concatenate(faces)
    return list(points[triangles][..., [0, 2]]), snapshot.point_stress_MPa[triangles].mean(axis=1)


def _draw(
    figure: Figure,
    axes: Axes,
    polygons: list[Array],
    values: Array,
    label: str,
    tension: bool,
    floor_MPa: float,
) -> None:
    least, most = float(values.min()), float(values.max())
    norm: Normalize = Normalize(0.0, max(most, floor_MPa))
    colours = style.SHEAR_MAP
    if tension and most <= 0:
        norm, colours = Normalize(least, 0.0), COMPRESSION_MAP
    elif tension:
        colours = style.TENSION_MAP
        scale = max(-least, most, 1e-9)
        # A scale each for tension and compression, or the smaller could not be seen.
        norm = TwoSlopeNorm(0.0, vmin=min(least, -0.02 * scale), vmax=max(most, 0.02 * scale))
    drawn = PolyCollection(
        polygons,
        array=values,
        cmap=colours,
        norm=norm,
        edgecolors="face",
        linewidths=0.2,
    )
    drawn.set_rasterized(True)
    axes.add_collection(drawn)
    x, y = polygons[int(values.argmax())].mean(axis=0)
    axes.plot(x, y, "+", color="white", markersize=9, markeredgewidth=2.6)
    axes.plot(x, y, "+", color="black", markersize=8, markeredgewidth=1.1)
    figure.colorbar(drawn, ax=axes, label=label, fraction=0.05)


def draw_map(snapshot: PelletSnapshot) -> Figure:
    """Pressure over the half disc of a pellet that is not axisymmetric."""
    figure = style.new_figure(5.2, 2.9)
    axes = figure.subplots()
    points = snapshot.interface_um * MM
    mesh = Triangulation(points[:, 0], points[:, 1], snapshot.interface_facets)
    drawn = axes.tripcolor(mesh, snapshot.pressure_MPa, shading="gouraud", cmap="viridis")
    figure.colorbar(drawn, ax=axes, label="Pressure on the interface (MPa)", fraction=0.05)
    axes.set_aspect("equal")
    axes.set_xlabel("x (mm)")
    axes.set_ylabel("y (mm)")
    axes.set_title(f"Mean pressure {snapshot.mean_MPa:.4g} MPa")
    return figure
