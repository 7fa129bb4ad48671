"""The commands ``validate`` and ``schema``: what a case file says, and what it may say."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from napress.cases.cli.output import complain, print_json, print_text
from napress.cases.errors import CaseError


def validate(
    case: Annotated[Path, typer.Argument(metavar="CASE", help="Case file (TOML), of any kind.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")] = False,
    figure: Annotated[
        Path | None,
        typer.Option("--figure", metavar="FILE", help="Write a figure of the surface."),
    ] = None,
) -> None:
    """Check a case of any kind without running it."""
    from napress.cases.schema.load import is_pellet_case
    from napress.cases.values.toml import read_toml

    pellet = is_pellet_case(read_toml(case))
    if pellet and figure is not None:
        raise CaseError(str(case), "--figure", "a pellet has no rough surface; allowed: without it")
    shown: list[str] = []
    if pellet:
        line, content, warnings = _pellet(case)
    else:
        line, content, warnings = _interface(case, shown, figure)
    if as_json:
        print_json({"case": str(case), "valid": True} | content)
        return
    print_text(f"{case}: valid; {line}")
    for text in shown:
        print_text(text)
    if content["estimates"]:
        print_text(f"estimates, not sourced values: {', '.join(content['estimates'])}")
    for text in warnings:
        complain(f"warning: {text}")


def schema(
    pellet: Annotated[bool, typer.Option("--pellet", help="Of a pellet case.")] = False,
) -> None:
    """Print the JSON Schema of a case, for editors."""
    from napress.cases.schema.interface_case import Case
    from napress.cases.schema.json_schema import json_schema
    from napress.cases.schema.pellet_case import PelletCase

    print_text(json.dumps(json_schema(PelletCase if pellet else Case), indent=2))


def _interface(
    file: Path, shown: list[str], figure: Path | None
) -> tuple[str, dict[str, Any], list[str]]:
    """Checks an interface case, with its window if it has one; shows its surface."""
    from napress.cases.cli.surface import surface_facts, write_surface_figure
    from napress.cases.model.cost import cost_of_map, currents_solved
    from napress.cases.schema.checks import build_case_surface, cold_warnings
    from napress.cases.schema.interface_case import assumed_values
    from napress.cases.schema.load import case_hash, load_case
    from napress.cases.schema.program import program_text, to_program

    loaded = load_case(file)
    surface = build_case_surface(loaded, str(file))
    lines, facts, warned = surface_facts(loaded, surface)
    warned += cold_warnings(loaded)
    shown += lines
    if figure is not None:
        write_surface_figure(surface, loaded.title, figure)
    program = to_program(loaded.program)
    content = {
        "kind": "interface",
        "title": loaded.title,
        "case_hash": case_hash(loaded),
        "peak_to_valley_um": surface.peak_to_valley_um,
        "initial_void_per_area_um": surface.mean_gap_um,
        "last_pressure_MPa": getattr(program[-1], "pressure_MPa", None),
        "program_s": sum(entry.duration_s for entry in program),
        "estimates": assumed_values(loaded),
    } | facts
    cost = None
    if loaded.interface.dimension == 3:
        cost = cost_of_map(loaded.interface.elements_along, currents_solved(loaded))
        content["cost"] = asdict(cost)
    line = (
        f"peak to valley {surface.peak_to_valley_um:.4g} um, "
        f"{loaded.interface.text}, "
        f"{program_text(loaded.program)}"
    )
    if cost is not None:
        line += f"; {cost.text}"
    if loaded.window is None:
        return line, content, warned
    said, window, warnings = _window(file, loaded.window.pellet)
    warnings = warned + warnings
    return f"{line}; {said}", content | {"kind": "window", "window": window}, warnings


def _window(file: Path, pellet: str | None) -> tuple[str, dict[str, Any], list[str]]:
    """Checks what ``napress window`` would run."""
    from napress.cases.window.plan import load_plan

    runs = [job.name for job in load_plan(file).jobs]
    line, content, warnings = f"window of {len(runs)} runs", {"runs": runs, "pellet": None}, []
    if pellet is not None:
        # The pellet of the plan has materials and pressures of this case, not its own.
        said, content["pellet"], found = _pellet(file.parent / pellet)
        line += f", {pellet}: {said}"
        warnings = [f"{pellet}: {text}" for text in found]
    return line, content, warnings


def _pellet(file: Path) -> tuple[str, dict[str, Any], list[str]]:
    """Checks a pellet case."""
    from napress.cases.model.pellet import (
        edge_pressure_MPa,
        pellet_estimates,
        pellet_text,
        press_warnings,
    )
    from napress.cases.schema.interface_case import value_of
    from napress.cases.schema.load import load_pellet_case, pellet_case_hash
    from napress.postprocess.theory.pellet import press_force_kN

    case = load_pellet_case(file)
    last, warnings = case.program[-1].pressure, press_warnings(case)
    uniaxial = case.pellet.loading == "uniaxial"
    held = edge_pressure_MPa(case, value_of(case.sodium, "yield_strength").value)
    content = {
        "kind": "pellet",
        "title": case.title,
        "case_hash": pellet_case_hash(case),
        "last_pressure_MPa": last,
        "last_force_kN": press_force_kN(last, case.pellet.diameter / 2) if uniaxial else None,
        "edge_holds_MPa": held if math.isfinite(held) else None,
        "warnings": warnings,
        "estimates": pellet_estimates(case),
    }
    line = f"pellet case, {pellet_text(case)}, up to {last:g} MPa"
    return line, content, warnings
