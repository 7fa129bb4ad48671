"""Elastic sodium on an elastic wave: Westergaard's contact.

The wave is so low (slope 0.006) that finite strain changes nothing visible, and
both bodies are a wavelength thick, where the wave's field has decayed to
exp(-2 pi) squared. The yield stress is a few closure pressures: never reached.
"""

from __future__ import annotations

import functools
import math

from napress.cases.verification.pressing.pressing import Pressed, press_problem
from napress.cases.verification.rows import Row, absolute, relative
from napress.fem.coupled.problem import InterfaceProblem
from napress.fem.inputs.materials import ElasticCeramic, PlasticMetal
from napress.fem.inputs.step_control import StepControl
from napress.fem.snapshot import InterfaceSnapshot
from napress.meshes.surfaces import Sinusoid, build_surface
from napress.postprocess import theory as closed_forms
from napress.postprocess.measures.interface import facet_pressure

WAVELENGTH_UM, AMPLITUDE_UM = 20.0, 0.02
SODIUM_YOUNG_MPa, SODIUM_POISSON = 4600.0, 0.33
CERAMIC = ElasticCeramic(young_MPa=70000.0, poisson=0.25)
YIELD_OVER_CLOSURE = 5.0
ELEMENTS = 128
PRESSURE_RATIOS = (0.1, 0.3, 0.5, 0.7, 0.9)
# 1 % of the initial mean gap.
GAP_TOLERANCE = 0.01


def westergaard(
    elements: int = ELEMENTS, ratios: tuple[float, ...] = PRESSURE_RATIOS, thickness: float = 1.0
) -> list[Row]:
    """Half-width, peak pressure and mean gap at several shares of the closure pressure.

    Args:
        elements: Interface elements per wavelength.
        ratios: Mean pressures over the closure pressure.
        thickness: Of both bodies, in wavelengths.
    """
    pressed, closure = press_wave(elements, ratios, thickness)
    rows = []
    for ratio, snapshot in zip(ratios, pressed.snapshots, strict=True):
        rows += _compare(snapshot.interface, ratio, closure, elements)
    return rows


def press_wave(
    elements: int, ratios: tuple[float, ...], thickness: float = 1.0
) -> tuple[Pressed, float]:
    """The pressed wave and its closure pressure in MPa.

    Args:
        elements: Interface elements per wavelength.
        ratios: Mean pressures over the closure pressure.
        thickness: Of both bodies, in wavelengths.
    """
    modulus = closed_forms.effective_modulus_MPa(
        SODIUM_YOUNG_MPa, SODIUM_POISSON, CERAMIC.young_MPa, CERAMIC.poisson
    )
    closure = closed_forms.westergaard_closure_pressure_MPa(modulus, AMPLITUDE_UM, WAVELENGTH_UM)
    return _press(elements, tuple(ratio * closure for ratio in ratios), thickness, closure), closure


@functools.cache
def _press(
    elements: int, targets_MPa: tuple[float, ...], thickness: float, closure: float
) -> Pressed:
    """Kept, since two checks look at it."""
    metal = PlasticMetal(SODIUM_YOUNG_MPa, SODIUM_POISSON, YIELD_OVER_CLOSURE * closure)
    surface = build_surface(Sinusoid(AMPLITUDE_UM, WAVELENGTH_UM, math.pi), WAVELENGTH_UM)
    depth = thickness * WAVELENGTH_UM
    problem = InterfaceProblem(surface, elements, depth, depth, metal, CERAMIC)
    control = StepControl(
        void_error_percent=5.0,
        first_step_um=0.02 * AMPLITUDE_UM,
        largest_step_um=0.3 * AMPLITUDE_UM,
        smallest_step_um=1e-6 * AMPLITUDE_UM,
    )
    return press_problem(problem, targets_MPa, control)


def _compare(face: InterfaceSnapshot, ratio: float, closure: float, elements: int) -> list[Row]:
    pressure = ratio * closure
    touching = face.pressure_MPa > 0
    half_width = 0.5 * float(face.area_um[touching].sum())
    per_facet = facet_pressure(face)
    middle = len(per_facet) // 2
    peak = float(per_facet[middle - 1 : middle + 1].mean())
    gap = float((face.gap_um * face.area_um).sum()) / WAVELENGTH_UM
    label = f"Westergaard p/p* = {ratio:g}"
    return [
        absolute(
            f"{label}: contact half-width",
            closed_forms.westergaard_half_width_um(pressure, closure, WAVELENGTH_UM),
            half_width,
            WAVELENGTH_UM / elements,
            "um",
            f"where the contact pressure is positive; tolerance wavelength/{elements}",
        ),
        relative(
            f"{label}: peak pressure",
            closed_forms.westergaard_peak_pressure_MPa(pressure, closure),
            peak,
            0.01,
            "MPa",
            "mean of the two facets that meet at the peak",
        ),
        absolute(
            f"{label}: mean gap over amplitude",
            closed_forms.westergaard_mean_gap_um(pressure, closure, AMPLITUDE_UM) / AMPLITUDE_UM,
            gap / AMPLITUDE_UM,
            GAP_TOLERANCE,
            "1",
            "closed form: own derivation, see westergaard_mean_gap_um",
        ),
    ]
