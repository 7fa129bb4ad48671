"""Shorts seen under pressure beside the law of invaded flaws; nothing is fitted.

No run is needed: face, pressure and time of the experiment, values of the shipped
materials, flaw depths that were measured or are those of a similar pellet.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from napress.cases.schema.materials import Ceramic, Metal, load_material
from napress.postprocess.fracture.invasion import FlawInvasion
from napress.postprocess.invasion.growth import Metal as Flow
from napress.postprocess.invasion.growth import survived_MPa, time_between_s
from napress.postprocess.theory.flaws import pore_pressure_MPa

HOUR_S = 3600.0
# Times that stand for "at once" and "in the course of a ramp"; nobody states them.
AT_ONCE_S, IN_A_TEST_S = 60.0, 600.0
PELLET_UM = 500.0
# Two pellets of a borate, um, and the pressures at which metal went through them, MPa.
THIN, THICK = (580.0, 19.5), (1420.0, 53.0)


@dataclass(frozen=True)
class Short:
    """One experiment.

    Attributes:
        system: Metal and electrolyte.
        seen: What was seen.
        pressure_MPa: At which pressure.
        model: What the law says, a range over flaw depth and creep exponent.
        survived: Pressure that a hold of the time seen survives, the same range.
        time_s: The time of `model`, shortest and longest; None: never.
        survived_MPa: The pressure of `survived`, lowest and highest; None: any.
    """

    system: str
    seen: str
    pressure_MPa: float
    model: str
    survived: str
    time_s: tuple[float | None, float | None]
    survived_MPa: tuple[float | None, float | None]


def _flows(metal: Metal, ceramic: Ceramic) -> list[Flow]:
    known = metal.creep_exponent
    young, poisson = ceramic.young.value, ceramic.poisson.value
    invasion = FlawInvasion(
        young / (1.0 - poisson**2),
        metal.yield_strength.value,
        PELLET_UM,
        metal.creep_rate_at_1_MPa.value,
        known.value,
        known.range or (),
    )
    return invasion.metals()


def _time(seconds: float) -> str:
    if math.isinf(seconds):
        return "never"
    for unit, size in (("y", 3.156e7), ("h", HOUR_S), ("min", 60.0)):
        if seconds >= size:
            return f"{seconds / size:.2g} {unit}"
    return f"{seconds:.2g} s"


def shorts() -> list[Short]:
    """Every experiment, in the order of docs/validation.md."""
    sodium, lithium = load_material("sodium-wang-2020"), load_material("lithium")
    borate, lpscl = load_material("closo-borate"), load_material("lpscl")
    plans = (
        (
            "Na on closo-borate",
            sodium,
            borate,
            (14.0, 28.0),
            50.0,
            "short at 50 to 70",
            IN_A_TEST_S,
        ),
        (
            "Na on closo-borate",
            sodium,
            borate,
            (14.0, 28.0),
            55.0,
            "short at 50 to 70",
            IN_A_TEST_S,
        ),
        (
            "Na on closo-borate",
            sodium,
            borate,
            (14.0, 28.0),
            70.0,
            "short at 50 to 70",
            IN_A_TEST_S,
        ),
        ("Li on LPSCl", lithium, lpscl, (14.0, 28.0), 75.0, "short after 13 h", 13 * HOUR_S),
        ("Li on LPSCl", lithium, lpscl, (14.0, 28.0), 75.0, "short at once", AT_ONCE_S),
        ("Li on LPSCl", lithium, lpscl, (14.0, 28.0), 25.0, "none without current", 1000 * HOUR_S),
        ("Li on LPSCl, coarse, isostatic", lithium, lpscl, (14.0,), 265.0, "no short", HOUR_S),
        ("Li on LPSCl, smooth, isostatic", lithium, lpscl, (2.4,), 265.0, "no short", HOUR_S),
    )
    llzo, nzsp = load_material("llzo"), load_material("nzsp")
    plans += (
        ("Li on LLZO, isostatic", lithium, llzo, (1.0,), 400.0, "no short", HOUR_S),
        ("Na on NZSP, isostatic", sodium, nzsp, (1.0,), 100.0, "no short", HOUR_S),
    )
    plans += tuple(
        (
            f"Na on closo-borate, {thickness / 1e3:g} mm",
            sodium,
            borate,
            (14.0, 28.0),
            pressure,
            "metal through",
            IN_A_TEST_S,
        )
        for thickness, pressure in (THIN, THICK)
    )
    thick = {f"Na on closo-borate, {t / 1e3:g} mm": t for t, _ in (THIN, THICK)}
    found = []
    for system, metal, ceramic, depths, pressure, seen, time in plans:
        end = thick.get(system, PELLET_UM)
        share = 1.0 if system.endswith("isostatic") else 0.0
        toughness = ceramic.fracture_toughness.value
        opening = pressure * (1.0 - share)
        times, holds = [], []
        for flow in _flows(metal, ceramic):
            for depth in depths:
                grown = time_between_s(flow, opening, share, toughness, depth, end)
                times.append(float(grown))
                holds.append(survived_MPa(flow, share, toughness, depth, end, time))
        found.append(
            Short(
                system,
                seen,
                pressure,
                _span(times, _time),
                _span(holds, _pressure),
                _ends(times),
                _ends(holds),
            )
        )
    return found


def _ends(values: list[float]) -> tuple[float | None, float | None]:
    return tuple(v if math.isfinite(v) else None for v in (min(values), max(values)))


def thin_pellet() -> tuple[float, float, float]:
    """Pressure per thickness, MPa per mm: two pellets measured, and a throat of 1 um."""
    throat = pore_pressure_MPa(1e3, 1.0, load_material("sodium-wang-2020").yield_strength.value)
    thin, thick = (1e3 * pressure / thickness for thickness, pressure in (THIN, THICK))
    return thin, thick, throat


def _pressure(value: float) -> str:
    return "any" if math.isinf(value) else f"{value:.3g}"


def _span(values: list[float], text: Callable[[float], str]) -> str:
    low, high = text(min(values)), text(max(values))
    return low if low == high else f"{low} to {high}"


def as_dicts() -> dict[str, Any]:
    """The same as plain data, with the pressures per thickness of connected pores."""
    thin, thick, throat = thin_pellet()
    return {
        "shorts": [asdict(row) for row in shorts()],
        "pores_MPa_per_mm": {
            f"measured_{THIN[0] / 1e3:g}_mm": thin,
            f"measured_{THICK[0] / 1e3:g}_mm": thick,
            "model_throat_1_um": throat,
        },
    }


def markdown() -> str:
    """The table of ``docs/validation.md``."""
    lines = [
        "| system | MPa | seen | time to a short, model | that time is survived up to (MPa) |",
        "|---|---:|---|---|---|",
    ]
    lines += [
        f"| {row.system} | {row.pressure_MPa:g} | {row.seen} | {row.model} | {row.survived} |"
        for row in shorts()
    ]
    return "\n".join(lines)
