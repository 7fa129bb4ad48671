"""``napress fit``: from measured resistances against pressure to the numbers of the film."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from napress.cases.errors import CaseError
from napress.cases.fit.contact_run import (
    contact_case,
    face_of,
    require_conductivity,
    run_contact,
)
from napress.cases.fit.directions import Product, Suggestion, known_products, suggestions
from napress.cases.fit.face import flat
from napress.cases.fit.likelihood import Fitted
from napress.cases.fit.likelihood import fit as fit_model
from napress.cases.fit.measurements import Measurements, measurements
from napress.cases.fit.parameters import PARAMETERS
from napress.cases.fit.table import read_table
from napress.cases.fit.task import Task, task, yield_of
from napress.cases.fit.window import FitWindow, window_of
from napress.cases.schema.cell import CellTable
from napress.cases.schema.interface_case import Case, value_of
from napress.cases.schema.load import load_case

PRESSURES = 60


@dataclass(frozen=True)
class FitOptions:
    """What a fit is asked for.

    Attributes:
        parameters: Names; empty means exponent, pressure and spacing of the film.
        units: Unit by quantity, for columns without one.
        cell: Overrides of the case's ``[cell]``.
        noise: Relative standard deviation of a measurement; None takes it from the fit.
        target_ohm_cm2: Resistance that is good enough; None takes the case's or 10.
        run: A finished run to take the contact from.
        flat: Take the face as flat: no run at all.
        cores: Processes at a time.
    """

    parameters: tuple[str, ...] = ()
    units: Mapping[str, str] | None = None
    cell: CellTable | None = None
    noise: float | None = None
    target_ohm_cm2: float | None = None
    run: Path | None = None
    flat: bool = False
    cores: int = 2


@dataclass(frozen=True)
class FitResult:
    """What a fit came to.

    Attributes:
        fitted: The fit itself.
        asked: Parameters it was about.
        products: Products that are known although their factors are not.
        suggestions: Further measurements, the most telling first.
        window: From which pressure the interface is good enough, and to which it holds.
        notes: What was left out or assumed.
        contact_run: Run the contact was taken from; None for a flat face.
        case: The case.
        data: All measurements, used or not.
    """

    fitted: Fitted
    asked: tuple[str, ...]
    products: list[Product]
    suggestions: list[Suggestion]
    window: FitWindow
    notes: tuple[str, ...]
    contact_run: Path | None
    case: Case
    data: Measurements

    def as_data(self) -> dict[str, Any]:
        """Plain data, as ``napress fit --json`` prints it."""
        fitted = self.fitted
        rows = {}
        for name, interval in fitted.intervals.items():
            rows[name] = {
                "value": interval.value,
                "low": interval.low,
                "high": interval.high,
                "unit": PARAMETERS[name].unit,
                "identified": interval.identified,
            }
        return {
            "parameters": rows,
            "asked": list(self.asked),
            "known_products": [
                {
                    "product": one.text,
                    "powers": one.powers,
                    "value": one.value,
                    "deviation_percent": 100 * one.deviation,
                }
                for one in self.products
            ],
            "further_measurements": [
                {"measure": one.text, "interval_shrinks_by": one.gain, "how": "linearised"}
                for one in self.suggestions
            ],
            "fixed": dict(fitted.model.fixed),
            "points": len(fitted.data.pressure_MPa),
            "noise_percent": 100 * fitted.noise,
            "noise_from": fitted.noise_from,
            "rms_percent": 100 * fitted.rms,
            "window": self.window.as_data(),
            "notes": list(self.notes),
            "contact_run": None if self.contact_run is None else str(self.contact_run),
        }


def run_fit(
    table_path: Path,
    case_path: Path,
    runs: Path,
    options: FitOptions,
    say: Callable[[str], None] = lambda text: None,
) -> FitResult:
    """Fits a table of measurements to a case file; see `fit_case`."""
    return fit_case(table_path, load_case(case_path), str(case_path), runs, options, say)


def fit_case(
    table_path: Path,
    case: Case,
    case_file: str,
    runs: Path,
    options: FitOptions,
    say: Callable[[str], None] = lambda text: None,
) -> FitResult:
    """Fits a table of measurements; writes nothing but the run of the interface it needs.

    Args:
        table_path: Measurements, see `napress.cases.fit.table.read_table`.
        case: Of the interface: surface, metal, electrolyte, what is known of the film.
        case_file: Its name, for messages.
        runs: Folder where runs of the interface are kept and found again.
        options: See there.
        say: Told one line of progress at a time.

    Raises:
        CaseError: One line naming file, field and what is allowed.
        NoContactRun: If the interface could not be run.
    """
    data = measurements(read_table(table_path, options.units), _cell(case, options))
    sigma = value_of(case.ceramic, "ionic_conductivity")
    conductivity = require_conductivity(case, None if sigma is None else sigma.value)
    # Whatever can be wrong is, before anything is run.
    run, history, face = None, None, flat(yield_of(case))
    trial = task(case, case_file, data, options.parameters, face, conductivity)
    if options.flat and "yield_strength_MPa" in trial.asked:
        raise CaseError(
            "--flat",
            "yield_strength_MPa",
            "a flat face touches whatever the yield stress; allowed: without --flat",
        )
    if not options.flat:
        run = options.run
        if run is None:
            wanted = contact_case(case, trial.data, "yield_strength_MPa" in trial.asked)
            run = run_contact(wanted, runs, options.cores, say)
        face, history = face_of(run, yield_of(case))
    work = task(case, case_file, data, options.parameters, face, conductivity)
    return solve(work, case, data, options, run, history)


def solve(
    work: Task,
    case: Case,
    data: Measurements,
    options: FitOptions,
    run: Path | None = None,
    history: pd.DataFrame | None = None,
) -> FitResult:
    """Does a fit that is put together; see `run_fit`."""
    fitted = fit_model(work.model, work.data, options.noise)
    target = options.target_ohm_cm2
    return FitResult(
        fitted,
        work.asked,
        known_products(fitted),
        suggestions(fitted, work.asked),
        window_of(fitted, case, target, history),
        work.notes,
        run,
        case,
        data,
    )


def band_ohm_cm2(fitted: Fitted, pressure_MPa: np.ndarray) -> np.ndarray:
    """Resistance of the interface while pressing: best, least and most, (3, n)."""
    rows = np.array(
        [
            fitted.model.interface_ohm_cm2(fitted.model.values(logs), pressure_MPa, pressure_MPa)[0]
            for logs in (fitted.logs, *fitted.region)
        ]
    )
    return np.array([rows[0], rows.min(0), rows.max(0)])


def _cell(case: Case, options: FitOptions) -> CellTable:
    """The case's cell with what the options say instead."""
    found, instead = case.cell or CellTable(), options.cell or CellTable()
    given = {name: getattr(instead, name) for name in CellTable.model_fields}
    return found.model_copy(update={k: v for k, v in given.items() if v is not None})
