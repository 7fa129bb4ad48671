"""Tables of the invaded crack: made by ``python -m napress.postprocess.invasion``, looked up fast.

Two tables over lambda = lateral stress over pressure. The plastic one gives front and
stress intensity against c = dp^2 / (2 k E'), between c* (below it the metal stays out)
and c_full (the front is at the tip), and one curve for every flaw that is filled. The
creep one gives the growth rate R against F = K_IC / (dp sqrt(pi depth)).
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from napress.fem.snapshot import Array
from napress.postprocess.invasion.edge_crack import FULL_FACTOR, EdgeCrack, edge_crack
from napress.postprocess.invasion.march import growth_rates
from napress.postprocess.invasion.state import InvadedCrack, NotSolved, invaded_crack

if TYPE_CHECKING:
    from scipy.interpolate import PchipInterpolator

FILE = "tables.json"
LATERAL = (0.0, 1e-3, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
RATE_LATERAL = (0.0, 0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8)
EXPONENTS = (3.0, 4.0, 5.0, 6.0, 7.0, 9.0)
# Spacings in the middle where growth is followed, the second half of the first: the error of
# ln R goes with them and is taken away (Richardson); 5 % at the first.
RATE_SPACINGS = (0.015, 0.0075)
# Below this share of F_full the metal stands where nodes are graded alike on both: the finer.
EXTRAPOLATED_FROM = 0.05
# Share of the way from c* to c_full; net pressure at the tip of a filled flaw.
WAY = np.linspace(0.0, 1.0, 41) ** 1.5
TIP = 1.0 - np.geomspace(4.5, 1e-3, 60)
# F over that of a flaw under the whole pressure.
SHARES = np.concatenate([np.geomspace(1e-4, 0.1, 13), np.linspace(0.15, 0.95, 17), [0.98, 1.0]])
LEAST_FRONT = 2e-5


def lateral_scale(share: ArrayLike) -> Array:
    """1 / (1 - ln lambda): thresholds fall with the logarithm of the lateral stress."""
    share = np.clip(np.asarray(share, dtype=float), 0.0, 1.0)
    with np.errstate(divide="ignore"):
        return 1.0 / (1.0 - np.log(share))


def net_end(share: float) -> float:
    """Net pressure beyond the metal over that at the mouth."""
    return -share / (1.0 - share)


def states(crack: EdgeCrack, share: float) -> tuple[list[InvadedCrack], list[InvadedCrack]]:
    """Partly filled states, from the tip inwards until K is 0, and filled ones.

    Args:
        crack: The crack.
        share: Lateral stress over pressure.
    """
    filled, end = [], net_end(share)
    for tip in [*TIP[::-1][TIP[::-1] > end + 1e-3], end]:
        guess = filled[-1] if filled else None
        try:
            filled.append(invaded_crack(crack, crack.elements, float(tip), guess=guess))
        except NotSolved:
            # The tip shuts while the metal still reaches it.
            return filled[-2:], filled
        if filled[-1].factor <= 0.0:
            return filled[-2:], filled
    part, node = [filled[-1]], crack.elements
    while part[-1].factor > 0.0 and crack.nodes[node] > LEAST_FRONT:
        node -= 1
        try:
            part.append(invaded_crack(crack, node, end, guess=part[-1]))
        except NotSolved:
            break
    return part, filled


def _threshold(part: list[InvadedCrack]) -> tuple[float, float]:
    """Drag and front at which K is 0, straight in K between the last two states."""
    one, two = part[-2], part[-1]
    if two.front <= 2.0 * LEAST_FRONT:
        # No lateral stress: the front comes out of the mouth, K is never below 0.
        return two.drag, two.front
    if two.factor > 0.0:
        # Metal at the tip when it shuts: F goes as (1 - c*/c)^0.43.
        powers = [s.factor ** (1.0 / 0.43) for s in (one, two)]
        return two.drag + powers[1] / (powers[0] - powers[1]) * (two.drag - one.drag), two.front
    share = one.factor / (one.factor - two.factor)
    return tuple(a + share * (b - a) for a, b in ((one.drag, two.drag), (one.front, two.front)))


def make(crack: EdgeCrack | None = None) -> dict:
    """Computes both tables; minutes, most of them for the growth rates."""
    from scipy.interpolate import PchipInterpolator

    crack = edge_crack() if crack is None else crack
    rows = []
    for share in LATERAL:
        part, _ = states(crack, share)
        drag, front = _threshold(part)
        low = 0.0 if share == 0.0 else 1.0 / drag
        inner = [s for s in part if s.factor > 0.0][::-1]
        load = np.array([low, *(s.load for s in inner)])
        square = np.array([0.0, *(s.factor**2 for s in inner)])
        reach = np.array([0.0 if share == 0.0 else front, *(s.front for s in inner)])
        # Close to the tip c hardly moves: keep what rises.
        kept = np.flatnonzero(np.diff(np.maximum.accumulate(load), prepend=-1.0) > 1e-9)
        load, square, reach = load[kept], square[kept], reach[kept]
        way = low + (load[-1] - low) * WAY
        rows.append(
            {
                "lateral_share": share,
                "threshold": low,
                "full": float(load[-1]),
                "factor": _round(np.sqrt(np.maximum(PchipInterpolator(load, square)(way), 0.0))),
                "front": _round(PchipInterpolator(load, reach)(way)),
            }
        )
    # The longest filled curve; its end is within a thousandth of the highest threshold.
    _, filled = states(crack, LATERAL[-1])
    curve = {
        "load": _round([s.load for s in filled][::-1]),
        "factor": _round([s.factor for s in filled][::-1]),
        "tip": _round([s.end for s in filled][::-1]),
    }
    rates = [[_extrapolated(share, n) for share in RATE_LATERAL] for n in EXPONENTS]
    return {
        "about": "Invaded edge crack; made by python -m napress.postprocess.invasion",
        "plastic": rows,
        "filled": curve,
        "exponents": list(EXPONENTS),
        "rate_lateral_shares": list(RATE_LATERAL),
        "shares": _round(SHARES),
        "log_rate": rates,
    }


def _extrapolated(share: float, exponent: float) -> list[float]:
    coarse, fine = (
        np.array(_rates(edge_crack(largest=spacing), share, exponent)) for spacing in RATE_SPACINGS
    )
    return _round(np.where(SHARES < EXTRAPOLATED_FROM, fine, 2.0 * fine - coarse))


def _rates(crack: EdgeCrack, share: float, exponent: float) -> list[float]:
    """The logarithm ln R - n ln(1 - F/F_full) at the shares of F_full; finite up to the end."""
    from scipy.interpolate import PchipInterpolator

    factor, rate = growth_rates(crack, share, exponent, LEAST_FRONT)
    at, value = factor[::-1] / float(crack.intensity.sum()), np.log(rate[::-1])
    value -= exponent * np.log(1.0 - at)
    # With lateral stress R tends to a value as F falls to 0; without it R grows on.
    x = SHARES if share > 0.0 else np.log(SHARES)
    if share > 0.0:
        at = np.concatenate([[0.0], at])
        value = np.concatenate([[np.log(rate[-1])], value])
    else:
        at = np.log(at)
    return _round(PchipInterpolator(at, value)(np.clip(x, at[0], at[-1])))


def _round(values: ArrayLike) -> list[float]:
    return [float(f"{value:.6g}") for value in np.asarray(values, dtype=float)]


def write(path: Path, tables: dict) -> None:
    """Writes tables as JSON, one row of numbers a line."""
    text = json.dumps(tables, indent=1)
    lines: list[str] = []
    for line in text.splitlines():
        # Numbers of one list on one line.
        number = line.strip().rstrip(",").replace("]", "").lstrip("-")[:1].isdigit()
        closes = line.strip().startswith("]")
        if lines and (number and not line.strip().startswith('"')):
            lines[-1] += line.strip()
        elif lines and closes and lines[-1][-1].isdigit():
            lines[-1] += line.strip()
        else:
            lines.append(line)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


@dataclass(frozen=True)
class InvasionTables:
    """What was computed once, interpolated.

    Attributes:
        scale: `lateral_scale` of the rows, (rows,).
        threshold: c*, (rows,).
        full: c_full, (rows,).
        factor: F on the way from c* to c_full, (rows, ways).
        front: Front over depth there, (rows, ways).
        filled: c, F and net pressure at the tip of filled flaws, (3, states).
        rate_scale: `lateral_scale` of the rows of `rates`.
        rates: ln R less its end, (exponents, rows, shares); see `log_rate`.
    """

    scale: Array
    threshold: Array
    full: Array
    factor: Array
    front: Array
    filled: Array
    rate_scale: Array
    rates: Array

    @classmethod
    def of(cls, data: dict) -> InvasionTables:
        """Tables from the content of their file."""
        rows = data["plastic"]
        scale = lateral_scale([row["lateral_share"] for row in rows])
        return cls(
            scale,
            *(np.array([row[name] for row in rows]) for name in ("threshold", "full")),
            *(np.array([row[name] for row in rows]) for name in ("factor", "front")),
            np.array([data["filled"][name] for name in ("load", "factor", "tip")]),
            lateral_scale(data["rate_lateral_shares"]),
            np.array(data["log_rate"]),
        )

    def thresholds(self, share: ArrayLike) -> tuple[Array, Array]:
        """c* and c_full at shares of lateral stress over pressure."""
        at = np.clip(lateral_scale(share), self.scale[0], self.scale[-1])
        return tuple(curve(at) for curve in self._bounds)

    @functools.cached_property
    def _bounds(self) -> tuple[PchipInterpolator, PchipInterpolator]:
        """c* and c_full over `scale`."""
        from scipy.interpolate import PchipInterpolator

        return tuple(PchipInterpolator(self.scale, v) for v in (self.threshold, self.full))

    @functools.cached_property
    def _filled_curves(self) -> tuple[PchipInterpolator, PchipInterpolator]:
        """F and net pressure at the tip over c of filled flaws."""
        from scipy.interpolate import PchipInterpolator

        return tuple(PchipInterpolator(self.filled[0], v) for v in self.filled[1:])

    def intensity(self, load: ArrayLike, share: ArrayLike) -> Array:
        """F = K_I / (dp sqrt(pi depth)) of a rigid-plastic metal.

        Args:
            load: c = dp^2 / (2 k E'), at least 0.
            share: Lateral stress over pressure, 0 to 1.
        """
        inside, at, filled, load = self._place(load, share)
        part = np.sqrt(_between(self.factor**2, *at))
        full = self._filled_curves[0](np.clip(load, *self.filled[0, [0, -1]]))
        # Beyond the table 1 - F/F_full falls as 1 / c.
        over = np.maximum(load / self.filled[0, -1], 1.0)
        full = np.where(over > 1.0, FULL_FACTOR - (FULL_FACTOR - self.filled[1, -1]) / over, full)
        return np.where(filled, full, np.where(inside, part, 0.0))

    def reach(self, load: ArrayLike, share: ArrayLike) -> Array:
        """Front of the metal over the depth of the flaw, 0 to 1."""
        inside, at, filled, _ = self._place(load, share)
        return np.where(filled, 1.0, np.where(inside, _between(self.front, *at), 0.0))

    def tip_pressure(self, load: ArrayLike, share: ArrayLike) -> Array:
        """Pressure of the metal at the tip over that at the mouth."""
        _, _, filled, load = self._place(load, share)
        share = np.clip(np.asarray(share, dtype=float), 0.0, 1.0)
        over = np.maximum(load / self.filled[0, -1], 1.0)
        inside = np.clip(load, *self.filled[0, [0, -1]])
        net = 1.0 - (1.0 - self._filled_curves[1](inside)) / over
        return np.where(filled, np.maximum(net * (1.0 - share) + share, 0.0), 0.0)

    def _place(self, load: ArrayLike, share: ArrayLike) -> tuple:
        load, share = np.broadcast_arrays(
            np.asarray(load, dtype=float), np.asarray(share, dtype=float)
        )
        low, full = self.thresholds(share)
        way = np.clip((load - low) / np.maximum(full - low, 1e-9), 0.0, 1.0)
        at = _index(lateral_scale(share), self.scale), _index(way, WAY)
        return load > low, at, load >= full, load

    def log_rate(self, factor: ArrayLike, share: ArrayLike, exponent: float) -> Array:
        """Logarithm of R of a creeping metal; minus infinity where the flaw cannot grow.

        Args:
            factor: F = K_IC / (dp sqrt(pi depth)), above 0.
            share: Lateral stress over pressure, 0 to 1.
            exponent: Norton's n; beyond 3 to 9 the nearest of them.
        """
        factor, share = np.broadcast_arrays(
            np.asarray(factor, dtype=float), np.asarray(share, dtype=float)
        )
        part = np.clip(factor / FULL_FACTOR, SHARES[0], 1.0)
        known = _index(exponent, EXPONENTS)
        first = min(int(known), len(EXPONENTS) - 2)
        rates = self.rates[first] + (known - first) * (self.rates[first + 1] - self.rates[first])
        at = _index(lateral_scale(share), self.rate_scale), _index(part, SHARES)
        with np.errstate(divide="ignore"):
            return _between(rates, *at) + exponent * np.log1p(-part)


def _index(value: ArrayLike, knots: ArrayLike) -> Array:
    """Where values lie among knots, 0 to their number less 1; beyond them the nearest."""
    return np.interp(value, knots, np.arange(len(knots), dtype=float))


def _between(table: Array, row: Array, column: Array) -> Array:
    """Values of a table between its rows and columns, linear in both indices."""
    top, left = (
        np.clip(index.astype(int), 0, size - 2)
        for index, size in zip((row, column), table.shape, strict=True)
    )
    down, right = row - top, column - left
    above, below = (
        table[one, left] * (1.0 - right) + table[one, left + 1] * right for one in (top, top + 1)
    )
    return above + down * (below - above)


@functools.cache
def invasion_tables() -> InvasionTables:
    """The shipped tables."""
    source = resources.files("napress.postprocess.invasion").joinpath(FILE)
    return InvasionTables.of(json.loads(source.read_text(encoding="utf-8")))
