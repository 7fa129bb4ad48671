"""One picture of fracture: critical flaw depth, and probability, against pressure."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from napress.fem.snapshot import Array
from napress.postprocess.figures import style
from napress.postprocess.fracture.settings import FractureSettings
from napress.postprocess.fracture.summary import PROBABILITIES, confinements
from napress.postprocess.records.columns import head
from napress.postprocess.theory import flaws as closed

LOWEST_PROBABILITY = 1e-12
CURVES = (
    ("flaw_local_probability", style.ORANGE, "-"),
    ("weibull_pia_volume_probability", style.BLUE, "-"),
    ("weibull_nsa_volume_probability", style.BLUE, ":"),
    ("weibull_pia_surface_probability", style.GREEN, "-"),
    ("weibull_nsa_surface_probability", style.GREEN, ":"),
)
# Confinements whose name in a legend is not their kind.
NAMES = {"none": "free to widen"}
# Of those a case is compared with; its own is drawn solid.
DASHES = {"none": "--", "rigid die": "-.", "isostatic": ":"}


def draw_fracture(history: pd.DataFrame, settings: FractureSettings) -> Figure:
    """Critical depth of a sodium-filled flaw, and failure probability of the pellet.

    Args:
        history: The run, with the columns of the assessment.
        settings: What the assessment rested on.

    Returns:
        The figure.
    """
    figure = style.new_figure(7.2, 4.8)
    left, right = figure.subplots(1, 2)
    top = max(float(history["pressure_MPa"].max()), 1.0)
    _draw_depths(left, settings, top)
    _draw_probabilities(right, history, settings, top)
    for axes in (left, right):
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xlabel(head("pressure_MPa"))
        axes.xaxis.set_major_formatter("{x:g}")
        axes.grid(True, which="major", color="#DDDDDD", linewidth=0.5)
        axes.set_axisbelow(True)
        axes.spines[["top", "right"]].set_visible(False)
    left.yaxis.set_major_formatter("{x:g}")
    right.yaxis.set_major_formatter(style.power_of_ten)
    return figure


def _draw_depths(axes: Axes, settings: FractureSettings, top_MPa: float) -> None:
    pressure = _grid(top_MPa)
    flaws, own = settings.flaws, settings.confinement.kind
    shallow, deep = flaws.depth.percentile(5.0), flaws.depth.percentile(95.0)
    axes.axhspan(shallow, deep, color=style.ORANGE, alpha=0.25, lw=0)
    axes.axhline(flaws.depth.median, color=style.ORANGE, lw=1.0, label="flaws: median, 5 to 95 %")
    for kind, held in confinements(settings).items():
        opening = pressure - np.array([held.lateral_MPa(float(p)) for p in pressure])
        if not (opening > 1e-9 * pressure).any():
            continue
        critical = closed.critical_depth_um(flaws.toughness.median, opening)
        colour = style.BLUE if kind == own else style.GREY
        label = f"critical, {NAMES.get(kind, kind)}"
        axes.plot(
            pressure, critical, color=colour, ls="-" if kind == own else DASHES[kind], label=label
        )
        if kind == own:
            low, high = (
                closed.critical_depth_um(flaws.toughness.percentile(q), opening)
                for q in (5.0, 95.0)
            )
            axes.fill_between(pressure, low, high, color=style.BLUE, alpha=0.15, lw=0)
    axes.set_xlim(*_limits(top_MPa))
    axes.set_ylabel("Depth of a surface flaw (µm)")
    _legend_below(axes)


def _draw_probabilities(
    axes: Axes, history: pd.DataFrame, settings: FractureSettings, top_MPa: float
) -> None:
    pressure = _grid(top_MPa)
    flaws = settings.flaws
    for kind, held in confinements(settings).items():
        own = kind == settings.confinement.kind
        lateral = [held.lateral_MPa(float(p)) for p in pressure]
        full = [flaws.probability(p - s) for p, s in zip(pressure, lateral, strict=True)]
        colour = style.RED if own else style.GREY
        _curve(
            axes,
            pressure,
            full,
            colour,
            "-" if own else DASHES[kind],
            f"sodium in flaws, {NAMES.get(kind, kind)}",
        )
    shown = history[history["pressure_MPa"] > 0.0]
    if (shown["flaw_pressure_share"] < 1.0).any():
        limited = shown["flaw_flow_limited_probability"]
        text = PROBABILITIES["flaw_flow_limited_probability"]
        _curve(axes, shown["pressure_MPa"], limited, style.RED, ":", text)
    hidden = 0
    for name, colour, dashes in CURVES:
        if name in shown and not _curve(
            axes, shown["pressure_MPa"], shown[name], colour, dashes, PROBABILITIES[name]
        ):
            hidden += 1
    axes.set_ylim(LOWEST_PROBABILITY, 3.0)
    axes.set_xlim(*_limits(top_MPa))
    axes.set_ylabel("Probability that the pellet breaks")
    if hidden:
        axes.set_title(f"{hidden} of the curves lie below {LOWEST_PROBABILITY:g}", fontsize=8)
    if axes.get_legend_handles_labels()[0]:
        _legend_below(axes)


def _legend_below(axes: Axes) -> None:
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), frameon=False)


def _curve(
    axes: Axes, pressure: ArrayLike, values: ArrayLike, colour: str, dashes: str, label: str
) -> bool:
    """Draws what lies above the lowest probability shown; tells whether anything does."""
    values = np.asarray(values, dtype=float)
    seen = values >= LOWEST_PROBABILITY
    if seen.any():
        axes.plot(pressure, np.where(seen, values, np.nan), color=colour, ls=dashes, label=label)
    return bool(seen.any())


def _grid(top_MPa: float) -> Array:
    return np.geomspace(_limits(top_MPa)[0], top_MPa, 120)


def _limits(top_MPa: float) -> tuple[float, float]:
    return max(top_MPa / 100.0, 1e-3), 1.1 * top_MPa
