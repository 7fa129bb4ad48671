"""The maps of a sweep: response surface over two parameters, and pressure by roughness."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FuncFormatter, NullFormatter
from scipy.spatial import Delaunay, QhullError

from napress.postprocess.figures import style
from napress.postprocess.figures.sweeps.curves import outcomes
from napress.postprocess.figures.sweeps.data import (
    SweepData,
    at_pressures,
    common_pressures,
    displayed,
    label,
    main_effects,
    roughness_column,
    with_margin,
)
from napress.postprocess.records.columns import head

# A parameter that spans more than this factor is shown and fitted by its logarithm.
_WIDE = 30.0
_GRID = 60
# Light enough for lines and their labels to stand out where contact is full.
_LIGHT_BLUES = ListedColormap(colormaps["Blues"](np.linspace(0.0, 0.6, 256)))
_MARGINS = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0)


def draw_response_surface(data: SweepData) -> Figure:
    """Outcomes over the two numbers that matter most: fitted quadratic, and the runs as dots.

    Raises:
        ValueError: If fewer than two numbers vary, or too few runs are finished.
    """
    numbers = data.numeric()
    if len(numbers) < 2:
        raise ValueError("needs two numbers that vary")
    judged = {name: v.dropna() for name, v in outcomes(data).items() if v.notna().sum() >= 4}
    if not judged:
        raise ValueError("needs four finished runs with different outcomes")
    figure = style.new_figure(3.6 * len(judged), 3.5)
    for axes, (name, values) in zip(
        np.atleast_1d(figure.subplots(1, len(judged))), judged.items(), strict=True
    ):
        ranked = [e.parameter for e in main_effects(data, values) if e.parameter in numbers]
        pair = sorted((ranked + [n for n in numbers if n not in ranked])[:2], key=numbers.index)
        points = data.table.loc[values.index, pair].astype(float)
        # Seeds and other parameters are averaged, so that a dot is one point of the plane.
        mean = values.groupby([points[column] for column in pair]).mean()
        _surface(axes, figure, mean.index.to_frame(index=False), mean.reset_index(drop=True), name)
    return figure


def _surface(
    axes: Axes, figure: Figure, points: pd.DataFrame, values: pd.Series, title: str
) -> None:
    shown = [displayed(column, points[column]) for column in points]
    points = pd.DataFrame({name: values for name, values in shown})
    logs = [bool(points[c].min() > 0 and points[c].max() > _WIDE * points[c].min()) for c in points]
    scaled, axis_values = [], []
    for column, is_log in zip(points, logs, strict=True):
        raw = points[column].to_numpy()
        low, high = raw.min(), raw.max()
        ends = np.geomspace(low, high, _GRID) if is_log else np.linspace(low, high, _GRID)
        axis_values.append(ends)
        scaled.append(np.log(raw) if is_log else raw)
    coordinates = np.column_stack(scaled)
    centre, spread = coordinates.mean(axis=0), np.ptp(coordinates, axis=0)
    levels = [len(np.unique(column)) for column in coordinates.T]
    exponents = _exponents(levels, len(points))
    basis = _basis((coordinates - centre) / spread, exponents)
    weights = np.linalg.lstsq(basis, values.to_numpy(), rcond=None)[0]
    grid = np.meshgrid(*axis_values, indexing="xy")
    flat = np.column_stack(
        [np.log(g.ravel()) if log else g.ravel() for g, log in zip(grid, logs, strict=True)]
    )
    flat = (flat - centre) / spread
    fitted = (_basis(flat, exponents) @ weights).reshape(grid[0].shape)
    known = _among((coordinates - centre) / spread, flat).reshape(grid[0].shape)
    fitted = np.ma.masked_array(fitted, ~known)
    low, high = min(fitted.min(), values.min()), max(fitted.max(), values.max())
    drawn = axes.contourf(*grid, fitted, levels=np.linspace(low, high, 15), cmap="viridis")
    axes.scatter(
        *points.to_numpy().T, c=values, cmap="viridis", vmin=low, vmax=high,
        edgecolor="white", linewidth=0.7, s=26, zorder=3, clip_on=False,
    )  # fmt: skip
    residual = values.to_numpy() - basis @ weights
    total = float(((values - values.mean()) ** 2).sum())
    explained = 1.0 - float(residual @ residual) / total if total > 0.0 else 1.0
    axes.set_title(f"{title}\nfit explains {100 * explained:.0f} %")
    for axis, column, is_log in zip((axes.xaxis, axes.yaxis), points, logs, strict=True):
        axis.set_label_text(column)
        if is_log:
            (axes.set_xscale if axis is axes.xaxis else axes.set_yscale)("log")
            axis.set_major_formatter("{x:g}")
            axis.set_minor_formatter(NullFormatter())
    figure.colorbar(drawn, ax=axes, shrink=0.9, format=FuncFormatter(lambda v, _: f"{v:.3g}"))


def _exponents(levels: list[int], runs: int) -> list[tuple[int, int]]:
    """Terms that so many values of each number, and so many runs, can decide."""
    terms = [
        pair
        for pair in itertools.product(range(3), range(3))
        if sum(pair) <= 2 and all(e < n for e, n in zip(pair, levels, strict=True))
    ]
    linear = [pair for pair in terms if sum(pair) <= 1]
    return terms if runs >= len(terms) + 1 else linear


def _among(points: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Tells which places, shape (n, 2), lie between the points: a fit says nothing elsewhere."""
    try:
        # A little wider than the points, so that rounding does not fray the edge.
        hull = Delaunay(points.mean(axis=0) + 1.02 * (points - points.mean(axis=0)))
    except QhullError:
        return np.ones(len(places), dtype=bool)
    return hull.find_simplex(places) >= 0


