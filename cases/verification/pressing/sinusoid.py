"""The reference sinusoid: default settings, mesh and step convergence, energy.

How convergence is shown. The wave is symmetric, so half a wavelength between
frictionless walls is the same problem at half the cost. It is pressed with steps
of at most 5 and 2.5 nm and with facets of wavelength/128 and /256. Implicit Euler
is of first order in the step, so the limit of small steps of the void is the finer
result plus the difference of the two; contact moves facet by facet, so the finest
result stands for its limit. Compared are

- the finer step with the limit of none, for contact with the coarser step (step),
- the two meshes with the finer step (mesh),
- the full cell with default settings with steps that accept a fifth of the error and of the
  closure, for contact with the finest result (default settings).

The first two to 2 % of the value itself, plus, for the void, 0.01 % of the initial
void: at 5 MPa 99.9 % is closed, and 2 % of what is left is 2e-4 um^2. The last to
1 % of what is left of the void, 5 % of it at 5 MPa, and 2 % of the contact itself. Notes
give the void's difference in percent of the value itself.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from napress.cases.verification.pressing.pressing import Pressed, press_problem, sinusoid_problem
from napress.cases.verification.rows import Row, absolute, relative
from napress.fem.algebra import tensors
from napress.fem.coupled.problem import InterfaceProblem
from napress.fem.inputs.step_control import StepControl
from napress.meshes.surface_components import (
    Array,
    Evaluation,
    Shape,
    Width,
    along_x,
    lateral_widths,
)
from napress.meshes.surfaces import build_surface
from napress.postprocess.measures.interface import measure_interface

PRESSURES_MPa = (0.5, 1.0, 2.0, 3.0, 5.0)
TO_FULL_LOAD_MPa = (*PRESSURES_MPa, 10.0, 30.0, 100.0, 360.0)
COARSE_STEP_UM, FINE_STEP_UM = 0.005, 0.0025
# Facets on half the wave: 128 and 256 on the whole.
COARSE_HALF, FINE_HALF = 64, 128
DEFAULT_ELEMENTS = 128
TOLERANCE, VOID_FLOOR = 0.02, 1e-4
# Of what is left of the void, with default settings, at each pressure.
DEFAULT_TOLERANCES = (0.01, 0.01, 0.01, 0.01, 0.05)
FINER = 5  # times smaller is the error that steps accept which default ones are held against
ENERGY_PERCENT = 0.2
AMPLITUDE_UM, HALF_WAVE_UM = 1.0, 10.0


@dataclass(frozen=True)
class HalfWave:
    """Half a cosine, peak at 0 and valley at the width.

    Attributes:
        amplitude_um: Half of the peak-to-valley height.
    """

    amplitude_um: float

    def bind(self, width_um: Width, dimension: int) -> Shape:
        """Binds the component to a cell of half a wavelength."""
        half_wave = float(lateral_widths(width_um, dimension)[0])
        wavenumber = math.pi / half_wave

        def evaluate(points: Array) -> Evaluation:
            angle = wavenumber * points[:, 0]
            wave = self.amplitude_um * np.cos(angle)
            slope = -self.amplitude_um * wavenumber * np.sin(angle)
            return along_x(points, wave, slope, -(wavenumber**2) * wave)

        return Shape(evaluate, 2 * half_wave)


def half_wave_problem(facets: int) -> InterfaceProblem:
    """Half of the reference sinusoid between its planes of symmetry."""
    surface = build_surface(HalfWave(AMPLITUDE_UM), HALF_WAVE_UM)
    return replace(sinusoid_problem(DEFAULT_ELEMENTS), surface=surface, elements=facets)


@dataclass(frozen=True)
class Series:
    """Void, as a share of the initial void, and contact fraction at the pressures."""

    void: Array
    contact: Array


def _series(pressed: Pressed) -> Series:
    faces = [measure_interface(one.interface) for one in pressed.snapshots[: len(PRESSURES_MPa)]]
    void = np.array([face.void_um for face in faces]) / pressed.initial_void
    return Series(void, np.array([face.contact_fraction for face in faces]))


def _refined(facets: int, step_um: float) -> Pressed:
    # Steps bounded by their length alone: the error estimate is what is being judged.
    control = StepControl(void_error_percent=1000.0, first_step_um=step_um, largest_step_um=step_um)
    return press_problem(half_wave_problem(facets), PRESSURES_MPa, control)


def mesh_and_step() -> list[Row]:
    """Void and contact of the sinusoid: step, mesh, and what default settings give."""
    coarse_step = _series(_refined(COARSE_HALF, COARSE_STEP_UM))
    refined = _refined(COARSE_HALF, FINE_STEP_UM)
    fine_step = _series(refined)
    fine_mesh = _series(_refined(FINE_HALF, FINE_STEP_UM))
    limit = fine_step.void + (fine_step.void - coarse_step.void) / 3  # order two
    pressed = press_problem(sinusoid_problem(DEFAULT_ELEMENTS), TO_FULL_LOAD_MPa, StepControl())
    default = _series(pressed)
    finer = StepControl(void_error_percent=StepControl().void_error_percent / FINER)
    # On its own mesh: at 5 MPa that of half a wave differs from it by 7 %.
    exact = _series(press_problem(sinusoid_problem(DEFAULT_ELEMENTS), PRESSURES_MPa, finer))
    rows = []
    for index, pressure in enumerate(PRESSURES_MPa):
        name = f"sinusoid at {pressure:g} MPa"
        step, mesh = "steps of 2.5 nm", "wavelength/128 against wavelength/256"
        rows += [
            _void_row(f"{name}: void, step", limit[index], fine_step.void[index], step),
            _void_row(f"{name}: void, mesh", fine_mesh.void[index], fine_step.void[index], mesh),
        ]
        for kind, reference, computed, note in (
            ("step", fine_step, coarse_step, "5 nm against 2.5 nm"),
            ("mesh", fine_mesh, fine_step, mesh),
        ):
            rows.append(
                relative(
                    f"{name}: contact, {kind}",
                    reference.contact[index],
                    computed.contact[index],
                    TOLERANCE,
                    "1",
                    note,
                )
            )
        rows += _default_rows(name, index, exact.void[index], fine_mesh, default)
    return [*rows, *_energy_rows(refined, pressed), *_full_load_rows(pressed)]


def _void_row(name: str, expected: float, found: float, note: str) -> Row:
    return absolute(
        name,
        expected,
        found,
        TOLERANCE * expected + VOID_FLOOR,
        "initial void",
        f"{note}; {_own(expected, found)}",
    )


def _own(expected: float, found: float) -> str:
    return f"{100 * abs(found / expected - 1):.2g} % of the value itself"


def _default_rows(name: str, index: int, void: float, finest: Series, default: Series) -> list[Row]:
    note = f"{DEFAULT_ELEMENTS} elements, void_error {StepControl().void_error_percent:g} %"
    contact, found = finest.contact[index], default.contact[index]
    return [
        relative(
            f"{name}: void, default settings",
            void,
            default.void[index],
            DEFAULT_TOLERANCES[index],
            "initial void",
            note,
        ),
        relative(
            f"{name}: contact, default settings",
            contact,
            found,
            TOLERANCE,
            "1",
            note,
        ),
    ]


def _energy_rows(refined: Pressed, pressed: Pressed) -> list[Row]:
    """Unaccounted share of the platen's work, percent."""

    def worst(one: Pressed) -> float:
        return max(abs(snapshot.energy.error_percent) for snapshot in one.snapshots)

    last = pressed.snapshots[-1]
    default = f"{pressed.steps} steps, default settings"
    return [
        absolute(
            f"energy balance at {last.pressure_MPa:g} MPa, default settings",
            0.0,
            last.energy.error_percent,
            ENERGY_PERCENT,
            "%",
            default,
        ),
        absolute(
            f"energy balance to {last.pressure_MPa:g} MPa, default settings",
            0.0,
            worst(pressed),
            ENERGY_PERCENT,
            "%",
            f"worst load target; {default}",
        ),
        absolute(
            f"energy balance to {PRESSURES_MPa[-1]:g} MPa, steps of 2.5 nm",
            0.0,
            worst(refined),
            ENERGY_PERCENT,
            "%",
            f"worst load target; {refined.steps} steps",
        ),
    ]


def _full_load_rows(pressed: Pressed) -> list[Row]:
    last = pressed.snapshots[-1]
    face = last.interface
    area, pressure = face.area_um, face.pressure_MPa
    carried = float((area * pressure).sum()) / last.nominal_area_um
    inverse = pressed.system.sodium.plastic.inverse_plastic()
    drift = float(np.abs(tensors.determinant(inverse) - 1).max())
    at = f"sinusoid at {last.pressure_MPa:g} MPa"
    return [
        relative(
            f"{at}: contact force over platen force",
            last.pressure_MPa,
            carried,
            1e-4,
            "MPa",
            "integral of the contact pressure",
        ),
        absolute(f"{at}: plastic volume", 0.0, drift, 1e-10, "1", "largest |det - 1| of any point"),
    ]
