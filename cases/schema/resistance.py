"""The ``[resistance]`` table of a case: what touches resists, and waviness beyond the cell.

Without it the contact is perfect and only constriction is reported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from napress.cases.errors import CaseError
from napress.cases.values import units
from napress.cases.values.fields import Bounds, SourcedValue, Strict, quantity, sourced

if TYPE_CHECKING:
    from napress.cases.schema.interface_case import Case

RESISTANCE = Bounds(at_least=0.0, at_most=1e9)
# Below this ratio waviness and roughness are not separate scales.
SCALE_SEPARATION = 10.0
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


class ResistanceTable(Strict):
    """Resistances per true contact area, and form error."""

    charge_transfer: _sourced("charge transfer per true contact area, '2 ohm*cm**2'") = None
    film: _sourced("film between metal and ceramic, per true contact area") = None
    waviness: Annotated[
        Waviness | None, Field(description="table [resistance.waviness]; default: none")
    ] = None

    def value_of(self, name: str) -> float:
        """A resistance in ohm cm2, 0 if it is not given."""
        entry: SourcedValue | None = getattr(self, name)
        return 0.0 if entry is None else entry.value


def check_resistance(case: Case, file: str) -> None:
    """Checks that the table fits the rest of the case.

    Raises:
        CaseError: If the ceramic's conductivity is unknown, or the waviness is no
            separate scale.
    """
    from napress.cases.schema.interface_case import value_of

    table = case.resistance
    if table is None:
        return
    if value_of(case.ceramic, "ionic_conductivity") is None:
        raise CaseError(
            file,
            "resistance",
            "needs a conductivity that neither case nor material gives; allowed: "
            "ceramic.ionic_conductivity, such as '5 mS/cm'",
        )
    wave = table.waviness
    if wave is None:
        return
    least = SCALE_SEPARATION * case.interface.width
    if wave.wavelength < least:
        raise CaseError(
            file,
            "resistance.waviness.wavelength",
            f"{wave.wavelength:g} um is no scale apart from the cell; allowed: >= {least:g} um, "
            f"{SCALE_SEPARATION:g} times interface.width",
        )
    thinnest = wave.wavelength / 20
    if wave.electrolyte_thickness < thinnest:
        raise CaseError(
            file,
            "resistance.waviness.electrolyte_thickness",
            f"{wave.electrolyte_thickness:g} um is too thin for the rule; allowed: >= "
            f"{thinnest:g} um, a twentieth of the wavelength",
        )
    if wave.amplitude > wave.wavelength / 20:
        raise CaseError(
            file,
            "resistance.waviness.amplitude",
            f"{wave.amplitude:g} um is too steep for the rule; allowed: <= "
            f"{wave.wavelength / 20:g} um, a twentieth of its wavelength",
        )
