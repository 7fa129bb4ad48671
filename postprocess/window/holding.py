"""The ways of holding a pellet in a window: what each survives, and what it rests on."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from napress.fem.snapshot import Array
from napress.postprocess.fracture.confinement import Confinement
from napress.postprocess.fracture.invasion import FlawInvasion
from napress.postprocess.fracture.scatter import FlawStatistics
from napress.postprocess.window.curves import Curves
from napress.postprocess.window.ends import Targets
from napress.postprocess.window.survival import (
    STATES,
    TIMES_S,
    Holding,
    Softening,
    Survival,
    TimeMap,
    Way,
    hold,
    statistics_table,
    time_map,
)

# Holds that a suggestion may name, shortest first.
PRACTICAL_S = (60.0, 600.0, 3600.0)
MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0


def duration(seconds: float) -> str:
    """A time in words."""
    for unit, size in (("d", DAY), ("h", HOUR), ("min", MINUTE)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds:.3g} s"


def ways_of(case: Confinement, others: list[Confinement]) -> list[Confinement]:
    """The case's way first, then the others that its numbers allow."""
    return [case, *(one for one in others if one.kind != case.kind)]


def survival(
    curves: Curves,
    targets: Targets,
    soft: Softening,
    ways: list[Confinement],
    invasion: FlawInvasion,
    flaws: FlawStatistics,
    local: Array,
    pressure_MPa: Array,
    hold_s: float,
    released: bool,
    doubted: list[tuple[str, str, Callable[[float], tuple]]],
    other_MPa: float = math.inf,
) -> Survival:
    """The time-aware part of a window.

    Args:
        curves: All runs over the pellet.
        targets: What is asked.
        soft: How closing gains by time.
        ways: Ways of holding; the first is that of the case.
        invasion: Metal and ceramic.
        flaws: Statistics of flaws.
        local: Opening at the worst places over that of a flat face, (seeds, pressures).
        pressure_MPa: Pressures of the map.
        hold_s: The hold that sentences are about.
        released: Whether the program takes the pressure back.
        doubted: Name, what is tried, and what a factor on it does to confinement,
            invasion and statistics.
        other_MPa: From where something else than a flaw breaks.
    """
    allowed = flaws.opening_at(targets.failure_percent / 100.0)
    depth = flaws.depth.median
    metals = invasion.metals() or [None]
    worst = local.max(axis=0)

    def held(way: Confinement, metal: object, factor: Array) -> Holding:
        return hold(way.kind, way, invasion, metal, pressure_MPa, factor, depth)

    each = [held(ways[0], metals[0], row) for row in local]
    states = time_map(curves, targets, soft, each, allowed, released)
    found, shown = [], []
    for way in ways:
        both = [held(way, metal, worst) for metal in metals]
        shown.append(both[0])
        found.append(_way(way, both, allowed, hold_s, targets.pressure_MPa))
    base = survived_MPa(ways[0], invasion, flaws, allowed, worst, pressure_MPa, hold_s)
    tried = _doubts(doubted, base, targets, worst, pressure_MPa, hold_s)
    press = suggestion(states, other_MPa)
    texts = _texts(states, found, press, hold_s, targets, tried, soft)
    return Survival(
        states,
        tuple(found),
        ways[0].kind,
        tuple(shown),
        soft,
        allowed,
        *statistics_table(flaws),
        hold_s,
        press,
        tuple(tried),
        tuple(texts),
        depth,
        flaws.toughness.median,
    )


def survived_MPa(
    way: Confinement,
    invasion: FlawInvasion,
    flaws: FlawStatistics,
    allowed_MPa: float,
    local: Array,
    pressure_MPa: Array,
    hold_s: float,
) -> float:
    """Pressure up to which a hold shorts nothing at the failure target; infinite if all."""
    metal = (invasion.metals() or [None])[0]
    one = hold(way.kind, way, invasion, metal, pressure_MPa, local, flaws.depth.median)
    return _at_time(one.limit_MPa(one.short_MPa, allowed_MPa), hold_s)


def _at_time(limits: Array, time_s: float) -> float:
    """A limit between the times looked at; infinite where neighbours are."""
    at = float(np.interp(math.log(time_s), np.log(TIMES_S), np.arange(len(TIMES_S))))
    low = int(at)
    high = min(low + 1, len(TIMES_S) - 1)
    if math.isinf(limits[low]) or math.isinf(limits[high]):
        return float(limits[low] if at - low < 0.5 else limits[high])
    return float(limits[low] ** (1 - at + low) * limits[high] ** (at - low))


