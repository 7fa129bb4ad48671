"""Adhesion: surfaces in contact hold a tension up to a limit, then let go.

Brittle and memory-free: a point that carried contact pressure at the last committed
state is bonded; when the tension it would need exceeds the limit it carries the
limit until the step is settled, and nothing after that. Bonds form again on contact.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Adhesion:
    """Bonds at this rank's facet points.

    Attributes:
        strength_MPa: Tension a bonded point holds.
        bonded: Whether a point is still bonded in the step being tried, (n,).
    """

    def __init__(self, strength_MPa: float, points: int) -> None:
        self.strength_MPa = strength_MPa
        self.bonded = np.zeros(points, dtype=bool)
        self._committed = self.bonded

    def floor(self) -> Array:
        """Lowest contact pressure each point can carry, (n,), MPa."""
        return -self.strength_MPa * self.bonded

    def overloaded(self, in_contact: Array) -> NDArray[np.bool_]:
        """Bonded points that would have to carry more than they can, (n,)."""
        return self.bonded & ~in_contact

    def release(self, in_contact: Array) -> None:
        """Breaks the bonds of overloaded points."""
        self.bonded &= in_contact

    def begin(self) -> None:
        """Takes back the bonds of the last committed state, to try a step from it."""
        self.bonded = self._committed.copy()

    def renew(self, pressure: Array, in_contact: Array) -> None:
        """Bonds at a newly committed state: what was kept, and what has touched."""
        self.set_committed(in_contact & (self.bonded | (pressure > 0.0)))

    def set_committed(self, bonded: NDArray[np.bool_]) -> None:
        """Sets the bonds a step starts from, (n,)."""
        self._committed = bonded
        self.bonded = bonded.copy()
