"""Where the metal touches, at any lateral point, from sample points of its surface."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from napress.fem.conduction.edge_refinement import Touching

Array = NDArray[np.float64]


def touching_points(lateral: Array, touches: NDArray[np.bool_], area: Array) -> Touching:
    """Contact on the area of the sample points that touch.

    In 2-D each point stands for its own stretch of the interface, so that the area in
    contact is exactly that of the points; in 3-D contact ends half way between points.

    Args:
        lateral: Lateral places of the points, (n, dim-1), µm.
        touches: Whether each touches, (n,).
        area: Area each stands for, (n,), µm^(dim-1).

    Returns:
        From lateral points (n, dim-1) in µm to whether they touch, (n,).
    """
    if lateral.shape[1] != 1:
        return touching_below_zero(lateral, np.where(touches, -1.0, 1.0))
    order = np.argsort(lateral[:, 0], kind="stable")
    area, touches = area[order], touches[order]
    ends = float(lateral.min()) - 0.5 * area[0] + np.cumsum(area)
    last = len(touches) - 1
    return lambda points: touches[np.minimum(np.searchsorted(ends, points[:, 0]), last)]


def touching_below_zero(lateral: Array, level: Array) -> Touching:
    """Contact where a level, linear between sample points, is not above zero.

    Args:
        lateral: Lateral places of the points, (n, dim-1), µm.
        level: At the points, (n,).

    Returns:
        From lateral points (n, dim-1) in µm to whether they touch, (n,).
    """
    at = between_points(lateral, level)
    return lambda points: at(points) <= 0


def between_points(lateral: Array, values: Array) -> Callable[[Array], Array]:
    """Values of sample points between them, linear; outside them the nearest.

    Args:
        lateral: Lateral places of the points, (n, dim-1), µm.
        values: At the points, (n,).

    Returns:
        From lateral points (m, dim-1) in µm to values, (m,).
    """
    from scipy.interpolate import LinearNDInterpolator, NearestNDInterpolator

    if lateral.shape[1] == 1:
        order = np.argsort(lateral[:, 0], kind="stable")
        x, values = lateral[order, 0], values[order]
        return lambda points: np.interp(points[:, 0], x, values)
    inside, nearest = (
        LinearNDInterpolator(lateral, values),
        NearestNDInterpolator(lateral, values),
    )

    def at(points: Array) -> Array:
        found = inside(points)
        # Sample points lie inside the cell, so its rim is outside their hull.
        outside = np.isnan(found)
        found[outside] = nearest(points[outside])
        return found

    return at
