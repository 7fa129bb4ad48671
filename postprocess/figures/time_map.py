"""States over pressure and time held, as one picture."""

from __future__ import annotations

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from napress.postprocess.figures import style
from napress.postprocess.records.columns import head
from napress.postprocess.window.holding import duration
from napress.postprocess.window.survival import STATES, Survival

COLOURS = ("#d9dee5", "#b7d5ea", "#009e73", "#e69f00")
COLOURS += ("#cbb0d9", "#f0c674", "#c9a27a", "#8a8f98", "#b3470a")
# Entries of the key in a row.
KEY_COLUMNS = 4
TICKS_S = (1.0, 60.0, 3600.0, 86400.0, 8.64e6)
CAPTION = (
    "What each pressure and time held come to, for the worst of the surfaces and flaws at the "
    "failure target, held as in the case: the program of the case, if it takes time, brought to "
    "that highest pressure and held there so long. Dotted: the hold that the sentences are about."
)


def draw_time_map(found: Survival) -> Figure:
    """The map of the worst run.

    Args:
        found: The time-aware part of a window.

    Returns:
        The figure.
    """
    figure = style.new_figure(7.2, 3.1)
    figure.set_layout_engine(None)
    axes = figure.subplots()
    figure.subplots_adjust(0.105, 0.33, 0.985, 0.97)
    states = found.time_map
    edges = [_edges(values) for values in (states.pressure_MPa, states.time_s)]
    axes.pcolormesh(
        *edges, states.worst, cmap=ListedColormap(COLOURS), vmin=-0.5, vmax=len(STATES) - 0.5
    )
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.xaxis.set_major_formatter("{x:g}")
    axes.set_yticks(TICKS_S, [duration(t) for t in TICKS_S])
    axes.set_yticks([], minor=True)
    axes.axhline(found.hold_s, color="black", lw=0.9, ls=":")
    axes.set_xlabel(head("pressure_MPa"))
    axes.set_ylabel("Held for")
    shown = np.unique(states.worst)
    patches = [Patch(color=COLOURS[index], label=STATES[index]) for index in shown]
    figure.legend(
        handles=patches,
        loc="lower center",
        ncols=min(len(patches), KEY_COLUMNS),
        frameon=False,
        fontsize=8,
    )
    return figure


def _edges(values: np.ndarray) -> np.ndarray:
    """Between neighbours in the logarithm, and as far beyond the ends."""
    logs = np.log(values)
    middle = 0.5 * (logs[1:] + logs[:-1])
    return np.exp(np.concatenate([[2 * logs[0] - middle[0]], middle, [2 * logs[-1] - middle[-1]]]))
