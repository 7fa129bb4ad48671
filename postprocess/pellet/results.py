"""What a pressed pellet amounts to: non-uniformity, peak stresses and where, Weibull, tools."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from napress.fem.pellet.press import PelletSnapshot
from napress.fem.snapshot import Array
from napress.postprocess.fracture.weibull import WeibullLaw, failure_probability, volume_risk
from napress.postprocess.measures.stress import max_shear, principal_stress
from napress.postprocess.theory.pellet import press_force_kN, sleeve_von_mises_MPa


@dataclass(frozen=True)
class PelletStrength:
    """Strength of the ceramic as far as it is known.

    Attributes:
        tensile_MPa: Mean strength in tension.
        law: How it scatters and falls with size; None if unknown: then no probability
            is given.
    """

    tensile_MPa: float
    law: WeibullLaw | None = None


@dataclass(frozen=True)
class PelletTools:
    """What presses and holds the pellet.

    Attributes:
        radius_um: Of the pellet.
        sleeve_outer_um: Outer radius of an elastic sleeve; None for another die.
        sleeve_yield_MPa: Its yield stress.
        punch_yield_MPa: Yield stress of the punch; None if unknown.
        isostatic: Whether a fluid presses, so that there is no punch and no force.
    """

    radius_um: float
    sleeve_outer_um: float | None = None
    sleeve_yield_MPa: float | None = None
    punch_yield_MPa: float | None = None
    isostatic: bool = False


def measure_pellet(
    snapshot: PelletSnapshot, strength: PelletStrength, tools: PelletTools
) -> dict[str, float]:
    """Everything measured at one load, a unit in every name.

    Peak stresses are those at vertices, the mean over adjoining cells, so that they
    reach the surface; the Weibull risk integrates the cells. Names without a unit are
    pure numbers.

    Args:
        snapshot: The load.
        strength: Of the ceramic.
        tools: Punch and sleeve.
    """
    pressure, area = snapshot.pressure_MPa, snapshot.area_um2
    share = area / area.sum()
    mean = float(share @ pressure)
    spread = math.sqrt(float(share @ (pressure - mean) ** 2))
    row = {
        "pressure_MPa": snapshot.mean_MPa,
        "pressure_lowest_MPa": float(pressure.min()),
        "pressure_highest_MPa": float(pressure.max()),
        "pressure_range_over_mean": float(np.ptp(pressure)) / mean,
        "pressure_deviation_over_mean": spread / mean,
        "sodium_mean_um": float(share @ snapshot.sodium_um),
        "sodium_thinnest_um": float(snapshot.sodium_um.min()),
        "sodium_extruded_percent": 100 * snapshot.extruded,
        "support_highest_MPa": float(snapshot.support_MPa.max()),
        "side_mean_MPa": snapshot.side_mean_MPa,
        "side_highest_MPa": snapshot.side_largest_MPa,
    }
    principal = principal_stress(snapshot.point_stress_MPa)
    tension, shear = principal[:, 0], max_shear(principal)
    for name, values in (("tension", tension), ("shear", shear)):
        at = int(values.argmax())
        row[f"peak_{name}_MPa"] = float(values[at])
        row |= _place(f"peak_{name}", snapshot.points_um[at])
    row["tension_over_strength"] = row["peak_tension_MPa"] / strength.tensile_MPa
    cells = principal_stress(snapshot.cell_stress_MPa)
    if strength.law is None:
        row["failure_probability"] = math.nan
    else:
        risk = volume_risk(strength.law, cells, snapshot.cell_volume_um3)
        row["failure_probability"] = failure_probability(risk)
    if tools.isostatic:
        return row
    row["force_kN"] = press_force_kN(snapshot.mean_MPa, tools.radius_um)
    # The punch has the pellet's diameter, so it carries the pressure of the layer.
    row["punch_mean_MPa"] = snapshot.mean_MPa
    row["punch_highest_MPa"] = float(pressure.max())
    if tools.punch_yield_MPa is not None:
        row["punch_over_yield"] = row["punch_highest_MPa"] / tools.punch_yield_MPa
    if tools.sleeve_outer_um is not None:
        held = max(snapshot.side_largest_MPa, 0.0)
        row["sleeve_MPa"] = sleeve_von_mises_MPa(held, tools.radius_um, tools.sleeve_outer_um)
        if tools.sleeve_yield_MPa is not None:
            row["sleeve_over_yield"] = row["sleeve_MPa"] / tools.sleeve_yield_MPa
    return row


def _place(name: str, point_um: Array) -> dict[str, float]:
    """Radius, or x and y, and height above the support."""
    if len(point_um) == 2:
        return {f"{name}_radius_um": float(point_um[0]), f"{name}_height_um": float(point_um[1])}
    return {
        f"{name}_x_um": float(point_um[0]),
        f"{name}_y_um": float(point_um[1]),
        f"{name}_radius_um": float(np.hypot(point_um[0], point_um[1])),
        f"{name}_height_um": float(point_um[2]),
    }


def warnings_of(row: dict[str, float]) -> list[str]:
    """What a reader of one load has to know before trusting the pellet or the model."""
    found = []
    if row["tension_over_strength"] >= 1:
        found.append(
            f"Tension of {row['peak_tension_MPa']:.3g} MPa in the pellet reaches its strength "
            f"({row['tension_over_strength']:.2g} times)."
        )
    if row["sodium_extruded_percent"] > 1:
        found.append(
            f"{row['sodium_extruded_percent']:.3g} % of the sodium is pressed out past the punch; "
            f"{row['sodium_mean_um']:.3g} um are left."
        )
    if row["sodium_thinnest_um"] < 1:
        found.append(
            "The sodium is thinner than 1 um somewhere: there the punch nearly touches the "
            "pellet, and the model of a thin layer ends."
        )
    if row["side_highest_MPa"] > 0 and row["side_mean_MPa"] < 0:
        found.append("The die would have to pull at the pellet; it is modelled as if it did.")
    for key, what in (("punch_over_yield", "punch"), ("sleeve_over_yield", "sleeve")):
        if row.get(key, 0.0) >= 1:
            found.append(f"The {what} yields ({row[key]:.2g} times its yield stress).")
    return found
