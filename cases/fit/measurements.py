"""What was measured: a ramp of pressures, perhaps a release after it, and the cell."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napress.cases.errors import CaseError
from napress.cases.fit.table import RAMP, RELEASE, Table
from napress.cases.schema.cell import CellTable

Array = NDArray[np.float64]
INTERFACE, CELL = "resistance", "cell_resistance"
# Assumed where the pellet's resistance is given without its uncertainty.
PELLET_UNCERTAINTY = 0.03


@dataclass(frozen=True)
class Cell:
    """The measured cell.

    Attributes:
        area_cm2: Nominal area of an interface.
        interfaces: Interfaces in series.
        pellet_ohm: Of the pellet alone; None if not known.
        pellet_uncertainty: Its relative standard uncertainty.
        uncertainty_assumed: Whether that was not given.
    """

    area_cm2: float
    interfaces: int
    pellet_ohm: float | None = None
    pellet_uncertainty: float = PELLET_UNCERTAINTY
    uncertainty_assumed: bool = False


@dataclass(frozen=True)
class Measurements:
    """Measured points, in the order they were taken.

    Attributes:
        file: Where they are from.
        pressure_MPa: (n,).
        resistance: (n,), ohm cm2 of an interface, or ohm of the cell if there is one.
        largest_MPa: Largest pressure so far, (n,).
        capacitance_uF_per_cm2: Of an interface, (n,), NaN where not measured.
        peak_frequency_Hz: Likewise.
        cell: None where the resistance is that of an interface.
    """

    file: str
    pressure_MPa: Array
    resistance: Array
    largest_MPa: Array
    capacitance_uF_per_cm2: Array
    peak_frequency_Hz: Array
    cell: Cell | None

    @property
    def released(self) -> NDArray[np.bool_]:
        """Which points were taken after the pressure was taken back, (n,)."""
        return self.pressure_MPa < self.largest_MPa

    @property
    def count(self) -> int:
        """Numbers measured, of all kinds."""
        more = np.isfinite(self.capacitance_uF_per_cm2).sum()
        return int(len(self.pressure_MPa) + more + np.isfinite(self.peak_frequency_Hz).sum())

    def part(self, chosen: NDArray[np.bool_]) -> Measurements:
        """Some of the points."""
        arrays = {
            name: getattr(self, name)[chosen]
            for name in (
                "pressure_MPa",
                "resistance",
                "largest_MPa",
                "capacitance_uF_per_cm2",
                "peak_frequency_Hz",
            )
        }
        return Measurements(self.file, **arrays, cell=self.cell)


def measurements(table: Table, cell: CellTable | None) -> Measurements:
    """Checks a table and joins it with the cell.

    Raises:
        CaseError: One line naming file, column or row, and what is allowed.
    """
    file = table.file
    if "pressure" not in table.columns:
        raise CaseError(file, "pressure", "missing; allowed: a column pressure_MPa")
    kinds = [name for name in (INTERFACE, CELL) if name in table.columns]
    if len(kinds) != 1:
        found = "both are there" if kinds else "missing"
        raise CaseError(
            file,
            INTERFACE,
            f"{found}; allowed: a column resistance_ohm_cm2 of an interface, or "
            "cell_resistance_ohm of the whole cell",
        )
    pressure = np.array(table.columns["pressure"])
    resistance = np.array(table.columns[kinds[0]])
    for name, values in (("pressure", pressure), (kinds[0], resistance)):
        wrong = np.flatnonzero(~(values > 0) | ~np.isfinite(values))
        if len(wrong):
            value = values[wrong[0]]
            told = "is empty" if math.isnan(value) else f"{value:g} is not above 0"
            raise CaseError(
                file, f"{name}, line {table.rows[wrong[0]]}", f"{told}; allowed: numbers above 0"
            )
    _check_order(table, pressure)
    laid = _cell(cell, file, kinds[0] == CELL or "cell_capacitance" in table.columns)
    nothing = np.full(len(pressure), math.nan)
    capacitance = np.array(table.columns.get("capacitance", nothing))
    if "cell_capacitance" in table.columns:
        if "capacitance" in table.columns:
            raise CaseError(file, "capacitance", "given twice; allowed: one of the two columns")
        # In series the cell has 1/n of the capacitance of one interface.
        per_cell = np.array(table.columns["cell_capacitance"])
        capacitance = per_cell * laid.interfaces / laid.area_cm2
    frequency = np.array(table.columns.get("peak_frequency", nothing))
    for name, values in (("capacitance", capacitance), ("peak_frequency", frequency)):
        wrong = np.flatnonzero(values <= 0)
        if len(wrong):
            raise CaseError(
                file,
                f"{name}, line {table.rows[wrong[0]]}",
                f"{values[wrong[0]]:g} is not above 0; allowed: numbers above 0, or empty",
            )
    return Measurements(
        file,
        pressure,
        resistance,
        np.maximum.accumulate(pressure),
        capacitance,
        frequency,
        laid if kinds[0] == CELL else None,
    )


def _check_order(table: Table, pressure: Array) -> None:
    """Pressures must rise, and may then fall: that is the release."""
    file, rows = table.file, table.rows
    falls = np.diff(pressure) < 0
    if table.branch is not None:
        branch = table.branch
        first = branch.index(RELEASE) if RELEASE in branch else len(branch)
        if first == 0:
            raise CaseError(
                file, f"branch, line {rows[0]}", "a release before the ramp; allowed: ramp first"
            )
        if RAMP in branch[first:]:
            at = first + branch[first:].index(RAMP)
            raise CaseError(
                file,
                f"branch, line {rows[at]}",
                "a release before the ramp has ended; allowed: one ramp, then one release",
            )
        wrong = [i for i, falling in enumerate(falls) if falling != (i + 1 >= first)]
    else:
        turned = np.flatnonzero(falls)
        first = int(turned[0]) + 1 if len(turned) else len(pressure)
        if len(pressure) > 2 and first == 1 and falls.all():
            raise CaseError(
                file,
                f"pressure, line {rows[1]}",
                "pressures only fall: a release branch before the ramp; allowed: rising "
                "pressures first",
            )
        if first == 1 and len(pressure) > 1 and falls.sum() == 1 and len(pressure) == 2:
            raise CaseError(
                file,
                f"pressure, line {rows[1]}",
                "a release branch before the ramp; allowed: rising pressures first",
            )
        wrong = [i for i, falling in enumerate(falls) if not falling and i + 1 >= first]
        if first == 1 and wrong:
            raise CaseError(
                file,
                f"pressure, line {rows[1]}",
                "a release branch before the ramp, or unsorted pressures; allowed: rising "
                "pressures, then perhaps falling ones",
            )
    if wrong:
        at = wrong[0] + 1
        raise CaseError(
            file,
            f"pressure, line {rows[at]}",
            f"{pressure[at]:g} MPa after {pressure[at - 1]:g} MPa is unsorted; allowed: rising "
            "pressures, then perhaps falling ones",
        )


def _cell(table: CellTable | None, file: str, needed: bool) -> Cell:
    table = table or CellTable()
    if needed:
        for name, example in (("area", "--area '1.27 cm**2'"), ("interfaces", "--interfaces 2")):
            if getattr(table, name) is None:
                raise CaseError(
                    file,
                    f"cell.{name}",
                    f"missing, and the table holds the whole cell; allowed: {name} in table "
                    f"[cell] of the case, or {example}",
                )
    uncertainty = table.pellet_uncertainty
    return Cell(
        table.area or math.nan,
        table.interfaces or 1,
        table.pellet_resistance,
        PELLET_UNCERTAINTY if uncertainty is None else uncertainty / 100,
        uncertainty is None and table.pellet_resistance is not None,
    )
