"""Constriction of the current in an electrolyte that the metal touches in places.

The metal is at one potential. Lengths in µm, conductivity in mS/cm, resistance in
ohm and area-specific resistance (ASR) in ohm cm^2. Every function raises
ValueError outside the range in which its formula holds.
"""

from __future__ import annotations

import math

from napress.postprocess.theory.contact import (
    require,
    require_not_negative,
    require_positive,
)

# 1 um / (1 mS/cm) = 1e-4 cm / (1e-3 S/cm)
OHM_CM2_PER_UM_CM_PER_MS = 0.1
# 1 / (1 mS/cm * 1 um) = 1 / (1e-3 S/cm * 1e-4 cm)
OHM_PER_CM_PER_MS_UM = 1e7
# Range of the mapping of a slab, thickness over half a period: below, its parameter is 1 to
# double precision; above, the slab is deep to e^(-2 pi 6).
SLAB_SMALLEST_ASPECT, SLAB_DEEP = 0.1, 6.0
# light-load range of the Cooper-Mikic-Yovanovich correlation
_CMY_LARGEST_LOAD = 0.1


def spot_resistance_ohm(radius_um: float, conductivity_mS_per_cm: float) -> float:
    """Spreading resistance of one circular spot on a half space, 1 / (4 sigma a) (Holm)."""
    require_positive(radius_um=radius_um, conductivity_mS_per_cm=conductivity_mS_per_cm)
    return OHM_PER_CM_PER_MS_UM / (4 * conductivity_mS_per_cm * radius_um)


def strip_constriction_asr_ohm_cm2(
    contact_fraction: float, wavelength_um: float, conductivity_mS_per_cm: float
) -> float:
    """ASR of contact strips of half-width a, (lambda / pi sigma) ln[1/sin(pi a/lambda)].

    Args:
        contact_fraction: 2 a / lambda, above 0 and at most 1.
        wavelength_um: The period lambda.
        conductivity_mS_per_cm: Of the electrolyte.
    """
    require(
        0 < contact_fraction <= 1,
        f"contact_fraction = {contact_fraction!r}: must be above 0 and at most 1",
    )
    require_positive(wavelength_um=wavelength_um, conductivity_mS_per_cm=conductivity_mS_per_cm)
    logarithm = abs(math.log(math.sin(math.pi * contact_fraction / 2)))
    length_um = wavelength_um / math.pi * logarithm
    return OHM_CM2_PER_UM_CM_PER_MS * length_um / conductivity_mS_per_cm


def strip_on_slab_asr_ohm_cm2(
    contact_fraction: float,
    wavelength_um: float,
    thickness_um: float,
    conductivity_mS_per_cm: float,
) -> float:
    """ASR that contact strips add to a slab of finite thickness above a counter-electrode.

    Half a period is a rectangle of width w = lambda / 2 and height t with electrodes on a
    part a of its top and on its base. The elliptic sine maps it to a half plane and that to
    a rectangle with whole sides as electrodes (conformal mapping, textbook): with m from
    K(1-m)/K(m) = t/w and m1 = m sn^2(a K(m)/w | m) its ASR is w K(1-m1)/(K(m1) sigma), from
    which t / sigma is taken. Deep slabs give `strip_constriction_asr_ohm_cm2`, thin ones
    (t/sigma)(1/f - 1) less the fringe.

    Args:
        contact_fraction: 2 a / lambda, above 0 and at most 1.
        wavelength_um: The period.
        thickness_um: Of the slab; at least a twentieth of the period.
        conductivity_mS_per_cm: Of the slab.
    """
    from scipy.special import ellipj, ellipk, ellipkm1

    require(
        0 < contact_fraction <= 1,
        f"contact_fraction = {contact_fraction!r}: must be above 0 and at most 1",
    )
    require_positive(
        wavelength_um=wavelength_um,
        thickness_um=thickness_um,
        conductivity_mS_per_cm=conductivity_mS_per_cm,
    )
    half = wavelength_um / 2
    aspect = thickness_um / half
    require(
        aspect >= SLAB_SMALLEST_ASPECT,
        f"thickness_um / (wavelength_um / 2) = {aspect:.3g}: "
        f"must be at least {SLAB_SMALLEST_ASPECT:g}",
    )
    if aspect > SLAB_DEEP:
        return strip_constriction_asr_ohm_cm2(
            contact_fraction, wavelength_um, conductivity_mS_per_cm
        )
    nome = math.exp(-math.pi * aspect)
    above = 2 * nome**0.25 * sum(nome ** (n * (n + 1)) for n in range(40))
    below = 1 + 2 * sum(nome ** (n * n) for n in range(1, 40))
    parameter = (above / below) ** 4
    sine = ellipj(contact_fraction * ellipk(parameter), parameter)[0]
    mapped = parameter * sine**2
    length_um = half * (ellipkm1(mapped) / ellipk(mapped)) - thickness_um
    return OHM_CM2_PER_UM_CM_PER_MS * max(float(length_um), 0.0) / conductivity_mS_per_cm


