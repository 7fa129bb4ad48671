"""An entry of the load program that drives a current through the contact.

Every step first asks where the current crosses the contact of the committed state, takes
the metal off there for the time of the step, and then finds the equilibrium under the
stack. The step is bounded by how far the face recedes where the current is strongest.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from napress.fem.conduction.electrolyte import NoContact
from napress.fem.conduction.interface_current import InterfaceCurrent
from napress.fem.contact.recession import Recession
from napress.fem.coupled.system import CoupledSystem
from napress.fem.coupled.unknowns import State
from napress.fem.inputs.load_program import ByPressure, LoadProgram, Strip
from napress.fem.inputs.step_control import StepControl
from napress.fem.snapshot import CONTACT_GAP_UM
from napress.fem.sodium.creep import let_creep
from napress.fem.state.committed import AcceptedStep, Committed
from napress.fem.stepping.equilibrium import newton_settings, resist_slip, settle
from napress.fem.stepping.healing import healing_um, longest_step_s, work_of_leaving
from napress.fem.stepping.judge import Rejected, judge
from napress.fem.stepping.stage import Attempt, entered, retreated

Array = NDArray[np.float64]

FIRST_RECESSION = 0.05  # of the farthest that the face may recede in a step
SHARE_GROWTH = 1.5
EXACTER = 0.1  # times the tolerance of pressing
# A point this far open has lost contact, as in the contact fraction; points that do give up
# their current, in so many rounds or until so little of the step's current is left with them.
LOST_UM = CONTACT_GAP_UM
ROUNDS, LEAST_MOVED = 6, 1e-3
# With more than this the step is refused, and with a quarter of it the next is no longer. Where
# the face recedes by no more than `LOST_UM` nothing shorter would tell more.
STRAYED = 0.01
NEARLY_DONE, LEAST_SHARE = 1e-9, 1e-12
# Of the stack's pressure at the start: a spring with less than this is slack.
SLACK = 1e-3


class StripStage:
    """One entry that strips, or plates, under way.

    Args:
        system: The coupled system, with a `Recession` at its face.
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
        self._index = index
        entry = program[index]
        recession = system.laws.recession
        if not isinstance(entry, Strip) or recession is None:
            raise ValueError("a current needs an entry that drives it and a face that recedes")
        self._entry: Strip = entry
        self._recession: Recession = recession
        self._current = InterfaceCurrent(system, recession.numbers)
        self._heals_for_s = longest_step_s(system, recession.numbers, entry.temperature_K)
        self._known: tuple[int, Array] | None = None
        self._facet_um = float(system.sodium.fields.facet_size.value)
        total = recession.numbers.thickness_um(entry.charge_mAh_per_cm2)
        # Recession of the mean face over the whole entry.
        self._whole_um = math.copysign(total, entry.current_mA_per_cm2)

    def begin(self, now: Committed) -> Committed:
        """Where the entry begins, or goes on after a resume."""
        now = entered(now)
        if now.share_step > 0.0 or self.stopped(now):
            return now
        return replace(now, share_step=min(FIRST_RECESSION * self._longest(now), 1.0))

    def hold(self) -> None:
        """Lets no time pass and no metal leave in what is solved next."""
        self._recession.stay()
        let_creep(self._system.sodium, 0.0, self._entry.temperature_K)

    def stopped(self, now: Committed) -> str:
        """Why no current can be driven any more; empty while it can."""
        if self._pressure_MPa(now, 0.0) <= SLACK * self._entry.pressure_MPa:
            return f"contact is lost: the stack is slack after {now.charge_mAh_per_cm2:.4g} mAh/cm2"
        try:
            self._over_mean(now)
        except NoContact:
            return f"all contact is lost after {now.charge_mAh_per_cm2:.4g} mAh/cm2"
        return ""

    def attempt(self, now: Committed, reuse: bool) -> Attempt:
        """One try at a step."""
        share = now.share + min(now.share_step, self._longest(now))
        if share > 1.0 - NEARLY_DONE:
            share = 1.0
        step = share - now.share
        step_s = step * self._entry.duration_s
        let_creep(self._system.sodium, step_s, self._entry.temperature_K)
        resist_slip(self._system, now)
        command = ByPressure(self._pressure_MPa(now, step))
        # Not the tangent of the last step: it was made with what had left in an earlier round
        # of that step.
        settings = newton_settings(self._system, now, self._control)
        # Contact comes and goes from point to point here: what is left out of balance must not
        # decide which of them carries.
        settings = replace(settings, tolerance=EXACTER * settings.tolerance)
        heals = healing_um(
            self._system, self._recession.numbers, now, step_s, self._entry.temperature_K
        )
        self._recession.in_step_um = step * self._whole_um * self._over_mean(now) + heals
        result = settle(self._system, self._sunk(now), command, settings)
        strayed = 0.0
        for done in range(ROUNDS + 1):
            if not result.converged:
                break
            strayed, shared_anew = self._shared_anew(now, result.evaluation.gap, heals)
            if done == ROUNDS or shared_anew is None or strayed <= LEAST_MOVED:
                break
            self._recession.in_step_um = shared_anew
            again = settle(
                self._system, result.state, command, replace(settings, reuse_tangent=True)
            )
            result = again.after(result.iterations)
        return Attempt(command, result, share, step_s, step_s, strayed)

    def _shared_anew(self, now: Committed, gap: Array, heals: Array) -> tuple[float, Array | None]:
        """Current that points have which lost contact in the step, and how others take it over.

        Where metal would leave faster than flow brings it, contact comes and goes, and what
        passes over time is what flow brings. Such a point gives up just what its gap says
        it had too much of, and the others take it over. Collective.

        Returns:
            Share of the step's current that has to move, and the recession that then results,
            (n,), µm; None where no point is left to take it.
        """
        sodium, leaving = self._system.sodium, self._recession.in_step_um - heals
        area = sodium.face.reference_area * now.area_ratio
        lost = (leaving > 0.0) & (gap > LOST_UM)
        excess = np.where(lost, np.minimum(gap, leaving), 0.0)
        moved, kept = (
            sodium.sum(float(area @ part)) for part in (excess, np.where(lost, 0.0, leaving))
        )
        whole = sodium.sum(float(area @ np.abs(leaving)))
        strayed = moved / whole if whole > 0.0 else 0.0
        if kept <= 0.0:
            return strayed, None
        passed = np.where(lost, leaving - excess, leaving * (1 + moved / kept))
        return strayed, passed + heals

    def _too_long(self, now: Committed, tried: Attempt) -> bool:
        """Whether a shorter step would tell where the current of this one passes."""
        recedes = (tried.share - now.share) * self._fastest_um(now)
        return tried.strayed > STRAYED and recedes > LOST_UM

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
            # What the void is compared with here is what the current opens, not first touch.
            replace(self._control, void_error_percent=math.inf),
            self._initial_void,
            effort,
        )
        if isinstance(accepted, Rejected):
            return accepted
        if self._too_long(now, tried):
            return Rejected("contact that carries current is lost within the step", False)
        done = tried.share == 1.0
        step = tried.share - now.share
        growth = SHARE_GROWTH if effort[1] == 0 and tried.strayed < 0.25 * STRAYED else 1.0
        charge = math.copysign(self._entry.charge_mAh_per_cm2, self._entry.current_mA_per_cm2)
        committed = replace(
            accepted.committed,
            target=self._index + done,
            time_s=now.time_s + tried.time_step_s,
            temperature_K=self._entry.temperature_K,
            crept_s=tried.crept_s,
            share=0.0 if done else tried.share,
            last_size_um=0.0 if done else accepted.committed.last_size_um,
            share_step=0.0 if done else growth * max(step, LEAST_SHARE),
            from_pressure_MPa=now.from_pressure_MPa,
            from_displacement_um=now.from_displacement_um,
            charge_mAh_per_cm2=now.charge_mAh_per_cm2 + step * charge,
            current_mA_per_cm2=self._entry.current_mA_per_cm2,
            removed_um=now.removed_um + step * self._whole_um,
            removed_work=now.removed_work + work_of_leaving(self._system, now, accepted),
            # Plastic flow into a pocket has another scale than pressing: no size in platen
            # motion says how long the next step may be.
            step_size_um=now.step_size_um,
        )
        return replace(accepted, committed=committed, is_target=done)

    def retreat(self, now: Committed, tried: Attempt, solved: bool) -> Committed:
        """A smaller step, and if unsolvable against slip."""
        smaller = retreated(now, tried, solved)
        if self._too_long(now, tried):
            # The size in platen motion says nothing of it, and would be gone after many of these.
            smaller = replace(smaller, step_size_um=now.step_size_um)
        return smaller

    def done(self, now: Committed) -> bool:
        """Whether the charge has passed."""
        return now.target > self._index

    def _sunk(self, now: Committed) -> State:
        """The committed state let down onto what the step leaves of the contact.

        As far as the contact force would push it: with the metal gone from under every
        contact the face would hang in the air, and a tangent there has nothing to rest on.
        """
        sodium = self._system.sodium
        force = sodium.face.reference_area * now.contact_pressure
        leaving = self._recession.in_step_um
        carried = sodium.sum(float(force.sum()))
        if carried <= 0.0:
            return now.state
        sinking = sodium.sum(float(force @ leaving)) / carried
        unknowns = now.state.sodium.copy()
        upward = sodium.displacement_dofs.reshape(-1, sodium.dimension)[:, -1]
        unknowns[upward] -= sinking
        return replace(now.state, sodium=unknowns)

    def _over_mean(self, now: Committed) -> Array:
        """Current over its mean at the committed state, asked for once."""
        mark = now.step + 1_000_000_000 * now.redistributions
        if self._known is None or self._known[0] != mark:
            with self._system.timers.stage("current"):
                touches = (now.contact_pressure > 0.0) | (now.gap <= CONTACT_GAP_UM)
                ratio = self._current.over_mean(now.state, touches, now.contact_pressure)
            self._known = (mark, ratio)
        return self._known[1]

    def _longest(self, now: Committed) -> float:
        """Share of the entry in which the face recedes as far as a step may, at its fastest."""
        share = self._control.largest_recession * self._facet_um / self._fastest_um(now)
        return min(share, self._heals_for_s / self._entry.duration_s)

    def _fastest_um(self, now: Committed) -> float:
        """How far the face would recede over the whole entry where it recedes fastest."""
        strongest = self._system.sodium.largest(self._over_mean(now).max(initial=0.0))
        return abs(self._whole_um) * strongest

    def _pressure_MPa(self, now: Committed, step: float) -> float:
        """The stack's pressure after a step: its platen follows the metal that leaves."""
        entry = self._entry
        sunk = now.displacement_um - now.from_displacement_um + step * self._whole_um
        return entry.pressure_MPa - entry.stiffness_MPa_per_um * sunk
