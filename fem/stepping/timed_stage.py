"""An entry of the load program that takes time, lets go or goes to a position.

It is followed by its share, from 0 to 1: the share sets the platen's command and, times the
entry's duration, how long the sodium creeps. The step in it is chosen so that the platen
moves as far as the step control allows, and time is resolved where the metal creeps.
"""

from __future__ import annotations

import math
from dataclasses import replace

from napress.fem.coupled.system import CoupledSystem
from napress.fem.inputs.load_program import (
    ByDisplacement,
    ByPressure,
    Displacement,
    Hold,
    LoadProgram,
    PlatenControl,
    Ramp,
    Release,
    holds_position,
)
from napress.fem.inputs.step_control import StepControl
from napress.fem.sodium.creep import let_creep
from napress.fem.state.committed import AcceptedStep, Committed
from napress.fem.stepping.equilibrium import (
    newton_settings,
    predict_multiplier,
    resist_slip,
    settle,
    settle_on_plateau,
    shares_load_alike,
)
from napress.fem.stepping.healing import healing_um, longest_step_s, work_of_leaving
from napress.fem.stepping.judge import Rejected, judge
from napress.fem.stepping.ramp_stage import CREEP_RULES, creep_share, step_of_ramp
from napress.fem.stepping.stage import Attempt, entered, retreated

# First step of an entry: of its share, and of the yield stress at first touch.
FIRST_SHARE, FIRST_PRESSURE = 1e-3, 0.1
LARGEST_SHARE = 0.25
SHARE_GROWTH = 2.0
RELAXATION_PER_STEP = 0.05  # of the pressure, while the platen stands still
GAS_RELEASE_PER_STEP = 0.08  # of the pressure, where gas is sealed in
NEARLY_DONE, LEAST_SHARE = 1e-9, 1e-12
NO_CONTACT = 1e-9  # of the yield stress: rounding of the reaction once lifted off


