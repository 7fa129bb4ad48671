"""Where the metal touches, at any lateral point, from its sampled contact surface."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import LinearNDInterpolator, NearestNDInterpolator

from napress.fem.snapshot import Array, InterfaceSnapshot
from napress.postprocess.measures import CONTACT_GAP_UM

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
    """Contact wherever there is contact pressure; it ends half way between two points."""
    return _below_zero(interface, np.where(interface.pressure_MPa > 0, -1.0, 1.0))


def _below_zero(interface: InterfaceSnapshot, level: Array) -> Touching:
    dimension = interface.position_um.shape[-1]
    lateral = interface.position_um[..., :-1].reshape(-1, dimension - 1)
    values = np.asarray(level, dtype=float).ravel()
    if dimension == 2:
        order = np.argsort(lateral[:, 0], kind="stable")
        x, values = lateral[order, 0], values[order]
        return lambda points: np.interp(points[:, 0], x, values) <= 0
    inside, nearest = (
        LinearNDInterpolator(lateral, values),
        NearestNDInterpolator(lateral, values),
    )

    def touching(points: Array) -> NDArray[np.bool_]:
        found = inside(points)
        # Sample points lie inside the cell, so its rim is outside their hull.
        outside = np.isnan(found)
        found[outside] = nearest(points[outside])
        return found <= 0

    return touching
