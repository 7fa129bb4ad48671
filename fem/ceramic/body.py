"""The ceramic: linear elastic, factored once, seen by the sodium as a compliance.

Every rank holds the whole ceramic on its own communicator, so applying the
compliance needs no communication; it is small next to the sodium's cost.
"""

from __future__ import annotations

import math

import napress.meshes.backend  # noqa: F401  orders the imports below
from napress.meshes.backend import JIT_OPTIONS

import basix
import numpy as np
import ufl
from dolfinx import fem
from dolfinx import mesh as dmesh
from dolfinx.fem.petsc import assemble_matrix
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import splu
from scipy.spatial import cKDTree

from napress.fem.algebra.linear import DirectSolver
from napress.fem.ceramic.deflection import DeflectionBasis
from napress.fem.inputs.materials import ElasticCeramic
from napress.meshes.interface_mesh import Boundary, TaggedMesh
from napress.meshes.surfaces import Surface

Array = NDArray[np.float64]
PROJECTION_DEGREE = 8
# Up to this size the compliance is formed once as a dense matrix.
DENSE_LIMIT = 700
AT_ONCE = 64  # loads of it, which bounds the memory


class Ceramic:
    """Compliance of the ceramic's surface in a spline basis, and its stresses.

    A load in the dual of the basis becomes nodal forces along (slope, -1), the
    direction in which pressure acts on the rough surface; the displacement is
    measured along the same direction and projected with the same weights, so the
    compliance is symmetric and no work is lost between the bodies.

    Attributes:
        basis: The deflection basis.
        body: The tagged mesh.
    """

    def __init__(
        self, body: TaggedMesh, surface: Surface, material: ElasticCeramic, basis: DeflectionBasis
    ) -> None:
        self.body, self.material = body, material
        self.basis = basis
        mesh = body.mesh
        dimension = mesh.geometry.dim
        self.space = fem.functionspace(mesh, ("Lagrange", 2, (dimension,)))
        self.displacement = fem.Function(self.space)
        self._shear = fem.Constant(mesh, material.young_MPa / (2 * (1 + material.poisson)))
        self._lame = fem.Constant(
            mesh,
            material.young_MPa
            * material.poisson
            / ((1 + material.poisson) * (1 - 2 * material.poisson)),
        )
        trial, test = ufl.TrialFunction(self.space), ufl.TestFunction(self.space)
        bilinear = fem.form(
            ufl.inner(self._stress(trial), _strain(test)) * ufl.dx, jit_options=JIT_OPTIONS
        )
        conditions = self._walls()
        matrix = assemble_matrix(bilinear, bcs=conditions)
        matrix.assemble()
        self._solver = DirectSolver(matrix)
        self._solver.factor()
        fixed = np.unique(np.concatenate([bc.dof_indices()[0] for bc in conditions]))
        self._couple(surface, fixed)
        self._stress_expression = self._cell_stress(material.poisson)
        self._dense: Array | None = None
        if basis.size <= DENSE_LIMIT:
            self._dense = self._compliance()

    def _compliance(self) -> Array:
        """Deflection under each load alone, (load, deflection): many solves in one pass."""
        loads = np.eye(self.basis.size)
        answers = [
            self._solver.solve_many(np.column_stack([self._forces(load) for load in some]))
            for some in np.array_split(loads, math.ceil(len(loads) / AT_ONCE))
        ]
        return np.array([self._recession(moved) for block in answers for moved in block.T])

    def _stress(self, displacement):
        strain = _strain(displacement)
        identity = ufl.Identity(self.body.mesh.geometry.dim)
        return 2 * self._shear * strain + self._lame * ufl.tr(strain) * identity

    def _walls(self) -> list:
        """Base clamped, side walls frictionless."""
        dimension = self.body.mesh.geometry.dim
        tags, facet_dim = self.body.facet_tags, dimension - 1
        base = fem.locate_dofs_topological(self.space, facet_dim, tags.find(Boundary.FAR))
        conditions = [fem.dirichletbc(np.zeros(dimension), base, self.space)]
        for axis, side in zip(
            range(dimension - 1), (Boundary.SIDE_X, Boundary.SIDE_Y), strict=False
        ):
            component = self.space.sub(axis)
            dofs = fem.locate_dofs_topological(component, facet_dim, tags.find(side))
            conditions.append(fem.dirichletbc(0.0, dofs, component))
        return conditions

    def _couple(self, surface: Surface, fixed: NDArray[np.int32]) -> None:
        """Projection between nodal values on the contact face and the spline basis."""
        mesh, facet_dim = self.body.mesh, self.body.mesh.geometry.dim - 1
        facets = self.body.facet_tags.find(Boundary.CONTACT)
        face = dmesh.create_submesh(mesh, facet_dim, facets)[0]
        trace = fem.functionspace(face, ("Lagrange", 2))
        rule, weights = basix.make_quadrature(face.basix_cell(), PROJECTION_DEGREE)
        shapes = trace.element.basix_element.tabulate(0, rule)[0, :, :, 0]
        corners = face.geometry.x[face.geometry.dofmaps[0]][..., :facet_dim]
        barycentric = np.column_stack([1 - rule.sum(1), rule])
        points = np.einsum("qk,fkd->fqd", barycentric, corners)
        edges = corners[:, 1:] - corners[:, :1]
        area = np.abs(np.linalg.det(edges))[:, None] * weights

        dofs = trace.dofmap.list
        facet_count, point_count = points.shape[:2]
        rows = np.arange(facet_count * point_count).reshape(facet_count, point_count)
        evaluate = sparse.csr_array(
            (
                np.broadcast_to(shapes, (facet_count, *shapes.shape)).ravel(),
                (
                    np.repeat(rows.ravel(), dofs.shape[1]),
                    np.repeat(dofs[:, None, :], point_count, axis=1).ravel(),
                ),
            ),
            shape=(rows.size, trace.dofmap.index_map.size_local),
        )
        values = self.basis.values(points.reshape(-1, facet_dim)).matrix()
        weighted = sparse.diags_array(area.ravel()) @ values
        # The projection and its transpose stay sparse but for the factored mass matrix:
        # together they would fill as many numbers as the square of the nodes on the face.
        self._mass = splu((values.T @ weighted).tocsc())
        self._pairing = (weighted.T @ evaluate).tocsr()

        trace_points = trace.tabulate_dof_coordinates()
        tree = cKDTree(self.space.tabulate_dof_coordinates())
        _, nodes = tree.query(trace_points)
        self._dofs = nodes[:, None] * (facet_dim + 1) + np.arange(facet_dim + 1)
        slope = surface.gradient(trace_points[:, :facet_dim])
        direction = np.column_stack([slope, -np.ones(len(slope))])
        movable = ~np.isin(self._dofs, fixed)
        self._direction = direction * movable
        self._tangents = [
            np.column_stack([np.tile(axis, (len(slope), 1)), slope[:, number]]) * movable
            for number, axis in enumerate(np.eye(facet_dim))
        ]

    def _projected(self, nodal: Array) -> Array:
        """Spline coefficients of a field given at the nodes of the contact face."""
        return self._mass.solve(self._pairing @ nodal)

    def _nodal(self, load: Array) -> Array:
        """The transpose of ``_projected``: forces at the nodes from a load by splines."""
        return self._pairing.T @ self._mass.solve(load)

    def _forces(self, load: Array, drag: Array | None = None) -> Array:
        """Forces on the unknowns."""
        forces = np.zeros(self.space.dofmap.index_map.size_local * self._dofs.shape[1])
        forces[self._dofs] = self._direction * self._nodal(load)[:, None]
        for tangent, one in zip(self._tangents, () if drag is None else drag, strict=False):
            forces[self._dofs] += tangent * self._nodal(one)[:, None]
        return forces

    def _recession(self, moved: Array) -> Array:
        """Spline coefficients of the recession along the pressure of what has moved."""
        return self._projected((self._direction * moved[self._dofs]).sum(1))

    def deflection(self, load: Array) -> Array:
        """How far the surface recedes under a load.

        Args:
            load: Contact load tested with each basis function, (basis size,), force.

        Returns:
            Spline coefficients of the recession along the pressure, (basis size,), µm.
        """
        if getattr(self, "_dense", None) is not None:
            return self._dense @ load
        return self._recession(self._solver.solve(self._forces(load)))

    def drag_recession(self, drag: Array) -> Array:
        """How far the surface recedes under a load along it.

        Args:
            drag: Load along the surface by lateral direction, tested with each basis
                function, (dimension-1, basis size), force.

        Returns:
            Spline coefficients of the recession, as of ``deflection``.
        """
        return self._recession(self._solver.solve(self._forces(np.zeros(self.basis.size), drag)))

    def set_load(self, load: Array, drag: Array | None = None) -> None:
        """Updates ``displacement`` to the equilibrium under a contact load.

        Args:
            load: Load along the pressure, as of ``deflection``.
            drag: Load along the surface, as of ``drag_recession``.
        """
        self.displacement.x.array[:] = self._solver.solve(self._forces(load, drag))

    def _cell_stress(self, poisson: float) -> fem.Expression:
        mesh = self.body.mesh
        stress = self._stress(self.displacement)
        if mesh.geometry.dim == 2:
            out_of_plane = poisson * (stress[0, 0] + stress[1, 1])
            six = [stress[0, 0], stress[1, 1], out_of_plane, stress[0, 1], 0, 0]
        else:
            six = [stress[i, j] for i, j in ((0, 0), (1, 1), (2, 2), (0, 1), (1, 2), (0, 2))]
        centre = basix.make_quadrature(mesh.basix_cell(), 1)[0]
        return fem.Expression(ufl.as_vector(six), centre, jit_options=JIT_OPTIONS)

    def cell_stress(self) -> Array:
        """Stress at each cell's centroid for the present displacement.

        Returns:
            xx, yy, zz, xy, yz, xz per cell, (cells, 6), MPa, tension positive.
        """
        mesh = self.body.mesh
        cells = np.arange(mesh.topology.index_map(mesh.topology.dim).size_local, dtype=np.int32)
        return self._stress_expression.eval(mesh, cells).reshape(len(cells), 6)


def _strain(displacement):
    return ufl.sym(ufl.grad(displacement))
