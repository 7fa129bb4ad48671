"""Stress invariants of cell stresses in VTK's symmetric order xx, yy, zz, xy, yz, xz."""

from __future__ import annotations

import numpy as np

from napress.fem.snapshot import Array

AXES = "xyz"
# Where each entry of the full tensor sits among the six stored components.
_FULL = np.array([[0, 3, 5], [3, 1, 4], [5, 4, 2]])


def principal_stress(stress_MPa: Array) -> Array:
    """Principal stresses, the largest (most tensile) first.

    Args:
        stress_MPa: Cauchy stress, tension positive, (cells, 6) in the order
            xx, yy, zz, xy, yz, xz. In plane strain zz takes part.

    Returns:
        Principal stresses in MPa, (cells, 3), descending.

    Raises:
        ValueError: If the last axis does not have six components.
    """
    stress_MPa = np.asarray(stress_MPa, dtype=float)
    if stress_MPa.ndim != 2 or stress_MPa.shape[1] != 6:
        raise ValueError(f"stress_MPa: shape {stress_MPa.shape}, allowed is (cells, 6)")
    if not stress_MPa[:, 4:].any():
        # Plane strain: the plane's two in closed form, in a tenth of the time.
        xx, yy, zz, xy = stress_MPa[:, :4].T
        first, last = principal_of_plane(xx, yy, xy)
        between = np.clip(zz, last, first)
        return np.column_stack([np.maximum(first, zz), between, np.minimum(last, zz)])
    return np.linalg.eigvalsh(stress_MPa[:, _FULL])[:, ::-1]


def principal_of_plane(along: Array, across: Array, shear: Array) -> tuple[Array, Array]:
    """The two principal stresses in a plane, the larger first (Mohr's circle, textbook).

    Args:
        along: Normal stress in one direction, MPa, any shape.
        across: In the direction at right angles.
        shear: Shear stress between them.
    """
    middle, radius = 0.5 * (along + across), np.hypot(0.5 * (along - across), shear)
    return middle + radius, middle - radius


def max_shear(principal_MPa: Array) -> Array:
    """Largest shear stress on any plane, half of first minus third principal stress.

    Args:
        principal_MPa: (cells, 3), descending.

    Returns:
        Maximum shear stress (Tresca), MPa, (cells,).
    """
    return 0.5 * (principal_MPa[:, 0] - principal_MPa[:, 2])


def von_mises(stress_MPa: Array) -> Array:
    """Von Mises equivalent stress sqrt(3/2 s:s), s the deviator (textbook).

    Args:
        stress_MPa: (cells, 6) in the order xx, yy, zz, xy, yz, xz.

    Returns:
        Equivalent stress, MPa, (cells,).
    """
    deviator = stress_MPa[:, :3] - stress_MPa[:, :3].mean(axis=1, keepdims=True)
    shear = stress_MPa[:, 3:]
    return np.sqrt(1.5 * ((deviator**2).sum(axis=1) + 2.0 * (shear**2).sum(axis=1)))


def place_columns(name: str, position_um: tuple[float, ...], depth_um: float) -> dict[str, float]:
    """Columns of a place: its coordinates and its depth below the contact surface."""
    place = {f"{name}_{axis}_um": value for axis, value in zip(AXES, position_um, strict=False)}
    return place | {f"{name}_depth_um": depth_um}
