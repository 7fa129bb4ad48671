"""What the figures of a sweep are drawn from: histories on common pressures, and effects."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from napress.postprocess.fracture.criteria import deciding_columns
from napress.postprocess.records import columns

PRESSURES = 120
# Largest margin shown; beyond it nothing is decided by the number.
LARGEST_MARGIN = 1e3
ROUGHNESS = ("rms_um", "amplitude_um", "depth_um", "height_um")


@dataclass(frozen=True)
class SweepData:
    """A sweep as its figures need it.

    Attributes:
        title: One line.
        table: One row per run, index the run's name.
        varied: Columns of ``table`` that vary.
        histories: Run to its history, for runs that have one.
    """

    title: str
    table: pd.DataFrame
    varied: list[str]
    histories: dict[str, pd.DataFrame]

    @property
    def parameters(self) -> list[str]:
        """Varied columns except seeds: what a run was meant to differ in."""
        return [name for name in self.varied if not is_seed(name)]

    def numeric(self, at_least: int = 2) -> list[str]:
        """Parameters that are numbers with at least so many different values."""
        return [
            name
            for name in self.parameters
            if is_number(self.table[name]) and self.table[name].nunique() >= at_least
        ]

    def groups(self) -> list[tuple[str, list[str]]]:
        """Runs that differ in their seeds only, with what they have in common in words."""
        usable = self.table.loc[[run for run in self.table.index if run in self.histories]]
        if not self.parameters:
            return [("all runs", list(usable.index))] if len(usable) else []
        grouped = usable.groupby(self.parameters, dropna=False, sort=True)
        return [
            (self.words(key if isinstance(key, tuple) else (key,)), list(part.index))
            for key, part in grouped
        ]

    def words(self, values: Iterable[object]) -> str:
        """Values of the parameters in words, such as ``0.5 µm, nzsp``."""
        pairs = zip(self.parameters, values, strict=True)
        return ", ".join(value_text(name, value) for name, value in pairs)


def is_seed(column: str) -> bool:
    """Whether a column is the seed of a random surface."""
    return column.endswith(".seed")


def is_number(values: pd.Series) -> bool:
    """Whether a column holds numbers, not words or yes and no."""
    return is_numeric_dtype(values) and not is_bool_dtype(values)


def label(column: str, with_unit: bool = True) -> str:
    """A column as an axis shows it: ``ceramic Young's modulus (MPa)``."""
    row = columns.column(column, "sweep.csv")
    return row.head if with_unit else row.label


def displayed(column: str, values: pd.Series) -> tuple[str, pd.Series]:
    """A column's label and its values in the unit a reader expects: moduli in GPa."""
    if _unit(column) == "MPa" and values.min() >= 1e3:
        return label(column).replace("(MPa)", "(GPa)"), values / 1e3
    return label(column), values


def value_text(column: str, value: object) -> str:
    """A value of a column with its unit."""
    unit = _unit(column)
    if unit == "MPa" and isinstance(value, int | float | np.number) and value >= 1e3:
        return f"{value / 1e3:.4g} GPa"
    text = f"{value:.4g}" if isinstance(value, int | float | np.number) else str(value)
    return f"{text} {unit}" if unit else text


def _unit(column: str) -> str:
    return columns.column(column, "sweep.csv").unit_symbol


def common_pressures(histories: Iterable[pd.DataFrame]) -> np.ndarray:
    """Pressures that all histories pass, evenly spaced in the logarithm, MPa.

    Returns:
        Shape (PRESSURES,), or (0,) if there are none.
    """
    lows, highs = [], []
    for history in histories:
        positive = history.loc[history["pressure_MPa"] > 0.0, "pressure_MPa"]
        if len(positive) < 2:
            continue
        lows.append(float(positive.min()))
        highs.append(float(positive.max()))
    if not lows or max(lows) >= min(highs):
        return np.empty(0)
    # The first touch of a step-controlled run is nothing anybody asks for.
    low = max(max(lows), min(highs) * 1e-4)
    return np.geomspace(low, min(highs), PRESSURES)


def at_pressures(history: pd.DataFrame, column: str, pressures: np.ndarray) -> np.ndarray:
    """A column of a history at given pressures, linear in the logarithm of the pressure.

    Args:
        history: Rows of accepted steps.
        column: Name of the column.
        pressures: MPa, shape (n,).

    Returns:
        Values, shape (n,); NaN outside what the run reached.
    """
    rows = history[history["pressure_MPa"] > 0.0].sort_values("pressure_MPa", kind="stable")
    return np.interp(
        np.log(pressures),
        np.log(rows["pressure_MPa"].to_numpy()),
        rows[column].to_numpy(dtype=float),
        left=np.nan,
        right=np.nan,
    )


def with_margin(history: pd.DataFrame) -> pd.DataFrame:
    """Adds ``margin``: strength over stress at the worst step so far, by the criteria that decide.

    Without strengths there is no such column.
    """
    found = deciding_columns(history)
    if not found:
        return history
    used = history[found].max(axis=1).cummax()
    return history.copy().assign(margin=(1.0 / used.clip(lower=1.0 / LARGEST_MARGIN)))


def roughness_column(data: SweepData) -> str | None:
    """The varied number that says how rough a surface is, if there is one."""
    for ending in ROUGHNESS:
        for name in data.numeric():
            if name.startswith("surface[") and name.endswith(f".{ending}"):
                return name
    return None


@dataclass(frozen=True)
class Effect:
    """How far an outcome moves with one parameter, the others averaged over.

    Attributes:
        parameter: Column.
        low: Mean outcome where the parameter is low (or in its worst class).
        high: Mean outcome where it is high.
        low_text: What low means, in words.
        high_text: What high means.
    """

    parameter: str
    low: float
    high: float
    low_text: str
    high_text: str

    @property
    def swing(self) -> float:
        """Length of the bar."""
        return abs(self.high - self.low)


def main_effects(data: SweepData, outcome: pd.Series) -> list[Effect]:
    """Main effects of all that varies, largest first.

    Numbers are compared between their lowest and highest third (of the distinct
    values when there are few), words and seeds between the classes with the
    smallest and the largest mean.

    Args:
        data: The sweep.
        outcome: Index the run's name; runs without a value are left out.
    """
    outcome = outcome.dropna()
    effects = []
    for name in data.varied:
        values = data.table.loc[outcome.index, name]
        if values.nunique() < 2:
            continue
        if is_number(values) and not is_seed(name):
            ranked = np.sort(values.unique())
            if len(ranked) <= 9:
                lower, upper = ranked[0], ranked[-1]
            else:
                lower, upper = values.quantile(1 / 3), values.quantile(2 / 3)
            low, high = outcome[values <= lower], outcome[values >= upper]
            bound = ("", "") if len(ranked) <= 9 else ("≤ ", "≥ ")
            texts = bound[0] + value_text(name, lower), bound[1] + value_text(name, upper)
            effects.append(Effect(name, float(low.mean()), float(high.mean()), *texts))
        else:
            means = outcome.groupby(values).mean()
            worst, best = means.idxmin(), means.idxmax()
            texts = str(worst), str(best)
            effects.append(Effect(name, float(means.min()), float(means.max()), *texts))
    return sorted(effects, key=lambda effect: effect.swing, reverse=True)
