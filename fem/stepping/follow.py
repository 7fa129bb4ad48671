"""The step loop: follows a load program entry by entry, step by step.

A step is tried, and either accepted and committed or rejected and repeated smaller from the
committed state. Its size follows an estimate of the error it makes in the void's shape.
Nothing here writes or prints: each accepted step is handed to the caller.
"""

from __future__ import annotations

from collections.abc import Callable

from napress.fem.coupled.system import CoupledSystem
from napress.fem.inputs.load_program import LoadProgram, PressureTarget, Strip
from napress.fem.inputs.step_control import StepControl
from napress.fem.state.committed import AcceptedStep, Committed, Outcome, commit
from napress.fem.state.history import History
from napress.fem.stepping.equilibrium import newton_settings
from napress.fem.stepping.judge import Rejected
from napress.fem.stepping.pressure_stage import PressureStage
from napress.fem.stepping.stage import Stage
from napress.fem.stepping.strip_stage import StripStage
from napress.fem.stepping.timed_stage import TimedStage
from napress.fem.stepping.upkeep import Upkeep

TRIES_IN_A_ROW = 40

Listener = Callable[[AcceptedStep], None]


def follow(
    system: CoupledSystem,
    program: LoadProgram,
    control: StepControl,
    listener: Listener,
    start: Committed,
    initial_void: float,
    tangent_ready: bool = False,
) -> Outcome:
    """Follows a load program to its end or to a named stop.

    Args:
        system: Coupled system whose history is that of ``start``.
        program: Entries in order; ``start.target`` is the one under way.
        control: Step control.
        listener: Called with each accepted step before it is committed.
        start: Where to start from.
        initial_void: Void volume at first touch.
        tangent_ready: Whether the system holds the tangent of the last step.
    """
    now, reuse = start, tangent_ready
    history, tangent, shortened = History(system), system.linearised, False
    upkeep = Upkeep(system, control.facet_distortion)
    while now.target < len(program):
        stage = _stage(system, program, now.target, control, initial_void)
        now = stage.begin(now)
        rejected = spent = 0
        multiplier = system.sodium.multiplier()
        while not stage.done(now):
            if now.step >= control.max_steps:
                reason = f"the limit of {control.max_steps} steps was reached"
                return Outcome(False, reason, now)
            if reason := stage.stopped(now):
                return Outcome(False, reason, now)
            in_need = False
            if upkeep.due(now, in_need):
                now, reuse = _redistributed(system, stage, upkeep, now, control, in_need), False
                multiplier = system.sodium.multiplier()
                # On new nodes the last point that touched may no longer do so.
                if reason := stage.stopped(now):
                    return Outcome(False, reason, now)
            tried = stage.attempt(now, reuse)
            spent += tried.result.iterations
            verdict: AcceptedStep | Rejected
            if tried.result.converged:
                verdict = stage.place(now, tried, (spent, rejected))
            else:
                verdict = Rejected(tried.result.reason, nodes_to_blame=True)
            if isinstance(verdict, AcceptedStep):
                listener(verdict)
                now = verdict.committed
                system.stiffen(now.pressure_MPa)
                commit(system, now.state, verdict.evaluation)
                multiplier = system.sodium.multiplier()
                rejected = spent = 0
                reuse, tangent, shortened = True, system.linearised, False
                continue
            # A try may predict the multiplier; the next one starts from the committed one.
            system.sodium.set_multiplier(multiplier)
            if reuse and not tried.result.converged:
                if system.sodium.dimension == 3 and not shortened:
                    # Less of the way by the same predictor is cheaper than all of it from
                    # metal at rest, which is where a fresh tangent starts. In 2-D it is not.
                    history.factor_again(tangent)
                    now, shortened = stage.retreat(now, tried, solved=True), True
                    rejected += 1
                    continue
                # The predictor may be what failed; the fresh tangent is slower but safer.
                reuse = False
                continue
            # A step that was solved and refused leaves the tangent of flowing metal near by.
            reuse = tried.result.converged
            if verdict.nodes_to_blame and upkeep.due(now, in_need=True):
                before = now
                now = _redistributed(system, stage, upkeep, now, control, in_need=True)
                multiplier = system.sodium.multiplier()
                if now is not before:
                    reuse = False
                    continue
            rejected += 1
            # A face that folds has snapped over like one that slips: no smaller step helps.
            now = stage.retreat(now, tried, solved=not verdict.nodes_to_blame)
            if now.step_size_um < control.smallest_step_um:
                return Outcome(False, f"smallest step reached: {verdict.reason}", now)
            if rejected > TRIES_IN_A_ROW:
                reason = f"{TRIES_IN_A_ROW} tries in a row failed: {verdict.reason}"
                return Outcome(False, reason, now)
    return Outcome(True, "", now)


def _stage(
    system: CoupledSystem,
    program: LoadProgram,
    index: int,
    control: StepControl,
    initial_void: float,
) -> Stage:
    """The entry of the program that comes next, ready to be followed."""
    entry = program[index]
    if isinstance(entry, PressureTarget):
        return PressureStage(system, entry, index, control, initial_void)
    if isinstance(entry, Strip):
        return StripStage(system, program, index, control, initial_void)
    return TimedStage(system, program, index, control, initial_void)


def _redistributed(
    system: CoupledSystem,
    stage: Stage,
    upkeep: Upkeep,
    now: Committed,
    control: StepControl,
    in_need: bool,
) -> Committed:
    """The committed state on redistributed nodes, no time passing meanwhile."""
    stage.hold()
    return upkeep.redistribute(now, newton_settings(system, now, control), in_need)
