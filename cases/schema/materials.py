"""Materials: one TOML file each, every value with its source or marked an estimate."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from napress.cases.errors import CaseError, shown
from napress.cases.values import units
from napress.cases.values.fields import Bounds, SourcedValue, Strict, did_you_mean, sourced, text
from napress.cases.values.toml import case_error, read_toml

# Wider than any solid, narrow enough to catch a slip of three orders of magnitude.
MODULUS = Bounds(above=0.0, at_most=2e6)
STRENGTH = Bounds(above=0.0, at_most=1e5)
YIELD = Bounds(above=0.0, at_most=1e4)
HARDENING = Bounds(at_least=0.0, at_most=1e5)
STRAIN = Bounds(above=0.0, at_most=10.0)
POISSON = Bounds(above=-1.0, below=0.5)
TOUGHNESS = Bounds(above=0.0, at_most=1e3)
WEIBULL = Bounds(above=0.0, at_most=1e3)
CONDUCTIVITY = Bounds(above=0.0, at_most=1e6)
PERMITTIVITY = Bounds(at_least=1.0, at_most=1e5)
EXPONENT = Bounds(above=0.0, at_most=100.0)
POSITIVE = Bounds(above=0.0, at_most=1e9)


def _of(
    dimension: units.Dimension | None, bounds: Bounds, description: str, required: bool = False
) -> Any:
    kind = sourced(dimension, bounds)
    if required:
        return Annotated[kind, Field(description=description)]
    return Annotated[kind | None, Field(description=description)]


class Metal(Strict):
    """A metal that flows: elastic constants, yield, hardening, rate dependence.

    The flow law is ``stress = flow_stress_at_unit_rate * (rate / 1 per s) **
    rate_exponent``; creep is ``rate = creep_rate_at_1_MPa * (stress / 1 MPa) **
    creep_exponent``.
    """

    id: Annotated[text(60), Field(description="short name used in case files")]
    name: Annotated[text(), Field(description="full name")]
    kind: Annotated[Literal["metal"], Field(description="'metal'")]
    young: _of(units.PRESSURE, MODULUS, "Young's modulus, such as '4.6 GPa'", True)
    poisson: _of(None, POISSON, f"Poisson's ratio, {POISSON.text()}", True)
    yield_strength: _of(units.PRESSURE, YIELD, "yield stress in tension, '0.2 MPa'", True)
    hardening: _of(units.PRESSURE, HARDENING, "linear hardening modulus, '2 MPa'", True)
    voce_strength: _of(units.PRESSURE, HARDENING, "saturation stress above yield (Voce)") = None
    voce_strain: _of(None, STRAIN, "plastic strain over which it saturates (Voce)") = None
    flow_stress_at_unit_rate: _of(units.PRESSURE, YIELD, "flow stress at 1 per s") = None
    rate_exponent: _of(None, EXPONENT, "exponent of the flow law") = None
    creep_rate_at_1_MPa: _of(units.RATE, POSITIVE, "creep rate at 1 MPa, '0.53 1/s'") = None
    creep_exponent: _of(None, EXPONENT, "stress exponent of creep") = None
    creep_activation_energy: _of(units.MOLAR_ENERGY, POSITIVE, "of creep, '44 kJ/mol'") = None
    density: _of(units.DENSITY, POSITIVE, "density, '0.971 g/cm**3'") = None
    molar_mass: _of(units.MOLAR_MASS, POSITIVE, "molar mass, '22.99 g/mol'") = None
    melting_point: _of(units.TEMPERATURE, POSITIVE, "melting point, '371 K'") = None


class Ceramic(Strict):
    """A brittle elastic electrolyte: elastic constants, strengths, conductivity."""

    id: Annotated[text(60), Field(description="short name used in case files")]
    name: Annotated[text(), Field(description="full name")]
    kind: Annotated[Literal["ceramic"], Field(description="'ceramic'")]
    young: _of(units.PRESSURE, MODULUS, "Young's modulus, such as '70 GPa'", True)
    poisson: _of(None, POISSON, f"Poisson's ratio, {POISSON.text()}", True)
    tensile_strength: _of(units.PRESSURE, STRENGTH, "strength in tension, '80 MPa'", True)
    compressive_strength: _of(units.PRESSURE, STRENGTH, "in compression, '800 MPa'", True)
    fracture_toughness: _of(units.TOUGHNESS, TOUGHNESS, "K_IC, '1.3 MPa*m**0.5'", True)
    weibull_modulus: _of(None, WEIBULL, "Weibull modulus of the strength") = None
    ionic_conductivity: _of(units.CONDUCTIVITY, CONDUCTIVITY, "at 25 degC, '5 mS/cm'") = None
    permittivity: _of(None, PERMITTIVITY, "relative permittivity, for spectra") = None


class Tool(Strict):
    """What punches and die sleeves are made of."""

    id: Annotated[text(60), Field(description="short name used in case files")]
    name: Annotated[text(), Field(description="full name")]
    kind: Annotated[Literal["tool"], Field(description="'tool'")]
    young: _of(units.PRESSURE, MODULUS, "Young's modulus, such as '210 GPa'", True)
    poisson: _of(None, POISSON, f"Poisson's ratio, {POISSON.text()}", True)
    yield_strength: _of(units.PRESSURE, STRENGTH, "yield stress, '1500 MPa'", True)
    density: _of(units.DENSITY, POSITIVE, "density, '7.8 g/cm**3'") = None


Material = Metal | Ceramic | Tool
_KINDS: dict[str, type[Metal] | type[Ceramic] | type[Tool]] = {
    "metal": Metal,
    "ceramic": Ceramic,
    "tool": Tool,
}


def _folder() -> Any:
    return resources.files("napress.cases").joinpath("materials")


def material_ids() -> list[str]:
    """Returns the ids of the materials that come with napress, sorted."""
    names = (entry.name for entry in _folder().iterdir())
    return sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml"))


def parse_material(data: object, file: str, place: str = "") -> Material:
    """Returns a material from the content of its file.

    Args:
        data: The table as read from TOML.
        file: Name of the file, for messages.
        place: Table of the file that holds it; empty when it is the whole file.

    Raises:
        CaseError: Naming the file, the field and what is allowed.
    """
    kind = data.get("kind") if isinstance(data, dict) else None
    if not isinstance(kind, str) or kind not in _KINDS:
        dot = "." if place else ""
        kinds = ", ".join(f"'{name}'" for name in _KINDS)
        raise CaseError(file, f"{place}{dot}kind", f"is {shown(kind)}; allowed: {kinds}")
    try:
        return _KINDS[kind].model_validate(data)
    except ValidationError as error:
        raise case_error(error, file, place=place) from error


def load_material(name: str, beside: Path | None = None) -> Material:
    """Returns a material by id, or from the user's own TOML file.

    Args:
        name: Id of a shipped material, or a path ending in ``.toml``.
        beside: Folder that a relative path starts from.

    Raises:
        CaseError: If the file is not a valid material.
        ValueError: If no material has this name; the nearest is named.
    """
    if name.endswith(".toml"):
        path = (beside or Path()) / name
        return parse_material(read_toml(path, shown_as=name), name)
    ids = material_ids()
    if name not in ids:
        raise ValueError(
            f"unknown material {shown(name)}; {did_you_mean(name, ids)}"
            f"allowed: {', '.join(ids)}, or a path ending in .toml"
        )
    with resources.as_file(_folder().joinpath(f"{name}.toml")) as path:
        return parse_material(read_toml(path, shown_as=path.name), path.name)


def material_rows(materials: list[Material]) -> list[dict[str, Any]]:
    """Returns one row per value: material, property, value, unit, range, source, estimate, note."""
    rows = []
    for material in materials:
        for name in type(material).model_fields:
            entry = getattr(material, name)
            if isinstance(entry, SourcedValue):
                rows.append(
                    {
                        "material": material.id,
                        "property": name,
                        "value": entry.value,
                        "unit": entry.unit,
                        "range": list(entry.range) if entry.range else None,
                        "source": entry.source,
                        "estimate": entry.estimate,
                        "note": entry.note,
                    }
                )
    return rows
