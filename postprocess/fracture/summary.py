"""What a run says about fracture of a whole pellet: probabilities, flaws, limits."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from napress.postprocess.fracture.confinement import Confinement
from napress.postprocess.fracture.in_time import reach_of, run_in_time
from napress.postprocess.fracture.settings import FractureSettings
from napress.postprocess.theory import flaws as closed
from napress.postprocess.wording import number

if TYPE_CHECKING:
    import pandas as pd

# How each estimate of the pellet's failure probability is called on pages and in figures.
PROBABILITIES = {
    "weibull_pia_volume_probability": "Weibull, volume, principal stresses",
    "weibull_nsa_volume_probability": "Weibull, volume, normal-stress averaging",
    "weibull_pia_surface_probability": "Weibull, surface, principal stresses",
    "weibull_nsa_surface_probability": "Weibull, surface, normal-stress averaging",
    "flaw_probability": "sodium in flaws, full pressure",
    "flaw_flow_limited_probability": "sodium in flaws, as far as it flows",
    "flaw_local_probability": "sodium in flaws, solved field",
    "flaw_local_flow_limited_probability": "sodium in flaws, solved field, as far as it flows",
    "flaw_local_through_probability": "sodium in flaws, solved field, nothing stops them deeper",
}
LEVELS_PERCENT = (5, 50)
# Confinements that need nothing but the pellet, for comparison.
COMPARED = ("none", "rigid die", "isostatic")
UM2_PER_MM2 = 1e6

WHAT_IT_RESTS_ON = (
    "Weakest link: the modelled cell stands for every cell of the pellet, its risk times the "
    "area of the pellet over that of the cell (in 2-D the stress is the same all along the "
    "depth). All flaws are taken to lie in the volume or all on the surface, so the two Weibull "
    "probabilities are alternatives and do not add. The tensile strength is read as the mean "
    "strength of specimens of the stated effective volume or surface; taking it down to "
    "micrometres under an asperity is extrapolation, and flaws larger than the stressed spot "
    "are not in it. Only tension counts, without a cut-off for compression, and weakest link "
    "does not hold for crushing.",
    "The modelled cell cannot widen, as in a rigid die, so that its lateral compression is "
    "ν/(1−ν) times the pressure. Any other confinement is added as a uniform lateral stress, "
    "to first order in the slope of the surface.",
    "A surface flaw is a straight edge crack in a half plane under plane strain, at right "
    "angles to the surface and far from others. A semicircular crack of the same depth has "
    "about 0.6 times its stress intensity (textbook), so flaws as long as deep need more pressure. "
    "The stress intensity "
    "from the solved field puts such a flaw at every facet of the surface (superposition with a "
    "weight function), and counts what the solved cell's own roughness does; its probability "
    "gives every facet the same chance of a flaw and uses the stress down to the median depth.",
    "Sodium flows into a flaw as into a slot of constant width that it sticks to; trapped gas "
    "and size-dependent strength are left out unless the yield stress in the slot says so.",
)


def pressure_reaching(history: pd.DataFrame, column: str, level: float) -> float | None:
    """First pressure at which a column reaches a level, linear between steps.

    Args:
        history: The run.
        column: A column that is 0 at first touch.
        level: Wanted value.

    Returns:
        Pressure in MPa, None if never reached.
    """
    values, pressure = history[column].to_numpy(), history["pressure_MPa"].to_numpy()
    reached = np.flatnonzero(values >= level)
    if not len(reached):
        return None
    at = int(reached[0])
    if at == 0:
        return float(pressure[0])
    return float(np.interp(level, values[at - 1 : at + 1], pressure[at - 1 : at + 1]))


def statistics_summary(history: pd.DataFrame, settings: FractureSettings) -> dict[str, Any]:
    """The part ``fracture_statistics`` of ``summary.json``.

    Args:
        history: The run, with the columns of the assessment.
        settings: What the assessment rested on.

    Returns:
        Plain values; empty if the history has no such columns.
    """
    if "flaw_probability" not in history:
        return {}
    last = history.iloc[-1]
    pressure = float(last["pressure_MPa"])
    flaws, law = settings.flaws, settings.law
    lateral = settings.confinement.lateral_MPa(1.0)
    opening = pressure * (1.0 - lateral)
    found: dict[str, Any] = {
        "pressure_MPa": pressure,
        "pellet_area_mm2": settings.pellet_area_um2 / UM2_PER_MM2,
        "cells_on_pellet": float(last["cells_on_pellet"]),
        "confinement": settings.confinement.kind,
        "lateral_stress_over_pressure": lateral,
        "probabilities": {
            name: {
                "last": float(last[name]),
                "largest": float(history[name].max()),
                "largest_at_MPa": float(history.loc[history[name].idxmax(), "pressure_MPa"]),
            }
            | {
                f"pressure_at_{level}_percent_MPa": pressure_reaching(history, name, level / 100)
                for level in LEVELS_PERCENT
            }
            for name in PROBABILITIES
            if name in history
        },
        "flaw": {
            "depth_median_um": flaws.depth.median,
            "depth_p5_um": flaws.depth.percentile(5.0),
            "depth_p95_um": flaws.depth.percentile(95.0),
            "toughness_median_MPa_sqrt_m": flaws.toughness.median,
            "toughness_p5_MPa_sqrt_m": flaws.toughness.percentile(5.0),
            "toughness_p95_MPa_sqrt_m": flaws.toughness.percentile(95.0),
            "flaws_on_pellet": flaws.count,
            "pressure_share": float(last["flaw_pressure_share"]),
            "reach_yield_um": float(last["flaw_reach_yield_um"]),
            "reach_creep_um": float(last["flaw_reach_creep_um"]),
            "creep_s": float(last["time_s"]) if settings.flow.timed else settings.flow.hold_s,
            "stress_intensity_MPa_sqrt_m": float(last["flaw_stress_intensity_MPa_sqrt_m"]),
            "local_stress_intensity_MPa_sqrt_m": float(
                last["flaw_local_stress_intensity_MPa_sqrt_m"]
            ),
            **{
                critical_depth_name(kind): depth
                for kind, depth in critical_depths(settings, pressure).items()
            },
            "sampled": {
                "probability": flaws.sampled_probability(opening, settings.samples, settings.seed),
                "samples": settings.samples,
                "seed": settings.seed,
            },
        },
        "in_time": run_in_time(history, settings),
        "warnings": _where_it_ends(history, settings),
        "rests_on": [*WHAT_IT_RESTS_ON, *settings.flow.notes],
    }
    if law is not None:
        found["weibull"] = {
            "modulus": law.modulus,
            "characteristic_strength_MPa": law.characteristic_MPa,
            "specimen_volume_um3": law.volume_um3,
            "specimen_area_um2": law.area_um2,
        }
    return found | {"text": statistics_text(found)}


def _where_it_ends(history: pd.DataFrame, settings: FractureSettings) -> list[str]:
    """Where the model of invasion does not apply, at the largest net pressure."""
    net = (history["pressure_MPa"] - history["lateral_stress_MPa"]).max()
    width = settings.flow.width_ratio
    return reach_of(settings.flaws, settings.invasion, width, float(net)).warnings()


def confinements(settings: FractureSettings) -> dict[str, Confinement]:
    """The case's own confinement first, then those to compare it with."""
    own = settings.confinement
    others = {kind: replace(own, kind=kind, sleeve=None) for kind in COMPARED if kind != own.kind}
    return {own.kind: own} | others


