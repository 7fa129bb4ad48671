"""Presses a pellet under its sodium layer: the load program from outside the solver.

Everything downstream reads the records made here, plain arrays in µm and MPa; loads,
volumes and areas are those of the whole pellet.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import napress.meshes.backend  # noqa: F401  orders the imports below

import numpy as np
from mpi4py import MPI
from numpy.typing import NDArray

from napress.fem.inputs.materials import ElasticCeramic
from napress.fem.pellet.body import ElasticPellet
from napress.fem.pellet.layer import LayerNotSolved, SodiumLayer
from napress.fem.pellet.layer_step import LayerMetal, LayerState
from napress.fem.pellet.punch import PunchShape
from napress.fem.pellet.support import Support, SupportNotFound, SupportShape
from napress.meshes.pellet_mesh import PelletShape, build_half_disc, build_section

Array = NDArray[np.float64]
# A section is cheap; half a disc has to stay within seconds.
SECTION_ELEMENTS = 60
SECTION_LAYERS = 10
DISC_ELEMENTS = 9


@dataclass(frozen=True)
class PelletProblem:
    """A pellet, what presses it and what holds it.

    Attributes:
        radius_um: Of pellet, punch and die.
        thickness_um: Of the pellet.
        ceramic: Of the pellet.
        sodium_thickness_um: Mean thickness of the sodium when it has filled the space.
        metal: The sodium as a layer.
        punch: Form of the upper punch.
        support: Form of the face below.
        sleeve_MPa_per_um: Stiffness of the die as the pellet's side feels it; 0
            without a die, infinite if rigid.
        isostatic: Whether a fluid presses all round instead of a punch.
        fineness: Factor on the number of elements in every direction.
    """

    radius_um: float
    thickness_um: float
    ceramic: ElasticCeramic
    sodium_thickness_um: float
    metal: LayerMetal
    punch: PunchShape = PunchShape()
    support: SupportShape = SupportShape()
    sleeve_MPa_per_um: float = 0.0
    isostatic: bool = False
    fineness: float = 1.0

    @property
    def axisymmetric(self) -> bool:
        """Whether nothing breaks the symmetry about the axis."""
        return self.punch.tilt_rad == 0 and self.support.offset_um == 0


@dataclass(frozen=True)
class PelletSnapshot:
    """The pellet at one load.

    Attributes:
        mean_MPa: Force over the area of the pellet.
        interface_um: Lateral position of the interface vertices, (points, 1) the
            radius or (points, 2) x and y of half a disc.
        interface_facets: Vertices of each facet, (facets, 2) or (facets, 3).
        area_um2: Area each interface vertex stands for, of the full disc, (points,).
        pressure_MPa: Pressure on the interface, (points,).
        sodium_um: Thickness of the sodium, (points,).
        support_um: Lateral position of the vertices of the lower face.
        support_MPa: Pressure of the support, (support points,).
        side_mean_MPa: Mean pressure between pellet and die.
        side_largest_MPa: Largest such pressure.
        extruded: Share of the sodium pressed out past the rim.
        points_um: Vertices of the mesh; the last used coordinate is the height.
        cells: Vertices of each cell.
        cell_stress_MPa: Stress at the centroids, tension positive, (cells, 6) in the
            order xx, yy, zz, xy, yz, xz with z the axis.
        cell_volume_um3: Volume of each cell in the full pellet, (cells,).
        point_stress_MPa: Stress at the vertices, mean over cells, (vertices, 6).
    """

    mean_MPa: float
    interface_um: Array
    interface_facets: NDArray[np.int64]
    area_um2: Array
    pressure_MPa: Array
    sodium_um: Array
    support_um: Array
    support_MPa: Array
    side_mean_MPa: float
    side_largest_MPa: float
    extruded: float
    points_um: Array
    cells: NDArray[np.int64]
    cell_stress_MPa: Array
    cell_volume_um3: Array
    point_stress_MPa: Array


@dataclass(frozen=True)
class PelletRun:
    """All loads reached, and why the last one was not.

    Attributes:
        snapshots: One per mean pressure, in their order.
        reason: Empty if all were reached.
    """

    snapshots: tuple[PelletSnapshot, ...]
    reason: str = ""


def build_pellet(problem: PelletProblem) -> ElasticPellet:
    """Meshes a problem's pellet and factors it."""
    support = problem.support
    radii = (support.gap_radius_um, support.debris_radius_um)
    edges = tuple(sorted({r for r in radii if 0 < r < problem.radius_um}))
    if problem.axisymmetric:
        element = min(problem.radius_um / SECTION_ELEMENTS, problem.thickness_um / SECTION_LAYERS)
        # A thin plate must not have ever more of them along its radius.
        element = max(element, problem.radius_um / 160) / problem.fineness
        build = build_section
    else:
        element = problem.radius_um / DISC_ELEMENTS / problem.fineness
        build = build_half_disc
    shape = PelletShape(
        problem.radius_um,
        problem.thickness_um,
        element,
        edges_um=edges,
        edge_offset_um=support.offset_um,
    )
    body = build(shape, MPI.COMM_SELF)
    stiffness = 0.0 if problem.isostatic else problem.sleeve_MPa_per_um
    return ElasticPellet(body, problem.ceramic, stiffness)


