"""Quantities as users write them ("20 um", "360 MPa") and as the solver reads them.

Inside napress every number is in µm, MPa, s and K. At the door a number must
carry its unit: a bare one is refused, never guessed. Pint does the conversion;
it is imported on first use so that ``napress --help`` stays quick.
"""

from __future__ import annotations

import functools
import math
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from napress.cases.errors import shown


@dataclass(frozen=True)
class Dimension:
    """A physical dimension with the unit used inside and units offered to users.

    Attributes:
        name: What the quantity is called in messages.
        unit: Unit of the number used inside napress, in pint's spelling.
        accepted: Units named in messages; any unit pint can convert is accepted.
        example: A valid value, shown in messages and in the JSON schema.
    """

    name: str
    unit: str
    accepted: tuple[str, ...]
    example: str


LENGTH = Dimension("length", "um", ("nm", "um", "mm", "m"), "20 um")
PRESSURE = Dimension("pressure", "MPa", ("Pa", "kPa", "MPa", "GPa", "bar"), "360 MPa")
TOUGHNESS = Dimension("fracture toughness", "MPa*m**0.5", ("MPa*m**0.5",), "1.3 MPa*m**0.5")
CONDUCTIVITY = Dimension("conductivity", "mS/cm", ("mS/cm", "S/cm", "S/m"), "5 mS/cm")
AREA_RESISTANCE = Dimension(
    "area-specific resistance", "ohm*cm**2", ("ohm*cm**2", "ohm*m**2"), "2 ohm*cm**2"
)
FRACTION = Dimension("percentage", "percent", ("percent", "%", "ppm"), "1 percent")
ANGLE = Dimension("angle", "rad", ("deg", "rad"), "90 deg")
RATE = Dimension("rate", "1/s", ("1/s",), "0.53 1/s")
TIME = Dimension("time", "s", ("ms", "s", "min", "h"), "60 s")
DENSITY = Dimension("density", "g/cm**3", ("g/cm**3", "kg/m**3"), "0.971 g/cm**3")
TEMPERATURE = Dimension("temperature", "K", ("K", "degC"), "298 K")
FORCE = Dimension("force", "kN", ("N", "kN", "MN"), "100 kN")
CURRENT_DENSITY = Dimension("current density", "mA/cm**2", ("mA/cm**2", "A/m**2"), "1 mA/cm**2")
CHARGE_DENSITY = Dimension("charge per area", "mAh/cm**2", ("mAh/cm**2", "C/cm**2"), "1 mAh/cm**2")
STACK_STIFFNESS = Dimension("stiffness per area", "MPa/um", ("MPa/um", "MPa/mm"), "0.1 MPa/um")
INTERFACE_DIFFUSION = Dimension(
    "diffusivity times thickness", "um**3/s", ("m**3/s", "um**3/s"), "1e-20 m**3/s"
)
MOLAR_MASS = Dimension("molar mass", "g/mol", ("g/mol", "kg/mol"), "22.99 g/mol")
MOLAR_ENERGY = Dimension("molar energy", "kJ/mol", ("kJ/mol", "J/mol"), "44 kJ/mol")

_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_FACTOR = r"(?:[^\W\d_]+(?:_[^\W\d_]+)*|%)(?:(?:\*\*|\^)-?\d(?:\.\d{1,2})?)?"
# Strict on purpose: pint evaluates whatever it is given, and 9**9**9 never ends.
_UNIT = rf"(?:1\s*/\s*)?{_FACTOR}(?:(?:\s*[*/·]\s*|\s+){_FACTOR})*"
_QUANTITY = re.compile(rf"\s*({_NUMBER})\s*({_UNIT})?\s*")
_LONGEST = 80
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_POWER = re.compile(r"(?<=[^\W\d_])([⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+|-?[1-4])(?![\d.])")
_ROOT = re.compile(r"\s*[*·]?\s*√\(?([^\W\d_]+)\)?")
_COMMA = re.compile(r"\s*[+-]?\d+,\d+.*", re.DOTALL)
# Below these lies no pressure of a press, no strength and no stiffness, no toughness of a solid
# and no stiffness of a stack: mPa is MPa mistyped.
_LEAST = {
    PRESSURE: (1e-6, "1 Pa"),
    TOUGHNESS: (1e-3, "1e-3 MPa*m**0.5"),
    STACK_STIFFNESS: (1e-8, "0.01 Pa/um"),
}
STANDARD_GRAVITY = 9.80665


@functools.cache
def _registry() -> Any:
    import pint

    # Pint reads its thousand definitions in a fifth of a second, those it has kept in a
    # fiftieth.
    try:
        usual = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    except RuntimeError:  # no HOME and no such user
        return pint.UnitRegistry()
    kept = usual / "napress" / "units"
    try:
        return pint.UnitRegistry(cache_folder=kept)
    except Exception:
        # Half a file, of a process that was killed or is writing it; or no folder can be made.
        shutil.rmtree(kept, ignore_errors=True)
        return pint.UnitRegistry()


