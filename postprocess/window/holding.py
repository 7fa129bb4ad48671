"""The ways of holding a pellet in a window: what each survives, and what it rests on."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from napress.fem.snapshot import Array
from napress.postprocess.fracture.confinement import Confinement
from napress.postprocess.fracture.in_time import statistics_table
from napress.postprocess.fracture.invasion import FlawInvasion
from napress.postprocess.fracture.scatter import FlawStatistics
from napress.postprocess.invasion.growth import Metal
from napress.postprocess.invasion.history import STATES as FLAW_STATES
from napress.postprocess.invasion.history import Stretch, peak_of
from napress.postprocess.window.closing import Closing
from napress.postprocess.window.curves import Curves
from napress.postprocess.window.ends import Targets
from napress.postprocess.window.survival import (
    STATES,
    TIMES_S,
    Flaws,
    Survival,
    TimeMap,
    Way,
    flaw_states,
    hold,
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


@dataclass(frozen=True)
class Faces:
    """What the rough faces of the runs do to flaws, at the pressures of a map.

    Attributes:
        pressure_MPa: (pressures,).
        opening: Opening at the worst places over that of a flat face, (seeds, pressures).
        through: The same of what is left at worst on the way through, (seeds, pressures).
    """

    pressure_MPa: Array
    opening: Array
    through: Array

    def factors(self, seed: int | None) -> tuple[Callable[[Array], Array], ...]:
        """Both as functions of pressure, of one run or of the worst."""
        found = []
        for rows in (self.opening, self.through):
            row = rows.max(axis=0) if seed is None else rows[seed]
            found.append(_between(self.pressure_MPa, row))
        return tuple(found)


def _between(pressure: Array, row: Array) -> Callable[[Array], Array]:
    logs = np.log(pressure)
    return lambda at: np.interp(np.log(np.maximum(at, 1e-300)), logs, row)


@dataclass(frozen=True)
class Question:
    """What a window asks about time.

    Attributes:
        targets: What is asked.
        history: Of the program of the case; empty if it takes no time.
        hold_s: The hold that sentences are about.
        breaks_MPa: From where something else than a flaw breaks, of each run.
        notes: What to know about the history.
    """

    targets: Targets
    history: tuple[Stretch, ...]
    hold_s: float
    breaks_MPa: tuple[float, ...]
    notes: tuple[str, ...] = ()


def survival(
    curves: Curves,
    asked: Question,
    closing: Closing,
    ways: list[Confinement],
    invasion: FlawInvasion,
    statistics: FlawStatistics,
    faces: Faces,
    doubted: list[tuple[str, str, Callable[[float], tuple]]],
    changed: dict[str, tuple[FlawInvasion, float]] | None = None,
) -> Survival:
    """The time-aware part of a window.

    Args:
        curves: All runs over the pellet.
        asked: What is asked.
        closing: How closing gains by time.
        ways: Ways of holding; the first is that of the case.
        invasion: Metal and ceramic.
        statistics: Statistics of flaws.
        faces: What the rough faces do to flaws.
        doubted: Name, what is tried, and what a factor on it does to confinement,
            invasion and statistics.
        changed: Metal and hold of the levers that change them, by lever.
    """
    targets, pressure = asked.targets, faces.pressure_MPa
    allowed = statistics.opening_at(targets.failure_percent / 100.0)
    flaws = Flaws(invasion, asked.history, statistics.depth.median)
    metals = invasion.metals() or [None]

    def become(at_MPa: Array, hold_s: Array) -> TimeMap:
        each = [
            flaw_states(ways[0], flaws, metals[0], at_MPa, *faces.factors(seed), allowed, hold_s)
            for seed in range(len(faces.opening))
        ]
        return time_map(curves, targets, closing, each, at_MPa, asked.breaks_MPa, hold_s)

    states = become(pressure, TIMES_S)
    peak = peak_of(asked.history) or targets.pressure_MPa
    own = become(np.array([peak]), np.array([asked.hold_s]))
    program = (STATES[int(own.worst[0, 0])], peak)
    found, shown = [], []
    for way in ways:
        shown.append(hold(way, flaws, metals[0], pressure, *faces.factors(None)))
        found.append(_way(way, flaws, metals, faces, allowed, asked.hold_s, targets.pressure_MPa))
    base = survived_MPa(ways[0], flaws, metals[0], allowed, faces, asked.hold_s)
    tried = _doubts(doubted, base, asked, faces)
    levers = {
        name: (base, _survived_otherwise(ways[0], flaws, other, allowed, faces, time))
        for name, (other, time) in (changed or {}).items()
    }
    filled = flaws.barrier_MPa(ways[0], pressure, faces.factors(None)[0])
    slow = (
        float(shown[0].limit_MPa(filled[:, None], allowed)[0]),
        survived_MPa(ways[0], flaws, metals[0], allowed, faces, asked.hold_s, started=True),
    )
    press = suggestion(states, float(curves.pressure_MPa[-1]))
    texts = _texts(program, found, press, asked, tried, closing, slow)
    return Survival(
        states,
        program,
        tuple(found),
        ways[0].kind,
        tuple(shown),
        closing,
        allowed,
        *statistics_table(statistics),
        asked.hold_s,
        press,
        tuple(tried),
        levers,
        tuple(texts),
        statistics.depth.median,
        statistics.toughness.median,
    )


def survived_MPa(
    way: Confinement,
    flaws: Flaws,
    metal: Metal | None,
    allowed_MPa: float,
    faces: Faces,
    hold_s: float,
    started: bool = False,
) -> float:
    """Pressure up to which a hold shorts nothing at the failure target; infinite if all.

    With ``started`` that up to which no flaw starts.
    """
    times = np.array([hold_s])
    one = hold(way, flaws, metal, faces.pressure_MPa, *faces.factors(None), times, False)
    values = one.fates.start_MPa if started else one.fates.short_MPa
    return float(one.limit_MPa(values, allowed_MPa)[0])


def _survived_otherwise(
    way: Confinement,
    flaws: Flaws,
    invasion: FlawInvasion,
    allowed: float,
    faces: Faces,
    hold_s: float,
) -> float:
    changed = replace(flaws, invasion=invasion)
    return survived_MPa(way, changed, (invasion.metals() or [None])[0], allowed, faces, hold_s)


def _way(
    way: Confinement,
    flaws: Flaws,
    metals: list[Metal | None],
    faces: Faces,
    allowed: float,
    hold_s: float,
    asked: float,
) -> Way:
    shorts, starts, times = [], [], []
    short = FLAW_STATES.index("short")
    for metal in metals:
        given = (way, flaws, metal, allowed, faces, hold_s)
        shorts.append(survived_MPa(*given))
        starts.append(survived_MPa(*given, started=True))
        at = flaw_states(way, flaws, metal, np.array([asked]), *faces.factors(None), allowed)[0]
        over = np.flatnonzero(at == short)
        times.append(float(TIMES_S[over[0]]) if over.size else math.inf)
    lateral = way.lateral_MPa(asked)
    text = f"{way.kind}: held with {lateral:.3g} MPa at {asked:.4g} MPa; "
    if math.isinf(max(times)) and math.isinf(min(times)):
        text += f"no short there within {duration(TIMES_S[-1])}"
    elif max(times) <= TIMES_S[0]:
        text += "short there after a second or less"
    else:
        ends = ["a second or less" if t <= TIMES_S[0] else duration(t) for t in times]
        ends = [
            f"more than {duration(TIMES_S[-1])}" if math.isinf(t) else e
            for t, e in zip(times, ends, strict=True)
        ]
        low, high = (ends[int(pick(times))] for pick in (np.argmin, np.argmax))
        text += f"short there after {low}" + ("" if low == high else f" to {high}")
    text += f"; {duration(hold_s)} are survived up to {_span(shorts, faces.pressure_MPa[-1])}"
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
    ends = f"{low:.3g}", f"{high:.3g}"
    return f"{ends[0]} MPa" if ends[0] == ends[1] else f"{ends[0]} to {ends[1]} MPa"


def _ends(values: list[float]) -> tuple[float | None, float | None]:
    return tuple(v if math.isfinite(v) else None for v in (min(values), max(values)))


def suggestion(states: TimeMap, top_MPa: float = math.inf) -> dict[str, float]:
    """The widest range of good pressures among practical holds, shortest if as wide.

    Args:
        states: The map.
        top_MPa: Highest pressure of the runs: beyond, nothing but flaws was looked at.
    """
    good, best = states.worst == STATES.index("resistance met"), None
    good = good & (states.pressure_MPa <= top_MPa * (1 + 1e-9))
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
    doubted: list, base: float, asked: Question, faces: Faces
) -> list[tuple[str, float, str]]:
    found, top = [], faces.pressure_MPa[-1]
    for name, tried, change in doubted:
        ends = []
        for factor in (0.5, 2.0):
            way, invasion, statistics = change(factor)
            allowed = statistics.opening_at(asked.targets.failure_percent / 100.0)
            flaws = Flaws(invasion, asked.history, statistics.depth.median)
            metal = (invasion.metals() or [None])[0]
            ends.append(survived_MPa(way, flaws, metal, allowed, faces, asked.hold_s))
        known = [min(value, top) for value in (*ends, base)]
        ratio = max(known) / min(known)
        text = (
            f"{name}, {tried}: survived up to {_shown(ends[0], top)} and "
            f"{_shown(ends[1], top)} (now {_shown(base, top)})"
        )
        found.append((name, float(ratio), text))
    return sorted(found, key=lambda one: -one[1])


def _shown(value: float, top_MPa: float) -> str:
    return f"more than {top_MPa:.3g} MPa" if math.isinf(value) else f"{value:.3g} MPa"


def _texts(
    program: tuple[str, float],
    ways: list[Way],
    press: dict[str, float],
    asked: Question,
    doubts: list[tuple[str, float, str]],
    closing: Closing,
    slow: tuple[float, float],
) -> list[str]:
    if press:
        first = (
            f"Press at {press['pressure_MPa']:.3g} MPa for {duration(press['time_s'])}: between "
            f"{press['lowest_MPa']:.3g} and {press['highest_MPa']:.3g} MPa the targets are met, "
            "no flaw starts in that time, and nothing else breaks."
        )
    else:
        first = "No pressure and hold up to an hour meets the targets without a flaw that starts."
    found = [first]
    if asked.history:
        found.append(
            f"The program of the case, up to {program[1]:.4g} MPa and held there for "
            f"{duration(asked.hold_s)}, comes to: {program[0]}."
        )
    found += [*asked.notes, *(way.text for way in ways)]
    if math.isfinite(slow[0]) and slow[0] < 0.98 * slow[1]:
        end = f"up to {slow[1]:.3g} MPa" if math.isfinite(slow[1]) else "at every pressure"
        found.append(
            f"Flaws that the metal filled would run from {slow[0]:.3g} MPa on; {end} the metal is "
            f"too slow to start them in {duration(asked.hold_s)}."
        )
    if doubts and doubts[0][1] > 1.01:
        found.append(f"Measure first what moves this most: {doubts[0][2]}.")
        found += [f"Then {text}." for _, ratio, text in doubts[1:3] if ratio > 1.01]
    found.append(
        f"Closing in time: {closing.text}. First filling of a flaw is left out (safe side)."
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
