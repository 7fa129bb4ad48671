"""Maps of a 3-D interface: height, gap, contact pressure, separate voids, current."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy.interpolate import NearestNDInterpolator

from napress.fem.snapshot import Array
from napress.postprocess.figures import style
from napress.postprocess.records.profiles import Profile
from napress.postprocess.resistance.fields import CONDUCTION, read_interface_current, solved_steps
from napress.postprocess.wording import number, percent_text

GRID = 240  # pixels of a map along its longer side
ROWS, COLUMNS = 2, 3
# Width of a map beside two others and a colour bar, what is above it, and below them all.
PANEL_IN, TITLE_IN, LABEL_IN, TALLEST_IN = 1.8, 0.5, 0.5, 4.0
# Contact pressures are drawn up to this multiple of the mean.
LARGEST_OVER_MEAN = 4.0
LARGEST_CURRENT = 5.0


def map_drawings(
    found: list[Profile], closure: pd.Series, run_folder: Path, measured: dict[str, float]
) -> dict[str, Callable[[], Figure]]:
    """What can be drawn of a 3-D interface, by name.

    Args:
        found: The interface at up to six pressures.
        closure: Closure in % by step.
        run_folder: The run.
        measured: Statistics of its surface, of which those known here are written down.
    """
    drawn: dict[str, Callable[[], Figure]] = {
        "height_map": lambda: draw_height_map(found[0], measured),
        "contact_pressure_map": lambda: draw_pressure_maps(found, closure),
        "void_map": lambda: draw_void_maps(found, closure),
    }
    folder = Path(run_folder) / CONDUCTION
    steps = solved_steps(folder)
    if steps and read_interface_current(folder, steps[0]).centre_um.shape[1] == 3:
        drawn["current_map"] = lambda: draw_current_maps(folder, steps)
    return drawn


def draw_gap_maps(found: list[Profile], closure: pd.Series) -> Figure:
    """Height of the metal above the ceramic; contact is white."""
    most = max(float(profile.gap_um.max()) for profile in found) or 1.0

    def paint(axes: Axes, profile: Profile) -> Any:
        image = np.ma.masked_where(_contact(profile), _gap(profile))
        return _show(axes, profile, image, cmap="cividis_r", vmin=0.0, vmax=most)

    return _panels(found, closure, paint, "Gap (µm); white: contact")


def draw_pressure_maps(found: list[Profile], closure: pd.Series) -> Figure:
    """Contact pressure over the mean pressure; voids are grey."""

    def paint(axes: Axes, profile: Profile) -> Any:
        pressure = _on_grid(profile, _by_facet(profile)) / (profile.pressure_MPa or np.inf)
        image = np.ma.masked_where(~_contact(profile), pressure)
        axes.set_facecolor("#BBBBBB")
        return _show(axes, profile, image, cmap="inferno", vmin=0.0, vmax=LARGEST_OVER_MEAN)

    text = "Contact pressure over the mean pressure; grey: void"
    return _panels(found, closure, paint, text, extend="max")


def draw_void_maps(found: list[Profile], closure: pd.Series) -> Figure:
    """Separate voids, each in a colour of its own; one that crosses the cell is red."""
    from scipy.ndimage import label  # a tenth of a second that a profile does without

    figure, grid = _sheet(_widths(found[0]))
    shades = ["#F2F2F2", style.RED, style.BLUE, style.GREEN, style.ORANGE, "#56B4E9", "#CC79A7"]
    for axes, profile in zip(grid, found, strict=False):
        voids, count = label(~_contact(profile))
        crossing = [void for void in range(1, count + 1) if _crosses(voids == void)]
        shown = np.where(np.isin(voids, crossing), 1, 0)
        others = (voids > 0) & (shown == 0)
        shown[others] = 2 + (voids[others] - 1) % (len(shades) - 2)
        _show(axes, profile, shown, cmap=ListedColormap(shades), vmin=0, vmax=len(shades) - 1)
        many = f"{len(crossing)} cross the cell"
        what = {0: "none crosses", 1: "one crosses the cell"}.get(len(crossing), many)
        _title(axes, profile, closure, f"{count} void{'s' * (count != 1)}, {what}")
    _finish(figure, grid, len(found))
    return figure


def draw_current_maps(folder: Path, steps: list[int]) -> Figure:
    """Current density through the interface over its mean, at up to six solved steps."""
    chosen = [steps[i] for i in np.unique(np.linspace(0, len(steps) - 1, 6).astype(int))]
    currents = [read_interface_current(folder, step) for step in chosen]
    figure, grid = _sheet(2 * currents[0].centre_um[:, :2].mean(axis=0))
    drawn: Any = None
    for axes, current in zip(grid, currents, strict=False):
        extent = [0.0, *2 * current.centre_um[:, :2].mean(axis=0)]
        image = _nearest(current.centre_um[:, :2], current.density_mA_per_cm2, extent[1:])
        drawn = axes.imshow(
            image.T,
            origin="lower",
            extent=(0.0, extent[1], 0.0, extent[2]),
            cmap="YlOrRd",
            vmin=0.0,
            vmax=LARGEST_CURRENT,
            interpolation="nearest",
        )
        axes.set_title(f"{current.pressure_MPa:.3g} MPa", pad=3)
    _finish(figure, grid, len(chosen))
    figure.colorbar(
        drawn, ax=list(grid), label="Current density over its mean", shrink=0.8, extend="max"
    )
    return figure


def draw_height_map(first: Profile, measured: dict[str, float]) -> Figure:
    """The ceramic's height at the first step, how often each occurs, and its statistics."""
    figure = style.new_figure(7.2, 3.4)
    left, right = figure.subplots(1, 2, width_ratios=[1.25, 1.0])
    height = _on_grid(first, first.ceramic_height_um)
    height = height - height.max()
    drawn = _show(left, first, height, cmap="viridis")
    figure.colorbar(drawn, ax=left, label="Height (µm)", shrink=0.85)
    left.set_xlabel("x (µm)")
    left.set_ylabel("y (µm)")
    right.hist(height.ravel(), bins=40, density=True, color=style.BLUE, alpha=0.7)
    right.set_xlabel("Height (µm)")
    right.set_ylabel("Probability density (1/µm)")
    right.spines[["top", "right"]].set_visible(False)
    names = {
        "rq_um": "rms {} µm",
        "ra_um": "mean {} µm",
        "rms_slope": "rms slope {}",
        "skewness": "skewness {}",
        "kurtosis": "kurtosis {}",
        "peak_to_valley_um": "peak to valley {} µm",
    }
    lines = [
        text.format(number(measured[name])) for name, text in names.items() if name in measured
    ]
    right.set_ylim(top=1.6 * right.get_ylim()[1])
    right.text(0.03, 0.97, "\n".join(lines), transform=right.transAxes, va="top", fontsize=8)
    return figure


