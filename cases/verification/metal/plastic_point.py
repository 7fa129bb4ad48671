"""One material point of the sodium driven along given deformations.

The return mapping that the weak form uses is evaluated at a point, step after step
with its history, and compared with the flow law integrated by hand.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import napress.meshes.backend  # noqa: F401  orders the imports below
from napress.meshes.backend import JIT_OPTIONS

import numpy as np
import ufl
from dolfinx import fem
from dolfinx.mesh import create_unit_square
from mpi4py import MPI
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.spatial.transform import Rotation

from napress.cases.verification.rows import Row, absolute, relative
from napress.fem.algebra import tensors
from napress.fem.inputs.materials import PlasticMetal
from napress.fem.sodium import creep
from napress.fem.sodium.plasticity import metal_constants, return_mapping

Array = NDArray[np.float64]
YOUNG_MPa, POISSON, YIELD_MPa = 4600.0, 0.41, 0.2
METALS = {
    "perfect": PlasticMetal(YOUNG_MPa, POISSON, YIELD_MPa),
    "linear hardening": PlasticMetal(YOUNG_MPa, POISSON, YIELD_MPa, hardening_MPa=2.0),
    "Voce hardening": PlasticMetal(YOUNG_MPa, POISSON, YIELD_MPa, 0.5, 0.3, 0.1),
}
SHEAR_MPa = YOUNG_MPa / (2 * (1 + POISSON))
STRAIN, STEPS = 0.7, 1400


@dataclass(frozen=True)
class PointState:
    """Stress and history of a point.

    Attributes:
        deviator: Kirchhoff stress deviator, (3, 3), MPa.
        inverse_plastic: Inverse plastic right Cauchy-Green tensor, (3, 3).
        plastic_strain: Equivalent plastic strain.
    """

    deviator: Array
    inverse_plastic: Array
    plastic_strain: float

    @property
    def equivalent_MPa(self) -> float:
        """Von Mises stress."""
        return math.sqrt(1.5) * float(np.linalg.norm(self.deviator))


VIRGIN = PointState(np.zeros((3, 3)), np.eye(3), 0.0)


class MaterialPoint:
    """Evaluates the return mapping for any deformation gradient and history."""

    def __init__(self, metal: PlasticMetal) -> None:
        self._mesh = create_unit_square(MPI.COMM_SELF, 1, 1)

        def constant(value: float | Array) -> fem.Constant:
            return fem.Constant(self._mesh, np.asarray(value, dtype=float))

        self._gradient = constant(np.eye(3))
        self._inverse = constant(np.array([1.0, 1, 1, 0, 0, 0]))
        self._strain = constant(0.0)
        self.metal, self.constants = metal, metal_constants(metal, constant)
        mapping = return_mapping(
            self._gradient, tensors.unpack(self._inverse), self._strain, self.constants
        )
        values = tensors.pack(mapping.deviator) + tensors.pack(mapping.inverse_plastic)
        self._expression = fem.Expression(
            ufl.as_vector([*values, mapping.plastic_strain]),
            np.array([[0.25, 0.25]]),
            jit_options=JIT_OPTIONS,
        )

    def let_creep(self, time_step_s: float, temperature_K: float) -> None:
        """Sets how long every following deformation takes."""
        creep.let_creep(self, time_step_s, temperature_K)

    def deform(self, gradient: Array, before: PointState) -> PointState:
        """State after deforming to a gradient, (3, 3), from a committed state."""
        self._gradient.value[:] = gradient
        old = before.inverse_plastic
        self._inverse.value[:] = old[[0, 1, 2, 0, 0, 1], [0, 1, 2, 1, 2, 2]]
        self._strain.value = before.plastic_strain
        values = self._expression.eval(self._mesh, np.array([0], dtype=np.int32)).ravel()
        inverse = values[6:12] / np.cbrt(tensors.determinant(values[6:12]))
        return PointState(
            tensors.as_matrix(values[:6]), tensors.as_matrix(inverse), float(values[12])
        )

    def follow(self, path: Callable[[float], Array], steps: int) -> PointState:
        """State at the end of a path of gradients over [0, 1], taken in equal steps."""
        state = VIRGIN
        for step in range(1, steps + 1):
            state = self.deform(path(step / steps), state)
        return state


def flow_stress_MPa(metal: PlasticMetal, plastic_strain: float) -> float:
    """Linear and Voce hardening, in plain numbers."""
    saturation = 1 - math.exp(-plastic_strain / metal.voce_strain)
    return metal.yield_MPa + metal.hardening_MPa * plastic_strain + metal.voce_MPa * saturation


def closed_form_MPa(metal: PlasticMetal, total_strain: float) -> float:
    """Von Mises stress after a proportional strain whose equivalent is given.

    The plastic strain is the total less the elastic one, stress / 3 G.
    """
    return brentq(
        lambda stress: stress - flow_stress_MPa(metal, total_strain - stress / (3 * SHEAR_MPa)),
        0.0,
        flow_stress_MPa(metal, total_strain),
        xtol=1e-14,
    )


def uniaxial(end: float) -> Callable[[float], Array]:
    """Isochoric compression along y to a logarithmic strain of ``-end``."""
    return lambda t: np.diag(np.exp(end * t * np.array([0.5, -1.0, 0.5])))


def plane_strain(end: float) -> Callable[[float], Array]:
    """Isochoric plane strain compression along y to a logarithmic strain of ``-end``."""
    return lambda t: np.diag(np.exp(end * t * np.array([1.0, -1.0, 0.0])))


def one_element(steps: int = STEPS) -> list[Row]:
    """Large-strain compression, volume change, rotation, step size, incompressibility.

    Args:
        steps: Strain increments of the large compressions.
    """
    rows = []
    paths = {"uniaxial": (uniaxial, 1.0), "plane strain": (plane_strain, 2 / math.sqrt(3))}
    for name, metal in METALS.items():
        point = MaterialPoint(metal)
        for label, (path, equivalent) in paths.items():
            state = point.follow(path(STRAIN), steps)
            rows.append(
                relative(
                    f"{label} compression to {STRAIN:g}, {name}",
                    closed_form_MPa(metal, equivalent * STRAIN),
                    state.equivalent_MPa,
                    1e-3,
                    "MPa",
                    f"von Mises stress, {steps} increments",
                )
            )
    return [*rows, *_volume_rows(), *_step_rows(), *_rotation_rows(), _plastic_volume_row(steps)]


def _volume_rows() -> list[Row]:
    point = MaterialPoint(METALS["perfect"])
    state = point.deform(0.9 * np.eye(3), VIRGIN)
    scale = float(np.abs(state.deviator).max()) / YIELD_MPa
    note = "all sides shortened by a tenth"
    return [
        absolute("volume change: deviator over yield stress", 0.0, scale, 1e-9, "1", note),
        absolute("volume change: plastic strain", 0.0, state.plastic_strain, 1e-12, "1", note),
    ]


def _step_rows() -> list[Row]:
    """Perfectly plastic, proportional: one step or many, the same stress."""
    point = MaterialPoint(METALS["perfect"])
    once, often = (point.follow(uniaxial(0.1), steps).deviator for steps in (1, 100))
    change = float(np.abs(once - often).max()) / YIELD_MPa
    note = "uniaxial compression to 0.1, stress over yield stress"
    rows = [absolute("one step against 100, perfect plasticity", 0.0, change, 1e-9, "1", note)]
    metal = METALS["linear hardening"]
    point = MaterialPoint(metal)
    exact = closed_form_MPa(metal, STRAIN)
    errors = [
        abs(point.follow(uniaxial(STRAIN), steps).equivalent_MPa / exact - 1)
        for steps in (35, 70, 140)
    ]
    order = float(np.polyfit(np.log([4.0, 2.0, 1.0]), np.log(errors), 1)[0])
    note = f"errors {errors[0]:.2g}, {errors[1]:.2g}, {errors[2]:.2g} at 35, 70, 140 increments"
    rows.append(absolute("order in the strain increment", 1.0, order, 0.1, "1", note))
    return rows


def _rotation_rows() -> list[Row]:
    metal = METALS["Voce hardening"]
    point = MaterialPoint(metal)
    spin = Rotation.from_rotvec([0.3, -0.5, 0.9])
    shear = np.eye(3)
    shear[0, 1] = 0.2
    path = (shear, shear @ np.diag([1.1, 0.95, 1 / (1.1 * 0.95)]))
    fixed = rotating = VIRGIN
    for step, gradient in enumerate(path, start=1):
        turn = (spin**step).as_matrix()
        fixed = point.deform(gradient, fixed)
        rotating = point.deform(turn @ gradient, rotating)
    expected = turn @ fixed.deviator @ turn.T
    error = float(np.abs(rotating.deviator - expected).max()) / metal.yield_MPa
    history = float(np.abs(rotating.inverse_plastic - fixed.inverse_plastic).max())
    note = "two plastic steps with a turn of one radian each"
    return [
        absolute("objectivity: stress over yield stress", 0.0, error, 1e-9, "1", note),
        absolute("objectivity: plastic history", 0.0, history, 1e-12, "1", note),
    ]


def _plastic_volume_row(steps: int) -> Row:
    point = MaterialPoint(METALS["linear hardening"])
    state = point.follow(plane_strain(STRAIN), steps)
    drift = abs(float(np.linalg.det(state.inverse_plastic)) - 1)
    return absolute(
        "plastic incompressibility",
        0.0,
        drift,
        1e-12,
        "1",
        "determinant of the plastic part less 1",
    )
