"""Maps that meet mirror walls without a kink: products of cosines along both sides.

Every term has no slope across the walls at 0 and at the width, so the cell and its
mirror images make one smooth surface; a periodic map would fold there.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from napress.meshes.surface_components import Array, Evaluation

# points evaluated at once, so that the cosines of many terms fit into memory
_CHUNK = 8192


def cosine_map(coefficients: Array, widths_um: Array) -> Callable[[Array], Evaluation]:
    """The sum of ``c[m, n] cos(pi m x / width_x) cos(pi n y / width_y)``.

    Args:
        coefficients: c, (orders along x, orders along y), µm.
        widths_um: Both widths of the cell.

    Returns:
        From points (n, 2) in µm to height, gradient and Hessian, as `Shape` has them.
    """
    wavenumbers = [
        math.pi / width * np.arange(count)
        for width, count in zip(widths_um, coefficients.shape, strict=True)
    ]

    def piece(points: Array) -> Evaluation:
        waves = [_line(points[:, axis], wavenumber) for axis, wavenumber in enumerate(wavenumbers)]
        # by derivative along x: the remaining factors of the sum over y
        rows = [wave @ coefficients for wave in waves[0]]
        along_y = waves[1]
        first = np.column_stack(
            [(rows[1] * along_y[0]).sum(axis=1), (rows[0] * along_y[1]).sum(axis=1)]
        )
        second = np.empty((len(points), 2, 2))
        second[:, 0, 0] = (rows[2] * along_y[0]).sum(axis=1)
        second[:, 1, 1] = (rows[0] * along_y[2]).sum(axis=1)
        second[:, 0, 1] = second[:, 1, 0] = (rows[1] * along_y[1]).sum(axis=1)
        return (rows[0] * along_y[0]).sum(axis=1), first, second

    def evaluate(points: Array) -> Evaluation:
        starts = range(0, max(len(points), 1), _CHUNK)
        pieces = [piece(points[start : start + _CHUNK]) for start in starts]
        height, gradient, hessian = (np.concatenate(part) for part in zip(*pieces, strict=True))
        return height, gradient, hessian

    return evaluate


def map_orders(shape: tuple[int, int], widths_um: Array) -> Array:
    """Wavenumber of each term over 2 pi, (orders along x, orders along y), 1/µm."""
    lines = [np.arange(count) / (2 * width) for count, width in zip(shape, widths_um, strict=True)]
    return np.hypot(lines[0][:, None], lines[1][None, :])


def _line(x: Array, wavenumber: Array) -> tuple[Array, Array, Array]:
    """Cosines of one direction with their first and second derivatives, each (n, orders)."""
    angle = np.outer(x, wavenumber)
    cosine = np.cos(angle)
    return cosine, -np.sin(angle) * wavenumber, -cosine * wavenumber**2
