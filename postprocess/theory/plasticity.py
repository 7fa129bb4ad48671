"""Exact solutions of plastic and creeping flow: punches, closing voids, thick cylinders.

Also the strength criteria of brittle solids that have a closed form. Units: µm,
MPa, s. Yielding is von Mises, so the shear yield stress is k = yield / sqrt(3).
Every function raises ValueError outside the range in which its formula holds.
"""

from __future__ import annotations

import math

from napress.postprocess.theory.contact import (
    require,
    require_fraction,
    require_not_negative,
    require_positive,
)


def shear_yield_MPa(yield_MPa: float) -> float:
    """Von Mises shear yield stress, yield / sqrt(3)."""
    require_positive(yield_MPa=yield_MPa)
    return yield_MPa / math.sqrt(3)


def prandtl_punch_pressure_MPa(yield_MPa: float) -> float:
    """Pressure under one flat punch on a rigid-plastic half plane, (2 + pi) k."""
    return (2 + math.pi) * shear_yield_MPa(yield_MPa)


def punch_row_pressure_MPa(covered_fraction: float, yield_MPa: float) -> float:
    """Mean pressure on a row of smooth flat punches in a rigid-plastic block.

    f (1 + pi/2) 2k in plane strain (Hill's slip-line field of extrusion through a
    row of square dies), for a covered fraction f up to one half.
    """
    require(
        0 < covered_fraction <= 0.5,
        f"covered_fraction = {covered_fraction!r}: must be above 0 and at most 0.5",
    )
    return covered_fraction * (1 + math.pi / 2) * 2 * shear_yield_MPa(yield_MPa)


def spherical_void_closure_pressure_MPa(void_fraction: float, yield_MPa: float) -> float:
    """Pressure at which a hollow rigid-plastic sphere collapses, (2/3) yield ln(1/f)."""
    require_fraction(void_fraction=void_fraction)
    require_positive(yield_MPa=yield_MPa)
    return 2 / 3 * yield_MPa * math.log(1 / void_fraction)


def cylindrical_void_closure_pressure_MPa(void_fraction: float, yield_MPa: float) -> float:
    """Pressure at which a hollow rigid-plastic cylinder collapses, (yield/sqrt 3) ln(1/f)."""
    require_fraction(void_fraction=void_fraction)
    return shear_yield_MPa(yield_MPa) * math.log(1 / void_fraction)


def norton_sphere_closure_rate_per_s(
    pressure_MPa: float, void_fraction: float, prefactor: float, exponent: float
) -> float:
    """Rate -a'/a at which the void of a hollow creeping sphere shrinks.

    (A/2) [3p / (2n (1 - f^(1/n)))]^n for the creep law rate = A stress^n.

    Args:
        pressure_MPa: Outer minus inner pressure.
        void_fraction: Void volume over total volume.
        prefactor: A in MPa^-n / s.
        exponent: n, 1 or more.
    """
    _require_norton(pressure_MPa, void_fraction, prefactor, exponent)
    effective = 3 * pressure_MPa / (2 * exponent * (1 - void_fraction ** (1 / exponent)))
    return prefactor / 2 * effective**exponent


def norton_cylinder_closure_rate_per_s(
    pressure_MPa: float, void_fraction: float, prefactor: float, exponent: float
) -> float:
    """Rate -a'/a at which the void of a hollow creeping cylinder shrinks (plane strain).

    (sqrt(3) A/2) [sqrt(3) p / (n (1 - f^(1/n)))]^n; arguments as for the sphere.
    """
    _require_norton(pressure_MPa, void_fraction, prefactor, exponent)
    effective = math.sqrt(3) * pressure_MPa / (exponent * (1 - void_fraction ** (1 / exponent)))
    return math.sqrt(3) * prefactor / 2 * effective**exponent


def hill_cylinder_pressure_MPa(
    plastic_radius_um: float, inner_um: float, outer_um: float, yield_MPa: float
) -> float:
    """Pressure on a thick elastic-plastic cylinder that is plastic up to a radius c.

    k [1 - c^2/b^2 + 2 ln(c/a)] (Hill, The Mathematical Theory of Plasticity, 1950), in
    plane strain, incompressible or with Tresca's criterion; pressure inside or, of
    opposite sense, outside.
    """
    _require_cylinder(inner_um, outer_um)
    require(
        inner_um <= plastic_radius_um <= outer_um,
        f"plastic_radius_um = {plastic_radius_um!r}: must be from inner_um to outer_um",
    )
    ratio = plastic_radius_um / outer_um
    logarithm = 2 * math.log(plastic_radius_um / inner_um)
    return shear_yield_MPa(yield_MPa) * (1 - ratio**2 + logarithm)


def hill_cylinder_first_yield_MPa(inner_um: float, outer_um: float, yield_MPa: float) -> float:
    """Pressure at which the bore of a thick cylinder first yields, k (1 - a^2/b^2)."""
    return hill_cylinder_pressure_MPa(inner_um, inner_um, outer_um, yield_MPa)


def hill_cylinder_full_plasticity_MPa(inner_um: float, outer_um: float, yield_MPa: float) -> float:
    """Pressure at which a thick cylinder is plastic throughout, 2k ln(b/a)."""
    return hill_cylinder_pressure_MPa(outer_um, inner_um, outer_um, yield_MPa)


