"""The table ``[film]``: a layer between metal and electrolyte that breaks under pressure."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from napress.cases.values import units
from napress.cases.values.fields import Bounds, SourcedValue, Strict, sourced
from napress.fem.inputs.film_law import FilmLaw
from napress.postprocess.theory.film import film_asr_ohm_cm2

PRESSURE = Bounds(above=0.0, at_most=1e5)
EXPONENT = Bounds(at_least=0.1, at_most=20.0)
SPACING = Bounds(above=0.0, at_most=1e4)
THICKNESS = Bounds(above=0.0, at_most=10.0)
RESISTANCE = Bounds(above=0.0, at_most=1e12)
CONDUCTIVITY = Bounds(at_least=0.0, at_most=1e3)
PERMITTIVITY = Bounds(at_least=1.0, at_most=1e5)
REOPENING = Bounds(at_least=0.0, at_most=20.0)


def _of(dimension: units.Dimension | None, bounds: Bounds, description: str) -> Any:
    return Annotated[sourced(dimension, bounds, from_case=True), Field(description=description)]


def _optional(dimension: units.Dimension | None, bounds: Bounds, description: str) -> Any:
    kind = sourced(dimension, bounds, from_case=True)
    return Annotated[kind | None, Field(default=None, description=description)]


class FilmTable(Strict):
    """How the film breaks, and what is left of it.

    The clean share of the touching area is ``1 - exp(-(p / pressure)**exponent)``, where p
    is the largest contact pressure so far.
    """

    pressure: _of(
        units.PRESSURE, PRESSURE, "contact pressure that breaks 63 % of the film, '200 MPa'"
    )
    exponent: _of(None, EXPONENT, "how sharply it breaks, such as 2.3")
    spacing: _of(units.LENGTH, SPACING, "half the spacing of the clean spots, '50 um'")
    thickness: _optional(units.LENGTH, THICKNESS, "of the film, '5 nm'; for its capacitance")
    permittivity: _optional(None, PERMITTIVITY, "of the film, relative; for its capacitance")
    conductivity: _optional(
        units.CONDUCTIVITY, CONDUCTIVITY, "of the film; default: none, only clean spots conduct"
    )
    resistance: _optional(
        units.AREA_RESISTANCE, RESISTANCE, "through the film, instead of its conductivity"
    )
    reopening_exponent: _optional(
        None,
        REOPENING,
        "on release clean contact falls as (p / largest p) to this power; default: it stays. "
        "About 2.3 from a single point, so mark it estimate = true",
    )

    @model_validator(mode="after")
    def _whole(self) -> FilmTable:
        if self.conductivity is not None and self.thickness is None:
            text = "missing with conductivity; allowed: the film's thickness, such as '5 nm'"
            raise PydanticCustomError("missing", "{text}", {"key": "thickness", "text": text})
        if self.conductivity is not None and self.resistance is not None:
            text = "given beside conductivity; allowed: one of the two"
            raise PydanticCustomError("twice", "{text}", {"key": "resistance", "text": text})
        if (
            self.reopening_exponent is not None
            and not self.reopening_exponent.estimate
            and "case file" in self.reopening_exponent.source
        ):
            text = (
                "has no source and nobody has measured it well; allowed: "
                "{ value = 2.3, estimate = true }, or source = '...'"
            )
            key = "reopening_exponent"
            raise PydanticCustomError("estimate", "{text}", {"key": key, "text": text})
        return self

    def estimates(self) -> list[str]:
        """Names of its values that are estimates, such as ``film.pressure``."""
        entries = {name: getattr(self, name) for name in type(self).model_fields}
        return [
            f"film.{name}"
            for name, entry in entries.items()
            if isinstance(entry, SourcedValue) and entry.estimate
        ]


def to_film(table: FilmTable | None) -> FilmLaw | None:
    """Returns the film of a case in inner units; ``None`` without a table."""
    if table is None:
        return None

    def number(entry: SourcedValue | None) -> float | None:
        return None if entry is None else entry.value

    laid = {}
    if table.conductivity is not None and table.conductivity.value > 0:
        through = film_asr_ohm_cm2(table.thickness.value, table.conductivity.value)
        laid["resistance_ohm_cm2"] = through
    if table.resistance is not None:
        laid["resistance_ohm_cm2"] = table.resistance.value
    return FilmLaw(
        pressure_MPa=table.pressure.value,
        exponent=table.exponent.value,
        spacing_um=table.spacing.value,
        thickness_um=number(table.thickness),
        permittivity=number(table.permittivity),
        reopening_exponent=number(table.reopening_exponent) or 0.0,
        **laid,
    )
