"""One picture of a window: contact, void, resistance and failure against pressure."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from napress.postprocess.figures import style
from napress.postprocess.records.columns import band_head, head
from napress.postprocess.window.answer import Answer
from napress.postprocess.window.curves import Array
from napress.postprocess.window.ends import UPPER_NAMES, USES, band

LEAST_VOID_PERCENT = 1e-3
LEAST_ASR = 1e-6
LEAST_FAILURE_PERCENT = 1e-6
MODE_COLOURS = {
    "flaw": style.RED,
    "weibull_volume": style.BLUE,
    "weibull_surface": style.GREEN,
    "pellet": style.ORANGE,
}
MODE_NAMES = {
    "flaw": "sodium in a flaw",
    "weibull_volume": "Weibull, volume",
    "weibull_surface": "Weibull, surface",
    "pellet": "whole pellet",
}


def draw_window(answer: Answer) -> Figure:
    """Bands over the seeds with targets, the recommended range and the pressure asked about.

    Args:
        answer: The answer.

    Returns:
        The figure.
    """
    figure = style.new_figure(7.2, 5.4)
    # Finding a layout would take most of the time of a window whose runs are there.
    figure.set_layout_engine(None)
    (contact, void), (resistance, failure) = figure.subplots(2, 2, sharex=True)
    figure.subplots_adjust(0.095, 0.155, 0.985, 0.985, wspace=0.26, hspace=0.09)
    curves, targets = answer.curves, answer.targets
    pressure = curves.pressure_MPa
    _band(contact, pressure, 100 * curves.contact_fraction, style.BLUE, 0.0)
    contact.set_ylabel(band_head("contact_fraction", "window.csv"))
    contact.set_ylim(0, 103)
    _band(void, pressure, curves.void_left_percent, style.BLUE, LEAST_VOID_PERCENT)
    void.set_ylabel(band_head("void_left_percent", "window.csv"))
    _log(void, LEAST_VOID_PERCENT, 130)
    if targets.closure_percent is not None:
        _target(void, 100 - targets.closure_percent)
    if np.isfinite(curves.asr_ohm_cm2).any():
        _band(resistance, pressure, curves.asr_ohm_cm2, style.BLUE, LEAST_ASR)
        highest = np.nanmax([np.nanmax(curves.asr_ohm_cm2), targets.resistance_ohm_cm2 or 0])
        _log(resistance, LEAST_ASR, 3 * max(highest, 1e-3))
    else:
        resistance.text(0.5, 0.5, "not solved", transform=resistance.transAxes, ha="center")
    resistance.set_ylabel(band_head("interface_asr_ohm_cm2", "window.csv"))
    if targets.resistance_ohm_cm2 is not None:
        _target(resistance, targets.resistance_ohm_cm2)
    _failure(failure, answer)
    for axes in (contact, void, resistance, failure):
        _frame(axes, answer)
    for axes in (resistance, failure):
        axes.set_xlabel(head("pressure_MPa"))
    handles, labels = failure.get_legend_handles_labels()
    if handles:
        figure.legend(handles, labels, loc="lower center", ncols=4, frameon=False, fontsize=8)
    return figure


def _failure(axes: Axes, answer: Answer) -> None:
    pressure, low = answer.curves.pressure_MPa, LEAST_FAILURE_PERCENT
    for mode, rows in answer.broken.items():
        if mode not in USES:
            name, colour = MODE_NAMES.get(mode, mode), MODE_COLOURS.get(mode, style.GREY)
            _band(axes, pressure, 100 * rows, colour, low, name)
    shown = [m for m in answer.broken if m not in USES]
    if not shown:
        use = answer.broken.get("local_stress")
        if use is not None:
            _band(axes, pressure, 100 * use, style.BLUE, low, UPPER_NAMES["local_stress"])
    broken = band_head("failure_probability", "window.csv")
    axes.set_ylabel(broken if shown else "Stress over strength (%)")
    _log(axes, low, 300)
    _target(axes, answer.targets.failure_percent if shown else 100.0)


def _band(
    axes: Axes, pressure: Array, rows: Array, colour: str, floor: float, name: str | None = None
) -> None:
    """Median as a line, least to most as a band; what lies below the floor is on it."""
    found = band(rows)
    low, middle, high = (
        np.maximum(values, floor) for values in (found.least, found.median, found.most)
    )
    if rows.shape[0] > 1:
        axes.fill_between(pressure, low, high, color=colour, alpha=0.25, lw=0)
    hidden = middle <= floor if floor > 0 else np.zeros(len(middle), dtype=bool)
    if name is not None and hidden.all():
        name += " (below)"
    axes.plot(pressure, np.where(hidden, np.nan, middle), color=colour, label=name)


def _target(axes: Axes, value: float) -> None:
    axes.axhline(value, color="black", lw=0.8, ls="--")


def _log(axes: Axes, low: float, high: float) -> None:
    axes.set_yscale("log")
    axes.set_ylim(low, high)
    # Many decades; ticks between them would take half the time of the drawing.
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(style.power_of_ten)


def _frame(axes: Axes, answer: Answer) -> None:
    window, asked = answer.window, answer.targets.pressure_MPa
    pressure = answer.curves.pressure_MPa
    axes.set_xscale("log")
    axes.set_xlim(pressure[0], max(pressure[-1], asked) * 1.1)
    axes.xaxis.set_major_formatter("{x:g}")
    axes.axvline(asked, color=style.GREY, lw=0.9, ls=":")
    if window.range_MPa is not None:
        axes.axvspan(*window.range_MPa, color=style.GREEN, alpha=0.12, lw=0)
    axes.grid(True, which="major", color="#DDDDDD", linewidth=0.5)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)


CAPTION = (
    "Median (line) and range (band) over the surfaces. Green: the recommended range. Dashed: "
    "targets. Dotted: the pressure asked about. What lies below an axis is not drawn."
)
