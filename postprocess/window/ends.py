"""The pressure window: from where the interface is good enough to where something breaks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napress.postprocess.window.curves import SAME_PRESSURE, Curves

Array = NDArray[np.float64]

LOWER_NAMES = {
    "closure": "voids that are not yet closed",
    "constriction": "constriction of the current in the contact",
    "charge_transfer": "charge transfer in the contact",
    "film": "the film in the contact",
    "form_error": "form error on the scale of the pellet",
}
UPPER_NAMES = {
    "flaw": "sodium that opens a surface flaw",
    "weibull_volume": "local tension at the interface (Weibull, flaws in the volume)",
    "weibull_surface": "local tension at the interface (Weibull, flaws on the surface)",
    "local_stress": "local stress at the interface against the strength",
    "pellet": "tension in the pellet as a whole, such as bending over its support (Weibull)",
    "pellet_stress": "tension in the pellet as a whole, such as bending over its support",
    "sleeve": "yielding of the sleeve",
    "punch": "yielding of the punch",
    "pores": "metal that is pushed through connected pores",
    "press": "rating of press and die",
}
NOT_KNOWN = (
    "Whether there is a pressure window is not known: up to {:.3g} MPa, the highest pressure "
    "computed, the targets are not met and nothing breaks."
)
# Modes that are a use of strength and break at 1, not probabilities.
USES = ("local_stress", "pellet_stress", "sleeve", "punch", "pores")


@dataclass(frozen=True)
class Targets:
    """What the user asks for.

    Attributes:
        closure_percent: Least closure of the initial void; None if not asked.
        resistance_ohm_cm2: Largest interface ASR; None if not asked.
        failure_percent: Largest failure probability.
        pressure_MPa: Pressure to be placed inside or outside the window.
    """

    closure_percent: float | None
    resistance_ohm_cm2: float | None
    failure_percent: float
    pressure_MPa: float = 360.0

    def limit(self, mode: str) -> float:
        """Value of a failure mode that must not be reached."""
        return 1.0 if mode in USES else self.failure_percent / 100.0


@dataclass(frozen=True)
class End:
    """One end of the window.

    Attributes:
        pressure_MPa: None if it was not found up to the last pressure.
        mechanism: Key of `LOWER_NAMES` or `UPPER_NAMES`; empty if nothing limits.
        seeds_MPa: The same for every seed alone; NaN where its run ended before.
        sooner: Every limit alone: mechanism to pressure, None if not reached.
    """

    pressure_MPa: float | None
    mechanism: str
    seeds_MPa: tuple[float, ...]
    sooner: dict[str, float | None]


@dataclass(frozen=True)
class Window:
    """The answer.

    Attributes:
        lower: From here on every seed that got so far meets the targets.
        upper: Up to here no seed fails.
        top_MPa: Highest pressure that any run reached.
        exists: Whether there are pressures between both ends.
        seeds_at_top: Seeds whose run reached the highest pressure.
    """

    lower: End
    upper: End
    top_MPa: float
    exists: bool
    seeds_at_top: int

    @property
    def is_known(self) -> bool:
        """Whether the runs got as far as either end."""
        return self.lower.pressure_MPa is not None or self.upper.pressure_MPa is not None

    @property
    def range_MPa(self) -> tuple[float, float] | None:
        """The recommended range; None if there is no window."""
        if not self.exists:
            return None
        return self.lower.pressure_MPa, self.upper_MPa

    @property
    def upper_MPa(self) -> float:
        """Upper end, or the highest pressure computed if nothing breaks up to it."""
        found = self.upper.pressure_MPa
        return self.top_MPa if found is None else found

    @property
    def suggested_MPa(self) -> float | None:
        """Middle of the range in the logarithm: the same factor to both ends."""
        ends = self.range_MPa
        return None if ends is None else math.sqrt(ends[0] * ends[1])


def reached_from_below(pressure_MPa: Array, values: Array, limit: float) -> float:
    """First pressure at which values reach a limit, straight between points in logarithms.

    Args:
        pressure_MPa: Increasing, (points,).
        values: At least 0, NaN where unknown, (points,).
        limit: Positive.

    Returns:
        Infinite if it is not reached.
    """
    known = np.isfinite(values)
    pressure, values = pressure_MPa[known], values[known]
    over = np.flatnonzero(values >= limit)
    if over.size == 0:
        return math.inf
    return _between(pressure, values, int(over[0]), limit)


def settles_below(pressure_MPa: Array, values: Array, limit: float) -> float:
    """Pressure from which values stay at or below a limit.

    Args:
        pressure_MPa: Increasing, (points,).
        values: At least 0, NaN where unknown, (points,).
        limit: Positive.

    Returns:
        Infinite if the last known value is still above, NaN if nothing is known.
    """
    known = np.isfinite(values)
    pressure, values = pressure_MPa[known], values[known]
    if values.size == 0:
        return math.nan
    above = np.flatnonzero(values > limit)
    if above.size == 0:
        return float(pressure[0])
    if above[-1] == len(values) - 1:
        return math.inf
    return _between(pressure, values, int(above[-1]) + 1, limit)


def _between(pressure: Array, values: Array, index: int, limit: float) -> float:
    """Pressure between a point and the one before at which the limit is passed."""
    if index == 0:
        return float(pressure[0])
    # A value of 0 has no logarithm; far below the limit is the same here.
    first, last = (max(float(values[i]), limit * 1e-12) for i in (index - 1, index))
    share = math.log(limit / first) / math.log(last / first) if first != last else 1.0
    ends = np.log(pressure[index - 1 : index + 1])
    return float(np.exp(ends[0] + share * (ends[1] - ends[0])))


def lower_end(curves: Curves, targets: Targets) -> End:
    """From which pressure on the interface is good enough, on every seed.

    A run that ended before it got there tells nothing and is left out; one that went
    to the highest pressure without it makes the end infinite.

    Args:
        curves: All seeds over the pellet.
        targets: What is asked.
    """
    grid = curves.pressure_MPa
    found: dict[str, list[float]] = {}
    if targets.closure_percent is not None:
        left = 100.0 - targets.closure_percent
        rows = curves.void_left_percent
        found["closure"] = [_settled(grid, row, max(left, 1e-9)) for row in rows]
    if targets.resistance_ohm_cm2 is not None:
        rows = curves.asr_ohm_cm2
        found["resistance"] = [_settled(grid, row, targets.resistance_ohm_cm2) for row in rows]
    each = np.array(list(found.values()))
    seeds = np.max(each, axis=0)  # NaN stays NaN
    worst = _largest(seeds)
    sooner = {name: _finite(_largest(np.array(values))) for name, values in found.items()}
    if worst is None:
        return End(None, "", tuple(seeds), sooner)
    seed = int(np.nanargmax(seeds))
    name = list(found)[int(np.argmax(each[:, seed]))]
    if name == "resistance":
        name = _largest_part(curves, seed, each[:, seed].max())
        sooner[name] = sooner.pop("resistance")
    return End(_finite(worst), name, tuple(seeds), sooner)


def _settled(grid: Array, row: Array, limit: float) -> float:
    """As `settles_below`; NaN if the run ended before the highest pressure without it."""
    found = settles_below(grid, row, limit)
    return math.nan if math.isinf(found) and math.isnan(row[-1]) else found


def _largest_part(curves: Curves, seed: int, pressure_MPa: float) -> str:
    """What the resistance mainly consists of at a pressure."""
    known = np.flatnonzero(np.isfinite(curves.asr_ohm_cm2[seed]))
    if known.size == 0 or not curves.asr_parts_ohm_cm2:
        return "constriction"
    grid = curves.pressure_MPa
    at = known[-1] if math.isinf(pressure_MPa) else known[grid[known] <= pressure_MPa * 1.001][-1:]
    index = int(np.atleast_1d(at)[-1]) if np.size(at) else int(known[0])
    parts = curves.asr_parts_ohm_cm2
    return max(parts, key=lambda name: parts[name][seed, index])


def upper_end(
    curves: Curves, broken: dict[str, Array], targets: Targets, press_MPa: float | None = None
) -> End:
    """Up to which pressure nothing breaks, on any seed.

    Args:
        curves: All seeds over the pellet, for their grid.
        broken: Failure modes, of the interface (seeds, grid) and of the pellet (1, grid).
        targets: What is asked.
        press_MPa: What press and die may carry.
    """
    grid = curves.pressure_MPa
    count = len(curves.contact_fraction)
    modes = {
        name: np.array([reached_from_below(grid, row, targets.limit(name)) for row in rows])
        for name, rows in broken.items()
    }
    if press_MPa is not None:
        modes["press"] = np.array([press_MPa if press_MPa < grid[-1] else math.inf])
    first = {name: float(values.min()) for name, values in modes.items()}
    seeds = np.full(count, math.inf)
    for values in modes.values():
        seeds = np.minimum(seeds, values)
    seeds[np.isinf(seeds) & np.isnan(curves.contact_fraction[:, -1])] = math.nan
    mechanism = min(first, key=first.get) if first else ""
    pressure = _finite(first[mechanism]) if first else None
    sooner = {name: _finite(value) for name, value in first.items()}
    return End(pressure, mechanism if pressure is not None else "", tuple(seeds), sooner)


def find_window(
    curves: Curves, broken: dict[str, Array], targets: Targets, press_MPa: float | None = None
) -> Window:
    """The window of all seeds together.

    Args:
        curves: All seeds over the pellet.
        broken: Failure modes; see `upper_end`.
        targets: What is asked.
        press_MPa: What press and die may carry.
    """
    lower = lower_end(curves, targets)
    upper = upper_end(curves, broken, targets, press_MPa)
    top = float(curves.pressure_MPa[-1])
    end = top if upper.pressure_MPa is None else upper.pressure_MPa
    exists = lower.pressure_MPa is not None and lower.pressure_MPa < end
    return Window(lower, upper, top, exists, int(np.isfinite(curves.contact_fraction[:, -1]).sum()))


@dataclass(frozen=True)
class Band:
    """A quantity over the seeds, (grid,) each; NaN where no seed is known.

    Attributes:
        least: Smallest.
        median: Median.
        most: Largest.
        seeds: Seeds known.
    """

    least: Array
    median: Array
    most: Array
    seeds: NDArray[np.int64]


def band(rows: Array) -> Band:
    """Least, median and most over the seeds, (seeds, grid)."""
    known = np.isfinite(rows)
    count = known.sum(axis=0)
    some = count > 0
    found = [np.full(rows.shape[1], np.nan) for _ in range(3)]
    if some.any():
        chosen = rows[:, some]
        for out, measure in zip(found, (np.nanmin, np.nanmedian, np.nanmax), strict=True):
            out[some] = measure(chosen, axis=0)
    return Band(*found, count)


def worst_mode(broken: dict[str, Array], count: int) -> Array:
    """Largest failure probability over the modes that are probabilities, (seeds, grid).

    The modes describe the same flaws in different ways, so they do not add.
    """
    rows = [np.broadcast_to(r, (count, r.shape[1])) for n, r in broken.items() if n not in USES]
    if not rows:
        return np.full((count, next(iter(broken.values())).shape[1]) if broken else (0, 0), np.nan)
    stacked = np.stack(rows)
    return np.where(np.isfinite(stacked).all(axis=0), stacked.max(axis=0), np.nan)


def at_pressure(grid: Array, values: Array, pressure_MPa: float) -> float:
    """A value at a pressure, straight between grid points in log p; NaN outside."""
    nearest = int(np.argmin(np.abs(grid / pressure_MPa - 1)))
    if abs(grid[nearest] / pressure_MPa - 1) < SAME_PRESSURE:
        return float(values[nearest])
    if not grid[0] < pressure_MPa < grid[-1]:
        return math.nan
    return float(np.interp(math.log(pressure_MPa), np.log(grid), values))


def placed(window: Window, pressure_MPa: float) -> str:
    """How far a pressure lies inside or outside the window, as one sentence.

    Args:
        window: The answer.
        pressure_MPa: The pressure.
    """
    asked = f"{pressure_MPa:.4g} MPa"
    ends = window.range_MPa
    if ends is None:
        if window.upper.pressure_MPa is None:
            return f"{asked}: there is no window; nothing breaks up to {window.top_MPa:.3g} MPa."
        factor = pressure_MPa / window.upper.pressure_MPa
        side = f"{factor:.2g} times" if factor > 1 else f"a factor {1 / factor:.2g} below"
        return (
            f"{asked}: there is no window; it is {side} the {window.upper.pressure_MPa:.3g} MPa "
            "at which the failure target is reached."
        )
    low, high = ends
    if pressure_MPa < low:
        return (
            f"{asked} lies outside, a factor {low / pressure_MPa:.2g} below the lower end "
            f"({low - pressure_MPa:.3g} MPa too low)."
        )
    if pressure_MPa <= high * (1 + 1e-4):
        if window.upper.pressure_MPa is None:
            return (
                f"{asked} lies inside, a factor {pressure_MPa / low:.2g} above the lower end; "
                f"the upper end is not reached by {high:.3g} MPa."
            )
        return (
            f"{asked} lies inside: a factor {pressure_MPa / low:.2g} above the lower end, "
            f"{high - pressure_MPa:.3g} MPa (a factor {high / pressure_MPa:.2g}) below the upper."
        )
    if window.upper.pressure_MPa is None:
        return f"{asked} was not computed: the runs end at {high:.3g} MPa."
    return (
        f"{asked} lies outside, {pressure_MPa - high:.3g} MPa (a factor "
        f"{pressure_MPa / high:.2g}) above the upper end."
    )


def _largest(values: Sequence[float] | Array) -> float | None:
    known = [v for v in values if not math.isnan(v)]
    return max(known) if known else None


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
