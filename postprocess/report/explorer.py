"""Data with which the page of a window answers other questions by itself."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from markupsafe import Markup
from numpy.typing import ArrayLike

from napress.postprocess.figures.time_map import COLOURS
from napress.postprocess.window.answer import Answer
from napress.postprocess.window.closing import Closing
from napress.postprocess.window.ends import LOWER_NAMES, UPPER_NAMES, USES
from napress.postprocess.window.survival import STATES, TIMES_S

DIGITS = 6
# Flaws are known to a thousandth.
FLAW_DIGITS = 4


def explorer(answer: Answer) -> dict[str, Any] | None:
    """What the inputs begin with, and the data as JSON; None without the part in time."""
    found = answer.survival
    if found is None:
        return None
    curves, targets = answer.curves, answer.targets
    parts = {name: _rows(rows) for name, rows in curves.asr_parts_ohm_cm2.items()}
    data = {
        "pressure": _row(curves.pressure_MPa),
        "void": _rows(curves.void_left_percent),
        "asr": _rows(curves.asr_ohm_cm2),
        "reached": np.isfinite(curves.contact_fraction[:, -1]).tolist(),
        "parts": parts,
        "modes": {name: _rows(rows) for name, rows in answer.broken.items()},
        "uses": list(USES),
        "press": answer.press_MPa,
        "lower_names": LOWER_NAMES,
        "upper_names": UPPER_NAMES,
        "openings": _row(found.openings_MPa),
        "chances": _row(found.probabilities),
        "times": _row(TIMES_S),
        "closing": _closing(found.closing),
        "held": found.held,
        "holdings": {
            one.name: {
                "pressure": _row(one.pressure_MPa),
                "barrier": _row(one.fates.barrier_MPa[:, 0], FLAW_DIGITS),
                **{
                    name: _rows(getattr(one.fates, f"{name}_MPa"), FLAW_DIGITS)
                    for name in ("start", "short", "going", "driven")
                },
            }
            for one in found.holdings
        },
        "states": list(STATES),
        "depth": found.flaw_depth_um,
        "toughness": found.toughness_MPa_sqrt_m,
        "top": answer.window.top_MPa,
    }
    return {
        # A title could end the script: no "<" goes in.
        "json": Markup(json.dumps(data).replace("<", "\\u003c")),
        "colours": Markup(json.dumps(COLOURS)),
        "closure": targets.closure_percent,
        "resistance": targets.resistance_ohm_cm2,
        "solved": bool(np.isfinite(curves.asr_ohm_cm2).any()),
        "failure": targets.failure_percent,
        "depth": found.flaw_depth_um,
        "toughness": found.toughness_MPa_sqrt_m,
        "times": len(TIMES_S) - 1,
        "time": int(np.argmin(np.abs(np.log(TIMES_S / found.hold_s)))),
        "ways": [one.name for one in found.holdings],
    }


def _closing(found: Closing) -> dict[str, Any]:
    factor, weights = found.factors(TIMES_S)
    return {
        "factor": _row(factor),
        "weights": _rows(weights),
        "void": _rows(found.void_logs),
        "asr": _rows(found.asr_logs),
        "floor": bool(len(found.times_s)) and not found.timed,
    }


def _row(values: ArrayLike, digits: int = DIGITS) -> list[float | None]:
    return [
        float(f"{value:.{digits}g}") if np.isfinite(value) else None for value in np.asarray(values)
    ]


def _rows(values: ArrayLike, digits: int = DIGITS) -> list[list[float | None]]:
    return [_row(row, digits) for row in np.asarray(values)]
