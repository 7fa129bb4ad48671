"""Metal that leaves through the contact, or is put there, as plain numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napress.fem.inputs.constants import FARADAY_C_PER_MOL

Array = NDArray[np.float64]
S_PER_H = 3600.0
# 1 mA/cm2 * 1 cm3/mol / (1 C/mol) = 1e-3 cm/s
UM_PER_S = 10.0


def perfect_contact(largest_MPa: Array, pressure_MPa: Array) -> Array:
    """No resistance where metal and electrolyte touch."""
    return np.zeros_like(pressure_MPa)


@dataclass(frozen=True)
class Stripping:
    """What decides where the metal leaves and how much of it.

    Attributes:
        molar_volume_cm3_per_mol: Of the metal, which gives up one electron per atom.
        conductivity_mS_per_cm: Of the electrolyte's ions.
        resistance_ohm_cm2: Of what touches, per true contact area: from the largest
            contact pressure so far and the present one, MPa, (n,) each, to (n,).
        diffusion_um3_per_s: Diffusivity of the metal along the interface times the thickness
            of the layer that diffuses; 0 does not heal.
    """

    molar_volume_cm3_per_mol: float
    conductivity_mS_per_cm: float
    resistance_ohm_cm2: Callable[[Array, Array], Array] = perfect_contact
    diffusion_um3_per_s: float = 0.0

    def thickness_um(self, charge_mAh_per_cm2: float) -> float:
        """Metal that a charge takes away, evenly: molar volume times charge over Faraday's."""
        volume_per_charge = self.molar_volume_cm3_per_mol / FARADAY_C_PER_MOL
        return UM_PER_S * S_PER_H * volume_per_charge * charge_mAh_per_cm2
