"""The impedance spectrum of a run: the arcs of its interface and of its electrolyte.

One interface, on the nominal area. A cell with two has twice its resistance at the same
peak frequency. The arcs are those of a resistance beside a capacitance; measured ones are
flatter, as a real face has a spread of both.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from napress.postprocess.theory.conduction import OHM_CM2_PER_UM_CM_PER_MS
from napress.postprocess.theory.film import (
    arc_ohm_cm2,
    bulk_peak_frequency_Hz,
    peak_frequency_Hz,
)

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]
COLUMNS = ("pressure_MPa", "interface_asr_ohm_cm2", "interface_capacitance_uF_per_cm2")
PER_DECADE = 24
FREQUENCIES_HZ = (1e-1, 1e9)


@dataclass(frozen=True)
class ElectrolyteArc:
    """The electrolyte in a spectrum.

    Attributes:
        conductivity_mS_per_cm: Of its ions.
        permittivity: Relative.
        thickness_um: Of the pellet.
    """

    conductivity_mS_per_cm: float
    permittivity: float
    thickness_um: float

    @property
    def resistance_ohm_cm2(self) -> float:
        """Of the pellet."""
        return OHM_CM2_PER_UM_CM_PER_MS * self.thickness_um / self.conductivity_mS_per_cm

    @property
    def peak_frequency_Hz(self) -> float:
        """Where its arc peaks."""
        return bulk_peak_frequency_Hz(self.conductivity_mS_per_cm, self.permittivity)

    def row(self) -> dict[str, float]:
        """Plain numbers for ``summary.json``."""
        return asdict(self) | {
            "resistance_ohm_cm2": self.resistance_ohm_cm2,
            "peak_frequency_Hz": self.peak_frequency_Hz,
        }


@dataclass(frozen=True)
class Spectrum:
    """Impedance at one pressure.

    Attributes:
        pressure_MPa: Mean pressure.
        released: Whether a larger pressure was there before.
        frequency_Hz: Falling, (n,).
        impedance_ohm_cm2: Complex, (n,).
        interface_peak_Hz: Where the interface's arc peaks.
    """

    pressure_MPa: float
    released: bool
    frequency_Hz: Array
    impedance_ohm_cm2: NDArray[np.complex128]
    interface_peak_Hz: float


def spectra(history: pd.DataFrame, electrolyte: dict[str, Any] | None) -> list[Spectrum]:
    """Spectra at the load targets whose capacitance is known.

    Args:
        history: Of a run.
        electrolyte: `ElectrolyteArc.row` if its permittivity is known; otherwise the bulk of
            the cell is a mere resistance.
    """
    if any(name not in history for name in COLUMNS):
        return []
    targets = history[history["is_target"] == 1]
    largest = targets["pressure_MPa"].cummax()
    low, high = FREQUENCIES_HZ
    count = int(round(PER_DECADE * math.log10(high / low))) + 1
    frequency = np.geomspace(high, low, count)
    found = []
    for (_, row), most in zip(targets.iterrows(), largest, strict=True):
        pressure, resistance, capacitance = (float(row[name]) for name in COLUMNS)
        if not (math.isfinite(resistance) and resistance > 0 and capacitance > 0):
            continue
        peak = peak_frequency_Hz(resistance, capacitance)
        impedance = arc_ohm_cm2(frequency, resistance, peak)
        if electrolyte:
            bulk, own = electrolyte["resistance_ohm_cm2"], electrolyte["peak_frequency_Hz"]
            impedance = impedance + arc_ohm_cm2(frequency, bulk, own)
        else:
            impedance = impedance + float(row["bulk_asr_ohm_cm2"])
        found.append(Spectrum(pressure, pressure < most, frequency, impedance, peak))
    return found
