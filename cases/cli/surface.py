"""What ``validate`` says about the surface of a case."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from napress.cases.errors import CaseError, RunFolderError
from napress.cases.schema.checks import finest_um
from napress.cases.schema.interface_case import Case


def surface_facts(case: Case, surface: Any) -> tuple[list[str], dict[str, Any], list[str]]:
    """Returns what a surface turned out to be.

    Args:
        case: As `load_case` has checked it.
        surface: From `build_case_surface`.

    Returns:
        Lines to print, content for JSON, and warnings.
    """
    from napress.meshes.statistics import measure_surface
    from napress.postprocess.surface.views import profile_text

    found = measure_surface(surface)
    content: dict[str, Any] = {
        "rq_um": found.rq_um,
        "ra_um": found.ra_um,
        "rms_slope": found.rms_slope,
        "measured_surfaces": [],
    }
    lines, warnings = [], []
    for index, table in enumerate(case.surface):
        component = table.to_component(finest_um(case), case.interface.dimension)
        if not hasattr(component, "treated"):
            continue
        treated = component.treated(case.interface.widths)
        origin = table.provenance.model_dump(exclude_none=True) if table.provenance else {}
        slopes = ", ".join(f"{slope:.4g}" for slope in treated.slope_removed)
        lines.append(f"surface[{index}]: {treated.source}; {origin.get('units', 'points in um')}")
        if origin.get("notes"):
            lines.append(f"  read: {origin['notes']}")
        lines.append(
            f"  length used {treated.length_um:g} um, {treated.points} points, "
            f"{treated.bridged} bridged, waves from {treated.wavelength_um:.4g} um on; level "
            f"{table.level!r}: slope removed {slopes}, Rq before it {treated.rq_before_um:.4g} um"
        )
        warnings += [f"surface[{index}]: {text}" for text in treated.warnings]
        content["measured_surfaces"].append(
            {
                "source": treated.source,
                "provenance": origin,
                "length_used_um": treated.length_um,
                "points": treated.points,
                "bridged_points": treated.bridged,
                "shortest_wavelength_um": treated.wavelength_um,
                "slope_removed": list(treated.slope_removed),
                "rq_before_levelling_um": treated.rq_before_um,
                "warnings": list(treated.warnings),
            }
        )
    lines.append(
        f"Rq {found.rq_um:.4g} um, Ra {found.ra_um:.4g} um, "
        f"peak to valley {found.peak_to_valley_um:.4g} um, rms slope {found.rms_slope:.4g}"
    )
    if found.peak_to_valley_um > 0:
        lines += profile_text(surface)
    return lines, content, warnings


def write_surface_figure(surface: Any, title: str, path: Path) -> None:
    """Writes the figure that ``--figure`` asks for.

    Raises:
        CaseError: If its format is unknown.
        RunFolderError: If it cannot be written.
    """
    from napress.postprocess.surface.views import surface_figure

    if not path.absolute().parent.is_dir():
        raise RunFolderError(f"{path}: cannot be written (its folder does not exist)")
    try:
        surface_figure(surface, path, title)
    except ValueError as error:
        raise CaseError(
            str(path), "--figure", f"unknown format {path.suffix!r}; allowed: .png, .svg, .pdf"
        ) from error
    except OSError as error:
        raise RunFolderError(f"{path}: cannot be written ({error.strerror})") from error
