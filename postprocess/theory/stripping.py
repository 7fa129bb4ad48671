"""Closed forms of stripping: metal that leaves through the contact, and what closes the gap.

Current densities in mA/cm2, positive when metal is stripped; charges in mAh/cm2.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from napress.fem.inputs.constants import FARADAY_C_PER_MOL

Array = NDArray[np.float64]

# mA/cm2 * cm3/mol / (C/mol) = 1e-3 cm/s = 10 um/s, times 1e-3 for the mA.
_UM_PER_S = 10.0
_C_PER_MAH = 3.6


def molar_volume_cm3_per_mol(molar_mass_g_per_mol: float, density_g_per_cm3: float) -> float:
    """Volume of a mole of the metal: molar mass over density."""
    return molar_mass_g_per_mol / density_g_per_cm3


def recession_rate_um_per_s(current_mA_per_cm2: float, molar_volume_cm3_per_mol: float) -> float:
    """Speed at which the face of a monovalent metal recedes, ``volume * j / F`` (Faraday)."""
    return _UM_PER_S * current_mA_per_cm2 * molar_volume_cm3_per_mol / FARADAY_C_PER_MOL


def metal_removed_um(charge_mAh_per_cm2: float, molar_volume_cm3_per_mol: float) -> float:
    """Thickness of metal that a charge per area takes away, evenly (Faraday)."""
    seconds_at_unit_current = 1e3 * _C_PER_MAH
    return recession_rate_um_per_s(
        charge_mAh_per_cm2 * seconds_at_unit_current, molar_volume_cm3_per_mol
    )


def replenishing_pressure_MPa(
    current_mA_per_cm2: Array | float,
    void_radius_um: float,
    creep_rate: float,
    exponent: float,
    molar_volume_cm3_per_mol: float,
) -> Array:
    """Pressure at which creep closes a void as fast as stripping opens it.

    ``(2 n / 3) * (2 v / (A a))**(1/n)``: Norton's law for a spherical void in an infinite
    body, ``da/dt / a = (A / 2) * (3 p / (2 n))**n``, set equal to the recession ``v / a``.
    An order of magnitude and a trend, no more: it knows nothing of diffusion.

    Args:
        current_mA_per_cm2: Current density where the metal leaves, above 0.
        void_radius_um: Radius of the void.
        creep_rate: A, MPa^-n per s.
        exponent: n.
        molar_volume_cm3_per_mol: Of the metal.

    Returns:
        The pressure, one per current density.
    """
    speed = recession_rate_um_per_s(np.asarray(current_mA_per_cm2), molar_volume_cm3_per_mol)
    return 2 * exponent / 3 * (2 * speed / (creep_rate * void_radius_um)) ** (1 / exponent)


def blocked_strip_current_ratio(along_um: Array, half_width_um: float, period_um: float) -> Array:
    """Local over mean current density under strips of perfect contact, the rest blocked.

    The potential of a half plane with electrodes of half-width a, period L on an insulating
    face is that of a conformal map; the current is
    ``cos(pi x / L) / sqrt(sin(pi a / L)**2 - sin(pi x / L)**2)``, singular at the edges.

    Args:
        along_um: Places measured from the middle of a strip, (n,), inside it.
        half_width_um: a.
        period_um: L, above 2 a.

    Returns:
        Ratio to the mean over the period, (n,); its mean over the period is 1.
    """
    phase, edge = np.pi * np.asarray(along_um) / period_um, np.pi * half_width_um / period_um
    return np.cos(phase) / np.sqrt(np.sin(edge) ** 2 - np.sin(phase) ** 2)


def levelling_time_s(
    mobility_um3_per_MPa_s: float, wavelength_um: float, modulus_MPa: float
) -> float:
    """Time in which diffusion along the interface levels a wave of contact pressure by e.

    ``2 / (M E* k^3)``, k the wave number: metal recedes at ``M k^2 p`` under a wave of
    pressure p, and on elastic half spaces the pressure falls by ``E* k / 2`` for each length.

    Args:
        mobility_um3_per_MPa_s: M, of the flow ``- M grad p`` along the interface.
        wavelength_um: Of the pressure.
        modulus_MPa: E* of both bodies.
    """
    number = 2 * np.pi / wavelength_um
    return float(2 / (mobility_um3_per_MPa_s * modulus_MPa * number**3))
