"""What the sodium's forms are set to for a step besides its history: slip, creep, stiffness.

Each step sets them anew. They are remembered all the same, since the tangent that the next
step starts with was built with them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from napress.fem.history_field import BY_HOLDER, FACE, SHARED, HistoryField

if TYPE_CHECKING:
    from dolfinx import fem

    from napress.fem.sodium.body import Sodium

Array = NDArray[np.float64]


def settings(sodium: Sodium) -> tuple[HistoryField, ...]:
    """Resistance to slip with the slope it is measured along, contact stiffness and creep."""
    fields, points = sodium.fields, sodium.face.slope_points

    def slopes() -> Array:
        return fields.previous_slope.x.array.reshape(-1, sodium.dimension - 1)

    def set_slope(slope: Array) -> None:
        slopes()[points] = slope

    constants = {"stiffness": fields.stiffness}
    if sodium.constants.creep is not None:
        constants["creep_increment"] = sodium.constants.creep.increment
    return (
        HistoryField("previous_slope", FACE, BY_HOLDER, lambda: slopes()[points], set_slope),
        HistoryField(
            "slip_viscosity",
            SHARED,
            BY_HOLDER,
            lambda: np.array(sodium.slip_viscosity),
            sodium.resist_slip,
        ),
        *(_of(name, constant) for name, constant in constants.items()),
    )


def _of(name: str, constant: fem.Constant) -> HistoryField:
    """A constant of the forms that changes from step to step."""

    def write(value: Array) -> None:
        constant.value = float(value)

    return HistoryField(name, SHARED, BY_HOLDER, lambda: np.array(constant.value), write)
