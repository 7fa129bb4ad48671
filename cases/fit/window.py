"""The window that follows from a fit: good enough from one pressure on, whole up to another."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from napress.cases.fit.likelihood import Fitted
from napress.cases.schema.interface_case import Case
from napress.postprocess.fracture.summary import PROBABILITIES, pressure_reaching

TARGET_OHM_CM2 = 10.0
FAILURE_PERCENT = 1.0
LARGEST_MPA = 1e4


@dataclass(frozen=True)
class FitWindow:
    """Pressures that follow from a fit.

    Attributes:
        target_ohm_cm2: Resistance of the interface that is good enough.
        target_from: ``option``, ``case`` or ``assumed``.
        needed_MPa: Pressure from which it is; infinite if from none.
        needed_low_MPa: The least that still fits the data.
        needed_high_MPa: The most.
        holds_to_MPa: Pressure up to which the electrolyte survives; None if the run of the
            contact did not reach it, or there was none.
        breaks_by: What it then fails by.
        run_to_MPa: How far that run went; None without one.
    """

    target_ohm_cm2: float
    target_from: str
    needed_MPa: float
    needed_low_MPa: float
    needed_high_MPa: float
    holds_to_MPa: float | None
    breaks_by: str
    run_to_MPa: float | None

    def as_data(self) -> dict[str, Any]:
        """Plain data."""
        return {
            name: value if not isinstance(value, float) or math.isfinite(value) else None
            for name, value in vars(self).items()
        }


def window_of(
    fitted: Fitted, case: Case, target_ohm_cm2: float | None, history: pd.DataFrame | None
) -> FitWindow:
    """Reads both ends.

    Args:
        fitted: The fit.
        case: For the targets of its ``[window]``, if it has one.
        target_ohm_cm2: Instead of the case's.
        history: Of the run of the contact, for what breaks.
    """
    source, target = "option", target_ohm_cm2
    if target is None and case.window is not None:
        source, target = "case", case.window.resistance_target
    if target is None:
        source, target = "assumed", TARGET_OHM_CM2
    needed = [_needed(fitted, logs, target) for logs in (fitted.logs, *fitted.region)]
    failure = FAILURE_PERCENT if case.window is None else case.window.failure_target
    holds, by, reached = None, "", None
    if history is not None:
        reached = float(history["pressure_MPa"].max())
        found = {
            label: pressure_reaching(history, name, failure / 100)
            for name, label in PROBABILITIES.items()
            if name in history
        }
        broken = {label: at for label, at in found.items() if at is not None}
        if broken:
            by = min(broken, key=broken.__getitem__)
            holds = broken[by]
    return FitWindow(float(target), source, needed[0], min(needed), max(needed), holds, by, reached)


def _needed(fitted: Fitted, logs: np.ndarray, target: float) -> float:
    """Pressure at which the interface reaches a resistance, from its logarithm between points."""
    model = fitted.model
    pressure = np.geomspace(1e-2, LARGEST_MPA, 241)
    resistance = model.interface_ohm_cm2(model.values(logs), pressure, pressure)[0]
    good = np.flatnonzero(resistance <= target)
    if not len(good):
        return math.inf
    at = int(good[0])
    if at == 0:
        return float(pressure[0])
    pair = np.log(np.maximum(resistance[[at, at - 1]], 1e-300))
    return float(np.exp(np.interp(math.log(target), pair, np.log(pressure[[at, at - 1]]))))