def tube_constriction_factor(radius_ratio: float) -> float:
    """Share of a free spot's resistance left in a tube, spot over tube radius e.

    1 - 1.40978 e + 0.34406 e^3 + 0.04305 e^5 + 0.02271 e^7: a fit (textbook); 4e-5
    instead of 0 at e = 1.
    """
    require(
        0 < radius_ratio <= 1, f"radius_ratio = {radius_ratio!r}: must be above 0 and at most 1"
    )
    e = radius_ratio
    return 1 - 1.40978 * e + 0.34406 * e**3 + 0.04305 * e**5 + 0.02271 * e**7


def spot_in_tube_asr_ohm_cm2(
    spot_radius_um: float, tube_radius_um: float, conductivity_mS_per_cm: float
) -> float:
    """ASR of a circular spot of radius a in a tube of radius b: pi b^2 psi(a/b) / (4 sigma a)."""
    require_positive(
        spot_radius_um=spot_radius_um,
        tube_radius_um=tube_radius_um,
        conductivity_mS_per_cm=conductivity_mS_per_cm,
    )
    factor = tube_constriction_factor(spot_radius_um / tube_radius_um)
    length_um = math.pi * tube_radius_um**2 * factor / (4 * spot_radius_um)
    return OHM_CM2_PER_UM_CM_PER_MS * length_um / conductivity_mS_per_cm


def insulating_discs_asr_ohm_cm2(
    void_area_fraction: float, radius_um: float, conductivity_mS_per_cm: float
) -> float:
    """ASR of sparse circular voids in an otherwise touching interface, (4/3 pi) f a / sigma.

    Dilute: refuses an area fraction above 0.1, where the voids notice one another.
    """
    require(
        0 <= void_area_fraction <= 0.1,
        f"void_area_fraction = {void_area_fraction!r}: must be from 0 to 0.1",
    )
    require_positive(radius_um=radius_um, conductivity_mS_per_cm=conductivity_mS_per_cm)
    length_um = 4 / (3 * math.pi) * void_area_fraction * radius_um
    return OHM_CM2_PER_UM_CM_PER_MS * length_um / conductivity_mS_per_cm


def westergaard_asr_ohm_cm2(
    mean_pressure_MPa: float,
    closure_pressure_MPa: float,
    wavelength_um: float,
    conductivity_mS_per_cm: float,
) -> float:
    """Contact and conduction together: (lambda / 2 pi sigma) ln(p*/p), 0 from closure on.

    Westergaard's contact half-width put into the constriction of strips.
    """
    require_positive(
        mean_pressure_MPa=mean_pressure_MPa,
        closure_pressure_MPa=closure_pressure_MPa,
        wavelength_um=wavelength_um,
        conductivity_mS_per_cm=conductivity_mS_per_cm,
    )
    logarithm = max(math.log(closure_pressure_MPa / mean_pressure_MPa), 0.0)
    length_um = wavelength_um / (2 * math.pi) * logarithm
    return OHM_CM2_PER_UM_CM_PER_MS * length_um / conductivity_mS_per_cm


def harmonic_mean_conductivity_mS_per_cm(
    conductivity_1_mS_per_cm: float, conductivity_2_mS_per_cm: float
) -> float:
    """Harmonic mean 2 s1 s2 / (s1 + s2) of both sides; ``math.inf`` for a metal gives 2 s."""
    for name, value in (
        ("conductivity_1_mS_per_cm", conductivity_1_mS_per_cm),
        ("conductivity_2_mS_per_cm", conductivity_2_mS_per_cm),
    ):
        require(value > 0, f"{name} = {value!r}: must be above 0")
    return 2 / (1 / conductivity_1_mS_per_cm + 1 / conductivity_2_mS_per_cm)


def cmy_conductance_S_per_cm2(
    pressure_MPa: float,
    hardness_MPa: float,
    rms_um: float,
    mean_slope: float,
    conductivity_mS_per_cm: float,
) -> float:
    """Contact conductance of plastic asperities, 1.25 k (m / s) (p/H)^0.95.

    Cooper, Mikic, Yovanovich, Int. J. Heat Mass Transfer 12 (1969) 279, in the form
    refitted by Yovanovich; for p/H up to 0.1.

    Args:
        pressure_MPa: Nominal pressure.
        hardness_MPa: Of the softer side.
        rms_um: Root mean square height, both sides combined.
        mean_slope: Mean absolute slope, both sides combined.
        conductivity_mS_per_cm: Harmonic mean of both sides.
    """
    require_not_negative(pressure_MPa=pressure_MPa)
    require_positive(
        hardness_MPa=hardness_MPa,
        rms_um=rms_um,
        mean_slope=mean_slope,
        conductivity_mS_per_cm=conductivity_mS_per_cm,
    )
    load = pressure_MPa / hardness_MPa
    require(
        load <= _CMY_LARGEST_LOAD,
        f"pressure_MPa / hardness_MPa = {load:.3g}: must be at most {_CMY_LARGEST_LOAD}",
    )
    per_length = 1.25 * conductivity_mS_per_cm * mean_slope / rms_um
    return per_length * load**0.95 / OHM_CM2_PER_UM_CM_PER_MS
