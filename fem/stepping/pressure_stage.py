"""Pressing to a mean pressure, no time passing.

The platen leads by its displacement until the voids are closed, then by pressure; a step
that would pass the target ends on it.
"""

from __future__ import annotations

from dataclasses import replace

from napress.fem.coupled.system import CoupledSystem
from napress.fem.inputs.load_program import (
    ByDisplacement,
    ByPressure,
    PlatenControl,
    PressureTarget,
)
from napress.fem.inputs.step_control import StepControl
from napress.fem.sodium.creep import let_creep
from napress.fem.state.committed import AcceptedStep, Committed
from napress.fem.stepping.equilibrium import (
    lead_share,
    newton_settings,
    predict_multiplier,
    resist_slip,
    settle_on_plateau,
    shares_load_alike,
)
from napress.fem.stepping.judge import Rejected, judge
from napress.fem.stepping.stage import Attempt
from napress.fem.stepping.step_size import retreat


class PressureStage:
    """A pressure target under way.

    Args:
        system: The coupled system.
        entry: The target.
        index: Its place in the load program.
        control: Step control.
        initial_void: Void volume at first touch.
    """

    def __init__(
        self,
        system: CoupledSystem,
        entry: PressureTarget,
        index: int,
        control: StepControl,
        initial_void: float,
    ) -> None:
        self._system, self._entry, self._index = system, entry, index
        self._control, self._initial_void = control, initial_void
        # The metal has waited, and is not to be solved unless it is held.
        self._waited_in_vain = False

    def begin(self, now: Committed) -> Committed:
        """Sets the temperature of the entry."""
        self.hold()
        return replace(now, temperature_K=self._entry.temperature_K)

    def stopped(self, now: Committed) -> str:
        """Nothing keeps a platen from moving."""
        return ""

    def hold(self) -> None:
        """Lets no time pass, as in every step of this entry."""
        let_creep(self._system.sodium, 0.0, self._entry.temperature_K)

    def attempt(self, now: Committed, reuse: bool) -> Attempt:
        """One try at a step; a displacement step that overshoots is redone to the target."""
        system, goal, area = self._system, self._entry.pressure_MPa, self._system.nominal_area
        # What resists slip bears load that the contact does not: no target is met with it.
        resisted = now.slip_resistance > 0.0 and not (now.closed or self._waited_in_vain)
        command, size = self._command(now, reuse, resisted)
        system.sodium.plastic.lead(0.0)
        settings = newton_settings(system, now, self._control, reuse)
        settings = replace(settings, lead=0.0 if now.closed else lead_share(size, now.last_size_um))
        resist_slip(system, now)
        if shares_load_alike(system, now):
            predict_multiplier(system, now, command)
        result = settle_on_plateau(system, now, now.state, command, settings)
        overshoot = result.converged and result.evaluation.reaction / area > goal * (1 + 1e-9)
        if isinstance(command, ByDisplacement) and overshoot and not resisted:
            command = ByPressure(goal)
            # The metal keeps the start it was led to.
            settings = replace(settings, reuse_tangent=True, lead=0.0)
            again = settle_on_plateau(system, now, result.state, command, settings)
            result = again.after(result.iterations)
        return Attempt(command, result)

    def _command(self, now: Committed, reuse: bool, resisted: bool) -> tuple[PlatenControl, float]:
        """What the platen does next, and how far it is foreseen to go, µm."""
        goal, size = self._entry.pressure_MPa, now.step_size_um
        if resisted and now.pressure_MPa >= goal:
            # The platen waits until the metal has slipped.
            return ByDisplacement(now.displacement_um), 0.0
        if now.step and now.closed:
            return ByPressure(min(goal, now.pressure_MPa * now.pressure_ratio)), size
        # Only the tangent of a converged step tells how stiffly flowing metal answers.
        if now.step and reuse and not resisted:
            rise = self._system.platen_stiffness * size / self._system.nominal_area
            if now.pressure_MPa + rise >= goal:
                return ByPressure(goal), size * ((goal - now.pressure_MPa) / rise)
        return ByDisplacement(now.displacement_um + size), size

    def place(
        self, now: Committed, tried: Attempt, effort: tuple[int, int]
    ) -> AcceptedStep | Rejected:
        """The converged step, which may have reached the target, or why it is refused."""
        return judge(
            self._system,
            now,
            tried.result,
            tried.command,
            self._entry.pressure_MPa,
            self._control,
            self._initial_void,
            effort,
        )

    def retreat(self, now: Committed, tried: Attempt, solved: bool) -> Committed:
        """A smaller step, and if unsolvable against slip."""
        beyond = now.pressure_MPa >= self._entry.pressure_MPa
        self._waited_in_vain |= not solved and beyond and now.last_size_um == 0.0
        return retreat(now, solved)

    def done(self, now: Committed) -> bool:
        """Whether the target has been reached."""
        return now.target > self._index
