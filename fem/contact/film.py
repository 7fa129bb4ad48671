"""A film that breaks under pressure: each facet point remembers its largest contact pressure.

It carries no load, so contact does not notice it; the conduction does.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from napress.fem.ceramic.body import Ceramic
from napress.fem.contact.gap import ContactState
from napress.fem.contact.part import ContactPart
from napress.fem.contact.pressed_body import PressedBody
from napress.fem.history_field import FACE, INTERPOLATED, HistoryField
from napress.fem.inputs.film_law import FilmLaw

Array = NDArray[np.float64]


class Film(ContactPart):
    """The film at this rank's facet points.

    Attributes:
        largest_MPa: Largest contact pressure of the committed states, (n,).
    """

    def __init__(self, points: int) -> None:
        self.largest_MPa: Array = np.zeros(points)

    def largest(self, at: ContactState) -> Array:
        """Largest contact pressure with a step that is not committed yet, (n,), MPa."""
        return np.maximum(self.largest_MPa, at.pressure * at.in_contact)

    def start(self, at: ContactState) -> None:
        """First touch presses already."""
        self.largest_MPa = self.largest(at)

    def commit(self, at: ContactState, gas: Array, ceramic: Ceramic) -> None:
        """Remembers the pressure of the step where it exceeds what was before."""
        self.largest_MPa = self.largest(at)

    def history(self) -> tuple[HistoryField, ...]:
        """The largest pressure; it stays with its place on the ceramic when nodes move."""
        return (
            HistoryField(
                "largest_contact_pressure",
                FACE,
                INTERPOLATED,
                lambda: self.largest_MPa.copy(),
                self._set,
            ),
        )

    def _set(self, largest_MPa: Array) -> None:
        self.largest_MPa = np.array(largest_MPa, dtype=float)


def film(body: PressedBody, width_um: float) -> Film | None:
    """The film of a body's face, None without one."""
    return None if body.law.numbers(FilmLaw) is None else Film(len(body.face.points))
