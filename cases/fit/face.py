"""The contact that a fit sees: how contact pressure is spread at each mean pressure.

Either flat, or taken from a run of the case. For metal that yields and hardly anything else,
the state of a run depends on pressure over yield stress alone: another yield stress is the
same run at another pressure. Across the contact the film resists far more than the current
needs to spread, so places conduct side by side; what the electrolyte adds above them is the
constriction of the run.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
BINS = 24


@dataclass(frozen=True)
class Spread:
    """Contact at one mean pressure.

    Attributes:
        pressure_MPa: Mean pressure.
        share: Parts of the nominal area that touch, (bins,), sum at most 1.
        contact_MPa: Contact pressure of each, (bins,).
        open_um: Mean of the gaps where it does not touch, harmonic; infinite if it all does.
        constriction_ohm_cm2: Of the electrolyte on this contact.
    """

    pressure_MPa: float
    share: Array
    contact_MPa: Array
    open_um: float
    constriction_ohm_cm2: float


@dataclass(frozen=True)
class Spreads:
    """Contact at several mean pressures, as `Spread` but for the first axis, (n,) and (n, bins)."""

    pressure_MPa: Array
    share: Array
    contact_MPa: Array
    open_um: Array
    constriction_ohm_cm2: Array


class Face:
    """Contact at any mean pressure, for any yield stress.

    Args:
        spreads: By rising pressure; one whole face of even pressure is `flat`.
        yield_MPa: Yield stress they were computed with.
    """

    def __init__(self, spreads: Sequence[Spread], yield_MPa: float) -> None:
        self._logs = np.log([one.pressure_MPa for one in spreads])
        self._share = np.array([one.share for one in spreads])
        self._contact = np.array([one.contact_MPa for one in spreads])
        self._open = np.array([[1 / one.open_um] for one in spreads])
        self._constriction = np.array([[one.constriction_ohm_cm2] for one in spreads])
        self.yield_MPa = yield_MPa

    def at(self, pressure_MPa: Array, yield_MPa: float | None = None) -> Spreads:
        """Contact at mean pressures, between those of the run in the logarithm of pressure.

        Args:
            pressure_MPa: Mean pressures, (n,).
            yield_MPa: Of the metal; as computed if not given.
        """
        pressure = np.asarray(pressure_MPa, dtype=float)
        scale = 1.0 if yield_MPa is None else yield_MPa / self.yield_MPa
        like, last = np.log(pressure / scale), len(self._logs) - 1
        after = np.clip(np.searchsorted(self._logs, like), min(1, last), last)
        before = np.maximum(after - 1, 0)
        apart = self._logs[after] - self._logs[before]
        weight = np.divide(
            like - self._logs[before], apart, out=np.zeros(len(like)), where=apart > 0
        )
        weight = np.clip(weight, 0.0, 1.0)[:, None]

        def between(rows: Array) -> Array:
            return (1 - weight) * rows[before] + weight * rows[after]

        share, contact = between(self._share), between(self._contact)
        # Beyond the ends of the run too, the contact carries the mean pressure.
        carried = (share * contact).sum(1)
        contact = contact * (pressure / np.maximum(carried, 1e-300))[:, None]
        gaps = between(self._open)[:, 0]
        return Spreads(
            pressure,
            share,
            contact,
            np.divide(1.0, gaps, out=np.full(len(gaps), math.inf), where=gaps > 0),
            between(self._constriction)[:, 0],
        )


def flat(yield_MPa: float = 1.0) -> Face:
    """A face that touches everywhere under even pressure."""
    one = Spread(1.0, np.ones(1), np.ones(1), math.inf, 0.0)
    return Face([one], yield_MPa)


def spread(
    pressure_MPa: float,
    contact_MPa: Array,
    gap_um: Array,
    area_um: Array,
    constriction_ohm_cm2: float,
    touching: NDArray[np.bool_],
    bins: int = BINS,
) -> Spread:
    """Sums up the facet points of a run, in bins of equal touching area.

    Args:
        pressure_MPa: Mean pressure.
        contact_MPa: Contact pressure at the points, (n,).
        gap_um: Gap there, (n,).
        area_um: Area each stands for, (n,).
        constriction_ohm_cm2: Of the electrolyte.
        touching: Whether a point counts as contact, (n,).
        bins: How many.
    """
    total = float(area_um.sum())
    order = np.argsort(contact_MPa[touching])
    area = area_um[touching][order]
    carried = np.maximum(contact_MPa[touching][order], 0.0) * area
    edges = np.linspace(0.0, area.sum(), bins + 1)
    ends = np.concatenate([[0.0], np.cumsum(area)])
    force = np.concatenate([[0.0], np.cumsum(carried)])
    each = np.diff(np.interp(edges, ends, force))
    width = area.sum() / bins
    away = area_um[~touching] / gap_um[~touching]
    return Spread(
        pressure_MPa,
        np.full(bins, width / total),
        each / width if width > 0 else np.zeros(bins),
        total / float(away.sum()) if away.size else math.inf,
        constriction_ohm_cm2,
    )
