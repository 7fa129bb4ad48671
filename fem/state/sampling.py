"""Turns the solver's distributed state into the plain snapshot the outside sees."""

from __future__ import annotations

import napress.meshes.backend  # noqa: F401  orders the imports below

import numpy as np
from dolfinx import fem, plot
from numpy.typing import NDArray

from napress.fem.contact.facet_graph import facet_graph
from napress.fem.contact.gap import look_under
from napress.fem.coupled.system import CoupledSystem
from napress.fem.snapshot import BodySnapshot, EnergyBalance, InterfaceSnapshot, Snapshot, Stripped
from napress.fem.sodium.body import Sodium
from napress.fem.state.committed import AcceptedStep, Committed

Array = NDArray[np.float64]
QUADRATIC = {2: 22, 3: 24}  # VTK cell types


def gather_rows(comm, rows: Array) -> Array | None:
    """Rows of all ranks stacked on rank 0, None elsewhere."""
    parts = comm.gather(rows, root=0)
    return None if parts is None else np.concatenate(parts)


class Sampler:
    """Takes snapshots of one coupled system; knows what never changes about it."""

    def __init__(self, system: CoupledSystem, initial_void: float) -> None:
        self._system = system
        self._initial_void = initial_void
        sodium = system.sodium
        size = float(sodium.fields.facet_size.value)
        graph = facet_graph(sodium.comm, sodium.face, system.surface.widths_um, size)
        self._order, self._adjacent, self._walls = graph.order, graph.pairs, graph.walls
        self._sodium_mesh = _vtk_mesh(sodium.displacement_space)
        self._ceramic_mesh = _vtk_mesh(system.ceramic.space)
        self._sodium_volume = _cell_volumes(sodium.body.mesh)
        # Of the mesh, not of the present state: a resumed run starts deformed.
        self._initial_volume = sodium.sum(self._sodium_volume.sum())
        self._ceramic_volume = _cell_volumes(system.ceramic.body.mesh)
        self._facet_nodes = _facet_nodes(sodium)
        self._local_iterations = system.local_iterations

    def take(self, accepted: AcceptedStep) -> Snapshot | None:
        """Snapshot of an accepted, not yet committed step; None off rank 0.

        Raises:
            RuntimeError: If the system no longer holds the step.
        """
        system, now = self._system, accepted.committed
        system.require_current(accepted.evaluation)
        sodium, gas, held = system.sodium, system.laws.gas, now.state.gas
        volume = accepted.sodium_volume
        stripped = self._stripped(accepted, volume)
        local_iterations = system.local_iterations - self._local_iterations
        self._local_iterations = system.local_iterations
        with system.timers.stage("sampling"):
            interface = self._interface(accepted)
            body = self._sodium_body(accepted)
            drag = system.laws.drag_load(accepted.evaluation)
            shear = system.laws.shear_load(accepted.evaluation)
            held_against_slip = sodium.held_load()
            ceramic = self._ceramic_body(accepted, drag) if sodium.comm.rank == 0 else None
        if interface is None or body is None or ceramic is None:
            return None
        return Snapshot(
            step=now.step,
            dimension=sodium.dimension,
            pressure_MPa=now.pressure_MPa,
            platen_displacement_um=now.displacement_um,
            nominal_area_um=system.nominal_area,
            initial_void_um=self._initial_void,
            sodium_volume_um=volume if stripped is None else self._whole_volume(now, stripped),
            sodium_volume_initial_um=self._initial_volume,
            interface=interface,
            sodium=body,
            ceramic=ceramic,
            energy=EnergyBalance(
                external_work_pJ=now.external_work,
                sodium_elastic_pJ=accepted.sodium_elastic,
                plastic_dissipation_pJ=now.dissipation,
                ceramic_elastic_pJ=-0.5 * float(now.state.load @ now.state.deflection),
                contact_pJ=now.contact_work,
                stabilisation_pJ=accepted.edge_energy + now.slip_work,
                friction_pJ=now.friction_work,
                gas_pJ=gas.work_pJ(held) if gas else 0.0,
                removed_pJ=now.removed_work,
            ),
            newton_iterations=accepted.iterations,
            local_iterations=local_iterations,
            rejected_attempts=accepted.rejected,
            step_error_percent=accepted.error_percent,
            is_target=accepted.is_target,
            redistributions=now.redistributions,
            timers_s=system.timers.as_dict(),
            trapped_gas_max_MPa=float(gas.pressure(held).max(initial=0.0)) if gas else 0.0,
            gas_void_count=len(gas.amount) if gas else 0,
            time_s=now.time_s,
            temperature_K=now.temperature_K,
            stripped=stripped,
            shear_load_MPa=shear / system.nominal_area,
            held_against_slip_MPa=held_against_slip / system.nominal_area,
        )

    def _whole_volume(self, now: Committed, stripped: Stripped) -> float:
        """Volume of the metal as if nothing had been taken: what is left of it is elastic."""
        return (stripped.metal_left_um + now.removed_um) * self._system.nominal_area

    def _stripped(self, accepted: AcceptedStep, volume: float) -> Stripped | None:
        """What the current has done; the metal that is gone may still be in the mesh."""
        system, now = self._system, accepted.committed
        if system.laws.recession is None:
            return None
        sodium = system.sodium
        area = sodium.face.reference_area * accepted.evaluation.surface.area_ratio
        gone = sodium.sum(float(area @ system.laws.recession.gone_um))
        left = (volume - gone) / system.nominal_area
        return Stripped(now.charge_mAh_per_cm2, now.current_mA_per_cm2, left)

    def _interface(self, accepted: AcceptedStep) -> InterfaceSnapshot | None:
        sodium, at = self._system.sodium, accepted.evaluation
        area = sodium.face.reference_area * at.surface.area_ratio
        columns = [at.surface.position, at.gap, at.pressure, area, at.in_contact]
        film = self._system.laws.film
        if film is not None:
            columns.append(film.largest(at))
        rows = gather_rows(sodium.comm, np.column_stack(columns))
        if rows is None:
            return None
        points = rows.reshape(-1, sodium.face.points_per_facet, rows.shape[1])[self._order]
        dimension = sodium.dimension
        return InterfaceSnapshot(
            position_um=points[..., :dimension],
            gap_um=points[..., dimension],
            pressure_MPa=points[..., dimension + 1],
            area_um=points[..., dimension + 2],
            adjacent_facets=self._adjacent,
            facet_size_um=float(sodium.fields.facet_size.value),
            in_contact=points[..., dimension + 3] > 0.5,
            at_walls=self._walls,
            largest_pressure_MPa=None if film is None else points[..., dimension + 4],
        )

    def _sodium_body(self, accepted: AcceptedStep) -> BodySnapshot | None:
        sodium = self._system.sodium
        state = accepted.committed.state
        dimension = sodium.dimension
        displacement = state.sodium[sodium.displacement_dofs].reshape(-1, dimension)
        gap, pressure = self._nodal_contact(accepted, displacement)
        nodal = np.zeros((len(displacement), 5))
        nodal[:, :dimension] = displacement
        nodal[:, 3], nodal[:, 4] = gap, pressure
        cells = np.column_stack([sodium.cell_output(), self._sodium_volume])
        gathered = _gather_body(sodium.comm, *self._sodium_mesh, nodal, cells)
        if gathered is None:
            return None
        points, topology, nodal, cells = gathered
        return BodySnapshot(
            points_um=points,
            cells=topology,
            cell_type=QUADRATIC[dimension],
            point_data={
                "displacement_um": nodal[:, :3],
                "gap_um": nodal[:, 3],
                "contact_pressure_MPa": nodal[:, 4],
            },
            cell_data={
                "stress_MPa": cells[:, :6],
                "plastic_strain": cells[:, 6],
                "pressure_MPa": -cells[:, 7],
                "volume_um": cells[:, 8],
            },
        )

    def _nodal_contact(self, accepted: AcceptedStep, displacement: Array) -> tuple[Array, Array]:
        """Gap and facet-averaged contact pressure at surface nodes, NaN elsewhere."""
        system, at = self._system, accepted.evaluation
        sodium = system.sodium
        gap, pressure = (np.full(len(displacement), np.nan) for _ in range(2))
        nodes = np.unique(self._facet_nodes)
        lateral = sodium.dimension - 1
        position = sodium.displacement_space.tabulate_dof_coordinates()[nodes, : lateral + 1]
        position = position + displacement[nodes]
        view = look_under(position[:, :lateral], system.surface, system.ceramic.basis)
        deflection = accepted.committed.state.deflection + system.laws.drag
        height = view.deformed_height(deflection)
        gap[nodes] = position[:, lateral] - height
        weights = sodium.face.reference_area.reshape(-1, sodium.face.points_per_facet)
        force = (weights * at.pressure.reshape(weights.shape)).sum(1)
        totals = np.zeros((2, len(displacement)))
        for column in self._facet_nodes.T:
            np.add.at(totals[0], column, force)
            np.add.at(totals[1], column, weights.sum(1))
        pressure[nodes] = totals[0][nodes] / totals[1][nodes]
        return gap, pressure

    def _ceramic_body(self, accepted: AcceptedStep, drag: Array | None) -> BodySnapshot:
        ceramic = self._system.ceramic
        ceramic.set_load(accepted.committed.state.load, drag)
        dimension = ceramic.body.mesh.geometry.dim
        points, topology = self._ceramic_mesh
        displacement = np.zeros((len(points), 3))
        displacement[:, :dimension] = ceramic.displacement.x.array.reshape(-1, dimension)
        return BodySnapshot(
            points_um=points,
            cells=topology,
            cell_type=QUADRATIC[dimension],
            point_data={"displacement_um": displacement},
            cell_data={"stress_MPa": ceramic.cell_stress(), "volume_um": self._ceramic_volume},
        )


