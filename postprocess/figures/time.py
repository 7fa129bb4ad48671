"""The figure of a run in time: pressure, contact and remaining void."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from napress.fem.inputs.constants import ZERO_CELSIUS_K
from napress.postprocess.figures import style
from napress.postprocess.records.columns import head
from napress.postprocess.records.history import void_column
from napress.postprocess.records.summary import closure_times
from napress.postprocess.wording import number

# A first step far shorter than the whole run: only a logarithm shows both.
WIDE = 100.0


def has_time(history: pd.DataFrame) -> bool:
    """Whether any time passes in a run."""
    return "time_s" in history and bool(history["time_s"].max() > 0.0)


def draw_in_time(history: pd.DataFrame) -> Figure:
    """Pressure, contact fraction and remaining void against time, closure marked.

    Args:
        history: With a ``time_s`` that grows.

    Returns:
        The figure.

    Raises:
        ValueError: If no time passes.
    """
    shown = history[history["time_s"] > 0.0]
    if shown.empty:
        raise ValueError("history: no time passes in it")
    time = shown["time_s"]
    figure = style.new_figure(6.4, 6.0)
    pressing, contact, void = figure.subplots(3, 1, sharex=True)
    looks = {"marker": ".", "markersize": 4}
    pressing.plot(time, shown["pressure_MPa"], color=style.GREY, **looks)
    pressing.set_ylabel(head("pressure_MPa").replace(" (", "\n("))
    contact.plot(time, shown["contact_fraction"], color=style.BLUE, **looks)
    contact.set_ylim(-0.03, 1.05)
    contact.set_ylabel(head("contact_fraction").replace(" ", "\n"))
    open_percent = 100.0 - shown["closure_percent"]
    void.plot(time, open_percent.where(open_percent > 0.0), color=style.RED, **looks)
    void.set_yscale("log")
    void.set_ylim(max(float(open_percent[open_percent > 0.0].min()) / 2.0, 1e-4), 200.0)
    kind = "area" if void_column(history) == "void_area_um2" else "volume"
    void.set_ylabel(f"Remaining void {kind}\n(% of initial)")
    void.set_xlabel(head("time_s"))
    if time.max() > WIDE * time.min():
        void.set_xscale("log")
        void.xaxis.set_major_formatter("{x:g}")
    void.yaxis.set_major_formatter("{x:g}")
    _mark_closure(history, (contact, void))
    for axes in (pressing, contact, void):
        axes.grid(True, which="major", color="#DDDDDD", linewidth=0.5)
        axes.set_axisbelow(True)
        axes.spines[["top", "right"]].set_visible(False)
    low, high = shown["temperature_K"].min(), shown["temperature_K"].max()
    text = f"{number(low - ZERO_CELSIUS_K)} °C"
    if high > low:
        text += f" to {number(high - ZERO_CELSIUS_K)} °C"
    pressing.set_title(text)
    if contact.get_legend_handles_labels()[0]:
        contact.legend(loc="lower right", frameon=True, framealpha=0.9, edgecolor="none")
    return figure


def _mark_closure(history: pd.DataFrame, panels: tuple[Axes, ...]) -> None:
    times = closure_times(history)
    for level, value, dashes in zip(
        ("90", "99", "99.9"), times.values(), (":", "--", "-."), strict=True
    ):
        if value is None or value <= 0.0:
            continue
        for axes in panels:
            label = f"{level} % closed: {value:.3g} s"
            axes.axvline(value, color=style.GREY, linestyle=dashes, linewidth=1.0, label=label)
