"""The command ``napress verify``: every check, one table, one verdict."""

from __future__ import annotations

import json
import math
import sys
import time
from dataclasses import dataclass
from typing import Any

from napress.cases.errors import one_line
from napress.cases.machine.parallel import environment_rank
from napress.cases.runs.folder import plain
from napress.cases.verification.rows import RELATIVE, Check, Row, not_done


def checks() -> tuple[Check, ...]:
    """Every check, the quick ones first."""
    from napress.cases.verification import convergence
    from napress.cases.verification.ceramic import (
        ceramic_shear,
        conduction,
        crack,
        film,
        invasion,
        weibull,
    )
    from napress.cases.verification.contact import (
        elastic_contact,
        form_layer,
        friction,
        friction_hill,
        healing,
        punch_row,
        trapped_gas,
    )
    from napress.cases.verification.maps import bisinusoid, measured, mesh, rough, spot
    from napress.cases.verification.maps import pressing as maps
    from napress.cases.verification.metal import (
        creep_cylinder,
        creep_point,
        hill_cylinder,
        plastic_point,
        slot_flow,
        step_order,
    )
    from napress.cases.verification.pressing import (
        fit,
        invariants,
        pellet_scale,
        redistribution,
        sinusoid,
        stripping,
        timed_pressing,
    )

    return (
        Check("Weibull, strength criteria, scatter", weibull.probabilities),
        Check("measured surfaces, waves of closed form", measured.waves),
        Check("sodium flowing into a slot", slot_flow.slot),
        Check("edge crack, stress intensity", crack.edge_crack),
        Check("invaded crack, weight function", invasion.weight_function),
        Check("invaded crack, states and thresholds", invasion.states),
        Check("invaded crack, growth in time", invasion.growth),
        Check("invaded crack, growth against finite volumes", invasion.by_volumes),
        Check("invaded crack, lateral stress and pores", invasion.held_from_the_side),
        Check("plasticity at a point, closed form", plastic_point.one_element),
        Check("order of a step, stress round a corner", step_order.order_of_step),
        Check("creep at a point, Wang 2020", creep_point.creep_at_a_point),
        Check("tangent, finite differences", invariants.tangent_against_differences),
        Check("uniform pressure on any surface", invariants.uniform_pressure),
        Check("flat faces, confined compression", invariants.flat_faces),
        Check("3-D: flat faces", maps.flat_faces),
        Check("3-D: conduction of one spot", spot.one_spot),
        Check("3-D: ridge against plane strain", maps.ridge_against_plane_strain),
        Check("3-D: redistributed nodes", redistribution.redistribution_of_a_map),
        Check("3-D: elastic egg-box, Tamaas and closed forms", bisinusoid.egg_box),
        Check("3-D: elastic self-affine maps, light load", rough.slope_of_contact),
        Check("3-D: egg-box, size of the facets", mesh.mesh_convergence),
        Check("ceramic, shear below a wave of pressure", ceramic_shear.subsurface_shear),
        Check("convergence rates, elastic layers", convergence.convergence_rates),
        Check("friction of a block, Coulomb", friction.coulomb_block),
        Check("full stick", friction.full_stick),
        Check("adhesion", friction.adhesion),
        Check("thick cylinder, Hill", hill_cylinder.thick_cylinder),
        Check("pellet, die sleeve (Lame)", pellet_scale.sleeve),
        Check("pellet, plate over a support gap", pellet_scale.plate_over_gap),
        Check("pellet, tilted punch", pellet_scale.tilted_punch),
        Check("pellet, isostatic pressure", pellet_scale.isostatic),
        Check("friction hill and sodium layer", friction_hill.friction_hill),
        Check("thin layer on form error", form_layer.layer_on_a_wave),
        Check("cylindrical void, Norton creep", creep_cylinder.closing_void),
        Check("elastic wave, Westergaard", elastic_contact.westergaard),
        Check("conduction, strips and contact resistance", conduction.strips),
        Check("film that breaks", film.breaking_film),
        Check("fit of planted parameters", fit.planted_parameters),
        Check("elastic wave and conduction, Westergaard", conduction.westergaard_and_conduction),
        Check("flat ridges, slip-line load", punch_row.slip_line_load),
        Check("redistributed nodes", redistribution.redistribution),
        Check("trapped gas and friction to full load", trapped_gas.wave_with_gas),
        Check("release of flat faces, tangent of creep", timed_pressing.release),
        Check("fast and slow ramps", timed_pressing.fast_and_slow),
        Check("press, release, press", timed_pressing.cycle),
        Check("stripping and plating", stripping.stripping),
        Check("healing by diffusion along the interface", healing.levelling_wave),
        Check("sinusoid, mesh, step and energy", sinusoid.mesh_and_step),
    )


