"""The table ``[cell]``: the cell on which a resistance was measured, for ``napress fit``.

It says nothing about a run, so it is no part of the case's hash.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from napress.cases.values import units
from napress.cases.values.fields import Bounds, Strict, count, quantity

AREA = units.Dimension("area", "cm**2", ("mm**2", "cm**2", "um**2"), "1.27 cm**2")
RESISTANCE = units.Dimension("resistance", "ohm", ("ohm", "mohm", "kohm"), "30 ohm")
_AREA = Bounds(above=0.0, at_most=1e6)
_OHM = Bounds(at_least=0.0, at_most=1e12)
_PERCENT = Bounds(above=0.0, at_most=300.0)


def _field(kind: Any, description: str) -> Any:
    return Annotated[kind | None, Field(description=description)]


class CellTable(Strict):
    """A measured cell: metal on one face of the pellet or on both."""

    area: _field(quantity(AREA, _AREA), "nominal area of one interface, '1.27 cm**2'") = None
    interfaces: _field(count(1, 2), "1, or 2 in a symmetric cell") = None
    pellet_resistance: _field(
        quantity(RESISTANCE, _OHM), "of the pellet and leads alone, such as '30 ohm'"
    ) = None
    pellet_uncertainty: _field(
        quantity(units.FRACTION, _PERCENT), "standard uncertainty of that, such as '3 %'"
    ) = None
