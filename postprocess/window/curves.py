"""From runs of the interface and of the pellet to curves over pressure, one per seed.

The interface says what happens at a local pressure, the pellet how much of its area is
at which pressure. Contact and closure are means over the pellet, resistances conduct
side by side, and fracture counts where it is worst.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from napress.postprocess.fracture.criteria import deciding_columns
from napress.postprocess.pellet.two_scales import InterfaceSweep, averages_over_pellet

Array = NDArray[np.float64]

GRID_POINTS = 120
# Targets are met to about a millionth.
SAME_PRESSURE = 1e-4
# Below this an interface costs nothing that could be measured.
LEAST_ASR_OHM_CM2 = 1e-9
LEAST_PROBABILITY = 1e-30
# Above this the sodium's surface has folded over itself and the run is no longer physical.
FOLDED_CLOSURE_PERCENT = 100.05
PARTS = ("constriction", "charge_transfer", "film")
# Columns of the history that describe one way to break; the worst of them counts.
INTERFACE_MODES = {
    "flaw": ("flaw_local_flow_limited_probability",),
    "weibull_volume": ("weibull_pia_volume_probability", "weibull_nsa_volume_probability"),
    "weibull_surface": ("weibull_pia_surface_probability", "weibull_nsa_surface_probability"),
}
HELD_OTHERWISE = {"rigid die": "if_rigid_die_", "isostatic": "if_isostatic_"}


@dataclass(frozen=True)
class Broken:
    """Ways to break at some pressures.

    Attributes:
        pressure_MPa: Increasing, (pressures,).
        modes: Name to failure probability, or to stress over strength for
            ``local_stress``, (pressures,).
    """

    pressure_MPa: Array
    modes: dict[str, Array]


@dataclass(frozen=True)
class SeedCurves:
    """One run of the interface.

    Attributes:
        name: Of the run.
        pressure_MPa: Of the steps above all before them, (steps,).
        contact_fraction: (steps,).
        void_left_percent: Of the void at first touch, (steps,).
        target_MPa: Load targets reached.
        asr_pressure_MPa: Those of them at which the resistance was solved, (targets,).
        asr_ohm_cm2: Interface ASR there.
        asr_parts_ohm_cm2: The same split into its parts.
        broken: Ways to break, held as the case says.
        otherwise: The same at targets, were the pellet held otherwise.
        ended: Why the run stopped early; empty if it did not.
        filled_probability: That a flaw under the whole pressure runs, solved field, (steps,).
        lateral_MPa: Lateral stress of the confinement, (steps,).
        through_probability: That such a flaw runs and nothing on its way stops it, (steps,).
    """

    name: str
    pressure_MPa: Array
    contact_fraction: Array
    void_left_percent: Array
    target_MPa: Array
    asr_pressure_MPa: Array
    asr_ohm_cm2: Array
    asr_parts_ohm_cm2: dict[str, Array]
    broken: Broken
    otherwise: dict[str, Broken] = field(default_factory=dict)
    ended: str = ""
    filled_probability: Array | None = None
    lateral_MPa: Array | None = None
    through_probability: Array | None = None


@dataclass(frozen=True)
class PelletLoads:
    """The pellet at several mean pressures.

    Attributes:
        mean_MPa: Increasing, (loads,).
        pressure_MPa: Local pressures, (loads, points).
        area: Area of each point, (points,).
        rows: `napress.postprocess.pellet.results.measure_pellet` of each load.
        ended: Why the last load was not reached; empty if all were.
    """

    mean_MPa: Array
    pressure_MPa: Array
    area: Array
    rows: tuple[dict[str, float], ...]
    ended: str = ""

    def local_MPa(self, mean_MPa: float) -> Array:
        """Local pressures at a mean pressure, by interpolating those over the mean."""
        ratio = self.pressure_MPa / self.mean_MPa[:, None]
        at = np.interp(math.log(mean_MPa), np.log(self.mean_MPa), np.arange(len(ratio)))
        below = min(int(at), len(ratio) - 1)
        above = min(below + 1, len(ratio) - 1)
        return mean_MPa * (ratio[below] + (at - below) * (ratio[above] - ratio[below]))

    def column(self, name: str) -> Array | None:
        """A column of the rows; None unless every load has a number there."""
        values = np.array([row.get(name, math.nan) for row in self.rows], dtype=float)
        return values if np.isfinite(values).all() else None


@dataclass(frozen=True)
class Curves:
    """All seeds over the pellet, on common pressures; NaN beyond the end of a run.

    Attributes:
        pressure_MPa: Mean pressures, (grid,).
        contact_fraction: (seeds, grid).
        void_left_percent: (seeds, grid).
        asr_ohm_cm2: (seeds, grid); NaN if not solved.
        asr_parts_ohm_cm2: Parts by name, (seeds, grid).
        broken: Failure modes by name, (seeds, grid).
        above_runs: Highest local pressure over the end of the runs, 1 or more; there
            their last values stand in.
    """

    pressure_MPa: Array
    contact_fraction: Array
    void_left_percent: Array
    asr_ohm_cm2: Array
    asr_parts_ohm_cm2: dict[str, Array]
    broken: dict[str, Array]
    above_runs: float = 1.0


def seed_curves(
    name: str, history: pd.DataFrame, summary: dict[str, Any], ended: str = ""
) -> SeedCurves:
    """Reads one run.

    Args:
        name: Of the run.
        history: As `napress.postprocess.records.history.read_history` gives it.
        summary: ``summary.json``; with a waviness its ASR is that of both scales.
        ended: Why the run stopped early.

    Raises:
        ValueError: If the run has no step under pressure.
    """
    folded = np.flatnonzero(history["closure_percent"].to_numpy() > FOLDED_CLOSURE_PERCENT)
    if folded.size:
        at = float(history["pressure_MPa"].iloc[folded[0]])
        history = history.iloc[: folded[0]]
        ended = f"used up to {at:.3g} MPa, where the surface of the sodium folds"
    history = _rising(history)
    if len(history) < 2:
        raise ValueError(f"{name}: no steps under pressure; allowed: a run with some")
    pressure = history["pressure_MPa"].to_numpy(dtype=float)
    targets = history[history["is_target"] == 1]
    asr_pressure, asr, parts = _resistance(targets, summary)
    return SeedCurves(
        name,
        pressure,
        history["contact_fraction"].to_numpy(dtype=float),
        np.maximum(100.0 - history["closure_percent"].to_numpy(dtype=float), 0.0),
        targets["pressure_MPa"].to_numpy(dtype=float),
        asr_pressure,
        asr,
        parts,
        Broken(pressure, _modes(history, "")),
        {
            kind: Broken(targets["pressure_MPa"].to_numpy(dtype=float), modes)
            for kind, prefix in HELD_OTHERWISE.items()
            if (modes := _modes(targets, prefix))
        },
        ended,
        _column(history, "flaw_local_probability"),
        _column(history, "lateral_stress_MPa"),
        _column(history, "flaw_local_through_probability"),
    )


def _column(history: pd.DataFrame, name: str) -> Array | None:
    return history[name].to_numpy(dtype=float) if name in history else None


def _rising(history: pd.DataFrame) -> pd.DataFrame:
    """Rows at pressures above all before; of several at one pressure, a hold, the last."""
    kept: list[int] = []
    pressure = history["pressure_MPa"].to_numpy(dtype=float)
    for row, value in enumerate(pressure):
        highest = pressure[kept[-1]] if kept else 0.0
        if value > highest * (1 + SAME_PRESSURE):
            kept.append(row)
        elif kept and value > max(highest * (1 - SAME_PRESSURE), _below(pressure, kept)):
            kept[-1] = row
    return history.iloc[kept]


def _below(pressure: Array, kept: list[int]) -> float:
    return pressure[kept[-2]] if len(kept) > 1 else 0.0


def _modes(history: pd.DataFrame, prefix: str) -> dict[str, Array]:
    """Ways to break by name; stress over strength stands in where Weibull says nothing."""
    found = {}
    for mode, names in INTERFACE_MODES.items():
        columns = [prefix + name for name in names if prefix + name in history]
        if mode == "flaw" and not columns and f"{prefix}flaw_local_probability" in history:
            # A run from before the drag of the metal was known: full pressure, safe side.
            columns = [f"{prefix}flaw_local_probability"]
        if columns:
            values = history[columns].to_numpy(dtype=float)
            if np.isfinite(values).all():
                found[mode] = values.max(axis=1)
    if "weibull_volume" not in found:
        columns = deciding_columns(history, prefix)
        if columns:
            found["local_stress"] = history[columns].to_numpy(dtype=float).max(axis=1)
    return found


def _resistance(
    targets: pd.DataFrame, summary: dict[str, Any]
) -> tuple[Array, Array, dict[str, Array]]:
    name = "interface_asr_ohm_cm2"
    if name not in targets or not np.isfinite(targets[name]).any():
        return np.zeros(0), np.zeros(0), {}
    solved = targets[np.isfinite(targets[name])]
    pressure = solved["pressure_MPa"].to_numpy(dtype=float)
    asr = np.maximum(solved[name].to_numpy(dtype=float), LEAST_ASR_OHM_CM2)
    parts = {part: solved[f"{part}_asr_ohm_cm2"].to_numpy(dtype=float) for part in PARTS}
    waves = pd.DataFrame((summary.get("resistance") or {}).get("waviness") or [])
    if len(waves) == len(pressure):
        whole = waves["interface_asr_with_waviness_ohm_cm2"].to_numpy(dtype=float)
        parts["form_error"] = np.maximum(whole - asr, 0.0)
        asr = np.maximum(whole, LEAST_ASR_OHM_CM2)
    parts = {part: np.maximum(values, 0.0) for part, values in parts.items()}
    return pressure, asr, parts


def common_grid(seeds: Sequence[SeedCurves]) -> Array:
    """Mean pressures on which all seeds are compared.

    Even in their logarithm, and the targets of the first run.
    """
    top = max(seed.pressure_MPa[-1] for seed in seeds)
    low = max(max(seed.pressure_MPa[0] for seed in seeds), top / 1e4)
    even = np.geomspace(min(low, top / 2), top, GRID_POINTS)
    targets = seeds[0].target_MPa
    targets = targets[(targets > even[0]) & (targets < top)]
    grid = np.sort(np.concatenate([even, targets]))
    return grid[np.concatenate([[True], np.diff(grid) > SAME_PRESSURE * grid[1:]])]


def places_at(grid: Array, loads: PelletLoads | None) -> tuple[Array, Array]:
    """Local pressures at each mean pressure, (grid, points), and the area of each point.

    Args:
        grid: Mean pressures, (grid,).
        loads: The pellet; None for an even pressure.
    """
    if loads is None:
        return grid[:, None], np.ones(1)
    return np.array([loads.local_MPa(p) for p in grid]), loads.area


def curves_over_pellet(seeds: Sequence[SeedCurves], loads: PelletLoads | None) -> Curves:
    """Every seed over the whole pellet; without a pellet the pressure is even.

    Args:
        seeds: Runs of the interface.
        loads: The pellet at its loads.
    """
    grid = common_grid(seeds)
    places, area = places_at(grid, loads)
    contact, void, asr = [], [], []
    parts: dict[str, list[Array]] = {}
    for seed in seeds:
        known = grid <= seed.pressure_MPa[-1] * (1 + SAME_PRESSURE)
        contact.append(_mean(seed.pressure_MPa, seed.contact_fraction, places, area, known))
        void.append(_mean(seed.pressure_MPa, seed.void_left_percent, places, area, known))
        solved = seed.asr_pressure_MPa
        # Below the first target nothing was solved.
        if len(solved):
            known &= grid >= solved[0] * (1 - SAME_PRESSURE)
        asr.append(_conducted(solved, seed.asr_ohm_cm2, places, area, known))
        for name, values in seed.asr_parts_ohm_cm2.items():
            floor = np.maximum(values, LEAST_ASR_OHM_CM2)
            row = _conducted(solved, floor, places, area, known)
            parts.setdefault(name, []).append(row)
    return Curves(
        grid,
        np.array(contact),
        np.array(void),
        np.array(asr),
        {name: np.array(rows) for name, rows in parts.items() if len(rows) == len(seeds)},
        worst_over_pellet([seed.broken for seed in seeds], grid, places, area),
        max(float(places[-1].max() / grid[-1]), 1.0),
    )


def worst_over_pellet(
    broken: Sequence[Broken], grid: Array, places: Array, area: Array
) -> dict[str, Array]:
    """Each way to break where the pellet is worst, (seeds, grid); NaN beyond a run.

    Args:
        broken: One for each seed.
        grid: Mean pressures, (grid,).
        places: Local pressures at each of them, (grid, points).
        area: Of each point, (points,).
    """
    names = [name for name in broken[0].modes if all(name in one.modes for one in broken)]
    found = {}
    for name in names:
        rows = np.full((len(broken), len(grid)), np.nan)
        for row, one in zip(rows, broken, strict=True):
            known = grid <= one.pressure_MPa[-1] * (1 + SAME_PRESSURE)
            # Probabilities span many decades: only their logarithm is smooth.
            values = np.log10(np.maximum(one.modes[name], LEAST_PROBABILITY))
            sweep = InterfaceSweep(one.pressure_MPa, fracture_use=values)
            worst = averages_over_pellet(places[known], area, sweep).fracture_use
            row[known] = np.where(worst > math.log10(LEAST_PROBABILITY), 10.0**worst, 0.0)
        found[name] = rows
    return found


def _mean(pressure: Array, values: Array, places: Array, area: Array, known: Array) -> Array:
    row = np.full(len(places), np.nan)
    sweep = InterfaceSweep(pressure, contact_fraction=values)
    row[known] = averages_over_pellet(places[known], area, sweep).contact_fraction
    return row


def _conducted(pressure: Array, asr: Array, places: Array, area: Array, known: Array) -> Array:
    row = np.full(len(places), np.nan)
    if len(pressure):
        sweep = InterfaceSweep(pressure, asr_ohm_cm2=asr)
        row[known] = averages_over_pellet(places[known], area, sweep).asr_ohm_cm2
    return row


def pellet_modes(loads: PelletLoads, grid: Array) -> dict[str, Array]:
    """Ways to break that belong to the pellet and its tools, (1, grid) each.

    ``pellet`` is the Weibull probability of the whole pellet, or ``pellet_stress`` its
    peak tension over strength where no Weibull modulus is known; ``sleeve`` and
    ``punch`` are stress over yield stress.
    """
    columns = {
        "pellet": "failure_probability",
        "sleeve": "sleeve_over_yield",
        "punch": "punch_over_yield",
    }
    if loads.column("failure_probability") is None:
        columns["pellet_stress"] = "tension_over_strength"
    found = {}
    for mode, name in columns.items():
        values = loads.column(name)
        if values is not None:
            logs = np.log10(np.maximum(values, LEAST_PROBABILITY))
            row = 10.0 ** np.interp(np.log(grid), np.log(loads.mean_MPa), logs)
            row[row <= 2 * LEAST_PROBABILITY] = 0.0
            row[grid > loads.mean_MPa[-1] * (1 + 1e-6)] = np.nan
            found[mode] = row[None, :]
    return found
