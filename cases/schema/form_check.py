"""Checks of the table ``[form]`` against the rest of a case."""

from __future__ import annotations

from napress.cases.errors import CaseError
from napress.cases.schema.checks import ROUNDING, SCALE_SEPARATION, surface_case_error
from napress.cases.schema.form import LARGEST_POINTS
from napress.cases.schema.interface_case import Case, value_of


def check_form(case: Case, file: str) -> None:
    """Checks that the form error is a scale of its own, and that a foil can lie on it.

    Raises:
        CaseError: Naming the field at fault.
    """
    from napress.meshes.surface_components import SurfaceError

    form = case.form
    if form is None:
        return
    if case.resistance is not None and case.resistance.waviness is not None:
        text = "is form error beside resistance.waviness; allowed: one of them"
        raise CaseError(file, "form", text)
    if value_of(case.ceramic, "ionic_conductivity") is None:
        raise CaseError(
            file,
            "form",
            "needs a conductivity that neither case nor material gives; allowed: "
            "ceramic.ionic_conductivity, such as '5 mS/cm'",
        )
    least = SCALE_SEPARATION * max(case.interface.widths)
    if form.width < least:
        raise CaseError(
            file,
            "form.width",
            f"{form.width:g} um is no scale apart from the cell; allowed: >= {least:g} um, "
            f"{SCALE_SEPARATION:g} times interface.width",
        )
    if form.vertices > LARGEST_POINTS[form.dimension]:
        raise CaseError(
            file,
            "form.points",
            f"{form.vertices} is out of range in {form.dimension}-D; allowed: 9 to "
            f"{LARGEST_POINTS[form.dimension]}",
        )
    for index, table in enumerate(form.surface):
        try:
            size = form.width if form.dimension == 2 else (form.width, form.width)
            shape = table.to_component(form.finest_um, form.dimension).bind(size, form.dimension)
        except SurfaceError as error:
            raise surface_case_error(error, table, file, f"form.surface[{index}]") from error
        shortest = shape.shortest_wavelength_um
        if shortest is not None and shortest < form.finest_um * (1 - ROUNDING):
            raise CaseError(
                file,
                f"form.surface[{index}].{table.wavelength_key()}",
                f"makes waves of {shortest:.4g} um, too short for form.points = {form.vertices}; "
                f"allowed: wavelengths >= {form.finest_um:.4g} um",
            )
    try:
        height = form.to_surface().peak_to_valley_um
    except ValueError as error:
        raise CaseError(file, "form.surface", str(error)) from error
    if not 0 < height <= form.width / 10:
        raise CaseError(
            file,
            "form.surface",
            f"has {height:.4g} um from peak to valley; allowed: > 0 um and at most "
            f"{form.width / 10:g} um, a tenth of form.width",
        )
