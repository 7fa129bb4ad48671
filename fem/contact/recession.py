"""Metal that has left through the contact face while the mesh still shows it.

Stripping takes metal off the face where current crosses. Between two redistributions the
mesh stays and the gap is counted from where the metal now ends; a redistribution then moves
the face there, and nothing is left to count.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from napress.fem.ceramic.body import Ceramic
from napress.fem.contact.gap import ContactState
from napress.fem.contact.part import ContactPart
from napress.fem.contact.pressed_body import PressedBody
from napress.fem.history_field import FACE, NEAREST, HistoryField
from napress.fem.inputs.stripping import Stripping

Array = NDArray[np.float64]


class Recession(ContactPart):
    """How far the metal's face stands above the mesh's, at this rank's facet points.

    Attributes:
        numbers: What decides about it.
        in_step_um: What leaves in the step about to be tried, (n,).
    """

    def __init__(self, numbers: Stripping, points: int) -> None:
        self.numbers = numbers
        self.in_step_um = np.zeros(points)
        self._committed = np.zeros(points)

    @property
    def gone_um(self) -> Array:
        """Height of metal gone but still in the mesh, negative where some was added, (n,)."""
        return self._committed + self.in_step_um

    def stay(self) -> None:
        """Lets no metal leave in what is solved next."""
        self.in_step_um = np.zeros_like(self.in_step_um)

    def commit(self, at: ContactState, gas: Array, ceramic: Ceramic) -> None:
        """What left in the step has left for good."""
        self._committed, self.in_step_um = self.gone_um, np.zeros_like(self._committed)

    def history(self) -> tuple[HistoryField, ...]:
        """What is gone, and what goes in the step: moved nodes lie where the metal ends."""

        def set_committed(gone: Array) -> None:
            self._committed = np.array(gone, dtype=float)

        def set_in_step(going: Array) -> None:
            self.in_step_um = np.array(going, dtype=float)

        return tuple(
            HistoryField(
                name,
                FACE,
                NEAREST,
                read,
                write,
                arrive=lambda before, write=write: write(np.zeros_like(before)),
            )
            for name, read, write in (
                ("recession", lambda: self._committed.copy(), set_committed),
                ("recession in step", lambda: self.in_step_um.copy(), set_in_step),
            )
        )


def recession(body: PressedBody, width_um: float) -> Recession | None:
    """The recession of a body's face, None if no current is driven through it."""
    numbers = body.law.numbers(Stripping)
    return None if numbers is None else Recession(numbers, len(body.face.points))