@dataclass(frozen=True)
class Result:
    """What one check found.

    Attributes:
        title: Of the check.
        rows: Its rows.
        seconds: Wall time.
    """

    title: str
    rows: list[Row]
    seconds: float


def run_check(check: Check) -> Result:
    """Runs one check; one that cannot be carried out is a failed row."""
    start = time.monotonic()
    try:
        rows = check.function()
    except Exception as error:
        rows = [not_done(check.title, one_line(f"{type(error).__name__}: {error}"))]
    return Result(check.title, rows, time.monotonic() - start)


def main(as_json: bool) -> bool:
    """Runs every check and prints the table on stdout, progress on stderr.

    Args:
        as_json: Print the rows as JSON.

    Returns:
        Whether every row passed.
    """
    speaks = environment_rank() == 0
    results = []
    everything = checks()
    for number, check in enumerate(everything, start=1):
        if speaks:
            _progress(f"[{number}/{len(everything)}] {check.title}")
        results.append(run_check(check))
        if speaks:
            _progress(f"        {_summary(results[-1])}")
    rows = [row for result in results for row in result.rows]
    if speaks:
        if as_json:
            content = plain([row.as_dict() for row in rows])
            sys.stdout.write(json.dumps(content, indent=2, ensure_ascii=False) + "\n")
        else:
            sys.stdout.write(table_text(results) + "\n")
        sys.stdout.flush()
    return all(row.passed for row in rows)


def _progress(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def _summary(result: Result) -> str:
    failed = sum(not row.passed for row in result.rows)
    verdict = f"{failed} of {len(result.rows)} failed" if failed else f"{len(result.rows)} passed"
    return f"{verdict}, {result.seconds:.1f} s"


def table_text(results: list[Result]) -> str:
    """The rows of all checks as a table for the terminal."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console()
    if not console.is_terminal:
        # A pipe has no width of its own; notes must not be cut to 80 columns.
        console = Console(width=200)
    table = Table(title="napress verify", title_justify="left")
    for column in ("check", "reference", "computed", "unit", "error", "tolerance", "", "note"):
        numeric = column in ("reference", "computed", "error", "tolerance")
        table.add_column(column, justify="right" if numeric else "left", overflow="fold")
    for result in results:
        for row in result.rows:
            verdict = "[green]passed[/green]" if row.passed else "[bold red]FAILED[/bold red]"
            cells = [row.name, *_numbers(row), verdict, row.note]
            table.add_row(*[escape(cell) if cell != verdict else cell for cell in cells])
        table.add_section()
    rows = [row for result in results for row in result.rows]
    failed = sum(not row.passed for row in rows)
    seconds = sum(result.seconds for result in results)
    with console.capture() as capture:
        console.print(table)
        console.print(f"{len(rows)} compared, {failed} failed, {seconds:.0f} s", markup=False)
    return capture.get().rstrip("\n")


def _numbers(row: Row) -> list[str]:
    if math.isnan(row.error):
        return ["", "", row.unit, "", ""]
    return [
        f"{row.reference:.5g}",
        f"{row.computed:.5g}",
        "" if row.unit == "1" else row.unit,
        _error_text(row, row.error),
        _error_text(row, row.tolerance),
    ]


def _error_text(row: Row, value: float) -> str:
    return f"{100 * value:.2g} %" if row.error_kind == RELATIVE else f"{value:.2g}"


def markdown(rows: list[dict[str, Any]]) -> str:
    """The rows of ``napress verify --json`` as the table of ``docs/verification.md``."""
    lines = ["| check | reference | computed | unit | error | tolerance |"]
    lines.append("|---|---:|---:|---|---:|---:|")
    for entry in rows:
        row = Row(**entry)
        reference, computed, unit, error, tolerance = _numbers(row)
        mark = "" if row.passed else " **failed**"
        cells = (row.name + mark, reference, computed, unit, error, tolerance)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)
