"""Stress intensity of an edge crack from the solved field, plane strain, mode I.

Half of a block is solved (see :mod:`napress.cases.verification.ceramic.crack_mesh`): its crack face
carries the pressure of the sodium in the crack, its side the lateral stress of the
ceramic, its top the pressure on the surface. K_I comes from the interaction
integral in domain form and, as a cross-check, from the opening of the crack.
Units: µm, MPa; stress intensity in MPa √m.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import napress.meshes.backend  # noqa: F401  orders the imports below
from napress.meshes.backend import JIT_OPTIONS

import basix
import numpy as np
import ufl
from dolfinx import fem
from dolfinx.fem.petsc import assemble_matrix, assemble_vector
from numpy.typing import NDArray
from petsc4py import PETSc
from scipy.spatial import cKDTree

from napress.cases.verification.ceramic.crack_mesh import CrackBoundary, CrackMesh
from napress.fem.algebra.linear import DirectSolver
from napress.fem.inputs.materials import ElasticCeramic

Array = NDArray[np.float64]
SQRT_M_PER_SQRT_UM = 1e-3
# The singular field of the domain integral is smooth over its elements.
DOMAIN_DEGREE = 8


@dataclass(frozen=True)
class CrackLoad:
    """What loads the block; pressure and compression are positive.

    Attributes:
        face_MPa: Pressure on the crack's faces at its mouth.
        face_drop_MPa_per_um: How fast that pressure falls with depth; it ends at 0.
        lateral_MPa: Lateral compression; negative is tension.
        top_MPa: Pressure on the surface.
    """

    face_MPa: float = 0.0
    face_drop_MPa_per_um: float = 0.0
    lateral_MPa: float = 0.0
    top_MPa: float = 0.0

    def face_pressure(self, depth_um: Array) -> Array:
        """Pressure on the faces at a depth, (points,)."""
        return np.maximum(self.face_MPa - self.face_drop_MPa_per_um * depth_um, 0.0)


class CrackedBlock:
    """A block with an edge crack, factored once.

    Args:
        body: The mesh.
        material: The ceramic.
        rigid_side: Whether the side cannot move outwards, as in a rigid die; otherwise
            it carries the lateral stress of the load.
        shut: Whether the crack's faces cannot part: the uncracked block.
    """

    def __init__(
        self,
        body: CrackMesh,
        material: ElasticCeramic,
        rigid_side: bool = False,
        shut: bool = False,
    ) -> None:
        self.body, self.material = body, material
        mesh = body.mesh
        self.space = fem.functionspace(mesh, ("Lagrange", 2, (2,)))
        self.displacement = fem.Function(self.space)
        self._shear = fem.Constant(mesh, material.young_MPa / (2 * (1 + material.poisson)))
        lame = 2 * material.poisson / (1 - 2 * material.poisson)
        self._lame = fem.Constant(mesh, float(self._shear) * lame)
        self._load = {
            name: fem.Constant(mesh, 0.0)
            for name in ("face_MPa", "face_drop_MPa_per_um", "lateral_MPa", "top_MPa")
        }
        self._tip = fem.Constant(mesh, body.block.depth_um)
        self._outer = fem.Constant(mesh, 0.0)
        self._applied = CrackLoad()
        trial, test = ufl.TrialFunction(self.space), ufl.TestFunction(self.space)
        bilinear = ufl.inner(self._stress(ufl.grad(trial)), ufl.sym(ufl.grad(test))) * ufl.dx
        self._conditions = self._symmetry(rigid_side, shut)
        matrix = assemble_matrix(fem.form(bilinear, jit_options=JIT_OPTIONS), bcs=self._conditions)
        matrix.assemble()
        self._solver = DirectSolver(matrix)
        self._solver.factor()
        self._right = fem.form(self._work(test), jit_options=JIT_OPTIONS)
        self._domain = fem.form(self._interaction(), jit_options=JIT_OPTIONS)

    @property
    def plane_modulus_MPa(self) -> float:
        """E / (1 - nu^2)."""
        return self.material.young_MPa / (1 - self.material.poisson**2)

    def _stress(self, gradient: Any) -> Any:
        strain = ufl.sym(gradient)
        return 2 * self._shear * strain + self._lame * ufl.tr(strain) * ufl.Identity(2)

    def _symmetry(self, rigid_side: bool, shut: bool) -> list:
        """No motion across the ligament, and none of the base along the crack."""
        tags = self.body.facet_tags
        conditions = []
        fixed = [(0, CrackBoundary.LIGAMENT), (1, CrackBoundary.BASE)]
        fixed += [(0, CrackBoundary.SIDE)] * rigid_side + [(0, CrackBoundary.CRACK)] * shut
        for component, side in fixed:
            part = self.space.sub(component)
            dofs = fem.locate_dofs_topological(part, 1, tags.find(side))
            conditions.append(fem.dirichletbc(0.0, dofs, part))
        return conditions

    def _work(self, test: Any) -> Any:
        mesh, load = self.body.mesh, self._load
        facet = ufl.Measure("ds", mesh, subdomain_data=self.body.facet_tags)
        depth = -ufl.SpatialCoordinate(mesh)[1]
        face = load["face_MPa"] - load["face_drop_MPa_per_um"] * depth
        pushed = ufl.conditional(ufl.gt(face, 0.0), face, 0.0)
        inward = -ufl.inner(ufl.FacetNormal(mesh), test)
        pressed = (
            (pushed, CrackBoundary.CRACK),
            (load["lateral_MPa"], CrackBoundary.SIDE),
            (load["top_MPa"], CrackBoundary.TOP),
        )
        return sum(pressure * inward * facet(int(face)) for pressure, face in pressed)

    def solve(self, load: CrackLoad) -> None:
        """Brings the block to equilibrium under a load."""
        for name, constant in self._load.items():
            constant.value = getattr(load, name)
        self._applied = load
        right = assemble_vector(self._right)
        right.ghostUpdate(addv=PETSc.InsertMode.ADD, mode=PETSc.ScatterMode.REVERSE)
        for condition in self._conditions:
            owned = condition.dof_indices()[0][: condition.dof_indices()[1]]
            right.array_w[owned] = 0.0
        solution = self._solver.solve(right.array)
        self.displacement.x.array[: len(solution)] = solution
        self.displacement.x.scatter_forward()

    def _auxiliary(self) -> tuple[Any, Any]:
        """Displacement of a crack with K_I = 1 MPa sqrt(um), and distance from the tip.

        The near-tip field (Williams, textbook), growth direction down and the
        half plane x > 0 above the crack's line.
        """
        x = ufl.SpatialCoordinate(self.body.mesh)
        ahead, aside = -(x[1] + self._tip), x[0]
        distance = ufl.sqrt(ahead**2 + aside**2)
        angle = ufl.atan2(aside, ahead)
        poisson = self._lame / (2 * (self._lame + self._shear))
        kappa = 3 - 4 * poisson
        scale = ufl.sqrt(distance / (2 * ufl.pi)) / (2 * self._shear)
        along = scale * ufl.cos(angle / 2) * (kappa - 1 + 2 * ufl.sin(angle / 2) ** 2)
        across = scale * ufl.sin(angle / 2) * (kappa + 1 - 2 * ufl.cos(angle / 2) ** 2)
        return ufl.as_vector([across, -along]), distance

    def _interaction(self) -> Any:
        """Domain part of the interaction integral over the ring between two radii.

        J = ∫ (s_ij u_i,1 - W d_1j) q,j dA - ∫ t_i u_i,1 q ds with q = 1 at the tip and 0
        outside; the terms that mix the solved and the auxiliary field are the
        interaction integral 2 K_I / E' (textbook).
        """
        auxiliary, distance = self._auxiliary()
        share = _smooth_share(distance / self._outer)
        first, second = ufl.grad(self.displacement), ufl.grad(auxiliary)
        stress, extra = self._stress(first), self._stress(second)
        growth = ufl.as_vector([0.0, -1.0])
        energy = ufl.inner(stress, ufl.sym(second))
        flux = stress * (second * growth) + extra * (first * growth) - energy * growth
        measure = ufl.dx(metadata={"quadrature_degree": DOMAIN_DEGREE})
        return ufl.inner(flux, ufl.grad(share)) * measure

    def intensity(self, radius_ratio: float = 0.5) -> float:
        """K_I by the interaction integral, in MPa √m; collective.

        Args:
            radius_ratio: Outer radius of the domain over the crack's depth; at most 1.

        Raises:
            ValueError: If the radius reaches the surface.
        """
        if not 0.0 < radius_ratio <= 1.0:
            raise ValueError(f"radius_ratio: {radius_ratio}, allowed is above 0 and at most 1")
        depth = self.body.block.depth_um
        radius = radius_ratio * depth
        self._outer.value = radius
        comm = self.body.mesh.comm
        domain = comm.allreduce(fem.assemble_scalar(self._domain))
        # Traction times u_x,1 of the auxiliary field, -2 / (E' sqrt(2 pi r)) on the face,
        # singular at the tip: integrated over s = sqrt(r), in which it is smooth.
        nodes, weights = np.polynomial.legendre.leggauss(32)
        root = 0.5 * math.sqrt(radius) * (nodes + 1.0)
        weights = 0.5 * math.sqrt(radius) * weights
        pressure = self._applied.face_pressure(depth - root**2)
        share = _smooth_share_values(root**2 / radius)
        face = -4.0 / (self.plane_modulus_MPa * math.sqrt(2.0 * math.pi))
        traction = float((weights * pressure * share * face).sum())
        # Both halves of the block: twice the integral, and K_I = E'/2 of it.
        return SQRT_M_PER_SQRT_UM * self.plane_modulus_MPa * (domain - traction)

    def lateral_stress(self, height_um: Array) -> Array:
        """Stress across the crack's plane at heights on it, tension positive; serial.

        That of the nearest cell, at its centroid.

        Args:
            height_um: Heights at or below 0, (points,).

        Returns:
            MPa, (points,).
        """
        mesh = self.body.mesh
        middle = basix.make_quadrature(mesh.basix_cell(), 1)[0]
        across = self._stress(ufl.grad(self.displacement))[0, 0]
        cells = np.arange(mesh.topology.index_map(2).size_local, dtype=np.int32)
        stress = fem.Expression(across, middle, jit_options=JIT_OPTIONS).eval(mesh, cells).ravel()
        centroid = mesh.geometry.x[mesh.geometry.dofmaps[0]].mean(axis=1)[:, :2]
        wanted = np.column_stack([np.zeros_like(height_um), height_um])
        return stress[cKDTree(centroid).query(wanted)[1]]

    def intensity_from_opening(self) -> float:
        """K_I by displacement correlation, in MPa √m; serial.

        E'/4 sqrt(2 pi / r) u_x on the face, drawn straight over r to the tip from
        the nodes between 2 and 20 % of the depth.
        """
        depth = self.body.block.depth_um
        place = self.space.tabulate_dof_coordinates()
        distance = place[:, 1] + depth
        on_face = (np.abs(place[:, 0]) < 1e-9 * depth) & (
            (distance > 0.02 * depth) & (distance < 0.2 * depth)
        )
        opening = self.displacement.x.array[::2][on_face]
        reach = distance[on_face]
        apparent = 0.25 * self.plane_modulus_MPa * np.sqrt(2 * math.pi / reach) * opening
        return SQRT_M_PER_SQRT_UM * float(np.polyfit(reach, apparent, 1)[1])


def _smooth_share(ratio: Any) -> Any:
    """1 at the tip, 0 beyond the radius, flat at both ends of the ring in between."""
    inside = (ratio - INNER) / (1 - INNER)
    middle = 1 - inside**2 * (3 - 2 * inside)
    return ufl.conditional(
        ufl.lt(ratio, INNER), 1.0, ufl.conditional(ufl.lt(ratio, 1.0), middle, 0.0)
    )


def _smooth_share_values(ratio: Array) -> Array:
    inside = np.clip((ratio - INNER) / (1 - INNER), 0.0, 1.0)
    return 1 - inside**2 * (3 - 2 * inside)


# Inner radius of the ring over the outer one.
INNER = 0.3
