"""Reads a case file, checks it as a whole, and writes it back complete."""

from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path
from typing import Any

import tomli_w
from pydantic import ValidationError

from napress.cases.errors import CaseError
from napress.cases.schema.case_kind import require_interface_case
from napress.cases.schema.interface_case import Case
from napress.cases.schema.program_checks import check_displacements
from napress.cases.schema.resistance import check_resistance
from napress.cases.schema.surface import SURFACE_KINDS, SelfAffine, height_um, to_component
from napress.cases.values.toml import case_error, parse_toml, read_bytes


def load_case(path: str | Path) -> Case:
    """Returns the case in a file, checked.

    Args:
        path: Case file; material and profile files are looked for beside it.

    Raises:
        CaseError: One line naming file, field and what is allowed.
    """
    path = Path(path)
    return parse_case(read_bytes(path), str(path), path.parent)


def parse_case(content: bytes, file: str, folder: Path) -> Case:
    """Returns the case written in TOML; see `load_case`.

    Args:
        content: The text of the file.
        file: Its name, for messages.
        folder: Where material and profile files are looked for.

    Raises:
        CaseError: One line naming file, field and what is allowed.
    """
    data = parse_toml(content, file)
    require_interface_case(data, file)
    data.setdefault("title", Path(file).stem[:200] or "untitled")
    try:
        case = Case.model_validate(data, context={"folder": folder, "file": file})
    except ValidationError as error:
        raise case_error(error, file, tags=SURFACE_KINDS) from error
    check_surface(case, file)
    check_resistance(case, file)
    return case


def resolved_toml(case: Case) -> str:
    """Returns the case as TOML with every default, material and profile written out.

    It needs no other file, and reading it gives an equal case.
    """
    return tomli_w.dumps(case.model_dump(exclude_none=True))


def case_hash(case: Case) -> str:
    """Returns the SHA-256 of the resolved case; the title does not count."""
    content = case.model_dump(exclude_none=True, exclude={"title"})
    text = json.dumps(content, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def case_seeds(case: Case) -> list[int]:
    """Returns the seeds of the random surfaces, in the order of the case."""
    return [table.seed for table in case.surface if isinstance(table, SelfAffine)]


def build_case_surface(case: Case, file: str = "case") -> Any:
    """Returns the `napress.meshes.surfaces.Surface` of a case.

    Raises:
        CaseError: If a component does not fit the cell or the interface mesh.
    """
    from napress.meshes.resolution import ELEMENTS_PER_WAVELENGTH
    from napress.meshes.surfaces import SurfaceError, build_surface

    width, elements = case.interface.width, case.interface.elements
    components = []
    for index, table in enumerate(case.surface):
        place = f"surface[{index}]"
        # Before any array is made: a tiny cut-off would ask for billions of waves.
        if isinstance(table, SelfAffine):
            _require_resolved(width / table.cutoff, case, file, f"{place}.cutoff")
        try:
            component = to_component(table)
            shortest = component.bind(width, case.interface.dimension).shortest_wavelength_um
        except SurfaceError as error:
            raise _surface_case_error(error, table, file, place) from error
        if shortest is not None:
            named = getattr(type(table), "wavelength_field", "kind")
            field = "flank" if getattr(table, "flank", None) is not None else named
            _require_resolved(width / shortest, case, file, f"{place}.{field}")
        components.append(component)
    try:
        return build_surface(components, width, case.interface.dimension)
    except ValueError as error:
        allowed = f"allowed: a surface that {elements // ELEMENTS_PER_WAVELENGTH} waves can show"
        raise CaseError(file, "surface", f"{error}; {allowed}") from error


def _require_resolved(waves: float, case: Case, file: str, field: str) -> None:
    from napress.meshes.resolution import ELEMENTS_PER_WAVELENGTH

    elements, width = case.interface.elements, case.interface.width
    needed = ELEMENTS_PER_WAVELENGTH * math.floor(waves + 1e-6)
    if needed > elements:
        finest = ELEMENTS_PER_WAVELENGTH * width / elements
        raise CaseError(
            file,
            field,
            f"makes waves of {width / waves:.4g} um, too short for {elements} elements on "
            f"{width:g} um; allowed: wavelengths >= {finest:.4g} um, "
            f"or interface.elements >= {needed}",
        )


def _surface_case_error(error: ValueError, table: Any, file: str, place: str) -> CaseError:
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
    heights = [height_um(table) for table in case.surface]
    fields = [
        f"surface[{index}].{getattr(type(table), 'height_field', 'kind')}"
        for index, table in enumerate(case.surface)
    ]
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
