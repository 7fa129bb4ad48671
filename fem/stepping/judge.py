"""Judges a converged step: accepted, or rejected with a named reason."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from napress.fem.coupled.newton import NewtonResult
from napress.fem.coupled.system import CoupledSystem, penetration_work, void_volume
from napress.fem.coupled.unknowns import Evaluation
from napress.fem.inputs.load_program import ByPressure, PlatenControl
from napress.fem.inputs.step_control import StepControl
from napress.fem.state.committed import FIRST_RATIO, AcceptedStep, Committed
from napress.fem.stepping.step_size import (
    EFFORT_FLOOR,
    decades,
    decades_per_step,
    error_budget,
    gap_error,
    next_ratio,
    next_size,
    relaxed,
    void_norm,
    void_when_closed,
)

TARGET_TOLERANCE = 1e-9
REJECT = 1.5  # times the error budget
OWN_SHARE = 0.2  # of it that a step must have made itself to be rejected for it
# A facet strained more than this in one step has jumped to another solution.
STRAIN_PER_STEP = 0.3


@dataclass(frozen=True)
class Rejected:
    """Why a converged step was thrown away.

    Attributes:
        reason: In one line.
        nodes_to_blame: Whether redistributing the nodes may help.
    """

    reason: str
    nodes_to_blame: bool


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
    open_error = gap_error(now, at, gap_change, size)
    error, before = (void_norm(system, at, field) for field in (open_error, now.gap_error))
    budget = error_budget(void, initial_void, control)
    strained = np.abs(np.log(at.surface.stretch / now.stretch)).max(initial=0.0)
    if turned_over(system, at):
        return Rejected("a contact facet turned over", True)
    if now.step_size_um > 10 * control.smallest_step_um:
        if error > REJECT * budget and error - before > OWN_SHARE * budget:
            return Rejected("the estimated void error exceeds its tolerance", False)
        allowed = decades_per_step(control, sodium.dimension, void, initial_void)
        if decades(void, now.void, initial_void) > allowed:
            return Rejected("too much void closes in one step", False)
        if sodium.largest(strained) > STRAIN_PER_STEP:
            return Rejected("a contact facet strains too much in one step", False)
    is_target = isinstance(command, ByPressure) and command.pressure_MPa >= goal * (
        1 - TARGET_TOLERANCE
    )
    own_error = abs(error - before) + abs(now.transferred_void)
    percent = 100 * own_error / max(initial_void, 1e-300)
    closed = void <= void_when_closed(initial_void)
    if system.laws.gas is not None:
        closed = closed or system.laws.gas.carries(result.state.gas, pressure)
    absorbed = penetration_work(system, at, now.contact_pressure, gap_change)
    elastic, dissipated, edge, slip_work, volume = sodium.energies()
    floor = EFFORT_FLOOR * float(sodium.fields.facet_size.value)
    committed = Committed(
        state=result.state,
        gap=at.gap,
        gap_change=gap_change,
        gap_error=open_error,
        stretch=at.surface.stretch,
        area_ratio=at.surface.area_ratio,
        contact_pressure=at.pressure,
        displacement_um=displacement,
        pressure_MPa=pressure,
        step=now.step + 1,
        step_size_um=next_size(
            now,
            error / budget,
            result.iterations,
            size,
            void,
            initial_void,
            floor,
            control,
            sodium.dimension,
        ),
        last_size_um=size,
        closed=closed,
        pressure_ratio=next_ratio(now, result.iterations, control) if closed else FIRST_RATIO,
        target=now.target + is_target,
        void=void,
        external_work=now.external_work + now.platen_work(pressure, system.nominal_area, size),
        dissipation=now.dissipation + dissipated,
        contact_work=now.contact_work + absorbed,
        slip_work=now.slip_work + slip_work,
        slip_resistance=relaxed(now.slip_resistance),
        friction_work=now.friction_work + system.laws.friction_work(at),
        redistributions=now.redistributions,
        time_s=now.time_s,
        temperature_K=now.temperature_K,
        charge_mAh_per_cm2=now.charge_mAh_per_cm2,
        removed_um=now.removed_um,
        removed_work=now.removed_work,
    )
    return AcceptedStep(committed, at, *effort, percent, is_target, elastic, edge, volume)


def turned_over(system: CoupledSystem, at: Evaluation) -> bool:
    """Whether a contact facet lies on its back; collective.

    Metal cannot be seen through the ceramic from above: such a facet counts as negative void.
    """
    sodium = system.sodium
    width = sodium.face.facet_average(at.surface.area_ratio)
    return sodium.largest(-width.min(initial=1.0)) >= 0.0