def critical_depths(settings: FractureSettings, pressure_MPa: float) -> dict[str, float]:
    """Critical depth in µm at a pressure and median toughness, by kind of confinement."""
    toughness = settings.flaws.toughness.median
    return {
        kind: float(
            closed.critical_depth_um(toughness, pressure_MPa - held.lateral_MPa(pressure_MPa))
        )
        for kind, held in confinements(settings).items()
    }


def critical_depth_name(kind: str) -> str:
    """Key of the critical depth under a confinement, such as ``critical_depth_rigid_die_um``."""
    return f"critical_depth_{kind.replace(' ', '_')}_um"


def statistics_text(found: dict[str, Any]) -> str:
    """One or two sentences with the numbers that decide."""
    flaw, held, probability = found["flaw"], found["confinement"], found["probabilities"]
    critical = flaw[critical_depth_name(held)]
    shown = f"{number(critical)} µm" if math.isfinite(critical) else "none: flaws are held shut"
    text = (
        f"At {number(found['pressure_MPa'])} MPa ({held}, lateral stress "
        f"{number(found['lateral_stress_over_pressure'])} of the pressure) the critical depth of a "
        f"sodium-filled surface flaw is {shown}. With the flaws of the case a pellet of "
        f"{number(found['pellet_area_mm2'])} mm² breaks with probability "
        f"{number(probability['flaw_probability']['last'], 2)} if sodium fills them "
        f"({number(probability['flaw_local_probability']['last'], 2)} in the solved field), "
        f"{number(probability['flaw_flow_limited_probability']['last'], 2)} as far as it flows"
    )
    weibull = [
        entry["largest"] for name, entry in probability.items() if name.startswith("weibull")
    ]
    if weibull:
        least, most = number(min(weibull), 2), number(max(weibull), 2)
        text += f"; by Weibull, at the worst step, between {least} and {most}"
    return text + "."
