"""What shows, from the history of a run alone, that its numbers are not to be trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from napress.postprocess.wording import number

if TYPE_CHECKING:
    import pandas as pd

# The parts of the energy must add up to the external work to this share of it.
LARGEST_ENERGY_ERROR_PERCENT = 2.0
# A platen that moves on may not lose more of its pressure than this in a step; the second
# in a step whose nodes were redistributed, which costs up to 3 % while few facets touch.
LARGEST_FALL, WITH_REDISTRIBUTION = 0.01, 0.1
# The last voids are a few facets wide. What closes them needs more pressure the fewer they
# are, so it saws: it rises while nothing closes and falls, by up to 2.8 % on 20 rough
# surfaces of 256 facets, as the next facet does. So small a void says nothing finer.
NEARLY_CLOSED_PERCENT, OF_LAST_FACETS = 99.8, 0.05
# Contact, with the shear of friction along its slopes, carries what the platen presses with, to
# this share of it.
LARGEST_DISAGREEMENT = 0.02


def faults(history: pd.DataFrame) -> list[str]:
    """Why a run is not to be trusted, one sentence each; empty if nothing speaks against it.

    Args:
        history: As :func:`napress.postprocess.records.history.read_history` gives it.
    """
    found = (_energy(history), _falling_pressure(history), _equilibrium(history))
    return [text for text in found if text]


def _energy(history: pd.DataFrame) -> str:
    """The balance at targets and at the end; before, a run of few steps has little work."""
    told = history[(history["is_target"] == 1) | (history.index == history.index[-1])]
    error = told["energy_balance_error_percent"].abs().fillna(np.inf)
    if not error.max() > LARGEST_ENERGY_ERROR_PERCENT:
        return ""
    worst = told.loc[error.idxmax()]
    if not np.isfinite(error.max()):
        return f"The energy balance is unknown at {number(worst['pressure_MPa'])} MPa."
    return (
        f"The energy balance is off by {number(error.max())} % of the external work at "
        f"{number(worst['pressure_MPa'])} MPa; allowed are {LARGEST_ENERGY_ERROR_PERCENT:g} %."
    )


def _falling_pressure(history: pd.DataFrame) -> str:
    """Pressure that falls while the platen moves on and no time passes for creep.

    That a resistance to slip is let go is no fall.
    """
    pressure = history["pressure_MPa"] - history.get("held_against_slip_MPa", 0.0)
    fall = -pressure.diff() / pressure.shift().abs()
    pushed = (history["platen_displacement_um"].diff() > 0.0) & (history["time_s"].diff() == 0.0)
    moved = history["redistributions"].diff() > 0
    last = history["closure_percent"].shift() >= NEARLY_CLOSED_PERCENT
    limit = np.where(last, OF_LAST_FACETS, LARGEST_FALL)
    limit = np.where(moved, WITH_REDISTRIBUTION, limit)
    fall = fall[pushed & (fall > limit)]
    if fall.empty:
        return ""
    before = history.loc[fall.idxmax() - 1]
    often = "once" if len(fall) == 1 else f"{len(fall)} times"
    return (
        f"The pressure falls back under load {often}, by up to "
        f"{number(100.0 * fall.max())} % at {number(before['pressure_MPa'])} MPa."
    )


def _equilibrium(history: pd.DataFrame) -> str:
    """Pressure of contact and of gas in the voids, and shear, against that of the platen.

    What resists slip bears its part on the way, but not at a target.
    """
    pressure = history["pressure_MPa"]
    # Older runs do not tell.
    shear = history.get("contact_shear_load_MPa", 0.0)
    held = history.get("held_against_slip_MPa", 0.0) * (history["is_target"] != 1)
    carried = history["contact_pressure_mean_MPa"] + shear + held
    excess = ((carried - pressure).abs() / pressure.abs()).fillna(0.0)
    if not excess.max() > LARGEST_DISAGREEMENT:
        return ""
    at = excess.idxmax()
    return (
        f"Contact carries {number(carried[at])} MPa where the platen "
        f"presses with {number(pressure[at])} MPa."
    )
