"""The one table of columns: name, unit, label and meaning of whatever a file of ours holds.

Pages, figures and sweeps look up labels and units here; ``docs/columns.md`` is made from
it. The rows are in :mod:`run_columns` (``history.csv``) and :mod:`result_columns`
(the other files), one tuple per subject: add yours to the tuple it belongs to.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from napress.postprocess.records.column import Column, choices
from napress.postprocess.records.result_columns import (
    PELLET,
    PELLET_INTERFACE,
    SWEEP,
    TWO_SCALES,
    WINDOW,
)
from napress.postprocess.records.run_columns import HISTORY
from napress.postprocess.records.units import split_unit
from napress.postprocess.wording import sentence_case

# A sweep's table has the last row of each history and what each run came to.
FILES: dict[str, tuple[Column, ...]] = {
    "history.csv": HISTORY,
    "pellet.csv": PELLET,
    "pellet_interface.csv": PELLET_INTERFACE,
    "two_scales.csv": TWO_SCALES,
    "window.csv": WINDOW,
    "sweep.csv": (*SWEEP, *HISTORY),
}
_FIELD_WORDS = {"young": "Young's modulus", "rms": "rms roughness", "poisson": "Poisson's ratio"}


def find_column(name: str, file: str | None = None) -> Column | None:
    """The row of a column in the table.

    Args:
        name: Name of the column.
        file: File it stands in; without it the first that has such a column.

    Returns:
        The row with placeholders filled in, or None if the table has none. A field of
        a case, such as ``surface[0].rms_um``, always has one.
    """
    if "." in name or "[" in name:
        return _field_column(name)
    for column in _rows(file):
        filled = _matched(column, name, file)
        if filled is not None:
            return filled
    return None


def column(name: str, file: str | None = None) -> Column:
    """The row of a column; one that the table lacks (a user's own) is read from its name."""
    found = find_column(name, file)
    if found is not None:
        return found
    stem, _ = split_unit(name)
    return Column(name, sentence_case(stem.replace("_", " ")), "Added by the user of the run.")


def head(name: str, file: str | None = None) -> str:
    """Label with unit, for the head of a table or an axis: ``Void area (µm²)``."""
    return column(name, file).head


def band_head(name: str, file: str) -> str:
    """Head of a quantity of which a file holds a band, such as ``contact_fraction``.

    A share is shown in percent.
    """
    middle = column(f"{name}_median", file)
    return f"{middle.label.removesuffix(', median')} ({middle.unit_symbol or '%'})"


def unknown_columns(names: Iterable[str], file: str) -> list[str]:
    """Names that the table has no row for."""
    return [name for name in names if find_column(name, file) is None]


def _rows(file: str | None) -> Iterator[Column]:
    if file is not None:
        yield from FILES[file]
        return
    for rows in FILES.values():
        yield from rows


def _matched(row: Column, name: str, file: str | None) -> Column | None:
    """The row with its placeholders filled in if its pattern fits a name."""
    if "{" not in row.name:
        return row if row.name == name else None
    parts = re.split(r"\{(\w+)\}", row.name)
    pattern = "".join(
        f"(?P<{part}>{'|'.join(choices(part)) or '.+?'})" if index % 2 else re.escape(part)
        for index, part in enumerate(parts)
    )
    match = re.fullmatch(pattern, name)
    if match is None:
        return None
    words, unit = {}, row.unit
    for key, value in match.groupdict().items():
        words[key] = choices(key).get(value, value.replace("_", " "))
        if key == "column":
            inner = find_column(value, file)
            if inner is None:
                return None
            words[key], unit = inner.label[0].lower() + inner.label[1:], inner.unit
    return Column(name, sentence_case(row.label.format(**words)), row.meaning.format(**words), unit)


def _field_column(name: str) -> Column:
    """A field of the case: ``Ceramic Young's modulus`` from ``ceramic.young_MPa``."""
    stem, _ = split_unit(name)
    parts = [part for part in stem.replace("]", "").replace("[", ".").split(".") if part]
    # The first surface needs no number, and "surface" says nothing next to "rms".
    if parts[0] in ("surface", "program") and len(parts) == 3:
        parts = [parts[2]] if parts[1] == "0" else [parts[2], str(int(parts[1]) + 1)]
    text = " ".join(_FIELD_WORDS.get(part, part) for part in parts).replace("_", " ")
    return Column(name, text, f"The case's value of {stem}.")


def write_page(path: Path) -> None:
    """Writes the page ``docs/columns.md``."""
    Path(path).write_text(as_markdown(), encoding="utf-8")


def as_markdown() -> str:
    """The text of that page: every file with its columns."""
    lines = [
        "# Columns of the tables",
        "",
        "Every column of the tables that napress writes. The page is made from the table in",
        "`postprocess/records/columns.py` by `make columns`. The unit ends the name; a name",
        "without one is a pure number, a word, or yes or no. `{...}` stands for one of the",
        "words at the end of the page, or for any word.",
    ]
    for file, rows in FILES.items():
        own = rows if file != "sweep.csv" else SWEEP
        lines += ["", f"## {file}", "", *_intro(file)]
        lines += ["| column | unit | label | meaning |", "|---|---|---|---|"]
        lines += [
            f"| `{row.name}` | {row.unit_symbol or '–'} | {row.label} | {row.meaning} |"
            for row in own
        ]
    lines += ["", "## What stands for `{...}`", ""]
    placeholders = sorted({p for rows in FILES.values() for row in rows for p in row.placeholders})
    for name in placeholders:
        if choices(name):
            meant = ", ".join(f"`{key}` ({text})" for key, text in choices(name).items())
            lines.append(f"- `{{{name}}}`: {meant}")
    return "\n".join(lines) + "\n"


def _intro(file: str) -> list[str]:
    texts = {
        "history.csv": "One row per accepted step of a run.",
        "pellet.csv": "One row per load of a pressed pellet.",
        "pellet_interface.csv": "One row per load and vertex of the pellet's interface.",
        "two_scales.csv": "The rough interface averaged over the pellet, one row per load.",
        "window.csv": "Medians and ranges over the surfaces of a window, on one grid of pressures.",
        "sweep.csv": "One row per run: these columns, every field of its case by its dotted name "
        "(`surface[0].rms_um`, `ceramic.young_MPa`), and the last row of its `history.csv`.",
    }
    return [texts[file], ""]
