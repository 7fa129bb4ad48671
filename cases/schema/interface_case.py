"""The case file: every table and key a user can write, with what each accepts."""

from __future__ import annotations

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
from napress.cases.schema import materials
from napress.cases.schema.cell import CellTable
from napress.cases.schema.form import Form
from napress.cases.schema.laws.contact import ContactTable, assumed_contact
from napress.cases.schema.laws.creep import (
    CreepTable,
    SizeEffectTable,
    creep_values,
    estimates,
    to_size_effect,
)
from napress.cases.schema.laws.film import FilmTable
from napress.cases.schema.laws.fracture import Fracture
from napress.cases.schema.laws.healing import HealingTable
from napress.cases.schema.laws.resistance import ResistanceTable
from napress.cases.schema.materials import (
    Ceramic,
    Material,
    Metal,
    Tool,
    load_material,
    parse_material,
)
from napress.cases.schema.program import Stage, check_program
from napress.cases.schema.surface import LATERAL, SurfaceTable
from napress.cases.schema.window import WindowTable
from napress.cases.values import units
from napress.cases.values.fields import (
    Bounds,
    SourcedValue,
    Strict,
    choice,
    count,
    flag,
    number,
    one_or_two,
    quantity,
    sourced,
    text,
)
from napress.cases.values.toml import folder_of

LARGEST_ELEMENTS = 4096
DEFAULT_ELEMENTS = {2: 128, 3: 16}
VOID_ERROR = {2: 0.3, 3: 0.5}  # percent
ELEMENTS_ALLOWED = {2: (8, LARGEST_ELEMENTS), 3: (4, 256)}
LONGEST_FACET = 2.0  # of its short side


def _field(kind: Any, description: str) -> Any:
    return Annotated[kind, Field(description=description)]


def _override(dimension: units.Dimension | None, bounds: Bounds, description: str) -> Any:
    kind = sourced(dimension, bounds, from_case=True)
    return Annotated[
        kind | None, Field(default=None, description=f"{description}; default: the material's")
    ]


def material_of(kind: type[Metal] | type[Ceramic] | type[Tool], place: str = "") -> Any:
    """Returns the type of a ``material`` key: an id, a path, or the whole table.

    Args:
        kind: What it has to be.
        place: Field of the case, for messages about a table written there.
    """
    wanted = kind.__name__.lower()
    where = place or ("sodium.material" if kind is Metal else "ceramic.material")

    def parse(raw: object, info: ValidationInfo) -> Material:
        if isinstance(raw, (Metal, Ceramic, Tool)):
            material = raw
        elif isinstance(raw, dict):
            material = parse_material(raw, (info.context or {}).get("file", "case"), where)
        elif isinstance(raw, str) and raw.strip() and len(raw) <= 1000:
            material = load_material(raw, folder_of(raw, info.context))
        else:
            ids = ", ".join(materials.material_ids())
            raise ValueError(f"{shown(raw)} is not a material; allowed: {ids}, or a .toml path")
        if not isinstance(material, kind):
            raise ValueError(f"{shown(material.id)} is a {material.kind}; allowed: a {wanted}")
        return material

    return Annotated[
        kind,
        PlainValidator(parse),
        PlainSerializer(lambda material: material.model_dump(exclude_none=True)),
        WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "object"}]}),
        Field(description=f"id of a {wanted} listed by `napress materials`, or a .toml path"),
    ]


class Interface(Strict):
    """The cell that is pressed: one period, or half of a mirrored one; a rectangle in 3-D."""

    dimension: _field(
        choice(2, 3), "2: plane strain, a profile pressed along its depth; 3: a map"
    ) = 2
    width: _field(
        one_or_two(LATERAL), "lateral size of the cell, '20 um'; in 3-D also ['20 um', '10 um']"
    )
    elements: _field(
        one_or_two(count(1)),  # what each dimension allows is checked below
        "interface elements across the width, in 3-D also a pair; per shortest wavelength 8 in "
        "2-D, 4 in 3-D; default: 128 in 2-D, 16 in 3-D",
    )

    @model_validator(mode="before")
    @classmethod
    def _default_elements(cls, raw: object) -> object:
        if isinstance(raw, dict) and "elements" not in raw:
            return raw | {"elements": DEFAULT_ELEMENTS[3 if raw.get("dimension") == 3 else 2]}
        return raw

    @model_validator(mode="after")
    def _one_per_direction(self) -> Interface:
        for key in ("width", "elements"):
            value = getattr(self, key)
            if isinstance(value, tuple) and self.dimension == 2:
                _refuse(key, "a pair has one number too many in 2-D; allowed: one value")
        fewest, most = ELEMENTS_ALLOWED[self.dimension]
        for along in self.elements_along:
            if not fewest <= along <= most:
                place = f"out of range in {self.dimension}-D"
                _refuse("elements", f"{shown(along)} is {place}; allowed: {fewest} to {most}")
        sizes = [
            width / along for width, along in zip(self.widths, self.elements_along, strict=True)
        ]
        if max(sizes) > LONGEST_FACET * min(sizes):
            shown_sizes = " by ".join(f"{size:.4g}" for size in sizes)
            _refuse(
                "elements",
                f"makes facets of {shown_sizes} um; allowed: sides that differ by a factor of "
                f"{LONGEST_FACET:g} at most",
            )
        return self

    @property
    def widths(self) -> tuple[float, ...]:
        """Width by lateral direction, um."""
        return _along(self.width, self.dimension)

    @property
    def elements_along(self) -> tuple[int, ...]:
        """Interface elements by lateral direction."""
        return _along(self.elements, self.dimension)

    @property
    def text(self) -> str:
        """What the cell is, in a few words."""
        elements = " x ".join(str(along) for along in self.elements_along)
        widths = " x ".join(f"{width:g}" for width in self.widths)
        return f"{elements} elements on {widths} um"


