"""What contact must leave alone: uniform pressure, flat faces, the tangent.

A flat sodium face on a flat ceramic stays uniform at any pressure and follows the
closed form of laterally confined compression; a uniform pressure acting on any
deformed surface leaves no force along it.
"""

from __future__ import annotations

import math
from dataclasses import replace

import napress.meshes.backend  # noqa: F401  orders the imports below
from napress.meshes.backend import JIT_OPTIONS

import basix
import numpy as np
import ufl
from dolfinx import fem
from mpi4py import MPI
from numpy.typing import NDArray
from scipy.optimize import brentq

from napress.cases.verification.metal.plastic_point import flow_stress_MPa
from napress.cases.verification.pressing.pressing import (
    R1_CERAMIC,
    R1_SODIUM,
    R1_WIDTH_UM,
    sinusoid_problem,
)
from napress.cases.verification.rows import CheckNotDone, Row, absolute, relative
from napress.fem.algebra import tensors
from napress.fem.coupled.newton import NewtonSettings, solve
from napress.fem.coupled.problem import InterfaceProblem, build_system
from napress.fem.coupled.system import CoupledSystem
from napress.fem.coupled.unknowns import Evaluation, State
from napress.fem.inputs.constants import ROOM_TEMPERATURE_K
from napress.fem.inputs.load_program import ByDisplacement, ByPressure, PlatenControl
from napress.fem.inputs.materials import ElasticCeramic, PlasticMetal
from napress.fem.sodium.body import Sodium
from napress.fem.sodium.creep import let_creep
from napress.fem.sodium.weak_form import BULK_DEGREE
from napress.meshes.surfaces import Flat, build_surface

Array = NDArray[np.float64]
FLAT_ELEMENTS, FLAT_PROGRAM_MPa = 32, (1.0, 5.0, 30.0, 120.0, 360.0)
STIFFNESS_MPa_PER_UM, RIGID_MPa = 2e3, 1e9
SODIUM_UM, CERAMIC_UM = 20.0, 40.0
SEED = 7
SETTLED = 1e-8  # of the contact forces


def confined_displacement_um(pressure_MPa: float, ceramic: ElasticCeramic) -> float:
    """Platen displacement of a flat stack under a pressure, the exact flow law.

    Sodium: axial stretch J, pressure ``-K (J - 1) + (2/3) flow / J`` with the plastic
    strain ``(2/3) |ln J|`` less the elastic ``flow / 3 G``; below yield the deviator
    follows ``2 G |ln J|``. Ceramic: linear, confined.
    """
    metal = R1_SODIUM
    shear = metal.young_MPa / (2 * (1 + metal.poisson))
    bulk = metal.young_MPa / (3 * (1 - 2 * metal.poisson))

    def flow(stretch: float) -> float:
        total = -2 / 3 * math.log(stretch)
        if 3 * shear * total <= metal.yield_MPa:
            return 3 * shear * total
        return brentq(
            lambda stress: stress - flow_stress_MPa(metal, max(total - stress / (3 * shear), 0.0)),
            0.0,
            10 * metal.yield_MPa,
        )

    def excess(stretch: float) -> float:
        return bulk * (1 - stretch) + 2 / 3 * flow(stretch) / stretch - pressure_MPa

    stretch = brentq(excess, 0.5, 1 - 1e-12, xtol=1e-15)
    young, poisson = ceramic.young_MPa, ceramic.poisson
    confined = young * (1 - poisson) / ((1 + poisson) * (1 - 2 * poisson))
    return (1 - stretch) * SODIUM_UM + pressure_MPa / confined * CERAMIC_UM


def flat_faces() -> list[Row]:
    """A flat stack up to full load: uniform pressure and confined compression.

    The load that a uniform pressure puts on the ceramic's splines is integrated over
    the sodium's facets, which do not match the splines' knots. The ripple this leaves
    is absent when the ceramic is rigid, which tells it from an error of contact.
    """
    rigid = replace(R1_CERAMIC, young_MPa=RIGID_MPa)
    return [
        *_press_flat("flat faces, rigid ceramic", rigid),
        *_press_flat("flat faces, elastic ceramic", R1_CERAMIC),
    ]


def _press_flat(name: str, ceramic: ElasticCeramic) -> list[Row]:
    surface = build_surface(Flat(), R1_WIDTH_UM)
    problem = InterfaceProblem(surface, FLAT_ELEMENTS, SODIUM_UM, CERAMIC_UM, R1_SODIUM, ceramic)
    system = build_system(problem, MPI.COMM_SELF)
    system.sodium.fields.stiffness.value = STIFFNESS_MPa_PER_UM
    touch = ByDisplacement(1e-3 / STIFFNESS_MPa_PER_UM)
    state, _ = _settle(system, system.initial_state(), touch, 1e-3)
    spread, displacement = 0.0, []
    for target in FLAT_PROGRAM_MPa:
        # Twice: the multiplier is updated in between, which takes away the penetration.
        for _ in range(2):
            state, at = _settle(system, state, ByPressure(target), target)
        spread = max(spread, float(np.abs(at.pressure / target - 1).max()))
        displacement.append(-system.sodium.platen_value(state.sodium))
    loads = ", ".join(f"{target:g}" for target in FLAT_PROGRAM_MPa)
    rows = [
        absolute(
            f"{name}: spread of contact pressure",
            0.0,
            spread,
            1e-6,
            "1",
            f"largest relative deviation of any facet point at {loads} MPa",
        )
    ]
    for target, found in zip(FLAT_PROGRAM_MPa, displacement, strict=True):
        expected = confined_displacement_um(target, ceramic)
        label = f"{name}: platen displacement at {target:g} MPa"
        rows.append(relative(label, expected, found, 1e-3, "um", "confined compression"))
    return rows


