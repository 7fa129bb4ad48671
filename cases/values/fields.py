"""Field types of case and material files: what each accepts, in one line each.

Every type carries its own check with its own message, so that an error always
ends in what is allowed, and its own JSON schema, so that editors know it too.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    ConfigDict,
    PlainSerializer,
    PlainValidator,
    TypeAdapter,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from napress.cases.errors import shown
from napress.cases.values.units import Dimension, format_quantity, parse_quantity

CASE_SOURCE = "case file"
# Key of the JSON schema that says in words what a value may be.
ACCEPTS = "x-accepts"


def did_you_mean(word: object, choices: Iterable[str]) -> str:
    """Returns ``"did you mean 'x'? "`` for the nearest of the choices, or nothing."""
    close = difflib.get_close_matches(str(word)[:60], list(choices), n=1, cutoff=0.5)
    return f"did you mean '{close[0]}'? " if close else ""


class Strict(BaseModel):
    """A table of a file: unknown and missing keys are refused by name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _known_and_complete(cls, data: Any) -> Any:
        keys = list(cls.model_fields)
        allowed = ", ".join(keys)
        if isinstance(data, cls):
            return data
        if not isinstance(data, dict):
            raise ValueError(f"{shown(data)} is not a table; allowed: a table with {allowed}")
        for key in data:
            if key not in cls.model_fields:
                raise PydanticCustomError(
                    "unknown_key",
                    "{text}",
                    {
                        "key": str(key),
                        "text": f"unknown key; {did_you_mean(key, keys)}allowed: {allowed}",
                    },
                )
        for key, info in cls.model_fields.items():
            if info.is_required() and key not in data:
                text = f"missing; allowed: {info.description}"
                raise PydanticCustomError("missing_key", "{text}", {"key": key, "text": text})
        return data


@dataclass(frozen=True)
class Bounds:
    """Range of a number; ``None`` leaves a side open.

    Attributes:
        above: The number must be greater than this.
        at_least: The number must not be less than this.
        below: The number must be less than this.
        at_most: The number must not be greater than this.
    """

    above: float | None = None
    at_least: float | None = None
    below: float | None = None
    at_most: float | None = None

    def text(self, unit: str = "") -> str:
        """Returns the range in words, such as ``> 0 um and <= 1000 um``."""
        suffix = f" {unit}" if unit else ""
        signs = ((">", self.above), (">=", self.at_least), ("<", self.below), ("<=", self.at_most))
        return " and ".join(
            f"{sign} {limit:g}{suffix}" for sign, limit in signs if limit is not None
        )

    def contains(self, value: float) -> bool:
        """Tells whether the number lies in the range; NaN never does."""
        return (
            not math.isnan(value)
            and (self.above is None or value > self.above)
            and (self.at_least is None or value >= self.at_least)
            and (self.below is None or value < self.below)
            and (self.at_most is None or value <= self.at_most)
        )

    def check(self, value: float, written: object, unit: str = "") -> float:
        """Returns the value, or raises ``ValueError`` naming the range."""
        if not self.contains(value):
            raise ValueError(f"{shown(written)} is out of range; allowed: {self.text(unit)}")
        return value


def _plain_number(value: object, bounds: Bounds) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"{shown(value)} is not a number; allowed: {bounds.text()}")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    return bounds.check(number, value)


def quantity(dimension: Dimension, bounds: Bounds) -> Any:
    """Returns the type of a field with a unit; its value is a float in the inner unit."""

    def parse(value: object) -> float:
        return bounds.check(parse_quantity(value, dimension), value, dimension.unit)

    return Annotated[
        float,
        PlainValidator(parse),
        PlainSerializer(lambda value: format_quantity(value, dimension)),
        WithJsonSchema(_quantity_schema(dimension, bounds)),
    ]


def number(bounds: Bounds) -> Any:
    """Returns the type of a dimensionless field."""
    return Annotated[
        float,
        PlainValidator(lambda value: _plain_number(value, bounds)),
        WithJsonSchema({"type": "number", ACCEPTS: f"number {bounds.text()}".strip()}),
    ]


