"""Builds the coupled system of a case from plain parameters."""

from __future__ import annotations

from dataclasses import dataclass

import napress.meshes.backend  # noqa: F401  orders the imports below

from mpi4py import MPI

from napress.fem.ceramic.body import Ceramic
from napress.fem.ceramic.deflection import DeflectionBasis
from napress.fem.coupled.system import CoupledSystem
from napress.fem.inputs.contact_law import ContactLaw
from napress.fem.inputs.materials import ElasticCeramic, PlasticMetal
from napress.fem.inputs.size_effect import SizeEffect, local_strength
from napress.fem.sodium.body import Sodium
from napress.fem.timing import StageTimers
from napress.meshes.interface_mesh import (
    Count,
    build_ceramic,
    build_sodium,
    facet_size_um,
    per_direction,
)
from napress.meshes.surfaces import Surface

# Metal that yields is smooth away from the surface: its elements grow by so much of the
# distance to it, up to a quarter of the thickness. By dimension; what it costs in accuracy is
# in docs/solver.md.
SODIUM_GROWTH = {2: 0.8, 3: 0.65}
LARGEST_SODIUM_SHARE = 0.25


@dataclass(frozen=True)
class InterfaceProblem:
    """What is pressed onto what.

    Attributes:
        surface: The ceramic's undeformed surface.
        elements: Interface elements of the sodium across the cell: one number, or one per
            lateral direction.
        sodium_thickness_um: Thickness of the sodium.
        ceramic_thickness_um: Depth of the ceramic below its highest peak.
        sodium: Material of the metal.
        ceramic: Material of the electrolyte.
        law: Friction, adhesion and trapped gas between them.
        size_effect: How strength grows as the roughness gets finer, if it does.
    """

    surface: Surface
    elements: Count
    sodium_thickness_um: float
    ceramic_thickness_um: float
    sodium: PlasticMetal
    ceramic: ElasticCeramic
    law: ContactLaw = ContactLaw()
    size_effect: SizeEffect | None = None


def build_system(problem: InterfaceProblem, comm: MPI.Comm) -> CoupledSystem:
    """Meshes both bodies and sets up the coupled system; collective.

    Args:
        problem: What to press.
        comm: Communicator of the sodium; each rank holds the whole ceramic.

    Raises:
        MeshingError: If Gmsh fails.
    """
    timers = StageTimers()
    surface = problem.surface
    counts = per_direction(problem.elements, surface.dimension)
    size = facet_size_um(surface.widths_um, counts)
    with timers.stage("setup"):
        sodium_body = build_sodium(
            surface.widths_um,
            problem.sodium_thickness_um,
            counts,
            comm,
            dimension=surface.dimension,
            growth=SODIUM_GROWTH[surface.dimension],
            largest_um=max(LARGEST_SODIUM_SHARE * problem.sodium_thickness_um, size),
        )
        # The ceramic's facets and spline intervals are the sodium's facets at first touch:
        # with knots inside the facets a uniform pressure is handed over to 5e-6 only,
        # with common ones to rounding.
        intervals = tuple(max(count, 4) for count in counts)
        ceramic_body = build_ceramic(
            surface, problem.ceramic_thickness_um, intervals, MPI.COMM_SELF
        )
        basis = DeflectionBasis(surface.widths_um, intervals)
        strength = None
        if problem.size_effect is not None:
            strength = local_strength(problem.size_effect, surface, problem.sodium.yield_MPa)
        sodium = Sodium(sodium_body, problem.sodium, size, problem.law, strength)
        ceramic = Ceramic(ceramic_body, surface, problem.ceramic, basis)
    return CoupledSystem(sodium, ceramic, surface, timers)
