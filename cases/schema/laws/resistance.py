"""The ``[resistance]`` table of a case: what touches resists, and waviness beyond the cell.

Without it the contact is perfect and only constriction is reported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from napress.cases.values import units
from napress.cases.values.fields import Bounds, SourcedValue, Strict, quantity, sourced

if TYPE_CHECKING:
    pass

RESISTANCE = Bounds(at_least=0.0, at_most=1e9)
_LENGTH = quantity(units.LENGTH, Bounds(above=0.0, at_most=1e6))


def _sourced(description: str) -> Any:
    kind = sourced(units.AREA_RESISTANCE, RESISTANCE, from_case=True)
    return Annotated[kind | None, Field(description=f"{description}; default: none")]


class Waviness(Strict):
    """Form error: a wave much longer than the cell, in series with the cell's resistance."""

    wavelength: Annotated[_LENGTH, Field(description="10 cell widths or more, such as '5 mm'")]
    amplitude: Annotated[_LENGTH, Field(description="half its peak-to-valley height, '2 um'")]
    electrolyte_thickness: Annotated[
        _LENGTH, Field(description="of the pellet that the current spreads in, such as '1 mm'")
    ]
    metal_thickness: Annotated[
        _LENGTH | None,
        Field(description="of the whole foil, sealed at its rim, '0.1 mm'; default: unknown"),
    ] = None


class ResistanceTable(Strict):
    """Resistances per true contact area, and form error."""

    charge_transfer: _sourced("charge transfer per true contact area, '2 ohm*cm**2'") = None
    film: _sourced("film between metal and ceramic, per true contact area") = None
    pellet_thickness: Annotated[
        _LENGTH | None,
        Field(description="of the real pellet, for its arc in a spectrum; default: the ceramic's"),
    ] = None
    waviness: Annotated[
        Waviness | None, Field(description="table [resistance.waviness]; default: none")
    ] = None

    def value_of(self, name: str) -> float:
        """A resistance in ohm cm2, 0 if it is not given."""
        entry: SourcedValue | None = getattr(self, name)
        return 0.0 if entry is None else entry.value
