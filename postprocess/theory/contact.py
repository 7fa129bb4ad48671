"""Exact and asymptotic solutions of elastic rough contact.

Units: µm, MPa, µN. Every function raises ValueError outside the range in which
its formula holds. Most are in Johnson, Contact Mechanics (1985), chapters 4 and
13; where something else is meant the docstring says so.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def require(condition: bool, message: str) -> None:
    """Raises ValueError with a one-line message unless the condition holds."""
    if not condition:
        raise ValueError(message)


def require_positive(**values: float) -> None:
    """Requires every named number to be finite and above zero."""
    for name, value in values.items():
        require(
            math.isfinite(value) and value > 0, f"{name} = {value!r}: must be above 0 and finite"
        )


def require_not_negative(**values: float) -> None:
    """Requires every named number to be finite and at least zero."""
    for name, value in values.items():
        require(math.isfinite(value) and value >= 0, f"{name} = {value!r}: must be at least 0")


def require_fraction(**values: float) -> None:
    """Requires every named number to lie between 0 and 1, both excluded."""
    for name, value in values.items():
        require(0 < value < 1, f"{name} = {value!r}: must be between 0 and 1, both excluded")


def effective_modulus_MPa(
    young_1_MPa: float, poisson_1: float, young_2_MPa: float, poisson_2: float
) -> float:
    """Contact modulus E* of two elastic bodies; ``math.inf`` for a rigid one is allowed.

    1/E* = (1 - nu1^2)/E1 + (1 - nu2^2)/E2.
    """
    for name, young in (("young_1_MPa", young_1_MPa), ("young_2_MPa", young_2_MPa)):
        require(young > 0, f"{name} = {young!r}: must be above 0")
    for name, poisson in (("poisson_1", poisson_1), ("poisson_2", poisson_2)):
        require(-1 < poisson <= 0.5, f"{name} = {poisson!r}: must be above -1 and at most 0.5")
    compliance = (1 - poisson_1**2) / young_1_MPa + (1 - poisson_2**2) / young_2_MPa
    require(compliance > 0, "at least one of the two bodies must be elastic")
    return 1 / compliance


def westergaard_closure_pressure_MPa(
    effective_modulus_MPa: float, amplitude_um: float, wavelength_um: float
) -> float:
    """Mean pressure at which a sine of peak-to-valley 2 * amplitude closes: pi E* D / lambda.

    Frictionless plane strain (Westergaard 1939).
    """
    require_positive(
        effective_modulus_MPa=effective_modulus_MPa,
        amplitude_um=amplitude_um,
        wavelength_um=wavelength_um,
    )
    return math.pi * effective_modulus_MPa * amplitude_um / wavelength_um


def westergaard_contact_fraction(mean_pressure_MPa: float, closure_pressure_MPa: float) -> float:
    """Contact fraction 2a/lambda = (2/pi) asin sqrt(p/p*); 1 from closure on."""
    require_positive(closure_pressure_MPa=closure_pressure_MPa)
    require_not_negative(mean_pressure_MPa=mean_pressure_MPa)
    ratio = min(mean_pressure_MPa / closure_pressure_MPa, 1.0)
    return 2 / math.pi * math.asin(math.sqrt(ratio))


def westergaard_half_width_um(
    mean_pressure_MPa: float, closure_pressure_MPa: float, wavelength_um: float
) -> float:
    """Contact half-width a, from p = p* sin^2(pi a / lambda)."""
    require_positive(wavelength_um=wavelength_um)
    fraction = westergaard_contact_fraction(mean_pressure_MPa, closure_pressure_MPa)
    return fraction * wavelength_um / 2


def westergaard_mean_pressure_MPa(
    half_width_um: float, closure_pressure_MPa: float, wavelength_um: float
) -> float:
    """Mean pressure p* sin^2(pi a / lambda) that makes a contact of half-width a."""
    require_positive(closure_pressure_MPa=closure_pressure_MPa, wavelength_um=wavelength_um)
    require(
        0 <= half_width_um <= wavelength_um / 2,
        f"half_width_um = {half_width_um!r}: must be from 0 to half the wavelength",
    )
    return closure_pressure_MPa * math.sin(math.pi * half_width_um / wavelength_um) ** 2


def westergaard_pressure_MPa(
    position_um: ArrayLike,
    mean_pressure_MPa: float,
    closure_pressure_MPa: float,
    wavelength_um: float,
) -> Array:
    """Contact pressure at distances from the peak.

    2 p cos(pi x/lambda) / S * sqrt(S - sin^2(pi x/lambda)) with S = p/p* =
    sin^2(pi a/lambda), 0 outside the contact; from closure on p + p* cos(2 pi x/lambda).

    Args:
        position_um: Distance from a peak, any shape.
        mean_pressure_MPa: Mean pressure.
        closure_pressure_MPa: p*.
        wavelength_um: Wavelength.

    Returns:
        Pressure in MPa, the shape of ``position_um``.
    """
    require_positive(closure_pressure_MPa=closure_pressure_MPa, wavelength_um=wavelength_um)
    require_positive(mean_pressure_MPa=mean_pressure_MPa)
    angle = np.pi * np.asarray(position_um, dtype=float) / wavelength_um
    if mean_pressure_MPa >= closure_pressure_MPa:
        return mean_pressure_MPa + closure_pressure_MPa * np.cos(2 * angle)
    closed = mean_pressure_MPa / closure_pressure_MPa
    inside = np.maximum(closed - np.sin(angle) ** 2, 0.0)
    return 2 * closure_pressure_MPa * np.abs(np.cos(angle)) * np.sqrt(inside)


def westergaard_peak_pressure_MPa(mean_pressure_MPa: float, closure_pressure_MPa: float) -> float:
    """Pressure at the peak, 2 sqrt(p p*), and p + p* from closure on."""
    return float(westergaard_pressure_MPa(0.0, mean_pressure_MPa, closure_pressure_MPa, 1.0))


def westergaard_mean_gap_um(
    mean_pressure_MPa: float, closure_pressure_MPa: float, amplitude_um: float
) -> float:
    """Void volume per area, D [1 - P (1 - ln P)] with P = p/p*; 0 from closure on.

    Own derivation: the incremental compliance is that of a periodic row of flat
    punches, (lambda / pi E*) ln(p*/p); integrated from first touch it uses up exactly
    the initial mean gap D at p = p*.
    """
    require_positive(closure_pressure_MPa=closure_pressure_MPa, amplitude_um=amplitude_um)
    require_not_negative(mean_pressure_MPa=mean_pressure_MPa)
    ratio = min(mean_pressure_MPa / closure_pressure_MPa, 1.0)
    if ratio == 0:
        return amplitude_um
    return amplitude_um * (1 - ratio * (1 - math.log(ratio)))


def full_contact_max_shear_MPa(
    depth_um: ArrayLike, pressure_amplitude_MPa: float, wavelength_um: float
) -> Array:
    """Largest shear under the pressure p1 cos kx on a half plane: p1 k z exp(-k z).

    The same at every x. Its peak, p1/e, lies at depth lambda / 2 pi.

    Args:
        depth_um: Depth below the surface, any shape, at least 0.
        pressure_amplitude_MPa: p1; a uniform pressure adds no in-plane shear.
        wavelength_um: Wavelength.

    Returns:
        Shear in MPa, the shape of ``depth_um``.
    """
    require_not_negative(pressure_amplitude_MPa=pressure_amplitude_MPa)
    require_positive(wavelength_um=wavelength_um)
    depth = np.asarray(depth_um, dtype=float)
    require(bool(np.all(depth >= 0)), "depth_um: must be at least 0")
    scaled = 2 * np.pi / wavelength_um * depth
    return pressure_amplitude_MPa * scaled * np.exp(-scaled)


def full_contact_yield_amplitude_MPa(yield_MPa: float) -> float:
    """Pressure amplitude at which the half plane first yields (Tresca): e/2 yield stresses."""
    require_positive(yield_MPa=yield_MPa)
    return math.e / 2 * yield_MPa


def hertz_contact_radius_um(
    force_uN: float, radius_um: float, effective_modulus_MPa: float
) -> float:
    """Contact radius of a sphere on a half space, a^3 = 3 F R / 4 E*."""
    require_not_negative(force_uN=force_uN)
    require_positive(radius_um=radius_um, effective_modulus_MPa=effective_modulus_MPa)
    return (3 * force_uN * radius_um / (4 * effective_modulus_MPa)) ** (1 / 3)


def hertz_peak_pressure_MPa(
    force_uN: float, radius_um: float, effective_modulus_MPa: float
) -> float:
    """Pressure in the centre of a Hertzian contact, (6 F E*^2 / pi^3 R^2)^(1/3)."""
    require_not_negative(force_uN=force_uN)
    require_positive(radius_um=radius_um, effective_modulus_MPa=effective_modulus_MPa)
    return (6 * force_uN * effective_modulus_MPa**2 / (math.pi**3 * radius_um**2)) ** (1 / 3)


def hertz_edge_tension_MPa(peak_pressure_MPa: float, poisson: float) -> float:
    """Largest tension, radial at the edge of the contact circle: (1 - 2 nu) p0 / 3.

    Outside the circle the radial surface stress is that of a point force,
    (1 - 2 nu) F / (2 pi r^2), with F = 2 pi a^2 p0 / 3.
    """
    require_not_negative(peak_pressure_MPa=peak_pressure_MPa)
    require(-1 < poisson <= 0.5, f"poisson = {poisson!r}: must be above -1 and at most 0.5")
    return (1 - 2 * poisson) * peak_pressure_MPa / 3


def bisinusoid_closure_pressure_MPa(
    effective_modulus_MPa: float, amplitude_um: float, wavelength_um: float
) -> float:
    """Mean pressure that closes D cos(2 pi x/lambda) cos(2 pi y/lambda): sqrt(2) pi E* D/lambda.

    Johnson, Greenwood, Higginson, Int. J. Mech. Sci. 27 (1985) 383. The egg-box
    D (cos kx + cos ky) / 2 is the same surface turned by 45 degrees with a wavelength
    shorter by sqrt(2); its closure pressure is that of the sine, pi E* D / lambda.
    """
    require_positive(
        effective_modulus_MPa=effective_modulus_MPa,
        amplitude_um=amplitude_um,
        wavelength_um=wavelength_um,
    )
    return math.sqrt(2) * math.pi * effective_modulus_MPa * amplitude_um / wavelength_um


def bisinusoid_light_contact_fraction(
    mean_pressure_MPa: float, closure_pressure_MPa: float
) -> float:
    """Contact fraction of separate Hertzian peaks, pi (3 p / 8 pi p*)^(2/3).

    The limit of light load; above p/p* = 0.1 the peaks no longer act alone and the
    function refuses.
    """
    ratio = _pressure_ratio(mean_pressure_MPa, closure_pressure_MPa)
    require(ratio <= 0.1, f"p/p* = {ratio:.3g}: the light-load limit holds up to 0.1")
    return math.pi * (3 * ratio / (8 * math.pi)) ** (2 / 3)


def bisinusoid_nearly_closed_contact_fraction(
    mean_pressure_MPa: float, closure_pressure_MPa: float
) -> float:
    """Contact fraction just before closure, 1 - (3 / 2 pi) (1 - p/p*), from p/p* = 0.9 on."""
    ratio = _pressure_ratio(mean_pressure_MPa, closure_pressure_MPa)
    require(0.9 <= ratio <= 1, f"p/p* = {ratio:.3g}: the limit near closure holds from 0.9 to 1")
    return 1 - 3 / (2 * math.pi) * (1 - ratio)


def persson_contact_fraction(
    mean_pressure_MPa: float, effective_modulus_MPa: float, rms_slope: float
) -> float:
    """Contact fraction of a randomly rough map, erf(sqrt(2) p / (E* h'rms)).

    Persson's diffusion theory; sqrt(8/pi) p / (E* h'rms) at light load.
    """
    from scipy.special import erf

    require_not_negative(mean_pressure_MPa=mean_pressure_MPa)
    require_positive(effective_modulus_MPa=effective_modulus_MPa, rms_slope=rms_slope)
    scaled = math.sqrt(2) * mean_pressure_MPa / (effective_modulus_MPa * rms_slope)
    return float(erf(scaled))


def _pressure_ratio(mean_pressure_MPa: float, closure_pressure_MPa: float) -> float:
    require_positive(closure_pressure_MPa=closure_pressure_MPa)
    require_not_negative(mean_pressure_MPa=mean_pressure_MPa)
    return mean_pressure_MPa / closure_pressure_MPa
