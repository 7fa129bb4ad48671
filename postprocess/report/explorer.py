"""Data with which the page of a window answers other questions by itself."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from markupsafe import Markup
from numpy.typing import ArrayLike

from napress.postprocess.window.answer import Answer
from napress.postprocess.window.ends import LOWER_NAMES, UPPER_NAMES, USES
from napress.postprocess.window.survival import STATES, TIMES_S

DIGITS = 6


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
        "softening": _row(found.softening.factor),
        "held": found.held,
        "holdings": {
            one.name: {
                "pressure": _row(one.pressure_MPa),
                "start": _rows(one.start_MPa),
                "short": _rows(one.short_MPa),
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


def _row(values: ArrayLike) -> list[float | None]:
    return [
        float(f"{value:.{DIGITS}g}") if np.isfinite(value) else None for value in np.asarray(values)
    ]


def _rows(values: ArrayLike) -> list[list[float | None]]:
    return [_row(row) for row in np.asarray(values)]
