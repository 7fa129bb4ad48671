"""The sodium as a discrete problem: spaces, residual, tangent."""

from __future__ import annotations

from typing import Any

import napress.meshes.backend  # noqa: F401  orders the imports below
from napress.meshes.backend import JIT_OPTIONS

import basix
import basix.ufl
import numpy as np
import ufl
from dolfinx import fem, la
from dolfinx.fem.petsc import assemble_matrix, create_matrix
from mpi4py import MPI
from numpy.typing import NDArray

from napress.fem.algebra.assembly import CellMatrices, FixedPatternMatrix
from napress.fem.algebra.linear import AMF, DirectSolver
from napress.fem.contact.face import ContactFace
from napress.fem.contact.gap import SurfaceState
from napress.fem.contact.law_fields import law_fields
from napress.fem.history_field import FACE, INTERPOLATED, HistoryField
from napress.fem.inputs.contact_law import ContactLaw
from napress.fem.inputs.materials import PlasticMetal
from napress.fem.sodium.face_motion import FaceMotion
from napress.fem.sodium.plastic_history import PlasticHistory
from napress.fem.sodium.plasticity import metal_constants
from napress.fem.sodium.settings import settings
from napress.fem.sodium.state import cell_field
from napress.fem.sodium.weak_form import BULK_DEGREE, FACET_DEGREE, SodiumFields, build_forms
from napress.meshes.interface_mesh import Boundary, TaggedMesh

Array = NDArray[np.float64]
# Share of the shear modulus with which edge midpoints are tied laterally: far above
# any flow stress, far below what would spoil the conditioning.
EDGE_STIFFNESS = 0.05


