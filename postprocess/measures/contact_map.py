"""Where the metal touches, at any lateral point, from its sampled contact surface."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import LinearNDInterpolator, NearestNDInterpolator

from napress.fem.snapshot import Array, InterfaceSnapshot
from napress.postprocess.measures.interface import CONTACT_GAP_UM

Touching = Callable[[Array], NDArray[np.bool_]]


def touching_by_gap(
    interface: InterfaceSnapshot, contact_gap_um: float = CONTACT_GAP_UM
) -> Touching:
    """Contact wherever the gap, linear between sample points, is at most a tolerance.

    The same criterion as the contact fraction; where it ends between two points is
    interpolated.

    Args:
        interface: Contact surface.
        contact_gap_um: Gap up to which a point counts as in contact.

    Returns:
        From lateral points (n, dim-1) in µm to whether they touch, (n,).
    """
    return _below_zero(interface, interface.gap_um - contact_gap_um)


def touching_by_pressure(interface: InterfaceSnapshot) -> Touching:
    """Contact on the area of the sample points that carry contact pressure.

    In 2-D each point stands for its own stretch of the interface, so that the area in
    contact is exactly that of the points; in 3-D contact ends half way between points.
    """
    pressed = interface.pressure_MPa > 0
    if interface.position_um.shape[-1] != 2:
        return _below_zero(interface, np.where(pressed, -1.0, 1.0))
    order = np.argsort(interface.position_um[..., 0].ravel(), kind="stable")
    area, carries = interface.area_um.ravel()[order], pressed.ravel()[order]
    ends = float(interface.position_um[..., 0].min()) - 0.5 * area[0] + np.cumsum(area)
    return lambda points: carries[np.minimum(np.searchsorted(ends, points[:, 0]), len(carries) - 1)]


def interpolated(interface: InterfaceSnapshot, values: Array) -> Callable[[Array], Array]:
    """Values of the sample points between them, linear; outside them the nearest.

    Args:
        interface: Contact surface.
        values: At its points, (facets, points).

    Returns:
        From lateral points (n, dim-1) in µm to values, (n,).
    """
    dimension = interface.position_um.shape[-1]
    lateral = interface.position_um[..., :-1].reshape(-1, dimension - 1)
    values = np.asarray(values, dtype=float).ravel()
    if dimension == 2:
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


def _below_zero(interface: InterfaceSnapshot, level: Array) -> Touching:
    at = interpolated(interface, level)
    return lambda points: at(points) <= 0
