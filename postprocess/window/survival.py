"""What a pressure does in the time it is held: flaws that start, arrest or short the cell.

Everything becomes an even opening pressure that a flaw feels as if it were filled, so
that the statistics of flaws apply: a flaw grows by a given factor within a time if its
F = K_IC / (dp sqrt(pi a)) lies below a value that follows from the law of growth
(`napress.postprocess.invasion.growth`), whatever its depth and toughness.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from napress.fem.snapshot import Array
from napress.postprocess.fracture.confinement import Confinement
from napress.postprocess.fracture.invasion import FlawInvasion
from napress.postprocess.fracture.scatter import FlawStatistics
from napress.postprocess.invasion.edge_crack import FULL_FACTOR
from napress.postprocess.invasion.growth import Metal, growth_function
from napress.postprocess.window.curves import Curves
from napress.postprocess.window.ends import Targets

TIMES_S = np.geomspace(1.0, 1e7, 29)
# A flaw counts as growing once it is this much deeper.
GROWN = 1.1
STATES = ("not closed", "closed", "resistance met", "flaw starts", "arrested", "short")
PRESSURES = 48


@dataclass(frozen=True)
class Holding:
    """One way of holding, at one exponent of the metal.

    Attributes:
        name: Such as ``rigid die``.
        pressure_MPa: Mean pressures, (pressures,).
        lateral_MPa: Lateral compression at each, (pressures,).
        start_MPa: Even opening pressure of flaws that start to grow, (pressures, times).
        short_MPa: The same of flaws that get through, (pressures, times).
    """

    name: str
    pressure_MPa: Array
    lateral_MPa: Array
    start_MPa: Array
    short_MPa: Array

    def limit_MPa(self, opening_MPa: Array, allowed_MPa: float) -> Array:
        """Pressure at which an opening reaches what flaws allow, at each time, (times,).

        Infinite where it is not reached.
        """
        found = np.full(opening_MPa.shape[1], math.inf)
        for column, values in enumerate(opening_MPa.T):
            over = np.flatnonzero(values >= allowed_MPa)
            if over.size:
                at = int(over[0])
                found[column] = self.pressure_MPa[at]
                if at > 0:
                    low, high = values[at - 1 : at + 1]
                    share = (allowed_MPa - low) / (high - low)
                    ends = np.log(self.pressure_MPa[at - 1 : at + 1])
                    found[column] = math.exp(ends[0] + share * (ends[1] - ends[0]))
        return found


def hold(
    name: str,
    confinement: Confinement,
    invasion: FlawInvasion,
    metal: Metal | None,
    pressure_MPa: Array,
    local: Array,
    flaw_depth_um: float,
) -> Holding:
    """What each pressure and time do to flaws under one way of holding.

    Args:
        name: Of the way.
        confinement: Gives the lateral stress.
        invasion: Metal and ceramic.
        metal: Its creep; None if unknown, then start and short coincide at any time.
        pressure_MPa: Mean pressures, (pressures,).
        local: Opening at the worst places over that of a flat face, (pressures,).
        flaw_depth_um: Median depth of the flaws: how far there is to go.
    """
    lateral = np.array([confinement.lateral_MPa(float(p)) for p in pressure_MPa])
    opening = np.maximum(local * (pressure_MPa - lateral), 0.0)
    share = np.clip(lateral / pressure_MPa, 0.0, 1.0)
    if metal is None:
        even = local * invasion.opening_MPa(pressure_MPa, lateral)
        both = np.repeat(even[:, None], len(TIMES_S), axis=1)
        return Holding(name, pressure_MPa, lateral, both, both)
    deeper = max(invasion.thickness_um / flaw_depth_um, GROWN)
    found = []
    for factor in (GROWN, deeper):
        rows = [
            dp * growth_function(metal, float(dp), float(lam), factor, TIMES_S) / FULL_FACTOR
            if dp > 0.0
            else np.zeros(len(TIMES_S))
            for dp, lam in zip(opening, share, strict=True)
        ]
        found.append(np.array(rows))
    return Holding(name, pressure_MPa, lateral, *found)


@dataclass(frozen=True)
class Softening:
    """How pressing for longer closes more: pressures that do the same, over time.

    Attributes:
        factor: Pressure without time that closes as much as 1 MPa held so long, (times,).
        text: Where it comes from.
    """

    factor: Array
    text: str


def softening(
    yield_MPa: float, metal: Metal | None, timed: bool, hold_s: float | None
) -> Softening:
    """By Norton's law: pressure for the same closure goes as time to the power -1/n.

    Args:
        yield_MPa: Of the sodium of the case.
        metal: Its creep; None if unknown.
        timed: Whether the case solves creep in time.
        hold_s: Time of its program.
    """
    if metal is None:
        return Softening(np.ones(len(TIMES_S)), "no creep known: closing does not wait")
    if timed and hold_s:
        factor = (TIMES_S / hold_s) ** (1.0 / metal.exponent)
        return Softening(factor, f"scaled from the {hold_s:g} s of the program by Norton's law")
    flow = (metal.prefactor * TIMES_S) ** (-1.0 / metal.exponent)
    factor = np.maximum(yield_MPa / flow, 1.0)
    return Softening(factor, "scaled: creep softens below the yield stress of the case")


@dataclass(frozen=True)
class TimeMap:
    """States over pressure and time.

    Attributes:
        pressure_MPa: (pressures,).
        time_s: (times,).
        seeds: Index into :data:`STATES` for each run, (seeds, times, pressures).
        worst: The same of the worst run, (times, pressures).
    """

    pressure_MPa: Array
    time_s: Array
    seeds: np.ndarray
    worst: np.ndarray


@dataclass(frozen=True)
class Way:
    """What one way of holding means.

    Attributes:
        name: Of the way.
        lateral_MPa: At the pressure asked about.
        survived_MPa: Pressure that the hold survives, lowest and highest over the range of
            the creep exponent; None above the last pressure.
        starts_MPa: The same up to where no flaw starts.
        short_s: Time to a short at the pressure asked about, shortest and longest; None:
            not within the times looked at.
        text: One sentence.
    """

    name: str
    lateral_MPa: float
    survived_MPa: tuple[float | None, float | None]
    starts_MPa: tuple[float | None, float | None]
    short_s: tuple[float | None, float | None]
    text: str


@dataclass(frozen=True)
class Survival:
    """The time-aware part of a window.

    Attributes:
        time_map: States.
        ways: Every way of holding.
        held: Name of that of the case.
        holdings: The same over pressure and time at the nominal exponent, for the page.
        softening: How closing gains by time.
        allowed_MPa: Even opening pressure at the failure target.
        openings_MPa, probabilities: The statistics of flaws as a table.
        hold_s: The hold that the sentences are about.
        press_at: ``pressure_MPa`` and ``time_s`` that are suggested; empty if none.
        doubts: What moves the survived pressure, by size: name, factor, sentence.
        texts: Sentences for terminal and page.
        flaw_depth_um: Median depth of the flaws.
        toughness_MPa_sqrt_m: Median toughness.
    """

    time_map: TimeMap
    ways: tuple[Way, ...]
    held: str
    holdings: tuple[Holding, ...]
    softening: Softening
    allowed_MPa: float
    openings_MPa: Array
    probabilities: Array
    hold_s: float
    press_at: dict[str, float]
    doubts: tuple[tuple[str, float, str], ...]
    texts: tuple[str, ...]
    flaw_depth_um: float
    toughness_MPa_sqrt_m: float


def pressures_looked_at(grid: Array, asked_MPa: float) -> Array:
    """Pressures of the map: those of the runs, and on to the one asked about."""
    return np.geomspace(grid[0], max(grid[-1], asked_MPa), PRESSURES)


def time_map(
    curves: Curves,
    targets: Targets,
    soft: Softening,
    holdings: list[Holding],
    allowed_MPa: float,
    released: bool,
) -> TimeMap:
    """States of every run: the worst of what closes too little and what breaks.

    Args:
        curves: All runs over the pellet.
        targets: What is asked.
        soft: How closing gains by time.
        holdings: Of each run, at the exponent of the metal.
        allowed_MPa: Even opening pressure at the failure target.
        released: Whether the program takes the pressure back: then what started and did
            not get through is arrested.
    """
    pressure, grid = holdings[0].pressure_MPa, curves.pressure_MPa
    equal = pressure[None, :] * soft.factor[:, None]
    found = []
    for seed, held in enumerate(holdings):
        state = np.zeros(equal.shape, dtype=int)
        void = _values(grid, curves.void_left_percent[seed], equal)
        asr = _values(grid, curves.asr_ohm_cm2[seed], equal)
        left, most = targets.closure_percent, targets.resistance_ohm_cm2
        closed = np.isfinite(void) & (void <= (100.0 if left is None else 100.0 - left))
        state[closed] = STATES.index("closed")
        state[closed & ((most is None) | (asr <= (most or 0.0)))] = STATES.index("resistance met")
        started = held.start_MPa.T >= allowed_MPa
        state[started] = STATES.index("arrested" if released else "flaw starts")
        state[held.short_MPa.T >= allowed_MPa] = STATES.index("short")
        found.append(state)
    seeds = np.array(found)
    # The worst: what breaks before what does not close, what closes least of the rest.
    broken = seeds.max(axis=0)
    worst = np.where(broken >= STATES.index("flaw starts"), broken, seeds.min(axis=0))
    return TimeMap(pressure, TIMES_S, seeds, worst)


def _values(grid: Array, row: Array, pressure: Array) -> Array:
    known = np.isfinite(row)
    if not known.any():
        return np.full(pressure.shape, math.nan)
    first = grid[known][0]
    values = np.interp(np.log(pressure), np.log(grid[known]), row[known])
    return np.where(pressure < first * (1 - 1e-9), math.nan, values)


def statistics_table(flaws: FlawStatistics) -> tuple[Array, Array]:
    """Opening pressures and probabilities that a flaw runs, for the page."""
    opening = np.geomspace(0.1, 1e5, 160)
    return opening, np.array([flaws.probability(float(o)) for o in opening])


def local_factor(
    pressure_MPa: Array,
    probability: Array,
    lateral_MPa: Array,
    table: tuple[Array, Array],
    at_MPa: Array,
) -> Array:
    """Opening of a rough face over that of a flat one, from probabilities of a run.

    Args:
        pressure_MPa: Steps of the run, (steps,).
        probability: That a flaw runs under the whole pressure, solved field, (steps,).
        lateral_MPa: Lateral stress of the confinement, (steps,).
        table: Openings and probabilities of the statistics.
        at_MPa: Where it is asked for; ends stand in beyond the run.
    """
    opening, chance = table
    rising = np.flatnonzero(np.diff(np.maximum.accumulate(chance), prepend=-1.0) > 0.0)
    known = (probability > 1e-12) & (probability < 0.995) & (pressure_MPa > lateral_MPa)
    if known.sum() < 1:
        return np.ones(len(at_MPa))
    logs = np.interp(
        np.log(probability[known]),
        np.log(np.maximum(chance[rising], 1e-300)),
        np.log(opening[rising]),
    )
    factor = np.exp(logs) / (pressure_MPa[known] - lateral_MPa[known])
    return np.interp(np.log(at_MPa), np.log(pressure_MPa[known]), factor)
