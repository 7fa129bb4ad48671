"""Adhesion: surfaces in contact hold a tension up to a limit, then let go.

Brittle and memory-free: a point that carried contact pressure at the last committed
state is bonded; when the tension it would need exceeds the limit it carries the
limit until the step is settled, and nothing after that. Bonds form again on contact.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from napress.fem.ceramic.body import Ceramic
from napress.fem.contact.gap import ContactState
from napress.fem.contact.part import ContactPart
from napress.fem.contact.pressed_body import PressedBody
from napress.fem.history_field import FACE, NEAREST, HistoryField

Array = NDArray[np.float64]


class Adhesion(ContactPart):
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

    def release(self, at: ContactState) -> bool:
        """Breaks the bonds that would have to carry more than they can."""
        overloaded = self.bonded & ~at.in_contact
        self.bonded &= at.in_contact
        return bool(overloaded.any())

    def begin(self) -> None:
        """Takes back the bonds of the last committed state, to try a step from it."""
        self.bonded = self._committed.copy()

    def commit(self, at: ContactState, gas: Array, ceramic: Ceramic) -> None:
        """Bonds at a newly committed state: what was kept, and what has touched."""
        self._set(at.in_contact & (self.bonded | (at.pressure > 0.0)))

    def history(self) -> tuple[HistoryField, ...]:
        """The bonds: of the step being tried, which committing it starts from."""
        return (HistoryField("bonded", FACE, NEAREST, lambda: self.bonded.copy(), self._set),)

    def _set(self, bonded: Array) -> None:
        self._committed = np.asarray(bonded) > 0.5
        self.bonded = self._committed.copy()


def adhesion(body: PressedBody, widths_um: tuple[float, ...]) -> Adhesion | None:
    """The adhesion of a body's face, None if it does not stick."""
    strength = body.law.adhesion_MPa
    return Adhesion(strength, len(body.face.points)) if strength > 0.0 else None
