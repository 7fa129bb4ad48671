"""The figure of a run that drives a current: contact, void and overpotential against charge."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from napress.postprocess.figures import style
from napress.postprocess.records.columns import head
from napress.postprocess.records.history import void_column


def is_stripped(history: pd.DataFrame) -> bool:
    """Whether a current is driven at any step of a run."""
    return "current_mA_cm2" in history and bool((history["current_mA_cm2"] != 0.0).any())


def draw_stripping(history: pd.DataFrame) -> Figure:
    """Contact, void, overpotential and current crowding while a current flows.

    Against the charge that has gone through, there and back counted alike.

    Args:
        history: Of a run with a current.

    Returns:
        The figure.

    Raises:
        ValueError: If no current is driven.
    """
    if not is_stripped(history):
        raise ValueError("history: no current is driven in it")
    flows = history["current_mA_cm2"] != 0.0
    # From the state the current starts in.
    first = max(int(flows.to_numpy().argmax()) - 1, 0)
    shown = history.iloc[first:]
    through = shown["charge_mAh_cm2"].diff().abs().fillna(0.0).cumsum()
    figure = style.new_figure(6.4, 7.2)
    contact, void, potential, crowding = figure.subplots(4, 1, sharex=True)
    name = void_column(history)
    for axes, column, colour in (
        (contact, "contact_fraction", style.BLUE),
        (void, name, style.RED),
        (potential, "overpotential_mV", style.GREY),
        (crowding, "current_max_over_mean", style.ORANGE),
    ):
        _plot(axes, through, shown[column], colour)
        axes.set_ylabel(head(column).replace(" (", "\n(").replace(" over ", "\nover "))
    contact.set_ylim(-0.03, 1.05)
    contact.set_ylabel("Contact\nfraction")
    for axes in (void, potential, crowding):
        low, high = axes.get_ylim()
        axes.set_ylim(min(1.08 * low, 0.0), max(1.08 * high, 1e-3))
    crowding.set_xlabel("Charge through the contact (mAh/cm²)")
    pressures = shown["pressure_MPa"]
    text = f"{pressures.iloc[-1]:.3g} MPa"
    if pressures.max() > 1.01 * pressures.iloc[-1]:
        text = f"{pressures.iloc[1:].max():.3g} to {text}"
    contact.set_title(f"Stack pressure {text}")
    return figure


def _plot(axes: Axes, through: pd.Series, values: pd.Series, colour: str) -> None:
    axes.plot(through, values, color=colour, marker=".", markersize=3)
    axes.grid(True, which="major", color="#DDDDDD", linewidth=0.5)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
