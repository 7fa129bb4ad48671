"""Tensor-product cubic B-splines in which the ceramic's deflection is written.

The same basis carries the contact load to the ceramic and the deflection back,
which is what makes the coupling symmetric and conservative.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Array = NDArray[np.float64]
DEGREE = 3
FUNCTIONS = np.arange(DEGREE + 1)  # as many are not nothing at a place


class DeflectionBasis:
    """Clamped cubic B-splines on a regular grid over a cell, a line or a rectangle.

    Attributes:
        size: Number of basis functions.
        widths_um: Width of the cell by lateral direction.
        intervals: Spline intervals by lateral direction.
    """

    def __init__(self, widths_um: tuple[float, ...], intervals: tuple[int, ...]) -> None:
        self.widths_um = widths_um
        self.intervals = intervals
        self.size = math.prod(count + DEGREE for count in intervals)
        self._lines = [_Line(*line) for line in zip(widths_um, intervals, strict=True)]

    def values(self, points: Array) -> BasisAtPoints:
        """Basis functions at lateral points, (n, dimension-1)."""
        return self.values_and_gradients(points)[0]

    def values_and_gradients(self, points: Array) -> tuple[BasisAtPoints, list[BasisAtPoints]]:
        """Basis functions at lateral points, and their derivatives by each coordinate."""
        lines = [line.at(points[:, axis]) for axis, line in enumerate(self._lines)]
        places = lines[0].functions
        for line, found in zip(self._lines[1:], lines[1:], strict=True):
            places = _pairs(places[:, :, None] * line.size + found.functions[:, None])
        bases = []
        for derivative_axis in (None, *range(len(lines))):
            factors = [
                line.slopes if axis == derivative_axis else line.values
                for axis, line in enumerate(lines)
            ]
            weights = factors[0]
            for factor in factors[1:]:
                weights = _pairs(weights[:, :, None] * factor[:, None])
            bases.append(BasisAtPoints(places, weights, self.size))
        return bases[0], bases[1:]


@dataclass(frozen=True)
class BasisAtPoints:
    """The basis functions, or derivatives of them, that are not nothing at some points.

    A matrix of as many rows as points with the same number of entries in each: as plain
    arrays it is made, applied and transposed in a third of the time of a sparse one.

    Attributes:
        places: Which functions, (n, functions).
        weights: Their values, (n, functions).
        size: Functions of the basis.
    """

    places: NDArray[np.int64]
    weights: Array
    size: int

    def __matmul__(self, coefficients: Array) -> Array:
        """The field with these coefficients, (size,), at the points, (n,)."""
        return np.einsum("nf,nf->n", self.weights, coefficients[self.places])

    def tested(self, force: Array) -> Array:
        """Point forces, (n,), tested with the functions: the transpose, (size,)."""
        parts = (self.weights * force[:, None]).ravel()
        return np.bincount(self.places.ravel(), parts, self.size)

    def matrix(self) -> sparse.csr_array:
        """The same as a sparse matrix, (n, size)."""
        starts = np.arange(0, self.places.size + 1, self.places.shape[1])
        entries = (self.weights.ravel(), self.places.ravel(), starts)
        return sparse.csr_array(entries, shape=(len(self.places), self.size))


class _Line:
    """The splines of one direction."""

    def __init__(self, width_um: float, intervals: int) -> None:
        from scipy.interpolate import PPoly

        self.size = intervals + DEGREE
        self._width_um, self._intervals = width_um, intervals
        # On each interval a function is a polynomial in the distance from its left end,
        # highest power first: (interval, power, function), and the same of the slopes.
        self._left = np.linspace(0.0, width_um, intervals + 1)
        knots = np.r_[np.full(DEGREE, 0.0), self._left, np.full(DEGREE, width_um)]
        pieces = np.empty((intervals, DEGREE + 1, DEGREE + 1))
        for function, unit in enumerate(np.eye(self.size)):
            # Its first DEGREE pieces and its last belong to the intervals of no length.
            spline = PPoly.from_spline((knots, unit, DEGREE)).c[:, DEGREE:-DEGREE]
            for interval in range(max(0, function - DEGREE), min(intervals, function + 1)):
                pieces[interval, :, function - interval] = spline[:, interval]
        powers = np.arange(DEGREE, 0, -1)[:, None]
        self._pieces = (pieces, pieces[:, :-1] * powers)

    def at(self, coordinate: Array) -> _LineAtPoints:
        """The splines that are not nothing at each place, (n,)."""
        inside = np.clip(coordinate, 0.0, self._width_um)
        interval = (inside * (self._intervals / self._width_um)).astype(np.int64)
        np.minimum(interval, self._intervals - 1, out=interval)
        along = (inside - self._left[interval])[:, None]
        found = []
        for polynomials in self._pieces:
            pieces = polynomials[interval]
            values = pieces[:, 0]
            for power in range(1, pieces.shape[1]):
                values = values * along + pieces[:, power]
            found.append(values)
        return _LineAtPoints(interval[:, None] + FUNCTIONS, *found)


@dataclass(frozen=True)
class _LineAtPoints:
    """Numbers, values and slopes of the splines of a line at places, (n, 4) each."""

    functions: NDArray[np.int64]
    values: Array
    slopes: Array


def _pairs(values: NDArray) -> NDArray:
    """Pairs of two lines in one row, (n, a, b) to (n, a * b), also where there is no point."""
    return values.reshape(len(values), values.shape[1] * values.shape[2])
