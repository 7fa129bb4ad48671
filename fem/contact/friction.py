"""Friction between sodium and ceramic: regularised Coulomb law with a shear cap.

Each facet point hangs on an anchor: the place along the surface at which its
traction would vanish. The trial traction is a stiffness times the distance to the
anchor; where it exceeds the limit it is scaled back and the anchor dragged along
(radial return, Wriggers, Computational Contact Mechanics, ch. 5). The limit is the
smaller of coefficient times contact pressure and the shear strength k = flow
stress / sqrt(3) of the sodium under the facet, since the metal shears before the
interface carries more. Full stick has no limit of its own: the metal provides it.

Slip is lateral motion relative to the undeformed ceramic; the ceramic's own lateral
motion is not followed. Traction is per deformed area, along the obstacle's surface.
"""

from __future__ import annotations

import math

import numpy as np
import ufl
from numpy.typing import NDArray

from napress.fem.inputs.contact_law import STICK
from napress.fem.inputs.materials import PlasticMetal

Array = NDArray[np.float64]
# Traction reaches the shear strength after this share of a facet of elastic slip.
ELASTIC_SLIP_SHARE = 2e-3
LARGEST_STIFFNESS_OVER_MODULUS = 10.0  # keeps the tangent of a hard metal regular
NORM_FLOOR = 1e-10  # MPa; below it the direction of a traction is rounded off


def slip_stiffness(metal: PlasticMetal, facet_size_um: float) -> float:
    """Stiffness against elastic slip, MPa/µm."""
    wanted = metal.yield_MPa / math.sqrt(3) / ELASTIC_SLIP_SHARE
    return min(wanted, LARGEST_STIFFNESS_OVER_MODULUS * metal.young_MPa) / facet_size_um


def traction(position, pressure, in_contact, slope, laws):
    """Friction traction on the sodium per deformed area, against its motion.

    Args:
        position: Current lateral position, UFL, (dimension-1,).
        pressure: Contact pressure, UFL.
        in_contact: UFL condition.
        slope: Slope of the obstacle, UFL, (dimension-1,).
        laws: The `napress.fem.contact.laws.LawFields` of the interface.

    Returns:
        UFL vector of the body's dimension, MPa.
    """
    count = len(position)
    pull = [laws.slip_stiffness * (position[i] - laws.anchor[i]) for i in range(count)]
    along = ufl.as_vector([*pull, sum(slope[i] * pull[i] for i in range(count))])
    if laws.friction != STICK:
        size = ufl.sqrt(ufl.dot(along, along) + NORM_FLOOR**2)
        pressing = ufl.conditional(ufl.gt(pressure, 0), pressure, 0.0)
        limit = ufl.min_value(laws.coefficient * pressing, laws.shear_strength)
        along = ufl.conditional(ufl.gt(size, limit), limit / size, 1.0) * along
    return ufl.conditional(in_contact, 1.0, 0.0) * along


def lateral_traction(
    pull: Array,
    slope: Array,
    pressure: Array,
    in_contact: Array,
    limits: tuple[float, Array] | None,
) -> Array:
    """The lateral part of `traction` at facet points, in numbers.

    Args:
        pull: Slip stiffness times distance to the anchor, (n, dimension-1), MPa.
        slope: Slope of the obstacle, (n, dimension-1).
        pressure: Contact pressure, (n,), MPa.
        in_contact: Whether a point is in contact, (n,).
        limits: Coefficient and shear strength (n,) in MPa; None is full stick.

    Returns:
        (n, dimension-1), MPa; the vertical part is its product with the slope.
    """
    result = pull * in_contact[:, None]
    if limits is not None:
        coefficient, strength = limits
        size = np.sqrt(magnitude(pull, slope) ** 2 + NORM_FLOOR**2)
        limit = np.minimum(coefficient * np.maximum(pressure, 0.0), strength)
        result = result * np.minimum(1.0, limit / size)[:, None]
    return result


def magnitude(lateral: Array, slope: Array) -> Array:
    """Length of vectors along the surface given their lateral parts, (n,)."""
    return np.sqrt((lateral**2).sum(1) + (lateral * slope).sum(1) ** 2)


def along_surface(first: Array, second: Array, slope: Array) -> Array:
    """Inner product of vectors along the surface given their lateral parts, (n,)."""
    return (first * second).sum(1) + (first * slope).sum(1) * (second * slope).sum(1)
