"""Power-law creep of the sodium: its return mapping and the passing of time.

Norton's law ``rate = A(T) stress**n`` in the von Mises stress, integrated by implicit
Euler over a step ``dt``. With plastic yield as well, a point follows whichever flows
more: below yield it creeps, and at yield plastic flow adds what holds the stress there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import ufl

from napress.fem.inputs.creep_law import CreepLaw

# Newton's method on a convex equation from above: with exponents up to 20 and any
# step it is at rounding after this many iterations.
ITERATIONS = 7
LEAST = 1e-30  # keeps the bound finite when no time passes


@dataclass(frozen=True)
class CreepConstants:
    """Creep as UFL constants, so that cases share compiled forms.

    Attributes:
        increment: Step times rate at 1 MPa, changed from step to step; no unit.
        exponent: Stress exponent.
        has_yield: Whether plastic yield bounds the stress; decides the form.
        weakening: Rate at a stress over that of the metal in bulk, where strength varies.
    """

    increment: Any
    exponent: Any
    has_yield: bool
    weakening: Any = 1.0


def creep_constants(
    law: CreepLaw | None, constant: Any, strength: Any = None
) -> CreepConstants | None:
    """Wraps a creep law; no time passes until ``let_creep`` says so."""
    if law is None:
        return None
    exponent = constant(law.exponent)
    weakening = 1.0 if strength is None else strength ** (-exponent)
    return CreepConstants(constant(0.0), exponent, law.has_yield, weakening)


def let_creep(sodium: Any, time_step_s: float, temperature_K: float) -> None:
    """Sets how long the sodium creeps during the step about to be solved.

    Args:
        sodium: `napress.fem.sodium.body.Sodium`; one without creep is left alone.
        time_step_s: Duration of the step; 0 for an instantaneous one.
        temperature_K: Temperature during it.
    """
    creep = sodium.constants.creep
    if creep is not None:
        creep.increment.value = time_step_s * sodium.metal.creep.rate_at(temperature_K)


def creep_multiplier(norm: Any, shear: Any, creep: CreepConstants) -> tuple[Any, Any]:
    """Flow multiplier of a point that only creeps, and its slope in the trial norm.

    The von Mises stress after the step solves ``y + k y**n = 1``, ``y`` being its share
    of the trial stress and ``k = 3 G dt A trial**(n-1)``. The left side rises and is
    convex, so Newton's method from an upper bound falls monotonically onto the root.

    Args:
        norm: Norm of the trial deviator, MPa.
        shear: Shear modulus in the return direction, MPa.
        creep: The creep constants.

    Returns:
        Multiplier and its derivative with respect to ``norm``, 1/MPa.
    """
    exponent = creep.exponent
    trial = math.sqrt(1.5) * norm
    load = 3 * shear * creep.increment * creep.weakening * trial ** (exponent - 1)
    # Each of the two terms alone bounds the root from above.
    crept = (load + LEAST) ** (-1 / exponent)
    share = ufl.conditional(ufl.lt(crept, 1.0), crept, 1.0)
    for _ in range(ITERATIONS):
        power = share ** (exponent - 1)
        share = (1 + (exponent - 1) * load * power * share) / (1 + exponent * load * power)
    multiplier = (1 - share) * norm / (2 * shear)
    stiffness = 1 / (1 + exponent * load * share ** (exponent - 1))
    return multiplier, (1 - stiffness) / (2 * shear)
