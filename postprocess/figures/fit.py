"""The figure of a fit: measured points, the law through them, its band, and the window."""

from __future__ import annotations

import math
from dataclasses import dataclass

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from napress.postprocess.figures import style

Array = NDArray[np.float64]


@dataclass(frozen=True)
class FitPicture:
    """What the figure shows.

    Attributes:
        pressure_MPa: Of the curves, (n,).
        best_ohm_cm2: Fitted resistance of an interface, (n,).
        low_ohm_cm2: The least that still fits, (n,).
        high_ohm_cm2: The most, (n,).
        data_MPa: Measured pressures, (points,).
        data_ohm_cm2: Resistance of an interface there, (points,), NaN where none is left.
        released: Which were taken after release, (points,).
        target_ohm_cm2: Good enough.
        needed_MPa: Pressure from which it is; infinite if from none.
        needed_low_MPa: The least that still fits.
        needed_high_MPa: The most.
        holds_to_MPa: Pressure to which the electrolyte holds, if known.
        text: Fitted values.
    """

    pressure_MPa: Array
    best_ohm_cm2: Array
    low_ohm_cm2: Array
    high_ohm_cm2: Array
    data_MPa: Array
    data_ohm_cm2: Array
    released: NDArray[np.bool_]
    target_ohm_cm2: float
    needed_MPa: float
    needed_low_MPa: float
    needed_high_MPa: float
    holds_to_MPa: float | None
    text: str


def draw_fit(picture: FitPicture) -> Figure:
    """Resistance over pressure, both logarithmic."""
    with matplotlib.rc_context(style.STYLE):
        return _drawn(picture)


def _drawn(picture: FitPicture) -> Figure:
    figure = style.new_figure(6.4, 4.4)
    axes = figure.subplots()
    x = picture.pressure_MPa
    axes.fill_between(
        x,
        picture.low_ohm_cm2,
        picture.high_ohm_cm2,
        color=style.BLUE,
        alpha=0.18,
        linewidth=0,
        label="fits the data, 95 %",
    )
    axes.plot(x, picture.best_ohm_cm2, color=style.BLUE, label="best fit, pressing")
    for chosen, face, label in (
        (~picture.released, "black", "measured, pressing"),
        (picture.released, "white", "measured after release"),
    ):
        if chosen.any():
            axes.plot(
                picture.data_MPa[chosen],
                picture.data_ohm_cm2[chosen],
                "o",
                color="black",
                markerfacecolor=face,
                markersize=5,
                linestyle="none",
                label=label,
                zorder=4,
            )
    axes.axhline(
        picture.target_ohm_cm2,
        color=style.GREY,
        linewidth=1.0,
        linestyle="--",
        label=f"good enough, {picture.target_ohm_cm2:g} Ω cm²",
    )
    low, high = _limits(picture)
    axes.set(xscale="log", yscale="log", xlim=(x[0], x[-1]), ylim=(low, high))
    _draw_window(axes, picture, x[-1])
    axes.set_xlabel("Pressure (MPa)")
    axes.set_ylabel("Interface ASR (Ω cm²)")
    axes.grid(which="major", color="0.9", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.legend(loc="upper right", frameon=False)
    axes.text(0.02, 0.03, picture.text, transform=axes.transAxes, va="bottom", fontsize=8)
    return figure


def _limits(picture: FitPicture) -> tuple[float, float]:
    shown = np.concatenate([picture.data_ohm_cm2, picture.best_ohm_cm2, [picture.target_ohm_cm2]])
    shown = shown[np.isfinite(shown) & (shown > 0)]
    measured = picture.data_ohm_cm2[np.isfinite(picture.data_ohm_cm2)]
    least = min(float(measured.min(initial=np.inf)), picture.target_ohm_cm2)
    return max(float(shown.min()) / 6, least / 300), float(shown.max()) * 4


def _draw_window(axes, picture: FitPicture, end: float) -> None:
    """Shades the pressures that are good enough and survived."""
    start = picture.needed_MPa
    if not math.isfinite(start) or start >= end:
        return
    stop = end if picture.holds_to_MPa is None else picture.holds_to_MPa
    if stop > start:
        axes.axvspan(
            start, min(stop, end), color=style.GREEN, alpha=0.15, linewidth=0, label="window"
        )
    if picture.holds_to_MPa is not None and picture.holds_to_MPa < end:
        axes.axvline(
            picture.holds_to_MPa, color=style.RED, linewidth=1.2, label="electrolyte holds to here"
        )
    right = min(picture.needed_high_MPa, end)
    axes.plot(
        [picture.needed_low_MPa, right],
        [picture.target_ohm_cm2] * 2,
        color=style.GREEN,
        linewidth=4,
        solid_capstyle="butt",
        label="needed pressure, 95 %",
        zorder=3,
    )
