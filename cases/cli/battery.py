"""The command ``napress battery``: a run for battery models."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from napress.cases.cli.output import print_json, print_text
from napress.cases.errors import CaseError

TABLE, FUNCTIONS = "interface_resistance.csv", "interface_resistance.py"


def battery(
    run_folder: Annotated[Path, typer.Argument(metavar="RUN", help="Run folder.")],
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder of both files; default RUN/battery.")
    ] = None,
    current: Annotated[
        list[float] | None,
        typer.Option("--current", help="Current density of rows, mA/cm2; repeat for more."),
    ] = None,
    temperature: Annotated[
        list[str] | None,
        typer.Option("--temperature", help="Such as '333 K'; default the run's; repeat for more."),
    ] = None,
    conduction_energy: Annotated[
        str | None,
        typer.Option("--conduction-energy", help="Activation energy of conduction, '30 kJ/mol'."),
    ] = None,
    charge_transfer_energy: Annotated[
        str | None,
        typer.Option("--charge-transfer-energy", help="Of the charge transfer, '40 kJ/mol'."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")] = False,
) -> None:
    """Write the interface of a run for battery models.

    As CSV and as functions of PyBaMM.
    """
    from napress.cases.battery.functions import as_functions
    from napress.cases.battery.table import Conditions, interface_table
    from napress.cases.runs import folder as files
    from napress.cases.values.units import MOLAR_ENERGY, TEMPERATURE

    kelvin = sorted({_quantity("--temperature", one, TEMPERATURE) for one in temperature or []})
    if any(not value > 0 for value in kelvin):
        raise CaseError("--temperature", "", "is not above 0 K; allowed: above 0 K")
    if any(not value >= 0 for value in current or []):
        raise CaseError("--current", "", "is below 0; allowed: 0 or more, in mA/cm2")
    conditions = Conditions(
        tuple(sorted(set(current or [0.0]))),
        tuple(kelvin),
        _quantity("--conduction-energy", conduction_energy, MOLAR_ENERGY),
        _quantity("--charge-transfer-energy", charge_transfer_energy, MOLAR_ENERGY),
    )
    table = interface_table(run_folder, conditions)
    folder = out or run_folder / "battery"
    with files.file_system_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        files.write_text(folder / TABLE, table.csv())
        files.write_text(folder / FUNCTIONS, as_functions(table))
    paths = {"table": str(folder / TABLE), "functions": str(folder / FUNCTIONS)}
    if as_json:
        print_json({"files": paths, "provenance": list(table.provenance)})
        return
    for text in (*table.provenance, "", *paths.values()):
        print_text(text)


def _quantity(option: str, text: str | None, dimension: Any) -> Any:
    from napress.cases.values.units import parse_quantity

    if text is None:
        return None
    try:
        return parse_quantity(text, dimension)
    except ValueError as error:
        raise CaseError(option, "", str(error)) from error
