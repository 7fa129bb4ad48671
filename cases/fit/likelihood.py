"""Least squares in logarithms, and how far each parameter can move before the fit suffers.

The 95 % interval of a parameter is where the sum of squares, minimised over all others, stays
below its minimum plus a threshold (profile likelihood): 3.84 where the scatter is given, and
the square of Student's t where it is taken from the fit itself. A direction in the space of
logarithms along which the sum hardly changes is one the measurements do not tell.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares
from scipy.stats import norm, t

from napress.cases.fit.measurements import Measurements
from napress.cases.fit.model import Model

Array = NDArray[np.float64]
ASSUMED_NOISE = 0.05
LEAST_NOISE = 1e-4
CONFIDENCE = 0.95
# A parameter is told if its interval closes and spans less than this factor.
TOLD_WITHIN = 10.0
_FIRST_STEP = 0.02
_TOLERANCE = 5e-3  # of the logarithm at the end of an interval


@dataclass(frozen=True)
class Interval:
    """What the measurements tell of one parameter.

    Attributes:
        value: Best value; arbitrary within the interval if not identified.
        low: Lower end at 95 %, or of the range searched.
        high: Upper end.
        closed: Whether both ends lie within the range.
    """

    value: float
    low: float
    high: float
    closed: bool

    @property
    def identified(self) -> bool:
        """Whether the interval closes within a factor of ten."""
        return self.closed and self.high / self.low < TOLD_WITHIN


@dataclass(frozen=True)
class Fitted:
    """A fit.

    Attributes:
        model: What was fitted.
        data: To what.
        logs: Best logarithms, (parameters,).
        noise: Relative standard deviation of a measurement.
        noise_from: ``given``, ``the fit`` or ``assumed``.
        threshold: Rise of the sum of squares within the intervals.
        intervals: By parameter.
        jacobian: Of the residuals at the best, (rows, parameters).
        region: Logarithms that still fit, (points, parameters), along all profiles.
    """

    model: Model
    data: Measurements
    logs: Array
    noise: float
    noise_from: str
    threshold: float
    intervals: dict[str, Interval]
    jacobian: Array
    region: Array = field(repr=False)

    @property
    def rms(self) -> float:
        """Root mean square of the relative differences that are left."""
        rows = self.model.residuals(self.logs, self.data, 1.0)[: self.data.count]
        return float(np.sqrt(np.mean(rows**2)))


def fit(model: Model, data: Measurements, noise: float | None = None) -> Fitted:
    """Fits a model.

    Args:
        model: With its free parameters.
        data: At least as many numbers, with the priors, as parameters.
        noise: Relative standard deviation of a measurement, if known.
    """
    used = ASSUMED_NOISE if noise is None else noise
    best = _best(model, data, used)
    free = len(model.names) - len(model.priors)
    freedom = data.count - free
    source, quantile = "given", float(norm.ppf(0.5 + CONFIDENCE / 2))
    if noise is None and freedom > 0:
        source, quantile = "the fit", float(t.ppf(0.5 + CONFIDENCE / 2, freedom))
        for _ in range(3):
            rows = model.residuals(best, data, 1.0)[: data.count]
            used = max(math.sqrt(float(rows @ rows) / freedom), LEAST_NOISE)
            best = _minimum(model, data, used, best)[0]
    elif noise is None:
        source = "assumed"
    threshold = quantile**2
    intervals, visited = {}, [best]
    for index, name in enumerate(model.names):
        intervals[name], points = _profile(model, data, used, best, index, threshold)
        visited += points
    return Fitted(
        model,
        data,
        best,
        used,
        source,
        threshold,
        intervals,
        _jacobian(lambda logs: model.residuals(logs, data, used), best),
        np.array(visited),
    )


def _best(model: Model, data: Measurements, noise: float) -> Array:
    """The lowest of the minima reached from a spread of starts."""
    low, high = model.bounds()
    found = []
    for start in _starts(model, data):
        found.append(_minimum(model, data, noise, np.clip(start, low + 1e-6, high - 1e-6)))
    return min(found, key=lambda one: one[1])[0]


def _starts(model: Model, data: Measurements) -> list[Array]:
    low, high = model.bounds()
    middle = dict(zip(model.names, 0.5 * (low + high), strict=True))
    middle |= {
        name: math.log(value)
        for name, value in {
            "film_exponent": 2.0,
            "film_spacing_um": 30.0,
            "film_thickness_nm": 10.0,
            "reopening_exponent": 1.0,
            "charge_transfer_ohm_cm2": max(0.3 * float(data.resistance.min()), 1e-3),
            "film_resistance_ohm_cm2": 3.0 * float(data.resistance.max()),
            "yield_strength_MPa": model.face.yield_MPa,
            "pellet_resistance_ohm": 0.8 * float(data.resistance.min()),
        }.items()
        if name in middle
    }
    middle |= {one.name: math.log(one.value) for one in model.priors}
    top = float(data.pressure_MPa.max())
    starts = []
    for over in (0.5, 3.0, 20.0):
        for exponent in (1.5, 3.0):
            start = dict(middle)
            if "film_pressure_MPa" in start:
                start["film_pressure_MPa"] = math.log(over * top)
            if "film_exponent" in start:
                start["film_exponent"] = math.log(exponent)
            starts.append(np.array([start[name] for name in model.names]))
    unique = {tuple(np.round(start, 9)): start for start in starts}
    return list(unique.values())


def _minimum(
    model: Model,
    data: Measurements,
    noise: float,
    start: Array,
    held: tuple[int, float] | None = None,
) -> tuple[Array, float]:
    """Logarithms of least squares and the sum there, with one of them held if asked."""
    low, high = model.bounds()
    free = np.ones(len(start), dtype=bool)
    logs = np.clip(start, low, high)
    if held is not None:
        free[held[0]], logs[held[0]] = False, held[1]
    if not free.any():
        rows = model.residuals(logs, data, noise)
        return logs, float(rows @ rows)

    def residuals(part: Array) -> Array:
        whole = logs.copy()
        whole[free] = part
        return model.residuals(whole, data, noise)

    start, low, high = logs[free], low[free], high[free]
    accuracy = {"xtol": 1e-8, "ftol": 1e-8, "gtol": 1e-8, "max_nfev": 100}
    jacobian = {"jac": lambda part: _jacobian(residuals, part)}
    # Quick, and mostly it ends within the range; else again with the range as bounds.
    solved = None
    if len(residuals(start)) >= len(start):
        with np.errstate(all="ignore"):
            try:
                solved = least_squares(residuals, start, method="lm", **jacobian, **accuracy)
            except ValueError:  # it went where nothing is finite
                solved = None
    if solved is None or (solved.x < low).any() or (solved.x > high).any():
        inner = np.clip(start, low + 1e-9, high - 1e-9)
        solved = least_squares(residuals, inner, bounds=(low, high), **jacobian, **accuracy)
    logs = logs.copy()
    logs[free] = solved.x
    return logs, 2 * float(solved.cost)


def _jacobian(residuals: Callable[[Array], Array], at: Array) -> Array:
    step = 1e-5
    columns = []
    for index in range(len(at)):
        moved = np.zeros(len(at))
        moved[index] = step
        columns.append((residuals(at + moved) - residuals(at - moved)) / (2 * step))
    return np.column_stack(columns)


def _profile(
    model: Model, data: Measurements, noise: float, best: Array, index: int, threshold: float
) -> tuple[Interval, list[Array]]:
    """The interval of one parameter, and points on the way that still fit."""
    low, high = (side[index] for side in model.bounds())
    base = model.residuals(best, data, noise)
    least = float(base @ base)
    ends, closed, visited = [], True, []
    for limit in (low, high):
        end, inside = _end(model, data, noise, best, index, least + threshold, limit, visited)
        ends.append(end)
        closed = closed and inside
    return Interval(*(math.exp(log) for log in (best[index], *ends)), closed), visited


def _end(
    model: Model,
    data: Measurements,
    noise: float,
    best: Array,
    index: int,
    allowed: float,
    limit: float,
    visited: list[Array],
) -> tuple[float, bool]:
    """How far a parameter goes one way, and whether it stops before the limit."""
    sign = math.copysign(1.0, limit - best[index])
    inside, at, step = best[index], best, _FIRST_STEP
    while True:
        outside = inside + sign * step
        if sign * (outside - limit) >= 0:
            outside = limit
        logs, total = _minimum(model, data, noise, at, (index, outside))
        if total > allowed:
            break
        visited.append(logs)
        inside, at = outside, logs
        if outside == limit:
            return limit, False
        step *= 2.0
    while abs(outside - inside) > max(_TOLERANCE, 1e-2 * abs(inside - best[index])):
        middle = 0.5 * (inside + outside)
        logs, total = _minimum(model, data, noise, at, (index, middle))
        if total > allowed:
            outside = middle
        else:
            visited.append(logs)
            inside, at = middle, logs
    return 0.5 * (inside + outside), True
