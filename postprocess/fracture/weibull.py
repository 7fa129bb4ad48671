"""Weibull's weakest link under multiaxial stress, for flaws in the volume or on the surface.

A body fails with probability 1 - exp(-risk). The risk adds up local intensities,
by one of two classical rules (both textbook):

- independent principal stresses: sum of <s_i>^m over the tensile principal stresses;
- normal-stress averaging: mean of <s_n>^m over all flaw orientations, scaled so
  that uniaxial tension gives the same risk as the other rule.

Only tension counts and nothing is cut off: a tension counts however large the
compression beside it.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np

from napress.fem.snapshot import Array

# Cells whose intensities are averaged at once; bounds the memory.
CHUNK = 4096
# Share of an upper bound of the risk that may be left out of an average.
NEGLIGIBLE = 1e-8


@dataclass(frozen=True)
class WeibullLaw:
    """Two-parameter strength distribution of specimens in uniform uniaxial tension.

    Attributes:
        modulus: Weibull modulus m.
        characteristic_MPa: Strength at which 63.2 % of the specimens have failed.
        volume_um3: Effective volume of the specimens: that of a bar in uniform
            tension with the same risk.
        area_um2: Effective surface of the specimens, likewise.
    """

    modulus: float
    characteristic_MPa: float
    volume_um3: float
    area_um2: float

    def __post_init__(self) -> None:
        """Reject what is no positive number."""
        for name, value in vars(self).items():
            if not (math.isfinite(value) and value > 0.0):
                raise ValueError(f"{name}: {value}, allowed is a positive number")

    @classmethod
    def from_mean(
        cls, mean_MPa: float, modulus: float, volume_um3: float, area_um2: float
    ) -> WeibullLaw:
        """The law whose mean strength is known: mean = characteristic * Gamma(1 + 1/m)."""
        return cls(modulus, mean_MPa / math.gamma(1.0 + 1.0 / modulus), volume_um3, area_um2)


def failure_probability(risk: float) -> float:
    """Probability 1 - exp(-risk), exact for tiny risks too."""
    return -math.expm1(-risk)


def independent_stresses(stress: Array, modulus: float) -> Array:
    """Intensity by independent principal stresses, sum of <s_i>^m.

    Args:
        stress: Principal stresses over the characteristic strength, (cells, 2 or 3).
        modulus: Weibull modulus.

    Returns:
        Intensity of each cell, (cells,).
    """
    with np.errstate(over="ignore"):
        return (np.maximum(stress, 0.0) ** modulus).sum(axis=1)


def volume_risk(law: WeibullLaw, principal_MPa: Array, volume_um3: Array) -> float:
    """Risk of a body from flaws in its volume, by independent principal stresses.

    Args:
        law: Of the material.
        principal_MPa: Principal stresses, tension positive, (cells, 3).
        volume_um3: (cells,).

    Returns:
        The risk; see :func:`failure_probability`.
    """
    scaled = principal_MPa / law.characteristic_MPa
    return float(independent_stresses(scaled, law.modulus) @ volume_um3) / law.volume_um3


def normal_stress_average(stress: Array, modulus: float) -> Array:
    """Intensity by averaging the normal stress over all planes in space.

    (2m + 1) times the mean of <s_n>^m over the sphere. With u the cosine to the first
    principal axis and q the stress of the plane's projection across it,
    s_n = q + (s_1 - q) u^2, so that the part in tension, u from sqrt(-q/(s_1 - q)) to
    1, is integrated by a Gauss rule without a kink. The angle around the axis is
    stretched so that the narrow cone left by strong compression is resolved.

    Args:
        stress: Principal stresses over the characteristic strength, descending,
            (cells, 3).
        modulus: Weibull modulus.

    Returns:
        Intensity of each cell, (cells,).
    """
    found = np.zeros(len(stress))
    tense = np.flatnonzero(stress[:, 0] > 0.0)
    for chunk in np.array_split(tense, max(1, math.ceil(len(tense) / CHUNK))):
        found[chunk] = _sphere_average(stress[chunk], modulus)
    return found


def _sphere_average(stress: Array, modulus: float) -> Array:
    first = stress[:, :1]
    across = stress[:, 1:] / first
    narrow = np.maximum(1.0 - across[:, 0:1], 1.0)
    narrower = np.maximum(1.0 - across[:, 1:2], 1.0)
    count = 8 + math.ceil(1.5 * math.sqrt(modulus))
    angle = (np.arange(count) + 0.5) * math.pi / (2 * count)
    squeeze = narrower * np.cos(angle) ** 2 + narrow * np.sin(angle) ** 2
    sine2 = narrow * np.sin(angle) ** 2 / squeeze
    share = np.sqrt(narrow * narrower) / squeeze / count
    q = across[:, 0:1] * (1.0 - sine2) + across[:, 1:2] * sine2
    compressed = np.maximum(-q, 0.0)
    start = np.sqrt(compressed / (1.0 + compressed))

    points, weights = _gauss(modulus)
    total = np.zeros(len(stress))
    with np.errstate(over="ignore"):
        for point, weight in zip(points, weights, strict=True):
            cosine = start + (1.0 - start) * point
            normal = np.maximum(q + (1.0 - q) * cosine**2, 0.0)
            total += weight * (share * (1.0 - start) * normal**modulus).sum(axis=1)
        return (2.0 * modulus + 1.0) * first[:, 0] ** modulus * total


def tangent_stress_average(stress: Array, modulus: float) -> Array:
    """Intensity by averaging over all planes normal to a surface.

    Surface flaws are taken to stand at right angles to the surface, so only the two
    principal stresses in its tangent plane count. The mean of <s_n>^m over the
    circle is scaled by sqrt(pi) Gamma(m + 1) / Gamma(m + 1/2), which makes uniaxial
    tension give s^m.

    Args:
        stress: Principal stresses in the tangent plane over the characteristic
            strength, descending, (facets, 2).
        modulus: Weibull modulus.

    Returns:
        Intensity of each facet, (facets,).
    """
    from scipy.special import gammaln

    found = np.zeros(len(stress))
    tense = stress[:, 0] > 0.0
    first = stress[tense, :1]
    ratio = stress[tense, 1:] / first
    # The tension ends where cos^2 + ratio sin^2 = 0.
    end = np.where(ratio < 0.0, np.arctan2(1.0, np.sqrt(np.maximum(-ratio, 0.0))), math.pi / 2)
    points, weights = _gauss(modulus)
    angle = end * points
    with np.errstate(over="ignore"):
        normal = np.maximum(np.cos(angle) ** 2 + ratio * np.sin(angle) ** 2, 0.0)
        mean = (2.0 / math.pi * end * weights * normal**modulus).sum(axis=1)
        scale = math.exp(0.5 * math.log(math.pi) + gammaln(modulus + 1) - gammaln(modulus + 0.5))
        found[tense] = scale * first[:, 0] ** modulus * mean
    return found


def average_where_it_counts(stress: Array, size: Array, modulus: float) -> Array:
    """Normal-stress average of the cells that matter; the others get 0.

    The average of a cell is at most (2m + 1) <s_1>^m. Cells that together stay below
    1e-8 of the sum of these bounds are left out: below the
    surface nearly every cell is compressed and a step then costs milliseconds.

    Args:
        stress: As for :func:`normal_stress_average`, (cells, 3).
        size: Volume of each cell, (cells,).
        modulus: Weibull modulus.

    Returns:
        Intensity of each cell, (cells,).
    """
    with np.errstate(over="ignore"):
        bound = np.maximum(stress[:, 0], 0.0) ** modulus * size
    order = np.argsort(bound)
    skipped = np.cumsum(bound[order]) <= NEGLIGIBLE * bound.sum()
    kept = order[~skipped]
    found = np.zeros(len(stress))
    found[kept] = normal_stress_average(stress[kept], modulus)
    return found


@functools.cache
def _gauss(modulus: float) -> tuple[Array, Array]:
    """Gauss rule on (0, 1), dense enough for a peak of width 1/m at its end.

    With the angles of the average it is exact to 1e-6 from m = 7.5 on, and to 5e-4 for m = 2.
    """
    points, weights = np.polynomial.legendre.leggauss(8 + math.ceil(2.0 * math.sqrt(modulus)))
    return 0.5 * (points + 1.0), 0.5 * weights