def _sheet(widths_um: Array) -> tuple[Figure, Any]:
    """A figure as high as its maps, and their axes row by row."""
    across, along = widths_um
    height = ROWS * (min(PANEL_IN * along / across, TALLEST_IN) + TITLE_IN) + LABEL_IN
    figure = style.new_figure(7.2, height)
    return figure, figure.subplots(ROWS, COLUMNS, sharex=True, sharey=True).ravel()


def _panels(
    found: list[Profile],
    closure: pd.Series,
    paint: Callable[[Axes, Profile], Any],
    text: str,
    extend: str = "neither",
) -> Figure:
    figure, grid = _sheet(_widths(found[0]))
    drawn: Any = None
    for axes, profile in zip(grid, found, strict=False):
        drawn = paint(axes, profile)
        _title(axes, profile, closure)
    _finish(figure, grid, len(found))
    figure.colorbar(drawn, ax=list(grid), label=text, shrink=0.8, extend=extend)
    return figure


def _title(axes: Axes, profile: Profile, closure: pd.Series, more: str = "") -> None:
    text = f"{profile.pressure_MPa:.3g} MPa, {percent_text(closure[profile.step])} closed"
    axes.set_title(f"{text}\n{more}" if more else text, pad=3)


def _finish(figure: Figure, grid: Any, used: int) -> None:
    for axes in grid[used:]:
        axes.set_visible(False)
    figure.supxlabel("x (µm)", fontsize=9)
    figure.supylabel("y (µm)", fontsize=9)


def _widths(profile: Profile) -> Array:
    """Lateral size of the cell: the face's points lie as far from one wall as from the other."""
    lateral = profile.position_um[:, :2]
    return lateral.min(axis=0) + lateral.max(axis=0)


def _gap(profile: Profile) -> Array:
    return np.maximum(_on_grid(profile, profile.gap_um), 0.0)


def _by_facet(profile: Profile) -> Array:
    """Contact pressure averaged over each facet: its single points over- and undershoot."""
    by_facet = profile.contact_pressure_MPa.reshape(profile.facets, -1)
    return np.repeat(by_facet.mean(axis=1), by_facet.shape[1])


def _contact(profile: Profile) -> NDArray[np.bool_]:
    return _on_grid(profile, profile.in_contact.astype(float)) > 0.5


def _on_grid(profile: Profile, values: Array) -> Array:
    return _nearest(profile.position_um[:, :2], values, _widths(profile))


def _nearest(points: Array, values: Array, widths: Array) -> Array:
    """Values of the nearest point on a regular grid over the cell, (columns, rows)."""
    counts = np.maximum((GRID * np.asarray(widths) / np.max(widths)).astype(int), 1)
    axes = [
        (np.arange(count) + 0.5) * width / count
        for count, width in zip(counts, widths, strict=True)
    ]
    where = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    return NearestNDInterpolator(points, values)(where)


def _show(axes: Axes, profile: Profile, image: Array, **look: Any) -> Any:
    width, depth = _widths(profile)
    return axes.imshow(
        image.T,
        origin="lower",
        extent=(0.0, width, 0.0, depth),
        interpolation="nearest",
        **look,
    )


def _crosses(void: Array) -> bool:
    return bool((void[0].any() and void[-1].any()) or (void[:, 0].any() and void[:, -1].any()))
