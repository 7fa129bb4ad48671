"""Elastic metal on a rigid egg-box: Johnson, Greenwood and Higginson's contact.

Between the two ends that have closed forms, contact and gap are those of Tamaas 2.8 (Frérot
et al., J. Open Source Softw. 5 (2020) 2121), a half-space code in which an elastic body is
pressed on the same surface, 512 x 512 points, written down here. Where Tamaas is installed
it is asked again.
"""

from __future__ import annotations

import importlib.util
import math

import numpy as np

from napress.cases.verification.pressing.pressing import press_problem
from napress.cases.verification.rows import Row, absolute, relative
from napress.fem.coupled.problem import InterfaceProblem
from napress.fem.inputs.materials import ElasticCeramic, PlasticMetal
from napress.fem.inputs.step_control import StepControl
from napress.fem.snapshot import InterfaceSnapshot
from napress.meshes.surfaces import Sinusoid, build_surface
from napress.postprocess import theory
from napress.postprocess.measures.interface import measure_interface

WAVELENGTH_UM, AMPLITUDE_UM = 20.0, 0.01
YOUNG_MPa, POISSON = 4600.0, 0.33
RIGID = ElasticCeramic(young_MPa=1e9, poisson=0.25)
# Mean pressure in MPa: contact fraction, mean gap over that at first touch.
TAMAAS = {
    0.2: (0.0683, 0.6952),
    0.5: (0.1322, 0.5077),
    1.0: (0.2259, 0.3287),
    2.0: (0.4386, 0.1608),
    4.0: (0.6995, 0.0468),
    6.0: (0.8640, 0.0076),
}
ELEMENTS = 16
NEARLY_CLOSED = 0.95
CONTACT_TOLERANCE, GAP_TOLERANCE = 0.015, 0.005
# The closed forms hold at their ends only, and Tamaas differs from them as much.
STORED_TOLERANCE, TAMAAS_TOLERANCE = 5e-4, 1e-10
LIGHT_TOLERANCE, CLOSING_TOLERANCE = 0.1, 0.03


def egg_box(
    elements: int = ELEMENTS,
    pressures_MPa: tuple[float, ...] = tuple(TAMAAS),
    contact_tolerance: float = CONTACT_TOLERANCE,
    gap_tolerance: float = GAP_TOLERANCE,
) -> list[Row]:
    """Contact and gap at several pressures, and the closed forms at both ends.

    Args:
        elements: Interface elements per wavelength.
        pressures_MPa: Some of those that Tamaas was asked.
        contact_tolerance: Of the contact fraction.
        gap_tolerance: Of the mean gap over the first.
    """
    modulus = YOUNG_MPa / (1 - POISSON**2)
    # the egg-box is their surface turned by 45 degrees
    closure = theory.bisinusoid_closure_pressure_MPa(
        modulus, AMPLITUDE_UM, math.sqrt(2) * WAVELENGTH_UM
    )
    nearly = NEARLY_CLOSED * closure
    faces = _press(elements, (*pressures_MPa, nearly), closure)
    rows = []
    for pressure, (face, gap) in zip(pressures_MPa, faces, strict=False):
        contact, expected_gap = TAMAAS[pressure]
        measured = measure_interface(face).contact_fraction
        label = f"egg-box p/p* = {pressure / closure:.3g}"
        note = f"{elements} x {elements} elements; Tamaas, 512 x 512"
        rows += [
            absolute(f"{label}: contact fraction", contact, measured, contact_tolerance, "1", note),
            absolute(f"{label}: mean gap over the first", expected_gap, gap, gap_tolerance, "1"),
        ]
        if pressure == min(TAMAAS):
            light = theory.bisinusoid_light_contact_fraction(pressure, closure)
            name = f"{label}: contact fraction, light end"
            rows.append(relative(name, light, measured, LIGHT_TOLERANCE, "1"))
    closing = theory.bisinusoid_nearly_closed_contact_fraction(nearly, closure)
    measured = measure_interface(faces[-1][0]).contact_fraction
    name = f"egg-box p/p* = {NEARLY_CLOSED:g}: contact fraction, closing end"
    return [
        *rows,
        absolute(name, closing, measured, CLOSING_TOLERANCE, "1"),
        *stored_against_tamaas(),
    ]


def stored_against_tamaas(points: int = 512) -> list[Row]:
    """The values written down here against Tamaas, if it is installed; else no row.

    Args:
        points: Along each side of its grid.
    """
    if importlib.util.find_spec("tamaas") is None:
        return []
    rows = []
    for pressure, stored in TAMAAS.items():
        live = tamaas_values(pressure, points)
        # The edge of contact is known to a point of either grid.
        tolerances = (1.0 / points, STORED_TOLERANCE)
        for name, *values, tolerance in zip(
            ("contact fraction", "mean gap"), live, stored, tolerances, strict=True
        ):
            label = f"Tamaas at {pressure:g} MPa, installed and stored: {name}"
            rows.append(absolute(label, *values, tolerance, "1"))
    return rows


def tamaas_values(pressure_MPa: float, points: int) -> tuple[float, float]:
    """Contact fraction, and mean gap over that at first touch, as Tamaas computes them.

    Args:
        pressure_MPa: Mean pressure.
        points: Along each side of its grid.

    Raises:
        ImportError: If Tamaas is not installed.
    """
    import tamaas

    tamaas.set_log_level(tamaas.LogLevel.error)
    angle = 2 * math.pi * np.arange(points) / points
    height = 0.5 * AMPLITUDE_UM * (np.cos(angle)[:, None] + np.cos(angle)[None, :])
    sides = [WAVELENGTH_UM, WAVELENGTH_UM]
    model = tamaas.ModelFactory.createModel(tamaas.model_type.basic_2d, sides, [points, points])
    model.E, model.nu = YOUNG_MPa, POISSON
    tamaas.PolonskyKeerRey(model, height, TAMAAS_TOLERANCE).solve(pressure_MPa)
    gap = np.asarray(model.displacement) - height
    first = height.max() - height.mean()
    touches = np.asarray(model.traction) > 0
    return float(touches.mean()), float((gap - gap.min()).mean() / first)


def _press(
    elements: int, pressures_MPa: tuple[float, ...], closure_MPa: float
) -> list[tuple[InterfaceSnapshot, float]]:
    """The face at each pressure, and its mean gap over that at first touch."""
    surface = build_surface(Sinusoid(AMPLITUDE_UM, WAVELENGTH_UM), WAVELENGTH_UM, 3)
    metal = PlasticMetal(YOUNG_MPa, POISSON, yield_MPa=100.0 * closure_MPa)
    problem = InterfaceProblem(surface, elements, WAVELENGTH_UM, WAVELENGTH_UM, metal, RIGID)
    control = StepControl(
        void_error_percent=5.0,
        first_step_um=0.02 * AMPLITUDE_UM,
        largest_step_um=0.5 * AMPLITUDE_UM,
        smallest_step_um=1e-6 * AMPLITUDE_UM,
    )
    pressed = press_problem(problem, pressures_MPa, control)
    first = surface.mean_gap_um * surface.area_um
    return [
        (shot.interface, float((shot.interface.gap_um * shot.interface.area_um).sum()) / first)
        for shot in pressed.snapshots
    ]
