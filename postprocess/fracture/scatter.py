"""Quantities with scatter, and the probability that the deepest flaw of a pellet runs."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import log_ndtr, ndtr, ndtri

from napress.fem.snapshot import Array
from napress.postprocess.theory.flaws import critical_depth_um

KINDS = ("lognormal", "weibull")
# The normal variable behind a toughness is integrated over this many deviations.
REACH, POINTS = 8.5, 4001
# Where many places are asked about, so many points on what the chance to run takes to rise from
# none to all. Against the rule for one place: 2e-9 with the shipped scatter, 0.4 % at most with
# depths of a modulus of 30 and a million flaws.
POINTS_ON_THE_RISE, FEWEST_POINTS, MOST_POINTS = 5, 85, 2001


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

    def at_normal(self, normal: ArrayLike) -> Array:
        """Values with the same quantile as those of a standard normal variable."""
        normal = np.asarray(normal, dtype=float)
        if self.kind == "lognormal":
            return self.median * np.exp(self.spread * normal)
        return self._scale * (-log_ndtr(-normal)) ** (1.0 / self.spread)

    def share_above(self, value: ArrayLike) -> Array:
        """Probability of exceeding a positive value; exact far in the tail."""
        return self.share_above_log(np.log(np.asarray(value, dtype=float)))

    def share_above_log(self, logarithm: Array) -> Array:
        """The same of a value whose natural logarithm is given."""
        if self.kind == "lognormal":
            return ndtr((math.log(self.median) - logarithm) / self.spread)
        with np.errstate(over="ignore"):
            return np.exp(-np.exp(self.spread * (logarithm - math.log(self._scale))))

    @property
    def log_spread(self) -> float:
        """Standard deviation of the natural logarithm."""
        if self.kind == "lognormal":
            return self.spread
        return math.pi / math.sqrt(6.0) / self.spread

    @property
    def _scale(self) -> float:
        """Value that 63.2 % stay below (Weibull)."""
        return self.median / math.log(2.0) ** (1.0 / self.spread)

    def percentile(self, percent: float) -> float:
        """Value below which a percentage lies."""
        return float(self.at_normal(ndtri(percent / 100.0)))

    def quadrature(self, points: int) -> tuple[Array, Array]:
        """Values and weights for expectations; the weights sum to 1.

        The trapezoidal rule in the normal variable with the same quantile: it
        resolves tails of 1e-15 and also a step.

        Args:
            points: Number of values.
        """
        normal = np.linspace(-REACH, REACH, points)
        weights = np.exp(-0.5 * normal**2)
        return self.at_normal(normal), weights / weights.sum()


@dataclass(frozen=True)
class FlawStatistics:
    """Flaws of scattered depth in a ceramic of scattered toughness.

    The toughness is that of the whole pellet, the depths of its flaws are
    independent: with F the share of flaws shallower than the critical depth,
    the pellet survives with probability E[F(critical depth)^count].

    Attributes:
        depth: Depth of one flaw in µm.
        toughness: Fracture toughness in MPa √m.
        count: Flaws on the pellet; 1 if the depth is that of its deepest flaw.
    """

    depth: Scatter
    toughness: Scatter
    count: float = 1.0

    def __post_init__(self) -> None:
        """Reject a count that is no positive number."""
        if not (math.isfinite(self.count) and self.count > 0.0):
            raise ValueError(f"count: {self.count}, allowed is a positive number")

    @functools.cached_property
    def _fine(self) -> tuple[Array, Array]:
        return self.toughness.quadrature(POINTS)

    @functools.cached_property
    def _coarse(self) -> tuple[Array, Array]:
        # The depth that runs goes as the square of the toughness. The deepest of many flaws
        # scatters less than one does.
        rise = self.depth.log_spread / (2.0 * self.toughness.log_spread)
        sharper = math.log(max(self.count, 1.0))
        rise /= 1.0 + (math.sqrt(sharper) if self.depth.kind == "lognormal" else sharper)
        asked = math.ceil(2.0 * REACH * POINTS_ON_THE_RISE / rise) + 1
        return self.toughness.quadrature(min(max(asked, FEWEST_POINTS), MOST_POINTS))

    def probability(self, opening_MPa: float) -> float:
        """Probability that a flaw runs, by quadrature over the toughness.

        Args:
            opening_MPa: Pressure in the flaws less the lateral compression.
        """
        if not opening_MPa > 0.0:
            return 0.0
        return self._run(*self._fine, np.array([opening_MPa]), np.ones(1))

    def probability_over(self, opening_MPa: Array, share: Array) -> float:
        """The same for flaws that may sit at any of many places.

        Args:
            opening_MPa: Opening pressure at each place, (places,).
            share: Chance that a flaw sits there, (places,), sums to 1.
        """
        open_ = opening_MPa > 0.0
        if not open_.any():
            return 0.0
        values, weights = self._coarse
        return self._run(values, weights, opening_MPa[open_], share[open_])

    def _run(self, toughness: Array, weights: Array, opening: Array, share: Array) -> float:
        # The critical depth goes as toughness over opening, squared: in logarithms a sum.
        critical = np.log(critical_depth_um(toughness, 1.0))[:, None] - 2.0 * np.log(opening)
        # log1p and expm1 keep probabilities far below the rounding of 1.
        runs = np.minimum(self.depth.share_above_log(critical) @ share, 1.0)
        with np.errstate(divide="ignore"):
            survives = self.count * np.log1p(-runs)
        return float(weights @ -np.expm1(survives))

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
        toughness = self.toughness.at_normal(random.standard_normal(samples))
        # The deepest of `count` flaws, drawn directly from its own distribution.
        rank = -np.expm1(np.log(random.random(samples)) / self.count)
        deepest = self.depth.at_normal(-ndtri(rank))
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
