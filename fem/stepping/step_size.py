"""How large the next step is: an estimate of the error in the void, effort, and closure.

The size follows an estimate of the error in the void's shape; effort and closure per step
only bound it.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from napress.fem.coupled.system import CoupledSystem
from napress.fem.coupled.unknowns import Evaluation
from napress.fem.inputs.step_control import StepControl
from napress.fem.state.committed import Committed

Array = NDArray[np.float64]

CLOSED_PERCENT = 99.95  # beyond this, steps are taken in pressure
GROWTH, SHRINK, CUT = 1.3, 0.7, 0.4
AIM = 0.6  # of the error budget
# Void that may close in a step, in decades: with the accepted error, up to a bound. Facets of
# maps are coarser, and what they leave open last is not resolved by smaller steps either.
DECADES_PER_PERCENT, LARGEST_DECADES = {2: 0.15, 3: 0.325}, 0.25
# Below this share of the first void, more: the last voids are a few facets wide, and which facet
# closes first, a matter of the mesh, decides them more than the step does. In 3-D no share.
LAST_VOIDS, LAST_VOIDS_POWER = {2: 0.1, 3: 0.0}, 0.25
FIRST_DECADES = 0.1  # closure the first steps are taken to have made
# Slip resistance of a step that cannot be solved otherwise, in yield stresses per
# facet length of slip.
SLIP_RESISTANCE, LARGEST_SLIP_RESISTANCE = 1.0, 1e4
EASY_ITERATIONS, HARD_ITERATIONS = 5, 8
EFFORT_FLOOR = 0.02  # of a facet
LANDED = 1e-3  # of the step proposed: a step shorter than this only landed on a target


def gap_error(now: Committed, at: Evaluation, gap_change: Array, size: float) -> Array:
    """Accumulated error of the gap after a step, where it is still open, (n,), µm.

    The two-step difference foresees a surface that keeps its velocity or changes it steadily.
    What it does not foresee is contact that reaches the next facet in the middle of a step
    and turns the flow around it: the velocity jumps, and half the jump times the step is an
    error of the step. Jumps come to and fro: their errors are added in squares.
    """
    if now.last_size_um <= 0.0:
        return now.gap_error
    ratio = size / now.last_size_um
    step_error = 0.5 * (gap_change - ratio * now.gap_change)
    return np.where(at.in_contact, 0.0, np.hypot(now.gap_error, step_error))


def void_norm(system: CoupledSystem, at: Evaluation, gap_error: Array) -> float:
    """L1 norm of a gap error over the surface: bounds the error in void volume."""
    area = system.sodium.face.reference_area * np.abs(at.surface.area_ratio)
    return system.sodium.sum((area * np.abs(gap_error)).sum())


def void_when_closed(initial_void: float) -> float:
    """Void volume below which the interface counts as closed, µm^dimension."""
    return (1 - CLOSED_PERCENT / 100) * initial_void


def decades(void: float, void_before: float, initial_void: float) -> float:
    """Decades of void closed between two steps, closure beyond reporting left out."""
    if initial_void <= 0.0:
        return 0.0
    floor = void_when_closed(initial_void)
    return float(np.log10(max(void_before, floor) / max(void, floor)))


def decades_per_step(
    control: StepControl, dimension: int, void: float, initial_void: float
) -> float:
    """Decades of void that may close in one step.

    What is left of a void decides how the last of it closes: an error of a hundredth of it at
    every pressure asks for small shares of it in every step. Without an accepted error, as
    under current, nothing is asked.

    Args:
        control: Step control.
        dimension: Of the cell.
        void: Void after the step, µm^dimension.
        initial_void: Void at first touch.
    """
    if math.isinf(control.void_error_percent):
        return math.inf
    asked = DECADES_PER_PERCENT[dimension] * control.void_error_percent
    beyond = LAST_VOIDS[dimension] * initial_void / max(void, 1e-300)
    return min(asked * max(1.0, beyond) ** LAST_VOIDS_POWER, LARGEST_DECADES)


def error_budget(void: float, initial_void: float, control: StepControl) -> float:
    """Void error that may have accumulated by now, µm^dimension."""
    closure = FIRST_DECADES + decades(void, initial_void, initial_void)
    return control.void_error_percent / 100 * closure * max(initial_void, 1e-300)


def next_size(
    now: Committed,
    share: float,
    iterations: int,
    size: float,
    void: float,
    initial_void: float,
    effort_floor: float,
    control: StepControl,
    dimension: int = 2,
) -> float:
    """Step size from the share of the error budget used and the effort it took.

    Args:
        now: The step before.
        share: Of the error budget used so far.
        iterations: Newton iterations of the step.
        size: Its platen displacement, µm.
        void: Void after it.
        initial_void: Void at first touch.
        effort_floor: Displacement below which effort shortens no step, µm.
        control: Step control.
        dimension: Of the cell. In 3-D an easy step below ``effort_floor`` is followed by a
            longer one whatever share of the budget is used; in 2-D facets are small and so
            are steps, and the budget leads throughout.
    """
    factor = float(np.clip(AIM / max(share, 1e-12), 1.0, GROWTH))
    # Errors made earlier stay made, and contact meets a facet now and then whatever
    # the step: below a share of a facet a smaller step helps with neither.
    if dimension == 3 and size <= effort_floor:
        # Else steps once cut stay as short for good: what has used up the budget is past.
        factor = GROWTH if iterations <= HARD_ITERATIONS else 1.0
    elif size > effort_floor:
        if share > 1.0 or iterations > HARD_ITERATIONS:
            factor = SHRINK
        elif iterations > EASY_ITERATIONS:
            factor = 1.0
    # A step shortened to meet a target says nothing about how long the next may be.
    base = max(size, now.step_size_um)
    longest = control.largest_step_um
    # A platen that went back a little to land on a target closed nothing: its motion says
    # nothing about closure, and the step proposed before still stands.
    if void > void_when_closed(initial_void) and size > LANDED * now.step_size_um:
        # The void shrinks about linearly with the platen's motion: stay clear of the
        # limit on the closure per step instead of running into it.
        closing = max((now.void - void) / size, 1e-300)
        allowed = decades_per_step(control, dimension, void, initial_void)
        longest = (1 - 10 ** (-0.7 * allowed)) * void / closing
    upper = min(control.largest_step_um, max(longest, 10 * control.smallest_step_um))
    return float(np.clip(factor * base, control.smallest_step_um, upper))


def next_ratio(now: Committed, iterations: int, control: StepControl) -> float:
    """Pressure growth of the next step once the voids are closed."""
    factor = 1.0 if iterations > EASY_ITERATIONS else 1.3
    return float(min(max(now.pressure_ratio, 1.01) * factor, control.largest_pressure_ratio))


def retreat(now: Committed, solved: bool) -> Committed:
    """What to try after a rejected step: smaller, and if unsolvable against slip.

    The first unsolvable attempt is repeated at its size with slip resistance: most
    often a facet snaps sideways, however small the step.
    """
    if not solved and now.slip_resistance == 0.0:
        return replace(now, slip_resistance=SLIP_RESISTANCE)
    ratio = 1 + (now.pressure_ratio - 1) * CUT
    stiffer = now.slip_resistance * (1.0 if solved else 10.0)
    return replace(
        now,
        step_size_um=now.step_size_um * CUT,
        pressure_ratio=ratio,
        slip_resistance=min(stiffer, LARGEST_SLIP_RESISTANCE),
    )


def relaxed(slip_resistance: float) -> float:
    """Slip resistance after an accepted step: fades, so that slip can catch up."""
    fading = 0.3 * slip_resistance
    return fading if fading >= SLIP_RESISTANCE else 0.0
