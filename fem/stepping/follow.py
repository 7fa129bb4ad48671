"""Follows a load program: pressing without time, and ramps, holds and releases in time.

Increasing pressures without time are `napress.fem.stepping.press`'s work. Every other entry is
followed by its share, from 0 to 1: the share sets the platen's command and, times the
entry's duration, how long the sodium creeps. The step in it is chosen so that
the platen moves as far as the step control allows, and time is resolved where the metal
creeps.
"""

from __future__ import annotations

import math
from dataclasses import replace

from napress.fem.coupled.newton import NewtonSettings
from napress.fem.coupled.system import CoupledSystem
from napress.fem.inputs.load_program import (
    Displacement,
    Hold,
    LoadProgram,
    PressureTarget,
    Ramp,
    Release,
    holds_position,
)
from napress.fem.inputs.materials import StepControl
from napress.fem.inputs.platen import ByDisplacement, ByPressure, PlatenControl
from napress.fem.sodium.creep import let_creep
from napress.fem.state.committed import AcceptedStep, Committed, Outcome
from napress.fem.stepping.judge import Rejected, judge, retreat
from napress.fem.stepping.press import Listener, commit, newton_settings, press, settle
from napress.fem.stepping.ramp_stage import CREEP_RULES, Attempt, creep_share, step_of_ramp
from napress.fem.stepping.upkeep import Upkeep

# First step of an entry: of its share, and of the yield stress at first touch.
FIRST_SHARE, FIRST_PRESSURE = 1e-3, 0.1
LARGEST_SHARE = 0.25
SHARE_GROWTH = 2.0
RELAXATION_PER_STEP = 0.05  # of the pressure, while the platen stands still
NEARLY_DONE, LEAST_SHARE = 1e-9, 1e-12
LARGEST_REJECTIONS = 40
NO_CONTACT = 1e-9  # of the yield stress: rounding of the reaction once lifted off


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
    now, ready = start, tangent_ready
    while now.target < len(program):
        entry = program[now.target]
        if isinstance(entry, PressureTarget):
            let_creep(system.sodium, 0.0, entry.temperature_K)
            targets = _targets_until(program, now.target)
            now = replace(now, temperature_K=entry.temperature_K)
            outcome = press(system, targets, control, listener, now, initial_void, ready)
        else:
            outcome = _Stage(system, program, now.target, control, initial_void).follow(
                now, listener, ready
            )
        if not outcome.finished:
            return outcome
        now, ready = outcome.committed, True
    return Outcome(True, "", now)


def _targets_until(program: LoadProgram, index: int) -> tuple[float, ...]:
    """Pressures of the entries up to the last one without time that follows ``index``."""
    end = index
    while end < len(program) and isinstance(program[end], PressureTarget):
        end += 1
    return tuple(getattr(entry, "pressure_MPa", math.nan) for entry in program[:end])


