"""Fields of the contact form that friction, adhesion and trapped gas need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from napress.fem.contact.friction import slip_stiffness
from napress.fem.inputs.contact_law import FRICTIONLESS, ContactLaw
from napress.fem.inputs.materials import PlasticMetal


@dataclass(frozen=True)
class LawFields:
    """Functions on the contact face; None where a law is off, so forms leave it out.

    Attributes:
        friction: ``frictionless``, ``coulomb`` or ``stick``.
        floor: Pressure of points that are not in contact, MPa.
        rise: Pressure that gas adds at the points of a void, in contact or not, MPa.
        rise_change: Its change, for the directional derivative.
        anchor: Lateral place each point would have without traction, µm.
        coefficient: Coefficient of friction.
        slip_stiffness: Traction per elastic slip, MPa/µm.
        shear_strength: Shear strength of the sodium under each point, MPa.
    """

    friction: str
    floor: Any = None
    rise: Any = None
    rise_change: Any = None
    anchor: Any = None
    coefficient: Any = None
    slip_stiffness: Any = None
    shear_strength: Any = None


def law_fields(
    law: ContactLaw,
    on_face: Callable[[tuple[int, ...]], Any],
    constant: Callable[[float], Any],
    dimension: int,
    metal: PlasticMetal,
    facet_size_um: float,
) -> LawFields:
    """Makes the fields a law needs.

    Args:
        law: The law.
        on_face: Makes a function of a value shape on the contact face.
        constant: Makes a constant of the sodium's mesh.
        dimension: 2 or 3.
        metal: The sodium.
        facet_size_um: Size of a facet.
    """
    floor = tuple(on_face(()) for _ in range(3)) if law.has_floor else (None, None, None)
    if not law.has_friction:
        return LawFields(FRICTIONLESS, *floor)
    return LawFields(
        law.friction,
        *floor,
        anchor=on_face((dimension - 1,)),
        coefficient=constant(law.coefficient),
        slip_stiffness=constant(slip_stiffness(metal, facet_size_um)),
        shear_strength=on_face(()),
    )
