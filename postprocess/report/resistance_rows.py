"""The resistance section of the report, as plain rows and sentences."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from napress.postprocess.wording import number

COLUMNS = {
    "pressure_MPa": "Pressure (MPa)",
    "interface_asr_ohm_cm2": "Interface (Ω cm²)",
    "constriction_asr_ohm_cm2": "Constriction (Ω cm²)",
    "charge_transfer_asr_ohm_cm2": "Charge transfer (Ω cm²)",
    "film_asr_ohm_cm2": "Film (Ω cm²)",
    "bulk_asr_ohm_cm2": "Bulk of the cell (Ω cm²)",
    "current_max_over_mean": "Largest current over mean",
    "current_p99_over_mean": "99th percentile over mean",
    "current_gini": "Gini",
    "area_share_for_90_percent": "Area for 90 % of the current",
}
WAVINESS_COLUMNS = {
    "pressure_MPa": "Pressure (MPa)",
    "waviness_contact_fraction": "Share of the wave in contact",
    "interface_asr_with_waviness_ohm_cm2": "Interface and waviness (Ω cm²)",
    "waviness_elastic_contact_fraction": "Share if the metal does not flow there",
    "interface_asr_with_elastic_waviness_ohm_cm2": "Then interface and waviness (Ω cm²)",
}
CAPTIONS = {
    "resistance": "Area-specific resistance of the interface and its parts, and the share of the "
    "area that carries 90 % of the current.",
    "current_lines": "Current below the interface on the deformed shape: lines with equal "
    "currents between them, and the current density through each interface facet.",
}


def section(history: pd.DataFrame, summary: dict[str, Any]) -> dict[str, Any] | None:
    """What the report's resistance section shows.

    Args:
        history: The run's history.
        summary: The run's summary.

    Returns:
        ``heads`` and ``rows`` of the cell, the same of the waviness as
        ``wave_heads`` and ``wave_rows``, and ``failures``; None if resistance was
        not asked for.
    """
    if "interface_asr_ohm_cm2" not in history:
        return None
    shown = history[(history["is_target"] == 1) & history["interface_asr_ohm_cm2"].notna()]
    extra = summary.get("resistance") or {}
    wave = extra.get("waviness") or []
    return {
        "heads": list(COLUMNS.values()),
        "rows": [[_text(row[name]) for name in COLUMNS] for _, row in shown.iterrows()],
        "wave_heads": list(WAVINESS_COLUMNS.values()),
        "wave_rows": [[_text(row[name]) for name in WAVINESS_COLUMNS] for row in wave],
        "failures": extra.get("failures") or [],
    }


def _text(value: float | None) -> str:
    if value is None or math.isnan(value):
        return "–"
    return "no contact" if math.isinf(value) else number(value, 4)
