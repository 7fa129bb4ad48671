"""Power-law creep of the sodium: its return mapping and the passing of time.

Norton's law ``rate = A(T) stress**n`` in the von Mises stress, integrated by implicit
Euler over a step ``dt``. With plastic yield as well, a point follows whichever flows
more: below yield it creeps, and at yield plastic flow adds what holds the stress there.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import ufl

from napress.fem.inputs.materials import CreepLaw

# Newton's method on a convex equation from above: with exponents up to 20 and any
# step it is at rounding after this many iterations.
ITERATIONS = 7
LEAST = 1e-30  # keeps the bound finite when no time passes


@dataclass(frozen=True)
class CreepConstants:
    """Creep as UFL constants, so that cases share compiled forms.

    Attributes:
        rule: The law's return mapping.
        increment: Step times rate at 1 MPa, changed from step to step; no unit.
        parameters: What else the law needs, by the names of its numbers.
        has_yield: Whether plastic yield bounds the stress; decides the form.
        strength: Strength over that of the metal in bulk, None where it does not vary.
    """

    rule: CreepRule
    increment: Any
    parameters: dict[str, Any]
    has_yield: bool
    strength: Any = None


@dataclass(frozen=True)
class CreepRule:
    """How the return mapping of a creep law is written.

    Attributes:
        parameters: Numbers of the law that its form needs besides the rate.
        multiplier: Flow multiplier of a point that only creeps, and its derivative by the
            norm of the trial deviator, 1/MPa; from that norm and the shear modulus in MPa
            and the constants.
    """

    parameters: tuple[str, ...]
    multiplier: Callable[[Any, Any, CreepConstants], tuple[Any, Any]]


def creep_constants(
    law: CreepLaw | None, constant: Any, strength: Any = None
) -> CreepConstants | None:
    """Wraps a creep law; no time passes until ``let_creep`` says so."""
    if law is None:
        return None
    rule = LAWS[type(law)]
    parameters = {name: constant(getattr(law, name)) for name in rule.parameters}
    return CreepConstants(rule, constant(0.0), parameters, law.has_yield, strength)


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


def norton_multiplier(norm: Any, shear: Any, creep: CreepConstants) -> tuple[Any, Any]:
    """Flow multiplier of a point that only creeps by Norton's law, and its slope.

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
    exponent = creep.parameters["exponent"]
    trial = math.sqrt(1.5) * norm
    weakening = 1.0 if creep.strength is None else creep.strength ** (-exponent)
    load = 3 * shear * creep.increment * weakening * trial ** (exponent - 1)
    # Each of the two terms alone bounds the root from above.
    crept = (load + LEAST) ** (-1 / exponent)
    share = ufl.conditional(ufl.lt(crept, 1.0), crept, 1.0)
    for _ in range(ITERATIONS):
        power = share ** (exponent - 1)
        share = (1 + (exponent - 1) * load * power * share) / (1 + exponent * load * power)
    multiplier = (1 - share) * norm / (2 * shear)
    stiffness = 1 / (1 + exponent * load * share ** (exponent - 1))
    return multiplier, (1 - stiffness) / (2 * shear)


# A creep law is its numbers with their rates (as of `CreepLaw`), a rule, and a line here.
LAWS: dict[type, CreepRule] = {CreepLaw: CreepRule(("exponent",), norton_multiplier)}
