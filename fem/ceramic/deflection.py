"""Tensor-product cubic B-splines in which the ceramic's deflection is written.

The same basis carries the contact load to the ceramic and the deflection back,
which is what makes the coupling symmetric and conservative.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.interpolate import PPoly

Array = NDArray[np.float64]
DEGREE = 3


class DeflectionBasis:
    """Clamped cubic B-splines on a regular grid over ``[0, width]^(dimension-1)``.

    Attributes:
        size: Number of basis functions.
        width_um: Width of the cell.
        dimension: Dimension of the bodies.
    """

    def __init__(self, width_um: float, intervals: int, dimension: int) -> None:
        inner = np.linspace(0.0, width_um, intervals + 1)
        self._knots = np.r_[np.full(DEGREE, 0.0), inner, np.full(DEGREE, width_um)]
        self._line = intervals + DEGREE
        self.width_um = width_um
        self.dimension = dimension
        self.size = self._line ** (dimension - 1)
        # On each interval a function is a polynomial in the distance from its left end,
        # highest power first: (interval, power, function), and the same of the slopes.
        self._left = inner
        pieces = np.empty((intervals, DEGREE + 1, DEGREE + 1))
        for function, unit in enumerate(np.eye(self._line)):
            # Its first DEGREE pieces and its last belong to the intervals of no length.
            spline = PPoly.from_spline((self._knots, unit, DEGREE)).c[:, DEGREE:-DEGREE]
            for interval in range(max(0, function - DEGREE), min(intervals, function + 1)):
                pieces[interval, :, function - interval] = spline[:, interval]
        powers = np.arange(DEGREE, 0, -1)[:, None]
        self._pieces = (pieces, pieces[:, :-1] * powers)

    def values(self, points: Array) -> sparse.csr_array:
        """Basis functions at lateral points, (n, dimension-1) to (n, size)."""
        return self._product(points, None)

    def gradients(self, points: Array) -> list[sparse.csr_array]:
        """Their derivatives by each lateral coordinate, a list of (n, size)."""
        return [self._product(points, axis) for axis in range(self.dimension - 1)]

    def _product(self, points: Array, derivative_axis: int | None) -> sparse.csr_array:
        count = len(points)
        values, columns = np.ones((count, 1)), np.zeros((count, 1), dtype=np.int32)
        for axis in range(self.dimension - 1):
            first, along = self._on_line(points[:, axis], axis == derivative_axis)
            own = first[:, None] + np.arange(DEGREE + 1, dtype=np.int32)
            values = (values[:, :, None] * along[:, None]).reshape(count, -1)
            columns = (columns[:, :, None] * self._line + own[:, None]).reshape(count, -1)
        starts = np.arange(0, values.size + 1, values.shape[1], dtype=np.int32)
        return sparse.csr_array((values.ravel(), columns.ravel(), starts), shape=(count, self.size))

    def _on_line(self, coordinate: Array, derivative: bool) -> tuple[NDArray[np.int32], Array]:
        """First function that is not nothing at each place, (n,), and the values, (n, 4)."""
        inside = np.clip(coordinate, 0.0, self.width_um)
        intervals = len(self._left) - 1
        interval = np.minimum(
            (inside * (intervals / self.width_um)).astype(np.int32), intervals - 1
        )
        along = (inside - self._left[interval])[:, None]
        pieces = self._pieces[derivative][interval]
        values = pieces[:, 0]
        for power in range(1, pieces.shape[1]):
            values = values * along + pieces[:, power]
        return interval, values
