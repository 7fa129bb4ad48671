"""Void and contact of an egg-box against the size of its facets.

The egg-box has planes of symmetry half a wave apart. A cell of half a wave between
frictionless walls is the same problem with a quarter of the unknowns, so that facets of a
thirty-second of the wave cost what sixteenths cost on the whole cell.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from napress.cases.verification.pressing.pressing import (
    R1_CERAMIC,
    R1_SODIUM,
    R1_WIDTH_UM,
    Pressed,
    press_problem,
)
from napress.cases.verification.rows import Row, absolute
from napress.fem.coupled.problem import InterfaceProblem
from napress.fem.inputs.step_control import StepControl
from napress.meshes.surface_components import Array, Evaluation, Shape, Width, lateral_widths
from napress.meshes.surfaces import build_surface
from napress.postprocess.measures.interface import measure_interface

AMPLITUDE_UM, WAVELENGTH_UM, CERAMIC_UM = 1.0, 20.0, 40.0
FACETS_A_WAVE = (8, 16, 32)
PRESSURES_MPa = (1.0, 2.0, 3.0)
# Of the initial void and of the cell, with 8 and with 16 facets against 32: an error that is
# of first order in the facet is three times as large with 8 as with 16.
TOLERANCES = (0.03, 0.01)
CONTROL = StepControl(void_error_percent=0.5)  # what a map accepts by default


@dataclass(frozen=True)
class QuarterEggBox:
    """A quarter of an egg-box's period: peak in one corner, valley in the opposite one.

    Attributes:
        amplitude_um: Half of the peak-to-valley height.
    """

    amplitude_um: float

    def bind(self, width_um: Width, dimension: int) -> Shape:
        """Binds the component to a square cell of half a wavelength."""
        width = float(lateral_widths(width_um, dimension)[0])
        wavenumber = math.pi / width
        share = self.amplitude_um / (dimension - 1)
        diagonal = np.arange(dimension - 1)

        def evaluate(points: Array) -> Evaluation:
            wave = share * np.cos(wavenumber * points)
            hessian = np.zeros((*points.shape, dimension - 1))
            hessian[:, diagonal, diagonal] = -(wavenumber**2) * wave
            return wave.sum(axis=1), -wavenumber * share * np.sin(wavenumber * points), hessian

        return Shape(evaluate, 2 * width)


def _pressed(facets_a_wave: int, pressures_MPa: tuple[float, ...]) -> Pressed:
    surface = build_surface(QuarterEggBox(AMPLITUDE_UM), WAVELENGTH_UM / 2, 3)
    elements = facets_a_wave // 2
    problem = InterfaceProblem(surface, elements, R1_WIDTH_UM, CERAMIC_UM, R1_SODIUM, R1_CERAMIC)
    return press_problem(problem, pressures_MPa, CONTROL)


def mesh_convergence(
    facets_a_wave: tuple[int, ...] = FACETS_A_WAVE,
    pressures_MPa: tuple[float, ...] = PRESSURES_MPa,
) -> list[Row]:
    """Void and contact with coarser facets against the finest.

    Args:
        facets_a_wave: Three even numbers, increasing.
        pressures_MPa: Mean pressures.
    """
    found = []
    for facets in facets_a_wave:
        pressed = _pressed(facets, pressures_MPa)
        faces = [measure_interface(shot.interface) for shot in pressed.snapshots]
        found.append(
            [(face.void_um / pressed.initial_void, face.contact_fraction) for face in faces]
        )
    finest, rows = found[-1], []
    for at, pressure in enumerate(pressures_MPa):
        for coarse, facets, tolerance in zip(found[:-1], facets_a_wave, TOLERANCES, strict=False):
            label = f"egg-box at {pressure:g} MPa, {facets} facets a wave"
            note = f"against {facets_a_wave[-1]} facets; a quarter of the period"
            rows += [
                absolute(f"{label}: void left", finest[at][0], coarse[at][0], tolerance, "1", note),
                absolute(
                    f"{label}: contact fraction", finest[at][1], coarse[at][1], tolerance, "1"
                ),
            ]
    return rows
