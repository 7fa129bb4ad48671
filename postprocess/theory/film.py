"""A film between metal and electrolyte that breaks under pressure, below what a mesh can show.

Where the metal presses, a share of the film is broken and the metal touches the electrolyte
in clean spots; the rest stays covered. The share follows a Weibull law in the largest contact
pressure so far. Current passes the clean spots, where it is constricted and transferred, and
the film beside them. The law and its closed forms are our own; the constriction of a spot in
its tube is textbook. Contact pressure in MPa, lengths in µm, conductivity in mS/cm, resistance
in ohm cm^2, capacitance in µF/cm^2. Functions take arrays, and raise ValueError where a
parameter is outside the law.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from napress.fem.inputs.constants import VACUUM_PERMITTIVITY_F_PER_M
from napress.postprocess.theory.conduction import OHM_CM2_PER_UM_CM_PER_MS
from napress.postprocess.theory.contact import require, require_not_negative, require_positive

Array = NDArray[np.float64]

# 1 um of vacuum: F/m / um = 1e6 F/m2 = 1e2 F/cm2 = 1e8 uF/cm2
UF_PER_CM2_UM = VACUUM_PERMITTIVITY_F_PER_M * 1e8
_TUBE = np.polynomial.Polynomial([1.0, -1.40978, 0.0, 0.34406, 0.0, 0.04305, 0.0, 0.02271])


def clean_fraction(
    largest_pressure_MPa: ArrayLike, film_pressure_MPa: float, film_exponent: float
) -> Array:
    """Share of the touching area where the film is broken, 1 - exp[-(p/p0)^m].

    Args:
        largest_pressure_MPa: Largest contact pressure so far.
        film_pressure_MPa: p0, at which 63 % is broken.
        film_exponent: m, how sharply.
    """
    require_positive(film_pressure_MPa=film_pressure_MPa, film_exponent=film_exponent)
    pressure = np.maximum(np.asarray(largest_pressure_MPa, dtype=float), 0.0)
    # From the logarithm, so that no pressure overflows; far beyond p0 all of it is broken.
    with np.errstate(divide="ignore"):
        logarithm = film_exponent * np.log(pressure / film_pressure_MPa)
    return -np.expm1(-np.exp(np.minimum(logarithm, 50.0)))


def clean_fraction_after_release(
    fraction: ArrayLike,
    pressure_MPa: ArrayLike,
    largest_pressure_MPa: ArrayLike,
    reopening_exponent: float,
) -> Array:
    """Clean share that still touches after the pressure was taken back, phi min(1, (p/p_max)^r).

    An estimate: one released cell of one laboratory gives r of about 2.3.

    Args:
        fraction: Clean share phi at the largest pressure.
        pressure_MPa: Contact pressure now.
        largest_pressure_MPa: Largest contact pressure so far.
        reopening_exponent: r; 0 keeps everything.
    """
    require_not_negative(reopening_exponent=reopening_exponent)
    now, largest = np.broadcast_arrays(
        np.maximum(np.asarray(pressure_MPa, dtype=float), 0.0),
        np.asarray(largest_pressure_MPa, dtype=float),
    )
    held = np.divide(now, largest, out=np.ones(now.shape), where=largest > 0)
    return np.asarray(fraction, dtype=float) * np.minimum(held, 1.0) ** reopening_exponent


def spot_asr_ohm_cm2(
    fraction: ArrayLike, film_spacing_um: float, conductivity_mS_per_cm: float
) -> Array:
    """Constriction into the clean spots, (b/sigma)(pi/4) psi(e)/e with e = sqrt(phi).

    Each spot sits in a tube of radius b; infinite without a spot, 0 when all is clean.

    Args:
        fraction: Clean share phi of the touching area.
        film_spacing_um: b, half the spacing of the spots.
        conductivity_mS_per_cm: Of the electrolyte.
    """
    require_positive(film_spacing_um=film_spacing_um, conductivity_mS_per_cm=conductivity_mS_per_cm)
    ratio = np.sqrt(_share(fraction))
    # The fitted factor leaves 4e-5 at full contact, where nothing is constricted.
    factor = np.where(ratio < 1.0, np.maximum(_TUBE(ratio) - _TUBE(1.0), 0.0), 0.0)
    length_um = film_spacing_um * (math.pi / 4) * _over(factor, ratio)
    return OHM_CM2_PER_UM_CM_PER_MS * length_um / conductivity_mS_per_cm


def clean_asr_ohm_cm2(
    fraction: ArrayLike,
    film_spacing_um: float,
    conductivity_mS_per_cm: float,
    charge_transfer_ohm_cm2: float = 0.0,
) -> Array:
    """Constriction into the clean spots, and charge transfer in them, R_ct / phi."""
    require_not_negative(charge_transfer_ohm_cm2=charge_transfer_ohm_cm2)
    transfer = charge_transfer_ohm_cm2 and _over(
        np.full(np.shape(fraction), charge_transfer_ohm_cm2), _share(fraction)
    )
    return spot_asr_ohm_cm2(fraction, film_spacing_um, conductivity_mS_per_cm) + transfer


def film_asr_ohm_cm2(film_thickness_um: float, film_conductivity_mS_per_cm: float) -> float:
    """Resistance through the film itself, thickness over conductivity; infinite if it has none."""
    require_positive(film_thickness_um=film_thickness_um)
    require_not_negative(film_conductivity_mS_per_cm=film_conductivity_mS_per_cm)
    if film_conductivity_mS_per_cm == 0:
        return math.inf
    return OHM_CM2_PER_UM_CM_PER_MS * film_thickness_um / film_conductivity_mS_per_cm


def local_asr_ohm_cm2(clean_ohm_cm2: ArrayLike, film_ohm_cm2: float) -> Array:
    """Clean spots and film side by side; either may be infinite."""
    require(film_ohm_cm2 > 0, f"film_ohm_cm2 = {film_ohm_cm2!r}: must be above 0")
    clean = np.asarray(clean_ohm_cm2, dtype=float)
    return _over(np.ones(clean.shape), _over(np.ones(clean.shape), clean) + 1.0 / film_ohm_cm2)


def flat_face_asr_ohm_cm2(
    pressure_MPa: ArrayLike,
    film_pressure_MPa: float,
    film_exponent: float,
    film_spacing_um: float,
    conductivity_mS_per_cm: float,
    charge_transfer_ohm_cm2: float = 0.0,
    film_ohm_cm2: float = math.inf,
) -> Array:
    """Interface resistance of a flat face under even, rising pressure: the law as a whole.

    Where little is broken its slope in log R over log p is -m/2; where all is broken it ends
    at the charge transfer, beside the film.
    """
    fraction = clean_fraction(pressure_MPa, film_pressure_MPa, film_exponent)
    clean = clean_asr_ohm_cm2(
        fraction, film_spacing_um, conductivity_mS_per_cm, charge_transfer_ohm_cm2
    )
    return local_asr_ohm_cm2(clean, film_ohm_cm2)


def film_capacitance_uF_per_cm2(
    fraction: ArrayLike, film_thickness_um: float, film_permittivity: float
) -> Array:
    """Capacitance of the film that is left, (1 - phi) e0 e / t."""
    require_positive(film_thickness_um=film_thickness_um, film_permittivity=film_permittivity)
    whole = UF_PER_CM2_UM * film_permittivity / film_thickness_um
    return (1.0 - _share(fraction)) * whole


def gap_capacitance_uF_per_cm2(gap_um: ArrayLike) -> Array:
    """Capacitance of an open gap, e0 / gap."""
    gap = np.asarray(gap_um, dtype=float)
    require(bool((gap > 0).all()), "gap_um: must be above 0")
    return UF_PER_CM2_UM / gap


def peak_frequency_Hz(resistance_ohm_cm2: float, capacitance_uF_per_cm2: float) -> float:
    """Where the arc of a resistance beside a capacitance peaks, 1 / (2 pi R C)."""
    require_positive(
        resistance_ohm_cm2=resistance_ohm_cm2, capacitance_uF_per_cm2=capacitance_uF_per_cm2
    )
    return 1e6 / (2 * math.pi * resistance_ohm_cm2 * capacitance_uF_per_cm2)


def bulk_peak_frequency_Hz(conductivity_mS_per_cm: float, permittivity: float) -> float:
    """Where the electrolyte's own arc peaks, sigma / (2 pi e0 e), whatever its thickness."""
    require_positive(conductivity_mS_per_cm=conductivity_mS_per_cm, permittivity=permittivity)
    # mS/cm = 0.1 S/m
    absolute = VACUUM_PERMITTIVITY_F_PER_M * permittivity
    return 0.1 * conductivity_mS_per_cm / (2 * math.pi * absolute)


