"""Table ``[contact]`` of a case: friction, adhesion and the gas in closed voids."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from napress.cases.values import units
from napress.cases.values.fields import Bounds, SourcedValue, Strict, choice, sourced
from napress.fem.inputs.contact_law import FRICTION, FRICTIONLESS, ContactLaw

VACUUM, ARGON = "vacuum", "argon"
COEFFICIENT = Bounds(at_least=0.0, at_most=100.0)
ADHESION = Bounds(at_least=0.0, at_most=1e3)
GAS_PRESSURE = Bounds(above=0.0, at_most=1e3)
GLOVE_BOX = SourcedValue(
    0.1, units.PRESSURE.unit, estimate=True, note="a glove box near atmospheric pressure"
)


def _optional(dimension: units.Dimension | None, bounds: Bounds, description: str) -> Any:
    kind = sourced(dimension, bounds, from_case=True)
    return Annotated[kind | None, Field(default=None, description=description)]


class ContactTable(Strict):
    """What acts between sodium and ceramic besides pressure."""

    law: Annotated[
        choice(FRICTIONLESS, *FRICTION),
        Field(
            description="frictionless; coulomb, coefficient times pressure up to the sodium's "
            "shear strength; stick, no slip"
        ),
    ] = FRICTIONLESS
    coefficient: _optional(None, COEFFICIENT, "coefficient of friction, used by law = 'coulomb'")
    adhesion: _optional(
        units.PRESSURE, ADHESION, "tension that touching surfaces hold, such as '0.1 MPa'"
    )
    gas: Annotated[
        choice(VACUUM, ARGON),
        Field(description="what voids hold when they close off: nothing, or an ideal gas"),
    ] = VACUUM
    gas_pressure: _optional(
        units.PRESSURE, GAS_PRESSURE, "absolute pressure of that gas; default: '0.1 MPa'"
    )

    @model_validator(mode="after")
    def _gas_has_a_pressure(self) -> ContactTable:
        if self.gas == ARGON and self.gas_pressure is None:
            return self.model_copy(update={"gas_pressure": GLOVE_BOX})
        return self

    @model_validator(mode="after")
    def _has_the_coefficient_it_needs(self) -> ContactTable:
        if _uses_coefficient(self) and self.coefficient is None:
            text = f"missing with law = '{self.law}'; allowed: a number {COEFFICIENT.text()}"
            raise PydanticCustomError("missing", "{text}", {"key": "coefficient", "text": text})
        return self


def _uses_coefficient(table: ContactTable) -> bool:
    return table.law in FRICTION and FRICTION[table.law].uses_coefficient


def to_law(table: ContactTable) -> ContactLaw:
    """Returns the table in inner units."""
    return ContactLaw(
        friction=table.law,
        coefficient=table.coefficient.value if _uses_coefficient(table) else 0.0,
        adhesion_MPa=table.adhesion.value if table.adhesion else 0.0,
        gas_MPa=table.gas_pressure.value if table.gas == ARGON else 0.0,
    )


def assumed_contact(table: ContactTable) -> list[str]:
    """Returns the values in effect that are estimates, such as ``contact.coefficient``."""
    entries = {
        "coefficient": table.coefficient if _uses_coefficient(table) else None,
        "adhesion": table.adhesion,
        "gas_pressure": table.gas_pressure if table.gas == ARGON else None,
    }
    return [f"contact.{name}" for name, entry in entries.items() if entry and entry.estimate]
