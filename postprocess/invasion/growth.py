"""How fast metal drives a flaw through the pellet, and what pressure a hold survives.

A flaw whose stress intensity stays at the toughness grows as its metal creeps after
it:  d ln(a)/dt = r R(F, lambda, n),  F = K_IC / (dp sqrt(pi a)),
r = B dp^(2n+1) / E'^(n+1); nothing grows while F is at or above 1.1215. At constant
pressure depth enters through F alone, d ln a = -2 d ln F, so that the time between two
depths is a difference of one function,  r t = 2 [P(F_before) - P(F_after)],
P(F) = ∫ d ln F / R. A load program is a chain of such pieces. Time goes as pressure to
the power -(2n+1): pressure is the sharp quantity, time the blurred one.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from napress.fem.snapshot import Array
from napress.postprocess.invasion.edge_crack import FULL_FACTOR
from napress.postprocess.invasion.tables import invasion_tables

METRES_PER_UM = 1e-6
LEAST_FACTOR, POINTS = 1e-4 * FULL_FACTOR, 400
LARGEST_FACTOR = FULL_FACTOR * (1.0 - 1e-6)


@dataclass(frozen=True)
class Metal:
    """A metal that creeps, and the ceramic it parts.

    Attributes:
        prefactor: Norton's A at the temperature of pressing, 1/s per MPa^n.
        exponent: Norton's n, 3 to 9.
        plane_young_MPa: E / (1 - nu^2) of the ceramic.
    """

    prefactor: float
    exponent: float
    plane_young_MPa: float

    def log_unit_rate(self, opening_MPa: ArrayLike) -> Array:
        """Logarithm of r = B dp^(2n+1) / E'^(n+1) in 1/s, B = sqrt(3)^(n+1) A."""
        n = self.exponent
        shear = math.log(self.prefactor) + 0.5 * (n + 1.0) * math.log(3.0)
        opening = np.maximum(np.asarray(opening_MPa, dtype=float), 1e-12)
        log = (2.0 * n + 1.0) * np.log(opening) - (n + 1.0) * math.log(self.plane_young_MPa)
        return shear + log

    def unit_time_s(self, opening_MPa: float) -> float:
        """1/r, the time that R divides."""
        return float(np.exp(-self.log_unit_rate(opening_MPa)))


@dataclass(frozen=True)
class Piece:
    """A time at one pressure.

    Attributes:
        opening_MPa: dp, pressure less lateral stress.
        lateral_share: Lateral stress over pressure.
        time_s: How long.
    """

    opening_MPa: float
    lateral_share: float
    time_s: float