def arc_ohm_cm2(
    frequency_Hz: ArrayLike, resistance_ohm_cm2: float, peak_frequency_Hz: float
) -> NDArray[np.complex128]:
    """Impedance of a resistance beside a capacitance, R / (1 + i f / f_peak)."""
    require_positive(resistance_ohm_cm2=resistance_ohm_cm2, peak_frequency_Hz=peak_frequency_Hz)
    return resistance_ohm_cm2 / (1 + 1j * np.asarray(frequency_Hz, float) / peak_frequency_Hz)


def crack_extrusion_pressure_MPa(
    strength_MPa: float, film_thickness_um: float, crack_width_um: float
) -> float:
    """Scale of p0: metal pressed through a crack of the film, (2/sqrt 3) s (1 + t/w).

    Args:
        strength_MPa: Of the metal at the width of the crack.
        film_thickness_um: Length of the way t through the film.
        crack_width_um: w.
    """
    require_positive(
        strength_MPa=strength_MPa,
        film_thickness_um=film_thickness_um,
        crack_width_um=crack_width_um,
    )
    return 2 / math.sqrt(3) * strength_MPa * (1 + film_thickness_um / crack_width_um)


def _share(fraction: ArrayLike) -> Array:
    share = np.asarray(fraction, dtype=float)
    require(bool(((share >= 0) & (share <= 1)).all()), "fraction: must be from 0 to 1")
    return share


def _over(top: Array, bottom: Array) -> Array:
    """Quotient that is infinite where the divisor is 0."""
    return np.divide(top, bottom, out=np.full(np.shape(top), math.inf), where=bottom > 0)
