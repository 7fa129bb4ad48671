"""What a pressure does in the time it is held: flaws that start, arrest or short the cell.

Everything becomes an even opening pressure that a flaw feels as if it were filled, so
that the statistics of flaws apply. What becomes of a flaw follows from the history of
the program of the case (`napress.postprocess.invasion.history`), the same as in a run.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from napress.fem.snapshot import Array
from napress.postprocess.fracture.confinement import Confinement
from napress.postprocess.fracture.in_time import held_by
from napress.postprocess.fracture.invasion import FlawInvasion
from napress.postprocess.invasion.growth import Metal
from napress.postprocess.invasion.history import (
    GROWN,
    Course,
    Fates,
    Stretch,
    course,
    fates,
    states_of,
)
from napress.postprocess.invasion.history import STATES as FLAW_STATES
from napress.postprocess.window.closing import Closing
from napress.postprocess.window.curves import Curves
from napress.postprocess.window.ends import Targets

TIMES_S = np.geomspace(1.0, 1e7, 29)
BREAKS = "breaks otherwise"
STATES = (
    *("not closed", "closed", "resistance met"),
    *FLAW_STATES[:-1],
    BREAKS,
    FLAW_STATES[-1],
)
PRESSURES = 48

# Opening at a face over that of a flat one, from pressures.
Factor = Callable[[Array], Array]


@dataclass(frozen=True)
class Flaws:
    """What decides over flaws, besides how the pellet is held.

    Attributes:
        invasion: Metal and ceramic.
        history: Of the program of the case; empty if it takes no time.
        depth_um: Median depth: how far there is to go.
    """

    invasion: FlawInvasion
    history: tuple[Stretch, ...]
    depth_um: float

    @property
    def deeper(self) -> float:
        """Depth that is a short over that of the median flaw."""
        return max(self.invasion.thickness_um / self.depth_um, GROWN)

    def courses(
        self, way: Confinement, metal: Metal, pressure_MPa: Array, hold_s: Array, factor: Factor
    ) -> tuple[Course, Course]:
        """The program at every pressure and hold: at the surface, and at depth."""
        asked = (self.history, pressure_MPa, hold_s)
        shallow = course(*asked, held_by(way, factor), metal.exponent)
        if not way.wall_friction:
            return shallow, shallow
        return shallow, course(*asked, held_by(way, factor, far=True), metal.exponent)

    def barrier_MPa(self, way: Confinement, pressure_MPa: Array, through: Factor) -> Array:
        """Even opening that the way through the pellet leaves at worst, (pressures,)."""
        return held_by(way, through)(pressure_MPa, pressure_MPa)[1]

    def without_time(self, way: Confinement, pressure_MPa: Array, factor: Factor) -> Array:
        """Even opening of a metal that yields, whatever the time, (pressures,)."""
        lateral, _ = held_by(way, factor)(pressure_MPa, pressure_MPa)
        return factor(pressure_MPa) * self.invasion.opening_MPa(pressure_MPa, lateral)


@dataclass(frozen=True)
class Holding:
    """One way of holding, at one exponent of the metal.

    Attributes:
        name: Such as ``rigid die``.
        pressure_MPa: Highest mean pressures, (pressures,).
        fates: What the program does to flaws at each pressure and hold.
    """

    name: str
    pressure_MPa: Array
    fates: Fates

    def limit_MPa(self, opening_MPa: Array, allowed_MPa: float) -> Array:
        """Pressure at which an opening reaches what flaws allow, at each hold, (holds,).

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
    way: Confinement,
    flaws: Flaws,
    metal: Metal | None,
    pressure_MPa: Array,
    factor: Factor,
    through: Factor,
    hold_s: Array = TIMES_S,
    all_of_them: bool = True,
) -> Holding:
    """What the program does to flaws at each pressure and hold, under one way of holding.

    Args:
        way: Gives the lateral stress.
        flaws: Metal, ceramic, program and how far there is to go.
        metal: Its creep; None if unknown, then start and short coincide at any time.
        pressure_MPa: Highest mean pressures, (pressures,).
        factor: Opening at the worst places over that of a flat face.
        through: The same of what is left at worst on the way through.
        hold_s: Holds at the highest pressure, (holds,).
        all_of_them: False leaves out what only tells one arrest from another.
    """
    barrier = flaws.barrier_MPa(way, pressure_MPa, through)
    if metal is None:
        shape = (len(pressure_MPa), len(hold_s))
        even = flaws.without_time(way, pressure_MPa, factor)
        start, stop = (np.broadcast_to(v[:, None], shape) for v in (even, barrier))
        short = np.minimum(start, stop)
        return Holding(way.kind, pressure_MPa, Fates(start, short, stop, short, start))
    shallow, deep = flaws.courses(way, metal, pressure_MPa, hold_s, factor)
    found = fates(metal, shallow, deep, barrier, flaws.deeper, all_of_them)
    return Holding(way.kind, pressure_MPa, found)


