"""Presses sodium onto a rough ceramic: load program, step control, events.

A step is tried, and either accepted and committed or rejected and repeated
smaller from the committed state. Its size follows an estimate of the error it
makes in the void's shape. Nothing here writes or prints: each accepted step is
handed to the caller.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from napress.fem.coupled.newton import NewtonResult, NewtonSettings, solve
from napress.fem.coupled.system import CoupledSystem, State
from napress.fem.inputs.materials import StepControl
from napress.fem.inputs.platen import ByDisplacement, ByPressure, PlatenControl
from napress.fem.state.committed import AcceptedStep, Committed, Outcome
from napress.fem.stepping.judge import FIRST_RATIO, Rejected, judge, retreat, void_volume
from napress.fem.stepping.upkeep import Upkeep

RESIDUAL_TOLERANCE = 2e-3  # of the contact forces, these taken at most at
TOLERANCE_STRESS = 15.0  # times the yield stress: full contact must still resolve flow
# Contact stiffness: penetration of a few thousandths of a facet under the flow
# pressure. The multiplier carries the pressure from step to step, so the stiffness
# need only grow with a share of it, up to a bound that keeps the tangent regular.
STIFFNESS_PER_STRESS = 700.0
STIFFNESS_SHARE = 30.0
LARGEST_STIFFNESS_OVER_MODULUS = 10.0
LARGEST_MOVE_SHARE = 0.05  # of the cell width, per Newton iteration


Listener = Callable[[AcceptedStep], None]


def contact_stiffness(system: CoupledSystem, pressure_MPa: float) -> float:
    """Contact stiffness at a mean pressure, MPa/µm."""
    metal = system.sodium.metal
    size = float(system.sodium.fields.facet_size.value)
    wanted = STIFFNESS_PER_STRESS * max(metal.yield_MPa, pressure_MPa / STIFFNESS_SHARE)
    return min(wanted, LARGEST_STIFFNESS_OVER_MODULUS * metal.young_MPa) / size


def first_touch(system: CoupledSystem, control: StepControl) -> Committed:
    """Committed values before the first step, and the contact stiffness set for it."""
    state = system.initial_state()
    system.sodium.fields.stiffness.value = contact_stiffness(system, 0.0)
    at = system.evaluate(state, ByDisplacement(0.0))
    system.sodium.remember()
    system.laws.start(at)
    return Committed(
        state=state,
        gap=at.gap,
        gap_change=np.zeros_like(at.gap),
        gap_error=np.zeros_like(at.gap),
        stretch=at.surface.stretch,
        contact_pressure=at.pressure,
        displacement_um=0.0,
        pressure_MPa=0.0,
        step=0,
        step_size_um=control.first_step_um,
        last_size_um=0.0,
        closed=False,
        pressure_ratio=FIRST_RATIO,
        target=0,
        void=void_volume(system, at),
        external_work=0.0,
        dissipation=0.0,
        contact_work=0.0,
        slip_work=0.0,
        slip_resistance=0.0,
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
    upkeep = Upkeep(system, control.facet_distortion)
    for _ in range(control.max_steps * 20):
        if now.target == len(targets_MPa):
            return Outcome(True, "", now)
        if now.step >= control.max_steps:
            return Outcome(False, f"the limit of {control.max_steps} steps was reached", now)
        goal = targets_MPa[now.target]
        if upkeep.due(now, in_need=False):
            now = upkeep.redistribute(now, newton_settings(system, now, control), in_need=False)
            reuse = False
        result, command = _attempt(system, now, goal, control, reuse)
        spent += result.iterations
        if not result.converged:
            if reuse:
                # The predictor may be what failed; the fresh tangent is slower but safer.
                reuse = False
                continue
            verdict: AcceptedStep | Rejected = Rejected(result.reason, nodes_to_blame=True)
        else:
            verdict = judge(
                system, now, result, command, goal, control, initial_void, (spent, rejected)
            )
        if isinstance(verdict, Rejected):
            reason, reuse = verdict.reason, False
            if verdict.nodes_to_blame and upkeep.due(now, in_need=True):
                before = now
                now = upkeep.redistribute(now, newton_settings(system, now, control), True)
                if now is not before:
                    continue
            rejected += 1
            now = retreat(now, result.converged)
            if now.step_size_um < control.smallest_step_um:
                return Outcome(False, f"smallest step reached: {reason}", now)
            continue
        listener(verdict)
        commit(system, verdict)
        now = verdict.committed
        rejected = spent = 0
        reuse = True
    return Outcome(False, "too many rejected steps", now)


def commit(system: CoupledSystem, accepted: AcceptedStep) -> None:
    """Makes a step the committed one: plastic history, multiplier, stiffness."""
    with system.timers.stage("commit"):
        sodium = system.sodium
        sodium.set_multiplier(sodium.face.vertex_average(accepted.evaluation.pressure))
        sodium.commit()
        sodium.remember()
        sodium.fields.stiffness.value = contact_stiffness(system, accepted.committed.pressure_MPa)
        system.laws.commit(system, accepted.committed.state, accepted.evaluation)


def settle(
    system: CoupledSystem, start: State, control: PlatenControl, settings: NewtonSettings
) -> NewtonResult:
    """Solves one load step, again after each round of bonds that had to break."""
    system.laws.begin()
    result = solve(system, start, control, settings)
    while result.converged and system.laws.release_overloaded(result.evaluation):
        again = solve(system, result.state, control, replace(settings, reuse_tangent=False))
        result = replace(again, iterations=result.iterations + again.iterations)
    return result


def _attempt(
    system: CoupledSystem, now: Committed, goal: float, control: StepControl, reuse: bool
) -> tuple[NewtonResult, PlatenControl]:
    """One try at a step; a displacement step that overshoots is redone to the target."""
    area = system.nominal_area
    command: PlatenControl = ByDisplacement(now.displacement_um + now.step_size_um)
    if now.step:
        rise = system.platen_stiffness * now.step_size_um / area
        if now.closed:
            command = ByPressure(min(goal, now.pressure_MPa * now.pressure_ratio))
        # Only the tangent of a converged step tells how stiffly flowing metal answers.
        elif reuse and now.pressure_MPa + rise >= goal:
            command = ByPressure(goal)
    settings = replace(newton_settings(system, now, control), reuse_tangent=reuse)
    size = float(system.sodium.fields.facet_size.value)
    system.sodium.resist_slip(now.slip_resistance * system.sodium.metal.yield_MPa / size)
    result = settle(system, now.state, command, settings)
    overshoot = result.converged and result.evaluation.reaction / area > goal * (1 + 1e-9)
    if isinstance(command, ByDisplacement) and overshoot:
        command = ByPressure(goal)
        again = settle(system, result.state, command, replace(settings, reuse_tangent=True))
        result = replace(again, iterations=result.iterations + again.iterations)
    return result, command


def newton_settings(system: CoupledSystem, now: Committed, control: StepControl) -> NewtonSettings:
    """Tolerance and bounds of a solve that starts from a committed state."""
    flow = system.sodium.metal.yield_MPa
    scale = float(np.clip(now.pressure_MPa, 0.01 * flow, TOLERANCE_STRESS * flow))
    return NewtonSettings(
        tolerance=RESIDUAL_TOLERANCE * system.force_scale(scale),
        max_iterations=control.max_newton,
        largest_move_um=LARGEST_MOVE_SHARE * system.surface.width_um,
        reuse_tangent=False,
    )
