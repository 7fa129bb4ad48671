"""Newton's method for one load step: primal-dual directions, line search, bounds."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from napress.fem.algebra.linear import SingularSystem
from napress.fem.coupled.directions import Directions
from napress.fem.coupled.local_solve import solve_locally
from napress.fem.coupled.system import CoupledSystem
from napress.fem.coupled.unknowns import Direction, Evaluation, State
from napress.fem.inputs.load_program import ByPressure, PlatenControl

Array = NDArray[np.float64]
LINE_SEARCH_TRIALS = 10
KRYLOV_START = 1e-2
# What a direction may leave of the ceramic's equations, over the whole residual and the share
# of it that the iteration before left: exacter than Newton's method gets on is of no use.
LEFT_TO_CERAMIC = 0.25
# Steps this short three times in a row, five that together go less than this share of the way
# one may go, or ascent directions this often, mean that the iteration is going nowhere.
TINY_STEP, TINY_STEPS = 0.03, 3
SHORT_STEPS, SHORT_WAY = 5, 0.3
UPHILL_DIRECTIONS = 4
# Where the metal has lost its stiffness, how far beyond Newton's step to look for it.
SNAP_REACH = 20.0
# The platen's force is met to this share of itself, or of that under a pressure of this share of
# the yield stress where there is none.
FORCE_EXACTNESS, NO_PRESSURE = 1e-7, 1e-3
# A residual within so many times the tolerance is worth the iterations it still takes.
NEAR = 10.0


@dataclass(frozen=True)
class NewtonSettings:
    """Bounds of one Newton solve.

    Attributes:
        tolerance: Accepted norm of the residual, µN.
        max_iterations: Iterations before giving up.
        largest_move_um: Bound on the change of any displacement per iteration.
        reuse_tangent: Take the first direction with the tangent last factored. At
            the start of a step that is the converged, plastically flowing tangent
            of the step before: a far better predictor than the fresh one, which
            sees committed, momentarily elastic metal.
        lead: Share of the last step's flow that the metal starts from once the first
            direction is taken, see ``PlasticHistory.lead``. 0 leaves the start as it is.
        patience: Iterations before giving up on a residual that is not even near the
            tolerance; None is as many as there may be.
    """

    tolerance: float
    max_iterations: int
    largest_move_um: float
    reuse_tangent: bool
    lead: float = 0.0
    patience: int | None = None


@dataclass(frozen=True)
class NewtonResult:
    """Outcome of one Newton solve.

    Attributes:
        converged: Whether the tolerance was met.
        state: Last iterate.
        evaluation: Its evaluation.
        iterations: Iterations spent.
        reason: Why it stopped, empty if it converged.
    """

    converged: bool
    state: State
    evaluation: Evaluation
    iterations: int
    reason: str

    def after(self, iterations: int) -> NewtonResult:
        """The same with iterations that were spent before it."""
        return replace(self, iterations=iterations + self.iterations)


def _moved(state: State, direction: Direction, step: float) -> State:
    return State(
        state.sodium + step * direction.sodium,
        state.load + step * direction.load,
        state.deflection + step * direction.deflection,
        state.gas + step * direction.gas,
    )


def solve(
    system: CoupledSystem, start: State, control: PlatenControl, settings: NewtonSettings
) -> NewtonResult:
    """Solves one load step from a starting iterate; never raises on divergence.

    Args:
        system: The coupled system with its committed history.
        start: First iterate.
        control: What the platen is told to do.
        settings: Tolerance and bounds.
    """
    sodium = system.sodium
    state, at = start, system.evaluate(start, control)
    directions = Directions(sodium)
    tiny = uphill = 0
    latest: deque[float] = deque([1.0] * SHORT_STEPS, SHORT_STEPS)
    krylov_tolerance, accepted = KRYLOV_START, 0.0
    for iteration in range(1, settings.max_iterations + 1):
        if not np.isfinite(at.norm):
            return NewtonResult(False, state, at, iteration, "a contact facet folded up")
        try:
            if iteration > 1 or not settings.reuse_tangent:
                system.factor(at)
            direction = system.direction(state, at, control, krylov_tolerance, accepted)
        except SingularSystem as error:
            return NewtonResult(False, state, at, iteration, str(error))
        move = np.abs(direction.sodium[sodium.displacement_dofs]).max(initial=0.0)
        move = sodium.largest(move)
        if not np.isfinite(move):
            return NewtonResult(False, state, at, iteration, "the linear solve failed")
        longest = min(1.0, settings.largest_move_um / max(move, 1e-300))

        before = at.norm
        slope = system.slope_along(direction, at, control)
        snaps = False
        if sodium.dimension == 3 and iteration > 1 and slope > 0:
            try:
                direction, snaps = _downhill(system, state, at, control, directions)
            except SingularSystem as error:
                return NewtonResult(False, state, at, iteration, str(error))
            slope = system.slope_along(direction, at, control)
            move = sodium.largest(
                np.abs(direction.sodium[sodium.displacement_dofs]).max(initial=0.0)
            )
            reach = SNAP_REACH if snaps else 1.0
            longest = min(reach, settings.largest_move_um / max(move, 1e-300))
        # An ascent direction says nothing about where to stop along it.
        unguided = iteration == 1 or slope > 0
        leads = iteration == 1 and settings.lead > 0.0
        if leads:
            sodium.plastic.lead(settings.lead)
        if iteration > 1 and slope > 0 and before > 1e3 * settings.tolerance:
            uphill += 1
            if uphill > UPHILL_DIRECTIONS:
                return NewtonResult(False, state, at, iteration, "no descent direction left")
        step, state, at = _line_search(
            system, state, direction, control, (before, slope), longest, unguided
        )
        if leads:
            directions.restart()
        elif snaps:
            directions.follow()
        else:
            directions.update(step)
        if iteration > 1 and step == 1.0 and not snaps and settings.tolerance < at.norm < np.inf:
            state, at = solve_locally(system, state, at, control, directions)
        tiny = tiny + 1 if step < TINY_STEP else 0
        latest.append(step / longest)
        if tiny >= TINY_STEPS or sum(latest) < SHORT_WAY:
            return NewtonResult(False, state, at, iteration, "the line search stalled")
        fallen_to = min(at.norm / max(before, 1e-12), 1.0)
        krylov_tolerance = float(np.clip(0.5 * fallen_to**2, 1e-4, KRYLOV_START))
        accepted = LEFT_TO_CERAMIC * fallen_to * at.norm
        met = at.norm < settings.tolerance and _force_is_met(system, at, control)
        if step == 1.0 and not snaps and met:
            return NewtonResult(True, state, at, iteration, "")
        if iteration == settings.patience and at.norm > NEAR * settings.tolerance:
            break
    return NewtonResult(False, state, at, iteration, f"no convergence in {iteration} iterations")


def _force_is_met(system: CoupledSystem, at: Evaluation, control: PlatenControl) -> bool:
    """Whether the platen presses as it is told: the residual alone tells of it too coarsely."""
    if not isinstance(control, ByPressure):
        return True
    force = control.pressure_MPa * system.nominal_area
    size = max(abs(force), system.force_scale(NO_PRESSURE * system.sodium.metal.yield_MPa))
    return abs(at.reaction - force) <= FORCE_EXACTNESS * size


def _downhill(
    system: CoupledSystem,
    state: State,
    at: Evaluation,
    control: PlatenControl,
    directions: Directions,
) -> tuple[Direction, bool]:
    """A direction that lowers the energy, where Newton's would raise it.

    The dual directions may be what misleads; the consistent tangent tells. If it leads
    uphill too, the metal has a negative stiffness: one more point that yields lets a
    mechanism go, most often in early contact in 3-D, where spots are small. Newton's method
    then walks to and fro over that yield point for ever. The way to the next equilibrium is
    the opposite one, as far as the stiffness takes to come back.

    Returns:
        The direction, and whether it is turned round.
    """
    directions.consistent()
    system.factor(at)
    direction = system.direction(state, at, control, KRYLOV_START**2)
    if system.slope_along(direction, at, control) <= 0.0:
        return direction, False
    turned = Direction(
        -direction.sodium,
        -direction.load,
        -direction.deflection,
        -direction.platen,
        -direction.gas,
    )
    return turned, True


def _line_search(
    system: CoupledSystem,
    state: State,
    direction: Direction,
    control: PlatenControl,
    start: tuple[float, float],
    longest: float,
    accept_any: bool,
) -> tuple[float, State, Evaluation]:
    """Finds a step along a direction at which the energy slope has dropped enough.

    The slope along the direction is bracketed and its zero approached by bounded
    regula falsi; a step that folds a facet is cut. The first iteration of a load
    step is accepted in full: it carries the platen's motion and must raise energy.

    Returns:
        Step length, state and evaluation there.
    """
    norm, slope = start
    step, low, low_slope, high, high_slope = longest, 0.0, slope, None, None
    trial, at = state, None
    for _ in range(LINE_SEARCH_TRIALS):
        trial = _moved(state, direction, step)
        at = system.evaluate(trial, control)
        if not np.isfinite(at.norm):
            high, high_slope = step, None
            step *= 0.3
            continue
        here = system.slope_along(direction, at, control)
        enough = at.norm < 0.3 * norm or abs(here) <= 0.5 * abs(slope)
        if accept_any or enough or (here < 0 and step >= 0.999 * longest):
            break
        if here > 0:
            high, high_slope = step, here
        else:
            low, low_slope = step, here
        if high is None:
            break
        share = 0.5
        if high_slope is not None and high_slope != low_slope:
            share = float(np.clip(-low_slope / (high_slope - low_slope), 0.1, 0.9))
        step = low + share * (high - low)
    else:
        trial = _moved(state, direction, step)
        at = system.evaluate(trial, control)
    return step, trial, at
