"""The report's section on fracture of a whole pellet, as plain rows."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import matplotlib
import pandas as pd

from napress.postprocess.figures import style
from napress.postprocess.figures.fracture import draw_fracture
from napress.postprocess.fracture.confinement import KINDS
from napress.postprocess.fracture.settings import FractureSettings
from napress.postprocess.fracture.summary import (
    LEVELS_PERCENT,
    PROBABILITIES,
    critical_depth_name,
    statistics_summary,
)
from napress.postprocess.wording import number, sentence_case

FIGURE = "fracture"
CAPTION = (
    "Left: depth from which a sodium-filled surface flaw runs, against pressure, for the "
    "case's confinement (solid, band: 5 to 95 % of the toughness) and others (dashed), with the "
    "depths assumed for the flaws. Right: probability that a pellet of the stated area breaks."
)


def section(
    history: pd.DataFrame, summary: dict[str, Any], settings: FractureSettings | None
) -> dict[str, Any]:
    """What the report shows: text, tables of probabilities and of flaws, limits.

    Args:
        history: The run.
        summary: Content of ``summary.json``, used if the settings are not at hand.
        settings: What the assessment rested on.

    Returns:
        ``text``, ``heads``, ``rows``, ``flaw_rows`` and ``rests_on``; empty if the run was
        not assessed.
    """
    if settings is not None:
        found = statistics_summary(history, settings)
    else:
        found = summary.get("fracture_statistics") or {}
    if not found:
        return {}
    pressure = number(found["pressure_MPa"])
    heads = ["Probability that the pellet breaks", f"At {pressure} MPa", "Largest", "at (MPa)"]
    heads += [f"{level} % at (MPa)" for level in LEVELS_PERCENT]
    rows = []
    for name, label in PROBABILITIES.items():
        entry = found["probabilities"].get(name)
        if entry:
            reached = [entry[f"pressure_at_{level}_percent_MPa"] for level in LEVELS_PERCENT]
            shown = ["not reached" if value is None else number(value) for value in reached]
            worst = [number(entry["largest"]), number(entry["largest_at_MPa"])]
            rows.append([sentence_case(label), number(entry["last"]), *worst, *shown])
    return {
        "text": f"{found['text']} {(found.get('in_time') or {}).get('text', '')}".rstrip(),
        "heads": heads,
        "rows": rows,
        "flaw_rows": _flaw_rows(found),
        "rests_on": found["rests_on"],
    }


def _flaw_rows(found: dict[str, Any]) -> list[tuple[str, str]]:
    flaw, sampled = found["flaw"], found["flaw"]["sampled"]
    depths = {kind: flaw.get(critical_depth_name(kind), -1.0) for kind in KINDS}
    # JSON has no infinity: what no pressure opens is null there.
    critical = ", ".join(
        f"{kind}: held shut" if value is None or math.isinf(value) else f"{kind}: {number(value)}"
        for kind, value in depths.items()
        if value != -1.0
    )
    rows = [
        (
            "Pellet area (mm²), and cells like the modelled one on it (weakest link)",
            f"{number(found['pellet_area_mm2'])}, {number(found['cells_on_pellet'])}",
        ),
        ("Lateral stress over pressure", number(found["lateral_stress_over_pressure"])),
        ("Critical flaw depth at the last step (µm)", critical),
        (
            "Flaw depth: 5 %, median, 95 % (µm)",
            ", ".join(number(flaw[f"depth_{part}_um"]) for part in ("p5", "median", "p95")),
        ),
        ("Flaws on the pellet", number(flaw["flaws_on_pellet"])),
        (
            "Depth sodium is pushed to in a flaw of median depth (µm)",
            f"{number(flaw['reach_yield_um'])} by yielding, "
            f"{number(flaw['reach_creep_um'])} by creep in {number(flaw.get('creep_s'))} s",
        ),
        ("Share of the pressure that opens the flaw", number(flaw["pressure_share"])),
        (
            "K_I of a flaw of median depth (MPa √m)",
            f"{number(flaw['stress_intensity_MPa_sqrt_m'])} from the mean pressure, "
            f"{number(flaw['local_stress_intensity_MPa_sqrt_m'])} at the worst place of the "
            "solved field",
        ),
        (
            "K_IC: 5 %, median, 95 % (MPa √m)",
            ", ".join(
                number(flaw[f"toughness_{part}_MPa_sqrt_m"]) for part in ("p5", "median", "p95")
            ),
        ),
        (
            "Full-pressure probability by drawing pellets",
            f"{number(sampled['probability'])} of {sampled['samples']}, seed {sampled['seed']}",
        ),
    ]
    law = found.get("weibull")
    if law:
        rows.append(
            (
                "Weibull law",
                f"m = {number(law['modulus'])}, 63.2 % of specimens of "
                f"{number(law['specimen_volume_um3'] / 1e9)} mm³ or "
                f"{number(law['specimen_area_um2'] / 1e6)} mm² have failed at "
                f"{number(law['characteristic_strength_MPa'])} MPa",
            )
        )
    return rows


def write_fracture_figure(
    folder: Path, history: pd.DataFrame, settings: FractureSettings | None
) -> list[Path]:
    """Draws the figure into a folder; returns its files, none if there is nothing to draw."""
    if settings is None or "flaw_probability" not in history:
        return []
    with matplotlib.rc_context(style.STYLE):
        return style.save(draw_fracture(history, settings), folder, FIGURE)
