"""Units as they end a column's name, as a reader sees them, and as a case file writes them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Unit:
    """A unit in its three spellings.

    Attributes:
        ending: End of a column's name, without the underscore before it.
        symbol: On axes and pages.
        written: In a resolved case file; empty where no case value has it.
    """

    ending: str
    symbol: str
    written: str = ""


UNITS = (
    Unit("um", "µm", "um"),
    Unit("um2", "µm²", "um**2"),
    Unit("um3", "µm³", "um**3"),
    Unit("mm2", "mm²"),
    Unit("per_um2", "1/µm²", "1/um**2"),
    Unit("MPa", "MPa", "MPa"),
    Unit("GPa", "GPa"),
    Unit("MPa_sqrt_m", "MPa √m", "MPa*m**0.5"),
    Unit("kN", "kN", "kN"),
    Unit("mS_per_cm", "mS/cm", "mS/cm"),
    Unit("mA_cm2", "mA/cm²", "mA/cm**2"),
    Unit("mAh_cm2", "mAh/cm²", "mAh/cm**2"),
    Unit("MPa_per_um", "MPa/µm", "MPa/um"),
    Unit("g_per_mol", "g/mol", "g/mol"),
    Unit("mV", "mV"),
    Unit("ohm_cm2", "Ω cm²", "ohm*cm**2"),
    Unit("ohm", "Ω", "ohm"),
    Unit("uF_per_cm2", "µF/cm²"),
    Unit("Hz", "Hz"),
    Unit("percent", "%", "percent"),
    Unit("rad", "rad", "rad"),
    Unit("s", "s", "s"),
    Unit("per_s", "1/s", "1/s"),
    Unit("K", "K", "K"),
    Unit("g_per_cm3", "g/cm³", "g/cm**3"),
    Unit("kJ_per_mol", "kJ/mol", "kJ/mol"),
    Unit("pJ", "pJ"),
    Unit("pJ_per_um", "pJ/µm"),
    Unit("MB", "MB"),
)
BY_ENDING = {unit.ending: unit for unit in UNITS}
BY_WRITTEN = {unit.written: unit for unit in UNITS if unit.written}
_LONGEST_FIRST = sorted(UNITS, key=lambda unit: len(unit.ending), reverse=True)


def split_unit(name: str) -> tuple[str, Unit | None]:
    """A column's name without its unit, and the unit; None if the name ends in none."""
    for unit in _LONGEST_FIRST:
        if name.endswith(f"_{unit.ending}"):
            return name.removesuffix(f"_{unit.ending}"), unit
    return name, None
