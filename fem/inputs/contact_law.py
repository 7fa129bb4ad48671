"""What acts between sodium and ceramic besides pressure, as plain numbers."""

from __future__ import annotations

from dataclasses import dataclass

FRICTIONLESS, COULOMB, STICK = "frictionless", "coulomb", "stick"


@dataclass(frozen=True)
class ContactLaw:
    """Friction, adhesion and trapped gas of an interface.

    Attributes:
        friction: ``frictionless``; ``coulomb``, a coefficient times the contact
            pressure but never more than the sodium's shear strength; ``stick``, no slip.
        coefficient: Coefficient of friction of ``coulomb``.
        adhesion_MPa: Tension that surfaces in contact hold before they part; 0 is none.
        gas_MPa: Absolute pressure of the gas around the press, which voids hold when
            they close off; 0 is vacuum.
    """

    friction: str = FRICTIONLESS
    coefficient: float = 0.0
    adhesion_MPa: float = 0.0
    gas_MPa: float = 0.0

    @property
    def has_friction(self) -> bool:
        """Whether the interface carries shear."""
        return self.friction == STICK or (self.friction == COULOMB and self.coefficient > 0.0)

    @property
    def has_floor(self) -> bool:
        """Whether the pressure at a facet point can end elsewhere than at zero."""
        return self.adhesion_MPa > 0.0 or self.gas_MPa > 0.0
