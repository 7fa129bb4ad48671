"""Checks across the tables of a case: whether surface, mesh, bodies and press fit together."""

from __future__ import annotations

import math
from typing import Any

from napress.cases.errors import CaseError
from napress.cases.schema.interface_case import Case, CeramicTable, SodiumTable, value_of
from napress.cases.schema.pellet_case import PelletCase
from napress.cases.schema.program import strips

# Far above any press: a displacement that takes more is a slip of the pen.
LARGEST_DISPLACED_MPA = 1000.0
LEAST_METAL_LEFT = 0.1  # of its thickness, below which a mean recession says little
# Below this ratio waviness and roughness are not separate scales.
SCALE_SEPARATION = 10.0
COLD_K = 200.0
# Of a pressure that went through a conversion of its unit.
ROUNDING = 1e-9


def build_case_surface(case: Case, file: str = "case") -> Any:
    """Returns the `napress.meshes.surfaces.Surface` of a case.

    Raises:
        CaseError: If a component does not fit the cell or the interface mesh.
    """
    from napress.meshes.surfaces import SurfaceError, build_surface

    cell = case.interface
    components = []
    for index, table in enumerate(case.surface):
        place = f"surface[{index}]"
        field = f"{place}.{table.wavelength_key()}"
        # Before any array is made: a tiny cut-off would ask for billions of waves.
        if table.shortest_um() is not None:
            _require_resolved(table.shortest_um(), case, file, field)
        try:
            component = table.to_component(finest_um(case), cell.dimension)
            shortest = component.bind(cell.widths, cell.dimension).shortest_wavelength_um
        except SurfaceError as error:
            raise surface_case_error(error, table, file, place) from error
        if shortest is not None:
            _require_resolved(shortest, case, file, field)
        components.append(component)
    try:
        return build_surface(components, cell.widths, cell.dimension)
    except ValueError as error:
        allowed = f"allowed: a surface that {cell.text} can show"
        raise CaseError(file, "surface", f"{error}; {allowed}") from error


def finest_um(case: Case) -> float:
    """Returns the shortest wavelength that the interface mesh of a case carries."""
    from napress.meshes.resolution import ELEMENTS_PER_WAVELENGTH

    cell = case.interface
    sizes = [width / there for width, there in zip(cell.widths, cell.elements_along, strict=True)]
    return ELEMENTS_PER_WAVELENGTH[cell.dimension] * max(sizes)


def _require_resolved(wavelength: float, case: Case, file: str, field: str) -> None:
    from napress.meshes.resolution import ELEMENTS_PER_WAVELENGTH

    cell = case.interface
    wanted = ELEMENTS_PER_WAVELENGTH[cell.dimension]
    needed = [wanted * math.floor(width / wavelength + 1e-6) for width in cell.widths]
    if all(few <= there for few, there in zip(needed, cell.elements_along, strict=True)):
        return
    raise CaseError(
        file,
        field,
        f"makes waves of {wavelength:.4g} um, too short for {cell.text}; allowed: "
        f"wavelengths >= {finest_um(case):.4g} um, or interface.elements >= "
        f"{' x '.join(str(few) for few in needed)}",
    )


def surface_case_error(error: ValueError, table: Any, file: str, place: str) -> CaseError:
    """Returns the message of a component with the case's own name of the field."""
    head, colon, rest = str(error).partition(": ")
    inner = head.partition(" = ")[0].partition(".")[2]
    for suffix in ("_um", "_rad", "_degrees"):
        inner = inner.removesuffix(suffix)
    if colon and inner in type(table).model_fields:
        return CaseError(file, f"{place}.{inner}", f"allowed: {rest}")
    return CaseError(file, place, str(error))


def check_surface(case: Case, file: str) -> None:
    """Checks that the roughness fits the cell, the mesh and both bodies.

    Raises:
        CaseError: Naming the surface entry at fault.
    """
    heights = [table.least_height_um() for table in case.surface]
    fields = [f"surface[{index}].{table.height_field}" for index, table in enumerate(case.surface)]
    for field, height in zip(fields, heights, strict=True):
        _require_thicker(case, file, field, height, "makes a height of")
    surface = build_case_surface(case, file)
    tallest = fields[heights.index(max(heights))]
    verb = "makes a height of" if len(fields) == 1 else "adds up with the others to a height of"
    _require_thicker(case, file, tallest, surface.peak_to_valley_um, verb)
    check_displacements(case, surface.mean_gap_um, file)


