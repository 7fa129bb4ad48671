"""Judges a converged step and sizes the next one.

The size follows an estimate of the error in the void's shape; effort and closure
per step only bound it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from napress.fem.coupled.newton import NewtonResult
from napress.fem.coupled.system import CoupledSystem, Evaluation
from napress.fem.inputs.materials import StepControl
from napress.fem.inputs.platen import ByPressure, PlatenControl
from napress.fem.state.committed import AcceptedStep, Committed

Array = NDArray[np.float64]

TARGET_TOLERANCE = 1e-9
CLOSED_PERCENT = 99.95  # beyond this, steps are taken in pressure
FIRST_RATIO = 1.2  # pressure growth of the first such step
GROWTH, SHRINK, CUT = 1.3, 0.7, 0.4
AIM, REJECT = 0.6, 1.5  # times the error budget
OWN_SHARE = 0.2  # of it that a step must have made itself to be rejected for it
DECADES_PER_STEP = 0.25
# A facet strained more than this in one step has jumped to another solution.
STRAIN_PER_STEP = 0.3
FIRST_DECADES = 0.1  # closure the first steps are taken to have made
# Slip resistance of a step that cannot be solved otherwise, in yield stresses per
# facet length of slip.
SLIP_RESISTANCE, LARGEST_SLIP_RESISTANCE = 1.0, 1e4
EASY_ITERATIONS, HARD_ITERATIONS = 7, 10
EFFORT_FLOOR = 0.02  # of a facet


@dataclass(frozen=True)
class Rejected:
    """Why a converged step was thrown away.

    Attributes:
        reason: In one line.
        nodes_to_blame: Whether redistributing the nodes may help.
    """

    reason: str
    nodes_to_blame: bool


def void_volume(system: CoupledSystem, at: Evaluation) -> float:
    """Net void volume: facet by facet, so that the ripple of contact cancels."""
    per_point = system.sodium.face.reference_area * at.surface.area_ratio * at.gap
    per_facet = per_point.reshape(-1, system.sodium.face.points_per_facet).sum(1)
    return system.sodium.sum(np.maximum(per_facet, 0.0).sum())


def judge(
    system: CoupledSystem,
    now: Committed,
    result: NewtonResult,
    command: PlatenControl,
    goal: float,
    control: StepControl,
    initial_void: float,
    effort: tuple[int, int],
) -> AcceptedStep | Rejected:
    """Judges a converged step: accepted, or why not and whether the nodes are to blame."""
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
    width = at.surface.area_ratio.reshape(-1, sodium.face.points_per_facet).mean(1)
    # Metal cannot be seen through the ceramic from above: a facet that lies on its back
    # counts as negative void.
    if sodium.largest(-width.min(initial=1.0)) >= 0.0:
        return Rejected("a contact facet turned over", True)
    if now.step_size_um > 10 * control.smallest_step_um:
        if error > REJECT * budget and error - before > OWN_SHARE * budget:
            return Rejected("the estimated void error exceeds its tolerance", False)
        if _decades(void, now.void, initial_void) > DECADES_PER_STEP:
            return Rejected("too much void closes in one step", False)
        if sodium.largest(strained) > STRAIN_PER_STEP:
            return Rejected("a contact facet strains too much in one step", False)
    is_target = isinstance(command, ByPressure) and command.pressure_MPa >= goal * (
        1 - TARGET_TOLERANCE
    )
    own_error = abs(error - before) + abs(now.transferred_void)
    percent = 100 * own_error / max(initial_void, 1e-300)
    closed = void <= _void_when_closed(initial_void)
    if system.laws.gas is not None:
        closed = closed or system.laws.gas.carries(result.state.gas, pressure)
    area = sodium.face.reference_area
    mean_pressure = 0.5 * (at.pressure + now.contact_pressure) * system.laws.contact_share()
    penetration = -(area * at.surface.area_ratio * mean_pressure * gap_change).sum()
    _, dissipated, _, slip_work, _ = sodium.energies()
    floor = EFFORT_FLOOR * float(sodium.fields.facet_size.value)
    committed = Committed(
        state=result.state,
        gap=at.gap,
        gap_change=gap_change,
        gap_error=gap_error,
        stretch=at.surface.stretch,
        contact_pressure=at.pressure,
        displacement_um=displacement,
        pressure_MPa=pressure,
        step=now.step + 1,
        step_size_um=_next_size(
            now, error / budget, result.iterations, size, void, initial_void, floor, control
        ),
        last_size_um=size,
        closed=closed,
        pressure_ratio=_next_ratio(now, result.iterations, control) if closed else FIRST_RATIO,
        target=now.target + is_target,
        void=void,
        external_work=now.external_work
        + 0.5 * (pressure + now.pressure_MPa) * system.nominal_area * size,
        dissipation=now.dissipation + dissipated,
        contact_work=now.contact_work + sodium.sum(penetration),
        slip_work=now.slip_work + slip_work,
        slip_resistance=_relaxed(now.slip_resistance),
        friction_work=now.friction_work + system.laws.friction_work(at),
        redistributions=now.redistributions,
        time_s=now.time_s,
        temperature_K=now.temperature_K,
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
    return np.where(at.in_contact, 0.0, now.gap_error + step_error)


def _void_norm(system: CoupledSystem, at: Evaluation, gap_error: Array) -> float:
    """L1 norm of a gap error over the surface: bounds the error in void volume."""
    area = system.sodium.face.reference_area * np.abs(at.surface.area_ratio)
    return system.sodium.sum((area * np.abs(gap_error)).sum())


def _void_when_closed(initial_void: float) -> float:
    """Void volume below which the interface counts as closed, µm^dimension."""
    return (1 - CLOSED_PERCENT / 100) * initial_void


def _decades(void: float, void_before: float, initial_void: float) -> float:
    """Decades of void closed between two steps, closure beyond reporting left out."""
    if initial_void <= 0.0:
        return 0.0
    floor = _void_when_closed(initial_void)
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
    void: float,
    initial_void: float,
    effort_floor: float,
    control: StepControl,
) -> float:
    """Step size from the share of the error budget used and the effort it took."""
    factor = float(np.clip(AIM / max(share, 1e-12), 1.0, GROWTH))
    # Errors made earlier stay made, and contact meets a facet now and then whatever
    # the step: below a share of a facet a smaller step helps with neither.
    if size > effort_floor:
        if share > 1.0 or iterations > HARD_ITERATIONS:
            factor = SHRINK
        elif iterations > EASY_ITERATIONS:
            factor = 1.0
    # A step shortened to meet a target says nothing about how long the next may be.
    base = max(size, now.step_size_um)
    # The void shrinks about linearly with the platen's motion: stay clear of the
    # limit on the closure per step instead of running into it.
    closing = max((now.void - void) / max(size, 1e-300), 1e-300)
    longest = (1 - 10 ** (-0.7 * DECADES_PER_STEP)) * void / closing
    if void <= _void_when_closed(initial_void):
        longest = control.largest_step_um
    upper = min(control.largest_step_um, max(longest, 10 * control.smallest_step_um))
    return float(np.clip(factor * base, control.smallest_step_um, upper))


def _next_ratio(now: Committed, iterations: int, control: StepControl) -> float:
    """Pressure growth of the next step once the voids are closed."""
    factor = 1.0 if iterations > EASY_ITERATIONS else 1.3
    return float(min(max(now.pressure_ratio, 1.01) * factor, control.largest_pressure_ratio))


def retreat(now: Committed, converged: bool) -> Committed:
    """What to try after a rejected step: smaller, and if unsolvable against slip.

    The first unsolvable attempt is repeated at its size with slip resistance: most
    often a facet snaps sideways, however small the step.
    """
    if not converged and now.slip_resistance == 0.0:
        return replace(now, slip_resistance=SLIP_RESISTANCE)
    ratio = 1 + (now.pressure_ratio - 1) * CUT
    stiffer = now.slip_resistance * (1.0 if converged else 10.0)
    return replace(
        now,
        step_size_um=now.step_size_um * CUT,
        pressure_ratio=ratio,
        slip_resistance=min(stiffer, LARGEST_SLIP_RESISTANCE),
    )


def _relaxed(slip_resistance: float) -> float:
    """Slip resistance after an accepted step: fades, so that slip can catch up."""
    fading = 0.3 * slip_resistance
    return fading if fading >= SLIP_RESISTANCE else 0.0
