"""What one law of the contact face may do; each law overrides what concerns it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from napress.fem.ceramic.body import Ceramic
from napress.fem.contact.gap import ContactState
from napress.fem.history_field import HistoryField

Array = NDArray[np.float64]


class ContactPart:
    """One law of the contact face, with what it remembers; this one does nothing."""

    def history(self) -> tuple[HistoryField, ...]:
        """What an accepted step changes for good."""
        return ()

    def start(self, at: ContactState) -> None:
        """Takes first touch as the last committed state."""

    def begin(self) -> None:
        """Before a step is tried: takes back what an earlier try changed."""

    def floor(self) -> Array | float:
        """Pressure of points that are not in contact, (n,), MPa."""
        return 0.0

    def release(self, at: ContactState) -> bool:
        """Lets go what a solved step overloads; whether this rank had any, so solve again."""
        return False

    def commit(self, at: ContactState, gas: Array, ceramic: Ceramic) -> None:
        """Makes a step the committed one; the metal's own history already is. Collective.

        Args:
            at: The step at the facet points.
            gas: Gas of its state.
            ceramic: The ceramic.
        """

    def refresh(self) -> None:
        """Brings up to date what follows from a history that was replaced."""
