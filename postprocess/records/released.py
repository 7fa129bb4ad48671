"""What is left when the pressure is taken back: results of their own in ``summary.json``."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


# Reported as they are after the release, each with ``released_`` before its name.
COLUMNS = (
    "pressure_MPa",
    "contact_fraction",
    "closure_percent",
    "interface_asr_ohm_cm2",
    "constriction_asr_ohm_cm2",
    "clean_contact_percent",
    "interface_capacitance_uF_per_cm2",
    "interface_peak_frequency_Hz",
)


def released(history: pd.DataFrame) -> dict[str, Any]:
    """What a run comes to after its last release; empty if its program never releases.

    Args:
        history: Of the whole run.

    Returns:
        ``released_pressure_MPa`` and the like, and ``released_from_MPa``, the largest
        pressure before. An infinite resistance means that nothing touches any more.
    """
    pressure = history["pressure_MPa"].to_numpy(dtype=float)
    targets = [int(at) for at in (history["is_target"].to_numpy() == 1).nonzero()[0]]
    # A target below the one before it: where the release was to end.
    ends = [
        at for before, at in zip(targets, targets[1:], strict=False) if _below(pressure, before, at)
    ]
    if not ends:
        return {}
    end = ends[-1]
    row = history.iloc[end]
    found = {f"released_{name}": row[name] for name in COLUMNS if name in history}
    return found | {"released_from_MPa": float(pressure[: end + 1].max())}


def _below(pressure: Any, before: int, at: int) -> bool:
    # A hold keeps the pressure only as well as its steps are solved.
    return bool(pressure[at] < pressure[before] * (1 - 1e-3)) and math.isfinite(pressure[at])
