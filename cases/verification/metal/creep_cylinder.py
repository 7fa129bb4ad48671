"""A cylindrical void closing by Norton creep under an outer pressure.

The quarter annulus of `hill_cylinder` with the pressure on its outer face. Elastic
strains are some 1e-4, so that after a shrinking of a few per cent the stress is that of
steady creep; from there the bore follows the closed form, integrated as it shrinks.
"""

from __future__ import annotations

import math

import napress.meshes.backend  # noqa: F401  orders the imports below

import numpy as np

from napress.cases.verification.metal.creep_point import NORTON_EXPONENT, NORTON_RATE_PER_S
from napress.cases.verification.metal.hill_cylinder import (
    INNER_UM,
    OUTER_UM,
    Cylinder,
    build_cylinder,
)
from napress.cases.verification.rows import Row, absolute, relative
from napress.fem.inputs.constants import ROOM_TEMPERATURE_K
from napress.fem.inputs.materials import CreepLaw, PlasticMetal
from napress.fem.sodium.creep import let_creep
from napress.postprocess.theory.creep import norton_closed_radius
from napress.postprocess.theory.plasticity import norton_cylinder_closure_rate_per_s

PRESSURE_MPa = 1.0
METAL = PlasticMetal(
    4600.0, 0.4999, 0.235, creep=CreepLaw(NORTON_RATE_PER_S, NORTON_EXPONENT, has_yield=False)
)
RINGS, STEPS = 20, 40
SETTLING = 0.05  # shrinking before the comparison begins
FROM_START = 8  # settling steps


def bore_radius_um(cylinder: Cylinder) -> float:
    """Mean current radius of the bore's nodes."""
    sodium = cylinder.sodium
    at = sodium.displacement_space.tabulate_dof_coordinates()[:, :2]
    moved = at + sodium.fields.state.x.array[sodium.displacement_dofs].reshape(-1, 2)
    bore = np.abs(cylinder.node_radius_um / INNER_UM - 1) < 1e-6
    return float(np.linalg.norm(moved[bore], axis=1).mean())


def _creep(cylinder: Cylinder, seconds: float, steps: int) -> None:
    """Lets the cylinder creep under the pressure in equal steps."""
    let_creep(cylinder.sodium, seconds / steps, ROOM_TEMPERATURE_K)
    for _ in range(steps):
        cylinder.expand(PRESSURE_MPa)
        cylinder.sodium.plastic.commit()


def closing_void(rings: int = RINGS, steps: int = STEPS) -> list[Row]:
    """Radius of the bore against time, and the order of its error in the step.

    Args:
        rings: Elements between bore and outer face.
        steps: Time steps of the compared shrinking.
    """
    runs = [_closed(rings, count) for count in (steps // 4, steps // 2, steps)]
    first, second, closed = (run[0] for run in runs)
    _, expected, note = runs[-1]
    order = math.log2((first - second) / (second - closed))
    # Of first order, so the last two runs extrapolate to no time step at all.
    limit = 2 * closed - second
    return [
        relative(f"Norton void: shrinking in {steps} steps", expected, closed, 0.02, "1", note),
        relative("Norton void: extrapolated to no time step", expected, limit, 0.005, "1", note),
        absolute("Norton void: order in the time step", 1.0, order, 0.1, "1", note),
    ]


def _closed(rings: int, steps: int) -> tuple[float, float, str]:
    """Logarithmic shrinking of the bore: found, closed form, and how."""
    cylinder = build_cylinder(rings, METAL, pressed_outside=True)
    fraction = (INNER_UM / OUTER_UM) ** 2
    rate = norton_cylinder_closure_rate_per_s(
        PRESSURE_MPa, fraction, NORTON_RATE_PER_S, NORTON_EXPONENT
    )
    let_creep(cylinder.sodium, 0.0, ROOM_TEMPERATURE_K)
    _creep(cylinder, SETTLING / rate, FROM_START)
    start = bore_radius_um(cylinder)
    metal = OUTER_UM**2 - INNER_UM**2
    seconds = 0.1 / rate
    _creep(cylinder, seconds, steps)
    end = bore_radius_um(cylinder)
    exact = norton_closed_radius(
        start,
        math.sqrt(start**2 + metal),
        PRESSURE_MPa,
        seconds,
        NORTON_RATE_PER_S,
        NORTON_EXPONENT,
    )
    note = f"ln of the radius from {start:.4f} um, {seconds:.3g} s at 1 MPa, {rings} rings"
    return math.log(start / end), math.log(start / exact), note
