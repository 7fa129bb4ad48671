"""What can be fitted: name, unit, range, and where it stands in a case."""

from __future__ import annotations

from dataclasses import dataclass

from napress.cases.errors import CaseError
from napress.cases.values.fields import did_you_mean


@dataclass(frozen=True)
class Parameter:
    """A number that the measurements may tell.

    Attributes:
        name: With its unit.
        label: In words.
        unit: As a case file writes it; empty for a pure number.
        low: Smallest value tried.
        high: Largest.
        place: Table and key of the case it belongs to; empty if to none.
    """

    name: str
    label: str
    unit: str
    low: float
    high: float
    place: tuple[str, str] | tuple[()] = ()


PELLET = "pellet_resistance_ohm"
PARAMETERS = {
    one.name: one
    for one in (
        Parameter("film_exponent", "exponent of the film", "", 0.2, 15.0, ("film", "exponent")),
        Parameter(
            "film_pressure_MPa", "pressure of the film", "MPa", 0.01, 1e5, ("film", "pressure")
        ),
        Parameter(
            "film_spacing_um", "half spacing of clean spots", "um", 0.1, 1e3, ("film", "spacing")
        ),
        Parameter(
            "film_resistance_ohm_cm2",
            "resistance through the film",
            "ohm*cm**2",
            1e-2,
            1e9,
            ("film", "resistance"),
        ),
        Parameter(
            "film_thickness_nm", "thickness of the film", "nm", 0.1, 1e4, ("film", "thickness")
        ),
        Parameter(
            "reopening_exponent",
            "exponent of reopening",
            "",
            0.01,
            20.0,
            ("film", "reopening_exponent"),
        ),
        Parameter(
            "charge_transfer_ohm_cm2",
            "charge transfer",
            "ohm*cm**2",
            1e-4,
            1e6,
            ("resistance", "charge_transfer"),
        ),
        Parameter(
            "yield_strength_MPa",
            "yield stress of the metal",
            "MPa",
            0.01,
            1e3,
            ("sodium", "yield_strength"),
        ),
        Parameter(
            PELLET, "resistance of the pellet", "ohm", 1e-6, 1e9, ("cell", "pellet_resistance")
        ),
    )
}
DEFAULT = ("film_exponent", "film_pressure_MPa", "film_spacing_um")
_SHORT = {
    name.removesuffix(f"_{ending}"): name
    for name in PARAMETERS
    for ending in ("MPa", "um", "nm", "ohm_cm2", "ohm")
    if name.endswith(f"_{ending}")
}


def asked(names: list[str]) -> tuple[str, ...]:
    """Returns the full names of what a user names, with or without units.

    Raises:
        CaseError: If a name is none, or stands twice.
    """
    found = []
    for name in names:
        full = _SHORT.get(name, name)
        if full not in PARAMETERS:
            raise CaseError(
                "--parameters",
                name,
                f"cannot be fitted; {did_you_mean(name, PARAMETERS)}"
                f"allowed: {', '.join(PARAMETERS)}",
            )
        if full in found:
            raise CaseError("--parameters", name, "stands twice; allowed: each once")
        found.append(full)
    return tuple(found)
