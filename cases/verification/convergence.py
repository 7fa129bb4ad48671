"""Rates at which displacement and stress of either body converge with the mesh.

Both bodies are layers under one wave of pressure, for which the elastic solution
is closed: Airy's functions, with four constants from the conditions at the two
faces. The layers are half a wavelength thick and meshed evenly.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import napress.meshes.backend  # noqa: F401  orders the imports below

import numpy as np
import ufl
from dolfinx import fem
from mpi4py import MPI
from numpy.typing import NDArray

from napress.cases.verification.ceramic import ceramic_shear
from napress.cases.verification.rows import Row, absolute
from napress.fem.inputs.materials import PlasticMetal
from napress.fem.sodium.body import Sodium
from napress.meshes.interface_mesh import build_sodium

Array = NDArray[np.float64]
WAVELENGTH_UM = ceramic_shear.WAVELENGTH_UM
THICKNESS_UM = WAVELENGTH_UM / 2
ELEMENTS = (16, 32, 64)
# Growth of the element size with depth: none.
EVEN = 1e-9
SODIUM = PlasticMetal(young_MPa=4600.0, poisson=0.41, yield_MPa=1e4)
# Strains of 1e-7: what finite strain changes is far below the finest mesh's error.
SODIUM_PRESSURE_MPa = 5e-4
DISPLACEMENT_ORDER, STRESS_ORDER, ORDER_TOLERANCE = 3.0, 2.0, 0.2
ERROR_DEGREE = 8


@dataclass(frozen=True)
class LayerWave:
    """Plane strain of an elastic layer, ``u = (U sin kx, V cos kx)``.

    ``U = sum e^(sky) (A + B ky)`` and ``V = sum e^(sky) (-sA + B (3 - 4 nu) - s B ky)``
    over ``s = -1, 1``.

    Attributes:
        constants: A and B for s = -1, then for s = 1, (4,), µm.
        poisson: Poisson's ratio.
    """

    constants: Array
    poisson: float

    def displacement(self, position: Any) -> Any:
        """UFL displacement at a position, of which the second entry is the height."""
        wave = 2 * math.pi / WAVELENGTH_UM
        height = wave * position[1]
        along = across = 0
        for sign, (a, b) in zip((-1, 1), self.constants.reshape(2, 2), strict=True):
            decay = ufl.exp(sign * height)
            along += decay * (a + b * height)
            across += decay * (-sign * a + b * (3 - 4 * self.poisson) - sign * b * height)
        angle = wave * position[0]
        return ufl.as_vector([along * ufl.sin(angle), across * ufl.cos(angle)])


def solve_layer(
    far_height_um: float, pressure_MPa: float, young_MPa: float, poisson: float, clamped: bool
) -> LayerWave:
    """Constants of a layer pressed at height 0 by ``pressure * cos kx``.

    Args:
        far_height_um: Height of the other face.
        pressure_MPa: Amplitude.
        young_MPa: Young's modulus.
        poisson: Poisson's ratio.
        clamped: Whether the far face is clamped; otherwise it slides without
            friction on a flat platen.
    """
    shear = young_MPa / (2 * (1 + poisson))
    lame = 2 * shear * poisson / (1 - 2 * poisson)
    wave = 2 * math.pi / WAVELENGTH_UM

    def columns(height: float) -> dict[str, Array]:
        t = wave * height
        along, across, d_along, d_across = [], [], [], []
        for s in (-1, 1):
            e = math.exp(s * t)
            along += [e, e * t]
            d_along += [s * e, e * (1 + s * t)]
            across += [-s * e, e * (3 - 4 * poisson - s * t)]
            d_across += [-e, e * (s * (3 - 4 * poisson) - t - s)]
        along, across, d_along, d_across = map(np.array, (along, across, d_along, d_across))
        return {
            "along": along,
            "across": across,
            "shear": shear * wave * (d_along - across),
            "normal": wave * ((lame + 2 * shear) * d_across + lame * along),
        }

    near, far = columns(0.0), columns(far_height_um)
    held = far["along"] if clamped else far["shear"]
    system = np.array([near["normal"], near["shear"], far["across"], held])
    return LayerWave(np.linalg.solve(system, [-pressure_MPa, 0, 0, 0]), poisson)


def convergence_rates(elements: tuple[int, ...] = ELEMENTS) -> list[Row]:
    """Least-squares orders of displacement and stress in the L2 norm.

    Args:
        elements: Surface elements of the meshes.
    """
    bodies = {
        "ceramic": [_ceramic_errors(count) for count in elements],
        "sodium, elastic": [_sodium_errors(count, 1.0) for count in elements],
    }
    rows = []
    for body, errors in bodies.items():
        for quantity, column, order in (
            ("displacement", 0, DISPLACEMENT_ORDER),
            ("stress", 1, STRESS_ORDER),
        ):
            values = np.array([error[column] for error in errors])
            fitted = fitted_order(elements, values)
            shown = ", ".join(f"{value:.2g}" for value in values)
            note = f"relative L2 errors {shown} with {', '.join(map(str, elements))} elements"
            name = f"order of {quantity}, {body}"
            rows.append(absolute(name, order, fitted, ORDER_TOLERANCE, "1", note))
    return rows


def fitted_order(elements: tuple[int, ...], errors: Array) -> float:
    """Order by least squares of the logarithms."""
    return float(-np.polyfit(np.log(elements), np.log(errors), 1)[0])


def _ceramic_errors(elements: int) -> tuple[float, float]:
    loaded = ceramic_shear.load_ceramic(elements, THICKNESS_UM, EVEN, WAVELENGTH_UM / elements)
    material = ceramic_shear.MATERIAL
    exact = solve_layer(
        -THICKNESS_UM,
        ceramic_shear.AMPLITUDE_MPa,
        material.young_MPa,
        material.poisson,
        clamped=True,
    )
    ceramic = loaded.ceramic
    mesh = ceramic.body.mesh
    true = exact.displacement(ufl.SpatialCoordinate(mesh))
    stress = _stress(ceramic.displacement, material.young_MPa, material.poisson)
    return (
        _relative_l2(mesh, ceramic.displacement, true),
        _relative_l2(mesh, stress, _stress(true, material.young_MPa, material.poisson)),
    )


def _sodium_errors(elements: int, edge_share: float) -> tuple[float, float]:
    """Errors of the sodium's mixed form, its edge stiffness times a factor."""
    body = build_sodium(
        WAVELENGTH_UM,
        THICKNESS_UM,
        elements,
        MPI.COMM_SELF,
        growth=EVEN,
        largest_um=WAVELENGTH_UM / elements,
    )
    sodium = Sodium(body, SODIUM, WAVELENGTH_UM / elements)
    sodium.fields.stiffness.value = 0.0
    sodium.fields.edge_stiffness.value *= edge_share
    angle = 2 * math.pi / WAVELENGTH_UM * sodium.surface().position[:, 0]
    # Contact only pushes: a uniform pressure on top keeps the wave compressive.
    sodium.set_multiplier(SODIUM_PRESSURE_MPa * (1.5 + np.cos(angle)))
    state = sodium.fields.state.x.array.copy()
    for _ in range(3):
        sodium.set_state(state)
        residual, _ = sodium.residual()
        sodium.assemble_tangent()
        sodium.solver.factor()
        state = state + sodium.with_ghosts(sodium.solver.solve(-residual))
    sodium.set_state(state)
    exact = solve_layer(
        THICKNESS_UM, SODIUM_PRESSURE_MPa, SODIUM.young_MPa, SODIUM.poisson, clamped=False
    )
    mesh = body.mesh
    position = ufl.SpatialCoordinate(mesh)
    share = (1 + SODIUM.poisson) * (1 - 2 * SODIUM.poisson) / (1 - SODIUM.poisson)
    squeeze = 1.5 * SODIUM_PRESSURE_MPa * share / SODIUM.young_MPa
    true = exact.displacement(position)
    true += ufl.as_vector([0, squeeze * (THICKNESS_UM - position[1])])
    displacement = ufl.split(sodium.fields.state)[0]
    cauchy = sodium.forms.cauchy
    plane = ufl.as_tensor([[cauchy[i, j] for j in range(2)] for i in range(2)])
    return (
        _relative_l2(mesh, displacement, true),
        _relative_l2(mesh, plane, _stress(true, SODIUM.young_MPa, SODIUM.poisson)),
    )


def _stress(displacement: Any, young_MPa: float, poisson: float) -> Any:
    strain = ufl.sym(ufl.grad(displacement))
    shear = young_MPa / (2 * (1 + poisson))
    lame = 2 * shear * poisson / (1 - 2 * poisson)
    return 2 * shear * strain + lame * ufl.tr(strain) * ufl.Identity(2)


def _relative_l2(mesh: Any, computed: Any, exact: Any) -> float:
    measure = ufl.Measure("dx", mesh, metadata={"quadrature_degree": ERROR_DEGREE})

    def square(value: Any) -> float:
        return fem.assemble_scalar(fem.form(ufl.inner(value, value) * measure))

    return math.sqrt(square(computed - exact) / square(exact))
