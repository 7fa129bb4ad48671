"""Power-law creep of the sodium: the law, its return mapping, the passing of time.

Norton's law ``rate = A(T) stress**n`` in the von Mises stress, integrated by implicit
Euler over a step ``dt``. With plastic yield as well, a point follows whichever flows
more: below yield it creeps, and at yield plastic flow adds what holds the stress there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import ufl

GAS_CONSTANT_kJ_PER_MOL_K = 8.314462618e-3  # CODATA 2018, exact
ROOM_TEMPERATURE_K = 298.15
# Newton's method on a convex equation from above: with exponents up to 20 and any
# step it is at rounding after this many iterations.
ITERATIONS = 7
LEAST = 1e-30  # keeps the bound finite when no time passes


@dataclass(frozen=True)
class CreepLaw:
    """Norton creep with an Arrhenius factor.

    Attributes:
        rate_per_s: Equivalent strain rate at 1 MPa and the reference temperature.
        exponent: Stress exponent, at least 1.
        activation_kJ_per_mol: Activation energy; 0 is no dependence on temperature.
        reference_K: Temperature at which ``rate_per_s`` holds.
        has_yield: Whether the metal also yields, at its rate-independent flow stress.
    """

    rate_per_s: float
    exponent: float
    activation_kJ_per_mol: float = 0.0
    reference_K: float = ROOM_TEMPERATURE_K
    has_yield: bool = True

    def rate_at(self, temperature_K: float) -> float:
        """Strain rate at 1 MPa and a temperature, 1/s.

        Raises:
            ValueError: If the temperature is not above absolute zero.
        """
        if not temperature_K > 0.0:
            raise ValueError(f"temperature_K = {temperature_K:g}: allowed: > 0")
        colder = 1 / self.reference_K - 1 / temperature_K
        return self.rate_per_s * math.exp(
            self.activation_kJ_per_mol / GAS_CONSTANT_kJ_PER_MOL_K * colder
        )

    def strengthened(self, factor: float) -> CreepLaw:
        """The law of a metal that bears ``factor`` times the stress at any rate."""
        rate = self.rate_per_s / factor**self.exponent
        return CreepLaw(
            rate, self.exponent, self.activation_kJ_per_mol, self.reference_K, self.has_yield
        )


def from_flow_stress(stress_MPa: float, rate_exponent: float) -> tuple[float, float]:
    """Norton's rate at 1 MPa and exponent of ``stress = stress_MPa * rate**rate_exponent``.

    Args:
        stress_MPa: Flow stress at a rate of 1 per s.
        rate_exponent: Exponent of the rate.

    Returns:
        Rate at 1 MPa, 1/s, and stress exponent.
    """
    exponent = 1 / rate_exponent
    return stress_MPa**-exponent, exponent


@dataclass(frozen=True)
class CreepConstants:
    """Creep as UFL constants, so that cases share compiled forms.

    Attributes:
        increment: Step times rate at 1 MPa, changed from step to step; no unit.
        exponent: Stress exponent.
        has_yield: Whether plastic yield bounds the stress; decides the form.
    """

    increment: Any
    exponent: Any
    has_yield: bool


def creep_constants(law: CreepLaw | None, constant: Any) -> CreepConstants | None:
    """Wraps a creep law; no time passes until ``let_creep`` says so."""
    if law is None:
        return None
    return CreepConstants(constant(0.0), constant(law.exponent), law.has_yield)


def let_creep(sodium: Any, time_step_s: float, temperature_K: float) -> None:
    """Sets how long the sodium creeps during the step about to be solved.

    Args:
        sodium: `napress.fem.sodium.Sodium`; one without creep is left alone.
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
    load = 3 * shear * creep.increment * trial ** (exponent - 1)
    # Each of the two terms alone bounds the root from above.
    crept = (load + LEAST) ** (-1 / exponent)
    share = ufl.conditional(ufl.lt(crept, 1.0), crept, 1.0)
    for _ in range(ITERATIONS):
        power = share ** (exponent - 1)
        share = (1 + (exponent - 1) * load * power * share) / (1 + exponent * load * power)
    multiplier = (1 - share) * norm / (2 * shear)
    stiffness = 1 / (1 + exponent * load * share ** (exponent - 1))
    return multiplier, (1 - stiffness) / (2 * shear)
