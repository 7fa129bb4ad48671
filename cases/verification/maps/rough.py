"""Elastic self-affine maps at light load: contact grows in proportion to pressure.

Theories agree that the contact fraction is a number times the pressure over E* times the rms
slope, and differ in the number: sqrt(8/pi) = 1.60 of Persson (J. Chem. Phys. 115 (2001) 3840)
and sqrt(2 pi) = 2.51 of Bush, Gibson and Thomas (Wear 35 (1975) 87). Exact computations lie
between the two.
"""

from __future__ import annotations

import math

from napress.cases.verification.pressing.pressing import press_problem
from napress.cases.verification.rows import Row, absolute
from napress.fem.coupled.problem import InterfaceProblem
from napress.fem.inputs.materials import ElasticCeramic, PlasticMetal
from napress.fem.inputs.step_control import StepControl
from napress.meshes.statistics import measure_surface
from napress.meshes.surfaces import SelfAffine, build_surface
from napress.postprocess import theory
from napress.postprocess.measures.interface import measure_interface

WIDTH_UM, RMS_UM, HURST = 20.0, 0.005, 0.8
YOUNG_MPa, POISSON = 4600.0, 0.33
RIGID = ElasticCeramic(young_MPa=1e9, poisson=0.25)
ELEMENTS, ELEMENTS_PER_WAVE = 16, 4
SEEDS = (1, 2)
# Pressure over E* times rms slope: light, but many facets touch.
LOADS = (0.05, 0.1)
PERSSON, BUSH_GIBSON_THOMAS = math.sqrt(8 / math.pi), math.sqrt(2 * math.pi)


def slope_of_contact(
    elements: int = ELEMENTS, seeds: tuple[int, ...] = SEEDS, loads: tuple[float, ...] = LOADS
) -> list[Row]:
    """Contact fraction over pressure, mean of several maps, against the range of theory.

    Args:
        elements: Along each side; the shortest wave has 4 of them.
        seeds: Of the maps.
        loads: Pressure over E* times rms slope.
    """
    modulus = theory.effective_modulus_MPa(YOUNG_MPa, POISSON, RIGID.young_MPa, RIGID.poisson)
    contact = [0.0] * len(loads)
    for seed in seeds:
        cutoff = ELEMENTS_PER_WAVE * WIDTH_UM / elements
        surface = build_surface(SelfAffine(RMS_UM, HURST, cutoff, seed), WIDTH_UM, 3)
        scale = modulus * measure_surface(surface).rms_slope
        metal = PlasticMetal(YOUNG_MPa, POISSON, yield_MPa=100 * scale)
        problem = InterfaceProblem(surface, elements, WIDTH_UM, WIDTH_UM, metal, RIGID)
        control = StepControl(
            void_error_percent=5.0,
            first_step_um=0.04 * RMS_UM,
            largest_step_um=RMS_UM,
            smallest_step_um=1e-6 * RMS_UM,
        )
        pressed = press_problem(problem, tuple(load * scale for load in loads), control)
        for at, shot in enumerate(pressed.snapshots):
            contact[at] += measure_interface(shot.interface).contact_fraction / len(seeds)
    middle = 0.5 * (PERSSON + BUSH_GIBSON_THOMAS)
    return [
        absolute(
            f"elastic self-affine map, p = {load:g} E* h': contact fraction over p / (E* h')",
            middle,
            fraction / load,
            BUSH_GIBSON_THOMAS - middle,
            "1",
            f"{len(seeds)} maps of {elements} x {elements}; between Persson's "
            f"{PERSSON:.2f} and Bush, Gibson and Thomas' {BUSH_GIBSON_THOMAS:.2f}",
        )
        for load, fraction in zip(loads, contact, strict=True)
    ]
