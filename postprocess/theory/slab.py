"""A thin rigid-plastic layer between sticking faces: form error, free edge, a pressed foil.

Slab theory gives the hill of friction. What the front of a contact needs beside it was fitted
to our own finite element limit analysis of strips (thin layer: 4.3 k to 3 %; nearly closed:
k [1.5 + 2.2 ln(R/g)], to 0.6 k). MPa, µm; k is the shear yield stress, the yield stress over
the root of 3. Every function raises ValueError outside its range.
"""

from __future__ import annotations

import math

from napress.postprocess.theory.contact import require, require_positive
from napress.postprocess.theory.pellet import friction_hill_mean_pressure_MPa
from napress.postprocess.theory.plasticity import shear_yield_MPa

# Front of a strip on a thin layer, in k; and of the last slot, a + b ln(R/g).
FRONT, SLOT, SLOT_RISE = 4.3, 1.5, 2.2
# Below this open share of a wave its last slot is narrower than what a slab can mean.
SMALLEST_OPEN = 1e-9


def strip_front_pressure_MPa(
    covered: float, wavelength_um: float, thickness_um: float, yield_MPa: float
) -> float:
    """Pressure at the front of strips, k max(4.3, 1.5 + 2.2 ln(R/g)).

    g = (1 - f) L / 2 is half the gap and R the smaller of thickness and half the wave: what
    is left open is an extrusion, which no finite pressure ends.

    Args:
        covered: Share f of the wave, above 0 and below 1.
        wavelength_um: L.
        thickness_um: Of the metal, h.
        yield_MPa: Of the metal in tension.
    """
    require(0 < covered < 1, f"covered = {covered!r}: must be above 0 and below 1")
    require_positive(wavelength_um=wavelength_um, thickness_um=thickness_um)
    reach = min(thickness_um, wavelength_um / 2)
    half_gap = (1 - covered) * wavelength_um / 2
    return shear_yield_MPa(yield_MPa) * max(FRONT, SLOT + SLOT_RISE * math.log(reach / half_gap))


def strip_hill_pressure_MPa(
    covered: float, wavelength_um: float, thickness_um: float, yield_MPa: float
) -> float:
    """Mean pressure of the friction hills of strips alone, on the whole wave: k f^2 L / (2 h)."""
    require(0 <= covered <= 1, f"covered = {covered!r}: must be from 0 to 1")
    require_positive(wavelength_um=wavelength_um, thickness_um=thickness_um)
    return shear_yield_MPa(yield_MPa) * covered**2 * wavelength_um / (2 * thickness_um)


def strip_wave_pressure_MPa(
    covered: float, wavelength_um: float, thickness_um: float, yield_MPa: float
) -> float:
    """Mean pressure at which a sealed layer covers a share of a wave: front and hill."""
    front = strip_front_pressure_MPa(covered, wavelength_um, thickness_um, yield_MPa)
    hill = strip_hill_pressure_MPa(covered, wavelength_um, thickness_um, yield_MPa)
    return covered * front + hill


def strip_wave_fraction(
    pressure_MPa: float, wavelength_um: float, thickness_um: float, yield_MPa: float
) -> float:
    """Share of a wave that a sealed layer covers at a mean pressure; always below 1."""
    from scipy.optimize import brentq

    require_positive(pressure_MPa=pressure_MPa)

    def missing(open_log: float) -> float:
        covered = 1 - math.exp(open_log)
        return strip_wave_pressure_MPa(covered, wavelength_um, thickness_um, yield_MPa) - (
            pressure_MPa
        )

    low, high = math.log(SMALLEST_OPEN), math.log1p(-1e-12)
    if missing(low) < 0:
        return 1 - SMALLEST_OPEN
    return float(1 - math.exp(brentq(missing, low, high, xtol=1e-12)))


def held_foil_pressure_MPa(
    radius_um: float, thickness_um: float, nominal_MPa: float, yield_MPa: float
) -> float:
    """True pressure on a foil that a constant force spreads until its hill carries it.

    Its volume stays. ``nominal_MPa`` itself if it carries that without flowing.

    Args:
        radius_um: Before.
        thickness_um: Before.
        nominal_MPa: Force over the area before.
        yield_MPa: Of the metal.
    """
    from scipy.optimize import brentq

    require_positive(nominal_MPa=nominal_MPa)
    if friction_hill_mean_pressure_MPa(radius_um, thickness_um, yield_MPa) >= nominal_MPa:
        return nominal_MPa

    def missing(spread_log: float) -> float:
        grown = math.exp(spread_log)
        radius, left = radius_um * grown, thickness_um / grown**2
        carried = friction_hill_mean_pressure_MPa(radius, left, yield_MPa)
        return carried * grown**2 - nominal_MPa

    grown = math.exp(brentq(missing, 0.0, 10.0, xtol=1e-12))
    return nominal_MPa / grown**2
