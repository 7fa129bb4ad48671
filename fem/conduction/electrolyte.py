"""Ionic conduction in the electrolyte below the real contact.

The metal is at one potential, the counter-electrode plane at another, the side walls
insulate. Where metal and electrolyte touch, current crosses through a resistance per
contact area (Robin condition); elsewhere nothing passes. Equations and refinement
are the same in 2-D and 3-D.

The drive is a mean current density of 1 mA/cm^2 on the nominal area, so a potential
in mV is an area-specific resistance (ASR) in ohm cm^2. Lengths in µm, conductivity
in mS/cm.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import napress.meshes.backend  # noqa: F401  orders the imports below
from napress.meshes.backend import JIT_OPTIONS

import basix
import numpy as np
import ufl
from dolfinx import fem, plot
from dolfinx import mesh as dmesh
from dolfinx.fem.petsc import assemble_matrix
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from napress.fem.algebra.linear import DirectSolver
from napress.fem.conduction.edge_refinement import (
    Touching,
    copy_mesh,
    facet_corners,
    refine_edges,
)
from napress.fem.conduction.forms import DEGREE, ConductionForms
from napress.meshes.interface_mesh import Boundary, TaggedMesh

Array = NDArray[np.float64]
# Resistance per true contact area at lateral points (n, dim-1), (n,), ohm cm2.
LocalResistance = Callable[[Array], Array]

# 1 um / (1 mS/cm) = 1e-4 cm / (1e-3 S/cm)
OHM_CM2_PER_UM_CM_PER_MS = 0.1
# Each halving halves what a contact edge inside a facet costs: in 2-D 2^-8 of a facet
# remains. In 3-D edges are lines, and each halving doubles the cells.
HALVINGS = {2: 8, 3: 3}
# A contact without resistance is given that of electrolyte as thin as this share of
# the cell's width. What is lost in it is not counted as loss in the electrolyte.
PERFECT_SHARE = 1e-6
_FAR = 2
_FIRST = 16  # tag of the contact face's first facet; the others follow


class NoContact(ValueError):
    """Nothing touches, so no current can cross the interface."""


@dataclass(frozen=True)
class ConductionField:
    """The electrolyte on the deformed shape, for pictures and ParaView.

    Attributes:
        points_um: Nodes, (nodes, 3).
        cells: Nodes of each cell in VTK order, (cells, nodes per cell).
        cell_type: VTK cell type (22 quadratic triangle, 24 quadratic tetrahedron).
        potential_mV: At the nodes, 0 at the counter-electrode, (nodes,).
        current_density_mA_per_cm2: At each cell's centroid, from the metal to the
            counter-electrode, (cells, 3).
    """

    points_um: Array
    cells: NDArray[np.int64]
    cell_type: int
    potential_mV: Array
    current_density_mA_per_cm2: Array


@dataclass(frozen=True)
class ConductionSolution:
    """Resistance and current for a mean current density of 1 mA/cm^2.

    Attributes:
        total_asr_ohm_cm2: Between metal and counter-electrode.
        electrolyte_loss_asr_ohm_cm2: The part of it dissipated in the electrolyte.
        contact_loss_asr_ohm_cm2: The part dissipated in the contact resistance.
        current_imbalance: Current through the contact over that into the
            counter-electrode (sum of its reactions), less 1.
        contact_area_um: True area of contact, along the surface, µm^(dim-1).
        nominal_area_um: Projected area of the whole interface, µm^(dim-1).
        facet_current_density_mA_per_cm2: Through each facet of the unrefined contact
            face, over its projected area, (facets,).
        facet_area_um: Projected area of those facets, (facets,), µm^(dim-1).
        facet_contact_area_um: The part of it that touches, (facets,).
        facet_centre_um: Their centres, (facets, dim).
        touching_um: Lateral centres of the refined facets that touch, (n, dim-1).
        touching_loss_share: Their shares of the loss in the contact, (n,).
        field: Potential and current density.
    """

    total_asr_ohm_cm2: float
    electrolyte_loss_asr_ohm_cm2: float
    contact_loss_asr_ohm_cm2: float
    current_imbalance: float
    contact_area_um: float
    nominal_area_um: float
    facet_current_density_mA_per_cm2: Array
    facet_area_um: Array
    facet_contact_area_um: Array
    facet_centre_um: Array
    touching_um: Array
    touching_loss_share: Array
    field: ConductionField


class Electrolyte:
    """The conducting body: a mesh of its own that follows the ceramic's deformation.

    Args:
        body: The ceramic, undeformed, on one rank.
        conductivity_mS_per_cm: Of its ions.
    """

    def __init__(self, body: TaggedMesh, conductivity_mS_per_cm: float) -> None:
        if not conductivity_mS_per_cm > 0:
            raise ValueError(
                f"conductivity_mS_per_cm = {conductivity_mS_per_cm!r}: must be above 0"
            )
        self.conductivity_mS_per_cm = conductivity_mS_per_cm
        facet_dim = body.mesh.topology.dim - 1
        contact, far = (body.facet_tags.find(tag) for tag in (Boundary.CONTACT, Boundary.FAR))
        values = [_FIRST + np.arange(len(contact)), np.full(len(far), _FAR)]
        tags = _tags(body.mesh, facet_dim, [contact, far], values)
        # A copy, since following the deformation moves its nodes.
        self._mesh, self._tags = copy_mesh(body.mesh, tags)
        self._reference = self._mesh.geometry.x.copy()
        self._facets = len(contact)

    def deform(self, points_um: Array, displacement_um: Array) -> None:
        """Moves the mesh to the ceramic's present shape.

        Args:
            points_um: Reference nodes of the ceramic, vertices among them, (nodes, 3).
            displacement_um: Their displacement, (nodes, 3).
        """
        _, nearest = cKDTree(points_um).query(self._reference)
        self._mesh.geometry.x[:] = self._reference + displacement_um[nearest]

    def refined(self, touching: Touching, halvings: int | None = None) -> RefinedElectrolyte:
        """The mesh refined around the edges of a contact, ready to be solved on.

        Args:
            touching: Tells which lateral points (n, dim-1) touch, (n,).
            halvings: How often cells at an edge are halved; None as `HALVINGS` says.
        """
        if halvings is None:
            halvings = HALVINGS[self._mesh.geometry.dim]
        mesh, tags = refine_edges(self._mesh, self._tags, _FIRST, touching, halvings)
        return RefinedElectrolyte(mesh, tags, self._facets, self.conductivity_mS_per_cm)


class RefinedElectrolyte:
    """Conduction on one refined mesh."""

    def __init__(
        self, mesh: dmesh.Mesh, tags: dmesh.MeshTags, facets: int, conductivity_mS_per_cm: float
    ) -> None:
        self._mesh, self._tags, self._facet_count = mesh, tags, facets
        self._conductivity = conductivity_mS_per_cm
        self._space = fem.functionspace(mesh, ("Lagrange", DEGREE))
        order = np.argsort(tags.indices)
        chosen = order[tags.values[order] >= _FIRST]
        self._facets, self._owner = tags.indices[chosen], tags.values[chosen] - _FIRST
        self._corners = facet_corners(mesh, self._facets)
        self._projected = _simplex_area(self._corners[..., :-1])
        self._nominal = float(self._projected.sum())
        self._true = _simplex_area(self._corners)

    def bulk_asr_ohm_cm2(self) -> float:
        """Loss in the electrolyte under perfect contact everywhere.

        Raises:
            SingularSystem: If the matrix cannot be factored.
        """
        everywhere = np.ones(len(self._facets), dtype=bool)
        perfect = self._conductance(np.zeros(len(self._facets)))
        _, current, loss, _ = self._solve(everywhere, perfect)
        return OHM_CM2_PER_UM_CM_PER_MS * self._nominal * loss / current**2

    def solve(
        self, touching: Touching, contact_resistance_ohm_cm2: float | LocalResistance = 0.0
    ) -> ConductionSolution:
        """Solves for a contact; a facet of the refined mesh touches if its centre does.

        Args:
            touching: Tells which lateral points (n, dim-1) touch, (n,).
            contact_resistance_ohm_cm2: Per true contact area, one number or one from
                place to place; 0 is a perfect contact, infinite lets nothing pass.

        Raises:
            NoContact: If nothing touches, or what touches lets no current pass.
            SingularSystem: If the matrix cannot be factored.
        """
        lateral = self._corners.mean(1)[:, :-1]
        closed = touching(lateral)
        if not closed.any():
            raise NoContact("nothing touches, so no current crosses the interface")
        given = contact_resistance_ohm_cm2
        resistance = given(lateral[closed]) if callable(given) else np.full(closed.sum(), given)
        conductance = self._conductance(resistance)
        if not conductance.any():
            raise NoContact("no current crosses what touches: all of it is covered by the film")
        potential, current, loss, forms = self._solve(closed, conductance)
        cells = self._cells(closed)
        into, lost = (
            fem.assemble_vector(forms.form(name)).array.copy() for name in ("crossing", "lost")
        )
        # A cell may own two contact facets: its current goes to the first of them.
        unique, first = np.unique(cells, return_index=True)
        crossing, losing = np.zeros((2, len(cells)))
        crossing[first], losing[first] = into[unique], lost[unique]

        nominal = self._nominal
        scale = OHM_CM2_PER_UM_CM_PER_MS * nominal / current
        # The metal is at 1, so the current is also the power.
        share = loss / current
        density, area, centres = self._per_facet(crossing, closed, nominal / current)
        return ConductionSolution(
            total_asr_ohm_cm2=scale,
            electrolyte_loss_asr_ohm_cm2=share * scale,
            contact_loss_asr_ohm_cm2=(1 - share) * scale,
            current_imbalance=float(into.sum()) / current - 1,
            contact_area_um=float(self._true[closed].sum()),
            nominal_area_um=nominal,
            facet_current_density_mA_per_cm2=density,
            facet_area_um=area,
            facet_contact_area_um=np.bincount(
                self._owner[closed], self._projected[closed], self._facet_count
            ),
            facet_centre_um=centres,
            touching_um=lateral[closed],
            touching_loss_share=losing / losing.sum(),
            field=self._field(potential, nominal / current, scale),
        )

    def _conductance(self, resistance_ohm_cm2: Array) -> Array:
        """Per contact area, in mS/cm per µm."""
        width = self._nominal ** (1 / (self._mesh.topology.dim - 1))
        perfect = self._conductivity / (PERFECT_SHARE * width)
        resists = resistance_ohm_cm2 > 0
        return np.where(
            resists, OHM_CM2_PER_UM_CM_PER_MS / np.where(resists, resistance_ohm_cm2, 1.0), perfect
        )

    def _solve(
        self, closed: NDArray[np.bool_], conductance: Array
    ) -> tuple[fem.Function, float, float, ConductionForms]:
        """Solves with the metal at potential 1.

        Returns:
            Potential, current into the counter-electrode, power dissipated in the
            electrolyte, and the forms that know all this.
        """
        space = self._space
        potential = fem.Function(space)
        crossing = self._on_cells(self._cells(closed), conductance)
        forms = ConductionForms(
            space, self._facets[closed], self._conductivity, crossing, potential
        )
        far = self._tags.find(_FAR)
        bottom = fem.locate_dofs_topological(space, self._mesh.topology.dim - 1, far)
        grounded = fem.dirichletbc(0.0, bottom, space)
        matrix = assemble_matrix(forms.form("conduction"), bcs=[grounded])
        matrix.assemble()
        right = fem.assemble_vector(forms.form("drive")).array.copy()
        right[bottom] = 0.0
        solver = DirectSolver(matrix)
        solver.factor()
        potential.x.array[:] = solver.solve(right)

        nodal = fem.assemble_vector(forms.form("flow")).array
        loss = float(nodal @ potential.x.array)
        return potential, -float(nodal[bottom].sum()), loss, forms

    def _cells(self, closed: NDArray[np.bool_]) -> NDArray[np.int64]:
        """The cell behind each touching facet."""
        topology = self._mesh.topology
        to_cell = topology.connectivity(topology.dim - 1, topology.dim)
        return to_cell.array[to_cell.offsets[self._facets[closed]]].astype(np.int64)

    def _on_cells(self, cells: NDArray[np.int64], values: Array) -> fem.Function:
        """A value of each touching facet as one of the cell behind it."""
        found = fem.Function(fem.functionspace(self._mesh, ("Discontinuous Lagrange", 0)))
        # Of two facets of one cell the mean: a form knows the coefficient by cell.
        count = np.bincount(cells, minlength=len(found.x.array))
        total = np.bincount(cells, values, len(found.x.array))
        found.x.array[:] = np.divide(total, count, out=np.zeros(len(total)), where=count > 0)
        return found

    def _per_facet(
        self, crossing: Array, closed: NDArray[np.bool_], scale: float
    ) -> tuple[Array, Array, Array]:
        """Current density, projected area and centre of each unrefined contact facet."""
        count = self._facet_count
        current = np.bincount(self._owner[closed], crossing, count)
        area = np.bincount(self._owner, self._projected, count)
        centres = [
            np.bincount(self._owner, self._projected * column, count) / area
            for column in self._corners.mean(1).T
        ]
        return scale * current / area, area, np.column_stack(centres)

    def _field(self, potential: fem.Function, per_current: float, asr: float) -> ConductionField:
        mesh = self._mesh
        dimension = mesh.geometry.dim
        topology, types, points = plot.vtk_mesh(self._space)
        nodes = topology[0]
        centre = basix.make_quadrature(mesh.basix_cell(), 1)[0]
        flow = fem.Expression(
            -self._conductivity * ufl.grad(potential), centre, jit_options=JIT_OPTIONS
        )
        cells = np.arange(len(topology) // (nodes + 1), dtype=np.int32)
        density = np.zeros((len(cells), 3))
        density[:, :dimension] = flow.eval(mesh, cells).reshape(len(cells), dimension)
        return ConductionField(
            points_um=points,
            cells=topology.reshape(-1, nodes + 1)[:, 1:].astype(np.int64),
            cell_type=22 if dimension == 2 else 24,
            potential_mV=asr * potential.x.array,
            current_density_mA_per_cm2=per_current * density,
        )


def _tags(mesh: dmesh.Mesh, dim: int, entities: list, values: list) -> dmesh.MeshTags:
    """Tags in the order DOLFINx wants."""
    where = np.concatenate(entities).astype(np.int32)
    order = np.argsort(where)
    mesh.topology.create_connectivity(dim, dim + 1)
    return dmesh.meshtags(mesh, dim, where[order], np.concatenate(values).astype(np.int32)[order])


def _simplex_area(corners: Array) -> Array:
    """Length or area of segments or triangles, (n, corners, dim) to (n,)."""
    edges = corners[:, 1:] - corners[:, :1]
    gram = np.einsum("nid,njd->nij", edges, edges)
    return np.sqrt(np.maximum(np.linalg.det(gram), 0.0)) / edges.shape[1]
