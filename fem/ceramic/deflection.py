"""Tensor-product cubic B-splines in which the ceramic's deflection is written.

The same basis carries the contact load to the ceramic and the deflection back,
which is what makes the coupling symmetric and conservative.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.interpolate import BSpline

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
        # Basis functions of one degree less, and the map to the derivatives.
        self._lower_knots = self._knots[1:-1]
        spans = self._knots[DEGREE + 1 : -1] - self._knots[1 : -1 - DEGREE]
        slope = DEGREE / spans
        rows = np.arange(self._line - 1)
        self._differentiate = sparse.csr_array(
            (np.r_[slope, -slope], (np.r_[rows, rows], np.r_[rows + 1, rows])),
            shape=(self._line - 1, self._line),
        )

    def values(self, points: Array) -> sparse.csr_array:
        """Basis functions at lateral points, (n, dimension-1) to (n, size)."""
        return self._product(points, None)

    def gradients(self, points: Array) -> list[sparse.csr_array]:
        """Their derivatives by each lateral coordinate, a list of (n, size)."""
        return [self._product(points, axis) for axis in range(self.dimension - 1)]

    def _product(self, points: Array, derivative_axis: int | None) -> sparse.csr_array:
        factors = [
            self._line_matrix(points[:, axis], axis == derivative_axis)
            for axis in range(self.dimension - 1)
        ]
        result = factors[0]
        for factor in factors[1:]:
            result = _row_kronecker(result, factor)
        return result

    def _line_matrix(self, coordinate: Array, derivative: bool) -> sparse.csr_array:
        inside = np.clip(coordinate, 0.0, self.width_um)
        if not derivative:
            return BSpline.design_matrix(inside, self._knots, DEGREE).tocsr()
        lower = BSpline.design_matrix(inside, self._lower_knots, DEGREE - 1)
        return (lower @ self._differentiate).tocsr()


def _row_kronecker(first: sparse.csr_array, second: sparse.csr_array) -> sparse.csr_array:
    """Row by row Kronecker product of two matrices with as many rows."""
    size = second.shape[1]
    expand = sparse.kron(first, np.ones((1, size)), format="csr")
    tile = sparse.kron(np.ones((1, first.shape[1])), second, format="csr")
    return expand.multiply(tile).tocsr()
