"""Redistributing the sodium's nodes leaves the answer alone: forced against not needed."""

from __future__ import annotations

from dataclasses import replace

from napress.cases.verification.pressing.pressing import (
    R1_CERAMIC,
    R1_SODIUM,
    R1_WIDTH_UM,
    press_problem,
    sinusoid_problem,
)
from napress.cases.verification.rows import CheckNotDone, Row, absolute, relative
from napress.fem.coupled.problem import InterfaceProblem
from napress.fem.inputs.step_control import StepControl
from napress.meshes.surfaces import Sinusoid, build_surface
from napress.postprocess.measures.interface import measure_interface

TARGETS_MPA = (1.0, 2.0, 3.0)
MAP_TARGETS_MPA, MAP_ELEMENTS, MAP_VOID_TOLERANCE = (1.0, 2.0), 8, 0.02
FORCED_AT = 1.08  # nodes are moved as soon as a facet is 8 % too wide
VOID_TOLERANCE = 0.01  # of the initial void, the step error a run accepts per decade
WORK_TOLERANCE = 0.02


def redistribution(elements: int = 64) -> list[Row]:
    """Void and plastic work of the reference sinusoid with and without it.

    Args:
        elements: Interface elements.
    """
    return _compare(
        sinusoid_problem(elements), TARGETS_MPA, VOID_TOLERANCE, "redistributed nodes", "pJ/um"
    )


def redistribution_of_a_map(elements: int = MAP_ELEMENTS) -> list[Row]:
    """The same of an egg-box in 3-D, whose surface is carried over by scattered points.

    Args:
        elements: Interface elements along each side.
    """
    surface = build_surface(Sinusoid(1.0, R1_WIDTH_UM), R1_WIDTH_UM, 3)
    problem = InterfaceProblem(surface, elements, R1_WIDTH_UM, 40.0, R1_SODIUM, R1_CERAMIC)
    label = "redistributed nodes, 3-D"
    return _compare(problem, MAP_TARGETS_MPA, MAP_VOID_TOLERANCE, label, "pJ")


def _compare(
    problem: InterfaceProblem,
    targets_MPa: tuple[float, ...],
    tolerance: float,
    label: str,
    unit: str,
) -> list[Row]:
    control = StepControl()
    plain = press_problem(problem, targets_MPa, control)
    forced = press_problem(problem, targets_MPa, replace(control, facet_distortion=FORCED_AT))
    times = forced.snapshots[-1].redistributions
    if times < 2:
        raise CheckNotDone(f"only {times} redistributions were made")
    note = f"{problem.elements} elements, {times} redistributions by {targets_MPa[-1]:g} MPa"
    rows = [
        absolute(
            f"{label}: void at {target:g} MPa over the initial one",
            measure_interface(without.interface).void_um / plain.initial_void,
            measure_interface(with_it.interface).void_um / plain.initial_void,
            tolerance,
            "1",
            note,
        )
        for target, without, with_it in zip(
            targets_MPa, plain.snapshots, forced.snapshots, strict=True
        )
    ]
    work, expected = (
        pressed.snapshots[-1].energy.plastic_dissipation_pJ for pressed in (forced, plain)
    )
    rows.append(
        relative(
            f"{label}: plastic work to {targets_MPa[-1]:g} MPa",
            expected,
            work,
            WORK_TOLERANCE,
            unit,
        )
    )
    return rows