def flaw_states(
    way: Confinement,
    flaws: Flaws,
    metal: Metal | None,
    pressure_MPa: Array,
    factor: Factor,
    through: Factor,
    needed_MPa: float,
    hold_s: Array = TIMES_S,
) -> np.ndarray:
    """What becomes of a flaw that needs an opening: index into its states, -1 if none starts.

    Arguments as for `hold`; (pressures, holds).
    """
    barrier = flaws.barrier_MPa(way, pressure_MPa, through)
    if metal is None:
        found = np.full((len(pressure_MPa), len(hold_s)), -1)
        starts = flaws.without_time(way, pressure_MPa, factor) >= needed_MPa
        found[starts] = FLAW_STATES.index("short")
        found[starts & (barrier < needed_MPa)] = FLAW_STATES.index("arrested: lateral stress rises")
        return found
    shallow, deep = flaws.courses(way, metal, pressure_MPa, hold_s, factor)
    return states_of(metal, shallow, deep, barrier, flaws.deeper, needed_MPa)


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
        program: State of the program of the case, of the worst run, and its highest pressure.
        ways: Every way of holding.
        held: Name of that of the case.
        holdings: The same over pressure and time at the nominal exponent, for the page.
        closing: How closing gains by time.
        allowed_MPa: Even opening pressure at the failure target.
        openings_MPa, probabilities: The statistics of flaws as a table.
        hold_s: The hold that the sentences are about.
        press_at: ``pressure_MPa`` and ``time_s`` that are suggested; empty if none.
        doubts: What moves the survived pressure, by size: name, factor, sentence.
        levers_MPa: Pressure the hold survives without and with a lever, by its name.
        texts: Sentences for terminal and page.
        flaw_depth_um: Median depth of the flaws.
        toughness_MPa_sqrt_m: Median toughness.
    """

    time_map: TimeMap
    program: tuple[str, float]
    ways: tuple[Way, ...]
    held: str
    holdings: tuple[Holding, ...]
    closing: Closing
    allowed_MPa: float
    openings_MPa: Array
    probabilities: Array
    hold_s: float
    press_at: dict[str, float]
    doubts: tuple[tuple[str, float, str], ...]
    levers_MPa: dict[str, tuple[float, float]]
    texts: tuple[str, ...]
    flaw_depth_um: float
    toughness_MPa_sqrt_m: float


def pressures_looked_at(grid: Array, asked_MPa: float) -> Array:
    """Pressures of the map: those of the runs, and on to the one asked about."""
    return np.geomspace(grid[0], max(grid[-1], asked_MPa), PRESSURES)


def time_map(
    curves: Curves,
    targets: Targets,
    closing: Closing,
    flaws: Sequence[np.ndarray],
    pressure_MPa: Array,
    breaks_MPa: Sequence[float],
    hold_s: Array = TIMES_S,
) -> TimeMap:
    """States of every run: the worst of what closes too little and what breaks.

    Args:
        curves: All runs over the pellet.
        targets: What is asked.
        closing: How closing gains by time.
        flaws: `flaw_states` of each run, (pressures, holds) each.
        pressure_MPa: Of the map.
        breaks_MPa: From where something else than a flaw breaks, of each run.
        hold_s: Of the map.
    """
    found = []
    left, most = targets.closure_percent, targets.resistance_ohm_cm2
    for seed, starts in enumerate(flaws):
        void, asr = closing.values(curves, seed, pressure_MPa, hold_s)
        state = np.zeros(void.shape, dtype=int)
        closed = np.isfinite(void) & (void <= (100.0 if left is None else 100.0 - left))
        state[closed] = STATES.index("closed")
        state[closed & ((most is None) | (asr <= (most or 0.0)))] = STATES.index("resistance met")
        of_flaw = starts.T
        known = np.array([STATES.index(name) for name in FLAW_STATES])
        state = np.where(of_flaw >= 0, known[of_flaw], state)
        broken = (pressure_MPa >= breaks_MPa[seed])[None, :] & (state != STATES.index("short"))
        found.append(np.where(broken, STATES.index(BREAKS), state))
    seeds = np.array(found)
    # The worst: what breaks before what does not close, what closes least of the rest.
    broken = seeds.max(axis=0)
    worst = np.where(broken >= STATES.index("flaw starts"), broken, seeds.min(axis=0))
    return TimeMap(pressure_MPa, hold_s, seeds, worst)
