"""What acts between sodium and ceramic besides pressure, as plain numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

FRICTIONLESS, COULOMB, STICK = "frictionless", "coulomb", "stick"


@dataclass(frozen=True)
class FrictionLaw:
    """How much shear a face in contact carries before it slips.

    Attributes:
        limit: Shear limit in MPa from the coefficient, the contact pressure and the
            sodium's shear strength in MPa, and a function giving the smaller of two; in
            numbers and in forms alike. None: the face does not slip.
        uses_coefficient: Whether a coefficient has to be given.
    """

    limit: Callable[[Any, Any, Any, Callable[[Any, Any], Any]], Any] | None
    uses_coefficient: bool = True


def coulomb_limit(
    coefficient: Any, pressure: Any, strength: Any, smaller: Callable[[Any, Any], Any]
) -> Any:
    """Coefficient times pressure, and never more than the metal itself carries."""
    return smaller(coefficient * pressure, strength)


# A friction law is a function as above and a line here.
FRICTION: dict[str, FrictionLaw] = {
    COULOMB: FrictionLaw(coulomb_limit),
    STICK: FrictionLaw(None, uses_coefficient=False),
}


@dataclass(frozen=True)
class ContactLaw:
    """Friction, adhesion and trapped gas of an interface.

    Attributes:
        friction: ``frictionless`` or a key of ``FRICTION``: ``coulomb``, a coefficient
            times the contact pressure but never more than the sodium's shear strength;
            ``stick``, no slip.
        coefficient: Coefficient of friction of ``coulomb``.
        adhesion_MPa: Tension that surfaces in contact hold before they part; 0 is none.
        gas_MPa: Absolute pressure of the gas around the press, which voids hold when
            they close off; 0 is vacuum.
        further: Numbers of any other law in `napress.fem.contact.laws.LAWS`, one object
            each, found by its type.
    """

    friction: str = FRICTIONLESS
    coefficient: float = 0.0
    adhesion_MPa: float = 0.0
    gas_MPa: float = 0.0
    further: tuple[Any, ...] = ()

    @property
    def has_friction(self) -> bool:
        """Whether the interface carries shear."""
        law = FRICTION.get(self.friction)
        return law is not None and (not law.uses_coefficient or self.coefficient > 0.0)

    @property
    def has_floor(self) -> bool:
        """Whether the pressure at a facet point can end elsewhere than at zero."""
        return self.adhesion_MPa > 0.0 or self.gas_MPa > 0.0

    def numbers(self, kind: type) -> Any:
        """The entry of ``further`` of a type; None if that law is not asked for."""
        return next((one for one in self.further if isinstance(one, kind)), None)
