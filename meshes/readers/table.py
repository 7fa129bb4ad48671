"""Finds the numbers in a text: header, table, footer; separators and decimal sign.

Nothing is guessed where two readings differ by a factor: a comma that may be the
decimal sign or a separator, or a group of thousands, is an error that says so.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from napress.meshes.readers.scan import ReadError
from napress.meshes.surface_components import Array

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eEdD][+-]?\d+)?")
_NOT_A_NUMBER = re.compile(r"[+-]?(?:nan|inf|infinity|1\.#[a-z]+)(?:\(.*\))?", re.IGNORECASE)
_MISSING = {"", "-", "--", "---", "----", "*", "**", "***", "****", "?", "bad", "nodata"} | {
    "no_data", "n/a", "na", "#n/a", "null", "none", "void", "invalid", "missing", "masked", "blank",
    "n.d.", "overflow", "\u2013", "\u2014"
}  # fmt: skip
# a blank or an apostrophe between digits by threes, or the sign that is not the decimal one
_GROUPED = {
    ".": re.compile(r"[+-]?\d{1,3}(?:(?:[ \u00a0\u202f'\u2019]\d{3})+(?:\.\d*)?|(?:,\d{3})+\.\d*)"),
    ",": re.compile(r"[+-]?\d{1,3}(?:(?:[ \u00a0\u202f'\u2019]\d{3})+(?:,\d*)?|(?:\.\d{3})+,\d*)"),
}
_GROUP_SIGNS = {".": " \u00a0\u202f'\u2019,", ",": " \u00a0\u202f'\u2019."}
_EITHER_WAY = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")
_RULE = re.compile(r"[\s|+:=-]*")
_TWO_WORDS = re.compile(r"\bno data\b", re.IGNORECASE)
# as Windows writes what is no number: its # begins no comment
_NO_NUMBER = re.compile(r"[+-]?1\.#(?:ind|inf|qnan|snan)\d*", re.IGNORECASE)
# signs that word processors put for a minus
_DASHES = re.compile("[\u2212\u2013\u2014](?=[\\d.,])")
# characters of numbers in any way of writing: such a line is meant as a row
_ROW_LIKE = re.compile(r"[\d\s.,;|+\-()*'\u2019\"eE]*\d[\d\s.,;|+\-()*'\u2019\"eE]*")
_COMMENT = re.compile(r"\s*(?:#|%|//|!|'|\"(?!\s*[\d.+-])|;(?=\s*[^\d\s.,;+-]))")
# numbers that programs write for a point they did not see
_MARKERS = (-9999.0, -99999.0, -999999.0, 9999.0, 99999.0, 999999.0, -32768.0, 32767.0, 65535.0)
_MARKERS += (2147483640.0, 2147483647.0, -2147483648.0, 1e10, -1e10)
_HUGE = 1e30
# a mark lies so much of the others' range beyond them; a height may by chance be -9999
_APART = 0.05
_PROBE_LINES = 400
LONGEST_LINE = 1_000_000
# a group of at most so many rows apart from the rest is part of the header or footer
_STRAY_ROWS = 2
# no file with a table in it is cut into so many pieces, which would fill the memory
_MOST_PIECES = 1000


@dataclass(frozen=True)
class Style:
    """How a line is cut: the separator (None for blanks) and the decimal sign."""

    separator: str | None
    decimal: str

    def cells(self, line: str) -> list[str]:
        """The cells of a line, without blanks around them."""
        if self.separator is None:
            return line.split()
        if self.separator == "|":
            line = line.strip().removeprefix("|").removesuffix("|")
        return [cell.strip() for cell in line.split(self.separator)]

    def value(self, cell: str) -> float | None:
        """The number in a cell, NaN for a missing one, None for a text."""
        if len(cell) > 2 and cell[0] == cell[-1] == '"':
            cell = cell[1:-1].strip()
        if self.grouped(cell):
            cell = cell.translate(dict.fromkeys(map(ord, _GROUP_SIGNS[self.decimal])))
        text = cell.replace(",", ".") if self.decimal == "," else cell
        if self.decimal == "," and "." in cell:
            return None
        if _NUMBER.fullmatch(text):
            return float(text.replace("D", "e").replace("d", "e"))
        if cell.casefold() in _MISSING or _NOT_A_NUMBER.fullmatch(cell):
            return np.nan
        return None

    def grouped(self, cell: str) -> bool:
        """Whether a cell is a number whose digits stand in groups of thousands."""
        return _GROUPED[self.decimal].fullmatch(cell) is not None


STYLES = tuple(Style(sep, dec) for dec in (".", ",") for sep in ("\t", ";", "|", None)) + (
    Style(",", "."),
)


@dataclass(frozen=True, eq=False)
class Table:
    """The numbers of a text.

    Attributes:
        values: (rows, columns); NaN where a point is missing.
        lines: Line of the file of each row, counted from 1, (rows,).
        header: Text above and below the numbers, comments included.
        between: Comments among the numbers, each with its line.
        style: How its lines are cut.
        notes: What was done to it, each a sentence.
    """

    values: Array
    lines: Array
    header: tuple[str, ...]
    between: tuple[tuple[int, str], ...]
    style: Style
    notes: tuple[str, ...]


def find_table(text: str, name: str) -> Table:
    """Returns the table of numbers in a text.

    Args:
        text: Of the whole file.
        name: Of the file, for messages.

    Raises:
        ReadError: If there is none, a line interrupts it, its rows differ in length,
            or its numbers can be read in two ways.
    """
    lines = _DASHES.sub("-", text).splitlines()
    longest = max(map(len, lines), default=0)
    if longest > LONGEST_LINE:
        allowed = f"lines of at most {LONGEST_LINE} characters"
        raise ReadError(name, "", f"has a line of {longest} characters; allowed: {allowed}")
    style = _style(lines, name)
    rows, texts, header, notes = _rows(lines, style, name)
    if style.decimal == ",":
        notes.append("decimal commas were read")
    if any(style.grouped(cell) for line in _sample(lines) for cell in style.cells(_plain(line))):
        notes.append("digits in groups of thousands were read")
    values = np.array([row for _, row in rows], dtype=float)
    places = np.array([place for place, _ in rows])
    marked = _marked(values)
    if marked.any():
        notes.append(f"{marked.sum()} numbers that mark a missing point were left out")
        values[marked] = np.nan
    between = tuple((place, line) for place, line in texts if places[0] < place < places[-1])
    return Table(values, places, tuple(header), between, style, tuple(notes))


def _plain(line: str) -> str:
    """The part of a line that can hold numbers."""
    if line[:1].isdigit() and "#" not in line and "o" not in line and "O" not in line:
        return line.rstrip(" \r\x1a")
    if _COMMENT.match(line):
        return ""
    line = _NO_NUMBER.sub("nan", line) if "#" in line else line
    return _TWO_WORDS.sub("nodata", line.split("#")[0]).strip(" \r\x1a\ufeff")


def _numbers(line: str, style: Style) -> list[float] | None:
    """The numbers of a line; None if it is a text or holds nothing but marks."""
    if style.decimal == "." and "_" not in line:
        # nearly every line, and ten times as fast as what follows
        try:
            values = [float(cell) for cell in line.split(style.separator)]
        except ValueError:
            pass
        else:
            if all(map(math.isfinite, values)):
                return values or None
    if style.separator == "|" and _RULE.fullmatch(line):
        return None
    cells = style.cells(line)
    values = [style.value(cell) for cell in cells]
    if any(value is None for value in values):
        return None
    return values if any(value == value for value in values) or len(values) > 1 else None


def _style(lines: list[str], name: str) -> Style:
    """The way of cutting that finds numbers in most lines of a sample."""
    plain = [p for p in (_plain(line) for line in _sample(lines)) if p]
    found = {style: sum(_numbers(p, style) is not None for p in plain) for style in STYLES}
    best = max(found.values(), default=0)
    if best == 0:
        _refuse_either_way([cell for p in plain for cell in re.split(r"[\t; |]+", p)], name)
        raise ReadError(name, "", "no numbers found; 0 points; allowed: columns of numbers")
    fitting = [style for style in STYLES if found[style] == best]
    chosen = _most_cells(fitting, plain)
    if chosen.separator == "," or chosen.decimal == ",":
        _require_one_reading(plain, chosen, fitting, name)
    return chosen


def _sample(lines: list[str]) -> list[str]:
    if len(lines) <= 3 * _PROBE_LINES:
        return lines
    middle = len(lines) // 2
    return lines[:_PROBE_LINES] + lines[middle : middle + _PROBE_LINES] + lines[-_PROBE_LINES:]


def _most_cells(fitting: list[Style], plain: list[str]) -> Style:
    """Among equal ways: blanks may stand around a tab or a semicolon, so more cells win."""

    def cells(style: Style) -> int:
        rows = [row for row in (_numbers(p, style) for p in plain) if row is not None]
        return sum(len(row) for row in rows)

    for decimal in (".", ","):
        blank, tab = Style(None, decimal), Style("\t", decimal)
        if blank in fitting and tab in fitting:
            # an empty cell between tabs is a missing point, which blanks would swallow, and a
            # blank in a number would cut it
            empty = any("\t\t" in p or p.endswith("\t") for p in plain)
            grouped = any(tab.grouped(cell) for p in plain for cell in tab.cells(p))
            if empty or grouped or decimal == ".":
                return tab if empty or grouped else blank
    return max(fitting, key=cells)


def _require_one_reading(plain: list[str], style: Style, fitting: list[Style], name: str) -> None:
    """Refuses commas that can be read in two ways."""
    rows = [p for p in plain if _numbers(p, style) is not None]
    both = Style(",", ".") in fitting and any(s.decimal == "," for s in fitting)
    if both and any("," in p for p in rows):
        raise ReadError(
            name,
            "",
            f"{rows[0][:40]!r}: the comma may be a decimal sign or stand between two columns; "
            "allowed: points as decimal signs, or semicolons or tabs between columns",
        )
    if style.decimal != ",":
        return
    _refuse_either_way([cell for p in rows for cell in style.cells(p) if "," in cell], name, all)


def _refuse_either_way(
    cells: list[str], name: str, which: Callable[[Iterable[bool]], bool] = any
) -> None:
    """Refuses numbers such as 1,500, which is 1.5 to some and 1500 to others."""
    found = [_EITHER_WAY.fullmatch(cell) is not None for cell in cells]
    if found and which(found):
        raise ReadError(
            name,
            "",
            f"{cells[found.index(True)]!r}: the comma may be a decimal sign or group thousands; "
            "allowed: points as decimal signs and no groups",
        )


def _rows(
    lines: list[str], style: Style, name: str
) -> tuple[list[tuple[int, list[float]]], list[tuple[int, str]], list[str], list[str]]:
    """Rows of the table with their lines, all texts with theirs, the header, and notes."""
    groups: list[list[tuple[int, list[float]]]] = [[]]
    texts: list[tuple[int, str]] = []
    notes: list[str] = []
    for place, line in enumerate(lines, start=1):
        plain = _plain(line)
        values = _numbers(plain, style) if plain else None
        if values is None:
            if line.strip():
                texts.append((place, line))
            # blank lines and comments do not end a table
            if plain and groups[-1]:
                groups.append([])
            continue
        width = len(groups[-1][-1][1]) if groups[-1] else len(values)
        if len(values) != width:
            groups.append([])
        if len(groups) > _MOST_PIECES:
            found = (
                f"more than {_MOST_PIECES} times the rows change their length or a text cuts them"
            )
            raise ReadError(name, f"line {place}", f"{found}; allowed: one table of numbers")
        groups[-1].append((place, values))
    groups = [group for group in groups if group]
    main = max(groups, key=len)
    spoken = {place: line for place, line in texts if _plain(line)}
    _require_one_block(groups, main, spoken, name)
    _require_no_row_outside(main, groups, spoken, style, name)
    stray = sum(len(group) for group in groups if group is not main)
    if stray:
        notes.append(f"{stray} rows of numbers outside the table were left out")
    first, last = main[0][0], main[-1][0]
    header = [line for place, line in texts if not first < place < last]
    header += [lines[group[0][0] - 1] for group in groups if group[0][0] < first]
    return _without_empty_end(main), texts, header, notes


def _require_one_block(
    groups: list[list[tuple[int, list[float]]]],
    main: list[tuple[int, list[float]]],
    texts: dict[int, str],
    name: str,
) -> None:
    """Refuses a table that a text or a row of another length interrupts."""
    width = len(main[0][1])
    # numbers of a header or footer are few, and rarely as many as a row has
    kept = [g for g in groups if len(g[0][1]) == width or len(g) > _STRAY_ROWS]
    if len(kept) == 1:
        return
    end = kept[0][-1][0]
    following = next(group for group in groups if group[0][0] > end)
    cut = next((place for place in sorted(texts) if end < place < following[0][0]), None)
    if cut is not None:
        # Not what it says: whether this is a table at all is not known.
        raise ReadError(
            name, f"line {cut}", f"is not numbers; allowed: {width} numbers in every row"
        )
    raise ReadError(
        name,
        f"line {following[0][0]}",
        f"has {len(following[0][1])} numbers, the rows before it {len(kept[0][0][1])}; "
        "allowed: the same number in every row",
    )


def _require_no_row_outside(
    main: list[tuple[int, list[float]]],
    groups: list[list[tuple[int, list[float]]]],
    texts: dict[int, str],
    style: Style,
    name: str,
) -> None:
    """Refuses lines beside the table that are meant as rows of it but cannot be read so.

    Left out, they would shorten the scan in silence.
    """
    width, end = len(main[0][1]), main[-1][0]
    alike = [
        place
        for place, line in texts.items()
        if _ROW_LIKE.fullmatch(_plain(line)) and len(style.cells(_plain(line))) >= min(width, 2)
    ]
    # a single number with two points may be a date
    if alike and (width > 1 or len(alike) > _STRAY_ROWS):
        found = f"{texts[alike[0]].strip()[:40]!r} is not numbers"
        allowed = f"{width} numbers in every row, or # before a line that is no row"
        raise ReadError(name, f"line {alike[0]}", f"{found}; allowed: {allowed}")
    if width <= 3:
        return
    for group in groups:
        place, row = group[0]
        if place == end + 1:
            raise ReadError(
                name,
                f"line {place}",
                f"has {len(row)} numbers, the rows before it {width}; allowed: whole rows",
            )
        if group[-1][0] == main[0][0] - 1 and len(group[-1][1]) == width - 1:
            raise ReadError(
                name,
                f"line {group[-1][0]}",
                "positions above the columns of a map; allowed: heights only, without the row "
                "and the column of positions",
            )


def _without_empty_end(rows: list[tuple[int, list[float]]]) -> list[tuple[int, list[float]]]:
    """Rows without the empty cell after a separator that ends every line."""
    if len(rows[0][1]) > 1 and all(row[-1] != row[-1] for _, row in rows):
        return [(place, row[:-1]) for place, row in rows]
    return rows


def _marked(values: Array) -> Array:
    """Where a number stands that a program writes for a missing point."""
    marked = np.abs(values) > _HUGE
    for column in range(values.shape[1]) if values.shape[1] <= 3 else ():
        _mark(values[:, column], marked[:, column])
    if values.shape[1] > 3:
        _mark(values.reshape(-1), marked.reshape(-1))
    return marked


def _mark(values: Array, marked: Array) -> None:
    """Adds the marks among values of one kind: a mark lies beyond all others."""
    for marker in _MARKERS:
        here = values == marker
        if not here.any():
            continue
        others = values[~here & ~marked & np.isfinite(values)]
        if not len(others):
            continue
        beyond = max(others.min() - marker, marker - others.max())
        if beyond > _APART * np.ptp(others):
            marked |= here
