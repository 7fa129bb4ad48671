"""Order of a step: perfectly plastic metal whose strain turns a corner.

A point is brought to yield and then strained across: its stress turns along the yield
surface, which has a closed form. The step of a run, implicit Euler from a state that is led
by the last step's flow, is compared with it, and so is implicit Euler alone.
"""

from __future__ import annotations

import math

import napress.meshes.backend  # noqa: F401  orders the imports below

import numpy as np
from numpy.typing import NDArray

from napress.cases.verification.metal.plastic_point import (
    METALS,
    VIRGIN,
    MaterialPoint,
    PointState,
    SHEAR_MPa,
    YIELD_MPa,
)
from napress.cases.verification.rows import Row, absolute
from napress.fem.stepping.equilibrium import lead_share
from napress.postprocess.theory.plasticity import turned_angle

Array = NDArray[np.float64]
STEPS = (20, 40, 80)
# Strain after the corner, in strains at which the metal yields; steps are long and short in
# turn, as those of a run are.
STRAIN, LONG_OVER_SHORT = 2.0, 1.3
FIRST = np.diag([1.0, -1.0, 0.0]) / math.sqrt(2.0)
ACROSS = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]]) / math.sqrt(2.0)


def order_of_step() -> list[Row]:
    """Order fitted to the error in the direction of stress, and the error itself."""
    exact = turned_angle(0.5 * math.pi, STRAIN)
    rows = []
    for name, leads, order in (("a step of a run", True, 2.0), ("implicit Euler", False, 1.0)):
        errors = [abs(_angle(steps, leads) - exact) for steps in STEPS]
        fitted = -float(np.polyfit(np.log(STEPS), np.log(errors), 1)[0])
        listed = ", ".join(f"{error:.2g}" for error in errors)
        note = f"errors in radians {listed} at {', '.join(map(str, STEPS))} steps"
        rows.append(absolute(f"order of {name} round a corner", order, fitted, 0.1, "1", note))
    rows.append(
        absolute(
            "direction of stress round a corner",
            exact,
            _angle(STEPS[-1], True),
            2e-3,
            "rad",
            f"strain of {STRAIN:g} yield strains across the first, {STEPS[-1]} steps",
        )
    )
    return rows


def _angle(steps: int, leads: bool) -> float:
    """Angle between stress and the second strain after it has been applied, radians."""
    point = MaterialPoint(METALS["perfect"])
    at_yield = math.sqrt(2.0 / 3.0) * YIELD_MPa / (2 * SHEAR_MPa)
    now = point.deform(np.eye(3) + at_yield * FIRST, VIRGIN)
    sizes = np.resize([1.0, LONG_OVER_SHORT], steps)
    ends = np.cumsum(sizes) / sizes.sum()
    earlier, last = now, 0.0
    for size, end in zip(sizes, ends, strict=True):
        share = lead_share(size, last) if leads else 0.0
        gradient = np.eye(3) + at_yield * (FIRST + STRAIN * end * ACROSS)
        earlier, now = now, point.deform(gradient, _led(now, earlier, share))
        last = size
    along = float(np.tensordot(now.deviator, ACROSS)) / float(np.linalg.norm(now.deviator))
    return math.acos(along)


def _led(now: PointState, earlier: PointState, share: float) -> PointState:
    """What a step starts from, as ``PlasticHistory.lead`` has it."""
    inverse = now.inverse_plastic + share * (now.inverse_plastic - earlier.inverse_plastic)
    inverse = inverse / np.cbrt(np.linalg.det(inverse))
    strain = now.plastic_strain + share * (now.plastic_strain - earlier.plastic_strain)
    return PointState(now.deviator, inverse, strain)
