"""Healing: a wave of contact pressure levels by diffusion along the interface.

The elastic wave of the Westergaard check, pressed until all of it touches: the pressure is then
even but for ``p* cos kx``, and diffusion takes metal from its crests to its valleys at a rate
that decays with it, ``M k^3 E*/2``.
"""

from __future__ import annotations

import math

import napress.meshes.backend  # noqa: F401  orders the imports below

import numpy as np
from mpi4py import MPI
from numpy.typing import NDArray

from napress.cases.verification.contact.elastic_contact import (
    AMPLITUDE_UM,
    CERAMIC,
    SODIUM_POISSON,
    WAVELENGTH_UM,
    YIELD_OVER_CLOSURE,
    SODIUM_YOUNG_MPa,
)
from napress.cases.verification.pressing.stripping import SODIUM_cm3_PER_mol, strip
from napress.cases.verification.rows import Row, absolute, relative
from napress.fem.coupled.problem import InterfaceProblem, build_system
from napress.fem.inputs.constants import ROOM_TEMPERATURE_K
from napress.fem.inputs.contact_law import ContactLaw
from napress.fem.inputs.load_program import Hold, PressureTarget
from napress.fem.inputs.materials import PlasticMetal
from napress.fem.inputs.stripping import Stripping
from napress.fem.snapshot import Snapshot
from napress.fem.stepping.healing import mobility_um3_per_MPa_s
from napress.meshes.surfaces import Sinusoid, build_surface
from napress.postprocess import theory as closed_forms
from napress.postprocess.theory.stripping import levelling_time_s

Array = NDArray[np.float64]
ELEMENTS, HOLDS = 32, 10
DIFFUSION_UM3_PER_S = 1e-2
PRESSED_TO = 1.2  # times closure
METAL_TOLERANCE = 2e-3  # of the amplitude of the wave


def levelling_wave(elements: int = ELEMENTS, holds: int = HOLDS) -> list[Row]:
    """The wave of pressure after one time of decay, in several holds.

    Args:
        elements: Interface elements per wavelength.
        holds: Into how many the time is divided; each is one step or more.
    """
    modulus = closed_forms.effective_modulus_MPa(
        SODIUM_YOUNG_MPa, SODIUM_POISSON, CERAMIC.young_MPa, CERAMIC.poisson
    )
    closure = closed_forms.westergaard_closure_pressure_MPa(modulus, AMPLITUDE_UM, WAVELENGTH_UM)
    numbers = Stripping(SODIUM_cm3_PER_mol, 1.0, diffusion_um3_per_s=DIFFUSION_UM3_PER_S)
    mobility = mobility_um3_per_MPa_s(numbers, ROOM_TEMPERATURE_K)
    decay_s = levelling_time_s(mobility, WAVELENGTH_UM, modulus)
    metal = PlasticMetal(SODIUM_YOUNG_MPa, SODIUM_POISSON, YIELD_OVER_CLOSURE * closure)
    surface = build_surface(Sinusoid(AMPLITUDE_UM, WAVELENGTH_UM, math.pi), WAVELENGTH_UM)
    law = ContactLaw(further=(numbers,))
    problem = InterfaceProblem(surface, elements, WAVELENGTH_UM, WAVELENGTH_UM, metal, CERAMIC, law)
    system = build_system(problem, MPI.COMM_SELF)
    pressed = (PressureTarget(PRESSED_TO * closure), Hold(0.0))
    found = strip(system, (*pressed, *[Hold(decay_s / holds)] * holds)).snapshots
    before = [one for one in found if one.is_target][1]
    ratio = _ripple_MPa(found[-1]) / _ripple_MPa(before)
    begin, end = (one.stripped.metal_left_um for one in (before, found[-1]))
    return [
        relative(
            "wave in full contact: ripple of the pressure",
            closure,
            _ripple_MPa(before),
            0.03,
            "MPa",
        ),
        relative(
            "wave levelling by diffusion: ripple after one time of decay",
            math.exp(-1),
            ratio,
            0.03,
            "1",
        ),
        absolute(
            "wave levelling by diffusion: metal before and after",
            begin,
            end,
            METAL_TOLERANCE * AMPLITUDE_UM,
            "um",
        ),
    ]


def _ripple_MPa(snapshot: Snapshot) -> float:
    """Amplitude of the wave of the contact pressure, its first Fourier coefficient."""
    face = snapshot.interface
    phase = np.cos(2 * np.pi * face.position_um[..., 0] / WAVELENGTH_UM)
    return abs(
        2 * float((face.area_um * phase * face.pressure_MPa).sum()) / float(face.area_um.sum())
    )
