"""Tensor-product cubic B-splines in which the ceramic's deflection is written.

The same basis carries the contact load to the ceramic and the deflection back,
which is what makes the coupling symmetric and conservative.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.interpolate import PPoly

Array = NDArray[np.float64]
DEGREE = 3


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

    def values(self, points: Array) -> sparse.csr_array:
        """Basis functions at lateral points, (n, dimension-1) to (n, size)."""
        return self._product(points, None)

    def gradients(self, points: Array) -> list[sparse.csr_array]:
        """Their derivatives by each lateral coordinate, a list of (n, size)."""
        return [self._product(points, axis) for axis in range(len(self._lines))]

    def _product(self, points: Array, derivative_axis: int | None) -> sparse.csr_array:
        count = len(points)
        values, columns = np.ones((count, 1)), np.zeros((count, 1), dtype=np.int32)
        for axis, line in enumerate(self._lines):
            first, along = line.at(points[:, axis], axis == derivative_axis)
            own = first[:, None] + np.arange(DEGREE + 1, dtype=np.int32)
            values = (values[:, :, None] * along[:, None]).reshape(count, -1)
            columns = (columns[:, :, None] * line.size + own[:, None]).reshape(count, -1)
        starts = np.arange(0, values.size + 1, values.shape[1], dtype=np.int32)
        return sparse.csr_array((values.ravel(), columns.ravel(), starts), shape=(count, self.size))


class _Line:
    """The splines of one direction."""

    def __init__(self, width_um: float, intervals: int) -> None:
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

    def at(self, coordinate: Array, derivative: bool) -> tuple[NDArray[np.int32], Array]:
        """First function that is not nothing at each place, (n,), and the values, (n, 4)."""
        inside = np.clip(coordinate, 0.0, self._width_um)
        last = self._intervals - 1
        interval = (inside * (self._intervals / self._width_um)).astype(np.int32)
        interval = np.minimum(interval, last)
        along = (inside - self._left[interval])[:, None]
        pieces = self._pieces[derivative][interval]
        values = pieces[:, 0]
        for power in range(1, pieces.shape[1]):
            values = values * along + pieces[:, power]
        return interval, values
