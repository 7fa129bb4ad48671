"""The laws of one contact face besides pressure: which there are, and all of them at once.

``CoupledSystem`` asks here for what they add to contact. An interface without them costs
nothing: its forms are compiled without the extra terms.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from napress.fem.ceramic.body import Ceramic
from napress.fem.contact.adhesion import Adhesion, adhesion
from napress.fem.contact.film import Film, film
from napress.fem.contact.friction import Friction, friction
from napress.fem.contact.gap import ContactState
from napress.fem.contact.part import ContactPart
from napress.fem.contact.pressed_body import PressedBody
from napress.fem.contact.recession import Recession, recession
from napress.fem.contact.trapped_gas import TrappedGas, trapped_gas
from napress.fem.history_field import HistoryField

Array = NDArray[np.float64]

# A law is a `ContactPart` in a file of its own and a line here: its name, and what makes it
# for a body and the width of the cell, or gives None where it is not asked for.
LAWS: dict[str, Callable[[PressedBody, float], ContactPart | None]] = {
    "friction": friction,
    "gas": trapped_gas,
    "adhesion": adhesion,
    "film": film,
    "recession": recession,
}


class InterfaceLaws:
    """The laws of one interface at this rank's facet points.

    Attributes:
        parts: Those that are on, by their name in ``LAWS``.
        friction: Friction, None without.
        adhesion: Bonds, None without adhesion.
        gas: Trapped gas, None in vacuum.
        film: A film that breaks, None without.
        recession: Metal that has left, None where no current is driven.
    """

    def __init__(self, body: PressedBody, widths_um: tuple[float, ...]) -> None:
        self._body = body
        made = {name: make(body, widths_um) for name, make in LAWS.items()}
        self.parts = {name: part for name, part in made.items() if part is not None}
        self.friction: Friction | None = self.parts.get("friction")
        self.adhesion: Adhesion | None = self.parts.get("adhesion")
        self.gas: TrappedGas | None = self.parts.get("gas")
        self.film: Film | None = self.parts.get("film")
        self.recession: Recession | None = self.parts.get("recession")

    def history(self) -> tuple[HistoryField, ...]:
        """What an accepted step changes for good, of all parts."""
        return tuple(field for part in self.parts.values() for field in part.history())

    # --- within a step ---------------------------------------------------------

    def set_floor(self, gas: Array) -> tuple[Array | float, Array | float]:
        """Sets and returns what open points carry and what gas adds everywhere, MPa.

        Returns:
            Pressure of points not in contact, and rise of the gas pressure since the
            last committed state at the points of each void; (n,) each, or 0.
        """
        if not self._body.law.has_floor:
            return 0.0, 0.0
        fields, points = self._body.fields.laws, self._body.face.points
        rise = np.zeros(len(points)) if self.gas is None else self.gas.rise(gas)
        floor = np.zeros(len(points))
        for part in self.parts.values():
            floor = floor + part.floor()
        fields.floor.x.array[points] = floor
        fields.rise.x.array[points] = rise
        return floor, rise

    def begin(self) -> None:
        """Before a step is tried: what an earlier try broke is whole again."""
        for part in self.parts.values():
            part.begin()

    def release_overloaded(self, at: ContactState) -> bool:
        """Breaks what is overloaded; whether there was any. Collective."""
        if not self.parts:
            return False
        return self._body.sum(sum(part.release(at) for part in self.parts.values())) > 0

    def contact_share(self) -> Array | float:
        """1 at points outside voids that hold gas and 0 inside, (n,)."""
        return 1.0 if self.gas is None else 1.0 - self.gas.holds()

    @property
    def gone_um(self) -> Array | float:
        """Metal that has left but is still in the mesh, (n,), µm."""
        return 0.0 if self.recession is None else self.recession.gone_um

    @property
    def drag(self) -> Array | float:
        """Deflection of the ceramic by the friction of the last committed state, µm."""
        return 0.0 if self.friction is None else self.friction.drag

    def drag_load(self, at: ContactState) -> Array | None:
        """Friction load on the ceramic, as `Friction.drag_load`; None without friction."""
        return None if self.friction is None else self.friction.drag_load(at)

    def shear_load(self, at: ContactState) -> float:
        """What shear along the slopes bears of the platen's load, µN. Collective."""
        if self.friction is None:
            return 0.0
        return self._body.sum(self.friction.borne_load(at).sum())

    def friction_work(self, at: ContactState) -> float:
        """Work dissipated by slip since the last committed state, pJ. Collective."""
        return 0.0 if self.friction is None else self._body.sum(self.friction.dissipation(at).sum())

    # --- from step to step -----------------------------------------------------

    def start(self, at: ContactState) -> None:
        """Takes first touch as the last committed state."""
        for part in self.parts.values():
            part.start(at)

    def commit(self, at: ContactState, gas: Array, ceramic: Ceramic) -> None:
        """Makes a step the committed one, after the metal's own history. Collective."""
        for part in self.parts.values():
            part.commit(at, gas, ceramic)

    def refresh(self) -> None:
        """Brings up to date what follows from a history that was replaced."""
        for part in self.parts.values():
            part.refresh()
