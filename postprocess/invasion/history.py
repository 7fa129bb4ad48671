"""How a flaw fares over a history of pressure: ramps, holds and releases in order.

A flaw is known by the pressure m = K_IC / sqrt(pi a) that it takes to drive it; as it
deepens m falls. Under a net pressure dp it grows as d ln m/dt = -r R(m/dp)/2, so that a
history is a chain of maps of m, the same for every depth and toughness, and what it
does to flaws is a few values of m: those that start, get through, go on, are driven
still at the end. Interface runs, windows and their pages all use these.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from napress.fem.snapshot import Array
from napress.postprocess.invasion.edge_crack import FULL_FACTOR
from napress.postprocess.invasion.growth import LARGEST_FACTOR, Metal, after_level

# A flaw counts as started once it is this much deeper.
GROWN = 1.1
# What would get through later than this under what is left at the end stands (116 d).
LONGEST_S = 1e7
# Levels that stand for a ramp; each does the same share of its growth.
RAMP_LEVELS = 8
SAME_PRESSURE, CLOSE_ENOUGH, MOST_HALVINGS = 1e-9, 1e-3, 40
LEAST_SHARE = 1e-5
STATES = (
    "flaw starts",
    "arrested: lateral stress rises",
    "arrested: pressure taken back",
    "arrested: metal too slow",
    "short",
)


@dataclass(frozen=True)
class Stretch:
    """A time in which the pressure goes linearly.

    Attributes:
        before_MPa: At its beginning.
        after_MPa: At its end.
        time_s: How long; 0 is at once.
        quickness: Creep rate over that of the metal, by temperature.
    """

    before_MPa: float
    after_MPa: float
    time_s: float
    quickness: float = 1.0


@dataclass(frozen=True)
class Level:
    """A time at one pressure, for many pressures and holds at once.

    Attributes:
        opening_MPa: dp, (pressures,).
        share: Lateral stress over pressure, (pressures,).
        seconds: Time times quickness, (pressures, holds) or what broadcasts to it.
    """

    opening_MPa: Array
    share: Array
    seconds: Array


@dataclass(frozen=True)
class Course:
    """A history for many highest pressures and holds.

    Attributes:
        levels: In order.
        end: What is left at its end; its seconds are 1 times the quickness.
        shape: Pressures and holds.
    """

    levels: tuple[Level, ...]
    end: Level
    shape: tuple[int, int]


# Lateral stress and net pressure at a pressure after a largest one: (p, largest) -> both.
Held = Callable[[Array, Array], tuple[Array, Array]]


def peak_of(history: Sequence[Stretch]) -> float:
    """Highest pressure of a history; 0 without one."""
    return max((max(s.before_MPa, s.after_MPa) for s in history), default=0.0)


def hold_of(history: Sequence[Stretch]) -> tuple[int | None, float]:
    """Index and time of the longest hold at the highest pressure; None and 0 without one."""
    top = peak_of(history) * (1.0 - 1e-6)
    held = [
        (s.time_s, index)
        for index, s in enumerate(history)
        if s.before_MPa >= top and s.after_MPa >= top and s.time_s > 0.0
    ]
    if not held:
        return None, 0.0
    time, index = max(held)
    return index, time


def course(
    history: Sequence[Stretch], pressure_MPa: Array, hold_s: Array, held: Held, exponent: float
) -> Course:
    """The history brought to other highest pressures, and held there for other times.

    Up to the highest pressure all pressures go with it; later ones stay what they are, at
    most as high. The longest hold at the highest pressure lasts as asked; without one it
    is held there when it gets there. An empty history is a hold alone.

    Args:
        history: Of the program.
        pressure_MPa: Highest pressures, (pressures,).
        hold_s: Holds, (holds,).
        held: Gives lateral stress and net pressure.
        exponent: Norton's n.
    """
    top, at = peak_of(history), hold_of(history)[0]
    first = next((i for i, s in enumerate(history) if s.after_MPa >= top * (1 - 1e-6)), -1)
    levels: list[Level] = []
    largest = np.zeros_like(pressure_MPa)
    now, quickness = pressure_MPa, 1.0

    def keep(pressure: Array, seconds: Array) -> None:
        nonlocal largest
        largest = np.maximum(largest, pressure)
        lateral, opening = held(pressure, largest)
        share = np.clip(lateral / np.maximum(pressure, 1e-300), 0.0, 1.0)
        levels.append(Level(opening, share, seconds))

    def at_rest(seconds: Array) -> None:
        keep(pressure_MPa, np.atleast_2d(seconds))

    if not history:
        at_rest(hold_s)
    for index, stretch in enumerate(history):
        quickness = stretch.quickness
        if index == at:
            at_rest(hold_s * quickness)
            now = pressure_MPa
            continue
        ends = []
        for value in (stretch.before_MPa, stretch.after_MPa):
            scaled = value / top * pressure_MPa
            ends.append(scaled if index <= first else np.minimum(value, pressure_MPa))
        for pressure, part in _levels(*ends, exponent):
            keep(pressure, (part * stretch.time_s * quickness)[:, None])
        now = ends[1]
        if index == first and at is None:
            at_rest(hold_s * quickness)
            now = pressure_MPa
    lateral, opening = held(now, np.maximum(largest, now))
    share = np.clip(lateral / np.maximum(now, 1e-300), 0.0, 1.0)
    end = Level(opening, share, np.full((1, 1), quickness))
    spent = tuple(level for level in levels if np.any(level.seconds > 0.0))
    return Course(spent, end, (len(pressure_MPa), len(np.atleast_1d(hold_s))))


def _levels(before: Array, after: Array, exponent: float) -> list[tuple[Array, Array]]:
    """Pressures and shares of the time of a ramp, each of the same ∫ p^(2n+1) dt."""
    power = 2.0 * exponent + 2.0
    scale = np.maximum(np.maximum(before, after), 1e-300)
    low, high = before / scale, after / scale
    flat = np.abs(high - low) < SAME_PRESSURE
    if flat.all():
        return [(after, np.ones_like(after))]
    steps = np.linspace(0.0, 1.0, RAMP_LEVELS + 1)[:, None]
    edges = ((1.0 - steps) * low**power + steps * high**power) ** (1.0 / power)
    edges = np.where(flat, high, edges)
    found = []
    for one, two in zip(edges[:-1], edges[1:], strict=True):
        with np.errstate(divide="ignore", invalid="ignore"):
            mean = (two**power - one**power) / (power * (two - one))
            share = (two - one) / (high - low)
        mean = np.where(np.abs(two - one) < SAME_PRESSURE, two, mean ** (1.0 / (power - 1.0)))
        found.append((mean * scale, np.where(flat, 1.0 / RAMP_LEVELS, share)))
    return found


def at_end(metal: Metal, course: Course, driving_MPa: Array) -> Array:
    """What a flaw takes to drive at the end of a course, from that at its beginning.

    Args:
        metal: Metal and ceramic.
        course: The history.
        driving_MPa: m = K_IC / sqrt(pi a), (pressures, holds) or what broadcasts to it.

    Returns:
        The same at the end, (pressures, holds); next to 0 where the flaw ran away.
    """
    found = np.broadcast_to(driving_MPa, course.shape).astype(float)
    for level in course.levels:
        found = _at_level(metal, level, found)
    return found


def _at_level(metal: Metal, level: Level, driving: Array) -> Array:
    found = driving.copy()
    seconds = np.broadcast_to(level.seconds, driving.shape)
    shares = np.round(level.share, 3)
    open_ = level.opening_MPa > 0.0
    for share in np.unique(shares[open_]):
        rows = np.flatnonzero((shares == share) & open_)
        opening = level.opening_MPa[rows, None]
        found[rows] = after_level(metal, opening, float(share), found[rows], seconds[rows])
    return found


@dataclass(frozen=True)
class Fates:
    """What a course does to flaws, as even opening pressures they feel as if filled.

    A flaw that needs no more than such a value does what it says. All (pressures, holds).

    Attributes:
        start_MPa: It gets deeper by a tenth.
        short_MPa: It gets through.
        barrier_MPa: Nothing on its way stops it, were there time enough.
        going_MPa: It gets through if what is left at the end stays for `LONGEST_S`.
        driven_MPa: What is left at the end still drives it.
    """

    start_MPa: Array
    short_MPa: Array
    barrier_MPa: Array
    going_MPa: Array
    driven_MPa: Array


def states_of(
    metal: Metal,
    shallow: Course,
    deep: Course,
    barrier_MPa: Array,
    deeper: float,
    needed_MPa: float,
) -> np.ndarray:
    """What becomes of a flaw that needs an opening, followed through its course.

    Args:
        metal: Metal and ceramic.
        shallow: Course with the lateral stress at the surface: for the start.
        deep: Course with the least lateral stress on the way: for what follows.
        barrier_MPa: Even opening that the way through leaves at worst, (pressures,).
        deeper: Depth that is a short over that of the flaw.
        needed_MPa: K_IC / (1.1215 sqrt(pi a)).

    Returns:
        Index into :data:`STATES`, -1 where nothing starts, (pressures, holds).
    """
    first = needed_MPa * FULL_FACTOR
    fall = [0.5 * math.log(x) for x in (GROWN, max(deeper, GROWN))]
    found = np.full(shallow.shape, -1)
    started = np.log(first / at_end(metal, shallow, first)) >= fall[0]
    last = at_end(metal, deep, first)
    through = np.log(first / last) >= fall[1]
    left = np.maximum(deep.end.opening_MPa, 0.0)[:, None] * LARGEST_FACTOR
    going = np.log(first / _at_level(metal, _tail(deep), last)) >= fall[1]
    found[started] = STATES.index("arrested: pressure taken back")
    found[started & (last < left)] = STATES.index("arrested: metal too slow")
    found[started & going] = STATES.index("flaw starts")
    stopped = np.broadcast_to(barrier_MPa[:, None] < needed_MPa, found.shape)
    found[started & stopped] = STATES.index("arrested: lateral stress rises")
    found[through & ~stopped] = STATES.index("short")
    return found


def _tail(course: Course) -> Level:
    """What is left at the end, for long."""
    end = course.end
    return Level(end.opening_MPa, end.share, LONGEST_S * end.seconds)


def fates(
    metal: Metal,
    shallow: Course,
    deep: Course,
    barrier_MPa: Array,
    deeper: float,
    all_of_them: bool = True,
) -> Fates:
    """Finds what a course does to flaws.

    Args:
        metal: Metal and ceramic.
        shallow: With the lateral stress at the surface: for the start.
        deep: With the least lateral stress on the way: for what follows.
        barrier_MPa: Even opening that the way through leaves at worst, (pressures,).
        deeper: Depth that is a short over that of the flaw.
        all_of_them: False leaves out what only tells one arrest from another.
    """
    barrier = np.broadcast_to(barrier_MPa[:, None], shallow.shape)

    def grown(course: Course, by: float) -> Array:
        return _largest(metal, course, lambda m: np.log(m / at_end(metal, course, m)), by)

    start, short = grown(shallow, GROWN), grown(deep, max(deeper, GROWN))
    if not all_of_them:
        return Fates(start, np.minimum(short, barrier), barrier, short, start)
    longer = Course((*deep.levels, _tail(deep)), deep.end, deep.shape)
    going = grown(longer, max(deeper, GROWN))
    left = np.maximum(deep.end.opening_MPa, 0.0)[:, None] * LARGEST_FACTOR

    def still(m: Array) -> Array:
        with np.errstate(divide="ignore"):
            return np.log(left) - np.log(at_end(metal, deep, m))

    driven = _largest(metal, deep, still, 1.0)
    return Fates(start, np.minimum(short, barrier), barrier, np.minimum(going, barrier), driven)


def _largest(metal: Metal, course: Course, value: Callable[[Array], Array], deeper: float) -> Array:
    """Largest opening m / 1.1215 whose value is at least ln(deeper)/2, by halving."""
    want = 0.5 * math.log(deeper)
    openings = [level.opening_MPa for level in course.levels]
    top = np.maximum(np.max([*openings, course.end.opening_MPa], axis=0), 0.0)
    high = np.broadcast_to(np.log(np.maximum(top, 1e-300) * FULL_FACTOR)[:, None], course.shape)
    high, low = high.copy(), high + math.log(LEAST_SHARE)
    none = (value(np.exp(low)) < want) | (top <= 0.0)[:, None]
    all_ = value(np.exp(high)) >= want
    low = np.where(all_, high, low)
    for _ in range(MOST_HALVINGS):
        if np.max(high - low) < CLOSE_ENOUGH:
            break
        middle = 0.5 * (low + high)
        enough = value(np.exp(middle)) >= want
        low, high = np.where(enough, middle, low), np.where(enough, high, middle)
    return np.where(none, 0.0, np.exp(0.5 * (low + high)) / FULL_FACTOR)