class _Stage:
    """One entry of the program that is not a plain pressure target."""

    def __init__(
        self,
        system: CoupledSystem,
        program: LoadProgram,
        index: int,
        control: StepControl,
        initial_void: float,
    ) -> None:
        self._system, self._control, self._initial_void = system, control, initial_void
        self._index, self._entry = index, program[index]
        self._by_position = holds_position(program, index)
        creep = system.sodium.metal.creep
        self._creeps = creep is not None and self._entry.duration_s > 0.0
        self._yields = creep is None or creep.has_yield

    def follow(self, start: Committed, listener: Listener, ready: bool) -> Outcome:
        """Follows the entry to its end."""
        now, reuse = self._begun(start), ready
        rejected = spent = 0
        self._multiplier = self._system.sodium.multiplier()
        upkeep = Upkeep(self._system, self._control.facet_distortion)
        while now.target == self._index:
            if now.step >= self._control.max_steps:
                reason = f"the limit of {self._control.max_steps} steps was reached"
                return Outcome(False, reason, now)
            if upkeep.due(now, in_need=False):
                now, reuse = self._redistributed(upkeep, now, in_need=False), False
            tried = self._attempt(now, reuse)
            spent += tried.result.iterations
            if not tried.result.converged and reuse:
                reuse = False
                continue
            accepted = self._judged(now, tried, (spent, rejected))
            if isinstance(accepted, Rejected):
                reason, reuse = accepted.reason, False
                if accepted.nodes_to_blame and upkeep.due(now, in_need=True):
                    before = now
                    now = self._redistributed(upkeep, now, in_need=True)
                    if now is not before:
                        continue
                rejected += 1
                now = _retreated(now, tried)
                smallest = now.step_size_um < self._control.smallest_step_um
                if smallest or rejected > LARGEST_REJECTIONS:
                    return Outcome(False, f"smallest step reached: {reason}", now)
                continue
            listener(accepted)
            commit(self._system, accepted)
            self._multiplier = self._system.sodium.multiplier()
            now = accepted.committed
            rejected = spent = 0
            reuse = True
        return Outcome(True, "", now)

    def _redistributed(self, upkeep: Upkeep, now: Committed, in_need: bool) -> Committed:
        """The committed state on redistributed nodes, no time passing meanwhile."""
        let_creep(self._system.sodium, 0.0, self._entry.temperature_K)
        now = upkeep.redistribute(now, self._settings(now, False), in_need)
        self._multiplier = self._system.sodium.multiplier()
        return now

    def _begun(self, now: Committed) -> Committed:
        """Where the entry begins, or goes on after a resume."""
        if now.share == 0.0:
            now = replace(
                now,
                from_pressure_MPa=now.pressure_MPa,
                from_displacement_um=now.displacement_um,
                share_step=0.0,
            )
        return now if now.share_step > 0.0 else replace(now, share_step=self._first(now))

    def _first(self, now: Committed) -> float:
        """Share of the entry that its first step takes."""
        entry = self._entry
        if entry.duration_s == 0.0 and isinstance(entry, Hold):
            return 1.0
        share = FIRST_SHARE
        if self._creeps and now.crept_s > 0.0:
            share = now.crept_s / entry.duration_s
        elif isinstance(entry, Hold):
            share = FIRST_SHARE if self._creeps else 1.0
        elif isinstance(entry, Displacement):
            way = abs(entry.displacement_um - now.from_displacement_um)
            share = self._control.first_step_um / max(way, self._control.first_step_um)
        way = abs(self._goal_MPa(now) - now.from_pressure_MPa)
        if way > 0.0 and not self._by_position:
            # Where the platen turns round, the metal is elastic for twice its yield stress:
            # one step across that corner would miscount the work of the platen.
            corner = FIRST_PRESSURE if self._touches_not(now) else 1.0
            share = min(share, corner * self._system.sodium.metal.yield_MPa / way)
        return self._bounded(now, now.share, min(share, LARGEST_SHARE))

    # --- the command ------------------------------------------------------------

    def _touches_not(self, now: Committed) -> bool:
        return now.pressure_MPa <= NO_CONTACT * self._system.sodium.metal.yield_MPa

    def _lifts(self, now: Committed) -> bool:
        """Whether the platen is moved up, off the ceramic."""
        entry = self._entry
        return isinstance(entry, Displacement) and entry.displacement_um < now.from_displacement_um

    def _goal_MPa(self, now: Committed) -> float:
        return getattr(self._entry, "pressure_MPa", now.from_pressure_MPa)

    def _command(self, now: Committed, share: float) -> PlatenControl:
        """What the platen does at a share of the entry."""
        if self._by_position:
            start = now.from_displacement_um
            end = getattr(self._entry, "displacement_um", start)
            return ByDisplacement(start + share * (end - start))
        start = now.from_pressure_MPa
        return ByPressure(start + share * (self._goal_MPa(now) - start))

    def _attempt(self, now: Committed, reuse: bool) -> Attempt:
        """One try at a step."""
        share = now.share + now.share_step
        if share > 1.0 - NEARLY_DONE:
            share = 1.0
        size = float(self._system.sodium.fields.facet_size.value)
        flow = self._system.sodium.metal.yield_MPa
        self._system.sodium.resist_slip(now.slip_resistance * flow / size)
        state, settings = now.state, self._settings(now, reuse)
        spent = 0
        if isinstance(self._entry, Ramp) and self._yields and not now.closed:
            reach = self._reach_um(now)
            moved = reach - now.displacement_um
            if creep_share(self._system, self._entry, now.share_step, moved) < CREEP_RULES:
                return step_of_ramp(self._system, self._entry, now, reach, settings)
        if self._touches_not(now) and not self._by_position:
            # Nothing carries a pressure yet: the platen first goes where it meets resistance.
            self._let_pass(now, share)
            reach = self._reach_um(now)
            touched = settle(self._system, state, ByDisplacement(reach), settings)
            if not touched.converged:
                return Attempt(share, 0.0, 0.0, ByDisplacement(reach), touched)
            pressure = touched.evaluation.reaction / self._system.nominal_area
            way = self._goal_MPa(now) - now.from_pressure_MPa
            share = max(share, min((pressure - now.from_pressure_MPa) / way, 1.0))
            state, spent = touched.state, touched.iterations
            settings = replace(settings, reuse_tangent=True)
        step_s = self._let_pass(now, share)
        command = self._command(now, share)
        predicts = now.closed or isinstance(self._entry, Release)
        if predicts and now.pressure_MPa > 0.0 and isinstance(command, ByPressure):
            # The multiplier is carried from another pressure: left as it is, it would make
            # a gap or penetration of the pressure's change over the contact stiffness.
            self._system.sodium.set_multiplier(
                self._multiplier * (command.pressure_MPa / now.pressure_MPa)
            )
        result = settle(self._system, state, command, settings)
        return Attempt(
            share, step_s, step_s, command, replace(result, iterations=result.iterations + spent)
        )

    def _reach_um(self, now: Committed) -> float:
        """Where the platen goes next if it is led by displacement."""
        if not self._touches_not(now):
            return now.displacement_um + now.step_size_um
        gap = -self._system.sodium.largest(-now.gap.min(initial=math.inf))
        onto = min(self._control.first_step_um, now.step_size_um)
        return now.displacement_um + max(gap, 0.0) + onto

    def _let_pass(self, now: Committed, share: float) -> float:
        step_s = (share - now.share) * self._entry.duration_s
        let_creep(self._system.sodium, step_s, self._entry.temperature_K)
        return step_s

    def _settings(self, now: Committed, reuse: bool) -> NewtonSettings:
        settings = newton_settings(self._system, now, self._control)
        return replace(settings, reuse_tangent=reuse)

    # --- the step ---------------------------------------------------------------

    def _judged(
        self, now: Committed, tried: Attempt, effort: tuple[int, int]
    ) -> AcceptedStep | Rejected:
        """The accepted step with its place in the program, or why it is refused."""
        if not tried.result.converged:
            return Rejected(tried.result.reason, nodes_to_blame=True)
        accepted = judge(
            self._system,
            now,
            tried.result,
            tried.command,
            math.inf,
            self._control,
            self._initial_void,
            effort,
        )
        if isinstance(accepted, Rejected):
            return accepted
        new = accepted.committed
        done = tried.share == 1.0
        step = tried.share - now.share
        # With the voids closed, or opening elastically, the pressure alone bounds a step.
        elastic = (new.closed and not self._by_position) or isinstance(self._entry, Release)
        free = elastic or self._lifts(now)
        wanted = math.inf if free else new.step_size_um / max(abs(new.last_size_um), 1e-300)
        growth = min(wanted, self._time_factor(now, new), SHARE_GROWTH)
        committed = replace(
            new,
            target=self._index + done,
            time_s=now.time_s + tried.time_step_s,
            temperature_K=self._entry.temperature_K,
            crept_s=tried.crept_s,
            share=0.0 if done else tried.share,
            from_pressure_MPa=now.from_pressure_MPa,
            from_displacement_um=now.from_displacement_um,
        )
        if not done:
            bounded = self._bounded(committed, tried.share, growth * max(step, LEAST_SHARE))
            committed = replace(committed, share_step=bounded)
        return replace(accepted, committed=committed, is_target=done)

    def _time_factor(self, now: Committed, new: Committed) -> float:
        """How much longer the next step may be for the sake of time.

        While the platen moves, the void error that sizes the step bounds the error in
        time too: implicit Euler lags by half the change of velocity, at most half a
        step. A platen that stands still says nothing; there the pressure does.
        """
        if not (self._creeps and self._by_position and isinstance(self._entry, Hold)):
            return SHARE_GROWTH
        change = abs(new.pressure_MPa - now.pressure_MPa)
        scale = max(new.pressure_MPa, 0.01 * self._system.sodium.metal.yield_MPa)
        return max(RELAXATION_PER_STEP * scale / max(change, 1e-300), 0.5)

    def _bounded(self, now: Committed, share: float, step: float) -> float:
        """A step in share that neither oversteps the end nor changes the pressure too much."""
        step = min(step, LARGEST_SHARE if self._creeps else 1.0)
        way = abs(self._goal_MPa(now) - now.from_pressure_MPa)
        if not self._by_position and way > 0.0 and now.pressure_MPa > 0.0:
            ratio = self._largest_ratio(now)
            step = min(step, (ratio - 1) * now.pressure_MPa / way)
        # Two equal steps instead of one and a rest of next to nothing.
        left = 1.0 - share
        return left if step >= left else min(step, max(0.5 * left, 0.7 * step))

    def _largest_ratio(self, now: Committed) -> float:
        """Bound on the pressure of a step over that of the step before, or its inverse."""
        if isinstance(self._entry, Release):
            # Below the inverse ratio: (1 - 1/r) of the pressure at most.
            return 2 - 1 / self._control.largest_pressure_ratio
        return now.pressure_ratio if now.closed else self._control.largest_pressure_ratio


def _retreated(now: Committed, tried: Attempt) -> Committed:
    """What to try after a refused step: a smaller one, and if unsolvable against slip."""
    smaller = retreat(now, tried.result.converged)
    ratio = smaller.step_size_um / now.step_size_um
    return replace(smaller, share_step=max(tried.share - now.share, 0.0) * ratio)
