"""A fit to what the law itself predicts finds the parameters that were planted."""

from __future__ import annotations

import numpy as np

from napress.cases.fit.face import flat
from napress.cases.fit.likelihood import fit
from napress.cases.fit.measurements import Measurements
from napress.cases.fit.model import Model
from napress.cases.verification.rows import Row, absolute, relative

PLANTED = {"film_exponent": 2.2, "film_pressure_MPa": 120.0, "film_spacing_um": 40.0}
CONDUCTIVITY_mS_PER_CM = 0.46
PRESSURES_MPA = np.geomspace(2.0, 300.0, 9)
NOISE, SETS = 0.05, 200
EXACT_TOLERANCE = 1e-3
# 95 % of 200 sets, give or take; stated intervals are neither too narrow nor too wide.
COVERAGE, COVERAGE_TOLERANCE = 0.92, 0.07


def planted_parameters(sets: int = SETS) -> list[Row]:
    """Without scatter the planted values; with it, intervals that cover them.

    Args:
        sets: Synthetic tables, seeded.
    """
    names = tuple(PLANTED)
    whole = Model(names, {}, flat(), CONDUCTIVITY_mS_PER_CM)
    exact = whole.measured(PLANTED, PRESSURES_MPA, PRESSURES_MPA)
    found = whole.values(fit(whole, _table(exact), noise=0.01).logs)
    rows = [
        relative(
            f"fit, no scatter: {name}", PLANTED[name], found[name], EXACT_TOLERANCE, "as named"
        )
        for name in names
    ]
    told = names[:2]
    model = Model(told, {names[2]: PLANTED[names[2]]}, flat(), CONDUCTIVITY_mS_PER_CM)
    rng, hits = np.random.default_rng(14), dict.fromkeys(told, 0)
    for _ in range(sets):
        scattered = exact * np.exp(NOISE * rng.normal(size=len(exact)))
        for name, interval in fit(model, _table(scattered)).intervals.items():
            hits[name] += interval.low <= PLANTED[name] <= interval.high
    return rows + [
        absolute(
            f"fit, 5 % scatter: 95 % intervals that hold {name}",
            COVERAGE,
            hits[name] / sets,
            COVERAGE_TOLERANCE,
            "1",
            f"{sets} tables of {len(exact)} points; passes from 0.85 to 0.99",
        )
        for name in told
    ]


def _table(resistance: np.ndarray) -> Measurements:
    nothing = np.full(len(resistance), np.nan)
    return Measurements(
        "planted", PRESSURES_MPA, resistance, PRESSURES_MPA, nothing, nothing, cell=None
    )
