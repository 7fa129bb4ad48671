"""Form error on the millimetre scale, in series with the resistance of the cell.

Two scales are taken as separate: the waviness decides which part f of the face meets
the metal, and there the cell, which stands for the roughness, sees the mean pressure
p / f. Then

    ASR(p) = slab(f) + ASR_cell(p / f) / f,

with slab(f) what strips of the covered fraction f add to an electrolyte of its
thickness. f has two bounds:

- elastic: Westergaard, f = (2 / pi) asin sqrt(p / p*), p* = pi E* D / lambda. Holds if
  the metal is as thick as the wave is long, or stays below its yield stress.
- flow: metal that yields cannot carry more than the slip-line pressure 2.97 sigma_y on
  what it touches, so f is at least p / (2.97 sigma_y) (flat punches, exact to f = 0.5,
  taken on to 1). Holds if the metal is as thick as the wave is long; a foil thinner
  than that is held by friction on both faces and carries more.

Where the thickness h of the metal is known neither bound is needed: a sealed layer that
sticks to both faces carries f times the pressure of its front and a hill of friction
(`napress.postprocess.theory.slab`), which gives f. No finite pressure closes the last slot.

Without it the larger f is the estimate; the elastic one alone is kept beside it as the upper
bound of the resistance. Neither bound is measured, both rest on one sine wave.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from napress.postprocess.theory.conduction import strip_on_slab_asr_ohm_cm2
from napress.postprocess.theory.contact import (
    westergaard_closure_pressure_MPa,
    westergaard_contact_fraction,
)
from napress.postprocess.theory.plasticity import prandtl_punch_pressure_MPa
from napress.postprocess.theory.slab import strip_wave_fraction

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Waviness:
    """One wave much longer than the cell, and what is pressed onto it.

    Attributes:
        wavelength_um: Its wavelength.
        amplitude_um: Half its peak-to-valley height.
        electrolyte_thickness_um: Of the pellet; the counter-electrode is its other face.
        effective_modulus_MPa: E* of metal and electrolyte.
        yield_MPa: Of the metal.
        conductivity_mS_per_cm: Of the electrolyte.
        metal_thickness_um: Of the whole metal layer, if known.
    """

    wavelength_um: float
    amplitude_um: float
    electrolyte_thickness_um: float
    effective_modulus_MPa: float
    yield_MPa: float
    conductivity_mS_per_cm: float
    metal_thickness_um: float | None = None


def elastic_fraction(pressure_MPa: float, wave: Waviness) -> float:
    """Covered fraction of the wave if the metal stays elastic."""
    closure = westergaard_closure_pressure_MPa(
        wave.effective_modulus_MPa, wave.amplitude_um, wave.wavelength_um
    )
    return westergaard_contact_fraction(min(pressure_MPa, closure), closure)


def flow_fraction(pressure_MPa: float, wave: Waviness) -> float:
    """Covered fraction that the flow of the metal alone enforces."""
    return min(pressure_MPa / prandtl_punch_pressure_MPa(wave.yield_MPa), 1.0)


def layer_fraction(pressure_MPa: float, wave: Waviness) -> float:
    """Covered fraction of the wave by the limit state of a layer of known thickness."""
    return strip_wave_fraction(
        pressure_MPa, wave.wavelength_um, wave.metal_thickness_um, wave.yield_MPa
    )


def asr_with_waviness_ohm_cm2(
    fraction: float, pressure_MPa: float, wave: Waviness, cell: pd.DataFrame
) -> float:
    """Interface ASR of wave and cell in series.

    Args:
        fraction: Covered fraction f of the wave.
        pressure_MPa: Mean pressure p.
        wave: The waviness.
        cell: ``pressure_MPa`` and ``interface_asr_ohm_cm2`` of the cell, by increasing
            pressure. Between them log ASR is linear in log p; outside them the nearest
            is kept, so that beyond the last one the ASR is not underestimated.
    """
    slab = wave.wavelength_um, wave.electrolyte_thickness_um, wave.conductivity_mS_per_cm
    return series_asr_ohm_cm2(fraction, pressure_MPa, slab, cell)


def series_asr_ohm_cm2(
    fraction: float, pressure_MPa: float, slab: tuple[float, float, float], cell: pd.DataFrame
) -> float:
    """Interface ASR of strips of a covered fraction and of the cell in series.

    Args:
        fraction: Covered fraction f.
        pressure_MPa: Mean pressure p.
        slab: Wavelength in um, thickness of the electrolyte in um, conductivity in mS/cm.
        cell: As in `asr_with_waviness_ohm_cm2`.
    """
    asr = np.maximum(cell["interface_asr_ohm_cm2"].to_numpy(dtype=float), 1e-12)
    at = np.log(pressure_MPa / fraction)
    inside = float(np.exp(np.interp(at, np.log(cell["pressure_MPa"]), np.log(asr))))
    return strip_on_slab_asr_ohm_cm2(fraction, *slab) + inside / fraction


def waviness_rows(targets: pd.DataFrame, wave: Waviness) -> list[dict[str, Any]]:
    """Covered fraction and interface ASR with the waviness at each target.

    Args:
        targets: Rows of the history at load targets.
        wave: The waviness.

    Returns:
        One row per target, estimate and elastic bound; no bound (NaN) where the layer's
        thickness is known.
    """
    cell = targets[np.isfinite(targets["interface_asr_ohm_cm2"])]
    rows = []
    for pressure in cell["pressure_MPa"]:
        if wave.metal_thickness_um is None:
            elastic = elastic_fraction(pressure, wave)
            covered = max(elastic, flow_fraction(pressure, wave))
        else:
            elastic, covered = None, layer_fraction(pressure, wave)
        rows.append(
            {
                "pressure_MPa": float(pressure),
                "waviness_contact_fraction": covered,
                "interface_asr_with_waviness_ohm_cm2": asr_with_waviness_ohm_cm2(
                    covered, pressure, wave, cell
                ),
                "waviness_elastic_contact_fraction": math.nan if elastic is None else elastic,
                "interface_asr_with_elastic_waviness_ohm_cm2": math.nan
                if elastic is None
                else asr_with_waviness_ohm_cm2(elastic, pressure, wave, cell),
            }
        )
    return rows