def _vtk_mesh(space: fem.FunctionSpace) -> tuple[Array, NDArray[np.int64]]:
    """Node coordinates and this rank's cells in VTK order."""
    topology, _, points = plot.vtk_mesh(space)
    nodes = topology[0]
    return points, topology.reshape(-1, nodes + 1)[:, 1:].astype(np.int64)


def _gather_body(comm, points, topology, nodal, cells):
    parts = comm.gather((points, topology, nodal, cells), root=0)
    if parts is None:
        return None
    shifts = np.cumsum([0] + [len(part[0]) for part in parts[:-1]])
    topology = np.concatenate([part[1] + shift for part, shift in zip(parts, shifts, strict=True)])
    points, nodal, cells = (np.concatenate([part[i] for part in parts]) for i in (0, 2, 3))
    return points, topology, nodal, cells


def _cell_volumes(mesh) -> Array:
    """Volumes of this rank's straight-sided cells."""
    dimension = mesh.topology.dim
    count = mesh.topology.index_map(dimension).size_local
    corners = mesh.geometry.x[mesh.geometry.dofmaps[0][:count]][..., :dimension]
    edges = corners[:, 1:] - corners[:, :1]
    return np.abs(np.linalg.det(edges)) / (2 if dimension == 2 else 6)


def _facet_nodes(sodium: Sodium) -> NDArray[np.int32]:
    """Displacement nodes on each of this rank's contact facets."""
    space = sodium.displacement_space
    layout = space.dofmap.dof_layout
    closure = [
        layout.entity_closure_dofs(sodium.dimension - 1, facet)
        for facet in range(sodium.dimension + 1)
    ]
    rows = [space.dofmap.cell_dofs(cell)[closure[facet]] for cell, facet in sodium.face.entities]
    return np.array(rows, dtype=np.int32).reshape(len(rows), len(closure[0]))
