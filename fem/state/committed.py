"""What a run continues from, what it reports per step, and how it ends."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napress.fem.coupled.system import CoupledSystem, void_volume
from napress.fem.coupled.unknowns import Evaluation, State
from napress.fem.history_field import INTERPOLATED
from napress.fem.inputs.constants import ROOM_TEMPERATURE_K
from napress.fem.inputs.load_program import ByDisplacement
from napress.fem.inputs.step_control import StepControl

Array = NDArray[np.float64]


FIRST_RATIO = 1.2  # pressure growth of the first step taken in pressure


def per_point(carried: str | None = None) -> Any:
    """A field with one value per facet point, and how it moves with the nodes.

    Args:
        carried: As of a `HistoryField`; None for what an equilibrium gives anew.
    """
    return field(metadata={"per_point": True, "carried": carried})


@dataclass(frozen=True)
class Committed:
    """Everything a run continues from.

    Attributes:
        state: Unknowns at the last accepted step.
        gap: Gap at this rank's facet points, (n,), µm.
        gap_change: Its change over the last accepted step.
        gap_error: Estimated error accumulated in the gap, (n,), µm.
        stretch: Deformed per reference area of the contact surface, (n,).
        area_ratio: Projected deformed area per reference area, (n,).
        contact_pressure: Contact pressure at the facet points, (n,), MPa.
        displacement_um: Platen displacement.
        pressure_MPa: Mean pressure.
        step: Number of the last accepted step.
        step_size_um: Platen displacement proposed for the next step.
        last_size_um: Platen displacement of the last accepted step.
        closed: Whether the voids are closed, so that steps are taken in pressure.
        pressure_ratio: Growth of pressure proposed for the next such step.
        target: Index of the load target being approached.
        void: Void volume, µm^dimension.
        external_work: Work of the platen so far, pJ.
        dissipation: Plastic dissipation so far, pJ.
        contact_work: Work absorbed by penetration so far, pJ.
        slip_work: Work done against the slip resistance so far, pJ.
        slip_resistance: Slip resistance of the next step, in yield stresses per
            facet length of slip; 0 unless a step could not be solved without.
        friction_work: Work dissipated by friction so far, pJ.
        redistributions: How often the sodium's nodes were redistributed so far.
        transferred_void: Void volume that doing so added since the last accepted
            step, µm^dimension.
        time_s: Time since first touch.
        temperature_K: Temperature of the last accepted step.
        crept_s: How long the metal crept in the last accepted step.
        share: Share of the entry of the load program that is done, from 0 to below 1.
        share_step: Share proposed for the next step; 0 leaves it to the entry.
        from_pressure_MPa: Mean pressure when the entry began.
        from_displacement_um: Platen displacement when it began.
        charge_mAh_per_cm2: Charge that has passed since first touch, less what went back.
        current_mA_per_cm2: Current density of the last step.
        removed_um: Metal that the charge has taken off the mean face.
        removed_work: Work of the contact pressure on it, pJ.
    """

    state: State
    gap: Array = per_point()
    gap_change: Array = per_point(INTERPOLATED)
    gap_error: Array = per_point(INTERPOLATED)
    stretch: Array = per_point()
    area_ratio: Array = per_point()
    contact_pressure: Array = per_point(INTERPOLATED)
    displacement_um: float
    pressure_MPa: float
    step: int
    step_size_um: float
    last_size_um: float
    closed: bool
    pressure_ratio: float
    target: int
    void: float
    external_work: float
    dissipation: float
    contact_work: float
    slip_work: float
    slip_resistance: float
    friction_work: float = 0.0
    redistributions: int = 0
    transferred_void: float = 0.0
    time_s: float = 0.0
    temperature_K: float = ROOM_TEMPERATURE_K
    crept_s: float = 0.0
    share: float = 0.0
    share_step: float = 0.0
    from_pressure_MPa: float = 0.0
    from_displacement_um: float = 0.0
    charge_mAh_per_cm2: float = 0.0
    current_mA_per_cm2: float = 0.0
    removed_um: float = 0.0
    removed_work: float = 0.0

    def platen_work(self, pressure_MPa: float, area: float, sinking_um: float) -> float:
        """Work of the platen from here, pJ, by the mean of the pressures at the two ends.

        Args:
            pressure_MPa: Mean pressure at the end.
            area: Nominal interface area, µm^(dimension-1).
            sinking_um: How far it sinks.
        """
        return 0.5 * (pressure_MPa + self.pressure_MPa) * area * sinking_um


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
        sodium_elastic: Elastic energy of the sodium, pJ.
        edge_energy: Energy of the ties of edge midpoints, pJ.
        sodium_volume: Volume of the metal's mesh, µm^dimension.
    """

    committed: Committed
    evaluation: Evaluation
    iterations: int
    rejected: int
    error_percent: float
    is_target: bool
    sodium_elastic: float
    edge_energy: float
    sodium_volume: float


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


def first_touch(system: CoupledSystem, control: StepControl) -> Committed:
    """Committed values before the first step, and the contact stiffness set for it."""
    state = system.initial_state()
    system.stiffen(0.0)
    at = system.evaluate(state, ByDisplacement(0.0))
    system.sodium.remember()
    system.laws.start(at)
    return Committed(
        state=state,
        gap=at.gap,
        gap_change=np.zeros_like(at.gap),
        gap_error=np.zeros_like(at.gap),
        stretch=at.surface.stretch,
        area_ratio=at.surface.area_ratio,
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


def commit(system: CoupledSystem, state: State, at: Evaluation, continues: bool = False) -> None:
    """Makes a state what the next step starts from: in the metal and at the contact face.

    Args:
        system: The coupled system, its contact stiffness that of the state.
        state: The state; the system holds it.
        at: Its evaluation, the last one made.
        continues: Whether it only settles the last step anew, and is none of its own.

    Raises:
        RuntimeError: If another state has been evaluated since.
    """
    system.require_current(at)
    with system.timers.stage("commit"):
        sodium = system.sodium
        sodium.set_multiplier(sodium.face.vertex_average(at.pressure))
        sodium.plastic.commit(continues)
        sodium.remember()
        system.laws.commit(at, state.gas, system.ceramic)