class TimedStage:
    """An entry of the program that is not a plain pressure target, under way.

    Args:
        system: The coupled system.
        program: The load program.
        index: The entry's place in it.
        control: Step control.
        initial_void: Void volume at first touch.
    """

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
        self._recession = system.laws.recession
        # Infinite where nothing heals: only a hold gives diffusion its time.
        self._heals_for_s = math.inf
        if self._recession is not None and isinstance(self._entry, Hold):
            self._heals_for_s = longest_step_s(
                system, self._recession.numbers, self._entry.temperature_K
            )
        self._heals = self._entry.duration_s > 0.0 and math.isfinite(self._heals_for_s)

    def begin(self, now: Committed) -> Committed:
        """Where the entry begins, or goes on after a resume."""
        now = entered(now)
        return now if now.share_step > 0.0 else replace(now, share_step=self._first(now))

    def stopped(self, now: Committed) -> str:
        """Nothing keeps a platen from moving."""
        return ""

    def hold(self) -> None:
        """Lets no time pass in what is solved next, at the entry's temperature."""
        if self._recession is not None:
            self._recession.stay()
        let_creep(self._system.sodium, 0.0, self._entry.temperature_K)

    def _first(self, now: Committed) -> float:
        """Share of the entry that its first step takes."""
        entry = self._entry
        if entry.duration_s == 0.0 and isinstance(entry, Hold):
            return 1.0
        share = FIRST_SHARE
        if self._creeps and now.crept_s > 0.0:
            share = now.crept_s / entry.duration_s
        elif isinstance(entry, Hold):
            share = FIRST_SHARE if self._creeps or self._heals else 1.0
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

    def attempt(self, now: Committed, reuse: bool) -> Attempt:
        """One try at a step."""
        share = now.share + now.share_step
        if share > 1.0 - NEARLY_DONE:
            share = 1.0
        resist_slip(self._system, now)
        self._system.sodium.plastic.lead(0.0)
        state, settings = now.state, newton_settings(self._system, now, self._control, reuse)
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
                return Attempt(ByDisplacement(reach), touched, share)
            pressure = touched.evaluation.reaction / self._system.nominal_area
            way = self._goal_MPa(now) - now.from_pressure_MPa
            share = max(share, min((pressure - now.from_pressure_MPa) / way, 1.0))
            state, spent = touched.state, touched.iterations
            settings = replace(settings, reuse_tangent=True)
        step_s = self._let_pass(now, share)
        command = self._command(now, share)
        if shares_load_alike(self._system, now) or isinstance(self._entry, Release):
            predict_multiplier(self._system, now, command)
        result = settle_on_plateau(self._system, now, state, command, settings)
        result = result.after(spent)
        return Attempt(command, result, share, step_s, step_s)

    def _reach_um(self, now: Committed) -> float:
        """Where the platen goes next if it is led by displacement."""
        if not self._touches_not(now):
            return now.displacement_um + now.step_size_um
        gap = -self._system.sodium.largest(-now.gap.min(initial=math.inf))
        onto = min(self._control.first_step_um, now.step_size_um)
        return now.displacement_um + max(gap, 0.0) + onto

    def _let_pass(self, now: Committed, share: float) -> float:
        step_s = (share - now.share) * self._entry.duration_s
        temperature = self._entry.temperature_K
        let_creep(self._system.sodium, step_s, temperature)
        if self._heals:
            numbers = self._recession.numbers
            heals = healing_um(self._system, numbers, now, step_s, temperature)
            self._recession.in_step_um = heals
        return step_s

    # --- the step ---------------------------------------------------------------

    def place(
        self, now: Committed, tried: Attempt, effort: tuple[int, int]
    ) -> AcceptedStep | Rejected:
        """The converged step with its place in the program, or why it is refused."""
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
            # How the metal flowed in this entry foretells nothing about the next.
            last_size_um=0.0 if done else new.last_size_um,
            from_pressure_MPa=now.from_pressure_MPa,
            from_displacement_um=now.from_displacement_um,
            removed_work=now.removed_work + work_of_leaving(self._system, now, accepted),
        )
        if not done:
            bounded = self._bounded(committed, tried.share, growth * max(step, LEAST_SHARE))
            committed = replace(committed, share_step=bounded)
        return replace(accepted, committed=committed, is_target=done)

    def retreat(self, now: Committed, tried: Attempt, solved: bool) -> Committed:
        """A smaller step, and if unsolvable against slip."""
        return retreated(now, tried, solved)

    def done(self, now: Committed) -> bool:
        """Whether the entry has come to its end."""
        return now.target > self._index

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
        step = min(step, LARGEST_SHARE if self._creeps or self._heals else 1.0)
        if self._heals:
            step = min(step, self._heals_for_s / self._entry.duration_s)
        way = abs(self._goal_MPa(now) - now.from_pressure_MPa)
        if not self._by_position and way > 0.0 and now.pressure_MPa > 0.0:
            ratio = self._largest_ratio(now)
            pressure = now.pressure_MPa
            if not isinstance(self._entry, Release):
                # From next to nothing a ratio leads nowhere.
                pressure = max(pressure, FIRST_PRESSURE * self._system.sodium.metal.yield_MPa)
            step = min(step, (ratio - 1) * pressure / way)
        # Two equal steps instead of one and a rest of next to nothing.
        left = 1.0 - share
        return left if step >= left else min(step, max(0.5 * left, 0.7 * step))

    def _largest_ratio(self, now: Committed) -> float:
        """Bound on the pressure of a step over that of the step before, or its inverse."""
        if isinstance(self._entry, Release):
            # Below the inverse ratio: (1 - 1/r) of the pressure at most. Gas keeps its pressure
            # while that of contact falls: how much of it is left says when gas breaks out.
            if self._system.laws.gas is not None:
                return 1 + GAS_RELEASE_PER_STEP
            return 2 - 1 / self._control.largest_pressure_ratio
        return now.pressure_ratio if now.closed else self._control.largest_pressure_ratio
