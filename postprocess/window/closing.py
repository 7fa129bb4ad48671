"""How a longer hold closes more: from runs that were held, scaled beyond them.

The first surface is pressed once more in steps, each held for a time, and again for a
longer one. What they close more than the run of the window, at each pressure, is carried
over to the other surfaces; between the two times it is interpolated in logarithms.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from napress.fem.snapshot import Array
from napress.postprocess.invasion.growth import Metal
from napress.postprocess.window.curves import Curves

# What is left of voids and resistance below this counts as gone.
LEAST = 1e-6


@dataclass(frozen=True)
class Held:
    """A run of the first surface whose pressures were each held for a time.

    Attributes:
        time_s: How long.
        curves: Over the pellet; their first row.
    """

    time_s: float
    curves: Curves


@dataclass(frozen=True)
class Closing:
    """Voids and resistances over pressure and time.

    Attributes:
        times_s: Of the runs that were held, increasing, (runs,).
        void_logs: Logarithm of their void over that of the first run, (runs, grid).
        asr_logs: The same of the resistance.
        exponent: Norton's n, by which it is scaled beyond; None: time does nothing.
        at_once: Pressure without time that closes as much as 1 MPa held for a second by
            creep alone; None where runs are there or the case presses in time.
        program_s: Time of the program, where that creeps and no other runs are there.
        timed: Whether the runs of the window creep themselves.
        text: Where it comes from.
    """

    times_s: Array
    void_logs: Array
    asr_logs: Array
    exponent: float | None
    at_once: float | None
    program_s: float | None
    timed: bool
    text: str

    def factors(self, hold_s: Array) -> tuple[Array, Array]:
        """Factor on the pressure and weight of each run at holds: (holds,), (holds, runs)."""
        weights = np.zeros((len(hold_s), len(self.times_s)))
        if self.exponent is None:
            return np.ones(len(hold_s)), weights
        power = 1.0 / self.exponent
        if len(self.times_s) == 0:
            if self.program_s is not None:
                return (hold_s / self.program_s) ** power, weights
            return np.maximum(self.at_once * hold_s**power, 1.0), weights
        inside = np.clip(hold_s, self.times_s[0], self.times_s[-1])
        for run in range(len(self.times_s)):
            unit = np.eye(len(self.times_s))[run]
            weights[:, run] = np.interp(np.log(inside), np.log(self.times_s), unit)
        return (hold_s / inside) ** power, weights

    def values(
        self, curves: Curves, seed: int, pressure_MPa: Array, hold_s: Array
    ) -> tuple[Array, Array]:
        """Void left in percent and resistance of a run, (holds, pressures) each.

        Args:
            curves: All runs over the pellet.
            seed: Which.
            pressure_MPa: Mean pressures.
            hold_s: Holds.
        """
        grid = curves.pressure_MPa
        factor, weights = self.factors(hold_s)
        equal = pressure_MPa[None, :] * factor[:, None]
        found = []
        for rows, logs in (
            (curves.void_left_percent, self.void_logs),
            (curves.asr_ohm_cm2, self.asr_logs),
        ):
            value = _values(grid, rows[seed], equal)
            if len(self.times_s):
                at = np.log(equal)
                gain = [np.interp(at, np.log(grid), log) for log in logs]
                value = value * np.exp(np.einsum("tr,rtp->tp", weights, np.array(gain)))
            if len(self.times_s) and not self.timed:
                # Less time than the shortest run does not close less than none at all.
                now = _values(grid, rows[seed], np.broadcast_to(pressure_MPa, equal.shape))
                value = np.where(np.isfinite(now), np.fmin(value, now), value)
            found.append(value)
        return found[0], found[1]


def closing(
    curves: Curves,
    at_once: Curves | None,
    held: list[Held],
    yield_MPa: float,
    metal: Metal | None,
    program_s: float | None,
) -> Closing:
    """How closing gains by time.

    Args:
        curves: All runs over the pellet.
        at_once: The first surface as the held runs have it, pressed as in the window.
        held: Runs of the first surface that were held, shortest first.
        yield_MPa: Of the sodium of the case.
        metal: Its creep; None if unknown.
        program_s: Time of the program, if the case creeps in it.
    """
    grid = curves.pressure_MPa
    none = (np.zeros(0), np.zeros((0, len(grid))), np.zeros((0, len(grid))))
    if metal is None:
        return Closing(*none, None, None, None, False, "not known: the metal has no creep law")
    n = metal.exponent
    if held and at_once is not None:
        void, asr = (
            np.array([_logs(grid, at_once, one.curves, name) for one in held])
            for name in ("void_left_percent", "asr_ohm_cm2")
        )
        times = np.array([one.time_s for one in held])
        said = " and ".join(f"{time:g} s" for time in times)
        text = (
            f"computed at {said} (the first surface on half the elements, every pressure held), "
            "interpolated between, scaled by Norton's law beyond"
        )
        return Closing(times, void, asr, n, None, None, bool(program_s), text)
    if program_s:
        text = f"scaled from the {program_s:g} s of the program by Norton's law"
        return Closing(*none, n, None, program_s, True, text)
    flow = metal.prefactor ** (-1.0 / n)
    text = "scaled: creep softens below the yield stress of the case"
    return Closing(*none, n, yield_MPa / flow, None, False, text)


def _logs(grid: Array, first: Curves, held: Curves, name: str) -> Array:
    """Logarithm of what was held over what was not, on the grid; ends stand in beyond."""
    at = np.log(grid)
    rows, inside = [], np.ones(len(grid), dtype=bool)
    for one in (held, first):
        pressure, values = one.pressure_MPa, getattr(one, name)[0]
        known = np.isfinite(values)
        if not known.any():
            return np.zeros(len(grid))
        logs = np.log(np.maximum(values[known], LEAST))
        rows.append(np.interp(at, np.log(pressure[known]), logs))
        ends = pressure[known][[0, -1]]
        inside &= (grid >= ends[0] * (1 - 1e-9)) & (grid <= ends[1] * (1 + 1e-9))
    if not inside.any():
        return np.zeros(len(grid))
    # What closes more than it can be told does not close less when held.
    return np.interp(at, at[inside], np.minimum(rows[0] - rows[1], 0.0)[inside])


def _values(grid: Array, row: Array, pressure: Array) -> Array:
    known = np.isfinite(row)
    if not known.any():
        return np.full(pressure.shape, math.nan)
    first = grid[known][0]
    values = np.interp(np.log(pressure), np.log(grid[known]), row[known])
    return np.where(pressure < first * (1 - 1e-9), math.nan, values)
