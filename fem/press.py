"""Presses sodium onto a rough ceramic: load program, step control, events.

A step is tried, and either accepted and committed or rejected and repeated
smaller from the committed state. Its size follows an estimate of the error it
makes in the void's shape. Nothing here writes or prints: each accepted step is
handed to the caller.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from napress.fem.coupled import CoupledSystem, Evaluation, State
from napress.fem.newton import NewtonResult, NewtonSettings, solve
from napress.fem.parameters import StepControl
from napress.fem.platen import ByDisplacement, ByPressure, PlatenControl

Array = NDArray[np.float64]

RESIDUAL_TOLERANCE = 1e-5  # of the contact forces
TARGET_TOLERANCE = 1e-9
# Contact stiffness: penetration of a few thousandths of a facet under the flow
# pressure, growing with pressure up to a bound that keeps the tangent regular.
STIFFNESS_PER_STRESS = 1500.0
LARGEST_STIFFNESS_OVER_MODULUS = 10.0
CLOSED_PERCENT = 99.95  # beyond this, steps are taken in pressure
LARGEST_MOVE_SHARE = 0.05  # of the cell width, per Newton iteration
GROWTH, SHRINK, CUT = 1.3, 0.7, 0.4
REJECT = 1.5  # times the error budget
DECADES_PER_STEP = 0.25
# A facet strained more than this in one step has jumped to another solution.
STRAIN_PER_STEP = 0.3
FIRST_DECADES = 0.1  # closure the first steps are taken to have made
EASY_ITERATIONS, HARD_ITERATIONS = 6, 9


@dataclass(frozen=True)
class Committed:
    """Everything a run continues from.

    Attributes:
        state: Unknowns at the last accepted step.
        gap: Gap at this rank's facet points, (n,), µm.
        gap_change: Its change over the last accepted step.
        gap_error: Estimated error accumulated in the gap, (n,), µm.
        stretch: Deformed per reference area of the contact surface, (n,).
        displacement_um: Platen displacement.
        pressure_MPa: Mean pressure.
        step: Number of the last accepted step.
        step_size_um: Platen displacement proposed for the next step.
        last_size_um: Platen displacement of the last accepted step.
        pressure_ratio: Growth of pressure proposed for the next step once closed.
        target: Index of the load target being approached.
        void: Void volume, µm^dimension.
        external_work: Work of the platen so far, pJ.
        dissipation: Plastic dissipation so far, pJ.
        contact_work: Work absorbed by penetration so far, pJ.
    """

    state: State
    gap: Array
    gap_change: Array
    gap_error: Array
    stretch: Array
    displacement_um: float
    pressure_MPa: float
    step: int
    step_size_um: float
    last_size_um: float
    pressure_ratio: float
    target: int
    void: float
    external_work: float
    dissipation: float
    contact_work: float


@dataclass(frozen=True)
class AcceptedStep:
    """What a listener is told about an accepted step, before it is committed.

    The system still holds the step's state against the history it started from.

    Attributes:
        committed: The new committed values.
        evaluation: Equations at the step.
        iterations: Newton iterations, rejected attempts included.
        rejected: Rejected attempts.
        error_percent: Estimated void error, % of the initial void.
        is_target: Whether a load target was reached.
    """

    committed: Committed
    evaluation: Evaluation
    iterations: int
    rejected: int
    error_percent: float
    is_target: bool


@dataclass(frozen=True)
class Outcome:
    """How a run ended.

    Attributes:
        finished: Whether the last target was reached.
        reason: Why not, in one line; empty if it was.
        committed: Last accepted step.
    """

    finished: bool
    reason: str
    committed: Committed


Listener = Callable[[AcceptedStep], None]


def contact_stiffness(system: CoupledSystem, pressure_MPa: float) -> float:
    """Contact stiffness at a mean pressure, MPa/µm."""
    metal = system.sodium.metal
    size = float(system.sodium.fields.facet_size.value)
    wanted = STIFFNESS_PER_STRESS * max(metal.yield_MPa, pressure_MPa / 5)
    return min(wanted, LARGEST_STIFFNESS_OVER_MODULUS * metal.young_MPa) / size


def void_volume(system: CoupledSystem, at: Evaluation) -> float:
    """Net void volume: facet by facet, so that the ripple of contact cancels."""
    per_point = system.sodium.face.reference_area * at.surface.area_ratio * at.gap
    per_facet = per_point.reshape(-1, system.sodium.face.points_per_facet).sum(1)
    return system.sodium.sum(np.maximum(per_facet, 0.0).sum())


def first_touch(system: CoupledSystem, control: StepControl) -> Committed:
    """Committed values before the first step, and the contact stiffness set for it."""
    state = system.initial_state()
    system.sodium.fields.stiffness.value = contact_stiffness(system, 0.0)
    at = system.evaluate(state, ByDisplacement(0.0))
    return Committed(
        state=state,
        gap=at.gap,
        gap_change=np.zeros_like(at.gap),
        gap_error=np.zeros_like(at.gap),
        stretch=at.surface.stretch,
        displacement_um=0.0,
        pressure_MPa=0.0,
        step=0,
        step_size_um=control.first_step_um,
        last_size_um=0.0,
        pressure_ratio=1.2,
        target=0,
        void=void_volume(system, at),
        external_work=0.0,
        dissipation=0.0,
        contact_work=0.0,
    )


def press(
    system: CoupledSystem,
    targets_MPa: tuple[float, ...],
    control: StepControl,
    listener: Listener,
    start: Committed,
    initial_void: float,
    tangent_ready: bool = False,
) -> Outcome:
    """Follows a load program to its end or to a named stop.

    Args:
        system: Coupled system whose history is that of ``start``.
        targets_MPa: Increasing mean pressures.
        control: Step control.
        listener: Called with each accepted step before it is committed.
        start: Where to start from.
        initial_void: Void volume at first touch.
        tangent_ready: Whether the system holds the tangent of the last step.
    """
    now = start
    rejected = spent = 0
    reuse = tangent_ready
    reason = ""
    for _ in range(control.max_steps * 20):
        if now.target == len(targets_MPa):
            return Outcome(True, "", now)
        if now.step >= control.max_steps:
            return Outcome(False, f"the limit of {control.max_steps} steps was reached", now)
        goal = targets_MPa[now.target]
        result, command = _attempt(system, now, goal, control, reuse)
        spent += result.iterations
        if not result.converged:
            if reuse:
                # The predictor may be what failed; the fresh tangent is slower but safer.
                reuse = False
                continue
            reason = result.reason
        accepted = None
        if result.converged:
            accepted = _accepted(
                system, now, result, command, goal, control, initial_void, (spent, rejected)
            )
            reason = "the estimated void error exceeds its tolerance"
        if accepted is None:
            rejected += 1
            reuse = False
            smaller = now.step_size_um * CUT
            now = replace(
                now, step_size_um=smaller, pressure_ratio=1 + (now.pressure_ratio - 1) * CUT
            )
            if smaller < control.smallest_step_um:
                return Outcome(False, f"smallest step reached: {reason}", now)
            continue
        listener(accepted)
        commit(system, accepted)
        now = accepted.committed
        rejected = spent = 0
        reuse = True
    return Outcome(False, "too many rejected steps", now)


def commit(system: CoupledSystem, accepted: AcceptedStep) -> None:
    """Makes a step the committed one: plastic history, multiplier, stiffness."""
    with system.timers.stage("commit"):
        sodium = system.sodium
        sodium.set_multiplier(sodium.face.vertex_average(accepted.evaluation.pressure))
        sodium.commit()
        sodium.fields.stiffness.value = contact_stiffness(system, accepted.committed.pressure_MPa)


def _attempt(
    system: CoupledSystem, now: Committed, goal: float, control: StepControl, reuse: bool
) -> tuple[NewtonResult, PlatenControl]:
    """One try at a step; a displacement step that overshoots is redone to the target."""
    area = system.nominal_area
    command: PlatenControl = ByDisplacement(now.displacement_um + now.step_size_um)
    if now.step:
        rise = system.platen_stiffness * now.step_size_um / area
        closed = now.pressure_ratio > 1.2
        if closed:
            command = ByPressure(min(goal, now.pressure_MPa * now.pressure_ratio))
        elif now.pressure_MPa + rise >= goal:
            command = ByPressure(goal)
    scale = max(now.pressure_MPa, 0.01 * system.sodium.metal.yield_MPa)
    settings = NewtonSettings(
        tolerance=RESIDUAL_TOLERANCE * system.force_scale(scale),
        max_iterations=control.max_newton,
        largest_move_um=LARGEST_MOVE_SHARE * system.surface.width_um,
        reuse_tangent=reuse,
    )
    result = solve(system, now.state, command, settings)
    overshoot = result.converged and result.evaluation.reaction / area > goal * (1 + 1e-9)
    if isinstance(command, ByDisplacement) and overshoot:
        command = ByPressure(goal)
        again = solve(system, result.state, command, replace(settings, reuse_tangent=True))
        result = replace(again, iterations=result.iterations + again.iterations)
    return result, command


def _accepted(
    system: CoupledSystem,
    now: Committed,
    result: NewtonResult,
    command: PlatenControl,
    goal: float,
    control: StepControl,
    initial_void: float,
    effort: tuple[int, int],
) -> AcceptedStep | None:
    """Judges a converged step; None if its void error is too large."""
    at, sodium = result.evaluation, system.sodium
    pressure = at.reaction / system.nominal_area
    displacement = -sodium.platen_value(result.state.sodium)
    size = displacement - now.displacement_um
    void = void_volume(system, at)
    gap_change = at.gap - now.gap
    gap_error = _gap_error(now, at, gap_change, size)
    error, before = (_void_norm(system, at, field) for field in (gap_error, now.gap_error))
    budget = _error_budget(void, initial_void, control)
    strained = np.abs(np.log(at.surface.stretch / now.stretch)).max(initial=0.0)
    if now.step_size_um > 10 * control.smallest_step_um and (
        error > REJECT * budget
        or _decades(void, now.void, initial_void) > DECADES_PER_STEP
        or sodium.largest(strained) > STRAIN_PER_STEP
    ):
        return None
    is_target = isinstance(command, ByPressure) and command.pressure_MPa >= goal * (
        1 - TARGET_TOLERANCE
    )
    percent = 100 * abs(error - before) / max(initial_void, 1e-300)
    closure = 100 * (1 - void / max(initial_void, 1e-300))
    area = sodium.face.reference_area
    penetration = -0.5 * (area * at.surface.area_ratio * at.pressure * gap_change).sum()
    committed = Committed(
        state=result.state,
        gap=at.gap,
        gap_change=gap_change,
        gap_error=gap_error,
        stretch=at.surface.stretch,
        displacement_um=displacement,
        pressure_MPa=pressure,
        step=now.step + 1,
        step_size_um=_next_size(now, error / budget, result.iterations, size, control),
        last_size_um=size,
        pressure_ratio=_next_ratio(now, closure, result.iterations, control),
        target=now.target + is_target,
        void=void,
        external_work=now.external_work
        + 0.5 * (pressure + now.pressure_MPa) * system.nominal_area * size,
        dissipation=now.dissipation + sodium.energies()[1],
        contact_work=now.contact_work + sodium.sum(penetration),
    )
    return AcceptedStep(committed, at, effort[0], effort[1], percent, is_target)


def _gap_error(now: Committed, at: Evaluation, gap_change: Array, size: float) -> Array:
    """Accumulated error of the gap after a step, where it is still open, (n,), µm.

    Implicit Euler moves the free surface with the velocity at the end of the step.
    Half the difference to the velocity of the step before is the leading error of
    doing so. The errors are added with their sign: contact that advances facet by
    facet makes the velocity jump to and fro, which does not add up.
    """
    if now.last_size_um <= 0.0:
        return now.gap_error
    ratio = size / now.last_size_um
    step_error = 0.5 * (gap_change - ratio * now.gap_change)
    return np.where(at.pressure > 0, 0.0, now.gap_error + step_error)


def _void_norm(system: CoupledSystem, at: Evaluation, gap_error: Array) -> float:
    """L1 norm of a gap error over the surface: bounds the error in void volume."""
    area = system.sodium.face.reference_area * np.abs(at.surface.area_ratio)
    return system.sodium.sum((area * np.abs(gap_error)).sum())


def _decades(void: float, void_before: float, initial_void: float) -> float:
    """Decades of void closed between two steps, closure beyond reporting left out."""
    if initial_void <= 0.0:
        return 0.0
    floor = (1 - CLOSED_PERCENT / 100) * initial_void
    return float(np.log10(max(void_before, floor) / max(void, floor)))


def _error_budget(void: float, initial_void: float, control: StepControl) -> float:
    """Void error that may have accumulated by now, µm^dimension."""
    decades = FIRST_DECADES + _decades(void, initial_void, initial_void)
    return control.void_error_percent / 100 * decades * max(initial_void, 1e-300)


def _next_size(
    now: Committed,
    share: float,
    iterations: int,
    size: float,
    control: StepControl,
) -> float:
    """Step size from the share of the error budget used and the effort it took."""
    factor = float(np.clip(0.7 / max(share, 1e-12), SHRINK, GROWTH))
    if iterations > HARD_ITERATIONS:
        factor = min(factor, SHRINK)
    elif iterations > EASY_ITERATIONS:
        factor = min(factor, 1.0)
    # A step shortened to meet a target says nothing about how long the next may be.
    base = max(size, now.step_size_um) if size < now.step_size_um else size
    return float(np.clip(factor * base, control.smallest_step_um, control.largest_step_um))


def _next_ratio(now: Committed, closure: float, iterations: int, control: StepControl) -> float:
    if closure < CLOSED_PERCENT:
        return 1.2
    factor = 1.0 if iterations > EASY_ITERATIONS else 1.3
    return float(min(max(now.pressure_ratio, 1.21) * factor, control.largest_pressure_ratio))
