"""The pellet against closed forms: sleeve, plate over a gap, tilt, isostatic pressure."""

from __future__ import annotations

import math

import napress.meshes.backend  # noqa: F401  orders the imports below

import numpy as np
from mpi4py import MPI

from napress.cases.verification.rows import Row, absolute, relative
from napress.fem.inputs.materials import ElasticCeramic
from napress.fem.pellet.body import ElasticPellet
from napress.fem.pellet.layer_step import LayerMetal
from napress.fem.pellet.press import PelletProblem, build_pellet
from napress.fem.pellet.support import Support, SupportShape
from napress.meshes.pellet_mesh import (
    PelletBoundary,
    PelletShape,
    build_half_disc,
    build_section,
)
from napress.postprocess.measures.stress import principal_stress, von_mises
from napress.postprocess.theory import pellet as closed

CERAMIC = ElasticCeramic(young_MPa=80000.0, poisson=0.26)
PEEK = ElasticCeramic(young_MPa=3800.0, poisson=0.4)
RADIUS_UM, THICKNESS_UM, PRESSURE_MPa = 5000.0, 1000.0, 360.0
SLEEVE_UM = 15000.0
PLATES = ((10.0, 60.0), (20.0, 120.0))  # radius over thickness, elements along the radius
LAYER_RATIO = 20.0
TILT = 1e-4


def sleeve() -> list[Row]:
    """Thick-walled sleeve alone (Lame), and a pellet that a sleeve confines."""
    body = build_section(PelletShape(SLEEVE_UM, 2000.0, 250.0, bore_um=RADIUS_UM), MPI.COMM_SELF)
    wall = ElasticPellet(body, PEEK)
    wall.set_isostatic(PRESSURE_MPa, (PelletBoundary.BORE,))
    nodes = wall.displacement.function_space.tabulate_dof_coordinates()
    motion = wall.displacement.x.array.reshape(-1, 2)[:, 0]
    at_bore = np.isclose(nodes[:, 0], RADIUS_UM)
    stiffness = closed.sleeve_stiffness_MPa_per_um(
        RADIUS_UM, SLEEVE_UM, PEEK.young_MPa, PEEK.poisson
    )
    stress, _ = wall.stresses()
    corners = body.mesh.geometry.x[body.mesh.geometry.dofmaps[0]]
    radius = corners[:, :, 0].mean(axis=1)
    radial, hoop = closed.sleeve_stress_MPa(radius, PRESSURE_MPa, RADIUS_UM, SLEEVE_UM)
    worst = max(np.abs(stress[:, 0] - radial).max(), np.abs(stress[:, 1] - hoop).max())
    note = f"PEEK sleeve, b/a = {SLEEVE_UM / RADIUS_UM:g}, free ends, axisymmetric elements"
    rows = [
        relative(
            "sleeve: motion of the bore",
            PRESSURE_MPa / stiffness,
            float(motion[at_bore].mean()),
            0.01,
            "um",
            note,
        ),
        absolute(
            "sleeve: worst radial or hoop stress of any cell, over the pressure",
            0.0,
            float(worst) / PRESSURE_MPa,
            0.01,
            "1",
            note,
        ),
    ]
    for name, bedding in (("PEEK", stiffness), ("rigid", math.inf)):
        pellet = ElasticPellet(
            build_section(PelletShape(RADIUS_UM, THICKNESS_UM, 250.0), MPI.COMM_SELF),
            CERAMIC,
            bedding,
        )
        top = np.full(len(pellet.interface.points_um), PRESSURE_MPa)
        bottom = np.full(len(pellet.support.points_um), PRESSURE_MPa)
        pellet.set_pressures(top, bottom)
        expected = closed.confined_side_pressure_MPa(
            PRESSURE_MPa, RADIUS_UM, CERAMIC.young_MPa, CERAMIC.poisson, min(bedding, 1e9)
        )
        mean, _ = pellet.side_pressure_MPa()
        text = f"pellet in a {name} sleeve: pressure on its side"
        rows.append(relative(text, expected, mean, 0.01, "MPa", "uniform axial pressure"))
    return rows


