"""The whole pellet, linear elastic, factored once: compliances of its two faces, stresses.

Axisymmetric on a half section, with the hoop strain and the weight 2 pi r, or
three-dimensional on half a disc, with the weight 2: loads and volumes are those of
the full pellet either way. Both faces are frictionless (the sodium's shear stress
is at most its shear yield stress); pressures on them are linear between vertices.
The die sleeve is an elastic bedding of the side. Motions that nothing resists are
held at single points and returned as rigid modes, so that the reaction there
vanishes once the loads are in equilibrium.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import napress.meshes.backend  # noqa: F401  orders the imports below
from napress.meshes.backend import JIT_OPTIONS

import numpy as np
import ufl
from dolfinx import fem
from dolfinx import mesh as dmesh
from dolfinx.fem.petsc import assemble_matrix, assemble_vector
from numpy.typing import NDArray
from scipy import sparse
from scipy.spatial import cKDTree

from napress.fem.algebra.linear import DirectSolver
from napress.fem.inputs.materials import ElasticCeramic
from napress.meshes.interface_mesh import TaggedMesh
from napress.meshes.pellet_mesh import PelletBoundary

Array = NDArray[np.float64]
# A rigid die is a bedding this many times stiffer than the pellet over its radius.
RIGID_RATIO = 1e5


@dataclass(frozen=True)
class Face:
    """The vertices and facets of one face of the pellet.

    Attributes:
        points_um: Lateral position of each vertex, (points, 1) or (points, 2).
        facets: Vertices of each facet, (facets, 2) or (facets, 3).
        mass_um2: Area integrals of products of the hat functions, (points, points);
            its sum is the area of the full face.
    """

    points_um: Array
    facets: NDArray[np.int64]
    mass_um2: Array

    @property
    def area_um2(self) -> Array:
        """Area that each vertex stands for, (points,)."""
        return self.mass_um2.sum(axis=1)


@dataclass(frozen=True)
class FaceCompliance:
    """How the faces move under pressures on them, tested with the hat functions.

    Lowering of the interface: ``top @ p - across @ q - top_modes @ a``; height of
    the support face: ``bottom @ q - across.T @ p + bottom_modes @ a``; equilibrium:
    ``bottom_modes.T @ q = top_modes.T @ p``, with p and q the pressures at the
    vertices of interface and support and a the rigid motions.

    Attributes:
        top: (interface points, interface points), µm^3/MPa.
        across: (interface points, support points), µm^3/MPa.
        bottom: (support points, support points), µm^3/MPa.
        top_modes: (interface points, modes).
        bottom_modes: (support points, modes).
    """

    top: Array
    across: Array
    bottom: Array
    top_modes: Array
    bottom_modes: Array


class ElasticPellet:
    """Finite elements of the pellet.

    Attributes:
        body: The tagged mesh.
        interface: The upper face.
        support: The lower face.
        displacement: Present displacement, set by `set_pressures` or `set_isostatic`.
        rigid_modes: Modes of `FaceCompliance`: lift, and in 3-D without a sleeve tilt.
    """

    def __init__(
        self, body: TaggedMesh, material: ElasticCeramic, sleeve_MPa_per_um: float = 0.0
    ) -> None:
        """Assembles and factors.

        Args:
            body: Section or half disc of `napress.meshes.pellet_mesh`, on one rank.
            material: Elastic constants.
            sleeve_MPa_per_um: Pressure of the die per radial motion of the side: 0
                without a die, infinite for a rigid one.
        """
        self.body, self._mesh = body, body.mesh
        self._dimension = body.mesh.geometry.dim
        radius = float(body.mesh.geometry.x[:, 0].max())
        self._bedding_value = min(sleeve_MPa_per_um, RIGID_RATIO * material.young_MPa / radius)
        self._space = fem.functionspace(body.mesh, ("Lagrange", 2, (self._dimension,)))
        self._vertex_space = fem.functionspace(body.mesh, ("Lagrange", 1))
        self.displacement = fem.Function(self._space)
        self._weight = 2 * math.pi * ufl.SpatialCoordinate(body.mesh)[0]
        if self._dimension == 3:
            self._weight = ufl.as_ufl(2.0)
        self._ds = ufl.Measure("ds", body.mesh, subdomain_data=body.facet_tags)
        self._factor(material)
        self.interface = self._face(PelletBoundary.INTERFACE)
        self.support = self._face(PelletBoundary.SUPPORT)
        self._load_top = self._face_load(PelletBoundary.INTERFACE)
        self._load_bottom = self._face_load(PelletBoundary.SUPPORT)
        self._prepare_stress()
        self._responses: tuple[Array, Array] | None = None

    def _strain(self, displacement):
        """Strain in three dimensions; of a section in the order radius, height, hoop."""
        gradient = ufl.grad(displacement)
        if self._dimension == 3:
            return ufl.sym(gradient)
        radius = ufl.SpatialCoordinate(self._mesh)[0]
        shear = (gradient[0, 1] + gradient[1, 0]) / 2
        return ufl.as_tensor(
            [
                [gradient[0, 0], shear, 0],
                [shear, gradient[1, 1], 0],
                [0, 0, displacement[0] / radius],
            ]
        )

    def _stress(self, displacement):
        strain = self._strain(displacement)
        return 2 * self._shear * strain + self._lame * ufl.tr(strain) * ufl.Identity(3)

    def _factor(self, material: ElasticCeramic) -> None:
        mesh, poisson = self._mesh, material.poisson
        modulus = material.young_MPa / (1 + poisson)
        self._shear = fem.Constant(mesh, modulus / 2)
        self._lame = fem.Constant(mesh, modulus * poisson / (1 - 2 * poisson))
        self._bedding = fem.Constant(mesh, self._bedding_value)
        trial, test = ufl.TrialFunction(self._space), ufl.TestFunction(self._space)
        normal = ufl.FacetNormal(mesh)
        bilinear = ufl.inner(self._stress(trial), self._strain(test)) * self._weight * ufl.dx
        radial = ufl.dot(trial, normal) * ufl.dot(test, normal)
        bilinear += self._bedding * radial * self._weight * self._ds(int(PelletBoundary.SIDE))
        conditions = self._held()
        matrix = assemble_matrix(fem.form(bilinear, jit_options=JIT_OPTIONS), bcs=conditions)
        matrix.assemble()
        self._solver = DirectSolver(matrix)
        self._solver.factor()
        self._fixed = np.unique(np.concatenate([bc.dof_indices()[0] for bc in conditions]))

    def _held(self) -> list:
        """Symmetry, and one point for each rigid motion."""
        tags, last = self.body.facet_tags, self._dimension - 1
        conditions = []

        def hold(axis: int, dofs: NDArray[np.int32]) -> None:
            conditions.append(fem.dirichletbc(0.0, dofs.astype(np.int32), self._space.sub(axis)))

        plane = tags.find(PelletBoundary.SYMMETRY)
        if plane.size:
            component = self._space.sub(0 if self._dimension == 2 else 1)
            dofs = fem.locate_dofs_topological(component, last, plane)
            conditions.append(fem.dirichletbc(0.0, dofs, component))
        nodes = self._space.tabulate_dof_coordinates()
        size = self._dimension

        def nearest(*place: float) -> NDArray[np.int32]:
            return np.array([np.linalg.norm(nodes - np.array(place), axis=1).argmin()])

        inner, outer = nodes[:, 0].min(), nodes[:, 0].max()
        modes = [lambda at: np.ones(len(at))]
        if size == 2:
            hold(1, nearest(inner, 0.0, 0.0) * size + 1)
        elif self._bedding_value > 0:
            hold(2, nearest(0.0, 0.0, 0.0) * size + 2)
        else:
            hold(2, np.sort(np.r_[nearest(inner, 0, 0), nearest(outer, 0, 0)]) * size + 2)
            hold(0, nearest(0.0, 0.0, 0.0) * size)
            modes.append(lambda at: at[:, 0])
        self.rigid_modes = modes
        return conditions

    def _face(self, tag: PelletBoundary) -> Face:
        facets = self.body.facet_tags.find(tag)
        face = dmesh.create_submesh(self._mesh, self._dimension - 1, facets)[0]
        lateral = self._dimension - 1
        hats = fem.functionspace(face, ("Lagrange", 1))
        weight = 2 * math.pi * ufl.SpatialCoordinate(face)[0] if lateral == 1 else ufl.as_ufl(2.0)
        product = ufl.TrialFunction(hats) * ufl.TestFunction(hats) * weight * ufl.dx
        mass = assemble_matrix(fem.form(product, jit_options=JIT_OPTIONS))
        mass.assemble()
        points = hats.tabulate_dof_coordinates()[:, :lateral]
        return Face(points, np.asarray(hats.dofmap.list, dtype=np.int64), _csr(mass).toarray())

    def _face_load(self, tag: PelletBoundary) -> sparse.csr_array:
        """Upward nodal forces of unit pressures, (displacement dofs, face points)."""
        test = ufl.TestFunction(self._space)[self._dimension - 1]
        form = ufl.TrialFunction(self._vertex_space) * test * self._weight * self._ds(int(tag))
        matrix = assemble_matrix(fem.form(form, jit_options=JIT_OPTIONS))
        matrix.assemble()
        place = self._vertex_space.tabulate_dof_coordinates()
        face = self.interface if tag == PelletBoundary.INTERFACE else self.support
        height = place[:, -1 if self._dimension == 3 else 1]
        level = height.max() if tag == PelletBoundary.INTERFACE else height.min()
        on_face = np.flatnonzero(np.abs(height - level) < 1e-6 * max(np.ptp(height), 1e-12))
        lateral = place[on_face][:, : self._dimension - 1]
        order = _matching(face.points_um, lateral)
        return sparse.csr_array(_csr(matrix)[:, on_face[order]])

    def _solve(self, forces: Array) -> Array:
        forces = np.asarray(forces, dtype=float).copy()
        forces[self._fixed] = 0.0
        return self._solver.solve(forces)

    def compliance(self) -> FaceCompliance:
        """Solves for a pressure at each vertex of the two faces."""
        top_load = self._load_top.toarray()
        bottom_load = self._load_bottom.toarray()
        both = np.hstack([top_load, bottom_load])
        both[self._fixed] = 0.0
        top, bottom = np.hsplit(self._solver.solve_many(both), [top_load.shape[1]])
        self._responses = top, bottom

        def tested(face: Face) -> Array:
            modes = np.column_stack([mode(face.points_um) for mode in self.rigid_modes])
            return face.mass_um2 @ modes

        return FaceCompliance(
            _symmetric(top_load.T @ top),
            top_load.T @ bottom,
            _symmetric(bottom_load.T @ bottom),
            tested(self.interface),
            tested(self.support),
        )

    def set_pressures(self, interface_MPa: Array, support_MPa: Array) -> None:
        """Updates ``displacement`` (but for rigid motions) for pressures at the vertices."""
        if self._responses is None:
            forces = self._load_bottom @ support_MPa - self._load_top @ interface_MPa
            self.displacement.x.array[:] = self._solve(forces)
        else:
            top, bottom = self._responses
            self.displacement.x.array[:] = bottom @ support_MPa - top @ interface_MPa

    def set_isostatic(self, pressure_MPa: float, tags: tuple[PelletBoundary, ...] = ()) -> None:
        """Updates ``displacement`` for one fluid pressure on faces and side.

        Args:
            pressure_MPa: The pressure.
            tags: Boundaries it acts on; empty is the whole surface of a pellet.
        """
        normal, test = ufl.FacetNormal(self._mesh), ufl.TestFunction(self._space)
        pressure = fem.Constant(self._mesh, -pressure_MPa)
        wetted = tags or (PelletBoundary.INTERFACE, PelletBoundary.SUPPORT, PelletBoundary.SIDE)
        traction = pressure * ufl.dot(test, normal) * self._weight
        work = sum(traction * self._ds(int(tag)) for tag in wetted)
        load = assemble_vector(fem.form(work, jit_options=JIT_OPTIONS))
        self.displacement.x.array[:] = self._solve(load.array)

    def _prepare_stress(self) -> None:
        stress = self._stress(self.displacement)
        if self._dimension == 3:
            pairs = ((0, 0), (1, 1), (2, 2), (0, 1), (1, 2), (0, 2))
        else:  # x is the radius, y the hoop direction, z the height
            pairs = ((0, 0), (2, 2), (1, 1), (0, 2), (1, 2), (0, 1))
        six = ufl.as_vector([stress[i, j] for i, j in pairs])
        # The hoop strain has 1/r: corners are approached, never reached, and not so
        # closely that 1/r magnifies the rounding of the displacement.
        size = self._dimension
        corners = np.vstack([np.zeros(size), np.eye(size)])
        middle = np.full((1, size), 1 / (size + 1))
        points = np.vstack([middle, corners + 1e-3 * (middle - corners)])
        self._stress_points = fem.Expression(six, points, jit_options=JIT_OPTIONS)
        cells = fem.functionspace(self._mesh, ("DG", 0))
        volume = fem.form(ufl.TestFunction(cells) * self._weight * ufl.dx, jit_options=JIT_OPTIONS)
        self.cell_volume_um3 = assemble_vector(volume).array.copy()

    def stresses(self) -> tuple[Array, Array]:
        """Stress of the present displacement, tension positive.

        Returns:
            At each cell's centroid, (cells, 6), and at each vertex of the mesh as
            the mean of its cells weighted with their volumes, (vertices, 6), MPa, in
            the order xx, yy, zz, xy, yz, xz; z is the axis of the pellet, and in a
            section x is the radial and y the hoop direction.
        """
        mesh = self._mesh
        count = mesh.topology.index_map(mesh.topology.dim).size_local
        values = self._stress_points.eval(mesh, np.arange(count, dtype=np.int32))
        values = values.reshape(count, -1, 6)
        corners = mesh.geometry.dofmaps[0]
        total = np.zeros((len(mesh.geometry.x), 6))
        weight = np.zeros(len(mesh.geometry.x))
        for corner in range(corners.shape[1]):
            volume = self.cell_volume_um3
            np.add.at(total, corners[:, corner], volume[:, None] * values[:, 1 + corner])
            np.add.at(weight, corners[:, corner], volume)
        return values[:, 0], total / weight[:, None]

    def side_pressure_MPa(self) -> tuple[float, float]:
        """Mean and largest pressure between side and die for the present displacement."""
        side = int(PelletBoundary.SIDE)
        area = fem.assemble_scalar(fem.form(self._weight * self._ds(side), jit_options=JIT_OPTIONS))
        normal = ufl.FacetNormal(self._mesh)
        motion = ufl.dot(self.displacement, normal) * self._weight * self._ds(side)
        mean = fem.assemble_scalar(fem.form(motion, jit_options=JIT_OPTIONS)) / area
        dofs = fem.locate_dofs_topological(
            self._space, self._dimension - 1, self.body.facet_tags.find(side)
        )
        place = self._space.tabulate_dof_coordinates()[dofs][:, : self._dimension - 1]
        values = self.displacement.x.array.reshape(-1, self._dimension)[dofs]
        radial = (values[:, : self._dimension - 1] * place).sum(1) / np.linalg.norm(place, axis=1)
        return self._bedding_value * mean, self._bedding_value * float(radial.max())


def _csr(matrix) -> sparse.csr_array:
    start, columns, values = matrix.getValuesCSR()
    return sparse.csr_array((values, columns, start), shape=matrix.getSize())


def _symmetric(matrix: Array) -> Array:
    return 0.5 * (matrix + matrix.T)


def _matching(wanted: Array, found: Array) -> NDArray[np.int64]:
    """Index into ``found`` of each wanted point."""
    return cKDTree(found).query(wanted)[1]
