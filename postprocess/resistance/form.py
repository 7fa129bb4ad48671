"""Form error as it was measured, in series with the resistance of the cell.

Like `napress.postprocess.resistance.waviness`, with the covered share from the limit state of
the metal's layer on the map itself: the hill of friction as solved, and at the fronts the
pressure that a strip needs there (`napress.postprocess.theory.slab`), whose half gap is the
open area over the length of the fronts. What spreads into the electrolyte is that of strips
of the same share and gap.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from napress.postprocess.resistance.waviness import series_asr_ohm_cm2
from napress.postprocess.theory.slab import strip_front_pressure_MPa

if TYPE_CHECKING:
    import pandas as pd

    from napress.fem.pellet.form_curve import FormCurve


@dataclass(frozen=True)
class FormError:
    """One face with form error, and what is pressed onto it.

    Attributes:
        press: Makes the curve of the layer up to a pressure in MPa; asked for once.
        metal_thickness_um: Of the whole layer.
        electrolyte_thickness_um: Of the pellet; the counter-electrode is its other face.
        yield_MPa: Of the metal.
        conductivity_mS_per_cm: Of the electrolyte.
    """

    press: Callable[[], FormCurve]
    metal_thickness_um: float
    electrolyte_thickness_um: float
    yield_MPa: float
    conductivity_mS_per_cm: float

    @cached_property
    def states(self) -> pd.DataFrame:
        """``pressure_MPa``, ``covered`` and ``wavelength_um`` of the states, rising."""
        import pandas as pd

        curve, rows = self.press(), []
        for hill, covered, gap in zip(
            curve.hill_MPa, curve.covered, curve.half_gap_um, strict=True
        ):
            wave = 2 * gap / (1 - covered)
            front = strip_front_pressure_MPa(covered, wave, self.metal_thickness_um, self.yield_MPa)
            pressure = hill + covered * front
            # Between two vertices the front stands still while the punch goes on.
            if not rows or (covered > rows[-1][1] and pressure > rows[-1][0]):
                rows.append((pressure, covered, wave))
        return pd.DataFrame(rows, columns=["pressure_MPa", "covered", "wavelength_um"])

    def at(self, pressure_MPa: float) -> tuple[float, float]:
        """Covered share and wavelength at a mean pressure.

        Below the first state in proportion to the pressure; beyond the last, whose gap is
        as narrow as a facet, the last.
        """
        states = self.states
        known = states["pressure_MPa"].to_numpy()
        covered = float(np.interp(pressure_MPa, known, states["covered"]))
        wave = float(np.interp(pressure_MPa, known, states["wavelength_um"]))
        return covered * min(pressure_MPa / known[0], 1.0), wave


def form_rows(targets: pd.DataFrame, form: FormError) -> list[dict[str, Any]]:
    """Covered share and interface ASR with the form error at each target.

    Args:
        targets: Rows of the history at load targets.
        form: The form error.

    Returns:
        One row per target, as `napress.postprocess.resistance.waviness.waviness_rows`.
    """
    cell = targets[np.isfinite(targets["interface_asr_ohm_cm2"])]
    rows = []
    for pressure in cell["pressure_MPa"]:
        covered, wave = form.at(float(pressure))
        asr = series_asr_ohm_cm2(
            covered,
            pressure,
            (wave, form.electrolyte_thickness_um, form.conductivity_mS_per_cm),
            cell,
        )
        rows.append(
            {
                "pressure_MPa": float(pressure),
                "waviness_contact_fraction": covered,
                "interface_asr_with_waviness_ohm_cm2": asr,
                "waviness_elastic_contact_fraction": math.nan,
                "interface_asr_with_elastic_waviness_ohm_cm2": math.nan,
            }
        )
    return rows