def hill_cylinder_plastic_radius_um(
    pressure_MPa: float, inner_um: float, outer_um: float, yield_MPa: float
) -> float:
    """Radius up to which a thick cylinder is plastic, the inverse of Hill's pressure.

    Raises:
        ValueError: If the pressure is below first yield or above full plasticity.
    """
    from scipy.optimize import brentq

    first = hill_cylinder_first_yield_MPa(inner_um, outer_um, yield_MPa)
    full = hill_cylinder_full_plasticity_MPa(inner_um, outer_um, yield_MPa)
    require(
        first <= pressure_MPa <= full,
        f"pressure_MPa = {pressure_MPa!r}: must be from first yield ({first:.4g}) to full "
        f"plasticity ({full:.4g})",
    )

    def excess(radius_um: float) -> float:
        return hill_cylinder_pressure_MPa(radius_um, inner_um, outer_um, yield_MPa) - pressure_MPa

    return float(brentq(excess, inner_um, outer_um, xtol=1e-14 * outer_um, rtol=1e-14))


def trapped_gas_volume_fraction(pressure_MPa: float, initial_pressure_MPa: float = 0.1) -> float:
    """Share of its first volume that trapped ideal gas keeps at an absolute pressure.

    Isothermal, p0/p; the default start is atmospheric pressure.
    """
    require_positive(pressure_MPa=pressure_MPa, initial_pressure_MPa=initial_pressure_MPa)
    require(
        pressure_MPa >= initial_pressure_MPa,
        f"pressure_MPa = {pressure_MPa!r}: must be at least the initial {initial_pressure_MPa!r}",
    )
    return initial_pressure_MPa / pressure_MPa


def drucker_prager_constants(tension_MPa: float, compression_MPa: float) -> tuple[float, float]:
    """Slope a and intercept k (MPa) of sqrt(J2) + a I1 = k through both uniaxial strengths.

    a = (C - T) / (sqrt(3) (C + T)), k = 2 C T / (sqrt(3) (C + T)), tension positive.
    """
    require_positive(tension_MPa=tension_MPa, compression_MPa=compression_MPa)
    scale = math.sqrt(3) * (compression_MPa + tension_MPa)
    slope = (compression_MPa - tension_MPa) / scale
    return slope, 2 * compression_MPa * tension_MPa / scale


def weibull_strength_ratio(volume_1_um3: float, volume_2_um3: float, modulus: float) -> float:
    """Strength of a body of volume 1 over that of volume 2, (V2/V1)^(1/m), in tension."""
    require_positive(volume_1_um3=volume_1_um3, volume_2_um3=volume_2_um3, modulus=modulus)
    return (volume_2_um3 / volume_1_um3) ** (1 / modulus)


def weibull_failure_probability(
    stress_MPa: float, scale_MPa: float, modulus: float, volume_ratio: float = 1.0
) -> float:
    """Failure probability of a uniformly tensioned body, 1 - exp(-(V/V0) (s/s0)^m).

    Compression (negative stress) does not contribute.
    """
    require_positive(scale_MPa=scale_MPa, modulus=modulus, volume_ratio=volume_ratio)
    return -math.expm1(-volume_ratio * (max(stress_MPa, 0.0) / scale_MPa) ** modulus)


def phase_field_length_um(
    young_MPa: float, toughness_J_per_m2: float, tension_MPa: float, model: str = "AT1"
) -> float:
    """Regularisation length at which a phase-field bar breaks at a given strength.

    3 E Gc / 8 T^2 for AT1, 27 E Gc / 256 T^2 for AT2; 1 J/m^2 is 1 MPa µm.
    """
    require_positive(
        young_MPa=young_MPa, toughness_J_per_m2=toughness_J_per_m2, tension_MPa=tension_MPa
    )
    factors = {"AT1": 3 / 8, "AT2": 27 / 256}
    require(model in factors, f"model = {model!r}: must be one of AT1, AT2")
    return factors[model] * young_MPa * toughness_J_per_m2 / tension_MPa**2


def _require_norton(
    pressure_MPa: float, void_fraction: float, prefactor: float, exponent: float
) -> None:
    require_not_negative(pressure_MPa=pressure_MPa)
    require_fraction(void_fraction=void_fraction)
    require_positive(prefactor=prefactor)
    require(
        math.isfinite(exponent) and exponent >= 1,
        f"exponent = {exponent!r}: must be 1 or more",
    )


def _require_cylinder(inner_um: float, outer_um: float) -> None:
    require_positive(inner_um=inner_um, outer_um=outer_um)
    require(
        inner_um < outer_um, f"inner_um = {inner_um!r}: must be less than outer_um = {outer_um!r}"
    )


def turned_angle(angle_rad: float, strain: float) -> float:
    """Angle between stress and a constant strain rate that turns it along the yield surface.

    Perfectly plastic von Mises metal with a deviatoric strain rate. Source: Krieg & Krieg,
    J. Pressure Vessel Technology 99 (1977) 510.

    Args:
        angle_rad: Angle at the beginning, the stress being at yield.
        strain: Norm of the strain since, over the norm of the strain at yield.

    Returns:
        Angle in radians.
    """
    return 2 * math.atan(math.tan(angle_rad / 2) * math.exp(-strain))
