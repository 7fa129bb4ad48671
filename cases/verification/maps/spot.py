"""Conduction from one round spot into a square column."""

from __future__ import annotations

import math

import napress.meshes.backend  # noqa: F401  orders the imports below

import numpy as np
from mpi4py import MPI

from napress.cases.verification.rows import Row, relative
from napress.fem.conduction.electrolyte import Electrolyte
from napress.meshes.interface_mesh import build_ceramic
from napress.meshes.surfaces import Flat, build_surface
from napress.postprocess.measures.contact_map import Touching
from napress.postprocess.resistance.contact import ContactResistance
from napress.postprocess.resistance.resistance import measure
from napress.postprocess.theory import conduction as closed_forms

WIDTH_UM = 20.0
CONDUCTIVITY_mS_PER_CM = 0.46
RADIUS_UM = 4.0
FACETS = 10
# The column is square, the closed form's round with as much area; the rim of the spot falls
# anywhere in the facets.
TUBE_TOLERANCE = 0.05


def one_spot(facets: int = FACETS, radius_um: float = RADIUS_UM) -> list[Row]:
    """A spot in the middle of a column, against the form for a round tube of its area.

    Args:
        facets: Facets along each side of the contact face.
        radius_um: Radius of the spot.
    """
    surface = build_surface(Flat(), WIDTH_UM, 3)
    body = build_ceramic(surface, WIDTH_UM, facets, MPI.COMM_SELF)
    electrolyte = Electrolyte(body, CONDUCTIVITY_mS_PER_CM)
    found, _ = measure(electrolyte, _round(radius_um), ContactResistance())
    tube = WIDTH_UM / math.sqrt(math.pi)
    expected = closed_forms.spot_in_tube_asr_ohm_cm2(radius_um, tube, CONDUCTIVITY_mS_PER_CM)
    return [
        relative(
            f"spot of radius {radius_um:g} um in a column of {WIDTH_UM:g} um: constriction",
            expected,
            found.constriction_asr_ohm_cm2,
            TUBE_TOLERANCE,
            "ohm cm2",
            f"{facets} x {facets} facets, refined at the rim; round tube of the same area",
        )
    ]


def _round(radius_um: float) -> Touching:
    middle = WIDTH_UM / 2
    return lambda points: np.hypot(*(points[:, :2] - middle).T) <= radius_um
