"""The pellet case: every table and key a user can write, with what each accepts."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import (
    Field,
    PlainSerializer,
    PlainValidator,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from napress.cases.errors import shown
from napress.cases.schema.interface_case import CeramicTable, SodiumTable, material_of
from napress.cases.schema.laws.fracture import Specimens
from napress.cases.schema.materials import Tool
from napress.cases.schema.program import LARGEST_PRESSURE_MPA
from napress.cases.values import units
from napress.cases.values.fields import Bounds, Strict, choice, number, quantity, text

# Diameter over thickness that the mesh still resolves.
SLENDEREST = 200.0
_POSITIVE = Bounds(above=0.0, at_most=1e6)
_DISTANCE = quantity(units.LENGTH, Bounds(at_least=0.0, at_most=1e6))
_SIZE = quantity(units.LENGTH, _POSITIVE)
_PRESSURE = quantity(units.PRESSURE, Bounds(above=0.0, at_most=LARGEST_PRESSURE_MPA))
_SIGNED = quantity(units.LENGTH, Bounds(at_least=-1e5, at_most=1e5))
_TILT = quantity(units.ANGLE, Bounds(at_least=0.0, at_most=0.2))
_FORCE_BOUNDS = Bounds(above=0.0, at_most=1e6)
_TONNE = re.compile(r"(?<=[\d\s.])(t|tf)\s*$")


def _field(kind: Any, description: str) -> Any:
    return Annotated[kind, Field(description=description)]


def _force() -> Any:
    """Returns the type of a force; ``10 t`` is read as the weight of ten tonnes."""

    def parse(value: object) -> float:
        written = _TONNE.sub("force_t", value) if isinstance(value, str) else value
        try:
            force = units.parse_quantity(written, units.FORCE)
        except ValueError as error:
            raise ValueError(str(error).replace(repr(written), shown(value))) from error
        return _FORCE_BOUNDS.check(force, value, units.FORCE.unit)

    return Annotated[
        float,
        PlainValidator(parse),
        PlainSerializer(lambda value: units.format_quantity(value, units.FORCE)),
        WithJsonSchema({"type": "string", "examples": ["100 kN", "10 t"]}),
    ]


class PelletTable(Strict):
    """The pellet in its die, the punch above it and what it stands on."""

    diameter: _field(_SIZE, "of pellet, punch and die, such as '10 mm'")
    loading: _field(choice("uniaxial", "isostatic"), "by a punch, or by a fluid all round") = (
        "uniaxial"
    )
    punch_material: _field(
        material_of(Tool, "pellet.punch_material") | None, "a tool material; for its stress"
    ) = None
    punch_crown: _field(_SIGNED, "how far its edge stands back; negative is hollow") = 0.0
    punch_tilt: _field(_TILT, "of its face, such as '0.1 deg'; makes the model 3-D") = 0.0
    chamfer_width: _field(_DISTANCE, "of the ring ground off at its edge") = 0.0
    chamfer_depth: _field(_DISTANCE, "how far the outer edge of that ring stands back") = 0.0
    clearance: _field(_DISTANCE, "radial, between punch and die; 0 is sealed") = 0.0
    land: _field(_DISTANCE, "length over which the punch fills the die") = 0.0
    support_gap: _field(_DISTANCE, "diameter of a hollow below the pellet") = 0.0
    debris_height: _field(_DISTANCE, "height of a rigid particle below the pellet") = 0.0
    debris_diameter: _field(_DISTANCE, "its diameter") = 0.0
    support_offset: _field(_DISTANCE, "of hollow or particle from the axis; makes it 3-D") = 0.0
    sleeve: _field(choice("none", "rigid", "elastic"), "what the side of the pellet feels") = "none"
    sleeve_material: _field(
        material_of(Tool, "pellet.sleeve_material") | None, "of an elastic sleeve"
    ) = None
    sleeve_outer_diameter: _field(_DISTANCE, "of an elastic sleeve") = 0.0

    @model_validator(mode="after")
    def _consistent(self) -> PelletTable:
        for key, message in self._faults():
            raise PydanticCustomError("pellet", "{text}", {"key": key, "text": message})
        return self

    def _faults(self) -> list[tuple[str, str]]:
        """What does not fit together: the field at fault, and what is allowed."""
        width = f"{self.diameter:g} um"
        found = []
        if self.loading == "isostatic":
            for key in (
                "punch_tilt",
                "punch_crown",
                "chamfer_width",
                "clearance",
                "support_gap",
                "debris_height",
                "support_offset",
            ):
                if getattr(self, key):
                    found.append((key, "means nothing without a punch; allowed: loading uniaxial"))
            if self.sleeve != "none":
                found.append(("sleeve", "means nothing in a fluid; allowed: sleeve none"))
        if self.sleeve == "elastic":
            if self.sleeve_material is None:
                found.append(("sleeve_material", "missing; allowed: a tool such as 'peek'"))
            if self.sleeve_outer_diameter <= self.diameter:
                found.append(("sleeve_outer_diameter", f"allowed: > diameter = {width}"))
        if self.clearance > 0 and self.sleeve == "none":
            found.append(("clearance", "needs a die; allowed: sleeve rigid or elastic"))
        if self.clearance > 0 and self.land == 0:
            found.append(("land", "missing; allowed: > 0 um where there is a clearance"))
        if 2 * self.chamfer_width >= self.diameter:
            found.append(("chamfer_width", f"allowed: < half the diameter = {width}"))
        if self.support_gap + 2 * self.support_offset >= self.diameter:
            found.append(("support_gap", f"leaves no support; allowed: within diameter = {width}"))
        if (self.debris_height > 0) != (self.debris_diameter > 0):
            found.append(("debris_diameter", "allowed: height and diameter, or neither"))
        if self.debris_height > 0 and self.support_gap > 0:
            found.append(("debris_height", "allowed: a particle or a gap, not both"))
        if self.debris_diameter + 2 * self.support_offset >= self.diameter:
            found.append(("debris_diameter", f"allowed: within diameter = {width}"))
        if self.support_offset > 0 and not (self.support_gap or self.debris_height):
            found.append(("support_offset", "allowed: with a support_gap or debris"))
        return found


class PressTable(Strict):
    """The press and the die: what they may carry, and when to warn and to refuse."""

    capacity: _field(_force(), "of the press, such as '100 kN' or '10 t'")
    die_rating: _field(_force() | None, "largest force of the die; default: the press alone") = None
    warning: _field(
        number(Bounds(above=0.0, at_most=1.0)), "share of what is allowed that gives a warning"
    ) = 0.8
    refusal: _field(
        number(Bounds(above=0.0, at_most=2.0)), "share of what is allowed that is refused"
    ) = 1.0

    @property
    def allowed_kN(self) -> float:
        """The smaller of capacity and rating."""
        return min(self.capacity, self.die_rating or self.capacity)


class PelletStage(Strict):
    """One load. The model of the pellet knows neither time nor temperature nor release."""

    pressure: _field(_PRESSURE, "mean pressure to press to, such as '360 MPa'")


class PelletCase(Strict):
    """Everything that defines the pressing of a pellet."""

    title: _field(text(), "one line that names the run") = "untitled"
    pellet: _field(PelletTable, "table [pellet] with diameter")
    ceramic: _field(CeramicTable, "table [ceramic] with material and thickness of the pellet")
    sodium: _field(SodiumTable, "table [sodium] with material and thickness of its layer")
    fracture: _field(Specimens, "table [fracture]: specimens of the strength") = Specimens()
    press: _field(PressTable | None, "table [press] with capacity") = None
    program: Annotated[
        tuple[PelletStage, ...],
        Field(min_length=1, max_length=100, description="one or more tables [[program]]"),
    ]

    @field_validator("program", mode="before")
    @classmethod
    def _list_of_tables(cls, raw: object, info: ValidationInfo) -> object:
        if isinstance(raw, tuple):
            return raw
        if not isinstance(raw, list) or not raw or not all(isinstance(i, dict) for i in raw):
            raise ValueError(f"{shown(raw)}; allowed: 1 or more tables [[program]]")
        return raw

    @model_validator(mode="after")
    def _increasing(self) -> PelletCase:
        least, most = self.pellet.diameter / SLENDEREST, self.pellet.diameter
        if not least <= self.ceramic.thickness <= most:
            message = f"allowed: from {least:g} um to {most:g} um on this diameter"
            key = "ceramic.thickness"
            raise PydanticCustomError("slender", "{text}", {"key": key, "text": message})
        if self.press is not None and self.pellet.loading == "isostatic":
            message = "means nothing in a fluid; allowed: loading uniaxial, or no table [press]"
            raise PydanticCustomError("press", "{text}", {"key": "press", "text": message})
        previous = 0.0
        for index, stage in enumerate(self.program):
            if stage.pressure <= previous:
                message = (
                    f"{stage.pressure:g} MPa does not exceed the {previous:g} MPa before it; "
                    "allowed: increasing pressures"
                )
                key = f"program[{index}].pressure"
                raise PydanticCustomError("order", "{text}", {"key": key, "text": message})
            previous = stage.pressure
        return self