def _way(way: Confinement, both: list[Holding], allowed: float, hold_s: float, asked: float) -> Way:
    shorts = [_at_time(one.limit_MPa(one.short_MPa, allowed), hold_s) for one in both]
    starts = [_at_time(one.limit_MPa(one.start_MPa, allowed), hold_s) for one in both]
    index = int(np.argmin(np.abs(both[0].pressure_MPa / asked - 1.0)))
    times = []
    for one in both:
        over = np.flatnonzero(one.short_MPa[index] >= allowed)
        times.append(float(TIMES_S[over[0]]) if over.size else math.inf)
    lateral = way.lateral_MPa(asked)
    text = f"{way.kind}: held with {lateral:.3g} MPa at {asked:.4g} MPa; "
    if math.isinf(max(times)) and math.isinf(min(times)):
        text += f"no short there within {duration(TIMES_S[-1])}"
    elif max(times) <= TIMES_S[0]:
        text += "short there within a second"
    else:
        last = (
            f"more than {duration(TIMES_S[-1])}" if math.isinf(max(times)) else duration(max(times))
        )
        text += f"short there after {duration(min(times))} to {last}"
    survives = _span(shorts, both[0].pressure_MPa[-1])
    text += f"; {duration(hold_s)} are survived up to {survives}"
    use = way.sleeve_over_yield(asked)
    if use is not None and use > 1.0:
        text += f"; the sleeve yields there ({use:.2g} times its yield stress)"
    return Way(way.kind, lateral, _ends(shorts), _ends(starts), _ends(times), f"{text}.")


def _span(values: list[float], top: float) -> str:
    low, high = min(values), max(values)
    if math.isinf(low):
        return f"{top:.4g} MPa and more"
    if math.isinf(high):
        return f"{low:.3g} MPa or more"
    return f"{low:.3g} MPa" if high / low < 1.02 else f"{low:.3g} to {high:.3g} MPa"


def _ends(values: list[float]) -> tuple[float | None, float | None]:
    return tuple(v if math.isfinite(v) else None for v in (min(values), max(values)))


def suggestion(states: TimeMap, other_MPa: float = math.inf) -> dict[str, float]:
    """The widest range of good pressures among practical holds, shortest if as wide.

    Args:
        states: The map.
        other_MPa: From where something else than a flaw breaks.
    """
    good, best = states.worst == STATES.index("resistance met"), None
    good = good & (states.pressure_MPa < other_MPa)
    for time in PRACTICAL_S:
        row = int(np.argmin(np.abs(np.log(states.time_s / time))))
        fine = np.flatnonzero(good[row])
        if fine.size == 0:
            continue
        low, high = states.pressure_MPa[fine[0]], states.pressure_MPa[fine[-1]]
        if best is None or high / low > 1.2 * best[0]:
            best = (high / low, low, high, float(time))
    if best is None:
        return {}
    _, low, high, time = best
    return {
        "pressure_MPa": float(math.sqrt(low * high)),
        "time_s": time,
        "lowest_MPa": float(low),
        "highest_MPa": float(high),
    }


def _doubts(
    doubted: list, base: float, targets: Targets, local: Array, pressure: Array, hold_s: float
) -> list[tuple[str, float, str]]:
    found = []
    for name, tried, change in doubted:
        ends = []
        for factor in (0.5, 2.0):
            way, invasion, flaws = change(factor)
            allowed = flaws.opening_at(targets.failure_percent / 100.0)
            ends.append(survived_MPa(way, invasion, flaws, allowed, local, pressure, hold_s))
        known = [min(value, pressure[-1]) for value in (*ends, base)]
        ratio = max(known) / min(known)
        text = (
            f"{name}, {tried}: survived up to {_shown(ends[0], pressure)} and "
            f"{_shown(ends[1], pressure)} (now {_shown(base, pressure)})"
        )
        found.append((name, float(ratio), text))
    return sorted(found, key=lambda one: -one[1])


def _shown(value: float, pressure: Array) -> str:
    return f"more than {pressure[-1]:.3g} MPa" if math.isinf(value) else f"{value:.3g} MPa"


def _texts(
    states: TimeMap,
    ways: list[Way],
    press: dict[str, float],
    hold_s: float,
    targets: Targets,
    doubts: list[tuple[str, float, str]],
    soft: Softening,
) -> list[str]:
    if press:
        first = (
            f"Press at {press['pressure_MPa']:.3g} MPa for {duration(press['time_s'])}: between "
            f"{press['lowest_MPa']:.3g} and {press['highest_MPa']:.3g} MPa the targets are met, "
            "no flaw starts in that time, and nothing else breaks."
        )
    else:
        first = "No pressure and hold up to an hour meets the targets without a flaw that starts."
    found = [first, *(way.text for way in ways)]
    if doubts and doubts[0][1] > 1.01:
        found.append(f"Measure first what moves this most: {doubts[0][2]}.")
        found += [f"Then {text}." for _, ratio, text in doubts[1:3] if ratio > 1.01]
    found.append(
        f"Closing in time is {soft.text}. First filling of a flaw is left out (safe side)."
    )
    return found


def doubled(
    name: str, way: Confinement, invasion: FlawInvasion, flaws: FlawStatistics
) -> Callable[[float], tuple]:
    """What a factor on one value does, by its name."""

    def change(factor: float) -> tuple:
        if name == "flaw depth":
            depth = replace(flaws.depth, median=flaws.depth.median * factor)
            return way, invasion, replace(flaws, depth=depth)
        if name == "toughness":
            tough = replace(flaws.toughness, median=flaws.toughness.median * factor)
            return way, invasion, replace(flaws, toughness=tough)
        if name == "modulus":
            stiffer = replace(invasion, plane_young_MPa=invasion.plane_young_MPa * factor)
            return replace(way, young_MPa=way.young_MPa * factor), stiffer, flaws
        compact = replace(way.compact, yield_MPa=way.compact.yield_MPa * factor)
        return replace(way, compact=compact), invasion, flaws

    return change
