"""``summary.json``: what a run comes to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from napress.postprocess.measures.interface import closure_pressures
from napress.postprocess.records import atomic as storage
from napress.postprocess.records.history import COUNTS
from napress.postprocess.records.released import released
from napress.postprocess.records.trust import faults

if TYPE_CHECKING:
    import pandas as pd


def summary(
    history: pd.DataFrame,
    *,
    wall_s: float,
    cpu_s: float,
    peak_memory_MB: float,
    ended: str = "completed",
) -> dict[str, Any]:
    """What a run comes to: last values, closure pressures, cost.

    Args:
        history: As :func:`read_history` gives it.
        wall_s: Wall-clock seconds of the run.
        cpu_s: CPU seconds, all ranks.
        peak_memory_MB: Peak resident memory, all ranks.
        ended: ``completed`` or the named reason why the run stopped early.

    Returns:
        Plain values for ``summary.json``: every history column at the last step,
        ``closure_pressure_90_MPa`` and so on (None if not reached), totals over
        the run, ``released_contact_fraction`` and so on if the pressure was taken
        back, and ``warnings``: why the run is not to be trusted.

    Raises:
        ValueError: If the history has no row.
    """
    import pandas as pd

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
    result |= released(history)
    steps = history[history["step"] > 0]
    result |= {
        "accepted_steps": len(steps),
        "newton_iterations_total": int(history["newton_iterations"].sum()),
        "newton_iterations_per_step": float(steps["newton_iterations"].mean())
        if len(steps)
        else 0.0,
        "local_iterations_total": int(history.get("local_iterations", pd.Series([0])).sum()),
        "rejected_attempts_total": int(history["rejected_attempts"].sum()),
        "step_error_accumulated_percent": float(history["step_error_percent"].abs().sum()),
        "wall_s": wall_s,
        "cpu_s": cpu_s,
        "peak_memory_MB": peak_memory_MB,
    }
    result["warnings"] = faults(history)
    return dict(storage.plain(result))


def closure_times(history: pd.DataFrame) -> dict[str, float | None]:
    """Times at 90, 99 and 99.9 % closure, keyed as in ``summary.json``; None if not reached."""
    found = closure_pressures(history["time_s"].to_numpy(), history["closure_percent"].to_numpy())
    return {
        name.replace("_pressure_", "_time_").replace("_MPa", "_s"): value
        for name, value in found.items()
    }
