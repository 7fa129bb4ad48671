"""Reads a table of measurements: columns by name, each with its unit in the header."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from napress.cases.errors import CaseError, shown
from napress.cases.schema.cell import RESISTANCE
from napress.cases.values import units
from napress.cases.values.fields import did_you_mean
from napress.cases.values.toml import read_bytes

FREQUENCY = units.Dimension("frequency", "Hz", ("Hz", "kHz", "MHz"), "1 kHz")
AREA_CAPACITANCE = units.Dimension(
    "capacitance per area", "uF/cm**2", ("F/cm**2", "uF/cm**2", "nF/cm**2"), "0.5 uF/cm**2"
)
CAPACITANCE = units.Dimension("capacitance", "uF", ("F", "uF", "nF", "pF"), "10 nF")
# What a column may be called, without its unit.
QUANTITIES = {
    "pressure": units.PRESSURE,
    "resistance": units.AREA_RESISTANCE,
    "cell_resistance": RESISTANCE,
    "capacitance": AREA_CAPACITANCE,
    "cell_capacitance": CAPACITANCE,
    "peak_frequency": FREQUENCY,
}
BRANCH = "branch"
RAMP, RELEASE = "ramp", "release"
# Spelled as at the end of a column's name.
_SPELLED = {
    "ohm": "ohm",
    "kohm": "kohm",
    "ohm_cm2": "ohm*cm**2",
    "ohm_m2": "ohm*m**2",
    "uf_cm2": "uF/cm**2",
    "uf_per_cm2": "uF/cm**2",
    "f_cm2": "F/cm**2",
    "f_per_cm2": "F/cm**2",
    "nf_cm2": "nF/cm**2",
    "nf_per_cm2": "nF/cm**2",
}
_LARGEST = 100_000


@dataclass(frozen=True)
class Table:
    """Columns of a file in inner units.

    Attributes:
        file: As the user named it.
        columns: Values by quantity of ``QUANTITIES``; NaN where a cell is empty.
        branch: ``ramp`` or ``release`` of each row, None if the file does not say.
        rows: Line of the file of each row, for messages.
    """

    file: str
    columns: dict[str, list[float]]
    branch: list[str] | None
    rows: list[int]


def read_table(path: Path, given_units: Mapping[str, str] | None = None) -> Table:
    """Reads a file of comma-, semicolon- or tab-separated columns with a header.

    Args:
        path: The file; lines starting with ``#`` are skipped.
        given_units: Unit by quantity, for columns whose header has none.

    Raises:
        CaseError: One line naming file, column or row, and what is allowed.
    """
    file = str(path)
    text = _decoded(read_bytes(Path(path)), file)
    lines = [
        (number, line)
        for number, line in enumerate(text.splitlines(), start=1)
        if line.strip() and not line.lstrip().startswith("#")
    ]
    if not lines:
        raise CaseError(file, "", "holds no table; allowed: a header and one row a pressure")
    if len(lines) > _LARGEST:
        raise CaseError(file, "", f"{len(lines)} lines; allowed: up to {_LARGEST}")
    mark = max(";\t,", key=lines[0][1].count)
    cells = [(number, next(csv.reader([line], delimiter=mark))) for number, line in lines]
    header, body = [cell.strip() for cell in cells[0][1]], cells[1:]
    if not body:
        raise CaseError(file, "", "has a header and no row; allowed: one row a pressure")
    for number, row in body:
        if len(row) != len(header):
            raise CaseError(
                file,
                f"line {number}",
                f"has {len(row)} cells under {len(header)} heads; allowed: one cell a head",
            )
    comma = mark != ","
    columns: dict[str, list[float]] = {}
    branch = None
    for index, head in enumerate(header):
        raw = [row[index].strip() for _, row in body]
        if head.lower() == BRANCH:
            branch = _branches(raw, file, [number for number, _ in body])
            continue
        quantity, unit = _quantity_of(head, index + 1, file, given_units or {})
        if quantity in columns:
            raise CaseError(
                file, head, f"a second column of {quantity}; allowed: one, in a single unit"
            )
        columns[quantity] = _values(raw, unit, quantity, head, file, comma, body)
    return Table(file, columns, branch, [number for number, _ in body])


def _decoded(content: bytes, file: str) -> str:
    for encoding in (
        ("utf-8-sig", "utf-16")
        if content[:2] in (b"\xff\xfe", b"\xfe\xff")
        else (
            "utf-8-sig",
            "latin-1",
        )
    ):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise CaseError(file, "", "is not text; allowed: a table as text, such as UTF-8")


def _quantity_of(
    head: str, number: int, file: str, given: Mapping[str, str]
) -> tuple[str, str | None]:
    """Quantity of a column and its unit; None if the cells have to carry it."""
    written = re.fullmatch(r"(.+?)\s*[(\[]\s*(.*?)\s*[)\]]\s*|(.+?)\s+/\s*(\S+)", head)
    if written is not None:
        name, unit = (written[1], written[2]) if written[1] else (written[3], written[4])
        name = re.sub(r"\W+", "_", name.strip()).lower()
    else:
        name, unit = re.sub(r"\s+", "_", head.strip()), None
        for quantity in sorted(QUANTITIES, key=len, reverse=True):
            if name.lower().startswith(f"{quantity}_"):
                name, unit = quantity, name[len(quantity) + 1 :]
                break
        name = name.lower()
    if name not in QUANTITIES:
        allowed = ", ".join([*QUANTITIES, BRANCH])
        hint = did_you_mean(name, QUANTITIES)
        # What resembles no quantity may be the first line of a file that is no table at all.
        raise CaseError(
            file,
            head if hint else f"header, column {number}",
            f"is no column; {hint}allowed: {allowed}, each with its unit, such as pressure_MPa",
        )
    asked = given.get(name)
    if unit and asked and _spelled(unit) != _spelled(asked):
        raise CaseError(
            file, head, f"has its unit, and {asked} was asked for; allowed: one of the two"
        )
    return name, _spelled(unit or asked) if unit or asked else None


def _spelled(unit: str) -> str:
    plain = unit.strip().replace("Ω", "ohm").replace("µ", "u").replace("μ", "u")
    plain = plain.replace("²", "**2").replace("^", "**").replace("·", "*")
    plain = re.sub(r"(?<=[a-zA-Z])\s+(?=[a-zA-Z])", "*", plain)
    return _SPELLED.get(plain.lower(), plain)


def _values(
    raw: list[str],
    unit: str | None,
    quantity: str,
    head: str,
    file: str,
    comma: bool,
    body: list[tuple[int, list[str]]],
) -> list[float]:
    dimension, found, seen = QUANTITIES[quantity], [], set()
    for (line, _), cell in zip(body, raw, strict=True):
        if cell == "" or cell.lower() == "nan":
            found.append(math.nan)
            continue
        plain = cell.replace(",", ".") if comma and cell.count(",") == 1 else cell
        number = re.match(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", plain)
        if number is None:
            raise CaseError(file, f"{head}, line {line}", f"{shown(cell)} is not a number")
        own = plain[number.end() :].strip()
        seen.add(_spelled(own) if own else unit)
        if len(seen) > 1:
            told = ", ".join(sorted(str(one or "none") for one in seen))
            raise CaseError(
                file, f"{head}, line {line}", f"mixed units ({told}); allowed: one unit a column"
            )
        if own and unit and _spelled(own) != unit:
            raise CaseError(
                file,
                f"{head}, line {line}",
                f"mixed units ({unit} in the header, {own} here); allowed: one unit a column",
            )
        used = _spelled(own) if own else unit
        if used is None:
            names = ", ".join(dimension.accepted)
            raise CaseError(
                file,
                head,
                f"has no unit; allowed: in the header, {quantity}_{_suffix(dimension)}, or "
                f"--unit {quantity}=UNIT with one of {names}",
            )
        try:
            found.append(units.parse_quantity(f"{number[0]} {used}", dimension))
        except ValueError as error:
            raise CaseError(file, f"{head}, line {line}", str(error)) from error
    return found


def _suffix(dimension: units.Dimension) -> str:
    return dimension.unit.replace("*cm**2", "_cm2").replace("/cm**2", "_per_cm2")


def _branches(raw: list[str], file: str, lines: list[int]) -> list[str]:
    for line, cell in zip(lines, raw, strict=True):
        if cell.lower() not in (RAMP, RELEASE):
            raise CaseError(
                file, f"{BRANCH}, line {line}", f"{shown(cell)}; allowed: {RAMP}, {RELEASE}"
            )
    return [cell.lower() for cell in raw]


def as_text(table: Mapping[str, list[float]]) -> str:
    """Writes columns back as a comma-separated table.

    Args:
        table: Values by the full name of a column.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table)
    writer.writerows(zip(*table.values(), strict=True))
    return out.getvalue()