class Sodium:
    """Mixed quadratic/linear finite elements with committed plastic history.

    Attributes:
        body: The tagged mesh.
        law: Friction, adhesion and trapped gas of the contact face.
        fields: Functions and constants of the weak form.
        face: The contact face and its quadrature points.
        owned: Number of unknowns this rank owns.
        platen_dofs: Owned vertical unknowns on the platen.
        fixed: Owned unknowns fixed by the side walls.
        plastic: Plastic history at the cell points.
        slip_viscosity: Resistance to slip, MPa/µm; see ``resist_slip``.
        solver: Factorised tangent with the platen rows replaced by identity.
        cell_matrices: Local matrices of the tangent.
        assembled: The tangent assembled from them; None on more than one rank.
        strength: Strength of each cell over that in bulk; ``strength`` gives it by place.
    """

    def __init__(
        self,
        body: TaggedMesh,
        metal: PlasticMetal,
        facet_size_um: float,
        law: ContactLaw | None = None,
        strength: Any = None,
    ) -> None:
        self.body = body
        self.metal = metal
        self.law = law or ContactLaw()
        self.comm = body.mesh.comm
        self.dimension = body.mesh.geometry.dim
        self._make_spaces(metal, facet_size_um, strength)
        self._make_conditions()
        self._make_forms(metal)
        self.slip_viscosity = 0.0
        self.plastic = PlasticHistory(body.mesh, metal, self.fields, self.forms.mapping)
        self._make_expressions()
        self.cell_matrices = CellMatrices(self._tangent)
        self.assembled = None
        if self.comm.size == 1:
            self.assembled = FixedPatternMatrix(
                self.cell_matrices, self.owned, self.fixed, self.platen_dofs
            )
        matrix = self.assembled.matrix if self.assembled else create_matrix(self._tangent)
        self.solver = DirectSolver(matrix, AMF if self.dimension == 2 else None)

    def _make_spaces(self, metal: PlasticMetal, facet_size_um: float, strength: Any) -> None:
        mesh = self.body.mesh
        dimension, cell = self.dimension, mesh.basix_cell()
        displacement = basix.ufl.element("Lagrange", cell, 2, shape=(dimension,))
        pressure = basix.ufl.element("Lagrange", cell, 1)
        self.space = fem.functionspace(mesh, basix.ufl.mixed_element([displacement, pressure]))
        collapsed, dofs = self.space.sub(0).collapse()
        self.displacement_space = collapsed
        self.displacement_dofs = np.asarray(dofs, dtype=np.int32).ravel()
        self.index_map = self.space.dofmap.index_map
        self.owned = self.index_map.size_local * self.space.dofmap.index_map_bs

        degree = BULK_DEGREE[dimension]
        tensor = fem.functionspace(
            mesh, basix.ufl.quadrature_element(cell, value_shape=(6,), degree=degree)
        )
        scalar = fem.functionspace(mesh, basix.ufl.quadrature_element(cell, degree=degree))
        self.face = ContactFace(self.body, FACET_DEGREE)
        self._face_motion = FaceMotion(self.face, collapsed, self.displacement_dofs)
        on_face = self.face.function

        def constant(value: float) -> fem.Constant:
            return fem.Constant(mesh, float(value))

        self.strength = cell_field(mesh, strength)
        varying = strength and self.strength
        self.constants = metal_constants(metal, constant, varying)
        shear = metal.young_MPa / (2 * (1 + metal.poisson))
        self.fields = SodiumFields(
            state=fem.Function(self.space),
            frozen=fem.Function(self.space),
            direction=fem.Function(self.space),
            inverse_plastic=fem.Function(tensor),
            plastic_strain=fem.Function(scalar),
            inverse_plastic_before=fem.Function(tensor),
            plastic_strain_before=fem.Function(scalar),
            volume_before=fem.Function(scalar),
            current_direction=fem.Function(tensor),
            dual_direction=fem.Function(tensor),
            direction_weight=fem.Function(scalar),
            height=on_face(()),
            slope=on_face((dimension - 1,)),
            multiplier=on_face(()),
            recession=on_face(()),
            stiffness=constant(1.0),
            previous=fem.Function(self.space),
            previous_slope=on_face((dimension - 1,)),
            slip_viscosity=on_face(()),
            edge_stiffness=constant(EDGE_STIFFNESS * shear),
            facet_size=constant(facet_size_um),
            laws=law_fields(self.law, on_face, constant, dimension, metal, facet_size_um),
        )

    def _make_conditions(self) -> None:
        tags, facet_dim = self.body.facet_tags, self.dimension - 1
        self._conditions = []
        sides = (Boundary.SIDE_X, Boundary.SIDE_Y)[:facet_dim]
        for axis, side in enumerate(sides):
            component = self.space.sub(0).sub(axis)
            collapsed = component.collapse()[0]
            dofs = fem.locate_dofs_topological((component, collapsed), facet_dim, tags.find(side))
            self._conditions.append(fem.dirichletbc(fem.Function(collapsed), dofs, component))
        component = self.space.sub(0).sub(facet_dim)
        collapsed = component.collapse()[0]
        top = fem.locate_dofs_topological(
            (component, collapsed), facet_dim, tags.find(Boundary.FAR)
        )[0]
        top = np.unique(top).astype(np.int32)
        self.platen_dofs = top[top < self.owned]
        self._platen_global = self.index_map.local_to_global(self.platen_dofs).astype(np.int32)
        fixed = np.unique(np.concatenate([bc.dof_indices()[0] for bc in self._conditions]))
        self.fixed = fixed[fixed < self.owned]
        free = np.ones(self.owned, dtype=bool)
        free[self.fixed] = free[self.platen_dofs] = False
        self.free = free

    def _make_forms(self, metal: PlasticMetal) -> None:
        mesh = self.body.mesh
        self._bulk = ufl.Measure(
            "dx", mesh, metadata={"quadrature_degree": BULK_DEGREE[self.dimension]}
        )
        contact = ufl.Measure(
            "ds",
            mesh,
            subdomain_data=self.body.facet_tags,
            subdomain_id=int(Boundary.CONTACT),
            metadata={"quadrature_degree": FACET_DEGREE},
        )
        self.forms = build_forms(self.fields, self.constants, mesh, self._bulk, contact)

        def compiled(form):
            return fem.form(form, entity_maps=[self.face.entity_map], jit_options=JIT_OPTIONS)

        self._residual = compiled(self.forms.residual)
        self._tangent = compiled(self.forms.tangent)
        self._recession_force = compiled(self.forms.recession_force)
        self._energies = [
            fem.form(self.forms.elastic_energy * self._bulk, jit_options=JIT_OPTIONS),
            fem.form(self.forms.dissipation * self._bulk, jit_options=JIT_OPTIONS),
            compiled(self.forms.edge_energy),
            compiled(self.forms.slip_work),
            fem.form(self.forms.volume_ratio * self._bulk, jit_options=JIT_OPTIONS),
        ]

    def _make_expressions(self) -> None:
        degree = BULK_DEGREE[self.dimension]
        rule = basix.make_quadrature(self.body.mesh.basix_cell(), degree)[0]
        cauchy = self.forms.cauchy
        six = [cauchy[i, j] for i, j in ((0, 0), (1, 1), (2, 2), (0, 1), (1, 2), (0, 2))]
        pressure = ufl.split(self.fields.state)[1]
        wanted = ufl.as_vector([*six, self.forms.mapping.plastic_strain, pressure])
        self._cell_output = fem.Expression(wanted, rule, jit_options=JIT_OPTIONS)

    # --- state -----------------------------------------------------------------

    def set_state(self, state: Array) -> None:
        """Sets the iterate, (owned + ghosts,), and its undifferentiated copy."""
        self.fields.state.x.array[:] = state
        self.fields.frozen.x.array[:] = state

    def with_ghosts(self, owned: Array) -> Array:
        """Fills in the ghosts of a vector of owned values."""
        vector = self.fields.direction.x
        vector.array[: self.owned] = owned[: self.owned]
        vector.scatter_forward()
        return vector.array.copy()

    def sum(self, value: float) -> float:
        """Sum over ranks."""
        return self._over_ranks(float(value))

    def sum_arrays(self, values: Array) -> Array:
        """Sum over ranks of arrays of one shape."""
        return self._over_ranks(values)

    def largest(self, value: float) -> float:
        """Maximum over ranks."""
        return self._over_ranks(float(value), MPI.MAX)

    def dot(self, first: Array, second: Array) -> float:
        """Inner product of two vectors over all ranks."""
        return self.sum(first[: self.owned] @ second[: self.owned])

    def platen_value(self, vector: Array) -> float:
        """The common platen entry of a vector, from whichever rank has one."""
        mine = vector[self.platen_dofs[0]] if len(self.platen_dofs) else np.inf
        return self._over_ranks(float(mine), MPI.MIN)

    def _over_ranks(self, value: Any, operation: MPI.Op = MPI.SUM) -> Any:
        """Reduced over ranks; one rank alone is spared packing it up."""
        return value if self.comm.size == 1 else self.comm.allreduce(value, operation)

    # --- contact surface -------------------------------------------------------

    def surface(self) -> SurfaceState:
        """Where the contact surface is now."""
        return self._face_motion.surface(self.fields.state.x.array)

    def surface_rate(self, direction: Array) -> tuple[Array, Array]:
        """Motion (n, dimension) and change of area ratio (n,) along a direction."""
        return self._face_motion.rate(self.fields.state.x.array, direction)

    def set_obstacle(self, height: Array, slope: Array) -> None:
        """Sets obstacle height (n,) and slope (n, dimension-1) under the facet points."""
        self.fields.height.x.array[self.face.points] = height
        points = self.face.slope_points
        self.fields.slope.x.array.reshape(-1, self.dimension - 1)[points] = slope

    def resist_slip(self, viscosity: float) -> None:
        """Resists lateral motion of the contact face from the committed state.

        Args:
            viscosity: Traction per slip, MPa/µm, on the open surface too; 0 is none.
        """
        self.slip_viscosity = float(viscosity)
        self.fields.slip_viscosity.x.array[:] = viscosity

    def held_load(self) -> float:
        """What the resistance to slip bears of the platen's load, µN. Collective."""
        if self.slip_viscosity == 0.0:
            return 0.0
        before, now = (
            self._face_motion.surface(one.x.array).position
            for one in (self.fields.previous, self.fields.state)
        )
        slope = self.face.lateral_values(self.fields.previous_slope)
        normal = np.column_stack([-slope, np.ones(len(now))])
        normal /= np.linalg.norm(normal, axis=1, keepdims=True)
        moved = now - before
        slip_up = moved[:, -1] - normal[:, -1] * (normal * moved).sum(axis=1)
        return self.sum(-self.slip_viscosity * self.face.reference_area @ slip_up)

    def remember(self) -> None:
        """Takes the present state and obstacle slope as what slip is measured from."""
        self.fields.previous.x.array[:] = self.fields.state.x.array
        self.fields.previous_slope.x.array[:] = self.fields.slope.x.array

    def set_multiplier(self, values: Array) -> None:
        """Sets the contact multiplier at this rank's facet points, (n,), MPa."""
        self.fields.multiplier.x.array[self.face.points] = values

    def multiplier(self) -> Array:
        """The contact multiplier at this rank's facet points, (n,), MPa."""
        return self.fields.multiplier.x.array[self.face.points].copy()

    # --- equilibrium -----------------------------------------------------------

    def residual(self) -> tuple[Array, float]:
        """Out-of-balance forces on free unknowns, and the platen's reaction.

        Returns:
            Residual of owned unknowns with fixed and platen rows zero, and the
            force with which the platen presses down.
        """
        vector = fem.assemble_vector(self._residual)
        vector.scatter_reverse(la.InsertMode.add)
        owned = vector.array[: self.owned].copy()
        reaction = self.sum(-owned[self.platen_dofs].sum())
        owned[~self.free] = 0.0
        return owned, reaction

    def recession_force(self, recession: Array, rise_change: Array | None = None) -> Array:
        """Change of the residual for a recession of the obstacle, (n,) to (owned,).

        Args:
            recession: Recession at the facet points, µm.
            rise_change: Change of the pressure that gas adds, MPa.
        """
        self.fields.recession.x.array[self.face.points] = recession
        if rise_change is not None:
            self.fields.laws.rise_change.x.array[self.face.points] = rise_change
        vector = fem.assemble_vector(self._recession_force)
        vector.scatter_reverse(la.InsertMode.add)
        owned = vector.array[: self.owned].copy()
        owned[~self.free] = 0.0
        return owned

    def assemble_tangent(self) -> tuple[Array, Array]:
        """Assembles the tangent and separates the platen's rows and columns.

        Returns:
            Row and column sums over the platen: force on the platen per unit of
            each unknown, and force on each unknown per unit of platen motion.
        """
        if self.assembled is not None:
            return self.assembled.assemble()
        matrix = self.solver.matrix
        matrix.zeroEntries()
        assemble_matrix(matrix, self._tangent, bcs=self._conditions)
        matrix.assemble()
        ones, row, column = (matrix.createVecRight() for _ in range(3))
        ones.array[self.platen_dofs] = 1.0
        matrix.multTranspose(ones, row)
        matrix.mult(ones, column)
        row, column = row.array.copy(), column.array.copy()
        matrix.zeroRowsColumns(self._platen_global, 1.0)
        return row, column

    # --- history ---------------------------------------------------------------

    def history(self) -> tuple[HistoryField, ...]:
        """Plastic flow and the contact multiplier, and what else the forms are set to."""
        multiplier = HistoryField(
            "multiplier", FACE, INTERPOLATED, self.multiplier, self.set_multiplier
        )
        set_anew = settings(
            self.fields,
            self.constants.creep,
            self.face.slope_points,
            lambda: self.slip_viscosity,
            self.resist_slip,
        )
        return (*self.plastic.history(), multiplier, *set_anew)

    def flow_stress_behind_face(self) -> Array:
        """Committed flow stress of the cell behind each contact facet, (facets,), MPa."""
        behind, metal = self.face.entities[:, 0], self.metal
        strain = self.plastic.plastic_strain()[behind].mean(axis=1)
        saturation = metal.voce_MPa * -np.expm1(-strain / metal.voce_strain)
        strength = self.strength.x.array[behind]
        return strength * (metal.yield_MPa + metal.hardening_MPa * strain + saturation)

    # --- output ----------------------------------------------------------------

    def energies(self) -> tuple[float, float, float, float, float]:
        """Energies of the present state, and dissipation since the commit.

        Returns:
            Elastic energy, plastic dissipation, edge energy, work against the slip
            resistance, all pJ, and the volume, µm^dimension.
        """
        return tuple(self.sum(fem.assemble_scalar(form)) for form in self._energies)

    def cell_output(self) -> Array:
        """Cell means of stress (xx, yy, zz, xy, yz, xz), plastic strain, pressure.

        Returns:
            (cells, 8), MPa and dimensionless, tension positive.
        """
        values = self._cell_output.eval(self.body.mesh, self.plastic.cells)
        return values.reshape(len(self.plastic.cells), -1, 8).mean(axis=1)
