"""Moves the sodium's mesh back under its metal, and carries the metal's state over.

Metal that is wrapped over an asperity takes its mesh with it: facets beside a steep flank
are stretched several times over and others are squeezed until one folds. Here the nodes
of the contact surface return to their lateral places, the surface itself staying where it
is; inner nodes follow, and the history of metal and contact face is carried to the new
points. From then on the displacement is that of the mesh, not of the metal.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from napress.fem.contact.gap import look_under
from napress.fem.coupled.system import CoupledSystem
from napress.fem.coupled.unknowns import State
from napress.fem.history_field import INTERPOLATED
from napress.fem.sodium.mesh_motion import MeshMotion
from napress.fem.sodium.points import reference_points
from napress.fem.state.committed import Committed
from napress.fem.state.history import History, interpolate

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Moved:
    """A state on redistributed nodes, not yet in equilibrium.

    Attributes:
        state: Unknowns.
        committed: The values per facet point, carried over; the rest as it was.
    """

    state: State
    committed: Committed


class Redistribution:
    """Redistributes the nodes of one coupled system.

    Attributes:
        system: The coupled system.
    """

    def __init__(self, system: CoupledSystem) -> None:
        self.system = system
        self._history = History(system)
        sodium = system.sodium
        dimension = sodium.dimension
        self._motion = MeshMotion(sodium.body, sodium.displacement_space)
        points = reference_points(sodium)
        self._nodes = points.nodes
        self._surface_nodes = self._motion.surface_dofs[:, 0] // dimension
        # Where the samples of the surface were at first touch: their order along it.
        self._sample_order = self._history.everywhere(
            np.concatenate([points.nodes[self._surface_nodes], points.face])[:, :-1]
        )
        self._pressure_dofs = points.pressure_dofs
        self._vertex_nodes = _nearest(points.nodes, points.vertices)

    def move(self, now: Committed) -> Moved | None:
        """Puts the nodes back and carries the state over; collective.

        The system must hold the committed state ``now`` with its history committed.

        Returns:
            What to bring into equilibrium, or ``None`` if no valid mesh was found. The
            system's fields then still hold the old state.
        """
        sodium = self.system.sodium
        dimension = sodium.dimension
        sodium.set_state(now.state.sodium)
        surface = sodium.surface()
        overhangs = sodium.sum(float((surface.area_ratio <= 0.0).sum())) > 0
        if overhangs and dimension == 3:
            return None
        departed = self._history.leave()
        displacement = now.state.sodium[sodium.displacement_dofs]
        old_vertices = self._history.everywhere(
            np.column_stack(
                [
                    (self._nodes + displacement.reshape(-1, dimension))[self._vertex_nodes],
                    now.state.sodium[self._pressure_dofs],
                ]
            )
        )
        lateral = surface.position[:, :-1]
        laws = self.system.laws
        middles = laws.gas.middles() if laws.gas else None
        old_lateral = self._history.everywhere(lateral)
        names = [one.name for one in fields(now) if one.metadata.get("carried") == INTERPOLATED]
        per_point = self._history.everywhere(
            np.column_stack([getattr(now, name) for name in names])
        )
        places = self._nodes[self._surface_nodes]
        heights = self._surface_heights(now, displacement, lateral, places[:, :-1])
        goal = np.zeros_like(places)
        goal[:, -1] = heights - places[:, -1]
        moved = self._motion.move(goal, sodium.platen_value(now.state.sodium))
        if moved is None:
            return None

        state = now.state.sodium.copy()
        state[sodium.displacement_dofs] = moved
        vertices = (self._nodes + moved.reshape(-1, dimension))[self._vertex_nodes]
        state[self._pressure_dofs] = interpolate(
            old_vertices[:, :dimension], old_vertices[:, dimension:], vertices
        )[:, 0]
        sodium.set_state(state)
        self._history.arrive(departed)
        gas = now.state.gas
        if laws.gas is not None:
            gas = laws.gas.carry(middles, laws.gas.middles(), gas)
        new_state = State(state, now.state.load, now.state.deflection, gas)
        carried = interpolate(old_lateral, per_point, sodium.surface().position[:, :-1])
        changed = dict(zip(names, carried.T, strict=True))
        changed["contact_pressure"] = np.maximum(changed["contact_pressure"], 0.0)
        return Moved(new_state, replace(now, state=new_state, **changed))

    def _surface_heights(
        self, now: Committed, displacement: Array, lateral: Array, places: Array
    ) -> Array:
        """Height of the present surface over lateral places, (nodes,), µm.

        The gap is interpolated, not the height: in contact it is nearly nothing, so
        that the new nodes lie as flush with the ceramic as the old ones did.
        """
        system, dimension = self.system, self.system.sodium.dimension
        at_nodes = (self._nodes + displacement.reshape(-1, dimension))[self._surface_nodes]
        view = look_under(at_nodes[:, :-1], system.surface, system.ceramic.basis)
        deflection = now.state.deflection + system.laws.drag
        gap = at_nodes[:, -1] - view.deformed_height(deflection) + self._gone(lateral, at_nodes)
        here = np.concatenate(
            [
                np.column_stack([at_nodes[:, :-1], gap]),
                np.column_stack([lateral, now.gap]),
            ]
        )
        samples = self._history.everywhere(here)
        if dimension == 2:
            along = np.argsort(self._sample_order[:, 0], kind="stable")
            gap = _lowest(samples[along], places[:, 0])
        else:
            gap = interpolate(samples[:, :-1], samples[:, -1:], places)[:, 0]
        view = look_under(places, system.surface, system.ceramic.basis)
        return gap + view.deformed_height(deflection)

    def _gone(self, lateral: Array, at_nodes: Array) -> Array | float:
        """Metal gone at the nodes of the surface, (nodes,), µm: the face is moved there."""
        gone = self.system.laws.gone_um
        if not isinstance(gone, np.ndarray):
            return 0.0
        points, values = (self._history.everywhere(rows) for rows in (lateral, gone[:, None]))
        return interpolate(points, values, at_nodes[:, :-1])[:, 0]


def _nearest(points: Array, wanted: Array) -> NDArray[np.int64]:
    return cKDTree(points).query(wanted)[1]


def _lowest(curve: Array, places: Array) -> Array:
    """Lowest gap of a polyline over lateral places; its overhangs count as filled.

    Args:
        curve: Lateral coordinate and gap of points in order, (n, 2), µm.
        places: Lateral coordinates, (m,), µm.
    """
    start, end = curve[:-1, 0], curve[1:, 0]
    width = np.where(start == end, 1.0, end - start)
    share = (places[:, None] - start) / width
    gap = curve[:-1, 1] + np.clip(share, 0.0, 1.0) * np.diff(curve[:, 1])
    below, above = np.minimum(start, end), np.maximum(start, end)
    slack = 1e-9 * np.ptp(curve[:, 0])
    over = (places[:, None] >= below - slack) & (places[:, None] <= above + slack)
    return np.where(over, gap, np.inf).min(axis=1)
