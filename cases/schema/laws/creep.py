"""The tables [creep] and [size_effect]: how the metal flows in time, how strong it is small."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, PlainValidator, model_validator
from pydantic_core import PydanticCustomError

from napress.cases.errors import shown
from napress.cases.schema.materials import EXPONENT, POSITIVE, YIELD, Metal
from napress.cases.values import units
from napress.cases.values.fields import (
    Bounds,
    SourcedValue,
    Strict,
    choice,
    flag,
    quantity,
    sourced,
)
from napress.cases.values.size_effects import SETS, set_values
from napress.fem.inputs.constants import ROOM_TEMPERATURE_K
from napress.fem.inputs.materials import CreepLaw, from_flow_stress
from napress.fem.inputs.size_effect import NixGao, PowerLaw, SizeEffect

# Above this the equation of a step is too stiff for the fixed number of iterations.
CREEP_EXPONENT = Bounds(at_least=1.0, at_most=20.0)
RATE_EXPONENT = Bounds(at_least=0.05, at_most=1.0)
LAWS = {
    "creep": ("creep_rate_at_1_MPa", "creep_exponent"),
    "flow stress": ("flow_stress_at_unit_rate", "rate_exponent"),
}


def _override(dimension: units.Dimension | None, bounds: Bounds, description: str) -> Any:
    kind = sourced(dimension, bounds, from_case=True)
    text = f"{description}; default: the material's"
    return Annotated[kind | None, Field(default=None, description=text)]


class CreepTable(Strict):
    """Power-law creep; the values are the material's unless given here."""

    law: Annotated[
        choice(*LAWS),
        Field(description="which of the material's fits: creep test, or flow stress against rate"),
    ] = "creep"
    with_yield: Annotated[
        flag(), Field(description="whether sodium also yields at its rate-independent stress")
    ] = True
    creep_rate_at_1_MPa: _override(units.RATE, POSITIVE, "creep rate at 1 MPa")
    creep_exponent: _override(None, CREEP_EXPONENT, "stress exponent of creep")
    flow_stress_at_unit_rate: _override(units.PRESSURE, YIELD, "flow stress at 1 per s")
    rate_exponent: _override(None, RATE_EXPONENT, "exponent of the flow law")
    creep_activation_energy: _override(units.MOLAR_ENERGY, POSITIVE, "activation energy")
    reference_temperature: Annotated[
        quantity(units.TEMPERATURE, Bounds(above=0.0, at_most=2000.0)),
        Field(description="temperature at which the rate was measured"),
    ] = ROOM_TEMPERATURE_K


def creep_values(table: CreepTable, metal: Metal) -> dict[str, SourcedValue]:
    """Returns the values of the chosen law, the case's before the material's.

    Raises:
        PydanticCustomError: If neither gives one of them.
    """
    found = {}
    for name in (*LAWS[table.law], "creep_activation_energy"):
        entry = getattr(table, name) or getattr(metal, name)
        if entry is None:
            text = (
                f"missing, and material {shown(metal.id)} has none; "
                f"allowed: creep.{name}, or a metal such as 'sodium-wang-2020'"
            )
            raise PydanticCustomError("creep", "{text}", {"key": f"creep.{name}", "text": text})
        found[name] = entry
    bounds, name = (
        (CREEP_EXPONENT, "creep_exponent")
        if table.law == "creep"
        else (RATE_EXPONENT, "rate_exponent")
    )
    if not bounds.contains(found[name].value):
        text = f"{found[name].value:g} is out of range; allowed: {bounds.text()}"
        raise PydanticCustomError("creep", "{text}", {"key": f"creep.{name}", "text": text})
    return found


def to_law(table: CreepTable | None, metal: Metal) -> CreepLaw | None:
    """Returns the creep law of a case; ``None`` without a table."""
    if table is None:
        return None
    values = {name: entry.value for name, entry in creep_values(table, metal).items()}
    first, second = (values[name] for name in LAWS[table.law])
    rate, exponent = (first, second) if table.law == "creep" else from_flow_stress(first, second)
    return CreepLaw(
        rate,
        exponent,
        values["creep_activation_energy"],
        table.reference_temperature,
        table.with_yield,
    )


