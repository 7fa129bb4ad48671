"""Where the sodium's discrete values sit in its reference mesh."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import napress.meshes.backend  # noqa: F401  orders the imports below
from napress.meshes.backend import JIT_OPTIONS

import basix
import numpy as np
import ufl
from dolfinx import fem

from napress.fem.sodium.body import Sodium
from napress.fem.sodium.weak_form import BULK_DEGREE


class ReferencePoints:
    """Reference coordinates of the sodium's discrete values on this rank, µm.

    Attributes:
        nodes: Of the displacement, (nodes, dimension).
        pressure_dofs: Where the pressures sit among the mixed unknowns, (vertices,).
        vertices: Of the pressure, (vertices, dimension).
        cells: Of the history, (cells * points, dimension).
        face: Of the facet points, (n, dimension).
    """

    def __init__(self, sodium: Sodium) -> None:
        mesh, dimension = sodium.body.mesh, sodium.dimension
        self.nodes = sodium.displacement_space.tabulate_dof_coordinates()[:, :dimension]
        pressures, dofs = sodium.space.sub(1).collapse()
        self.pressure_dofs = np.asarray(dofs, dtype=np.int32).ravel()
        self.vertices = pressures.tabulate_dof_coordinates()[:, :dimension]
        rule = basix.make_quadrature(mesh.basix_cell(), BULK_DEGREE[dimension])[0]
        position = fem.Expression(ufl.SpatialCoordinate(mesh), rule, jit_options=JIT_OPTIONS)
        self.cells = position.eval(mesh, sodium.plastic.cells).reshape(-1, dimension)
        face = sodium.face
        position = fem.Expression(
            ufl.SpatialCoordinate(face.mesh), face.rule, jit_options=JIT_OPTIONS
        )
        self.face = position.eval(face.mesh, face.facets).reshape(-1, dimension)


_KNOWN: WeakKeyDictionary[Sodium, ReferencePoints] = WeakKeyDictionary()


def reference_points(sodium: Sodium) -> ReferencePoints:
    """The points of a body, found once: they do not move."""
    if sodium not in _KNOWN:
        _KNOWN[sodium] = ReferencePoints(sodium)
    return _KNOWN[sodium]
