"""``summary.json``: what a run comes to."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pandas as pd

from napress.postprocess.fracture.criteria import CRITERIA
from napress.postprocess.fracture.verdict import (
    WHAT_IS_LEFT_OUT,
    CeramicStrength,
    criterion_verdict,
    verdict_text,
)
from napress.postprocess.measures.interface import closure_pressures
from napress.postprocess.records import atomic as storage
from napress.postprocess.records.history import COUNTS


def summary(
    history: pd.DataFrame,
    *,
    wall_s: float,
    cpu_s: float,
    peak_memory_MB: float,
    ended: str = "completed",
    strength: CeramicStrength | None = None,
) -> dict[str, Any]:
    """What a run comes to: last values, closure pressures, cost, fracture verdict.

    Args:
        history: As :func:`read_history` gives it.
        wall_s: Wall-clock seconds of the run.
        cpu_s: CPU seconds, all ranks.
        peak_memory_MB: Peak resident memory, all ranks.
        ended: ``completed`` or the named reason why the run stopped early.
        strength: Strengths for the verdict.

    Returns:
        Plain values for ``summary.json``: every history column at the last step,
        ``closure_pressure_90_MPa`` and so on (None if not reached), totals over
        the run and ``fracture``.

    Raises:
        ValueError: If the history has no row.
    """
    if history.empty:
        raise ValueError("history: no accepted step")
    result: dict[str, Any] = {"ended": ended}
    result |= {name: storage.plain(value) for name, value in history.iloc[-1].items()}
    result |= {name: int(history[name].iloc[-1]) for name in COUNTS if name in history}
    result |= closure_pressures(
        history["pressure_MPa"].to_numpy(), history["closure_percent"].to_numpy()
    )
    if history.get("time_s", pd.Series([0.0])).max() > 0.0:
        result |= closure_times(history)
    steps = history[history["step"] > 0]
    result |= {
        "accepted_steps": len(steps),
        "newton_iterations_total": int(history["newton_iterations"].sum()),
        "newton_iterations_per_step": float(steps["newton_iterations"].mean())
        if len(steps)
        else 0.0,
        "rejected_attempts_total": int(history["rejected_attempts"].sum()),
        "step_error_accumulated_percent": float(history["step_error_percent"].abs().sum()),
        "wall_s": wall_s,
        "cpu_s": cpu_s,
        "peak_memory_MB": peak_memory_MB,
        "fracture": fracture_summary(history, strength),
    }
    return storage.plain(result)


def closure_times(history: pd.DataFrame) -> dict[str, float | None]:
    """Times at 90, 99 and 99.9 % closure, keyed as in ``summary.json``; None if not reached."""
    found = closure_pressures(history["time_s"].to_numpy(), history["closure_percent"].to_numpy())
    return {
        name.replace("_pressure_", "_time_").replace("_MPa", "_s"): value
        for name, value in found.items()
    }


def fracture_summary(history: pd.DataFrame, strength: CeramicStrength | None) -> dict[str, Any]:
    """The fracture part of ``summary.json``, with strengths, their sources and limits."""
    if strength is None or "tension_utilisation" not in history:
        return {
            "verdict": "No verdict: the case gives no strength for the ceramic.",
            "left_out": WHAT_IS_LEFT_OUT,
        }
    # A history from before a criterion existed lacks its columns.
    used = [name for name in CRITERIA if f"{name}_utilisation" in history]
    verdicts = {name: criterion_verdict(history, name) for name in used}
    return {
        "verdict": verdict_text(verdicts, strength),
        "survives": all(verdict.survives for verdict in verdicts.values()),
        "strength_is_estimate": strength.is_estimate,
        "strength": asdict(strength),
        "left_out": WHAT_IS_LEFT_OUT,
    } | {name: asdict(verdict) for name, verdict in verdicts.items()}