def _estimated(dimension: units.Dimension | None, bounds: Bounds) -> Any:
    """A value that nobody has measured on sodium: an estimate unless a source is given."""
    kind = sourced(dimension, bounds, from_case=True)
    validator, serializer, schema = kind.__metadata__

    def parse(raw: object) -> SourcedValue:
        if isinstance(raw, (dict, SourcedValue)):
            return validator.func(raw)
        value = validator.func(raw)
        return SourcedValue(value.value, value.unit, estimate=True, note="no data on sodium")

    return Annotated[SourcedValue, PlainValidator(parse), serializer, schema]


class SizeEffectTable(Strict):
    """Strength that grows as the deforming volume shrinks; an estimate for sodium.

    A set gives the values of a power law; what stands beside it goes before them.
    """

    set: Annotated[
        choice(*SETS) | None, Field(description=f"a named set of values: {', '.join(SETS)}")
    ] = None
    kind: Annotated[
        choice("nix-gao", "power") | None,
        Field(description="'nix-gao' or 'power'; not needed with a set"),
    ] = None
    length: Annotated[
        _estimated(units.LENGTH, Bounds(above=0.0, at_most=1e6)) | None,
        Field(description="h* of Nix-Gao, such as '1 um'"),
    ] = None
    strength_at_1_um: Annotated[
        _estimated(units.PRESSURE, YIELD) | None,
        Field(description="strength S of the power law at 1 um, such as '5 MPa'"),
    ] = None
    exponent: Annotated[
        _estimated(None, EXPONENT) | None, Field(description="q of the power law, such as 0.7")
    ] = None

    @model_validator(mode="after")
    def _filled_in(self) -> SizeEffectTable:
        if self.kind is None and self.set is None:
            text = "missing; allowed: 'nix-gao', 'power', or a set such as 'lithium pillars'"
            raise PydanticCustomError("missing", "{text}", {"key": "kind", "text": text})
        if self.set is None:
            return self
        if self.kind == "nix-gao":
            text = "a set is of kind 'power'; allowed: without kind, or without the set"
            raise PydanticCustomError("size", "{text}", {"key": "kind", "text": text})
        given = {name: getattr(self, name) for name in ("strength_at_1_um", "exponent")}
        values = set_values(self.set) | {k: v for k, v in given.items() if v is not None}
        return self.model_copy(update={"kind": "power", **values})


def to_size_effect(table: SizeEffectTable | None) -> SizeEffect | None:
    """Returns the size effect of a case; ``None`` without a table.

    Raises:
        PydanticCustomError: If a value of its kind is missing.
    """
    if table is None:
        return None
    needed = {"nix-gao": ("length",), "power": ("strength_at_1_um", "exponent")}[table.kind]
    for name in needed:
        if getattr(table, name) is None:
            text = f"missing; allowed with kind = '{table.kind}': {', '.join(needed)}"
            key = f"size_effect.{name}"
            raise PydanticCustomError("size", "{text}", {"key": key, "text": text})
    if table.kind == "nix-gao":
        return NixGao(table.length.value)
    return PowerLaw(table.strength_at_1_um.value, table.exponent.value)


def estimates(
    creep: CreepTable | None, size_effect: SizeEffectTable | None, metal: Metal
) -> list[str]:
    """Returns which of the values in use are estimates, such as ``size_effect.length``."""
    found = []
    if creep is not None:
        values = creep_values(creep, metal)
        found += [f"creep.{name}" for name, entry in values.items() if entry.estimate]
    if size_effect is not None:
        for name in ("length", "strength_at_1_um", "exponent"):
            entry = getattr(size_effect, name)
            if entry is not None and entry.estimate:
                found.append(f"size_effect.{name}")
    return found
