"""The figures of a sweep: curves with bands over seeds, and what matters most."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy import stats

from napress.postprocess.figures import style
from napress.postprocess.figures.sweeps.data import (
    Effect,
    SweepData,
    at_pressures,
    common_pressures,
    label,
    main_effects,
    with_margin,
)
from napress.postprocess.records.columns import head

COLOURS = (style.BLUE, style.RED, style.GREEN, style.ORANGE, "#56B4E9", "#CC79A7", "#000000")
CONFIDENCE = 0.95
_LONGEST_TORNADO = 12


def outcomes(data: SweepData) -> dict[str, pd.Series]:
    """What a sweep is judged by: title with unit to one value per run.

    Contact is taken at the pressure where the runs lie around one half, since
    at the last pressure most are closed. A margin is compared by its logarithm
    to the base 10, so that one far run does not hide the others.
    """
    found: dict[str, pd.Series] = {}
    pressures = common_pressures(data.histories.values())
    if len(pressures):
        curves = pd.DataFrame(
            {
                run: at_pressures(history, "contact_fraction", pressures)
                for run, history in data.histories.items()
            },
            index=pressures,
        )
        nearest = (curves.mean(axis=1) - 0.5).abs().idxmin()
        found[f"Contact fraction at {nearest:.3g} MPa"] = curves.loc[nearest]
    for percent in ("99", "90"):
        column = f"closure_pressure_{percent}_MPa"
        if column in data.table and data.table[column].notna().mean() > 0.8:
            found[label(column)] = data.table[column].astype(float)
            break
    times = data.table.get("closure_time_99_s")
    if times is not None and times.notna().mean() > 0.8:
        found[f"{label('closure_time_99_s')}, log10"] = np.log10(times.astype(float))
    margins = {
        run: with_margin(history)["margin"].iloc[-1]
        for run, history in data.histories.items()
        if "margin" in with_margin(history)
    }
    if margins:
        found["Fracture margin, log10"] = np.log10(pd.Series(margins))
    return {name: values for name, values in found.items() if values.dropna().nunique() > 1}


def draw_against_pressure(data: SweepData) -> Figure:
    """Contact and closure against pressure; bands where runs differ in their seeds only.

    Raises:
        ValueError: If no pressure is common to the runs.
    """
    groups = data.groups()
    repeated = any(len(runs) > 1 for _, runs in groups)
    if len(groups) > len(COLOURS):
        # Too many curves to tell apart: one band over everything.
        everything = [run for _, runs in groups for run in runs]
        groups, repeated = [("everything", everything)], True
    # More than three wide bands hide one another.
    wide = len(groups) <= 3
    figure = style.new_figure(7.0, 5.2)
    upper, lower = figure.subplots(2, 1, sharex=True)
    pressures = common_pressures([data.histories[run] for _, runs in groups for run in runs])
    if not len(pressures):
        raise ValueError("the runs have no pressure in common")
    for (words, runs), colour in zip(groups, COLOURS, strict=False):
        text = f"{words} ({len(runs)} runs)" if len(runs) > 1 else words
        for axes, column, scale in (
            (upper, "contact_fraction", 100.0),
            (lower, "closure_percent", 1.0),
        ):
            curves = scale * np.array(
                [at_pressures(data.histories[run], column, pressures) for run in runs]
            )
            _band(axes, pressures, curves, colour, text, wide)
    upper.set_ylabel("Contact (% of area)")
    lower.set_ylabel("Closed (% of void)")
    lower.set_xlabel(head("pressure_MPa"))
    for axes in (upper, lower):
        axes.set_ylim(-3.0, 103.0)
        log_pressure_axis(axes)
    handles, texts = upper.get_legend_handles_labels()
    figure.legend(
        handles,
        texts,
        title=", ".join(label(name, False) for name in data.parameters) or None,
        title_fontsize=8.0,
        loc="outside upper center",
        ncols=2 if len(texts) > 1 and max(map(len, texts)) < 45 else 1,
        frameon=False,
    )
    if repeated:
        lower.text(
            0.99,
            0.03,
            f"line: mean, band: its {100 * CONFIDENCE:g} % confidence"
            + (", light: 5 to 95 % of the runs" if wide else ""),
            transform=lower.transAxes,
            ha="right",
            fontsize=7.5,
            color=style.GREY,
        )
    return figure


def _band(
    axes: Axes, pressures: np.ndarray, curves: np.ndarray, colour: str, text: str, wide: bool
) -> None:
    """Draws percent curves, shape (runs, pressures), as their mean with bands."""
    mean = curves.mean(axis=0)
    count = len(curves)
    if count > 1:
        if wide:
            low, high = np.percentile(curves, [5, 95], axis=0)
            axes.fill_between(pressures, low, high, color=colour, alpha=0.15, linewidth=0)
        # Student's t on the mean of the runs (textbook).
        half = stats.t.ppf(0.5 + CONFIDENCE / 2.0, count - 1) * curves.std(axis=0, ddof=1)
        half /= math.sqrt(count)
        low, high = np.clip([mean - half, mean + half], 0.0, 100.0)
        alpha = 0.35 if wide else 0.2
        axes.fill_between(pressures, low, high, color=colour, alpha=alpha, linewidth=0)
    axes.plot(pressures, mean, color=colour, label=text)


def draw_tornado(data: SweepData) -> Figure:
    """Bars from the mean outcome at a parameter's low to that at its high end, longest first.

    Raises:
        ValueError: If nothing varies, or no outcome does.
    """
    judged = {name: main_effects(data, values) for name, values in outcomes(data).items()}
    judged = {name: effects[:_LONGEST_TORNADO] for name, effects in judged.items() if effects}
    if not judged:
        raise ValueError("needs a parameter and an outcome that vary")
    bars = max(len(effects) for effects in judged.values())
    figure = style.new_figure(7.2, 0.75 + len(judged) * (0.75 + 0.36 * bars))
    rows = np.atleast_1d(figure.subplots(len(judged), 1))
    for axes, (name, effects) in zip(rows, judged.items(), strict=True):
        _tornado(axes, name, effects, float(outcomes(data)[name].mean()))
    figure.legend(
        *rows[0].get_legend_handles_labels(), loc="outside upper center", ncols=2, frameon=False
    )
    return figure


def _tornado(axes: Axes, title: str, effects: list[Effect], mean: float) -> None:
    places = np.arange(len(effects))[::-1]
    for place, effect in zip(places, effects, strict=True):
        first = place == places[0]
        for end, text, colour, what in (
            (effect.low, effect.low_text, style.BLUE, "parameter low (or class of least outcome)"),
            (effect.high, effect.high_text, style.ORANGE, "parameter high (or of most)"),
        ):
            name = what if first else None
            axes.barh(place, end - mean, left=mean, height=0.62, color=colour, label=name)
            axes.annotate(
                text,
                (end, place),
                xytext=(3 if end >= mean else -3, 0),
                textcoords="offset points",
                ha="left" if end >= mean else "right",
                va="center",
                fontsize=7.5,
            )
    axes.axvline(mean, color=style.GREY, linewidth=0.8)
    axes.set_yticks(places, [label(effect.parameter, False) for effect in effects])
    axes.margins(x=0.22)
    axes.set_xlabel(title)
    axes.spines[["top", "right"]].set_visible(False)


def log_pressure_axis(axes: Axes) -> None:
    """A logarithmic pressure axis with plain numbers, a light grid and no frame."""
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter("{x:g}")
    axes.grid(True, which="major", color="#DDDDDD", linewidth=0.5)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