def press_pellet(
    problem: PelletProblem,
    pressures_MPa: Sequence[float],
    reached: Sequence[LayerState] = (),
    on_load: Callable[[list[LayerState]], None] = lambda states: None,
) -> PelletRun:
    """Presses with increasing mean pressures; one rank only.

    Args:
        problem: What to press.
        pressures_MPa: Increasing mean pressures.
        reached: States at the first of them, from an earlier part of the run.
        on_load: Told all states so far whenever a load is reached.

    Raises:
        MeshingError: If Gmsh fails.
        PunchTouches: If the form of the punch needs more sodium than there is.
        ValueError: If the states are of another mesh.
    """
    pellet = build_pellet(problem)
    if problem.isostatic:
        return PelletRun(tuple(_isostatic(problem, pellet, p) for p in pressures_MPa))
    face = pellet.interface
    filled = problem.punch.filled_um(
        problem.sodium_thickness_um, face.points_um, face.area_um2, problem.radius_um
    )
    states = list(reached)
    snapshots: list[PelletSnapshot] = []
    try:
        support = Support(pellet.support, pellet.compliance(), problem.support)
        layer = SodiumLayer(pellet.interface, problem.metal, filled, support)
        for state in states:
            if not layer.fits(state):
                raise ValueError("the states are of another mesh")
            snapshots.append(_snapshot(problem, pellet, support, state))
            layer.state = state
        for pressure in pressures_MPa[len(states) :]:
            state = layer.press_to(pressure)
            snapshots.append(_snapshot(problem, pellet, support, state))
            states.append(state)
            on_load(states)
    except (LayerNotSolved, SupportNotFound) as error:
        return PelletRun(tuple(snapshots), str(error))
    return PelletRun(tuple(snapshots))


def _snapshot(
    problem: PelletProblem, pellet: ElasticPellet, support: Support, state: LayerState
) -> PelletSnapshot:
    support.carrying = state.carrying
    below, _ = support.pressure_MPa(state.pressure_MPa)
    pellet.set_pressures(state.pressure_MPa, below)
    volume = problem.sodium_thickness_um * float(pellet.interface.area_um2.sum())
    extruded = 0.0
    if state.extruded_um3 > 0:
        # It leaves under the pressure the edge holds, and swells as that is released.
        metal = problem.metal
        extruded = state.extruded_um3 * (1 + metal.edge_MPa / metal.bulk_MPa) / volume
    return _record(
        pellet,
        state.mean_MPa,
        state.pressure_MPa,
        state.thickness_um,
        below,
        pellet.side_pressure_MPa(),
        extruded,
    )


def _isostatic(problem: PelletProblem, pellet: ElasticPellet, pressure: float) -> PelletSnapshot:
    """Fluid all round: the sodium, too, is under one pressure and keeps its place."""
    pellet.set_isostatic(pressure)
    count = len(pellet.interface.points_um)
    squeezed = problem.sodium_thickness_um * math.exp(-pressure / problem.metal.bulk_MPa)
    return _record(
        pellet,
        pressure,
        np.full(count, pressure),
        np.full(count, squeezed),
        np.full(len(pellet.support.points_um), pressure),
        (pressure, pressure),
        0.0,
    )


def _record(
    pellet: ElasticPellet,
    mean_MPa: float,
    pressure_MPa: Array,
    sodium_um: Array,
    support_MPa: Array,
    side_MPa: tuple[float, float],
    extruded: float,
) -> PelletSnapshot:
    cells, points = pellet.stresses()
    mesh = pellet.body.mesh
    return PelletSnapshot(
        mean_MPa,
        pellet.interface.points_um,
        pellet.interface.facets,
        pellet.interface.area_um2,
        pressure_MPa,
        sodium_um,
        pellet.support.points_um,
        support_MPa,
        side_MPa[0],
        side_MPa[1],
        extruded,
        mesh.geometry.x[:, : mesh.geometry.dim].copy(),
        np.asarray(mesh.geometry.dofmaps[0], dtype=np.int64),
        cells,
        pellet.cell_volume_um3,
        points,
    )
