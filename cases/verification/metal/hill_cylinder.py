"""Hill's thick cylinder: the sodium's own weak form on a quarter annulus.

The bore is tagged as the contact face and its multiplier set to the pressure with
no contact stiffness, which makes the contact integral a follower pressure; the
walls on the axes are a side wall and a platen at rest. Poisson's ratio is so near
one half that Hill's incompressible solution holds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import napress.meshes.backend  # noqa: F401  orders the imports below

import numpy as np
from mpi4py import MPI
from numpy.typing import NDArray

from napress.cases.verification.rows import CheckNotDone, Row, relative
from napress.fem.inputs.materials import PlasticMetal
from napress.fem.sodium.body import Sodium
from napress.meshes.gmsh_session import distribute
from napress.meshes.interface_mesh import Boundary, TaggedMesh
from napress.postprocess import theory as closed_forms

Array = NDArray[np.float64]
INNER_UM, OUTER_UM = 1.0, 2.0
METAL = PlasticMetal(young_MPa=4600.0, poisson=0.4999, yield_MPa=1.0)
RINGS = 40
PLASTIC_RADII_UM = (1.2, 1.4, 1.6, 1.8)
MAX_NEWTON, RESIDUAL = 40, 1e-9
PRESSURE_STEP_MPa = 0.02


@dataclass(frozen=True)
class Cylinder:
    """A pressed cylinder.

    Attributes:
        sodium: Its finite elements.
        cell_area_um2: Area of each cell, (cells,).
        node_radius_um: Radius of each displacement node, (nodes,).
    """

    sodium: Sodium
    cell_area_um2: Array
    node_radius_um: Array

    def expand(self, pressure_MPa: float, predict: bool = False) -> None:
        """Finds equilibrium under a pressure in the bore.

        Args:
            pressure_MPa: The pressure.
            predict: Whether to begin with the tangent of the step before, which
                already flows; the fresh one sees committed, elastic metal.

        Raises:
            CheckNotDone: If Newton's method does not converge.
        """
        sodium = self.sodium
        sodium.set_multiplier(np.full(len(sodium.face.points), pressure_MPa))
        state = sodium.fields.state.x.array.copy()
        for iteration in range(MAX_NEWTON):
            sodium.set_state(state)
            residual, _ = sodium.residual()
            if np.linalg.norm(residual) < RESIDUAL * pressure_MPa * INNER_UM:
                return
            if iteration > 0 or not predict:
                sodium.assemble_tangent()
                sodium.solver.factor()
            state = state + sodium.with_ghosts(sodium.solver.solve(-residual))
        raise CheckNotDone(f"cylinder: no equilibrium at {pressure_MPa:.4g} MPa")

    def expand_in_steps(self, pressure_MPa: float) -> None:
        """Raises the pressure in steps the plain tangent can follow, committing each."""
        reached = float(self.sodium.multiplier().max())
        count = math.ceil((pressure_MPa - reached) / PRESSURE_STEP_MPa)
        for pressure in np.linspace(reached, pressure_MPa, count + 1)[1:]:
            self.expand(float(pressure), predict=reached > 0)
            reached = float(pressure)
            self.sodium.plastic.commit()

    def plastic_radius_um(self) -> float:
        """Radius of the quarter ring that has the area of all points that have flowed."""
        flowed = (self.sodium.plastic.plastic_strain() > 0).mean(axis=1)
        return math.sqrt(INNER_UM**2 + 4 / math.pi * float(flowed @ self.cell_area_um2))

    def outer_motion_um(self) -> float:
        """Mean radial displacement of the outer face."""
        sodium = self.sodium
        outer = np.abs(self.node_radius_um / OUTER_UM - 1) < 1e-6
        state = sodium.fields.state.x.array[sodium.displacement_dofs].reshape(-1, 2)
        return float(np.linalg.norm(state[outer], axis=1).mean())


def build_cylinder(
    rings: int, metal: PlasticMetal = METAL, pressed_outside: bool = False
) -> Cylinder:
    """Meshes a quarter of the cylinder with straight-sided triangles.

    Args:
        rings: Elements between bore and outer face.
        metal: Its material.
        pressed_outside: Whether the pressure acts on the outer face, not in the bore.
    """
    data = distribute(
        lambda gmsh: _mesh_annulus(gmsh, rings, pressed_outside), "cylinder", 2, MPI.COMM_SELF
    )
    sodium = Sodium(TaggedMesh(data.mesh, data.facet_tags), metal, (OUTER_UM - INNER_UM) / rings)
    # Made for a flat contact face; a bore is not one.
    sodium.fields.edge_stiffness.value = 0.0
    sodium.fields.stiffness.value = 0.0
    mesh = data.mesh
    corners = mesh.geometry.x[mesh.geometry.dofmaps[0]][..., :2]
    area = 0.5 * np.abs(np.linalg.det(corners[:, 1:] - corners[:, :1]))
    nodes = sodium.displacement_space.tabulate_dof_coordinates()
    return Cylinder(sodium, area, np.linalg.norm(nodes, axis=1))


def thick_cylinder(rings: int = RINGS) -> list[Row]:
    """First yield, and pressure against plastic radius.

    Args:
        rings: Elements between bore and outer face.
    """
    size = (OUTER_UM - INNER_UM) / rings
    expected = closed_forms.hill_cylinder_first_yield_MPa(INNER_UM, OUTER_UM, METAL.yield_MPa)
    rows = [
        relative(
            "thick cylinder: first yield",
            expected,
            _first_yield(build_cylinder(rings), expected),
            0.01,
            "MPa",
            f"b/a = 2, {rings} elements across; lowest pressure at which any point flows",
        )
    ]
    cylinder = build_cylinder(rings)
    shear = METAL.young_MPa / (2 * (1 + METAL.poisson))
    for radius in PLASTIC_RADII_UM:
        pressure = closed_forms.hill_cylinder_pressure_MPa(
            radius, INNER_UM, OUTER_UM, METAL.yield_MPa
        )
        cylinder.expand_in_steps(pressure)
        # Incompressible: the elastic part's displacement is k c^2 / (2 G r) everywhere.
        flow = closed_forms.shear_yield_MPa(METAL.yield_MPa)
        motion = cylinder.outer_motion_um()
        from_motion = math.sqrt(2 * shear * OUTER_UM * motion / flow)
        name = f"thick cylinder: plastic radius at {pressure:.4f} MPa"
        rows += [
            relative(
                name,
                radius,
                cylinder.plastic_radius_um(),
                0.01,
                "um",
                f"from the area that has flowed, elements {size:.3g} um",
            ),
            relative(
                f"{name}, from the outer face",
                radius,
                from_motion,
                0.01,
                "um",
                "from the motion k c^2 / (2 G b) of the outer face",
            ),
        ]
    return rows


def _first_yield(cylinder: Cylinder, expected: float) -> float:
    """Bisects between a pressure that leaves no plastic strain and one that does."""
    low, high = 0.9 * expected, 1.1 * expected
    for _ in range(12):
        middle = 0.5 * (low + high)
        cylinder.expand(middle)
        if _flows(cylinder):
            high = middle
        else:
            low = middle
    return 0.5 * (low + high)


def _flows(cylinder: Cylinder) -> bool:
    """Whether any point flows in the present state, without committing it."""
    return bool((cylinder.sodium.plastic.stress_direction().weight < 0).any())


def _mesh_annulus(gmsh: Any, rings: int, pressed_outside: bool) -> None:
    geometry = gmsh.model.geo
    centre = geometry.addPoint(0, 0, 0)
    corners = [
        geometry.addPoint(x, y, 0)
        for x, y in ((INNER_UM, 0), (OUTER_UM, 0), (0, OUTER_UM), (0, INNER_UM))
    ]
    floor = geometry.addLine(corners[0], corners[1])
    outer = geometry.addCircleArc(corners[1], centre, corners[2])
    wall = geometry.addLine(corners[2], corners[3])
    bore = geometry.addCircleArc(corners[3], centre, corners[0])
    area = geometry.addPlaneSurface([geometry.addCurveLoop([floor, outer, wall, bore])])
    geometry.synchronize()
    # Rings and rays: what is axisymmetric is then meshed alike at every angle.
    for line, elements in ((floor, rings), (wall, rings), (outer, rings), (bore, rings)):
        geometry.mesh.setTransfiniteCurve(line, elements + 1)
    geometry.mesh.setTransfiniteSurface(area, "AlternateLeft")
    geometry.synchronize()
    for name, line, tag in (
        ("pressed", outer if pressed_outside else bore, Boundary.CONTACT),
        ("floor", floor, Boundary.FAR),
        ("wall", wall, Boundary.SIDE_X),
    ):
        gmsh.model.addPhysicalGroup(1, [line], int(tag), name=name)
    gmsh.model.addPhysicalGroup(2, [area], 1, name="cylinder")
    gmsh.model.mesh.generate(2)