def _along(value: Any, dimension: int) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,) * (dimension - 1)


def _refuse(key: str, text: str) -> None:
    raise PydanticCustomError("cell", "{text}", {"key": key, "text": text})


class SodiumTable(Strict):
    """The metal: a material, its thickness, and values that differ from the material's."""

    material: material_of(Metal)
    thickness: _field(LATERAL, "thickness of the metal, such as '20 um'")
    young: _override(units.PRESSURE, materials.MODULUS, "Young's modulus")
    poisson: _override(None, materials.POISSON, "Poisson's ratio")
    yield_strength: _override(units.PRESSURE, materials.YIELD, "yield stress in tension")
    hardening: _override(units.PRESSURE, materials.HARDENING, "linear hardening modulus")
    voce_strength: _override(units.PRESSURE, materials.HARDENING, "saturation stress (Voce)")
    voce_strain: _override(None, materials.STRAIN, "saturation strain (Voce)")


class CeramicTable(Strict):
    """The electrolyte: a material, its thickness, and values that differ."""

    material: material_of(Ceramic)
    thickness: _field(LATERAL, "thickness of the ceramic, such as '40 um'")
    young: _override(units.PRESSURE, materials.MODULUS, "Young's modulus")
    poisson: _override(None, materials.POISSON, "Poisson's ratio")
    tensile_strength: _override(units.PRESSURE, materials.STRENGTH, "strength in tension")
    compressive_strength: _override(units.PRESSURE, materials.STRENGTH, "in compression")
    fracture_toughness: _override(units.TOUGHNESS, materials.TOUGHNESS, "K_IC")
    weibull_modulus: _override(None, materials.WEIBULL, "Weibull modulus")
    ionic_conductivity: _override(units.CONDUCTIVITY, materials.CONDUCTIVITY, "conductivity")
    permittivity: _override(None, materials.PERMITTIVITY, "relative permittivity")


_STEP = quantity(units.LENGTH, Bounds(above=0.0, at_most=1e3))


class Solver(Strict):
    """How accurately load steps are taken; see `napress.fem.inputs.step_control.StepControl`."""

    void_error: _field(
        quantity(units.FRACTION, Bounds(above=0.0, at_most=50.0)),
        "accepted step error in void volume, of the initial void per decade of closure; "
        "default: 0.3 % in 2-D, 0.5 % in 3-D",
    ) = VOID_ERROR[2]
    first_step: _field(_STEP, "platen displacement of the first step") = 0.005
    smallest_step: _field(_STEP, "below this the run ends with a named reason") = 1e-6
    largest_step: _field(_STEP, "upper bound of the platen displacement of a step") = 0.1
    largest_pressure_ratio: _field(
        number(Bounds(above=1.0, at_most=100.0)), "pressure growth per step once voids are closed"
    ) = 1.5
    facet_distortion: _field(
        number(Bounds(above=1.0, at_most=10.0)),
        "a contact facet this many times too wide or narrow has the nodes redistributed",
    ) = 2.0
    largest_recession: _field(
        number(Bounds(above=0.0, at_most=1.0)),
        "how far the face recedes in a step where the current is strongest, in facets",
    ) = 0.2
    max_newton: _field(count(2, 1000), "Newton iterations before a step is rejected") = 25
    max_steps: _field(count(1, 1_000_000), "accepted steps before the run ends") = 5000

    @model_validator(mode="after")
    def _ordered(self) -> Solver:
        if not self.smallest_step <= self.first_step <= self.largest_step:
            text = (
                f"{self.first_step:g} um is out of order; "
                "allowed: smallest_step <= first_step <= largest_step"
            )
            raise PydanticCustomError("order", "{text}", {"key": "first_step", "text": text})
        return self


