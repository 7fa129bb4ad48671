"""Gives a run what it needs to solve conduction, if its ceramic's conductivity is known."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from napress.cases.model.interface import PressModel
from napress.cases.schema.laws.resistance import ResistanceTable
from napress.fem.conduction.electrolyte import Electrolyte
from napress.fem.inputs.film_law import FilmLaw
from napress.fem.inputs.load_program import highest_pressure_MPa
from napress.meshes.interface_mesh import TaggedMesh
from napress.postprocess.resistance.contact import ContactResistance
from napress.postprocess.resistance.form import FormError
from napress.postprocess.resistance.recorder import ConductionRecorder
from napress.postprocess.resistance.spectrum import ElectrolyteArc
from napress.postprocess.resistance.waviness import Waviness
from napress.postprocess.theory import effective_modulus_MPa
from napress.postprocess.theory.plasticity import shear_yield_MPa

if TYPE_CHECKING:
    from napress.fem.pellet.form_curve import FormCurve


def conduction_recorder(
    model: PressModel, ceramic: TaggedMesh, folder: Path
) -> list[ConductionRecorder]:
    """Returns what solves and records conduction, nothing without a conductivity.

    Args:
        model: The case.
        ceramic: Undeformed ceramic, on one rank.
        folder: Run folder.
    """
    if model.ionic_conductivity is None:
        return []
    table = model.resistance or ResistanceTable()
    return [
        ConductionRecorder(
            folder,
            Electrolyte(ceramic, model.ionic_conductivity.value),
            ContactResistance(
                table.value_of("charge_transfer"),
                table.value_of("film"),
                model.law.numbers(FilmLaw),
                model.ionic_conductivity.value,
            ),
            keep_fields=model.output.fields != "none",
            wave=_waviness(model, table) or _form(model),
            spectrum=_spectrum(model, table),
        )
    ]


def _spectrum(model: PressModel, table: ResistanceTable) -> ElectrolyteArc | None:
    if model.permittivity is None:
        return None
    return ElectrolyteArc(
        conductivity_mS_per_cm=model.ionic_conductivity.value,
        permittivity=model.permittivity.value,
        thickness_um=table.pellet_thickness or model.ceramic_thickness_um,
    )


def _form(model: PressModel) -> FormError | None:
    form, sodium = model.form, model.sodium
    if form is None:
        return None

    def press() -> FormCurve:
        # Few cases have a form, and the pellet's solver takes time to load.
        from napress.fem.pellet.form_curve import press_form

        return press_form(
            form.to_surface(),
            form.vertices,
            form.metal_thickness,
            shear_yield_MPa(sodium.yield_MPa),
            sodium.young_MPa / (3 * (1 - 2 * sodium.poisson)),
            highest_pressure_MPa(model.program),
        )

    return FormError(
        press,
        form.metal_thickness,
        form.electrolyte_thickness,
        sodium.yield_MPa,
        model.ionic_conductivity.value,
    )


def _waviness(model: PressModel, table: ResistanceTable) -> Waviness | None:
    if table.waviness is None:
        return None
    sodium, ceramic = model.sodium, model.ceramic
    return Waviness(
        wavelength_um=table.waviness.wavelength,
        amplitude_um=table.waviness.amplitude,
        electrolyte_thickness_um=table.waviness.electrolyte_thickness,
        metal_thickness_um=table.waviness.metal_thickness,
        effective_modulus_MPa=effective_modulus_MPa(
            sodium.young_MPa, sodium.poisson, ceramic.young_MPa, ceramic.poisson
        ),
        yield_MPa=sodium.yield_MPa,
        conductivity_mS_per_cm=model.ionic_conductivity.value,
    )
