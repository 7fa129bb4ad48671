"""Pressing in three dimensions against what has to come out whatever the mesh.

Flat faces carry a uniform pressure. A ridge that runs along y is the plane-strain case,
pressed by another mesh, another element and another number of contact points.
"""

from __future__ import annotations

import numpy as np

from napress.cases.verification.pressing.pressing import (
    R1_CERAMIC,
    R1_SODIUM,
    R1_WIDTH_UM,
    press_problem,
)
from napress.cases.verification.pressing.sinusoid import AMPLITUDE_UM, HALF_WAVE_UM, HalfWave
from napress.cases.verification.rows import Row, absolute
from napress.fem.coupled.problem import InterfaceProblem
from napress.fem.inputs.step_control import StepControl
from napress.meshes.surfaces import Flat, build_surface
from napress.postprocess.measures.interface import closure_percent, measure_interface

CERAMIC_UM = 40.0
RIDGE_MPa = (1.0, 2.0, 3.0)
ELEMENTS, FINE_2D = 8, 32  # on half the wave
RIDGE_TOLERANCE_PERCENT, ENERGY_TOLERANCE_PERCENT = 2.0, 1.0
UNIFORM_TOLERANCE = 1e-3
CONTROL = StepControl(void_error_percent=2.0, first_step_um=0.02)


def flat_faces(elements: int = 4, pressure_MPa: float = 20.0) -> list[Row]:
    """Every facet of a flat face carries the mean pressure.

    Args:
        elements: Along each side.
        pressure_MPa: Mean pressure.
    """
    surface = build_surface(Flat(), R1_WIDTH_UM, 3)
    problem = InterfaceProblem(surface, elements, R1_WIDTH_UM, CERAMIC_UM, R1_SODIUM, R1_CERAMIC)
    pressed = press_problem(problem, (pressure_MPa,), CONTROL)
    face = pressed.snapshots[-1].interface
    spread = float(np.abs(face.pressure_MPa / pressure_MPa - 1).max())
    return [
        absolute(
            f"flat faces at {pressure_MPa:g} MPa, 3-D: largest deviation of the pressure",
            0.0,
            spread,
            UNIFORM_TOLERANCE,
            "1",
            f"{elements} x {elements} elements, over every point of the face",
        )
    ]


def ridge_against_plane_strain(
    elements: int = ELEMENTS, pressures_MPa: tuple[float, ...] = RIDGE_MPa
) -> list[Row]:
    """Void of a ridge in 3-D and in plane strain, and the energy balance in 3-D.

    Args:
        elements: On half the ridge in 3-D; half of it, but at least 4, along it.
        pressures_MPa: Mean pressures.
    """
    wave = HalfWave(AMPLITUDE_UM)
    along = max(elements // 2, 4)
    depth = HALF_WAVE_UM * along / elements
    solid = build_surface(wave, (HALF_WAVE_UM, depth), 3)
    plane = build_surface(wave, HALF_WAVE_UM)
    rows = []
    both = [
        press_problem(
            InterfaceProblem(surface, count, R1_WIDTH_UM, CERAMIC_UM, R1_SODIUM, R1_CERAMIC),
            pressures_MPa,
            CONTROL,
        )
        for surface, count in ((solid, (elements, along)), (plane, FINE_2D))
    ]
    for pressure, *shots in zip(pressures_MPa, *(one.snapshots for one in both), strict=True):
        left = [
            100.0 - closure_percent(measure_interface(shot.interface).void_um, shot.initial_void_um)
            for shot in shots
        ]
        rows.append(
            absolute(
                f"ridge at {pressure:g} MPa, 3-D and plane strain: void left",
                left[1],
                left[0],
                RIDGE_TOLERANCE_PERCENT,
                "% of the first",
                f"{elements} x {along} elements on half the ridge against {FINE_2D} in 2-D",
            )
        )
    rows.append(
        absolute(
            "ridge in 3-D: energy not accounted for",
            0.0,
            both[0].snapshots[-1].energy.error_percent,
            ENERGY_TOLERANCE_PERCENT,
            "% of the work",
        )
    )
    return rows