class Output(Strict):
    """What the run folder keeps besides the history and the summary."""

    fields: _field(
        choice("targets", "all", "none"), "ParaView fields at targets, at every step, or none"
    ) = "targets"
    figures: _field(flag(), "whether figures are drawn") = True
    report: _field(flag(), "whether report.html is written") = True


class Case(Strict):
    """Everything that defines a run."""

    title: _field(text(), "one line that names the run") = "untitled"
    interface: _field(Interface, "table [interface] with width and elements")
    surface: Annotated[
        tuple[SurfaceTable, ...],
        Field(min_length=1, max_length=64, description="one or more tables [[surface]]"),
    ]
    sodium: _field(SodiumTable, "table [sodium] with material and thickness")
    ceramic: _field(CeramicTable, "table [ceramic] with material and thickness")
    contact: _field(ContactTable, "table [contact]") = ContactTable()
    program: Annotated[
        tuple[Stage, ...],
        Field(min_length=1, max_length=1000, description="one or more tables [[program]]"),
    ]
    fracture: _field(Fracture, "table [fracture]: pellet, flaws, confinement") = Fracture()
    resistance: _field(
        ResistanceTable | None, "table [resistance]; default: perfect contact where it touches"
    ) = None
    form: _field(Form | None, "table [form]: form error of the face; default: none") = None
    film: _field(FilmTable | None, "table [film]: a layer that breaks under pressure") = None
    healing: _field(
        HealingTable | None, "table [healing]: diffusion along the interface; default: none"
    ) = None
    creep: _field(CreepTable | None, "table [creep]: sodium that flows in time") = None
    size_effect: _field(SizeEffectTable | None, "table [size_effect]: strength when small") = None
    solver: _field(Solver, "table [solver]") = Solver()
    output: _field(Output, "table [output]") = Output()
    cell: Annotated[
        CellTable | None, Field(description="table [cell] of `napress fit`", exclude=True)
    ] = None
    # No part of what is run, hence of neither the resolved case nor its hash.
    window: Annotated[
        WindowTable | None, Field(description="table [window] of `napress window`", exclude=True)
    ] = None

    @model_validator(mode="before")
    @classmethod
    def _default_void_error(cls, raw: object) -> object:
        """In 3-D a step costs more, and the mesh is coarser than its error."""
        if not isinstance(raw, dict):
            return raw
        cell, solver = raw.get("interface"), raw.get("solver", {})
        in_3d = isinstance(cell, dict) and cell.get("dimension") == 3
        if in_3d and isinstance(solver, dict) and "void_error" not in solver:
            return raw | {"solver": solver | {"void_error": f"{VOID_ERROR[3]} percent"}}
        return raw

    @field_validator("surface", "program", mode="before")
    @classmethod
    def _list_of_tables(cls, raw: object, info: ValidationInfo) -> object:
        wanted = f"1 or more tables [[{info.field_name}]]"
        if isinstance(raw, tuple):
            return raw
        if not isinstance(raw, list) or not raw:
            raise ValueError(f"{shown(raw)} is not a list of tables; allowed: {wanted}")
        for index, item in enumerate(raw):
            if not isinstance(item, dict):
                raise ValueError(f"entry {index} is {shown(item)}; allowed: {wanted}")
        return raw

    @model_validator(mode="after")
    def _fits_together(self) -> Case:
        metal, creep = self.sodium.material, self.creep
        if creep is not None:
            creep_values(creep, metal)
        to_size_effect(self.size_effect)
        melting = None if metal.melting_point is None else metal.melting_point.value
        check_program(self.program, melting, creep is not None and not creep.with_yield)
        return self


def value_of(table: SodiumTable | CeramicTable, name: str) -> SourcedValue | None:
    """Returns a property: the case's override, else the material's, else ``None``."""
    override = getattr(table, name)
    return override if override is not None else getattr(table.material, name)


def assumed_values(case: Case) -> list[str]:
    """Returns the values of a case that are estimates, such as ``ceramic.young``."""
    names = []
    for label, table in (("sodium", case.sodium), ("ceramic", case.ceramic)):
        for name in type(table).model_fields:
            if name not in ("material", "thickness"):
                entry = value_of(table, name)
                if entry is not None and entry.estimate:
                    names.append(f"{label}.{name}")
    names += assumed_contact(case.contact)
    timed = any(stage.hold or stage.duration for stage in case.program)
    # A program with time has its own, and its own temperature.
    unused = ("hold_time", "temperature") if timed else ()
    names += [f"fracture.{name}" for name in case.fracture.assumed() if name not in unused]
    names += estimates(case.creep, case.size_effect, case.sodium.material)
    if case.resistance is not None:
        for name in ("charge_transfer", "film"):
            entry = getattr(case.resistance, name)
            if entry is not None and entry.estimate:
                names.append(f"resistance.{name}")
    names += case.film.estimates() if case.film is not None else []
    names += case.healing.estimates() if case.healing is not None else []
    return names
