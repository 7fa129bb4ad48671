"""Moves the sodium's mesh back under its metal, and carries the metal's state over.

Metal that is wrapped over an asperity takes its mesh with it: facets beside a steep flank
are stretched several times over and others are squeezed until one folds. Here the nodes
of the contact surface return to their lateral places, the surface itself staying where it
is; inner nodes follow, and the elastic and plastic state of the metal is interpolated to
the new points. From then on the displacement is that of the mesh, not of the metal.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import napress.meshes.backend  # noqa: F401  orders the imports below
from napress.meshes.backend import JIT_OPTIONS

import basix
import numpy as np
import ufl
from dolfinx import fem
from numpy.typing import NDArray
from scipy.interpolate import LinearNDInterpolator, NearestNDInterpolator
from scipy.spatial import cKDTree

from napress.fem.algebra import tensors
from napress.fem.algebra.tensors import embed
from napress.fem.contact.gap import look_under
from napress.fem.coupled.system import CoupledSystem, State
from napress.fem.sodium.mesh_motion import MeshMotion
from napress.fem.sodium.points import reference_points
from napress.fem.sodium.weak_form import BULK_DEGREE
from napress.fem.state.committed import Committed

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
        sodium = system.sodium
        mesh, dimension = sodium.body.mesh, sodium.dimension
        self._motion = MeshMotion(sodium.body, sodium.displacement_space)
        points = reference_points(sodium)
        self._nodes = points.nodes
        self._surface_nodes = self._motion.surface_dofs[:, 0] // dimension
        # Where the samples of the surface were at first touch: their order along it.
        self._sample_order = self._everywhere(
            np.concatenate([points.nodes[self._surface_nodes], points.face])[:, :-1]
        )
        self._pressure_dofs = points.pressure_dofs
        self._vertex_nodes = _nearest(points.nodes, points.vertices)

        rule = basix.make_quadrature(mesh.basix_cell(), BULK_DEGREE[dimension])[0]
        displacement, pressure = ufl.split(sodium.fields.state)
        gradient = embed(ufl.grad(displacement), dimension) + ufl.Identity(3)
        position = ufl.SpatialCoordinate(mesh) + displacement
        parts = [position[i] for i in range(dimension)] + [pressure]
        parts += [gradient[i, j] for i in range(3) for j in range(3)]
        vector = ufl.algorithms.expand_derivatives(ufl.as_vector(parts))
        self._point_values = fem.Expression(vector, rule, jit_options=JIT_OPTIONS)

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
        old = self._sample()
        displacement = now.state.sodium[sodium.displacement_dofs]
        old_vertices = self._everywhere(
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
        per_point = np.column_stack(
            [
                sodium.multiplier(),
                now.gap_change,
                now.gap_error,
                now.contact_pressure,
                laws.carried_columns(),
            ]
        )
        old_face = self._everywhere(np.column_stack([lateral, now.gap, per_point]))
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
        state[self._pressure_dofs] = _interpolate(
            old_vertices[:, :dimension], old_vertices[:, dimension:], vertices
        )[:, 0]
        sodium.set_state(state)
        self._carry_history(old)
        new_lateral = sodium.surface().position[:, :-1]
        carried = _interpolate(old_face[:, : dimension - 1], old_face[:, dimension:], new_lateral)
        sodium.set_multiplier(carried[:, 0])
        gas = laws.carry(carried[:, 4:], middles, now.state.gas)
        new_state = State(state, now.state.load, now.state.deflection, gas)
        return Moved(new_state, _with_points(now, new_state, carried))

    def _everywhere(self, rows: Array) -> Array:
        """Rows of all ranks, on every rank."""
        return np.concatenate(self.system.sodium.comm.allgather(rows))

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
        gap = at_nodes[:, -1] - view.deformed_height(deflection)
        here = np.concatenate(
            [
                np.column_stack([at_nodes[:, :-1], gap]),
                np.column_stack([lateral, now.gap]),
            ]
        )
        samples = self._everywhere(here)
        if dimension == 2:
            along = np.argsort(self._sample_order[:, 0], kind="stable")
            gap = _lowest(samples[along], places[:, 0])
        else:
            gap = _interpolate(samples[:, :-1], samples[:, -1:], places)[:, 0]
        view = look_under(places, system.surface, system.ceramic.basis)
        return gap + view.deformed_height(deflection)

    def _sample(self) -> Array:
        """Position, elastic tensor and plastic strain of the metal at all old points."""
        values = self._evaluate()
        inverse, strain = self.system.sodium.history()
        gradient = values[2]
        plastic = tensors.as_matrix(inverse)
        ratio = np.linalg.det(gradient)[..., None, None]
        elastic = ratio ** (-2 / 3) * gradient @ plastic @ np.swapaxes(gradient, -1, -2)
        rows = [values[0], tensors.from_matrix(elastic), strain[..., None]]
        flat = np.concatenate(rows, axis=-1)
        return self._everywhere(flat.reshape(-1, flat.shape[-1]))

    def _evaluate(self) -> tuple[Array, Array, Array]:
        sodium = self.system.sodium
        dimension = sodium.dimension
        values = self._point_values.eval(sodium.body.mesh, sodium.cells)
        values = values.reshape(len(sodium.cells), -1, dimension + 10)
        gradient = values[..., dimension + 1 :].reshape(*values.shape[:2], 3, 3)
        return values[..., :dimension], values[..., dimension], gradient

    def _carry_history(self, old: Array) -> None:
        """Interpolates the metal's state to the present points and commits it there."""
        sodium = self.system.sodium
        dimension = sodium.dimension
        position, pressure, gradient = self._evaluate()
        shape = position.shape[:2]
        values = _interpolate(
            old[:, :dimension], old[:, dimension:], position.reshape(-1, dimension)
        )
        elastic = tensors.as_matrix(values[:, :6].reshape(*shape, 6))
        elastic = elastic / np.cbrt(np.linalg.det(elastic))[..., None, None]
        ratio = np.linalg.det(gradient)
        back = np.linalg.inv(gradient)
        plastic = ratio[..., None, None] ** (2 / 3) * back @ elastic
        plastic = plastic @ np.swapaxes(back, -1, -2)
        sodium.set_history(
            tensors.from_matrix(plastic), np.maximum(values[:, 6], 0.0).reshape(shape)
        )
        bulk = sodium.metal.young_MPa / (3 * (1 - 2 * sodium.metal.poisson))
        sodium.set_volume_before((1 + pressure / bulk) / ratio)


def _with_points(now: Committed, state: State, carried: Array) -> Committed:
    return replace(
        now,
        state=state,
        gap_change=carried[:, 1],
        gap_error=carried[:, 2],
        contact_pressure=np.maximum(carried[:, 3], 0.0),
    )


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


def _interpolate(points: Array, values: Array, wanted: Array) -> Array:
    """Linear interpolation of scattered values, (n, k) at (n, d) to (m, k) at (m, d).

    Outside the hull of the points the nearest one counts.
    """
    if points.shape[1] == 1:
        order = np.argsort(points[:, 0], kind="stable")
        line, sorted_values = points[order, 0], values[order]
        columns = [np.interp(wanted[:, 0], line, column) for column in sorted_values.T]
        return np.column_stack(columns)
    result = LinearNDInterpolator(points, values)(wanted)
    outside = np.isnan(result).any(axis=1)
    if outside.any():
        result[outside] = NearestNDInterpolator(points, values)(wanted[outside])
    return result
