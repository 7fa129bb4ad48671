"""Reads from the text around the numbers what they are: units, size, instrument, date.

A unit belongs to the word before it on its line: ``Height (nm)`` is the height's. A number
beside a unit makes it a setting, ``cut-off 0.8 mm`` as ``Cut-off [mm]: 0.8``, and so does a
word such as resolution or filter. A unit of no column counts only where the line speaks of
units: one wrongly believed is a factor of 1000.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from napress.meshes.readers.lengths import AMBIGUOUS, in_um, spelled
from napress.meshes.readers.scan import ReadError

_POSITION = frozenset(
    "x y position positions pos distance dist lateral length laenge länge scan width breite "
    "abstand weg abscissa abscisse longueur largeur xy distanz".split()
)
_HEIGHT = frozenset(
    "z height heights höhe hoehe hauteur altitude depth tiefe profondeur value values amplitude "
    "topography profile profil ordinate zsensor elevation".split()
)
_UNIT_WORDS = frozenset("unit units einheit einheiten unité unite unités unités".split())
# what the units of a whole table are said of
_ALL = frozenset("all alle everything data daten columns spalten dimensions".split())
# what a unit after them is of, whatever column was named before
_SETTINGS = frozenset(
    "resolution auflösung résolution range bereich cutoff off filter lambda wavelength "
    "wellenlänge radius tip stylus speed velocity size step diameter ra rq rz rt roughness "
    "rauheit noise offset limit threshold".split()
)
# behind a unit: the value of a setting, a factor, or a power
_VALUED = re.compile(
    r"[\])}>\"'\s:=;,|]*[x×*·]?\s*[+-]?\d[\d.,]*(?:[eE][+-]?\d+)?(?![^\W_])|\s*(?:\^|\*\*)"
)
_WORD = re.compile(
    r"(?P<number>[+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?)"
    r"|(?P<open>[\[(<{/=:])|(?P<word>[^\W\d_]+|Å)|(?P<other>\S)"
)
_SIZE = re.compile(
    r"(?P<what>width|height|x[ _-]?size|y[ _-]?size|breite|höhe)\s*[:=]?\s*"
    r"(?P<number>\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?)\s*(?P<unit>[^\W\d_]+|Å)?",
    re.IGNORECASE,
)
# A factor beside the numbers: whether they have been multiplied by it nobody knows.
_SCALE = re.compile(
    r"(?:[xz]|height|value|vertical)?[ _-]*(?:scale|scaling|scal(?:e|ing)[ _-]?factor|factor"
    r"|multiplier|skalierung|skalierungsfaktor|faktor|maßstab)\s*[:=]\s*"
    r"(?P<number>[+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?)\s*$",
    re.IGNORECASE,
)
_ABOUT = {
    "instrument": re.compile(
        r"(?:instrument|device|microscope|gerät|model|system)\s*[:=]\s*(.+)", re.I
    ),
    "date": re.compile(r"(?:date|datum|time|acquired|measured)\b[^:=]*[:=]\s*(.*\d.*)", re.I),
}


@dataclass(frozen=True)
class Header:
    """What a header says; None where it is silent.

    Attributes:
        position_unit: In the spelling of `lengths.spelled`.
        height_unit: Likewise.
        width_um: Of a map.
        length_um: Of a map, along y.
        instrument: Empty if not named.
        date: Empty if not named.
        scale: A factor other than 1 that it names, as it is written; empty if none.
    """

    position_unit: str | None = None
    height_unit: str | None = None
    width_um: float | None = None
    length_um: float | None = None
    instrument: str = ""
    date: str = ""
    scale: str = ""


def read_header(lines: tuple[str, ...], columns: int, name: str) -> Header:
    """Returns what the text above and below the numbers says.

    Args:
        lines: That text.
        columns: Of the table; more than three are a map.
        name: Of the file, for messages.

    Raises:
        ReadError: If it gives two different units for one thing.
    """
    said: dict[str, set[str]] = {"position": set(), "height": set(), "any": set()}
    size: dict[str, float] = {}
    about: dict[str, str] = {}
    scale = ""
    for line in lines:
        body = line.strip().lstrip("#%!;/'\"* \t")
        factor = _SCALE.match(body)
        if factor and float(factor["number"].replace(",", ".")) != 1.0:
            scale = body.strip()[:60]
        sized = _read_size(body, size) if columns > 3 else False
        if not sized:
            for column, unit in _units(body, columns):
                said[column].add(unit)
        for key, pattern in _ABOUT.items():
            match = pattern.match(body)
            if match and key not in about:
                about[key] = match[1].strip()[:80]
    return Header(
        _one(said, "position", name),
        _one(said, "height", name),
        size.get("width"),
        size.get("height"),
        about.get("instrument", ""),
        about.get("date", ""),
        scale,
    )


def _one(said: dict[str, set[str]], column: str, name: str) -> str | None:
    """The unit of a column; one said of everything holds where nothing else was said."""
    # said of everything and of no column, it contradicts them
    contradicting = said["any"] - said["position"] - said["height"]
    found = (said[column] or said["any"]) | contradicting
    if len(found) > 1:
        names = " and ".join(sorted(found))
        key = f'units = {{ position = "um", height = "um" }} and a file with one {column} unit'
        raise ReadError(name, "header or footer", f"names {names} for the {column}; allowed: {key}")
    return next(iter(found), None)


def _read_size(body: str, size: dict[str, float]) -> bool:
    """Reads ``Width: 10.0 µm`` of a map; whether the line was one."""
    match = _SIZE.match(body)
    if match is None:
        return False
    unit = spelled(match["unit"] or "")
    if unit is not None:
        what = match["what"].casefold()
        along = "width" if what.startswith(("w", "x", "b")) else "height"
        size[along] = float(match["number"].replace(",", ".")) * in_um(unit)
    return True


def _units(body: str, columns: int) -> list[tuple[str, str]]:
    """Units on a line, each with the column it is of: position, height or any."""
    row = _unit_row(body, columns)
    if row:
        return row
    found: list[tuple[str, str]] = []
    about, expected, after_number = "", False, False
    matches = list(_WORD.finditer(body))
    tokens = [(match.lastgroup, match[0]) for match in matches]
    words = {_told(token) for kind, token in tokens if kind == "word"}
    others = [token for kind, token in tokens if kind == "word" and spelled(token) is None]
    if words & (_UNIT_WORDS | _ALL) or not others:
        about = "any"
    for index, (kind, token) in enumerate(tokens):
        following = tokens[index + 1][1] if index + 1 < len(tokens) else ""
        word = _told(token)
        unit = spelled(token) if kind == "word" else None
        if unit is not None and (expected or token not in AMBIGUOUS):
            # nm of "5 nm" and of "[nm]: 5" is a setting, mm of "mm/s" a speed
            speed = following == "/" and _is_time(tokens, index)
            valued = after_number or _VALUED.match(body, matches[index].end())
            if about and not valued and not speed:
                found.append((about, unit))
        elif word in _POSITION:
            about = "position"
        elif word in _HEIGHT:
            about = "height"
        elif word in _SETTINGS:
            about = ""
        expected = kind == "open" or word in _UNIT_WORDS
        after_number = kind == "number"
    return found


def _told(token: str) -> str:
    """A word in small letters; German compounds of unit as unit."""
    word = token.casefold()
    return "einheit" if word.endswith(("einheit", "einheiten")) else word


def _is_time(tokens: list[tuple[str | None, str]], index: int) -> bool:
    after = tokens[index + 2][1] if index + 2 < len(tokens) else ""
    return after.casefold() in ("s", "sec", "min", "h", "line")


def _unit_row(body: str, columns: int) -> list[tuple[str, str]]:
    """A row of nothing but units, one per column."""
    cells = [cell for cell in re.split(r"[\s,;|]+", body) if cell]
    units = [spelled(cell) for cell in cells]
    if not cells or any(unit is None for unit in units) or len(units) > 3:
        return []
    if len(units) == 1:
        return [("any" if columns > 1 else "height", units[0])]
    if len(units) != columns:
        return []
    return [("position", unit) for unit in units[:-1]] + [("height", units[-1])]