def plate_over_gap() -> list[Row]:
    """Tension at the centre of a disc whose rim alone is supported."""
    rows = []
    for ratio, elements in PLATES:
        radius = ratio * THICKNESS_UM
        gap = radius * (1 - 0.25 / elements)
        shape = PelletShape(radius, THICKNESS_UM, radius / elements, edges_um=(gap,))
        tension = _tension_over_gap(build_section(shape, MPI.COMM_SELF), SupportShape(gap))
        expected = closed.plate_over_gap_tension_MPa(1.0, gap, THICKNESS_UM, CERAMIC.poisson)
        note = f"supported by its rim only, elements of {radius / elements:g} um"
        name = f"plate over a support gap, r/t = {ratio:g}: tension at the centre over the pressure"
        rows.append(relative(name, expected, tension, 0.03, "1", note))
    radius = 5 * THICKNESS_UM
    gap = radius * (1 - 0.1)
    shape = PelletShape(radius, THICKNESS_UM, radius / 10, edges_um=(gap,))
    solid = _tension_over_gap(build_half_disc(shape, MPI.COMM_SELF), SupportShape(gap))
    fine = PelletShape(radius, THICKNESS_UM, radius / 60, edges_um=(gap,))
    section = _tension_over_gap(build_section(fine, MPI.COMM_SELF), SupportShape(gap))
    name = "plate over a support gap, r/t = 4.5: half a disc against a section"
    rows.append(relative(name, section, solid, 0.1, "1", "elements of 500 um against 83 um"))
    return rows


def _tension_over_gap(body, shape: SupportShape) -> float:
    pellet = ElasticPellet(body, CERAMIC)
    support = Support(pellet.support, pellet.compliance(), shape)
    uniform = np.ones(len(pellet.interface.points_um))
    support.update(uniform)
    pellet.set_pressures(uniform, support.pressure_MPa(uniform)[0])
    _, stress = pellet.stresses()
    centre = np.linalg.norm(body.mesh.geometry.x, axis=1).argmin()
    return float(principal_stress(stress)[centre, 0])


def tilted_punch() -> list[Row]:
    """A rigid punch, pushed in and tilted, on an elastic layer with free and confined side."""
    rows = []
    for name, bedding, ratio in (("free side", 0.0, 5.0), ("rigid die", math.inf, LAYER_RATIO)):
        rows += _tilt_rows(name, bedding, ratio)
    return rows


def _tilt_rows(name: str, bedding: float, ratio: float) -> list[Row]:
    thickness = RADIUS_UM / ratio
    shape = PelletShape(RADIUS_UM, thickness, RADIUS_UM / 10)
    pellet = ElasticPellet(build_half_disc(shape, MPI.COMM_SELF), CERAMIC, bedding)
    support = Support(pellet.support, pellet.compliance(), SupportShape())
    condensed = support.condense()
    points, mass = pellet.interface.points_um, pellet.interface.mass_um2
    approach = 2 * TILT * RADIUS_UM
    recession = approach + TILT * points[:, 0]
    pressure = np.linalg.solve(condensed.matrix, mass @ recession - condensed.constant)
    force, moment = mass.sum(axis=0) @ pressure, points[:, 0] @ mass @ pressure
    confined = bedding > 0
    constants = (CERAMIC.young_MPa, CERAMIC.poisson, confined)
    modulus = closed.tilted_layer_modulus_MPa(*constants)
    # The pellet is a polygon; its second moment of area is that of this disc.
    second = points[:, 0] @ mass @ points[:, 0]
    radius = (4 * second / math.pi) ** 0.25
    expected = closed.tilted_punch_moment_uN_um(TILT, radius, thickness, modulus)
    local = closed.tilted_punch_pressure_MPa(points[:, 0], approach, TILT, thickness, *constants)
    inside = np.linalg.norm(points, axis=1) < 0.8 * RADIUS_UM
    worst = np.abs(pressure[inside] / local[inside] - 1).max()
    note = f"R/h = {ratio:g}, frictionless faces, half a disc of tetrahedra"
    mean = float(closed.tilted_punch_pressure_MPa(0.0, approach, TILT, thickness, *constants))
    title = f"tilted punch, {name}"
    return [
        relative(f"{title}: mean pressure", mean, force / mass.sum(), 0.05, "MPa", note),
        relative(f"{title}: moment", expected, float(moment), 0.05, "uN um", note),
        absolute(
            f"{title}: worst local pressure within 0.8 R, relative",
            0.0,
            float(worst),
            0.05,
            "1",
            note,
        ),
    ]


def isostatic() -> list[Row]:
    """Fluid pressure all round leaves no deviatoric stress."""
    rows = []
    metal = LayerMetal(0.1357, 8500.0, math.inf)
    for name, shape in (("section", SupportShape()), ("half disc", SupportShape(offset_um=1.0))):
        problem = PelletProblem(
            RADIUS_UM, THICKNESS_UM, CERAMIC, 100.0, metal, support=shape, isostatic=True
        )
        pellet = build_pellet(problem)
        pellet.set_isostatic(PRESSURE_MPa)
        stress, _ = pellet.stresses()
        left = float(von_mises(stress).max()) / PRESSURE_MPa
        title = f"isostatic pressing, {name}: von Mises stress over the pressure"
        rows.append(absolute(title, 0.0, left, 1e-6, "1", "largest of all cells"))
    return rows
