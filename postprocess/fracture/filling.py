"""How sodium flows into a flaw: at once by yielding, in time by creep.

With the front at depth L, Norton's law gives L^n dL/dt in proportion to A(T) p^n (see
:func:`napress.postprocess.theory.flaws.slot_reach_creep_um`), so that the depth reached
depends on the integral of A p^n over time alone: the creep strain of a bar under the
pressure. It is kept as its logarithm, since p^n overflows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from napress.fem.inputs.constants import ROOM_TEMPERATURE_K
from napress.fem.inputs.materials import CreepLaw
from napress.postprocess.theory import flaws as closed

if TYPE_CHECKING:
    import pandas as pd

# Relative difference of two pressures below which their mean stands for both.
SAME_PRESSURE = 1e-6


@dataclass(frozen=True)
class SlotFlow:
    """How sodium flows into a flaw.

    Attributes:
        width_ratio: Width of a flaw over its depth.
        yield_MPa: Yield stress of sodium in the flaw.
        hold_s: Time under pressure, where the load program has no time.
        creep: Creep of sodium in the flaw; None if unknown.
        temperature_K: Temperature, where the load program has none.
        timed: Whether time, pressure and temperature are those of the load program.
        notes: Where ``[fracture]`` says something else than the program, a sentence each.
    """

    width_ratio: float
    yield_MPa: float
    hold_s: float
    creep: CreepLaw | None = None
    temperature_K: float = ROOM_TEMPERATURE_K
    timed: bool = False
    notes: tuple[str, ...] = ()

    def held(self, pressure_MPa: float) -> float:
        """Logarithm of the creep strain under a constant pressure over the hold time."""
        return self.step(pressure_MPa, pressure_MPa, self.hold_s, self.temperature_K)

    def step(
        self, before_MPa: float, after_MPa: float, seconds: float, temperature_K: float
    ) -> float:
        """Logarithm of the creep strain in a time in which the pressure goes linearly."""
        high, low = max(before_MPa, after_MPa), max(min(before_MPa, after_MPa), 0.0)
        if self.creep is None or seconds <= 0.0 or high <= 0.0:
            return -math.inf
        n, ratio = self.creep.exponent, low / high
        if ratio > 1.0 - SAME_PRESSURE:
            mean = n * math.log(0.5 * (low + high))
        else:
            mean = n * math.log(high) + math.log1p(-(ratio ** (n + 1.0)))
            mean -= math.log((n + 1.0) * (1.0 - ratio))
        return mean + math.log(self.creep.rate_at(temperature_K)) + math.log(seconds)

    def reach_um(
        self, pressure_MPa: float, depth_um: float, crept: float | None = None
    ) -> tuple[float, float]:
        """Depths sodium is pushed to by yielding and by creep, in a slot like the flaw.

        Args:
            pressure_MPa: At the mouth.
            depth_um: Of the flaw.
            crept: Logarithm of the creep strain; that of the hold time if not given.
        """
        pressure = max(pressure_MPa, 0.0)
        width = self.width_ratio * depth_um
        pushed = closed.slot_reach_yield_um(pressure, width, self.yield_MPa)
        crept = self.held(pressure) if crept is None else crept
        if self.creep is None or crept == -math.inf:
            return pushed, 0.0
        return pushed, closed.slot_reach_of_strain_um(width, crept, self.creep.exponent)

    def filling(self, pressure_MPa: float, depth_um: float, crept: float | None = None) -> float:
        """Share of the pressure at the mouth that opens the flaw, 0 to 1.

        A flaw that creep fills within the time ends up under the whole pressure; else
        the pressure falls linearly to zero at the larger of the two reaches. Arguments as
        for :meth:`reach_um`.
        """
        pushed, reached = self.reach_um(pressure_MPa, depth_um, crept)
        if reached >= depth_um:
            return 1.0
        return closed.partly_filled_factor(max(pushed, reached) / depth_um)


class CreepClock:
    """Creep strain in flaws since first touch, step by step of a run in time.

    Args:
        flow: How sodium flows.
    """

    def __init__(self, flow: SlotFlow) -> None:
        self._flow = flow
        self._restart()

    def _restart(self) -> None:
        self._crept, self._time_s, self._pressure_MPa = -math.inf, 0.0, 0.0

    def add(self, time_s: float, pressure_MPa: float, temperature_K: float) -> float | None:
        """The logarithm of the strain after an accepted step; None where no time counts."""
        if not self._flow.timed:
            return None
        seconds = time_s - self._time_s
        more = self._flow.step(self._pressure_MPa, pressure_MPa, seconds, temperature_K)
        self._crept = float(np.logaddexp(self._crept, more))
        self._time_s, self._pressure_MPa = time_s, pressure_MPa
        return self._crept

    def restore(self, history: pd.DataFrame) -> None:
        """Counts the steps of a history again, before a run is resumed."""
        self._restart()
        names = ("time_s", "pressure_MPa", "temperature_K")
        for row in history[list(names)].itertuples(index=False):
            self.add(*(float(value) for value in row))
