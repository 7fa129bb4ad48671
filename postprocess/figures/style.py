"""One look for every figure: sizes, fonts, and colours that survive colour blindness."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Figure

from napress.postprocess.records import atomic as storage

# Okabe and Ito's palette.
BLUE, ORANGE, GREEN, RED, GREY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#666666"
SODIUM_COLOUR, CERAMIC_COLOUR, VOID_COLOUR = "#B9D7EA", "#E8D9B5", "#1B1B1B"
SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
SHEAR_MAP, TENSION_MAP = "viridis", "RdBu_r"

STYLE = {
    "font.size": 9.0,
    "axes.titlesize": 9.0,
    "axes.labelsize": 9.0,
    "legend.fontsize": 8.0,
    "xtick.labelsize": 8.0,
    "ytick.labelsize": 8.0,
    "axes.linewidth": 0.7,
    "lines.linewidth": 1.5,
    "svg.fonttype": "none",
    "svg.hashsalt": "napress",
}


def new_figure(width_in: float, height_in: float) -> Figure:
    """A figure that owns its canvas: no global pyplot state, no display needed."""
    figure = Figure(figsize=(width_in, height_in), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def power_of_ten(value: float, _: int) -> str:
    """Tick label of a logarithmic axis, as a character a font has: formulas take half a second."""
    return "10" + str(round(math.log10(value))).translate(SUPERSCRIPTS)


def styled(draw: Callable[[], Figure]) -> Figure:
    """A figure drawn in this look, wherever it is drawn from."""
    with matplotlib.rc_context(STYLE):
        return draw()


def save(figure: Figure, folder: Path, name: str) -> list[Path]:
    """Write a figure as PNG (200 dpi) and SVG, atomically and without a date in it.

    Returns:
        The two paths.
    """
    written = []
    for axes in figure.axes:
        # What lies outside an axis are its ticks and labels, which count by themselves; asking
        # each spine takes a tenth of drawing.
        axes.spines[:].set_in_layout(False)
    for suffix, metadata in (("png", {"Software": None}), ("svg", {"Date": None})):
        path = Path(folder) / f"{name}.{suffix}"
        storage.remove_leftovers(path)
        with storage.replacing(path) as aside, matplotlib.rc_context(STYLE):
            figure.savefig(aside, dpi=200, metadata=metadata)
        # Both files show one layout; finding it takes longer than drawing.
        figure.set_layout_engine("none")
        written.append(path)
    return written
