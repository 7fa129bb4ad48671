"""Shorts seen under pressure beside the law of invaded flaws; nothing is fitted.

No run is needed: face, pressure and time of the experiment, values of the shipped
materials, flaw depths that were measured or are those of a similar pellet.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from napress.cases.schema.materials import Ceramic, Metal, load_material
from napress.postprocess.fracture.invasion import FlawInvasion
from napress.postprocess.invasion.growth import Metal as Flow
from napress.postprocess.invasion.growth import survived_MPa, time_between_s
from napress.postprocess.theory.flaws import pore_pressure_MPa

HOUR_S = 3600.0
# Times that stand for "at once" and "in the course of a ramp"; nobody states them.
AT_ONCE_S, IN_A_TEST_S = 60.0, 600.0


@dataclass(frozen=True)
class Short:
    """One experiment.

    Attributes:
        system: Metal and electrolyte.
        seen: What was seen.
        pressure_MPa: At which pressure.
        model: What the law says, a range over flaw depth and creep exponent.
        survived: Pressure that a hold of the time seen survives, the same range.
    """

    system: str
    seen: str
    pressure_MPa: float
    model: str
    survived: str


def _flows(metal: Metal, ceramic: Ceramic) -> list[Flow]:
    known = metal.creep_exponent
    young, poisson = ceramic.young.value, ceramic.poisson.value
    invasion = FlawInvasion(
        young / (1.0 - poisson**2),
        metal.yield_strength.value,
        500.0,
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
    found = []
    for system, metal, ceramic, depths, pressure, seen, time in plans:
        share = 1.0 if system.endswith("isostatic") else 0.0
        toughness = ceramic.fracture_toughness.value
        opening = pressure * (1.0 - share)
        times, holds = [], []
        for flow in _flows(metal, ceramic):
            for depth in depths:
                grown = time_between_s(flow, opening, share, toughness, depth, 500.0)
                times.append(float(grown))
                holds.append(survived_MPa(flow, share, toughness, depth, 500.0, time))
        found.append(Short(system, seen, pressure, _span(times, _time), _span(holds, _pressure)))
    return found


def thin_pellet() -> tuple[float, float, float]:
    """Pressure per thickness, MPa per mm: two pellets measured, and a throat of 1 um."""
    throat = pore_pressure_MPa(1e3, 1.0, load_material("sodium-wang-2020").yield_strength.value)
    return 19.5 / 0.58, 53.0 / 1.42, throat


def _pressure(value: float) -> str:
    return "any" if math.isinf(value) else f"{value:.3g}"


def _span(values: list[float], text: Callable[[float], str]) -> str:
    low, high = text(min(values)), text(max(values))
    return low if low == high else f"{low} to {high}"


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
