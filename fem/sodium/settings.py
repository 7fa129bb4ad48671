"""What the sodium's forms are set to for a step besides its history: slip, creep, stiffness.

Each step sets them anew. They are remembered all the same, since the tangent that the next
step starts with was built with them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from napress.fem.history_field import BY_HOLDER, FACE, SHARED, HistoryField

if TYPE_CHECKING:
    from dolfinx import fem

    from napress.fem.sodium.creep import CreepConstants
    from napress.fem.sodium.weak_form import SodiumFields

Array = NDArray[np.float64]


def settings(
    fields: SodiumFields,
    creep: CreepConstants | None,
    points: NDArray[np.int32],
    read_viscosity: Callable[[], float],
    resist_slip: Callable[[float], None],
) -> tuple[HistoryField, ...]:
    """Resistance to slip with the slope it is measured along, contact stiffness and creep.

    Args:
        fields: Of the sodium.
        creep: Constants of its creep, None without.
        points: Places of the contact face in ``fields.previous_slope``.
        read_viscosity: Gives the resistance to slip.
        resist_slip: Sets it.
    """
    slope = fields.previous_slope

    def slopes() -> Array:
        return slope.x.array.reshape(-1, slope.function_space.dofmap.index_map_bs)

    def set_slope(values: Array) -> None:
        slopes()[points] = values

    constants = {"stiffness": fields.stiffness}
    if creep is not None:
        constants["creep_increment"] = creep.increment
    return (
        HistoryField("previous_slope", FACE, BY_HOLDER, lambda: slopes()[points], set_slope),
        HistoryField(
            "slip_viscosity",
            SHARED,
            BY_HOLDER,
            lambda: np.array(read_viscosity()),
            resist_slip,
        ),
        *(_of(name, constant) for name, constant in constants.items()),
    )


def _of(name: str, constant: fem.Constant) -> HistoryField:
    """A constant of the forms that changes from step to step."""

    def write(value: Array) -> None:
        constant.value = float(value)

    return HistoryField(name, SHARED, BY_HOLDER, lambda: np.array(constant.value), write)
