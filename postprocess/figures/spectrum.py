"""The impedance spectrum of a run as Nyquist and Bode plots, one curve a load target."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

from napress.postprocess.figures import style
from napress.postprocess.records.recorder import SUMMARY
from napress.postprocess.resistance.spectrum import Spectrum, spectra
from napress.postprocess.wording import number

MOST_CURVES = 6
COLOURS = "viridis"
CLEAN = 1e-6  # of the contact; less film than this is none


def spectrum_drawings(history: pd.DataFrame, run_folder: Path) -> dict[str, Callable[[], Figure]]:
    """The figure of the spectrum, by name; none without a film or a permittivity.

    Args:
        history: The run's history.
        run_folder: The run; the electrolyte's arc is in its summary.
    """
    electrolyte = _electrolyte(run_folder / SUMMARY)
    if electrolyte is None and not _has_film(history):
        return {}
    found = spectra(history, electrolyte)
    if not found:
        return {}
    return {"spectrum": partial(draw_spectrum, found, electrolyte)}


def _has_film(history: pd.DataFrame) -> bool:
    if "clean_contact_percent" not in history:
        return False
    covered = 100 * history["contact_fraction"] - history["clean_contact_percent"]
    return bool((covered > 100 * CLEAN).any())


def _electrolyte(path: Path) -> dict[str, Any] | None:
    if not path.exists():
        return None
    try:
        summary = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return None
    return (summary.get("resistance") or {}).get("electrolyte")


def draw_spectrum(found: list[Spectrum], electrolyte: dict[str, Any] | None) -> Figure:
    """Nyquist plot above, magnitude and phase against frequency below.

    Args:
        found: Spectra, in the order of the run; the most telling few are drawn.
        electrolyte: Its arc, to be named, if there is one.
    """
    shown = _few(found)
    figure = style.new_figure(6.8, 6.6)
    grid = figure.add_gridspec(2, 2, height_ratios=[1.25, 1.0])
    nyquist = figure.add_subplot(grid[0, :])
    size, phase = figure.add_subplot(grid[1, 0]), figure.add_subplot(grid[1, 1])
    colours = matplotlib.colormaps[COLOURS](np.linspace(0.0, 0.85, len(shown)))
    for one, colour in zip(shown, colours, strict=True):
        z, frequency = one.impedance_ohm_cm2, one.frequency_Hz
        label = f"{one.pressure_MPa:.3g} MPa{' after release' if one.released else ''}"
        label += f", {_hertz(one.interface_peak_Hz)}"
        look = {"color": colour, "linestyle": "--" if one.released else "-"}
        nyquist.plot(z.real, -z.imag, label=label, **look)
        at = int(np.argmin(np.abs(np.log(frequency / one.interface_peak_Hz))))
        nyquist.plot(z.real[at], -z.imag[at], ".", color=colour, markersize=8)
        size.loglog(frequency, np.abs(z), **look)
        phase.semilogx(frequency, -np.degrees(np.angle(z)), **look)
    nyquist.set(xlabel="Re Z (Ω cm²)", ylabel="−Im Z (Ω cm²)")
    # An arc is twice as wide as it is high, and so is the picture of the largest.
    nyquist.set(xlim=(0, None), ylim=(0, 0.55 * nyquist.get_xlim()[1]))
    nyquist.set_aspect("equal", adjustable="box")
    handles, labels = nyquist.get_legend_handles_labels()
    title = "pressure, and where the arc of the interface peaks"
    figure.legend(handles, labels, title=title, loc="outside upper center", ncols=3, frameon=False)
    size.set(xlabel="Frequency (Hz)", ylabel="|Z| (Ω cm²)")
    phase.set(xlabel="Frequency (Hz)", ylabel="−Phase (°)", ylim=(0, 90))
    for axes in (size, phase):
        axes.xaxis.set_major_locator(LogLocator(numticks=6))
        axes.xaxis.set_major_formatter(style.power_of_ten)
    for axes in (nyquist, size, phase):
        _plain(axes)
    if electrolyte:
        peak = electrolyte["peak_frequency_Hz"]
        for axes in (size, phase):
            axes.axvline(peak, color=style.GREY, linewidth=1.0, linestyle=":")
        phase.text(peak, 86, f"electrolyte \n{_hertz(peak)} ", ha="right", va="top", fontsize=7.5)
    return figure


def _few(found: list[Spectrum]) -> list[Spectrum]:
    """First and last, those after release, and the rest evenly."""
    if len(found) <= MOST_CURVES:
        return found
    rising = [one for one in found if not one.released]
    fallen = [one for one in found if one.released][-2:]
    picked = np.unique(np.linspace(0, len(rising) - 1, MOST_CURVES - len(fallen)).round())
    return [rising[int(at)] for at in picked] + fallen


def _hertz(value: float) -> str:
    for factor, unit in ((1e9, "GHz"), (1e6, "MHz"), (1e3, "kHz"), (1.0, "Hz")):
        if value >= factor:
            return f"{number(value / factor)} {unit}"
    return f"{number(value)} Hz"


def _plain(axes: Axes) -> None:
    axes.grid(which="major", color="0.9", linewidth=0.6)
    axes.set_axisbelow(True)