@functools.lru_cache(maxsize=512)
def _progress(lateral_share: float, exponent: float) -> tuple[Array, Array]:
    """Logarithm of F, and P(F) = ∫ d ln F / R from the smallest F on."""
    # Dense towards the F at which growth ends.
    away = np.geomspace(1e-6, 0.5, POINTS // 2)
    low = np.geomspace(LEAST_FACTOR, 0.5 * FULL_FACTOR, POINTS // 2, endpoint=False)
    factor = np.concatenate([low, FULL_FACTOR * (1.0 - away[::-1])])
    log = np.log(factor)
    slow = np.exp(-invasion_tables().log_rate(factor, lateral_share, exponent))
    done = np.concatenate([[0.0], np.cumsum(0.5 * (slow[1:] + slow[:-1]) * np.diff(log))])
    return log, done


def _rounded(share: float) -> float:
    return round(min(max(share, 0.0), 1.0), 3)


def factor_of(toughness: ArrayLike, opening_MPa: float, depth_um: ArrayLike) -> Array:
    """F = K_IC / (dp sqrt(pi a)); toughness in MPa sqrt(m)."""
    root = np.sqrt(math.pi * METRES_PER_UM * np.asarray(depth_um, dtype=float))
    return np.asarray(toughness, dtype=float) / (opening_MPa * root)


def time_between_s(
    metal: Metal,
    opening_MPa: float,
    lateral_share: float,
    toughness: ArrayLike,
    from_um: ArrayLike,
    to_um: ArrayLike,
) -> Array:
    """Time in which a flaw grows from one depth to another at constant pressure.

    The first filling of the flaw, 0.2 to 0.5 of 1/(r R), comes on top.

    Args:
        metal: Metal and ceramic.
        opening_MPa: dp.
        lateral_share: lambda.
        toughness: K_IC in MPa sqrt(m).
        from_um: Depth of the flaw.
        to_um: Depth at the end.

    Returns:
        Seconds; infinite if the flaw does not grow.
    """
    if not opening_MPa > 0.0:
        return np.full(np.broadcast(toughness, from_um, to_um).shape, math.inf)
    log, done = _progress(_rounded(lateral_share), metal.exponent)
    before = factor_of(toughness, opening_MPa, from_um)
    after = factor_of(toughness, opening_MPa, to_um)
    spent = 2.0 * (_at(log, done, before) - _at(log, done, after))
    rate = metal.log_unit_rate(opening_MPa)
    with np.errstate(over="ignore", divide="ignore"):
        time = np.exp(np.log(np.maximum(spent, 1e-300)) - rate)
    return np.where(before >= LARGEST_FACTOR, math.inf, np.where(spent > 0, time, 0.0))


def _at(log: Array, done: Array, factor: Array) -> Array:
    """P(F); below the table R counts as constant."""
    x = np.log(np.maximum(factor, 1e-30))
    slope = (done[1] - done[0]) / (log[1] - log[0])
    return np.where(x < log[0], (x - log[0]) * slope, np.interp(x, log, done))


def depth_needed_um(
    metal: Metal, pieces: Sequence[Piece], toughness: ArrayLike, end_um: ArrayLike
) -> Array:
    """Depth of the flaw that just reaches a depth at the end of a history.

    Found backwards in time: from the depth at the end to the one it began with.

    Args:
        metal: Metal and ceramic.
        pieces: The history, in order.
        toughness: K_IC in MPa sqrt(m), any shape.
        end_um: Depth at the end, of the same shape or one number.

    Returns:
        Depths in um; deeper flaws go further.
    """
    toughness = np.asarray(toughness, dtype=float)
    depth = np.broadcast_to(np.asarray(end_um, dtype=float), toughness.shape).copy()
    for piece in reversed(pieces):
        if piece.opening_MPa <= 0.0 or piece.time_s <= 0.0:
            continue
        log, done = _progress(_rounded(piece.lateral_share), metal.exponent)
        factor = factor_of(toughness, piece.opening_MPa, depth)
        growing = factor < LARGEST_FACTOR
        with np.errstate(over="ignore"):
            spent = 0.5 * np.exp(metal.log_unit_rate(piece.opening_MPa)) * piece.time_s
        target = _at(log, done, factor) + spent
        back = np.interp(target, done, log)
        low = log[0] + target * (log[1] - log[0]) / (done[1] - done[0])
        before = np.exp(np.where(target < 0.0, low, back))
        depth = np.where(growing, depth * (factor / before) ** 2, depth)
    return depth


def depth_after_um(
    metal: Metal, pieces: Sequence[Piece], toughness: ArrayLike, start_um: ArrayLike
) -> Array:
    """Depth of a flaw at the end of a history, forwards in time; at most 1e9 um."""
    toughness, depth = np.broadcast_arrays(
        np.asarray(toughness, dtype=float), np.asarray(start_um, dtype=float)
    )
    depth = depth.copy()
    for piece in pieces:
        if piece.opening_MPa <= 0.0 or piece.time_s <= 0.0:
            continue
        log, done = _progress(_rounded(piece.lateral_share), metal.exponent)
        factor = factor_of(toughness, piece.opening_MPa, depth)
        growing = factor < LARGEST_FACTOR
        with np.errstate(over="ignore"):
            spent = 0.5 * np.exp(metal.log_unit_rate(piece.opening_MPa)) * piece.time_s
        target = _at(log, done, factor) - spent
        low = log[0] + np.maximum(target, -1e6) * (log[1] - log[0]) / (done[1] - done[0])
        after = np.exp(np.where(target < 0.0, low, np.interp(target, done, log)))
        with np.errstate(over="ignore", divide="ignore"):
            grown = np.minimum(depth * (factor / after) ** 2, 1e9)
        depth = np.where(growing, grown, depth)
    return depth


def after_level(
    metal: Metal, opening_MPa: Array, lateral_share: float, driving_MPa: Array, seconds: Array
) -> Array:
    """K_IC / sqrt(pi a) of flaws after a time at one pressure, from that before it.

    Args:
        metal: Metal and ceramic.
        opening_MPa: dp, above 0; broadcasts to the flaws.
        lateral_share: lambda.
        driving_MPa: K_IC / sqrt(pi a) before, any shape.
        seconds: Times, broadcast to the flaws.
    """
    log, done = _progress(_rounded(lateral_share), metal.exponent)
    factor = driving_MPa / opening_MPa
    with np.errstate(over="ignore"):
        spent = 0.5 * np.exp(metal.log_unit_rate(opening_MPa)) * seconds
    target = _at(log, done, factor) - spent
    slope = (done[1] - done[0]) / (log[1] - log[0])
    low = np.maximum(log[0] + np.maximum(target, -1e6) / slope, log[0] - 200.0)
    after = np.exp(np.where(target < 0.0, low, np.interp(target, done, log)))
    return np.where(
        factor < LARGEST_FACTOR, np.minimum(opening_MPa * after, driving_MPa), driving_MPa
    )


def growth_function(
    metal: Metal, opening_MPa: float, lateral_share: float, deeper: float, time_s: Array
) -> Array:
    """Largest F = K_IC / (dp sqrt(pi a)) at which a flaw gets so much deeper in a time.

    Args:
        metal: Metal and ceramic.
        opening_MPa: dp, above 0.
        lateral_share: lambda.
        deeper: Depth at the end over that at the start, above 1.
        time_s: Times, (times,).

    Returns:
        F, (times,); 0 where no flaw grows that fast.
    """
    log, done = _progress(_rounded(lateral_share), metal.exponent)
    needed = 2.0 * (done - _at(log, done, np.exp(log) / math.sqrt(deeper)))
    needed = np.maximum.accumulate(needed)
    with np.errstate(over="ignore"):
        spent = np.exp(metal.log_unit_rate(opening_MPa)) * time_s
    factor = np.exp(np.interp(spent, needed, log))
    return np.where(spent < needed[0], 0.0, factor)


def survived_MPa(
    metal: Metal,
    lateral_share: float,
    toughness: float,
    from_um: float,
    to_um: float,
    time_s: float,
) -> float:
    """Pressure at which a flaw needs exactly a time from one depth to another (bisection).

    Args:
        metal: Metal and ceramic.
        lateral_share: lambda, below 1.
        toughness: K_IC in MPa sqrt(m).
        from_um: Depth of the flaw.
        to_um: Depth at the end.
        time_s: The hold.

    Returns:
        The mouth's pressure in MPa; infinite if no pressure up to 1e5 MPa does it.
    """
    if lateral_share >= 1.0:
        return math.inf
    low, high = 1e-3, 1e5
    for _ in range(60):
        middle = math.sqrt(low * high)
        opening = middle * (1.0 - lateral_share)
        time = time_between_s(metal, opening, lateral_share, toughness, from_um, to_um)
        low, high = (middle, high) if float(time) > time_s else (low, middle)
    return math.inf if high >= 1e5 else math.sqrt(low * high)
