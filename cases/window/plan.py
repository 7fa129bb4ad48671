"""What a window needs to run: one case of the interface per seed, and the pellet."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from napress.cases.campaigns.campaign import Job
from napress.cases.errors import CaseError
from napress.cases.model.fracture import program_hold_s
from napress.cases.schema.checks import check_surface
from napress.cases.schema.interface_case import Case, value_of
from napress.cases.schema.laws.fracture import Specimens
from napress.cases.schema.load import (
    load_case,
    load_pellet_case,
)
from napress.cases.schema.pellet_case import PelletCase, PelletStage
from napress.cases.schema.surface import seed_of
from napress.cases.schema.surfaces.kind import SurfaceKind
from napress.cases.schema.window import WindowTable
from napress.cases.values import units
from napress.cases.values.fields import SourcedValue
from napress.cases.values.toml import companion
from napress.cases.window.lever_runs import lever_jobs
from napress.postprocess.theory.pellet import press_force_kN

DEFAULT_SEEDS = 8
LEAST_OVER_YIELD = 1.5
IMPERFECTIONS = (
    "punch_crown",
    "punch_tilt",
    "chamfer_width",
    "chamfer_depth",
    "support_gap",
    "debris_height",
    "debris_diameter",
    "support_offset",
)
FINER = (("compact", "rigid die"), ("compact", "elastic sleeve"))
FINER += (("jacketed sleeve", "elastic sleeve"),)
HELD = {"none": "none", "rigid": "rigid die", "elastic": "elastic sleeve"}


@dataclass(frozen=True)
class Plan:
    """A window case, ready to be run.

    Attributes:
        file: As the user named it.
        case: The interface, with the hold of the pellet.
        table: Its ``[window]``.
        pellet: The pellet with the materials and pressures of the case; None without.
        press_MPa: What press and die may carry; None if not known.
        jobs: What has to be run.
    """

    file: str
    case: Case
    table: WindowTable
    pellet: PelletCase | None
    press_MPa: float | None
    jobs: tuple[Job, ...]


def load_plan(path: Path, seeds: int | None = None) -> Plan:
    """Reads a window case and plans its runs; see `make_plan`."""
    return make_plan(load_case(path), str(path), Path(path).parent, seeds)


def make_plan(case: Case, file: str, folder: Path, seeds: int | None = None) -> Plan:
    """Plans the runs of a window case.

    Args:
        case: With a table ``[window]``.
        file: Its name, for messages.
        folder: Where its pellet case is looked for.
        seeds: Instead of the number in the case.

    Raises:
        CaseError: One line naming file, field and what is allowed.
    """
    table = case.window
    if table is None:
        raise CaseError(file, "window", "missing; allowed: table [window] with closure_target")
    if table.resistance_target is not None and value_of(case.ceramic, "ionic_conductivity") is None:
        raise CaseError(
            file,
            "window.resistance_target",
            "needs a conductivity that neither case nor material gives; allowed: "
            "ceramic.ionic_conductivity, such as '5 mS/cm'",
        )
    pellet = press = None
    if table.pellet is not None:
        source = companion(table.pellet, {"folder": folder, "file": file})
        if not source.is_file():
            raise CaseError(
                file, "window.pellet", f"{table.pellet}: no such file; allowed: a pellet case"
            )
        pellet = load_pellet_case(source)
        case = _held_by(case, pellet, file, table.pellet)
        pellet, press = _pellet_of(case, pellet)
    surfaces = _seeds(_without_pages(case), seeds or table.seeds, file)
    jobs = [Job.of(seed, name) for name, seed in surfaces]
    if table.run_levers:
        jobs += lever_jobs(surfaces[0][1], pellet, program_hold_s(case))
    if pellet is not None:
        # First: it is short, and the rest needs it.
        jobs.insert(0, Job.of(pellet, "pellet"))
        even = _without_imperfections(pellet)
        if even != pellet:
            jobs.append(Job.of(even, "even pellet"))
    return Plan(file, case, table, pellet, press, tuple(jobs))


def pressures_MPa(case: Case) -> list[float]:
    """Pressures of the load program, increasing, each once."""
    return sorted({stage.pressure for stage in case.program if stage.pressure is not None})


def _without_pages(case: Case) -> Case:
    """The case without figures and page, unless it asks for them.

    They would take a fifth of the time of a run, and a window reads none of them;
    ``napress report`` makes them of any run.
    """
    unasked = {"figures", "report"} - case.output.model_fields_set
    quiet = case.output.model_copy(update=dict.fromkeys(unasked, False))
    return case.model_copy(update={"output": quiet})


def _seeds(case: Case, count: int | None, file: str) -> list[tuple[str, Case]]:
    """The case on one random surface after the other, beginning with its own."""
    found: list[tuple[str, Case]] = []
    varied = [table for table in case.surface if _varied(table, 0, 1, file) is not None]
    if not varied:
        if count is not None and count > 1:
            raise CaseError(
                file, "window.seeds", f"{count}, but no surface here is random; allowed: 1"
            )
        return [("surface", case)]
    count = DEFAULT_SEEDS if count is None else count
    for step in range(count):
        surface = tuple(_varied(table, step, count, file) or table for table in case.surface)
        seed = case.model_copy(update={"surface": surface})
        check_surface(seed, file)
        found.append((_label(surface), seed))
    return found


def _label(surface: tuple[SurfaceKind, ...]) -> str:
    """What tells one surface from the others: its seed, or the line of its map."""
    seeds = [seed_of(table) for table in surface if seed_of(table) is not None]
    if seeds:
        return f"seed {seeds[0]}"
    return next(f"line {table.line}" for table in surface if getattr(table, "line", None))


def _varied(table: SurfaceKind, step: int, count: int, file: str) -> SurfaceKind | None:
    try:
        return table.another(step, count)
    except ValueError as error:
        key = "line" if seed_of(table) is None else "seed"
        raise CaseError(file, f"surface.{key}", str(error)) from error


def _held_by(case: Case, pellet: PelletCase, file: str, pellet_file: str) -> Case:
    """The case with the size and the hold of the pellet, as far as it does not say itself."""
    mine, its = case.ceramic.material.id, pellet.ceramic.material.id
    if mine != its:
        raise CaseError(
            file, "window.pellet", f"{pellet_file} is a pellet of {its!r}; allowed: of {mine!r}"
        )
    shape, note = pellet.pellet, SourcedValue
    held = "isostatic" if shape.loading == "isostatic" else HELD[shape.sleeve]
    taken: dict[str, Any] = {
        "confinement": held,
        "pellet_diameter": note(shape.diameter, "um", source=f"pellet case {pellet_file}"),
    }
    if shape.sleeve == "elastic":
        tool = shape.sleeve_material
        ratio = shape.sleeve_outer_diameter / shape.diameter
        taken |= {
            "sleeve_young": tool.young,
            "sleeve_poisson": tool.poisson,
            "sleeve_diameter_ratio": note(ratio, "", source=f"pellet case {pellet_file}"),
        }
    taken["pellet_thickness"] = note(
        pellet.ceramic.thickness, "um", source=f"pellet case {pellet_file}"
    )
    written = case.fracture.model_fields_set
    # What the pellet case cannot say: a jacket, and a powder that yields in its die.
    if (case.fracture.confinement, held) in FINER:
        taken["confinement"] = case.fracture.confinement
    for name in ("confinement", "pellet_diameter"):
        here, there = getattr(case.fracture, name), taken[name]
        values = [
            entry.value if isinstance(entry, SourcedValue) else entry for entry in (here, there)
        ]
        if name in written and values[0] != values[1]:
            raise CaseError(
                file,
                f"fracture.{name}",
                f"{values[0]!r}, but in {pellet_file} it is {values[1]!r}; "
                "allowed: the same, or leave it out",
            )
    update = {name: value for name, value in taken.items() if name not in written}
    return case.model_copy(update={"fracture": case.fracture.model_copy(update=update)})


def _without_imperfections(pellet: PelletCase) -> PelletCase:
    """The same pellet under a flat, parallel punch and on a flat support."""
    table = pellet.pellet.model_copy(update=dict.fromkeys(IMPERFECTIONS, 0.0))
    return pellet.model_copy(update={"pellet": table})


def _pellet_of(case: Case, pellet: PelletCase) -> tuple[PelletCase | None, float | None]:
    """The pellet with the materials and pressures of the case, and what the press may carry."""
    asked, limit = pressures_MPa(case), None
    if pellet.press is not None:
        force = press_force_kN(1.0, pellet.pellet.diameter / 2)
        limit = pellet.press.allowed_kN * pellet.press.refusal / force
        asked = [pressure for pressure in asked if pressure <= limit]
    # The pellet model begins where the sodium yields and has filled the space under the punch.
    least = LEAST_OVER_YIELD * value_of(case.sodium, "yield_strength").value
    asked = [pressure for pressure in asked if pressure > least]
    if not asked:
        return None, limit
    thickness = {"ceramic": pellet.ceramic.thickness, "sodium": pellet.sodium.thickness}
    bodies = {
        name: getattr(case, name).model_copy(update={"thickness": size})
        for name, size in thickness.items()
    }
    stages = tuple(PelletStage(pressure=units.format_quantity(p, units.PRESSURE)) for p in asked)
    # One law of strength for the interface and for the pellet as a whole.
    specimens = Specimens(
        specimen_volume=case.fracture.specimen_volume, specimen_area=case.fracture.specimen_area
    )
    update = {**bodies, "fracture": specimens, "program": stages}
    return pellet.model_copy(update=update), limit
