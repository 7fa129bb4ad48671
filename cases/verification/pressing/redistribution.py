"""Redistributing the sodium's nodes leaves the answer alone: forced against not needed."""

from __future__ import annotations

from dataclasses import replace

from napress.cases.verification.pressing.pressing import press_problem, sinusoid_problem
from napress.cases.verification.rows import CheckNotDone, Row, absolute, relative
from napress.fem.inputs.step_control import StepControl
from napress.postprocess.measures.interface import measure_interface

TARGETS_MPA = (1.0, 2.0, 3.0)
FORCED_AT = 1.08  # nodes are moved as soon as a facet is 8 % too wide
VOID_TOLERANCE = 0.01  # of the initial void, the step error a run accepts per decade
WORK_TOLERANCE = 0.02


def redistribution(elements: int = 64) -> list[Row]:
    """Void and plastic work of the reference sinusoid with and without it.

    Args:
        elements: Interface elements.
    """
    problem, control = sinusoid_problem(elements), StepControl()
    plain = press_problem(problem, TARGETS_MPA, control)
    forced = press_problem(problem, TARGETS_MPA, replace(control, facet_distortion=FORCED_AT))
    times = forced.snapshots[-1].redistributions
    if times < 2:
        raise CheckNotDone(f"only {times} redistributions were made")
    note = f"{elements} elements, {times} redistributions by 3 MPa against none"
    rows = [
        absolute(
            f"redistributed nodes: void at {target:g} MPa over the initial one",
            measure_interface(without.interface).void_um / plain.initial_void,
            measure_interface(with_it.interface).void_um / plain.initial_void,
            VOID_TOLERANCE,
            "1",
            note,
        )
        for target, without, with_it in zip(
            TARGETS_MPA, plain.snapshots, forced.snapshots, strict=True
        )
    ]
    work, expected = (
        pressed.snapshots[-1].energy.plastic_dissipation_pJ for pressed in (forced, plain)
    )
    rows.append(
        relative(
            "redistributed nodes: plastic work to 3 MPa", expected, work, WORK_TOLERANCE, "pJ/um"
        )
    )
    return rows
