"""Units of length as instruments and people spell them, in µm."""

from __future__ import annotations

import unicodedata

_UM = {
    "pm": 1e-6,
    "Å": 1e-4,
    "nm": 1e-3,
    "um": 1.0,
    "mm": 1e3,
    "cm": 1e4,
    "m": 1e6,
    "uin": 0.0254,
    "mil": 25.4,
    "in": 25400.0,
}
_WORDS = {
    "angstrom": "Å",
    "angstroms": "Å",
    "ang": "Å",
    "a": "Å",
    "å": "Å",
    "nanometer": "nm",
    "nanometers": "nm",
    "nanometre": "nm",
    "nanometres": "nm",
    "micron": "um",
    "microns": "um",
    "mic": "um",
    "micrometer": "um",
    "micrometers": "um",
    "micrometre": "um",
    "micrometres": "um",
    "mikrometer": "um",
    "millimeter": "mm",
    "millimeters": "mm",
    "millimetre": "mm",
    "millimetres": "mm",
    "meter": "m",
    "meters": "m",
    "metre": "m",
    "metres": "m",
    "mils": "mil",
    "thou": "mil",
    "inch": "in",
    "inches": "in",
    "microinch": "uin",
    "microinches": "uin",
}
ACCEPTED = "pm, Å, nm, um, mm, cm, m, mil, in"
# Words that mean something else in a sentence: believed only where a unit is expected.
AMBIGUOUS = frozenset({"m", "in", "a", "A", "mic", "ang", "thou"})


def spelled(text: str) -> str | None:
    """Returns the one spelling of a unit of length, None if it is none.

    Args:
        text: Such as ``µm`` (either code point), ``micron``, ``UM``, ``Å``.
    """
    word = unicodedata.normalize("NFKC", text).strip().strip("[](){}<>.,:;\"'").replace("μ", "u")
    if word in _UM:
        return word
    lowered = word.casefold().replace("μ", "u")
    # Mm is a million metres and pM no length: only spellings that cannot be those are folded
    if lowered in ("nm", "um", "mm", "cm") and word not in ("Mm", "nM"):
        return lowered
    return _WORDS.get(lowered)


def in_um(unit: str) -> float:
    """Returns how many µm a unit is; KeyError for a unit that `spelled` does not give."""
    return _UM[unit]
