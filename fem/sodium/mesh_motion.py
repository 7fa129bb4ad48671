"""Where the inner nodes of a mesh go when its contact surface is told where to be.

The mesh is treated as a soft hyperelastic solid whose energy grows without bound as a
cell collapses, so that the result is a valid mesh however steep the surface. Small cells
are stiffer, which keeps the fine ones at the interface in shape.
"""

from __future__ import annotations

import napress.meshes.backend  # noqa: F401  orders the imports below
from napress.meshes.backend import JIT_OPTIONS

import basix
import numpy as np
import ufl
from dolfinx import fem, la
from dolfinx.fem.petsc import assemble_matrix, create_matrix
from numpy.typing import NDArray

from napress.fem.algebra.linear import DirectSolver, SingularSystem
from napress.meshes.interface_mesh import Boundary, TaggedMesh

Array = NDArray[np.float64]
DEGREE = 4
MAX_NEWTON, MAX_PARTS, HALVINGS = 30, 40, 8
SMALLEST_SHARE = 1e-2  # of the way to the new surface, in one go
TOLERANCE = 1e-8  # of the largest nodal force met


class MeshMotion:
    """Moves the nodes of one body to suit a prescribed contact surface.

    Attributes:
        space: Vector space of the node positions (quadratic).
        surface_dofs: Unblocked unknowns on the contact surface, one row per node.
    """

    def __init__(self, body: TaggedMesh, space: fem.FunctionSpace) -> None:
        mesh, dimension = body.mesh, body.mesh.geometry.dim
        self.space = space
        self._mesh = mesh
        self._motion = fem.Function(space)
        self._goal = fem.Function(space)
        tags, facet_dim = body.facet_tags, dimension - 1
        nodes = fem.locate_dofs_topological(space, facet_dim, tags.find(Boundary.CONTACT))
        self.surface_dofs = nodes[:, None] * dimension + np.arange(dimension)
        self._conditions = [fem.dirichletbc(self._goal, nodes)]
        walls = [(axis, (Boundary.SIDE_X, Boundary.SIDE_Y)[axis]) for axis in range(facet_dim)]
        for axis, boundary in [*walls, (facet_dim, Boundary.FAR)]:
            component = space.sub(axis)
            collapsed, _ = component.collapse()
            found = fem.locate_dofs_topological(
                (component, collapsed), facet_dim, tags.find(boundary)
            )
            held = fem.Function(collapsed)
            self._conditions.append(fem.dirichletbc(held, found, component))
            if boundary == Boundary.FAR:
                self._platen = held
        gradient = ufl.Identity(dimension) + ufl.grad(self._motion)
        volume_ratio = ufl.det(gradient)
        energy = (
            0.5
            * (ufl.inner(gradient, gradient) - dimension - 2 * ufl.ln(volume_ratio))
            / ufl.CellVolume(mesh)
            * ufl.Measure("dx", mesh, metadata={"quadrature_degree": DEGREE})
        )
        test, trial = ufl.TestFunction(space), ufl.TrialFunction(space)
        force = ufl.derivative(energy, self._motion, test)
        self._force = fem.form(force, jit_options=JIT_OPTIONS)
        self._stiffness = fem.form(
            ufl.derivative(force, self._motion, trial), jit_options=JIT_OPTIONS
        )
        rule = basix.make_quadrature(mesh.basix_cell(), DEGREE)[0]
        self._volume_ratio = fem.Expression(volume_ratio, rule, jit_options=JIT_OPTIONS)
        count = mesh.topology.index_map(dimension).size_local
        self._cells = np.arange(count, dtype=np.int32)
        self._solver = DirectSolver(create_matrix(self._stiffness))
        self._owned = space.dofmap.index_map.size_local * dimension

    def move(self, surface: Array, platen: float) -> Array | None:
        """Displacement of all nodes for a new contact surface; collective.

        Starts from the undeformed mesh, not from the one found last, which a resumed run
        does not have: the two would differ by what is left of the forces.

        Args:
            surface: New displacement of the contact nodes, (nodes, dimension), µm, in
                the order of ``surface_dofs``.
            platen: Vertical displacement of the platen, µm.

        Returns:
            Displacement of all nodes, owned and ghosts, or ``None`` if no valid mesh
            was found.
        """
        motion = self._motion.x.array
        motion[:] = 0.0
        done, share = 0.0, 1.0
        for _ in range(MAX_PARTS):
            kept = motion.copy()
            there = min(done + share, 1.0)
            self._goal.x.array[self.surface_dofs] = there * surface
            self._goal.x.scatter_forward()
            self._platen.x.array[:] = there * platen
            if self._relax():
                done = there
                if done == 1.0:
                    return motion.copy()
                share *= 2.0
                continue
            motion[:] = kept
            share *= 0.4
            if share < SMALLEST_SHARE:
                break
        return None

    def _valid(self) -> bool:
        ratio = self._volume_ratio.eval(self._mesh, self._cells)
        smallest = ratio.min(initial=np.inf)
        return not self._mesh.comm.allreduce(not smallest > 0.0)

    def _relax(self) -> bool:
        """Newton's method; whether it found a valid mesh at rest."""
        motion, largest = self._motion.x.array, 0.0
        comm = self._mesh.comm
        for iteration in range(MAX_NEWTON):
            force = fem.assemble_vector(self._force)
            fem.apply_lifting(
                force.array, [self._stiffness], [self._conditions], x0=[motion], alpha=-1.0
            )
            force.scatter_reverse(la.InsertMode.add)
            for condition in self._conditions:
                condition.set(force.array, x0=motion, alpha=-1.0)
            norm = np.sqrt(comm.allreduce(float((force.array[: self._owned] ** 2).sum())))
            largest = max(largest, norm)
            if iteration and norm <= TOLERANCE * largest:
                return True
            matrix = self._solver.matrix
            matrix.zeroEntries()
            assemble_matrix(matrix, self._stiffness, bcs=self._conditions)
            matrix.assemble()
            try:
                self._solver.factor()
            except SingularSystem:
                return False
            step = self._solver.solve(-force.array[: self._owned])
            if comm.allreduce(not np.isfinite(step).all()):
                return False
            kept, length = motion.copy(), 1.0
            for _ in range(HALVINGS):
                motion[: self._owned] = kept[: self._owned] + length * step
                self._motion.x.scatter_forward()
                if self._valid():
                    break
                length *= 0.5
            else:
                motion[:] = kept
                return False
        return False
