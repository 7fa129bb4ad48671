"""Flaws over the pressure history of a run, and where the model of their invasion ends.

The opening at a rough face is that of a flat one times a factor that follows from the
solved field, by way of the statistics of flaws. Windows use the same functions.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from napress.fem.snapshot import Array
from napress.postprocess.fracture.confinement import Confinement
from napress.postprocess.fracture.invasion import FlawInvasion
from napress.postprocess.fracture.scatter import FlawStatistics
from napress.postprocess.fracture.settings import FractureSettings
from napress.postprocess.invasion.edge_crack import FULL_FACTOR
from napress.postprocess.invasion.growth import Metal, after_level
from napress.postprocess.invasion.history import (
    STATES,
    Course,
    Held,
    Level,
    fates,
    states_of,
)
from napress.postprocess.theory.flaws import METRES_PER_UM
from napress.postprocess.wording import number

if TYPE_CHECKING:
    import pandas as pd

# Probabilities between which the statistics tell an opening from them.
LEAST_PROBABILITY, LARGEST_PROBABILITY = 1e-12, 0.995
# A flaw counts as much deeper than its aperture allows from here on, a pellet as thick.
DEEP_ENOUGH, THICK_ENOUGH = 5.0, 10.0
TABLE = np.geomspace(0.1, 1e5, 320)


def statistics_table(flaws: FlawStatistics) -> tuple[Array, Array]:
    """Even opening pressures, and the probability that a flaw runs under each."""
    return TABLE, np.array([flaws.probability(float(o)) for o in TABLE])


def opening_of(probability: Array, table: tuple[Array, Array]) -> Array:
    """Even opening pressures from probabilities; NaN where they tell nothing."""
    opening, chance = table
    rising = np.flatnonzero(np.diff(np.maximum.accumulate(chance), prepend=-1.0) > 0.0)
    known = (probability > LEAST_PROBABILITY) & (probability < LARGEST_PROBABILITY)
    logs = np.interp(
        np.log(np.maximum(probability, LEAST_PROBABILITY)),
        np.log(np.maximum(chance[rising], 1e-300)),
        np.log(opening[rising]),
    )
    return np.where(known, np.exp(logs), np.nan)


def at_least_opening(probability: Array, table: tuple[Array, Array]) -> Array:
    """The same of a probability that may be too small to tell: then the least that is told."""
    return opening_of(np.maximum(probability, 1.001 * LEAST_PROBABILITY), table)


def net_pressure(pressure_MPa: Array, lateral_MPa: Array) -> Array:
    """Pressure less lateral stress; NaN where the latter holds a flaw shut."""
    return np.where(pressure_MPa > lateral_MPa, pressure_MPa - lateral_MPa, np.nan)


def step_factors(
    pressure_MPa: Array, probability: Array, lateral_MPa: Array, table: tuple[Array, Array]
) -> Array:
    """Opening at a rough face over that of a flat one, step by step of a run.

    Args:
        pressure_MPa: Steps, in order, (steps,).
        probability: That a flaw under the whole pressure runs in the solved field, (steps,).
        lateral_MPa: Lateral stress of the confinement, (steps,).
        table: `statistics_table`.

    Returns:
        Factors; where a step tells none that of the step before stands in, at first 1.
    """
    factor = opening_of(probability, table) / net_pressure(pressure_MPa, lateral_MPa)
    told = np.maximum.accumulate(np.where(np.isfinite(factor), np.arange(len(factor)), -1))
    return np.where(told < 0, 1.0, factor[told])


def local_factor(
    pressure_MPa: Array,
    probability: Array,
    lateral_MPa: Array,
    table: tuple[Array, Array],
    at_MPa: Array,
    through: bool = False,
) -> Array:
    """The same at other pressures; ends stand in beyond the run.

    Args:
        pressure_MPa: Steps of the run, increasing, (steps,).
        probability: (steps,).
        lateral_MPa: (steps,).
        table: `statistics_table`.
        at_MPa: Where it is asked for.
        through: Whether it is the probability that nothing stops a flaw.
    """
    find = at_least_opening if through else opening_of
    factor = find(probability, table) / net_pressure(pressure_MPa, lateral_MPa)
    known = np.isfinite(factor)
    if not known.any():
        return np.ones(len(at_MPa))
    return np.interp(np.log(at_MPa), np.log(pressure_MPa[known]), factor[known])


def held_by(confinement: Confinement, factor: Callable[[Array], Array], far: bool = False) -> Held:
    """Lateral stress and net pressure at a face, for `napress.postprocess.invasion.history`.

    Args:
        confinement: What holds the pellet.
        factor: Opening at the face over that of a flat one, from pressures.
        far: Whether the lateral stress is that of the far face, the least with wall friction.
    """
    remembers = confinement.compact is not None

    def held(pressure: Array, largest: Array) -> tuple[Array, Array]:
        lateral = np.empty_like(pressure)
        for index, value in enumerate(pressure):
            one = confinement.after(float(largest[index])) if remembers else confinement
            find = one.far_lateral_MPa if far else one.lateral_MPa
            lateral[index] = find(float(value))
        return lateral, np.maximum(factor(pressure) * (pressure - lateral), 0.0)

    return held


class GrowingFlaw:
    """Depth of the median flaw, step by step of a run.

    Args:
        settings: What the assessment rests on.
    """

    def __init__(self, settings: FractureSettings) -> None:
        self._settings = settings
        metals = settings.invasion.metals() if settings.flow.timed else []
        self._metal = metals[0] if metals else None
        self._table: tuple[Array, Array] | None = None
        self._restart()

    def _restart(self) -> None:
        flaws = self._settings.flaws
        self._first = driving_MPa(flaws.toughness.median, flaws.depth.median)
        self._now, self._time_s, self._pressure, self._factor = self._first, 0.0, 0.0, 1.0

    def add(
        self, time_s: float, pressure_MPa: float, temperature_K: float, lateral_MPa: float,
        local_probability: float,
    ) -> float:  # fmt: skip
        """Depth in um after an accepted step; at most the thickness of the pellet."""
        settings, metal = self._settings, self._metal
        depth, seconds = settings.flaws.depth.median, time_s - self._time_s
        if metal is not None:
            if self._table is None:
                self._table = statistics_table(settings.flaws)
            found = step_factors(
                np.array([pressure_MPa]), np.array([local_probability]),
                np.array([lateral_MPa]), self._table,
            )  # fmt: skip
            known = LEAST_PROBABILITY < local_probability < LARGEST_PROBABILITY
            self._factor = float(found[0]) if known else self._factor
            if seconds > 0.0:
                mean = mean_pressure(self._pressure, pressure_MPa, metal.exponent)
                share = lateral_MPa / max(pressure_MPa, 1e-300)
                opening = self._factor * mean * (1.0 - share)
                if opening > 0.0:
                    spent = np.array(seconds * settings.quickness(temperature_K))
                    self._now = float(
                        after_level(metal, np.array(opening), share, np.array(self._now), spent)
                    )
            depth *= (self._first / self._now) ** 2
        self._time_s, self._pressure = time_s, pressure_MPa
        return float(min(depth, max(settings.invasion.thickness_um, settings.flaws.depth.median)))

    def restore(self, history: pd.DataFrame) -> None:
        """Counts the steps of a history again, before a run is resumed."""
        self._restart()
        names = ["time_s", "pressure_MPa", "temperature_K", "lateral_stress_MPa"]
        for row in history[[*names, "flaw_local_probability"]].itertuples(index=False):
            self.add(*(float(value) for value in row))


def driving_MPa(toughness_MPa_sqrt_m: float, depth_um: float) -> float:
    """K_IC / sqrt(pi a), the pressure that a flaw takes to be driven, less its factor."""
    return toughness_MPa_sqrt_m / math.sqrt(math.pi * METRES_PER_UM * depth_um)


def mean_pressure(before_MPa: float, after_MPa: float, exponent: float) -> float:
    """Pressure whose constant hold grows a flaw as much as a linear change: mean of p^(2n+1)."""
    high = max(before_MPa, after_MPa, 1e-300)
    low, power = max(min(before_MPa, after_MPa), 0.0) / high, 2.0 * exponent + 2.0
    if low > 1.0 - 1e-6:
        return 0.5 * (before_MPa + after_MPa)
    return high * ((1.0 - low**power) / (power * (1.0 - low))) ** (1.0 / (power - 1.0))


def course_of_run(
    history: pd.DataFrame, settings: FractureSettings, metal: Metal
) -> tuple[Course, Course, Array]:
    """What a run did to flaws, step by step: course at the surface, at depth, and barrier."""
    table = statistics_table(settings.flaws)
    columns = ("time_s", "pressure_MPa", "temperature_K", "lateral_stress_MPa")
    time, pressure, kelvin, lateral = (history[name].to_numpy(dtype=float) for name in columns)
    factor = step_factors(
        pressure, history["flaw_local_probability"].to_numpy(dtype=float), lateral, table
    )
    through = factor
    if "flaw_local_through_probability" in history:
        chance = history["flaw_local_through_probability"].to_numpy(dtype=float)
        opening = at_least_opening(chance, table)
        through = np.fmin(opening / net_pressure(pressure, lateral), factor)
    share = np.clip(lateral / np.maximum(pressure, 1e-300), 0.0, 1.0)
    largest = np.maximum.accumulate(pressure)
    seconds = np.diff(time, prepend=0.0) * np.array([settings.quickness(t) for t in kelvin])
    courses = []
    for far in (False, True):
        levels = []
        for step in range(len(pressure)):
            before = pressure[step - 1] if step else 0.0
            held = share[step]
            if far and settings.confinement.wall_friction and pressure[step] > 0.0:
                one = settings.confinement.after(float(largest[step]))
                held = one.far_lateral_MPa(float(pressure[step])) / pressure[step]
            mean = mean_pressure(before, pressure[step], metal.exponent)
            opening = np.array([factor[step] * mean * (1.0 - held)])
            levels.append(Level(opening, np.array([held]), np.array([[seconds[step]]])))
        last = np.array([factor[-1] * max(pressure[-1] * (1.0 - levels[-1].share[0]), 0.0)])
        quick = np.array([[settings.quickness(float(kelvin[-1]))]])
        end = Level(last, levels[-1].share, quick)
        spent = tuple(one for one in levels if one.seconds[0, 0] > 0.0 and one.opening_MPa[0] > 0)
        courses.append(Course(spent, end, (1, 1)))
    barrier = np.array([float(np.max(through * np.maximum(pressure - lateral, 0.0)))])
    return courses[0], courses[1], barrier


def run_in_time(history: pd.DataFrame, settings: FractureSettings) -> dict[str, Any]:
    """What the pressure history of a run came to, for ``summary.json``.

    Args:
        history: The run.
        settings: What its assessment rested on.

    Returns:
        State of the median flaw with its depth, probabilities over all flaws, a sentence;
        only a sentence where the run has no time or the metal no known creep.
    """
    metals = settings.invasion.metals()
    if not metals or "flaw_depth_um" not in history:
        return {"text": "Nothing is said about flaws in time: the creep of the metal is unknown."}
    if not float(history["time_s"].max()) > 0.0:
        return {
            "text": "Nothing is said about flaws in time: the program takes none. Durations of its "
            "entries give it some."
        }
    flaws, invasion = settings.flaws, settings.invasion
    deeper = invasion.thickness_um / flaws.depth.median
    median = driving_MPa(flaws.toughness.median, flaws.depth.median) / FULL_FACTOR
    names, starts, shorts = [], [], []
    for metal in metals:
        shallow, deep, barrier = course_of_run(history, settings, metal)
        index = int(states_of(metal, shallow, deep, barrier, deeper, median)[0, 0])
        names.append("no flaw starts" if index < 0 else STATES[index])
        found = fates(metal, shallow, deep, barrier, deeper, all_of_them=False)
        starts.append(flaws.probability(float(found.start_MPa[0, 0])))
        shorts.append(flaws.probability(float(found.short_MPa[0, 0])))
    depth = float(history["flaw_depth_um"].iloc[-1])
    said = " or ".join(dict.fromkeys(names))
    text = (
        f"Over the {number(float(history['time_s'].iloc[-1]))} s of the program a flaw of median "
        f"depth goes from {number(flaws.depth.median)} to {number(depth)} µm ({said}). A flaw "
        f"starts with a probability of {_span(starts)}, and gets through the "
        f"{number(invasion.thickness_um)} µm of the pellet with one of {_span(shorts)}"
    )
    text += ", over the range of the creep exponent." if len(metals) > 1 else "."
    return {
        "state": names[0],
        "median_depth_um": depth,
        "start_probability": starts[0],
        "short_probability": shorts[0],
        "short_probability_highest": max(shorts),
        "text": text,
    }


def _span(values: list[float]) -> str:
    low, high = number(min(values), 2), number(max(values), 2)
    return low if low == high else f"{low} to {high}"


@dataclass(frozen=True)
class Reach:
    """How well the model of invasion fits a flaw.

    Attributes:
        over_aperture: Depth over w E' / dp, the depth that its unloaded width governs.
        over_thickness: Thickness of the pellet over depth.
    """

    over_aperture: float
    over_thickness: float

    def warnings(self) -> list[str]:
        """Where the model does not apply, one sentence each."""
        found = []
        if self.over_aperture < DEEP_ENOUGH:
            found.append(
                "Metal in flaws: a flaw of median depth is only "
                f"{number(self.over_aperture, 2)} times as deep as its unloaded width governs "
                f"(fracture.slot_width_ratio; {DEEP_ENOUGH:g} are needed). Metal enters it more "
                "easily than the model of invasion says; the probabilities under the full "
                "pressure hold."
            )
        if self.over_thickness < THICK_ENOUGH:
            found.append(
                f"Metal in flaws: the pellet is only {number(self.over_thickness, 2)} times as "
                f"thick as a flaw of median depth is deep ({THICK_ENOUGH:g} are needed). Flaws are "
                "driven harder than in the half space of the model of invasion."
            )
        return found


def reach_of(
    flaws: FlawStatistics, invasion: FlawInvasion, width_ratio: float, opening_MPa: float
) -> Reach:
    """How well the model of invasion fits the median flaw under a net pressure."""
    depth = flaws.depth.median
    governed = width_ratio * depth * invasion.plane_young_MPa / max(opening_MPa, 1e-300)
    return Reach(depth / governed, invasion.thickness_um / depth)
