"""Metal creeps after a growing flaw: finite volumes, with an elastic solution of their own.

Nothing here comes from `napress.postprocess.invasion`. The crack is cut into equal cells of
constant opening; the stress that one opens against at another is that of edge dislocations
below a free surface (Head 1953, textbook). Metal is balanced cell by cell,
d(w h)/dt = q_left - q_right, with q = B (-dp/dx)^n w^(n+2) / [2^(n+1) (n+2)] through the
faces, full cells up to a front within a cell. In every step the tip goes on by one cell, and
the time it takes is what keeps K at the toughness. Units: first depth, dp, E' and B = 1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from napress.cases.verification.rows import CheckNotDone
from napress.fem.snapshot import Array

# K under even pressure over sqrt(pi a): textbook.
EVEN = 1.12152
MOST_STEPS, CLOSE_ENOUGH = 60, 1e-10


@dataclass(frozen=True)
class Followed:
    """A flaw that grew.

    Attributes:
        depth: At every step, first depth 1, (steps,).
        time: At the same, (steps,).
    """

    depth: Array
    time: Array

    def between(self, first: float, last: float) -> float:
        """Time from one depth to another."""
        logs = np.log(self.depth)
        one, two = (float(np.interp(math.log(d), logs, self.time)) for d in (first, last))
        return two - one


def influence(cells: int, size: float) -> Array:
    """Pressure that opens cells against each other, per opening, (cells, cells).

    A dislocation at depth e closes a depth x with
    [1/(x-e) - 1/(x+e) - 2e/(x+e)^2 + 4e^2/(x+e)^3] / (4 pi); one at the surface with nothing.
    """
    middle = size * (np.arange(cells) + 0.5)[:, None]
    edge = size * np.arange(1, cells + 1)[None, :]
    total = middle + edge
    one = 1.0 / (middle - edge) - 1.0 / total - 2.0 * edge / total**2 + 4.0 * edge**2 / total**3
    before = np.hstack([np.zeros((cells, 1)), one[:, :-1]])
    return (before - one) / (4.0 * math.pi)


class _Cells:
    """A crack of some cells: openings from pressures, and K from the last opening."""

    def __init__(self, cells: int, size: float) -> None:
        self.opening = np.linalg.inv(influence(cells, size))
        whole = self.opening @ np.ones(cells)
        # The opening of the last cell goes with K: measured against that under even pressure.
        scale = EVEN * math.sqrt(math.pi * cells * size) / whole[-1]
        self.intensity = scale * self.opening[-1]


def follow(
    exponent: float, factor: float, deepest: float, cells: int, filled: float = 0.9
) -> Followed:
    """Lets a flaw that is free to widen grow from depth 1.

    Args:
        exponent: Norton's n.
        factor: K_IC / (dp sqrt(pi a)) at depth 1.
        deepest: Depth to end at.
        cells: Of depth 1.
        filled: Metal at the beginning over what drives the flaw; soon forgotten.

    Raises:
        CheckNotDone: If a step does not converge.
    """
    size, toughness = 1.0 / cells, factor * math.sqrt(math.pi)
    drag = 2.0 ** (exponent + 1.0) * (exponent + 2.0)
    crack, full = _Cells(cells, size), 2
    while True:
        pressure = 1.0 - ((np.arange(full) + 0.5) / full) ** 1.5
        if crack.intensity[:full] @ pressure >= toughness or full == cells - 1:
            break
        full += 1
    # Less metal than drives it, so that the first step takes time.
    metal = np.zeros(cells + 1)
    metal[:full] = filled * size * (crack.opening[:full, :full] @ pressure)
    time, log_dt, share = 0.0, math.log(0.05), 0.5
    depths, times = [1.0], [0.0]
    for tip in range(cells + 1, int(round(deepest * cells)) + 1):
        crack = _Cells(tip, size)
        metal = np.concatenate([metal, np.zeros(tip + 1 - len(metal))])
        pressure, log_dt, flux = _step(
            crack, pressure, log_dt, metal, size, share, toughness, exponent, drag
        )
        time += math.exp(log_dt)
        opening = crack.opening[:, :full] @ pressure
        metal[:full] = size * opening[:full]
        metal[full] += math.exp(log_dt) * flux
        # A full cell hands on what is too much.
        while metal[full] >= size * opening[full]:
            more = metal[full] - size * opening[full]
            metal[full] -= more
            metal[full + 1] += more
            pressure = np.append(pressure, 0.5 * pressure[-1] * share)
            full += 1
        share = float(metal[full] / (size * opening[full]))
        depths.append(tip * size)
        times.append(time)
    return Followed(np.array(depths), np.array(times))


def _step(
    crack: _Cells,
    pressure: Array,
    log_dt: float,
    metal: Array,
    size: float,
    share: float,
    toughness: float,
    exponent: float,
    drag: float,
) -> tuple[Array, float, float]:
    """Pressures of the full cells, ln of the time, and what flows into the cell of the front."""
    full = len(pressure)
    opening, intensity = crack.opening[: full + 1, :full], crack.intensity[:full]
    # Falls of pressure over the faces, and lengths of cell before and behind each.
    fall, given = np.zeros((full + 1, full)), np.zeros(full + 1)
    fall[np.arange(full), np.arange(full)] -= 1.0
    fall[np.arange(1, full + 1), np.arange(full)] += 1.0
    given[0] = 1.0
    before, behind = np.full(full + 1, 0.5 * size), np.full(full + 1, 0.5 * size)
    before[0], behind[-1] = 0.0, share * size
    power = (exponent + 2.0) / exponent
    left = np.vstack([opening[:1], opening[:-1]])

    def evaluate(p: Array, log: float) -> tuple | None:
        drop, width, wide = given + fall @ p, left @ p, opening @ p
        if drop.min() <= 0.0 or min(width.min(), wide.min()) <= 0.0:
            return None
        # Two lengths of slot in a row: their drags add at the same flux.
        hold = before * width**-power + behind * wide**-power
        flux = (drop / hold) ** exponent / drag
        balance = size * wide[:-1] - metal[:full] - math.exp(log) * (flux[:-1] - flux[1:])
        return np.append(balance / size, intensity @ p - toughness), drop, hold, flux, width, wide

    found = evaluate(pressure, log_dt)
    for _ in range(MOST_STEPS):
        if found is None:
            break
        residual, drop, hold, flux, width, wide = found
        if np.abs(residual).max() < CLOSE_ENOUGH:
            return pressure, log_dt, float(flux[-1])
        eased = (before * width ** (-power - 1.0))[:, None] * left
        eased += (behind * wide ** (-power - 1.0))[:, None] * opening
        change = exponent * flux[:, None] * (fall / drop[:, None] + power * eased / hold[:, None])
        jacobian = np.zeros((full + 1, full + 1))
        dt = math.exp(log_dt)
        jacobian[:full, :full] = opening[:-1] - dt / size * (change[:-1] - change[1:])
        jacobian[:full, -1] = -dt / size * (flux[:-1] - flux[1:])
        jacobian[-1, :full] = intensity
        move, part, trial = np.linalg.solve(jacobian, -residual), 1.0, None
        part = min(1.0, 2.0 / max(abs(move[-1]), 1e-30))
        while part > 1e-6 and trial is None:
            p, log = pressure + part * move[:-1], log_dt + part * move[-1]
            trial = evaluate(p, log)
            if trial is not None and np.abs(trial[0]).max() > 3.0 * np.abs(residual).max():
                trial = None
            if trial is None:
                part *= 0.5
            else:
                pressure, log_dt = p, log
        found = trial
    raise CheckNotDone(f"slot flow in finite volumes: no step with {full} full cells")
