"""Figures of stripping: a run against its charge, and runs over current and pressure."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from napress.postprocess.figures import style
from napress.postprocess.records.columns import head
from napress.postprocess.records.history import void_column
from napress.postprocess.theory.stripping import replenishing_pressure_MPa


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


# Radii of the void in the closed form: from the smallest that is seen to a grain.
RADII_UM = (1.0, 10.0)


def draw_current_and_pressure(
    points: Sequence[tuple[float, float, bool | None]],
    law: tuple[float, float, float] | None,
) -> Figure:
    """Where contact was kept and where it was lost, beside what creep alone could keep.

    Args:
        points: Current density in mA/cm2, stack pressure in MPa, and whether contact was
            kept (None: undecided), one per run.
        law: Creep rate at 1 MPa in 1/s, exponent, and molar volume in cm3/mol; None leaves
            the closed form out.

    Returns:
        The figure, both axes logarithmic.
    """
    figure = style.new_figure(5.6, 4.4)
    axes = figure.subplots()
    for kept, colour, marker, label in (
        (True, style.BLUE, "o", "contact kept"),
        (False, style.RED, "x", "contact lost"),
        (None, style.GREY, "s", "undecided"),
    ):
        chosen = [(current, pressure) for current, pressure, one in points if one is kept]
        if chosen:
            axes.plot(*zip(*chosen, strict=True), marker, color=colour, label=label)
    axes.set_xscale("log")
    axes.set_yscale("log")
    currents = [current for current, _, _ in points]
    along = np.geomspace(min(currents) / 3, max(currents) * 3, 50)
    if law is not None:
        for radius, dashes in zip(RADII_UM, ("-", "--"), strict=True):
            keeps_up = replenishing_pressure_MPa(along, radius, *law)
            label = f"creep closes a void of {radius:g} µm"
            axes.plot(along, keeps_up, dashes, color=style.ORANGE, label=label)
    axes.set_xlabel(head("current_mA_cm2"))
    axes.set_ylabel("Stack pressure (MPa)")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter("{x:g}")
        axis.set_minor_formatter(NullFormatter())
    axes.grid(True, which="both", color="#EEEEEE", linewidth=0.5)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    return figure


def write_current_and_pressure(
    folder: Path,
    points: Sequence[tuple[float, float, bool | None]],
    law: tuple[float, float, float] | None,
) -> Path:
    """Writes the figure of `draw_current_and_pressure` into ``figures`` of a folder.

    Returns:
        The picture.
    """
    with matplotlib.rc_context(style.STYLE):
        figure = draw_current_and_pressure(points, law)
        return style.save(figure, Path(folder) / "figures", "critical")[0]
