"""How the current of a step spreads over the contact, at the solver's own facet points."""

from __future__ import annotations

import gc

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from napress.fem.conduction.electrolyte import ConductionSolution, Electrolyte, NoContact
from napress.fem.conduction.touching import between_points, touching_points
from napress.fem.coupled.system import CoupledSystem
from napress.fem.coupled.unknowns import State
from napress.fem.inputs.stripping import Stripping

Array = NDArray[np.float64]
# The current of a whole facet is wanted, not its peak at a contact edge: fewer halvings of
# the cells there than a resistance needs.
HALVINGS = {2: 4, 3: 1}
# Refined meshes are garbage that refers to itself, and each keeps MPI communicators, of
# which there are some 2000 in all.
COLLECT_EVERY = 16


class InterfaceCurrent:
    """Solves for the current through the contact of one coupled system.

    Args:
        system: The coupled system.
        numbers: Conductivity and contact resistance.
    """

    def __init__(self, system: CoupledSystem, numbers: Stripping) -> None:
        self._system, self._numbers = system, numbers
        self._electrolyte: Electrolyte | None = None
        self._solved = 0
        if system.sodium.comm.rank == 0:
            self._electrolyte = Electrolyte(system.ceramic.body, numbers.conductivity_mS_per_cm)

    def over_mean(self, state: State, touches: NDArray[np.bool_], pressure: Array) -> Array:
        """Current density over its mean, per projected area. Collective.

        Args:
            state: Equilibrium; the sodium's fields are left in it.
            touches: Whether metal and electrolyte touch at this rank's facet points, (n,).
            pressure: Contact pressure there, (n,), MPa.

        Returns:
            At this rank's facet points, (n,): 0 where nothing touches, its mean over the
            interface exactly 1.

        Raises:
            NoContact: If no point touches; on all ranks.
        """
        sodium = self._system.sodium
        sodium.set_state(state.sodium)
        surface = sodium.surface()
        area = sodium.face.reference_area * surface.area_ratio
        film = self._system.laws.film
        largest = pressure if film is None else film.largest_MPa
        resistance = self._numbers.resistance_ohm_cm2(largest, pressure)
        rows = np.column_stack([surface.position[:, :-1], touches, resistance, area])
        parts = sodium.comm.gather(rows, root=0)
        failure, answers = None, None
        if parts is not None:
            try:
                found = self._solve(state, np.concatenate(parts))
                ends = np.cumsum([len(part) for part in parts])[:-1]
                answers = np.split(found, ends)
            except Exception as error:  # raised below, on every rank
                failure = error
        failure = sodium.comm.bcast(failure, root=0)
        if failure is not None:
            raise failure
        return sodium.comm.scatter(answers, root=0)

    def _solve(self, state: State, rows: Array) -> Array:
        """Current over its mean at the points of all ranks, on rank 0."""
        lateral, touches = rows[:, :-3], rows[:, -3] > 0.5
        resistance, area = rows[:, -2], rows[:, -1]
        if not touches.any():
            raise NoContact("nothing touches, so no current crosses the interface")
        self._solved += 1
        if self._solved % COLLECT_EVERY == 0:
            gc.collect()
        ceramic, electrolyte = self._system.ceramic, self._electrolyte
        ceramic.set_load(state.load, None)
        dimension = ceramic.body.mesh.geometry.dim
        nodes = ceramic.space.tabulate_dof_coordinates()
        displacement = np.zeros_like(nodes)
        displacement[:, :dimension] = ceramic.displacement.x.array.reshape(-1, dimension)
        electrolyte.deform(nodes, displacement)
        touching = touching_points(lateral, touches, area)
        refined = electrolyte.refined(touching, HALVINGS[dimension])
        solution = refined.solve(touching, between_points(lateral[touches], resistance[touches]))
        return on_points(solution, lateral, touches, area)


def on_points(
    solution: ConductionSolution, lateral: Array, touches: NDArray[np.bool_], area: Array
) -> Array:
    """Current over its mean at sample points, from that of the electrolyte's facets.

    What crosses a facet of the electrolyte crosses the points above it that touch; the
    meshes do not match, so the whole is scaled to be the whole current.

    Args:
        solution: Of the conduction.
        lateral: Lateral places of the points, (n, dim-1), µm.
        touches: Whether each touches, (n,).
        area: Projected area each stands for, (n,), µm^(dim-1).

    Returns:
        Per projected area, (n,), its area-weighted mean 1.
    """
    density, part = solution.facet_current_density_mA_per_cm2, solution.facet_contact_area_um
    through = density * solution.facet_area_um
    local = np.divide(through, part, out=np.zeros_like(through), where=part > 0)
    crossed = part > 0
    _, nearest = cKDTree(solution.facet_centre_um[crossed, :-1]).query(lateral)
    found = np.where(touches, local[crossed][nearest], 0.0)
    return found * (area.sum() / (area @ found))
