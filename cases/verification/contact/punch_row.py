"""Perfectly plastic sodium on a row of flat ridges: the slip-line load.

Corners: the ridges have a corner radius of a thousandth of the cell, far below a
facet, and stand where sodium vertices are, so that contact ends at a vertex. The
load is taken on the plateau that follows elastic loading, at a sinking of under
a twentieth of a facet, and is divided by the contact fraction measured there, not by the
nominal one: what little contact creeps onto the corner's arc carries load too.
"""

from __future__ import annotations

from napress.cases.verification.pressing.pressing import press_problem
from napress.cases.verification.rows import Row, relative
from napress.fem.coupled.problem import InterfaceProblem
from napress.fem.inputs.materials import ElasticCeramic, PlasticMetal
from napress.fem.inputs.step_control import StepControl
from napress.meshes.surfaces import Ridges, build_surface
from napress.postprocess import theory as closed_forms

WIDTH_UM, HEIGHT_UM, CORNER_RADIUS_UM, FLANK_DEGREES = 20.0, 2.0, 0.02, 80.0
# Rigid-plastic in effect: the plateau is reached at a sinking of 1e-4 of the cell.
METAL = PlasticMetal(young_MPa=1e5, poisson=0.33, yield_MPa=1.0)
RIGID = ElasticCeramic(young_MPa=1e8, poisson=0.25)
STEP_UM, STEPS = 0.002, 4
FRACTIONS = (0.2, 0.3, 0.4)
ELEMENTS = 160


def slip_line_load(elements: int = ELEMENTS, fractions: tuple[float, ...] = FRACTIONS) -> list[Row]:
    """Mean pressure over the slip-line load of Hill's extrusion field.

    Args:
        elements: Interface elements; a multiple of 20 puts a vertex on every corner.
        fractions: Covered fractions.
    """
    rows = []
    for fraction in fractions:
        pressure, touching, growth = ridge_load(elements, fraction)
        note = (
            f"{elements} elements, corner radius {CORNER_RADIUS_UM:g} um, contact measured "
            f"{touching:.4f}, load still growing {100 * growth:.2f} % per step"
        )
        reference = closed_forms.punch_row_pressure_MPa(touching, METAL.yield_MPa)
        rows.append(
            relative(f"flat ridges f = {fraction:g}", reference, pressure, 0.03, "MPa", note)
        )
    return rows


def ridge_load(elements: int, fraction: float) -> tuple[float, float, float]:
    """Plateau pressure (MPa), contact fraction there, and growth over the last step.

    Args:
        elements: Interface elements.
        fraction: Covered fraction.
    """
    ridges = Ridges(fraction, HEIGHT_UM, 1, CORNER_RADIUS_UM, FLANK_DEGREES)
    problem = InterfaceProblem(
        build_surface(ridges, WIDTH_UM), elements, WIDTH_UM, WIDTH_UM, METAL, RIGID
    )
    control = StepControl(
        void_error_percent=100.0,
        first_step_um=STEP_UM,
        largest_step_um=STEP_UM,
        max_steps=STEPS,
    )
    unreachable = 10 * closed_forms.prandtl_punch_pressure_MPa(METAL.yield_MPa)
    pressed = press_problem(problem, (unreachable,), control, may_stop=True)
    before, pressure = pressed.pressure_MPa[-2:]
    return pressure, pressed.contact_fraction[-1], pressure / before - 1
