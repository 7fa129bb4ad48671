"""Strength criteria of brittle solids in principal stresses, and their safety.

All are homogeneous of degree one in stress, so the inverse of the utilisation is
the factor by which the stress may grow: the safety.
"""

from __future__ import annotations

import numpy as np

from napress.fem.snapshot import Array, BodySnapshot
from napress.postprocess.measures.stress import principal_stress
from napress.postprocess.theory.plasticity import drucker_prager_constants

# Safety is drawn up to here; beyond it a cell is out of danger, or cannot fail at all.
LARGEST_SAFETY = 1000.0


def tension_utilisation(principal_MPa: Array, tensile_MPa: float) -> Array:
    """Largest principal stress over tensile strength (Rankine, textbook), (cells,)."""
    return principal_MPa[:, 0] / tensile_MPa


def mohr_coulomb_utilisation(
    principal_MPa: Array, tensile_MPa: float, compressive_MPa: float
) -> Array:
    """Mohr–Coulomb in principal stresses, s1/st - s3/sc, failure at 1 (textbook).

    Homogeneous of degree one in stress, so its inverse is the factor on the
    stress at failure.

    Args:
        principal_MPa: Principal stresses, tension positive, descending, (cells, 3).
        tensile_MPa: Tensile strength.
        compressive_MPa: Compressive strength, positive.

    Returns:
        Utilisation of each cell, (cells,).
    """
    return principal_MPa[:, 0] / tensile_MPa - principal_MPa[:, 2] / compressive_MPa


def drucker_prager_utilisation(
    principal_MPa: Array, tensile_MPa: float, compressive_MPa: float
) -> Array:
    """Drucker–Prager through both uniaxial strengths, (sqrt(J2) + a I1) / k (textbook).

    Failure at 1; negative where pressure outweighs shear.

    Args:
        principal_MPa: Principal stresses, tension positive, (cells, 3).
        tensile_MPa: Tensile strength.
        compressive_MPa: Compressive strength, positive.

    Returns:
        Utilisation of each cell, (cells,).
    """
    slope, intercept = drucker_prager_constants(tensile_MPa, compressive_MPa)
    trace = principal_MPa.sum(axis=1)
    deviator = principal_MPa - trace[:, None] / 3.0
    return (np.sqrt(0.5 * (deviator**2).sum(axis=1)) + slope * trace) / intercept


def utilisations(
    principal_MPa: Array, tensile_MPa: float, compressive_MPa: float
) -> dict[str, Array]:
    """Every criterion by name, each (cells,)."""
    return {
        "tension": tension_utilisation(principal_MPa, tensile_MPa),
        "mohr_coulomb": mohr_coulomb_utilisation(principal_MPa, tensile_MPa, compressive_MPa),
        "drucker_prager": drucker_prager_utilisation(principal_MPa, tensile_MPa, compressive_MPa),
    }


def safety_fields(
    ceramic: BodySnapshot, tensile_MPa: float, compressive_MPa: float
) -> dict[str, Array]:
    """Cell fields ``mohr_coulomb_safety`` and ``drucker_prager_safety`` for ParaView.

    The factor by which the stress of the cell may grow before it fails; drawn as 1000
    where it is larger or where growing never makes it fail.
    """
    principal = principal_stress(ceramic.cell_data["stress_MPa"])
    used = utilisations(principal, tensile_MPa, compressive_MPa)
    return {
        f"{name}_safety": 1.0 / np.maximum(used[name], 1.0 / LARGEST_SAFETY)
        for name in ("mohr_coulomb", "drucker_prager")
    }
