"""The command ``napress fit``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from napress.cases.cli.output import print_json, print_progress, print_text
from napress.cases.errors import CaseError


def fit(
    table: Annotated[
        Path, typer.Argument(metavar="TABLE", help="Measured resistance against pressure (CSV).")
    ],
    case: Annotated[
        Path, typer.Option("--case", metavar="CASE", help="Case of the interface (TOML).")
    ],
    parameters: Annotated[
        str,
        typer.Option(
            "--parameters",
            help="What to fit, by commas; default film_exponent,film_pressure,film_spacing.",
        ),
    ] = "",
    unit: Annotated[
        list[str] | None,
        typer.Option("--unit", help="Unit of a column without one, such as pressure=MPa."),
    ] = None,
    area: Annotated[
        str | None, typer.Option("--area", help="Area of an interface, such as '1.27 cm**2'.")
    ] = None,
    interfaces: Annotated[
        int | None, typer.Option("--interfaces", help="Interfaces in the cell, 1 or 2.")
    ] = None,
    pellet_resistance: Annotated[
        str | None, typer.Option("--pellet-resistance", help="Of the pellet alone, '30 ohm'.")
    ] = None,
    pellet_uncertainty: Annotated[
        str | None, typer.Option("--pellet-uncertainty", help="Of that, such as '3 %'.")
    ] = None,
    noise: Annotated[
        str | None,
        typer.Option("--noise", help="Scatter of a measurement, '5 %'; default: from the fit."),
    ] = None,
    target: Annotated[
        str | None, typer.Option("--target", help="Good enough, such as '10 ohm*cm**2'.")
    ] = None,
    run: Annotated[
        Path | None, typer.Option("--run", help="Finished run to take the contact from.")
    ] = None,
    flat: Annotated[bool, typer.Option("--flat", help="Take the face as flat: no run.")] = False,
    out: Annotated[Path | None, typer.Option("--out", help="Folder; default fits/<table>.")] = None,
    cores: Annotated[int, typer.Option("--cores", min=1, help="Processes at a time.")] = 2,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Fit the film's numbers to measured resistances."""
    from napress.cases.fit.fit import FitOptions, run_fit
    from napress.cases.fit.parameters import asked
    from napress.cases.fit.writing import lines, write_fit

    if flat and run is not None:
        raise CaseError("--flat", "", "and --run exclude each other; allowed: one of them")
    names = [name.strip() for name in parameters.split(",") if name.strip()]
    options = FitOptions(
        parameters=asked(names),
        units=_units(unit or []),
        cell=_cell(area, interfaces, pellet_resistance, pellet_uncertainty),
        noise=_noise(noise),
        target_ohm_cm2=_target(target),
        run=run,
        flat=flat,
        cores=cores,
    )
    # Fits in one place share the runs of the interface.
    folder = out or Path("fits") / table.stem
    runs = (out or Path("fits")) / "runs"
    say = (lambda text: None) if quiet else print_progress
    result = run_fit(table, case, runs, options, say)
    files = write_fit(result, folder)
    if as_json:
        print_json(result.as_data() | {"files": files})
        return
    for line in lines(result):
        print_text(line)
    print_text(f"\nfit: {folder}")


def _units(written: list[str]) -> dict[str, str]:
    from napress.cases.fit.table import QUANTITIES
    from napress.cases.values.fields import did_you_mean

    found = {}
    for one in written:
        name, equals, unit = (part.strip() for part in one.partition("="))
        if not equals or not unit or name not in QUANTITIES:
            hint = did_you_mean(name, QUANTITIES)
            raise CaseError(
                "--unit", one, f"is no unit of a column; {hint}allowed: such as pressure=MPa"
            )
        found[name] = unit
    return found


def _cell(
    area: str | None, interfaces: int | None, resistance: str | None, uncertainty: str | None
) -> Any:
    from pydantic import ValidationError

    from napress.cases.schema.cell import CellTable
    from napress.cases.values.toml import case_error

    given = {
        "area": area,
        "interfaces": interfaces,
        "pellet_resistance": resistance,
        "pellet_uncertainty": uncertainty,
    }
    try:
        return CellTable.model_validate({k: v for k, v in given.items() if v is not None})
    except ValidationError as error:
        raise case_error(error, "options") from error


def _noise(text: str | None) -> float | None:
    from napress.cases.values.units import FRACTION

    percent = _positive("--noise", text, FRACTION)
    return None if percent is None else percent / 100


def _target(text: str | None) -> float | None:
    from napress.cases.values.units import AREA_RESISTANCE

    return _positive("--target", text, AREA_RESISTANCE)


def _positive(option: str, text: str | None, dimension: Any) -> float | None:
    from napress.cases.values.units import parse_quantity

    if text is None:
        return None
    try:
        value = parse_quantity(text, dimension)
    except ValueError as error:
        raise CaseError(option, "", str(error)) from error
    if not value > 0:
        raise CaseError(option, "", f"{text!r} is not above 0; allowed: above 0")
    return value