def _require_thicker(case: Case, file: str, field: str, height: float, verb: str) -> None:
    for name, body in (("sodium", case.sodium), ("ceramic", case.ceramic)):
        if height >= body.thickness:
            raise CaseError(
                file,
                field,
                f"{verb} {height:.4g} um; allowed: < {name}.thickness = {body.thickness:g} um",
            )


def cold_warnings(case: Case) -> list[str]:
    """Returns a warning for each temperature that was surely meant in °C."""
    found = []

    def walk(content: Any, place: str) -> None:
        if isinstance(content, dict):
            for key, entry in content.items():
                inner = f"{place}.{key}" if place else key
                if key.endswith("temperature"):
                    text = entry.get("value") if isinstance(entry, dict) else entry
                    number, _, unit = str(text).partition(" ")
                    if unit == "K" and float(number) < COLD_K:
                        found.append(
                            f"{inner}: {float(number):g} K is colder than any creep law here was "
                            "measured at; is it in degC?"
                        )
                else:
                    walk(entry, inner)
        elif isinstance(content, (list, tuple)):
            for index, entry in enumerate(content):
                walk(entry, f"{place}[{index}]")

    walk(case.model_dump(exclude_none=True, exclude={"sodium", "ceramic", "surface"}), "")
    return found


def check_displacements(case: Case, mean_gap_um: float, file: str) -> None:
    """Refuses a displacement that would take an absurd pressure.

    With the voids closed, the platen goes on only by compressing both bodies, which
    cannot widen: the pressure is the way beyond the mean gap over their compliance.

    Args:
        case: The case.
        mean_gap_um: Void per area before pressing.
        file: Name of the case file, for messages.

    Raises:
        CaseError: Naming the entry, and the farthest displacement allowed.
    """
    compliance = _compliance(case.sodium) + _compliance(case.ceramic)
    farthest = mean_gap_um + LARGEST_DISPLACED_MPA * compliance
    for index, stage in enumerate(case.program):
        if stage.displacement is not None and stage.displacement > farthest:
            raise CaseError(
                file,
                f"program[{index}].displacement",
                f"{stage.displacement:g} um cannot be reached, it takes more than "
                f"{LARGEST_DISPLACED_MPA:g} MPa; allowed: <= {farthest:.4g} um",
            )


def _compliance(body: SodiumTable | CeramicTable) -> float:
    """Shortening of a body per pressure, laterally confined, um/MPa."""
    young, poisson = value_of(body, "young").value, value_of(body, "poisson").value
    stiffness = young * (1 - poisson) / ((1 + poisson) * (1 - 2 * poisson))
    return body.thickness / stiffness


def check_stripping(case: Case, file: str) -> None:
    """Checks that the current has a way to go and metal to take.

    Raises:
        CaseError: Naming the entry at fault.
    """
    from napress.fem.inputs.stripping import Stripping

    if not strips(case.program):
        if case.healing is not None:
            text = "is solved with the metal that leaves; allowed: with an entry current = ..."
            raise CaseError(file, "healing", text)
        return
    if case.healing is not None and case.interface.dimension == 3:
        raise CaseError(file, "healing", "runs along a line; allowed: interface.dimension = 2")
    index = next(k for k, stage in enumerate(case.program) if stage.current is not None)
    metal = case.sodium.material
    if value_of(case.ceramic, "ionic_conductivity") is None:
        raise CaseError(
            file,
            f"program[{index}].current",
            "needs a conductivity that neither case nor material gives; allowed: "
            "ceramic.ionic_conductivity, such as '5 mS/cm'",
        )
    for name in ("molar_mass", "density"):
        if getattr(metal, name) is None:
            raise CaseError(
                file,
                f"program[{index}].current",
                f"needs the metal's {name}, which '{metal.id}' lacks; allowed: a material with it",
            )
    numbers = Stripping(metal.molar_mass.value / metal.density.value, 1.0)
    most = (1 - LEAST_METAL_LEFT) * case.sodium.thickness
    gone = 0.0
    for index, stage in enumerate(case.program):
        if stage.current is None:
            continue
        gone += math.copysign(numbers.thickness_um(stage.charge), stage.current)
        if gone > most:
            raise CaseError(
                file,
                f"program[{index}].charge",
                f"{stage.charge:g} mAh/cm2 leaves less than {100 * LEAST_METAL_LEFT:g} % of the "
                f"metal: {gone:.3g} um would be gone; allowed: sodium.thickness >= "
                f"{gone / (1 - LEAST_METAL_LEFT):.3g} um, or less charge",
            )