def _settle(
    system: CoupledSystem, start: State, control: PlatenControl, pressure_MPa: float
) -> tuple[State, Evaluation]:
    """Commits an equilibrium found far below the tolerance of a load step.

    Newton's tolerance in a run leaves a ripple of a hundredth of the yield stress,
    which plastic metal then keeps; here the formulation itself is looked at.
    """
    settings = NewtonSettings(
        tolerance=SETTLED * system.force_scale(pressure_MPa),
        max_iterations=30,
        largest_move_um=1.0,
        reuse_tangent=False,
    )
    result = solve(system, start, control, settings)
    if not result.converged:
        raise CheckNotDone(f"flat faces: no equilibrium at {pressure_MPa:g} MPa: {result.reason}")
    sodium = system.sodium
    sodium.set_multiplier(sodium.face.vertex_average(result.evaluation.pressure))
    sodium.plastic.commit()
    return result.state, result.evaluation


def uniform_pressure() -> list[Row]:
    """Force left on free nodes by a uniform pressure on an arbitrarily deformed body."""
    system = build_system(sinusoid_problem(32), MPI.COMM_SELF)
    sodium = system.sodium
    pressure = 360.0
    state = _crumpled(sodium)
    state[_pressure_dofs(sodium)] = -pressure
    sodium.fields.stiffness.value = 0.0
    sodium.fields.edge_stiffness.value = 0.0
    sodium.set_multiplier(np.full(len(sodium.face.points), pressure))
    sodium.set_state(state)
    _relax_deviator(sodium)
    residual, _ = sodium.residual()
    forces = residual[sodium.displacement_dofs[sodium.displacement_dofs < sodium.owned]]
    stretch = sodium.surface().stretch
    worst = float(np.abs(forces).max())
    scale = pressure * R1_WIDTH_UM / 32
    return [
        absolute(
            "uniform pressure: force left on any free node over facet force",
            0.0,
            worst / scale,
            1e-9,
            "1",
            f"facets stretched by {stretch.min():.2f} to {stretch.max():.2f}, 360 MPa",
        )
    ]


def tangent_against_differences(
    metal: PlasticMetal = R1_SODIUM, name: str = "", time_step_s: float = 0.0
) -> list[Row]:
    """The tangent times a direction against central differences of the residual.

    Args:
        metal: Of the sodium.
        name: What is special about it.
        time_step_s: How long it creeps.
    """
    system = build_system(replace(sinusoid_problem(16), sodium=metal), MPI.COMM_SELF)
    sodium = system.sodium
    let_creep(sodium, time_step_s, ROOM_TEMPERATURE_K)
    generator = np.random.default_rng(SEED)
    sodium.fields.stiffness.value = 1e3
    state = _crumpled(sodium, 0.02)
    state[sodium.displacement_dofs.reshape(-1, 2)[:, 1]] -= 0.3
    state[_pressure_dofs(sodium)] = -5.0 + generator.normal(size=len(_pressure_dofs(sodium)))
    direction = generator.normal(size=len(state))
    direction[~sodium.free] = 0.0

    def residual(values: Array) -> Array:
        size = system.ceramic.basis.size
        system.evaluate(State(values, np.zeros(size), np.zeros(size)), ByDisplacement(0.0))
        return sodium.residual()[0]

    residual(state)
    zero = np.zeros_like(sodium.plastic.directions()[0])
    sodium.plastic.freeze_directions(zero, zero, np.zeros(zero.shape[:-1]))
    sodium.assemble_tangent()
    matrix = sodium.solver.matrix
    given, product = matrix.createVecRight(), matrix.createVecRight()
    given.array[:] = direction
    matrix.mult(given, product)
    step = 1e-7
    difference = (residual(state + step * direction) - residual(state - step * direction)) / (
        2 * step
    )
    exact = np.where(sodium.free, product.array, 0.0)
    error = float(np.linalg.norm(exact - difference) / np.linalg.norm(difference))
    return [
        absolute(
            f"consistent tangent against central differences{name}",
            0.0,
            error,
            1e-5,
            "1",
            "plastic sodium partly in contact with the wave; norm over norm",
        )
    ]


def _crumpled(sodium: Sodium, amplitude_um: float = 0.06) -> Array:
    """A random state that respects the walls and the platen, and turns no cell over."""
    state = np.zeros(len(sodium.fields.state.x.array))
    generator = np.random.default_rng(SEED)
    dofs = sodium.displacement_dofs
    state[dofs] = amplitude_um * generator.uniform(-1, 1, len(dofs))
    state[: sodium.owned][~sodium.free] = 0.0
    return state


def _pressure_dofs(sodium: Sodium) -> NDArray[np.int32]:
    return np.asarray(sodium.space.sub(1).collapse()[1], dtype=np.int32).ravel()


def _relax_deviator(sodium: Sodium) -> None:
    """Sets the plastic history so that the present state carries pressure only."""
    mesh = sodium.body.mesh
    rule = basix.make_quadrature(mesh.basix_cell(), BULK_DEGREE[sodium.dimension])[0]
    displacement = ufl.split(sodium.fields.state)[0]
    gradient = ufl.Identity(3) + tensors.embed(ufl.grad(displacement), sodium.dimension)
    ratio = ufl.det(gradient)
    stretch = ratio ** (-2.0 / 3.0) * gradient.T * gradient
    vector = ufl.as_vector(tensors.pack(ufl.inv(stretch)))
    inverse = fem.Expression(vector, rule, jit_options=JIT_OPTIONS).eval(mesh, sodium.plastic.cells)
    inverse = inverse.reshape(len(sodium.plastic.cells), -1, 6)
    sodium.plastic.restart(inverse, np.zeros(inverse.shape[:-1]))