@functools.cache
def _unit(text: str) -> Any:
    return _registry().parse_units(text.replace("·", "*"))


def _plain_unit(text: str) -> str:
    """A unit as people paste it, in the spelling that is parsed.

    Both code points of micro, superscripts, ``mm2``, ``MPa√m``, ``°C`` and ``Ω`` are read.
    """
    text = text.replace("\u00b5", "u").replace("\u03bc", "u").replace("\u2126", "ohm")
    text = text.replace("Ω", "ohm").replace("°C", "degC").replace("℃", "degC").replace("°", "deg")
    text = text.replace("⋅", "*").replace("×", "*")
    text = _ROOT.sub(r"*\1**0.5", text)
    return _POWER.sub(lambda power: "**" + power[1].translate(_SUPERSCRIPTS), text)


def _respelled(value: str) -> str:
    """A quantity with sign and unit in the spelling that is parsed; the digits stay."""
    value = value.replace("−", "-")
    number = re.match(rf"\s*{_NUMBER}", value)
    end = number.end() if number else 0
    return value[:end] + _plain_unit(value[end:])


def _told(value: str, number: str, unit: Any, dimension: Dimension) -> str:
    """What to write instead of a quantity that is nearly one; empty if nothing is near."""
    kind = unit.dimensionality
    if dimension is FORCE and kind == _unit("kg").dimensionality:
        mass = float(number) * _registry().Quantity(1.0, unit).to("kg").magnitude
        force = f"{mass * STANDARD_GRAVITY / 1000:.5g} kN"
        # in kg, since a ton has 907 of them in America
        return f"a mass of {mass:.5g} kg; its weight is {force}, write that; "
    if dimension is MOLAR_ENERGY and kind == _unit("J").dimensionality:
        joule = float(number) * _registry().Quantity(1.0, unit).to("J").magnitude
        return f"per atom; of a mole it is {joule * 6.02214076e20:.5g} kJ/mol, write that; "
    return ""


def parse_quantity(value: object, dimension: Dimension) -> float:
    """Returns a quantity as a number in the unit napress uses inside.

    Args:
        value: What the user wrote, such as ``"20 um"``.
        dimension: What the field needs.

    Returns:
        The magnitude in ``dimension.unit``.

    Raises:
        ValueError: For a bare number, an unknown unit, a unit of another
            dimension, or a number that is not finite; the message names the
            accepted units.
    """
    units = ", ".join(dimension.accepted)
    allowed = f"allowed: a {dimension.name} such as '{dimension.example}' (units: {units})"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        raise ValueError(f"{shown(value)} has no unit; {allowed}")
    if not isinstance(value, str):
        raise ValueError(f"{shown(value)} is not a quantity; {allowed}")
    if len(value) > _LONGEST:
        raise ValueError(f"{shown(value)} is too long for a quantity; {allowed}")
    match = _QUANTITY.fullmatch(_respelled(value))
    if match is None and _COMMA.fullmatch(value):
        raise ValueError(f"{shown(value)} has a decimal comma; write a point; {allowed}")
    if match is None:
        raise ValueError(f"{shown(value)} is not a finite number with a unit; {allowed}")
    number, unit_text = match.groups()
    if unit_text is None:
        raise ValueError(f"{shown(value)} has no unit; {allowed}")
    try:
        unit = _unit(unit_text)
    except Exception as error:
        # Pint raises a dozen unrelated types for text it cannot read.
        raise ValueError(f"{shown(value)} has an unknown unit; {allowed}") from error
    target = _unit(dimension.unit)
    if unit.dimensionality != target.dimensionality:
        told = _told(value, number, unit, dimension)
        raise ValueError(f"{shown(value)} is not a {dimension.name}; {told}{allowed}")
    magnitude = float(_registry().Quantity(float(number), unit).to(target).magnitude)
    if not math.isfinite(magnitude):
        raise ValueError(f"{shown(value)} is not a finite number; {allowed}")
    least, least_text = _LEAST.get(dimension, (0.0, ""))
    if 0 < abs(magnitude) < least:
        meant = value.replace("mPa", "MPa")
        hint = f"did you mean {meant!r}? " if meant != value else ""
        raise ValueError(f"{shown(value)} is below {least_text}; {hint}{allowed}")
    return magnitude


def format_quantity(magnitude: float, dimension: Dimension) -> str:
    """Returns the text that `parse_quantity` reads back to exactly the same number."""
    return f"{magnitude!r} {dimension.unit}"