def check_resistance(case: Case, file: str) -> None:
    """Checks that the table fits the rest of the case.

    Raises:
        CaseError: If the ceramic's conductivity is unknown, or the waviness is no
            separate scale.
    """
    table = case.resistance
    if case.film is not None and table is not None and table.film is not None:
        raise CaseError(
            file,
            "resistance.film",
            "is a second film beside table [film]; allowed: one of them, [film] if it breaks",
        )
    if table is None and case.film is None:
        return
    if value_of(case.ceramic, "ionic_conductivity") is None:
        raise CaseError(
            file,
            "resistance" if case.film is None else "film",
            "needs a conductivity that neither case nor material gives; allowed: "
            "ceramic.ionic_conductivity, such as '5 mS/cm'",
        )
    wave = None if table is None else table.waviness
    if wave is None:
        return
    least = SCALE_SEPARATION * max(case.interface.widths)
    if wave.wavelength < least:
        raise CaseError(
            file,
            "resistance.waviness.wavelength",
            f"{wave.wavelength:g} um is no scale apart from the cell; allowed: >= {least:g} um, "
            f"{SCALE_SEPARATION:g} times interface.width",
        )
    thinnest = wave.wavelength / 20
    if wave.electrolyte_thickness < thinnest:
        raise CaseError(
            file,
            "resistance.waviness.electrolyte_thickness",
            f"{wave.electrolyte_thickness:g} um is too thin for the rule; allowed: >= "
            f"{thinnest:g} um, a twentieth of the wavelength",
        )
    if wave.amplitude > wave.wavelength / 20:
        raise CaseError(
            file,
            "resistance.waviness.amplitude",
            f"{wave.amplitude:g} um is too steep for the rule; allowed: <= "
            f"{wave.wavelength / 20:g} um, a twentieth of its wavelength",
        )


def check_pellet(case: PelletCase, file: str) -> None:
    """Checks that press, sodium and punch can do what the program asks.

    Raises:
        CaseError: Naming the entry at fault.
    """
    _refuse(case, file)
    _require_yielding(case, file)
    _require_room(case, file)


def _refuse(case: PelletCase, file: str) -> None:
    """Stops a force that press or die cannot carry."""
    from napress.postprocess.theory.pellet import press_force_kN

    if case.press is None:
        return
    limit = case.press.allowed_kN * case.press.refusal
    radius = case.pellet.diameter / 2
    for index, stage in enumerate(case.program):
        force = press_force_kN(stage.pressure, radius)
        if force > limit:
            most = limit / press_force_kN(1.0, radius)
            weakest = "die_rating"
            if case.press.die_rating is None or case.press.capacity < case.press.die_rating:
                weakest = "capacity"
            raise CaseError(
                file,
                f"program[{index}].pressure",
                f"{stage.pressure:g} MPa needs {force:.3g} kN, more than {limit:.3g} kN "
                f"(press.{weakest}); allowed: <= {most:.4g} MPa on this diameter",
            )


def _require_yielding(case: PelletCase, file: str) -> None:
    """Stops a load below the one at which the layer of sodium begins to be one.

    It starts with the space under the punch filled, at the sodium's own yield stress.
    A fluid all round asks for nothing of the kind.
    """
    if case.pellet.loading == "isostatic":
        return
    first, least = case.program[0].pressure, value_of(case.sodium, "yield_strength").value
    if first < least * (1 - ROUNDING):
        raise CaseError(
            file,
            "program[0].pressure",
            f"{first:g} MPa is below the yield stress of the sodium, where the model of its "
            f"layer begins; allowed: >= {least:g} MPa (sodium.yield_strength)",
        )


def _require_room(case: PelletCase, file: str) -> None:
    """Stops a punch whose form needs more sodium than there is, before any mesh is made."""
    from napress.fem.pellet.punch import PunchTouches

    if case.pellet.loading == "isostatic":
        return
    try:
        punch_of(case).require_room(case.sodium.thickness, case.pellet.diameter / 2)
    except PunchTouches as error:
        raise CaseError(file, "sodium.thickness", str(error)) from error


def punch_of(case: PelletCase) -> Any:
    """Returns the `napress.fem.pellet.punch.PunchShape` of a case."""
    from napress.fem.pellet.punch import PunchShape

    pellet = case.pellet
    return PunchShape(
        pellet.punch_crown, pellet.punch_tilt, pellet.chamfer_width, pellet.chamfer_depth
    )
