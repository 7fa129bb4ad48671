"""The resistance section of the report, as plain rows and sentences."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from napress.postprocess.records.columns import head
from napress.postprocess.wording import number, resolved

COLUMNS = (
    "pressure_MPa",
    "interface_asr_ohm_cm2",
    "constriction_asr_ohm_cm2",
    "clean_spots_asr_ohm_cm2",
    "charge_transfer_asr_ohm_cm2",
    "film_asr_ohm_cm2",
    "bulk_asr_ohm_cm2",
    "current_max_over_mean",
    "current_p99_over_mean",
    "current_gini",
    "area_share_for_90_percent",
    "clean_contact_percent",
    "interface_capacitance_uF_per_cm2",
    "interface_peak_frequency_Hz",
)
WAVINESS_COLUMNS = (
    "pressure_MPa",
    "waviness_contact_fraction",
    "interface_asr_with_waviness_ohm_cm2",
    "waviness_elastic_contact_fraction",
    "interface_asr_with_elastic_waviness_ohm_cm2",
)
# What is a difference, so that it has a resolution.
RESOLVED = ("interface_asr_ohm_cm2", "constriction_asr_ohm_cm2")
CAPTIONS = {
    "spectrum": "Impedance of one interface and the electrolyte: one resistance beside one "
    "capacitance each. Dots mark the peak of the interface's arc.",
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
    # A run from before a column existed lacks it; one that nothing fills says nothing.
    names = [name for name in COLUMNS if name in shown and shown[name].notna().any()]
    extra = summary.get("resistance") or {}
    wave = extra.get("waviness") or []
    return {
        "heads": [head(name) for name in names],
        "rows": [[cell_text(row, name) for name in names] for _, row in shown.iterrows()],
        "wave_heads": [head(name) for name in WAVINESS_COLUMNS],
        "wave_rows": [[cell_text(row, name) for name in WAVINESS_COLUMNS] for row in wave],
        "failures": extra.get("failures") or [],
    }


def cell_text(row: Mapping[str, Any], name: str, digits: int = 4) -> str:
    """A value of a history's row; a resistance below its resolution reads ``< x``.

    Args:
        row: The row.
        name: Column in it.
        digits: Of a number.
    """
    value = row[name]
    if name not in RESOLVED or value is None:
        return number(value, digits) if value is not None else "–"
    if math.isinf(value):
        return "no contact"
    return resolved(value, row.get("asr_resolution_ohm_cm2"), digits)
