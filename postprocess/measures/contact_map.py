"""Where the metal touches, at any lateral point, from its sampled contact surface."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from napress.fem.conduction.touching import (
    Touching,
    between_points,
    touching_below_zero,
    touching_points,
)
from napress.fem.snapshot import CONTACT_GAP_UM, Array, InterfaceSnapshot


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
    level = np.asarray(interface.gap_um - contact_gap_um, dtype=float)
    return touching_below_zero(_lateral(interface), level.ravel())


def touching_as_counted(
    interface: InterfaceSnapshot, contact_gap_um: float = CONTACT_GAP_UM
) -> Touching:
    """Contact as the contact fraction counts it: by gap in 2-D, by what is pressed in 3-D."""
    if interface.position_um.shape[-1] == 2:
        return touching_by_gap(interface, contact_gap_um)
    return touching_by_pressure(interface)


def touching_by_pressure(interface: InterfaceSnapshot) -> Touching:
    """Contact on the area of the sample points that carry contact pressure.

    Args:
        interface: Contact surface.

    Returns:
        From lateral points (n, dim-1) in µm to whether they touch, (n,).
    """
    pressed, area = interface.pressed.ravel(), interface.area_um.ravel()
    return touching_points(_lateral(interface), pressed, area)


def interpolated(interface: InterfaceSnapshot, values: Array) -> Callable[[Array], Array]:
    """Values of the sample points between them, linear; outside them the nearest.

    Args:
        interface: Contact surface.
        values: At its points, (facets, points).

    Returns:
        From lateral points (n, dim-1) in µm to values, (n,).
    """
    return between_points(_lateral(interface), np.asarray(values, dtype=float).ravel())


def _lateral(interface: InterfaceSnapshot) -> Array:
    return interface.position_um[..., :-1].reshape(-1, interface.position_um.shape[-1] - 1)
