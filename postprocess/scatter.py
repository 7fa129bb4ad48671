"""Quantities with scatter, and the probability that the deepest flaw of a pellet runs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from napress.fem.snapshot import Array
from napress.postprocess.flaw_closed_forms import critical_depth_um

KINDS = ("lognormal", "weibull")
# The normal variable behind a toughness is integrated over this many deviations.
REACH, POINTS = 8.5, 4001


@dataclass(frozen=True)
class Scatter:
    """A positive quantity and how it scatters.

    Attributes:
        kind: ``lognormal`` or ``weibull``.
        median: Half of the values lie below.
        spread: Standard deviation of the logarithm (lognormal) or Weibull modulus.
    """

    kind: str
    median: float
    spread: float

    def __post_init__(self) -> None:
        """Reject an unknown kind and what is no positive number."""
        if self.kind not in KINDS:
            raise ValueError(f"kind: {self.kind!r}, allowed are {' and '.join(KINDS)}")
        for name in ("median", "spread"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value > 0.0):
                raise ValueError(f"{name}: {value}, allowed is a positive number")

    def distribution(self) -> Any:
        """The distribution of SciPy."""
        if self.kind == "lognormal":
            return stats.lognorm(self.spread, scale=self.median)
        scale = self.median / math.log(2.0) ** (1.0 / self.spread)
        return stats.weibull_min(self.spread, scale=scale)

    def percentile(self, percent: float) -> float:
        """Value below which a percentage lies."""
        return float(self.distribution().ppf(percent / 100.0))

    def quadrature(self) -> tuple[Array, Array]:
        """Values and weights for expectations; the weights sum to 1.

        The trapezoidal rule in the normal variable with the same quantile: it
        resolves tails of 1e-15 and also a step.
        """
        normal = np.linspace(-REACH, REACH, POINTS)
        weights = stats.norm.pdf(normal)
        weights /= weights.sum()
        law = self.distribution()
        # From the nearer tail, so that neither end is rounded to 0 or 1.
        lower, upper = stats.norm.cdf(normal), stats.norm.sf(normal)
        values = np.where(normal < 0.0, law.ppf(lower), law.isf(upper))
        return values, weights


class FlawStatistics:
    """Flaws of scattered depth in a ceramic of scattered toughness.

    The toughness is that of the whole pellet, the depths of its flaws are
    independent: with F the share of flaws shallower than the critical depth,
    the pellet survives with probability E[F(critical depth)^count].

    Args:
        depth: Depth of one flaw in µm.
        toughness: Fracture toughness in MPa √m.
        count: Flaws on the pellet; 1 if the depth is that of its deepest flaw.
    """

    def __init__(self, depth: Scatter, toughness: Scatter, count: float = 1.0) -> None:
        if not (math.isfinite(count) and count > 0.0):
            raise ValueError(f"count: {count}, allowed is a positive number")
        self.depth, self.toughness, self.count = depth, toughness, count
        self._law = depth.distribution()
        self._values, self._weights = toughness.quadrature()

    def probability(self, opening_MPa: float) -> float:
        """Probability that a flaw runs, by quadrature over the toughness.

        Args:
            opening_MPa: Pressure in the flaws less the lateral compression.
        """
        if not opening_MPa > 0.0:
            return 0.0
        critical = critical_depth_um(self._values, opening_MPa)
        # log1p and expm1 keep probabilities far below the rounding of 1.
        with np.errstate(divide="ignore"):
            survives = self.count * np.log1p(-self._law.sf(critical))
        return float(self._weights @ -np.expm1(survives))

    def sampled_probability(self, opening_MPa: float, samples: int, seed: int) -> float:
        """The same by drawing pellets, for comparison.

        Args:
            opening_MPa: Pressure in the flaws less the lateral compression.
            samples: Number of pellets drawn.
            seed: Of the random numbers.
        """
        if not opening_MPa > 0.0:
            return 0.0
        random = np.random.default_rng(seed)
        toughness = self.toughness.distribution().rvs(samples, random_state=random)
        # The deepest of `count` flaws, drawn directly from its own distribution.
        rank = -np.expm1(np.log(random.random(samples)) / self.count)
        deepest = self._law.isf(rank)
        return float((deepest >= critical_depth_um(toughness, opening_MPa)).mean())

    def opening_at(self, probability: float) -> float:
        """Opening pressure in MPa at which the probability is reached (bisection)."""
        low, high = 1e-3, 1e6
        for _ in range(100):
            middle = math.sqrt(low * high)
            if self.probability(middle) < probability:
                low = middle
            else:
                high = middle
        return math.sqrt(low * high)
