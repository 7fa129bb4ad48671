"""What the solver is given: a case as plain numbers in µm and MPa."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from napress.cases.model.fracture import fracture_settings
from napress.cases.schema.checks import finest_um
from napress.cases.schema.form import Form
from napress.cases.schema.interface_case import Case, CeramicTable, SodiumTable, value_of
from napress.cases.schema.laws.contact import to_law
from napress.cases.schema.laws.creep import to_law as to_creep_law
from napress.cases.schema.laws.creep import to_size_effect
from napress.cases.schema.laws.film import to_film
from napress.cases.schema.laws.resistance import ResistanceTable
from napress.cases.schema.program import strips, to_program
from napress.cases.values.fields import SourcedValue
from napress.fem.inputs.contact_law import ContactLaw
from napress.fem.inputs.film_law import FilmLaw
from napress.fem.inputs.load_program import LoadProgram
from napress.fem.inputs.materials import ElasticCeramic, PlasticMetal
from napress.fem.inputs.step_control import StepControl
from napress.fem.inputs.stripping import Stripping

if TYPE_CHECKING:
    from napress.fem.inputs.size_effect import SizeEffect
    from napress.meshes.surface_components import Component
    from napress.meshes.surfaces import Surface
    from napress.postprocess.fracture.assessment import FractureAssessment
    from napress.postprocess.fracture.settings import FractureSettings
    from napress.postprocess.fracture.verdict import CeramicStrength

Array = NDArray[np.float64]


@dataclass(frozen=True)
class OutputOptions:
    """What the run folder keeps besides the history and the summary.

    Attributes:
        fields: ``targets``, ``all`` or ``none``.
        figures: Whether figures are drawn.
        report: Whether ``report.html`` is written.
    """

    fields: str
    figures: bool
    report: bool


@dataclass(frozen=True)
class PressModel:
    """A case in inner units, with nothing left to look up.

    Attributes:
        title: Names the run.
        dimension: 2 or 3.
        widths_um: Lateral size of the cell, one number for each lateral direction.
        elements: Interface elements along them.
        surface: Components of `napress.meshes.surfaces`, to be superposed.
        sodium_thickness_um: Thickness of the metal.
        ceramic_thickness_um: Thickness of the electrolyte.
        sodium: Constitutive parameters of the metal.
        ceramic: Constitutive parameters of the electrolyte.
        law: Friction, adhesion and trapped gas between them.
        size_effect: How strength grows as the roughness gets finer, ``None`` if it does not.
        tensile_strength: MPa, with its source, for the fracture verdict.
        compressive_strength: MPa, with its source.
        fracture_toughness: MPa √m, with its source.
        weibull_modulus: With its source, ``None`` if unknown.
        ionic_conductivity: mS/cm, with its source, ``None`` if unknown.
        resistance: Resistance of what touches, and waviness; ``None`` if not given.
        form: Form error of the face; ``None`` if not given.
        program: What the platen does.
        step_control: How steps are sized and when to give up.
        output: What is written.
        fracture: What the probabilities of fracture rest on.
    """

    title: str
    dimension: int
    widths_um: tuple[float, ...]
    elements: tuple[int, ...]
    surface: tuple[Component, ...]
    sodium_thickness_um: float
    ceramic_thickness_um: float
    sodium: PlasticMetal
    ceramic: ElasticCeramic
    law: ContactLaw
    size_effect: SizeEffect | None
    tensile_strength: SourcedValue
    compressive_strength: SourcedValue
    fracture_toughness: SourcedValue
    weibull_modulus: SourcedValue | None
    ionic_conductivity: SourcedValue | None
    permittivity: SourcedValue | None
    resistance: ResistanceTable | None
    form: Form | None
    program: LoadProgram
    step_control: StepControl
    output: OutputOptions
    fracture: FractureSettings

    def build_surface(self) -> Surface:
        """Returns the surface of the cell."""
        from napress.meshes.surfaces import build_surface

        return build_surface(self.surface, self.widths_um, self.dimension)

    def fracture_assessment(self) -> FractureAssessment:
        """Returns the assessment of fracture; it keeps the mesh of one run."""
        from napress.postprocess.fracture.assessment import FractureAssessment

        return FractureAssessment(self.fracture, self.ceramic_strength())

    def ceramic_strength(self) -> CeramicStrength:
        """Returns the strengths of the electrolyte, with their sources."""
        from napress.postprocess.fracture.verdict import CeramicStrength, Strength

        def strength(entry: SourcedValue) -> Strength:
            return Strength(entry.value, entry.source or entry.note, entry.estimate)

        return CeramicStrength(
            tensile=strength(self.tensile_strength),
            compressive=strength(self.compressive_strength),
        )


def _number(table: SodiumTable | CeramicTable, name: str, default: float | None = None) -> float:
    entry = value_of(table, name)
    if entry is not None:
        return entry.value
    if default is None:
        raise ValueError(f"{name} is not given by the case or its material")
    return default


def _metal(case: Case) -> PlasticMetal:
    sodium = case.sodium
    return PlasticMetal(
        young_MPa=_number(sodium, "young"),
        poisson=_number(sodium, "poisson"),
        yield_MPa=_number(sodium, "yield_strength"),
        hardening_MPa=_number(sodium, "hardening"),
        voce_MPa=_number(sodium, "voce_strength", 0.0),
        voce_strain=_number(sodium, "voce_strain", 1.0),
        creep=to_creep_law(case.creep, sodium.material),
    )


def _law(case: Case) -> ContactLaw:
    """What acts at the face, with what a current takes off it where one is driven."""
    film = to_film(case.film)
    further: list[Any] = [] if film is None else [film]
    if strips(case.program):
        further.append(_stripping(case, film))
    return replace(to_law(case.contact), further=tuple(further))


def _stripping(case: Case, film: FilmLaw | None) -> Stripping:
    metal, table = case.sodium.material, case.resistance or ResistanceTable()
    conductivity = _number(case.ceramic, "ionic_conductivity")

    def resistance(largest_MPa: Array, pressure_MPa: Array) -> Array:
        # Brings DOLFINx, which whoever strips has loaded.
        from napress.postprocess.resistance.contact import ContactResistance

        layers = table.value_of("charge_transfer"), table.value_of("film")
        contact = ContactResistance(*layers, film, conductivity)
        return contact.local(largest_MPa, pressure_MPa)[0]

    diffusion = 0.0 if case.healing is None else case.healing.diffusion.value
    volume = metal.molar_mass.value / metal.density.value
    return Stripping(volume, conductivity, resistance, diffusion)


def to_model(case: Case) -> PressModel:
    """Returns a case, as `load_case` has checked it, in inner units."""
    sodium, ceramic, solver = case.sodium, case.ceramic, case.solver
    return PressModel(
        title=case.title,
        dimension=case.interface.dimension,
        widths_um=case.interface.widths,
        elements=case.interface.elements_along,
        surface=tuple(
            table.to_component(finest_um(case), case.interface.dimension) for table in case.surface
        ),
        sodium_thickness_um=sodium.thickness,
        ceramic_thickness_um=ceramic.thickness,
        sodium=_metal(case),
        ceramic=ElasticCeramic(
            young_MPa=_number(ceramic, "young"), poisson=_number(ceramic, "poisson")
        ),
        law=_law(case),
        size_effect=to_size_effect(case.size_effect),
        tensile_strength=value_of(ceramic, "tensile_strength"),
        compressive_strength=value_of(ceramic, "compressive_strength"),
        fracture_toughness=value_of(ceramic, "fracture_toughness"),
        weibull_modulus=value_of(ceramic, "weibull_modulus"),
        ionic_conductivity=value_of(ceramic, "ionic_conductivity"),
        permittivity=value_of(ceramic, "permittivity"),
        resistance=case.resistance,
        form=case.form,
        program=to_program(case.program),
        step_control=StepControl(
            void_error_percent=solver.void_error,
            first_step_um=solver.first_step,
            smallest_step_um=solver.smallest_step,
            largest_step_um=solver.largest_step,
            largest_pressure_ratio=solver.largest_pressure_ratio,
            max_newton=solver.max_newton,
            max_steps=solver.max_steps,
            facet_distortion=solver.facet_distortion,
            largest_recession=solver.largest_recession,
        ),
        output=OutputOptions(case.output.fields, case.output.figures, case.output.report),
        fracture=fracture_settings(case),
    )
