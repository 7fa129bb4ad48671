"""The command ``napress critical``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from napress.cases.cli.output import print_json, print_progress, print_text
from napress.cases.errors import CaseError


def critical(
    case: Annotated[Path, typer.Argument(metavar="CASE", help="Case file that strips (TOML).")],
    pressure: Annotated[
        str | None, typer.Option("--pressure", help="Stack pressure, '3 MPa': find its current.")
    ] = None,
    current: Annotated[
        str | None, typer.Option("--current", help="Current, '1 mA/cm**2': find its pressure.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder of the search; default critical/<case>.")
    ] = None,
    cores: Annotated[int | None, typer.Option("--cores", min=1, help="Runs at a time.")] = None,
    slurm: Annotated[bool, typer.Option("--slurm", help="Run on Slurm, as it is set up.")] = False,
    profile: Annotated[
        str, typer.Option("--profile", help="Run as this Snakemake profile says.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Find the current or the stack pressure that keeps contact.

    The largest current at a pressure, or the least pressure at a current.
    """
    from napress.cases.campaigns.where import Where, usable_cores
    from napress.cases.runs.folder import file_system_errors, write_json
    from napress.cases.schema.load import load_case
    from napress.cases.stripping.limit import PRESSURE, find_limit

    varied, fixed = _asked(pressure, current)
    folder = out or Path("critical") / case.stem
    loaded = load_case(case)
    say = (lambda text: None) if quiet else print_progress
    where = Where(cores or usable_cores(), slurm, profile)
    limit = find_limit(loaded, str(case), varied, fixed, folder, where, say)
    data = limit.as_dict()
    with file_system_errors(folder):
        write_json(folder / "critical.json", data)
        figure = _draw(folder, limit, loaded)
    if as_json:
        print_json(data | {"folder": str(folder)})
        return
    unit = "MPa" if varied == PRESSURE else "mA/cm2"
    ends = f"contact lost at {_value(limit.lost, unit)}, kept at {_value(limit.kept, unit)}"
    found = "no limit found" if limit.estimate is None else f"about {limit.estimate:.2g} {unit}"
    if limit.lost is None and limit.kept is not None:
        found += ": the stack follows the metal (stack_stiffness says how far it can)"
    print_text(f"critical {varied}: {found}; {ends}\nruns: {folder}\nfigure: {figure}")


def _asked(pressure: str | None, current: str | None) -> tuple[str, float]:
    """What is varied, and the value of the other in its inner unit."""
    from napress.cases.stripping.limit import CURRENT, PRESSURE
    from napress.cases.values import units

    if (pressure is None) == (current is None):
        raise CaseError("napress critical", "", "allowed: exactly one of --pressure and --current")
    varied, name, dimension = CURRENT, "--pressure", units.PRESSURE
    if pressure is None:
        varied, name, dimension = PRESSURE, "--current", units.CURRENT_DENSITY
    try:
        fixed = units.parse_quantity(pressure or current, dimension)
    except ValueError as error:
        raise CaseError("napress critical", name, str(error)) from error
    if fixed <= 0.0:
        raise CaseError("napress critical", name, f"{pressure or current}; allowed: > 0")
    return varied, fixed


def _value(number: float | None, unit: str) -> str:
    return "no value tried" if number is None else f"{number:.3g} {unit}"


def _draw(folder: Path, limit: Any, case: Any) -> Path:
    from napress.postprocess.figures.stripping import write_current_and_pressure
    from napress.postprocess.theory.stripping import molar_volume_cm3_per_mol

    metal = case.sodium.material
    law = None
    if metal.creep_rate_at_1_MPa is not None and metal.creep_exponent is not None:
        volume = molar_volume_cm3_per_mol(metal.molar_mass.value, metal.density.value)
        law = (metal.creep_rate_at_1_MPa.value, metal.creep_exponent.value, volume)
    points = [(one.current_mA_cm2, one.pressure_MPa, one.kept) for one in limit.tried]
    return write_current_and_pressure(folder, points, law)
