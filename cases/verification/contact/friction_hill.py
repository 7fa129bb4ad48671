"""The friction hill by finite elements: a rigid-plastic disc between sticking platens.

Independent of the slab theory that the pellet's sodium layer uses: the velocity field
of a von Mises metal that minimises the plastic power (flow formulation, textbook) on
an axisymmetric section, incompressible by a mixed element. The norm of the strain
rate is rounded off near zero; the rounding is lowered until it no longer matters.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import napress.meshes.backend  # noqa: F401  orders the imports below
from napress.meshes.backend import JIT_OPTIONS

import numpy as np
import ufl
from basix.ufl import element, mixed_element
from dolfinx import fem
from dolfinx import mesh as dmesh
from dolfinx.fem.petsc import assemble_matrix, assemble_vector
from mpi4py import MPI

from napress.cases.verification.rows import CheckNotDone, Row, absolute, relative
from napress.fem.algebra.linear import DirectSolver
from napress.fem.pellet.body import Face
from napress.fem.pellet.layer import SodiumLayer
from napress.fem.pellet.layer_step import LayerMetal
from napress.postprocess.theory import pellet as closed

YIELD_MPa = 0.235
RATIOS = (10.0, 20.0)  # radius over thickness
ACROSS = 8  # elements over half the thickness
ROUNDINGS = (100.0, 30.0, 10.0, 3.0, 1.0, 0.3, 0.1)  # of the mean strain rate
MAX_NEWTON = 60
BULK_MPa = 1e6 * YIELD_MPa
RESIDUAL = 1e-7  # of the yield stress over the section, so that the power is exact


@dataclass(frozen=True)
class Hill:
    """Plastic flow of the disc.

    Attributes:
        mean_MPa: Power of the platens over their speed and area.
        rounded_MPa: The same from the next coarser rounding of the norm.
    """

    mean_MPa: float
    rounded_MPa: float


def flow_disc(ratio: float, across: int = ACROSS) -> Hill:
    """Squeezes a disc of unit thickness between sticking platens.

    Args:
        ratio: Radius over thickness.
        across: Elements over half the thickness.

    Raises:
        CheckNotDone: If Newton's method does not converge.
    """
    # Thin layers at the platen, where the shear is.
    along = math.ceil(ratio * across)
    mesh = dmesh.create_rectangle(MPI.COMM_SELF, [(0.0, 0.0), (ratio, 0.5)], [along, across])
    height = mesh.geometry.x[:, 1]
    mesh.geometry.x[:, 1] = 0.5 * np.sin(np.pi * height)
    cell = mesh.basix_cell()
    space = fem.functionspace(
        mesh,
        mixed_element([element("Lagrange", cell, 2, shape=(2,)), element("Lagrange", cell, 1)]),
    )
    state, lagged = fem.Function(space), fem.Function(space)
    rounding = fem.Constant(mesh, 1.0)
    radius = ufl.SpatialCoordinate(mesh)[0]
    dx = ufl.dx(metadata={"quadrature_degree": 4})

    def squares(velocity):
        gradient = ufl.grad(velocity)
        shear = (gradient[0, 1] + gradient[1, 0]) / 2
        hoop = velocity[0] / radius
        return gradient[0, 0] ** 2 + gradient[1, 1] ** 2 + hoop**2 + 2 * shear**2

    def rate(velocity):
        return ufl.sqrt(2 / 3 * squares(velocity) + rounding**2)

    velocity, pressure = ufl.split(state)
    volume_rate = ufl.div(velocity) + velocity[0] / radius
    # The last term, far below any error that matters, keeps the factorisation regular.
    constraint = pressure * volume_rate + pressure**2 / (2 * BULK_MPa)
    residual = ufl.derivative((YIELD_MPa * rate(velocity) - constraint) * radius * dx, state)
    # The same flow with the viscosity of the field before: a step that always descends.
    viscous = YIELD_MPa * squares(velocity) / (3 * rate(ufl.split(lagged)[0]))
    slow = ufl.derivative((viscous - constraint) * radius * dx, state)

    def form(what):
        return fem.form(what, jit_options=JIT_OPTIONS)

    flow = _Flow(
        state,
        lagged,
        _platens(space, mesh),
        form(residual),
        form(ufl.derivative(residual, state)),
        form(ufl.derivative(slow, state)),
        form(YIELD_MPa * rate(velocity) * radius * dx),
    )
    true_power = form(YIELD_MPa * ufl.sqrt(2 / 3 * squares(velocity)) * radius * dx)
    means = []
    for share in ROUNDINGS:
        rounding.value = share
        flow.converge()
        # Each platen moves with half the unit speed of approach; the section is half.
        means.append(fem.assemble_scalar(true_power) * 2 / (ratio**2 / 2))
    return Hill(means[-1], means[-2])


def _platens(space: fem.FunctionSpace, mesh: dmesh.Mesh) -> list:
    conditions = []
    where = (
        (lambda x: np.isclose(x[0], 0.0), 0, 0.0),
        (lambda x: np.isclose(x[1], 0.0), 1, 0.0),
        (lambda x: np.isclose(x[1], 0.5), 0, 0.0),
        (lambda x: np.isclose(x[1], 0.5), 1, -0.5),
    )
    for place, component, value in where:
        facets = dmesh.locate_entities_boundary(mesh, 1, place)
        part = space.sub(0).sub(component)
        dofs = fem.locate_dofs_topological(part, 1, facets)
        conditions.append(fem.dirichletbc(value, dofs, part))
    return conditions


class _Flow:
    """The plastic flow at one rounding after the other."""

    def __init__(self, state, lagged, conditions, residual, fast, slow, power) -> None:
        self._state, self._lagged, self._conditions = state, lagged, conditions
        self._residual, self._fast, self._slow, self._power = residual, fast, slow, power
        self._fixed = np.concatenate([bc.dof_indices()[0] for bc in conditions])
        for condition in conditions:
            condition.set(state.x.array)
        self._matrix = assemble_matrix(fast, bcs=conditions)
        self._matrix.assemble()
        self._solver = DirectSolver(self._matrix)
        # The first field does not keep the volume yet, so its power is no measure.
        self._keeps_volume = False

    def _change(self, tangent, residual: np.ndarray) -> np.ndarray:
        self._matrix.zeroEntries()
        assemble_matrix(self._matrix, tangent, bcs=self._conditions)
        self._matrix.assemble()
        self._solver.factor()
        return self._solver.solve(-residual)

    def converge(self) -> None:
        """Newton's method where the power, convex in the velocity, falls; else a slow step.

        Raises:
            CheckNotDone: If neither leads to the flow.
        """
        state = self._state
        for _ in range(MAX_NEWTON):
            now = assemble_vector(self._residual).array.copy()
            now[self._fixed] = 0.0
            if self._keeps_volume and float(np.linalg.norm(now)) < RESIDUAL:
                return
            before = state.x.array.copy()
            if not (self._keeps_volume and self._newton(now, before)):
                state.x.array[:] = before
                self._lagged.x.array[:] = before
                state.x.array[:] = before + self._change(self._slow, now)
            self._keeps_volume = True
        raise CheckNotDone("friction hill: plastic flow not found")

    def _newton(self, residual: np.ndarray, before: np.ndarray) -> bool:
        change = self._change(self._fast, residual)
        spent = fem.assemble_scalar(self._power)
        downhill = float(residual @ change)
        # Near the flow the power no longer tells two fields apart.
        wanted = 1e-4 * downhill if -downhill > 1e-9 * spent else math.inf
        for length in 0.5 ** np.arange(6):
            self._state.x.array[:] = before + length * change
            if fem.assemble_scalar(self._power) <= spent + length * wanted:
                return True
        return False


def friction_hill(across: int = ACROSS) -> list[Row]:
    """Mean pressure of the disc, and what the sodium layer makes of the same hill.

    Args:
        across: Elements over half the thickness.
    """
    rows = []
    for ratio in RATIOS:
        hill = flow_disc(ratio, across)
        coarse = flow_disc(ratio, across - 2)
        slab = closed.friction_hill_mean_pressure_MPa(ratio, 1.0, YIELD_MPa)
        note = (
            f"finite elements, {across} over half the thickness; {coarse.mean_MPa:.4f} MPa with "
            f"{across - 2}, the last rounding changed {hill.mean_MPa - hill.rounded_MPa:.1e} MPa"
        )
        name = f"friction hill, R/h = {ratio:g}: mean pressure"
        rows.append(relative(name, slab, hill.mean_MPa, 0.05, "MPa", note))
    return [*rows, *_layer_rows()]


RADIUS_UM, THICKNESS_UM = 5000.0, 100.0
LAYER_POINTS = 61
LAYER_PRESSURES_MPa = (10.0, 100.0, 360.0)
BULK_OF_SODIUM = 8500.0  # MPa
CLEARANCE_UM, LAND_UM = 10.0, 10000.0


def ring_face(radius_um: float, points: int) -> Face:
    """The face of a disc as rings of equal width."""
    radius = np.linspace(0.0, radius_um, points)
    rings = np.column_stack([np.arange(points - 1), np.arange(1, points)])
    mass = np.zeros((points, points))
    for a, b in rings:
        width, inner, outer = radius[b] - radius[a], radius[a], radius[b]
        # integrals of the products of two hats over a ring, weighted with 2 pi r
        mass[a, a] += 2 * math.pi * width * (3 * inner + outer) / 12
        mass[b, b] += 2 * math.pi * width * (inner + 3 * outer) / 12
        mass[a, b] += 2 * math.pi * width * (inner + outer) / 12
        mass[b, a] += 2 * math.pi * width * (inner + outer) / 12
    return Face(radius[:, None], rings, mass)


def _layer_rows() -> list[Row]:
    """The thickness at which the layer on a rigid pellet stops flowing out."""
    shear = YIELD_MPa / math.sqrt(3)
    held = closed.die_extrusion_pressure_MPa(CLEARANCE_UM, LAND_UM, YIELD_MPa)
    rows = []
    for edge, pressures in ((YIELD_MPa, LAYER_PRESSURES_MPa), (held, (300.0, 360.0))):
        metal = LayerMetal(shear, BULK_OF_SODIUM, edge)
        face = ring_face(RADIUS_UM, LAYER_POINTS)
        layer = SodiumLayer(face, metal, np.full(LAYER_POINTS, THICKNESS_UM))
        for pressure in pressures:
            state = layer.press_to(pressure)
            left = closed.friction_hill_thickness_um(pressure, RADIUS_UM, YIELD_MPa, edge)
            where = "free edge" if edge == YIELD_MPa else f"edge held at {edge:.0f} MPa"
            name = f"sodium layer at {pressure:g} MPa, {where}: thickness left"
            computed = float(state.thickness_um.mean())
            rows.append(relative(name, left, computed, 0.01, "um", "rigid flat pellet, slab law"))
    volume = THICKNESS_UM * face.area_um2.sum()
    kept = float(face.area_um2 @ (state.thickness_um * (1 + state.pressure_MPa / BULK_OF_SODIUM)))
    pressed_out = state.extruded_um3 * (1 + held / BULK_OF_SODIUM)
    rows.append(
        absolute(
            "sodium layer: sodium kept and pressed out, relaxed, over its volume",
            1.0,
            (kept + pressed_out) / volume,
            0.01,
            "1",
            "volume balance after 95 % has been pressed out",
        )
    )
    return rows
