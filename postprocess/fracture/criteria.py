"""Strength criteria of brittle solids in principal stresses, and their safety.

All are homogeneous of degree one in stress, so the inverse of the utilisation is
the factor by which the stress may grow: the safety.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from napress.fem.snapshot import Array, BodySnapshot
from napress.postprocess.measures.stress import principal_stress
from napress.postprocess.theory.plasticity import drucker_prager_constants

# Safety is drawn up to here; beyond it a cell is out of danger, or cannot fail at all.
LARGEST_SAFETY = 1000.0


def tension_utilisation(
    principal_MPa: Array, tensile_MPa: float, compressive_MPa: float = math.inf
) -> Array:
    """Largest principal stress over tensile strength (Rankine, textbook), (cells,).

    Args:
        principal_MPa: Principal stresses, tension positive, descending, (cells, 3).
        tensile_MPa: Tensile strength.
        compressive_MPa: Plays no part.
    """
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


@dataclass(frozen=True)
class Criterion:
    """A strength criterion; one entry of :data:`CRITERIA` is all it takes to add one.

    Attributes:
        label: In sentences, on pages and in figures.
        formula: What is met at failure, for pages.
        utilisation: From principal stresses (cells, 3) in MPa, tensile and compressive
            strength in MPa, to the share of the strength that is used, (cells,).
        decides: Whether it counts in the margins of sweeps, pellets and windows. Its
            verdict on a run is given in any case.
    """

    label: str
    formula: str
    utilisation: Callable[[Array, float, float], Array]
    decides: bool = True


CRITERIA: dict[str, Criterion] = {
    "tension": Criterion("tension", "s1 against tensile strength", tension_utilisation),
    "mohr_coulomb": Criterion("Mohr–Coulomb", "s1/st − s3/sc = 1", mohr_coulomb_utilisation),
    # Its cone gives equal biaxial tension less strength than any test does: for comparison.
    "drucker_prager": Criterion(
        "Drucker–Prager", "√J2 + a I1 = k", drucker_prager_utilisation, decides=False
    ),
}


def deciding_columns(names: Iterable[str], prefix: str = "") -> list[str]:
    """Columns of a history with the utilisations that decide, those that are there.

    Args:
        names: Columns of the history.
        prefix: Put before each name, such as ``if_isostatic_``.
    """
    present = set(names)
    wanted = [f"{prefix}{name}_utilisation" for name, one in CRITERIA.items() if one.decides]
    return [name for name in wanted if name in present]


def utilisations(
    principal_MPa: Array, tensile_MPa: float, compressive_MPa: float
) -> dict[str, Array]:
    """Every criterion by name, each (cells,)."""
    return {
        name: one.utilisation(principal_MPa, tensile_MPa, compressive_MPa)
        for name, one in CRITERIA.items()
    }


def safety_fields(
    ceramic: BodySnapshot, tensile_MPa: float, compressive_MPa: float
) -> dict[str, Array]:
    """Cell fields such as ``mohr_coulomb_safety`` for ParaView, one for each criterion.

    The factor by which the stress of the cell may grow before it fails; drawn as 1000
    where it is larger or where growing never makes it fail.
    """
    principal = principal_stress(ceramic.cell_data["stress_MPa"])
    used = utilisations(principal, tensile_MPa, compressive_MPa)
    return {
        f"{name}_safety": 1.0 / np.maximum(values, 1.0 / LARGEST_SAFETY)
        for name, values in used.items()
    }
