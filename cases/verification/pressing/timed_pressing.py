"""Pressing in time: fast and slow limits, springback, a cycle that only dissipates.

The sinusoid is the reference R1 with the soft sodium of Wang et al. on 24 elements. Fast
and slow are meant against the creep of the metal: 1e-6 s and 1e9 s to 1 MPa.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

import napress.meshes.backend  # noqa: F401  orders the imports below

import numpy as np
from mpi4py import MPI
from numpy.typing import NDArray
from scipy.optimize import brentq

from napress.cases.verification.metal.creep_point import creeping, norton
from napress.cases.verification.pressing.invariants import tangent_against_differences
from napress.cases.verification.pressing.pressing import R1_CERAMIC, R1_WIDTH_UM, sinusoid_problem
from napress.cases.verification.rows import CheckNotDone, Row, absolute, relative
from napress.fem.coupled.problem import InterfaceProblem, build_system
from napress.fem.inputs.load_program import Hold, LoadProgram, Ramp, Release, pressure_targets
from napress.fem.inputs.materials import PlasticMetal
from napress.fem.inputs.step_control import StepControl
from napress.fem.state.committed import AcceptedStep, first_touch
from napress.fem.stepping.follow import follow
from napress.meshes.surfaces import Flat, build_surface

Array = NDArray[np.float64]
ELEMENTS = 24
FAST_S, SLOW_S = 1e-6, 1e9
HIGH_MPa, STACK_MPa, THICKNESS_UM, CERAMIC_UM = 360.0, 1.0, 20.0, 40.0
VOID_ERROR_PERCENT = 0.25
CYCLE_ELEMENTS = 16
TANGENT_STEP_S = 0.1


@dataclass(frozen=True)
class Followed:
    """What came of following a program.

    Attributes:
        initial_void: Void at first touch.
        steps: Every accepted step.
        least_growth: Smallest change of plastic strain at any point in any step.
        least_dissipation: Smallest dissipation of any step, pJ.
    """

    initial_void: float
    steps: list[AcceptedStep]
    least_growth: float
    least_dissipation: float


def follow_problem(
    problem: InterfaceProblem, program: LoadProgram, void_error_percent: float
) -> Followed:
    """Follows a program on this process alone.

    Raises:
        CheckNotDone: If it ends early.
    """
    system = build_system(problem, MPI.COMM_SELF)
    control = StepControl(void_error_percent=void_error_percent)
    start = first_touch(system, control)
    steps: list[AcceptedStep] = []
    # The history seen at a step is that of the step before.
    strains: list[Array] = []

    def listen(accepted: AcceptedStep) -> None:
        strains.append(system.sodium.plastic.plastic_strain())
        steps.append(accepted)

    outcome = follow(system, program, control, listen, start, start.void)
    if not outcome.finished:
        raise CheckNotDone(f"stopped at {outcome.committed.pressure_MPa:.4g} MPa: {outcome.reason}")
    strains.append(system.sodium.plastic.plastic_strain())
    # Where nodes were moved before the next step a point stands for other metal.
    moved = np.diff(
        [step.committed.redistributions for step in steps] + [steps[-1].committed.redistributions]
    )
    grown = [float((new - old).min()) for old, new in itertools.pairwise(strains)]
    growth = min(one for one, count in zip(grown, moved, strict=True) if count == 0)
    work = np.diff([0.0] + [step.committed.dissipation for step in steps])
    return Followed(start.void, steps, growth, float(work.min()))


def _void_share(metal: PlasticMetal, program: LoadProgram) -> float:
    """Open share of the initial void at the end."""
    problem = replace(sinusoid_problem(ELEMENTS), sodium=metal)
    followed = follow_problem(problem, program, VOID_ERROR_PERCENT)
    return followed.steps[-1].committed.void / followed.initial_void


def fast_and_slow() -> list[Row]:
    """A fast ramp against the rate-independent run, a slow one against creep alone."""
    yielding, creep = creeping(norton(has_yield=True)), creeping(norton())
    # At a pressure where half of the void is left; creep needs far less of it.
    target = 0.3
    plastic = _void_share(replace(yielding, creep=None), pressure_targets((target,)))
    fast = _void_share(yielding, (Ramp(target, FAST_S),))
    low = 0.01
    slow, alone = (_void_share(metal, (Ramp(low, SLOW_S),)) for metal in (yielding, creep))
    return [
        relative(
            f"ramp in {FAST_S:g} s: void against the rate-independent run",
            plastic,
            fast,
            0.02,
            "1",
            f"share of the void open at {target:g} MPa, creep and yield",
        ),
        relative(
            f"ramp in {SLOW_S:g} s: void against creep alone",
            alone,
            slow,
            0.02,
            "1",
            f"share of the void open at {low:g} MPa, creep and yield",
        ),
    ]


def confined_stretch(metal: PlasticMetal, pressure_MPa: float, flow_MPa: float) -> float:
    """Axial stretch of laterally confined metal under a pressure, flowing at a stress.

    ``pressure = K (1 - J) + (2/3) flow / J``: flow is positive while pressing, negative
    once it flows back.
    """
    bulk = metal.young_MPa / (3 * (1 - 2 * metal.poisson))
    return brentq(
        lambda j: bulk * (1 - j) + 2 / 3 * flow_MPa / j - pressure_MPa, 0.5, 1.5, xtol=1e-15
    )


def springback_um(metal: PlasticMetal, high_MPa: float, low_MPa: float) -> float:
    """Rise of the platen on a flat stack released from one pressure to another.

    Perfectly plastic sodium of yield stress Y flows at Y while pressed and, long before
    the end of the release, at Y the other way; the ceramic is linear.
    """
    pressed = confined_stretch(metal, high_MPa, metal.yield_MPa)
    released = confined_stretch(metal, low_MPa, -metal.yield_MPa)
    young, poisson = R1_CERAMIC.young_MPa, R1_CERAMIC.poisson
    confined = young * (1 - poisson) / ((1 + poisson) * (1 - 2 * poisson))
    return (released - pressed) * THICKNESS_UM + (high_MPa - low_MPa) / confined * CERAMIC_UM


def springback() -> list[Row]:
    """Release of a flat stack without adhesion against its closed form."""
    surface = build_surface(Flat(), R1_WIDTH_UM)
    rows = []
    for name, law in (("", None), (", with creep", norton(has_yield=True))):
        metal = replace(creeping(norton()), creep=law)
        problem = InterfaceProblem(surface, 16, THICKNESS_UM, CERAMIC_UM, metal, R1_CERAMIC)
        press = Ramp(HIGH_MPa, 1e-6)
        # The hold of no time to speak of takes away the penetration of the contact.
        program = (press, Hold(1e-12), Release(STACK_MPa, 1e-6), Hold(1e-12))
        steps = follow_problem(problem, program, 1.0).steps
        ends = [step.committed.displacement_um for step in steps if step.is_target]
        expected = springback_um(metal, HIGH_MPa, STACK_MPa)
        rows.append(
            relative(
                f"springback of flat faces{name}",
                expected,
                ends[1] - ends[3],
                1e-3,
                "um",
                f"{HIGH_MPa:g} to {STACK_MPa:g} MPa, no adhesion",
            )
        )
    return rows


def cycle() -> list[Row]:
    """Press, release, press: dissipation at every point and in every step."""
    rows = []
    program = (Ramp(5.0, 10.0), Release(0.5, 1.0), Hold(10.0), Ramp(10.0, 10.0))
    problem = sinusoid_problem(CYCLE_ELEMENTS)
    for name, law in (("creep and yield", norton(has_yield=True)), ("creep", norton())):
        followed = follow_problem(replace(problem, sodium=creeping(law)), program, 4.0)
        last = followed.steps[-1].committed
        scale = last.dissipation
        rows += [
            absolute(
                f"press, release, press, {name}: negative strain growth",
                0.0,
                min(followed.least_growth, 0.0),
                1e-12,
                "1",
                "smallest change of plastic strain at any point in any step",
            ),
            absolute(
                f"press, release, press, {name}: negative dissipation",
                0.0,
                min(followed.least_dissipation / scale, 0.0),
                1e-12,
                "1",
                f"smallest of {len(followed.steps)} steps, over the total",
            ),
        ]
    return rows


def tangent() -> list[Row]:
    """The tangent of creep, alone and beside yield, against differences."""
    rows = []
    for name, has_yield in ((", creep", False), (", creep and yield", True)):
        metal = creeping(norton(has_yield=has_yield))
        rows += tangent_against_differences(metal, name, TANGENT_STEP_S)
    return rows


def release() -> list[Row]:
    """The tangent of creep, and springback."""
    return [*tangent(), *springback()]
