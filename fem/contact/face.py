"""The sodium's contact face as a mesh of its own, with data at its facet points."""

from __future__ import annotations

import napress.meshes.backend  # noqa: F401  orders the imports below
from napress.meshes.backend import JIT_OPTIONS

import basix
import basix.ufl
import numpy as np
import ufl
from dolfinx import fem, la
from dolfinx import mesh as dmesh
from numpy.typing import NDArray

from napress.meshes.interface_mesh import Boundary, TaggedMesh

Array = NDArray[np.float64]


class ContactFace:
    """Quadrature points on the contact facets this rank owns.

    Facet data are coefficients in quadrature elements on the submesh of the face;
    a form on the body reads them through ``entity_map``.

    Attributes:
        mesh: Submesh of the contact facets.
        entity_map: Between the submesh and the body.
        entities: Cell and local facet number of each facet, (facets, 2).
        rule: Quadrature points on the reference facet.
        points_per_facet: Their number.
        points: Where the facet points sit in a scalar function, (n,).
        slope_points: Where they sit in a vector function, (n,).
        reference_area: Reference area of each facet point, (n,), µm^(dimension-1).
    """

    def __init__(self, body: TaggedMesh, degree: int) -> None:
        mesh = body.mesh
        self._degree = degree
        self._dimension = dimension = mesh.geometry.dim
        facets = np.sort(body.facet_tags.find(Boundary.CONTACT))
        self.mesh, self.entity_map = dmesh.create_submesh(mesh, dimension - 1, facets)[:2]
        self.rule, weights = basix.make_quadrature(self.mesh.basix_cell(), degree)
        self.points_per_facet = len(weights)
        count = self.mesh.topology.index_map(dimension - 1).size_local
        self.facets = np.arange(count, dtype=np.int32)
        scalar = self.function(())
        self.points = scalar.function_space.dofmap.list[self.facets].ravel()
        vector = self.function((dimension - 1,)).function_space
        self.slope_points = vector.dofmap.list[self.facets].ravel()
        self.entities = self._find_entities(body)
        corners = self.corners()
        edges = corners[:, 1:] - corners[:, :1]
        size = np.abs(np.linalg.det(edges)) if count else np.zeros(0)
        self.reference_area = (size[:, None] * weights).ravel()
        self._prepare_average(scalar)

    def function(self, shape: tuple[int, ...]) -> fem.Function:
        """A function with values of a given shape at the facet points."""
        element = basix.ufl.quadrature_element(
            self.mesh.basix_cell(), value_shape=shape, degree=self._degree
        )
        return fem.Function(fem.functionspace(self.mesh, element))

    def lateral_values(self, function: fem.Function) -> Array:
        """Values of a lateral vector function at the facet points, (n, dimension-1)."""
        return function.x.array.reshape(-1, self._dimension - 1)[self.slope_points]

    def corners(self) -> Array:
        """Lateral coordinates of the facets' vertices, (facets, vertices, dimension-1)."""
        geometry = self.mesh.geometry
        return geometry.x[geometry.dofmaps[0][self.facets]][..., : self._dimension - 1]

    def _find_entities(self, body: TaggedMesh) -> NDArray[np.int32]:
        topology, facet_dim = body.mesh.topology, self._dimension - 1
        parents = self.entity_map.sub_topology_to_topology(self.facets, False)
        topology.create_connectivity(facet_dim, facet_dim + 1)
        topology.create_connectivity(facet_dim + 1, facet_dim)
        to_cell = topology.connectivity(facet_dim, facet_dim + 1)
        to_facet = topology.connectivity(facet_dim + 1, facet_dim)
        rows = []
        for facet in parents:
            cell = to_cell.links(facet)[0]
            rows.append((cell, np.flatnonzero(to_facet.links(cell) == facet)[0]))
        return np.array(rows, dtype=np.int32).reshape(-1, 2)

    def _prepare_average(self, scalar: fem.Function) -> None:
        linear = fem.functionspace(self.mesh, ("Lagrange", 1))
        self._vertex_values = fem.Function(linear)
        self._point_values = scalar
        test = ufl.TestFunction(linear)
        measure = ufl.Measure("dx", self.mesh, metadata={"quadrature_degree": self._degree})
        self._average = fem.form(self._point_values * test * measure, jit_options=JIT_OPTIONS)
        mass = fem.assemble_vector(fem.form(test * measure, jit_options=JIT_OPTIONS))
        mass.scatter_reverse(la.InsertMode.add)
        self._vertex_mass = mass.array.copy()
        self._interpolate = fem.Expression(self._vertex_values, self.rule, jit_options=JIT_OPTIONS)

    def facet_average(self, values: Array) -> Array:
        """Point values averaged over each facet's points, (n,) to (facets,)."""
        return values.reshape(-1, self.points_per_facet).mean(1)

    def vertex_average(self, values: Array) -> Array:
        """Point values averaged at vertices (lumped) and interpolated back, (n,) to (n,)."""
        self._point_values.x.array[self.points] = values
        load = fem.assemble_vector(self._average)
        load.scatter_reverse(la.InsertMode.add)
        owned = self._vertex_values.x.index_map.size_local
        self._vertex_values.x.array[:owned] = load.array[:owned] / self._vertex_mass[:owned]
        self._vertex_values.x.scatter_forward()
        return self._interpolate.eval(self.mesh, self.facets).ravel()