def count(at_least: int, at_most: int | None = None) -> Any:
    """Returns the type of a whole number in a range; without an end, whatever checks on."""
    allowed = f"{at_least} or more" if at_most is None else f"{at_least} to {at_most}"

    def parse(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            wanted = f"a whole number, {allowed}"
            if at_most is not None:
                wanted = f"a whole number from {allowed}"
            raise ValueError(f"{shown(value)} is not a whole number; allowed: {wanted}")
        if value < at_least or (at_most is not None and value > at_most):
            raise ValueError(f"{shown(value)} is out of range; allowed: {allowed}")
        return value

    bounds = {"minimum": at_least} if at_most is None else {"minimum": at_least, "maximum": at_most}
    return Annotated[int, PlainValidator(parse), WithJsonSchema({"type": "integer"} | bounds)]


def one_or_two(kind: Any) -> Any:
    """Returns the type of a field that holds one value, or a list of two (a tuple inside)."""
    one = TypeAdapter(kind)

    def parse(value: object, info: ValidationInfo) -> Any:
        if not isinstance(value, (list, tuple)):
            return one.validate_python(value, context=info.context)
        if len(value) != 2:
            raise ValueError(f"{shown(value)} is not a pair; allowed: one value or a list of two")
        return tuple(one.validate_python(item, context=info.context) for item in value)

    def write(value: Any) -> Any:
        if isinstance(value, tuple):
            return [one.dump_python(item) for item in value]
        return one.dump_python(value)

    single = one.json_schema()
    pair = {"type": "array", "items": single, "minItems": 2, "maxItems": 2}
    return Annotated[
        Any,
        PlainValidator(parse),
        PlainSerializer(write),
        WithJsonSchema({"anyOf": [single, pair]}),
    ]


def text(longest: int = 200) -> Any:
    """Returns the type of a text field."""

    def parse(value: object) -> str:
        if not isinstance(value, str) or not value.strip() or len(value) > longest:
            wanted = f"text of 1 to {longest} characters"
            raise ValueError(f"{shown(value)} is not a usable text; allowed: {wanted}")
        return value

    return Annotated[
        str, PlainValidator(parse), WithJsonSchema({"type": "string", "maxLength": longest})
    ]


def choice(*options: str | int) -> Any:
    """Returns the type of a field with a fixed set of values."""

    def parse(value: object) -> str | int:
        if isinstance(value, (str, int)) and not isinstance(value, bool) and value in options:
            return value
        names = ", ".join(f"{option!r}" for option in options)
        hint = did_you_mean(shown(value), [str(option) for option in options])
        raise ValueError(f"{shown(value)} is not available; {hint}allowed: {names}")

    return Annotated[Any, PlainValidator(parse), WithJsonSchema({"enum": list(options)})]


def flag() -> Any:
    """Returns the type of a yes-or-no field."""

    def parse(value: object) -> bool:
        if not isinstance(value, bool):
            raise ValueError(f"{shown(value)} is not a switch; allowed: true, false")
        return value

    return Annotated[bool, PlainValidator(parse), WithJsonSchema({"type": "boolean"})]


@dataclass(frozen=True)
class SourcedValue:
    """A physical parameter and where it comes from.

    Attributes:
        value: Magnitude in the unit used inside napress (see `units`).
        unit: That unit; empty when dimensionless.
        source: Publication, or ``case file`` for a value the user set there.
        estimate: True when no source was read: textbook, recalled or guessed.
        note: How the value was chosen.
        range: Lowest and highest value reported, in ``unit``, if known.
    """

    value: float
    unit: str = ""
    source: str = ""
    estimate: bool = False
    note: str = ""
    range: tuple[float, float] | None = None


_SOURCED_KEYS = ("value", "source", "estimate", "note", "range")


def sourced(dimension: Dimension | None, bounds: Bounds, from_case: bool = False) -> Any:
    """Returns the type of a physical parameter with its source.

    Args:
        dimension: Its dimension; ``None`` for a plain number.
        bounds: Its range in the inner unit.
        from_case: Whether a bare quantity is enough, as when a case overrides a
            material; in a material file a source or ``estimate = true`` is due.
    """
    unit = dimension.unit if dimension else ""

    def parse_one(value: object) -> float:
        if dimension is None:
            return _plain_number(value, bounds)
        return bounds.check(parse_quantity(value, dimension), value, unit)

    def parse(raw: object) -> SourcedValue:
        if isinstance(raw, SourcedValue):
            return raw
        if not isinstance(raw, dict):
            value = parse_one(raw)
            if from_case:
                return SourcedValue(value, unit, source=CASE_SOURCE)
            wanted = (
                f'{{ value = {shown(raw)}, source = "..." }} or estimate = true instead of source'
            )
            raise ValueError(f"has no source; allowed: {wanted}")
        return _parse_sourced_table(raw, parse_one, unit)

    def dump(sourced_value: SourcedValue) -> dict[str, Any]:
        def one(value: float) -> str | float:
            return value if dimension is None else format_quantity(value, dimension)

        table: dict[str, Any] = {"value": one(sourced_value.value)}
        if sourced_value.range is not None:
            table["range"] = [one(limit) for limit in sourced_value.range]
        if sourced_value.source:
            table["source"] = sourced_value.source
        if sourced_value.estimate:
            table["estimate"] = True
        if sourced_value.note:
            table["note"] = sourced_value.note
        return table

    plain = {"type": "number", ACCEPTS: f"number {bounds.text()}".strip()}
    one = _quantity_schema(dimension, bounds) if dimension else plain
    table = {
        "type": "object",
        "required": ["value"],
        "additionalProperties": False,
        "properties": {
            "value": one,
            "source": {"type": "string"},
            "estimate": {"type": "boolean"},
            "note": {"type": "string"},
            "range": {"type": "array", "items": one, "minItems": 2, "maxItems": 2},
        },
    }
    schema = {"anyOf": [one, table]} if from_case else table
    return Annotated[
        SourcedValue, PlainValidator(parse), PlainSerializer(dump), WithJsonSchema(schema)
    ]


def _parse_sourced_table(
    raw: dict[str, Any], parse_one: Callable[[object], float], unit: str
) -> SourcedValue:
    for key in raw:
        if key not in _SOURCED_KEYS:
            hint = did_you_mean(key, _SOURCED_KEYS)
            raise ValueError(f"unknown key {shown(key)}; {hint}allowed: {', '.join(_SOURCED_KEYS)}")
    if "value" not in raw:
        raise ValueError(f"value is missing; allowed: {', '.join(_SOURCED_KEYS)}")
    source, note = raw.get("source", ""), raw.get("note", "")
    if not isinstance(source, str) or not isinstance(note, str):
        raise ValueError("source and note are not texts; allowed: text in quotes")
    estimate = raw.get("estimate", False)
    if not isinstance(estimate, bool):
        raise ValueError(f"estimate is {shown(estimate)}; allowed: true, false")
    if not source.strip() and not estimate:
        raise ValueError('has neither; allowed: source = "..." or estimate = true')
    if len(source) > 400 or len(note) > 1000:
        raise ValueError("source or note is too long; allowed: 400 and 1000 characters")
    limits = None
    if "range" in raw:
        written = raw["range"]
        if not isinstance(written, (list, tuple)) or len(written) != 2:
            raise ValueError(f"range is {shown(written)}; allowed: [lowest, highest]")
        lowest, highest = (parse_one(limit) for limit in written)
        if lowest > highest:
            raise ValueError(f"range is {shown(written)}; allowed: lowest first")
        limits = (lowest, highest)
    return SourcedValue(parse_one(raw["value"]), unit, source, estimate, note, limits)


def _quantity_schema(dimension: Dimension, bounds: Bounds) -> dict[str, Any]:
    units = ", ".join(dimension.accepted)
    accepted = f"{dimension.name} with its unit ({units}); {bounds.text(dimension.unit)}"
    return {
        "type": "string",
        "description": accepted,
        # The field's own description takes the place of that one.
        ACCEPTS: accepted,
        "examples": [dimension.example],
        "pattern": r"^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*\S.*$",
    }
