"""Numbers as a reader wants them."""

from __future__ import annotations

import math
import unicodedata
from typing import Any


def number(value: Any, digits: int = 3) -> str:
    """A number with few digits and without an exponent where that reads well; a dash for none."""
    if value is None:
        return "not recorded"
    if isinstance(value, bool | str):
        return str(value)
    value = float(value)
    if not math.isfinite(value):
        return "–"
    if value == int(value) and abs(value) < 1e6:
        return str(int(value))
    return f"{value:.{digits}g}"


def resolved(value: Any, resolution: Any, digits: int = 3) -> str:
    """A number, or ``< x`` where it is no larger than what is resolved.

    Args:
        value: The number.
        resolution: The smallest that is told from nothing; None or NaN if not known.
        digits: Of the number.
    """
    known = resolution is not None and math.isfinite(resolution)
    if known and value is not None and value <= resolution * (1.0 + 1e-9):
        return f"< {number(resolution, 2)}"
    return number(value, digits)


def percent_text(percent: float) -> str:
    """A percentage that does not round to 100 before it is."""
    if percent < 99.0 or percent >= 100.0:
        return f"{percent:.3g} %"
    return f"{math.floor(percent * 1000.0) / 1000.0:.3f}".rstrip("0").rstrip(".") + " %"


def sentence_case(text: str) -> str:
    """With a capital at the front, the rest as it is."""
    return text[:1].upper() + text[1:]


def printable(text: str) -> str:
    """Text with control characters replaced, which a terminal would obey; line ends stay."""
    # By kind of character, not one by one: a page holds millions, of some hundred kinds.
    for character in set(text) - {"\n", "\t"}:
        if unicodedata.category(character).startswith("C"):
            text = text.replace(character, "\N{REPLACEMENT CHARACTER}")
    return text


def defused(text: Any) -> Any:
    """A cell of a CSV file that no spreadsheet takes for a formula.

    A text that begins with ``=``, ``+``, ``-``, ``@``, a tab or a return gets an apostrophe
    before it, which spreadsheets hide; numbers, also as texts, stay. Control characters, which
    a terminal that shows the file would obey, are replaced.
    """
    if not isinstance(text, str):
        return text
    shown = printable(text)
    if text[:1] not in ("=", "+", "-", "@", "\t", "\r"):
        return shown
    try:
        float(text)
    except ValueError:
        return f"'{shown}"
    return text
