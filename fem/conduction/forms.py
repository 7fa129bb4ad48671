"""The forms of conduction, compiled once and then bound to one refined mesh after another.

Each contact is solved on a mesh of its own. To take its forms apart and look up what has been
compiled of them takes longer than to assemble them.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import napress.meshes.backend  # noqa: F401  orders the imports below
from napress.meshes.backend import JIT_OPTIONS

import basix.ufl
import numpy as np
import ufl
from dolfinx import fem
from dolfinx.fem import IntegralType
from mpi4py import MPI
from numpy.typing import NDArray

DEGREE = 2
_TOUCHING = 2


@dataclass(frozen=True)
class _Compiled:
    """Compiled forms by name, and the symbols in them that each mesh has its own of."""

    forms: dict[str, fem.CompiledForm]
    space: Any
    by_cell: Any
    crossing: Any
    potential: Any
    conductivity: Any


@functools.cache
def _compiled(geometry: Any) -> _Compiled:
    """The forms on meshes whose cells have this coordinate element."""
    cell = geometry.cell_type
    mesh = ufl.Mesh(geometry)
    space = ufl.FunctionSpace(mesh, basix.ufl.element("Lagrange", cell, DEGREE))
    by_cell = ufl.FunctionSpace(mesh, basix.ufl.element("Discontinuous Lagrange", cell, 0))
    crossing, potential = ufl.Coefficient(by_cell), ufl.Coefficient(space)
    conductivity = ufl.Constant(mesh)
    trial, test = ufl.TrialFunction(space), ufl.TestFunction(space)
    of_cell = ufl.TestFunction(by_cell)
    contact = ufl.Measure("ds", mesh, subdomain_id=_TOUCHING)

    def flow(field: Any) -> Any:
        return conductivity * ufl.inner(ufl.grad(field), ufl.grad(test)) * ufl.dx(mesh)

    jump = 1 - potential
    forms = {
        "conduction": flow(trial) + crossing * trial * test * contact,
        "drive": crossing * test * contact,
        "flow": flow(potential),
        "crossing": crossing * jump * of_cell * contact,
        "lost": crossing * jump**2 * of_cell * contact,
    }
    return _Compiled(
        {
            name: fem.compile_form(MPI.COMM_SELF, form, jit_options=JIT_OPTIONS)
            for name, form in forms.items()
        },
        space,
        by_cell,
        crossing,
        potential,
        conductivity,
    )


class ConductionForms:
    """The forms on one mesh, with one contact.

    The metal is at potential 1. ``form`` gives, by name: ``conduction``, the bilinear form;
    ``drive``, its right-hand side; ``flow``, the current that arrives at each node for a
    potential; ``crossing`` and ``lost``, what crosses the contact of each cell for it, and the
    power dissipated there.

    Args:
        space: Of the potential, on a mesh of one rank.
        touching: Facets through which current may cross.
        conductivity_mS_per_cm: Of the electrolyte.
        crossing: Conductance per contact area of each cell's facets, one value a cell.
        potential: Read by the last three.
    """

    def __init__(
        self,
        space: fem.FunctionSpace,
        touching: NDArray[np.int32],
        conductivity_mS_per_cm: float,
        crossing: fem.Function,
        potential: fem.Function,
    ) -> None:
        mesh = space.mesh
        topology, dimension = mesh.topology, mesh.topology.dim
        self._known = known = _compiled(mesh.ufl_domain().ufl_coordinate_element())
        self._spaces = {known.space: space, known.by_cell: crossing.function_space}
        conductivity = fem.Constant(mesh, float(conductivity_mS_per_cm))
        self._coefficients = {known.crossing: crossing, known.potential: potential}
        self._constants = {known.conductivity: conductivity}
        topology.create_connectivity(dimension - 1, dimension)
        topology.create_connectivity(dimension, dimension - 1)
        facets = fem.compute_integration_domains(
            IntegralType.exterior_facet, topology, np.sort(touching).astype(np.int32)
        )
        cells = np.arange(topology.index_map(dimension).size_local, dtype=np.int32)
        self._places = {
            IntegralType.cell: [(-1, cells)],
            IntegralType.exterior_facet: [(_TOUCHING, facets)],
        }

    def form(self, name: str) -> fem.Form:
        """One of the forms, ready to be assembled."""
        compiled = self._known.forms[name]
        spaces = [self._spaces[one.ufl_function_space()] for one in compiled.ufl_form.arguments()]
        return fem.create_form(
            compiled, spaces, spaces[0].mesh, self._places, self._coefficients, self._constants
        )
