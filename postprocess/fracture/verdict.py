"""First fracture verdict: local stress in the ceramic against its strengths."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from napress.fem.snapshot import Array, BodySnapshot
from napress.postprocess.fracture.criteria import CRITERIA, utilisations
from napress.postprocess.measures.depth import body_dimension, cell_depth
from napress.postprocess.measures.stress import AXES, place_columns, principal_stress

if TYPE_CHECKING:
    import pandas as pd

WHAT_IS_LEFT_OUT = (
    "The verdict compares stresses averaged over one mesh cell with strengths measured on "
    "whole specimens. It leaves out: flaws, the size effect and scatter of strength (Weibull), "
    "and sodium that enters a flaw, which the probabilities of fracture take up; bending and "
    "uneven support of the whole pellet; residual stress; fatigue and slow crack growth. No "
    "compression cut-off is applied: a tension counts however large the compression beside it. "
    "A margin is the factor on the stress state of that step, not on the pressing pressure, "
    "because stress is not proportional to pressure while contact grows."
)


@dataclass(frozen=True)
class Strength:
    """A strength and where it comes from.

    Attributes:
        value_MPa: Strength, positive.
        source: Citation, or how the estimate was made.
        estimate: Whether the value is an estimate rather than a sourced measurement.
    """

    value_MPa: float
    source: str
    estimate: bool

    def __post_init__(self) -> None:
        """Reject a strength that is no positive number."""
        if not (math.isfinite(self.value_MPa) and self.value_MPa > 0.0):
            raise ValueError(f"strength: {self.value_MPa} MPa, allowed is a positive number")


@dataclass(frozen=True)
class CeramicStrength:
    """Tensile and compressive strength of the ceramic.

    Attributes:
        tensile: Uniaxial tensile (or bending) strength.
        compressive: Uniaxial compressive strength, as a positive number.
    """

    tensile: Strength
    compressive: Strength

    @property
    def is_estimate(self) -> bool:
        """Whether either strength is an estimate."""
        return self.tensile.estimate or self.compressive.estimate


@dataclass(frozen=True)
class Utilisation:
    """How much of a strength criterion is used up at its worst cell.

    Attributes:
        value: Stress over strength; the criterion is met at 1. Zero or negative
            where the criterion cannot be met by scaling the stress.
        position_um: Reference position of the cell, (dim,).
        depth_um: Depth below the contact surface.
    """

    value: float
    position_um: tuple[float, ...]
    depth_um: float


def margin(utilisation: float) -> float:
    """Factor by which the stress may grow before the criterion is met.

    Above 1 the ceramic survives; infinite if the utilisation is not positive.
    """
    return 1.0 / utilisation if utilisation > 0.0 else math.inf


def use_of_strength(
    ceramic: BodySnapshot, strength: CeramicStrength, depth_um: Array | None = None
) -> dict[str, Utilisation]:
    """Worst utilisation of each criterion over the ceramic at one step.

    Args:
        ceramic: The ceramic body.
        strength: Its strengths.
        depth_um: Depth of each cell, (cells,), computed if not given.

    Returns:
        By the names of :data:`napress.postprocess.fracture.criteria.CRITERIA`.
    """
    principal = principal_stress(ceramic.cell_data["stress_MPa"])
    depth_um = cell_depth(ceramic) if depth_um is None else depth_um
    per_cell = utilisations(principal, strength.tensile.value_MPa, strength.compressive.value_MPa)
    dimension = body_dimension(ceramic)
    worst = {}
    for name, values in per_cell.items():
        at = int(np.argmax(values))
        position = ceramic.points_um[ceramic.cells[at, : dimension + 1]].mean(axis=0)
        worst[name] = Utilisation(
            float(values[at]), tuple(float(v) for v in position[:dimension]), float(depth_um[at])
        )
    return worst


def strength_columns(
    ceramic: BodySnapshot, strength: CeramicStrength, depth_um: Array
) -> dict[str, float]:
    """Worst utilisation of each strength criterion, and its place.

    Args:
        ceramic: The ceramic at one step.
        strength: Its strengths.
        depth_um: Depth of each of its cells, (cells,).
    """
    row: dict[str, float] = {}
    for name, used in use_of_strength(ceramic, strength, depth_um).items():
        row[f"{name}_utilisation"] = used.value
        row |= place_columns(name, used.position_um, used.depth_um)
    return row


@dataclass(frozen=True)
class CriterionVerdict:
    """Outcome of one criterion over a whole run.

    Attributes:
        survives: Whether the criterion is never met.
        margin: Smallest factor over all steps (infinite if never stressed).
        pressure_MPa: Mean pressure of the step with that margin.
        position_um: Place of it, reference configuration, (dim,).
        depth_um: Its depth below the contact surface.
        first_failure_pressure_MPa: Mean pressure of the first step at which the
            criterion is met, None if never.
    """

    survives: bool
    margin: float
    pressure_MPa: float
    position_um: tuple[float, ...]
    depth_um: float
    first_failure_pressure_MPa: float | None


def criterion_verdict(history: pd.DataFrame, name: str) -> CriterionVerdict:
    """Worst step of one criterion over a run.

    Args:
        history: With the columns ``<name>_utilisation``, position and depth.
        name: Of the criterion.

    Returns:
        The verdict.
    """
    used = history[f"{name}_utilisation"]
    worst = history.loc[used.idxmax()]
    broken = history.loc[used >= 1.0, "pressure_MPa"]
    axes = [axis for axis in AXES if f"{name}_{axis}_um" in history]
    return CriterionVerdict(
        survives=broken.empty,
        margin=margin(float(used.max())),
        pressure_MPa=float(worst["pressure_MPa"]),
        position_um=tuple(float(worst[f"{name}_{axis}_um"]) for axis in axes),
        depth_um=float(worst[f"{name}_depth_um"]),
        first_failure_pressure_MPa=None if broken.empty else float(broken.iloc[0]),
    )


def verdict_text(verdicts: dict[str, CriterionVerdict], strength: CeramicStrength) -> str:
    """The verdict as one or two sentences, saying so if a strength is an estimate.

    Args:
        verdicts: Outcome of each criterion by name.
        strength: Strengths that were used.
    """
    broken = [(name, verdict) for name, verdict in verdicts.items() if not verdict.survives]
    if broken:
        parts = [
            f"{CRITERIA[name].label} from {verdict.first_failure_pressure_MPa:.3g} MPa "
            f"(margin down to {verdict.margin:.3g})"
            for name, verdict in broken
        ]
        text = "Local stress exceeds the ceramic's strength: " + "; ".join(parts) + "."
    else:
        smallest = min(verdict.margin for verdict in verdicts.values())
        text = "Local stress stays below the ceramic's strength; smallest margin " + (
            f"{smallest:.3g}." if math.isfinite(smallest) else "unlimited (no tension)."
        )
    if strength.is_estimate:
        named = [
            name
            for name, value in (
                ("tensile", strength.tensile),
                ("compressive", strength.compressive),
            )
            if value.estimate
        ]
        text += f" The {' and '.join(named)} strength is an estimate, and so is this verdict."
    return text


def fracture_summary(history: pd.DataFrame, strength: CeramicStrength | None) -> dict[str, Any]:
    """The fracture part of ``summary.json``, with strengths, their sources and limits."""
    if strength is None or "tension_utilisation" not in history:
        return {
            "verdict": "No verdict: the case gives no strength for the ceramic.",
            "left_out": WHAT_IS_LEFT_OUT,
        }
    # A history from before a criterion existed lacks its columns.
    used = [name for name in CRITERIA if f"{name}_utilisation" in history]
    verdicts = {name: criterion_verdict(history, name) for name in used}
    return {
        "verdict": verdict_text(verdicts, strength),
        "survives": all(verdict.survives for verdict in verdicts.values()),
        "strength_is_estimate": strength.is_estimate,
        "strength": asdict(strength),
        "left_out": WHAT_IS_LEFT_OUT,
    } | {name: asdict(verdict) for name, verdict in verdicts.items()}
