"""Presses one interface for a check and keeps what the check looks at."""

from __future__ import annotations

import math
from dataclasses import dataclass

import napress.meshes.backend  # noqa: F401  orders the imports below

from mpi4py import MPI

from napress.cases.verification.rows import CheckNotDone
from napress.fem.coupled.problem import InterfaceProblem, build_system
from napress.fem.coupled.system import CoupledSystem
from napress.fem.inputs.load_program import pressure_targets
from napress.fem.inputs.materials import ElasticCeramic, PlasticMetal
from napress.fem.inputs.step_control import StepControl
from napress.fem.snapshot import Snapshot
from napress.fem.state.committed import AcceptedStep, first_touch
from napress.fem.state.sampling import Sampler
from napress.fem.stepping.follow import follow
from napress.meshes.surfaces import Sinusoid, build_surface

R1_WIDTH_UM = 20.0
R1_SODIUM = PlasticMetal(young_MPa=4600.0, poisson=0.33, yield_MPa=1.0, hardening_MPa=2.0)
R1_CERAMIC = ElasticCeramic(young_MPa=70000.0, poisson=0.25)


@dataclass(frozen=True)
class Pressed:
    """What came of pressing.

    Attributes:
        system: The coupled system, holding the last accepted step.
        initial_void: Void at first touch.
        snapshots: One per load target reached, in order.
        displacement_um: Platen displacement of every accepted step.
        pressure_MPa: Mean pressure of every accepted step.
        void: Void of every accepted step.
        contact_fraction: Share of the cell under contact pressure, every accepted step.
        steps: Number of accepted steps.
        iterations: Newton iterations of all of them.
    """

    system: CoupledSystem
    initial_void: float
    snapshots: list[Snapshot]
    displacement_um: list[float]
    pressure_MPa: list[float]
    void: list[float]
    contact_fraction: list[float]
    steps: int
    iterations: int


def sinusoid_problem(elements: int) -> InterfaceProblem:
    """The reference sinusoid R1, as ``cases/examples/sinusoid.toml`` describes it."""
    wave = Sinusoid(amplitude_um=1.0, wavelength_um=R1_WIDTH_UM, phase_rad=math.pi)
    surface = build_surface(wave, R1_WIDTH_UM)
    return InterfaceProblem(surface, elements, R1_WIDTH_UM, 40.0, R1_SODIUM, R1_CERAMIC)


def press_problem(
    problem: InterfaceProblem,
    targets_MPa: tuple[float, ...],
    control: StepControl,
    may_stop: bool = False,
) -> Pressed:
    """Presses on this process alone.

    Args:
        problem: What to press.
        targets_MPa: Increasing mean pressures.
        control: Step control.
        may_stop: Whether it may end before the last target.

    Raises:
        CheckNotDone: If the run ends early and may not.
    """
    system = build_system(problem, MPI.COMM_SELF)
    start = first_touch(system, control)
    sampler = Sampler(system, start.void)
    seen: list[AcceptedStep] = []
    snapshots: list[Snapshot] = []

    def listen(accepted: AcceptedStep) -> None:
        seen.append(accepted)
        if accepted.is_target:
            snapshots.append(sampler.take(accepted))

    outcome = follow(system, pressure_targets(targets_MPa), control, listen, start, start.void)
    if not outcome.finished and not may_stop:
        reached = outcome.committed.pressure_MPa
        raise CheckNotDone(f"pressing stopped at {reached:.4g} MPa: {outcome.reason}")
    return Pressed(
        system=system,
        initial_void=start.void,
        snapshots=snapshots,
        displacement_um=[step.committed.displacement_um for step in seen],
        pressure_MPa=[step.committed.pressure_MPa for step in seen],
        void=[step.committed.void for step in seen],
        contact_fraction=[_under_pressure(system, step) for step in seen],
        steps=len(seen),
        iterations=sum(step.iterations for step in seen),
    )


def _under_pressure(system: CoupledSystem, step: AcceptedStep) -> float:
    at = step.evaluation
    area = system.sodium.face.reference_area * at.surface.area_ratio
    return float(area[at.pressure > 0].sum()) / system.nominal_area
