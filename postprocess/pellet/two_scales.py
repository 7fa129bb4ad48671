"""From the pressure on the pellet to what its rough interface does: averages over the area.

A pressure sweep of the interface says what happens at one pressure; the pellet says
how much of its area is at which pressure. Conduction goes through all of it side by
side, so resistances average as conductances.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from napress.postprocess.fracture.criteria import deciding_columns

Array = NDArray[np.float64]


@dataclass(frozen=True)
class InterfaceSweep:
    """What an interface does at each of several mean pressures; NaN where it was not measured.

    Attributes:
        pressure_MPa: Increasing, (pressures,).
        contact_fraction: (pressures,), or None if not known.
        asr_ohm_cm2: Area-specific resistance, infinite where nothing conducts,
            (pressures,), or None.
        fracture_use: How much of its strength the ceramic needs, 1 at fracture,
            (pressures,), or None.
    """

    pressure_MPa: Array
    contact_fraction: Array | None = None
    asr_ohm_cm2: Array | None = None
    fracture_use: Array | None = None


@dataclass(frozen=True)
class PelletAverage:
    """An interface over a whole pellet.

    Attributes:
        contact_fraction: Mean over the area.
        asr_ohm_cm2: One over the mean conductance per area.
        fracture_use: The worst anywhere on the pellet.
        fractured_area: Share of the area on which it is 1 or more.
        outside: Share of the area at a pressure outside the sweep, where the nearest
            end of the sweep stands in.
    """

    contact_fraction: float | None
    asr_ohm_cm2: float | None
    fracture_use: float | None
    fractured_area: float | None
    outside: float


@dataclass(frozen=True)
class PelletAverages:
    """The same at several loads of the pellet: see `PelletAverage`, (loads,) each."""

    contact_fraction: Array | None
    asr_ohm_cm2: Array | None
    fracture_use: Array | None
    fractured_area: Array | None
    outside: Array


def average_over_pellet(
    pressure_MPa: ArrayLike, area: ArrayLike, sweep: InterfaceSweep
) -> PelletAverage:
    """Averages an interface over the pressures of a pellet at one load.

    Args:
        pressure_MPa: Local pressures, (points,), in any arrangement.
        area: Area each stands for, (points,), in any unit; not negative.
        sweep: What the interface does at each pressure.

    Raises:
        ValueError: See `averages_over_pellet`.
    """
    local = np.asarray(pressure_MPa, dtype=float).reshape(1, -1)
    found = vars(averages_over_pellet(local, np.asarray(area, dtype=float).ravel(), sweep))
    return PelletAverage(
        **{name: None if values is None else float(values[0]) for name, values in found.items()}
    )


def averages_over_pellet(
    pressure_MPa: ArrayLike, area: ArrayLike, sweep: InterfaceSweep
) -> PelletAverages:
    """Averages an interface over the pressures of a pellet at several loads.

    Contact and use of strength are interpolated in the logarithm of the pressure;
    conductance, 1/ASR, in both logarithms, as power laws of the pressure are
    common. Beyond the sweep its end value is kept.

    Args:
        pressure_MPa: Local pressures, (loads, points).
        area: Area each point stands for, (points,), in any unit; not negative.
        sweep: What the interface does at each pressure.

    Raises:
        ValueError: If shapes disagree, an area is negative or all are 0, or the
            pressures of the sweep are not positive and increasing.
    """
    local, weight = (np.asarray(values, dtype=float) for values in (pressure_MPa, area))
    if local.shape[1:] != weight.shape:
        points = local.shape[-1]
        raise ValueError(f"area: {weight.size} values, allowed are {points} as in pressure_MPa")
    if not np.isfinite(local).all():
        raise ValueError("pressure_MPa: holds values that are not finite; allowed: finite numbers")
    if (weight < 0).any() or not weight.sum() > 0:
        raise ValueError("area: allowed are values of at least 0 that do not sum to 0")
    at = np.asarray(sweep.pressure_MPa, dtype=float)
    if at.ndim != 1 or at.size == 0 or not (at > 0).all() or not (np.diff(at) > 0).all():
        raise ValueError("pressure_MPa of the sweep: allowed are positive, increasing values")
    weight = weight / weight.sum()
    knots = np.log(at)
    places = np.log(np.clip(local, at[0], at[-1]))

    def interpolated(values: Array | None, name: str) -> Array | None:
        if values is None:
            return None
        values = np.asarray(values, dtype=float)
        if values.shape != at.shape:
            raise ValueError(f"{name}: {values.size} values, allowed are {at.size}, one a pressure")
        known = ~np.isnan(values)
        if not known.any():
            return None
        return np.interp(places, knots[known], values[known])

    contact = interpolated(sweep.contact_fraction, "contact_fraction")
    use = interpolated(sweep.fracture_use, "fracture_use")
    resistance = None
    if sweep.asr_ohm_cm2 is not None and not np.isnan(sweep.asr_ohm_cm2).all():
        mean = _conductance(places, knots, sweep.asr_ohm_cm2) @ weight
        resistance = np.divide(1.0, mean, out=np.full(len(mean), np.inf), where=mean > 0)
    beyond = (local < at[0] * (1 - 1e-9)) | (local > at[-1] * (1 + 1e-9))
    return PelletAverages(
        None if contact is None else contact @ weight,
        resistance,
        None if use is None else use[:, weight > 0].max(axis=1),
        None if use is None else (use >= 1) @ weight,
        beyond @ weight,
    )


def _conductance(places: Array, knots: Array, asr_ohm_cm2: Array) -> Array:
    resistance = np.asarray(asr_ohm_cm2, dtype=float)
    known = ~np.isnan(resistance)
    if resistance.shape != knots.shape or not (resistance[known] > 0).all():
        raise ValueError("asr_ohm_cm2: allowed are positive values, one for each pressure")
    knots, resistance = knots[known], resistance[known]
    conducts = np.isfinite(resistance)
    if not conducts.any():
        raise ValueError("asr_ohm_cm2: infinite at every pressure; allowed: finite at one at least")
    value = np.exp(-np.interp(places, knots[conducts], np.log(resistance[conducts])))
    # Between a pressure that does not conduct and the first that does, nothing flows.
    nearest = np.searchsorted(knots, places, side="right") - 1
    return np.where(conducts[np.clip(nearest, 0, len(knots) - 1)], value, 0.0)


def sweep_of_run(history: pd.DataFrame) -> InterfaceSweep:
    """What a run of the interface says at its accepted steps.

    Args:
        history: As `napress.postprocess.records.history.read_history` gives it. Contact is
            always there; resistance and use of strength if the run has them.

    Raises:
        ValueError: If no step has a pressure above those before it.
    """
    pressure = history["pressure_MPa"].to_numpy(dtype=float)
    before = np.maximum.accumulate(np.concatenate([[0.0], pressure[:-1]]))
    rising = np.flatnonzero(pressure > before * (1 + 1e-9))
    if rising.size == 0:
        raise ValueError("the interface was never under pressure; allowed: a run with steps")

    def column(name: str) -> Array | None:
        if name not in history:
            return None
        return history[name].to_numpy(dtype=float)[rising]

    known = [column(name) for name in deciding_columns(history)]
    return InterfaceSweep(
        pressure[rising],
        column("contact_fraction"),
        column("interface_asr_ohm_cm2"),
        np.max(known, axis=0) if known else None,
    )