def _basis(scaled: np.ndarray, exponents: list[tuple[int, int]]) -> np.ndarray:
    return np.column_stack([np.prod(scaled ** np.array(e), axis=1) for e in exponents])


def draw_process_map(data: SweepData) -> Figure:
    """Contact over pressure and roughness, with contours of contact and of fracture margin.

    Other parameters and seeds are averaged over; the margin is the smallest.

    Raises:
        ValueError: If no roughness varies.
    """
    column = roughness_column(data)
    if column is None:
        raise ValueError("needs a roughness that varies (rms, amplitude, depth or height)")
    pressures = common_pressures(data.histories.values())
    usable = data.table.loc[[run for run in data.table.index if run in data.histories]]
    roughness = np.sort(usable[column].dropna().unique())
    if len(roughness) < 2 or not len(pressures):
        raise ValueError("needs finished runs of two roughnesses with pressures in common")
    if len(roughness) > 12:
        # Scattered samples: neighbours in roughness share a row.
        edges = np.quantile(usable[column], np.linspace(0, 1, 9))
        bins = np.clip(np.searchsorted(edges, usable[column], side="right") - 1, 0, 7)
        rows = [list(usable.index[bins == k]) for k in range(8) if (bins == k).any()]
    else:
        rows = [list(usable.index[usable[column] == value]) for value in roughness]
    height = np.array([usable.loc[runs, column].mean() for runs in rows])
    contact = np.array(
        [_over(data, runs, "contact_fraction", pressures).mean(axis=0) for runs in rows]
    )
    figure = style.new_figure(6.4, 4.4)
    axes = figure.subplots()
    shown = axes.contourf(
        pressures, height, 100.0 * contact, levels=np.arange(0, 101, 10), cmap=_LIGHT_BLUES
    )
    figure.colorbar(shown, ax=axes, label="Contact (% of area)")
    lines = axes.contour(
        pressures, height, 100.0 * contact, levels=[50, 90, 99], colors="#333333", linewidths=0.9
    )
    _labels(axes, lines, "%g %% contact", 0.2)
    margins = [_over(data, runs, "margin", pressures) for runs in rows]
    if all(len(margin) for margin in margins):
        _margin_contours(axes, pressures, height, np.array([m.min(axis=0) for m in margins]))
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter("{x:g}")
    axes.set_xlabel(head("pressure_MPa"))
    axes.set_ylabel(label(column))
    return figure


def _over(data: SweepData, runs: list[str], column: str, pressures: np.ndarray) -> np.ndarray:
    histories = [with_margin(data.histories[run]) for run in runs]
    curves = [at_pressures(h, column, pressures) for h in histories if column in h]
    return np.array(curves).reshape(-1, len(pressures))


def _margin_contours(
    axes: Axes, pressures: np.ndarray, height: np.ndarray, margin: np.ndarray
) -> None:
    levels = [level for level in _MARGINS if margin.min() < level < margin.max()]
    if levels:
        lines = axes.contour(
            pressures,
            height,
            margin,
            levels=levels,
            colors=[style.RED if level <= 1.0 else "#7A1F00" for level in levels],
            linewidths=[2.2 if level == 1.0 else 1.1 for level in levels],
            linestyles=["solid" if level <= 1.0 else "dashed" for level in levels],
        )
        _labels(axes, lines, "margin %g", 0.8)
    else:
        least, most = float(margin.min()), float(margin.max())
        axes.set_title(f"Fracture margin {least:.3g} to {most:.3g} everywhere on the map")


def _labels(axes: Axes, lines: Any, text: str, at: float) -> None:
    """Writes each line's label at a share of the map's height, so that two kinds do not meet."""
    low, high = axes.get_ylim()
    places = []
    for path in lines.get_paths():
        if len(path.vertices):
            nearest = np.abs(path.vertices[:, 1] - (low + at * (high - low))).argmin()
            places.append(tuple(path.vertices[nearest]))
    for written in axes.clabel(lines, fmt=text, fontsize=7.5, manual=places):
        written.set_path_effects([withStroke(linewidth=2.5, foreground="white")])
