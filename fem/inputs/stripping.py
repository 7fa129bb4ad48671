"""Metal that leaves through the contact, or is put there, as plain numbers."""

from __future__ import annotations

from dataclasses import dataclass

from scipy.constants import physical_constants

FARADAY_C_PER_MOL = physical_constants["Faraday constant"][0]
S_PER_H = 3600.0
# 1 mA/cm2 * 1 cm3/mol / (1 C/mol) = 1e-3 cm/s
UM_PER_S = 10.0


@dataclass(frozen=True)
class Stripping:
    """What decides where the metal leaves and how much of it.

    Attributes:
        molar_volume_cm3_per_mol: Of the metal, which gives up one electron per atom.
        conductivity_mS_per_cm: Of the electrolyte's ions.
        contact_resistance_ohm_cm2: Per true contact area.
    """

    molar_volume_cm3_per_mol: float
    conductivity_mS_per_cm: float
    contact_resistance_ohm_cm2: float = 0.0

    def thickness_um(self, charge_mAh_per_cm2: float) -> float:
        """Metal that a charge takes away, evenly: molar volume times charge over Faraday's."""
        volume_per_charge = self.molar_volume_cm3_per_mol / FARADAY_C_PER_MOL
        return UM_PER_S * S_PER_H * volume_per_charge * charge_mAh_per_cm2
