"""The answer of a window in words and in a table, for the terminal and for the page."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from napress.postprocess.records.columns import band_head, head
from napress.postprocess.window.curves import Array, Curves
from napress.postprocess.window.ends import (
    LOWER_NAMES,
    NOT_KNOWN,
    UPPER_NAMES,
    USES,
    Targets,
    Window,
    at_pressure,
    band,
    placed,
    worst_mode,
)
from napress.postprocess.window.levers import Doubt, Lever
from napress.postprocess.window.survival import STATES, Survival
from napress.postprocess.window.uniformity import Demand
from napress.postprocess.wording import number

LEAST_SHOWN = 1e-4
# Values behind each limit, by the names a case gives them.
_HOLD = ("fracture.sleeve_", "fracture.confinement")
_WEIBULL = ("ceramic.tensile_strength", "ceramic.weibull_modulus", "fracture.pellet", *_HOLD)
_PELLET = (
    "ceramic.young",
    "ceramic.poisson",
    "ceramic.tensile_strength",
    "ceramic.weibull_modulus",
    "pellet: ",
)
RESTS_ON = {
    "closure": ("sodium.", "creep."),
    "constriction": ("sodium.", "creep.", "ceramic.ionic_conductivity"),
    "charge_transfer": ("resistance.charge_transfer",),
    "film": ("resistance.film",),
    "form_error": ("sodium.", "ceramic.ionic_conductivity"),
    "flaw": (
        "ceramic.fracture_toughness",
        "fracture.flaw",
        "fracture.toughness",
        "fracture.pellet",
        *_HOLD,
    ),
    "weibull_volume": (*_WEIBULL, "fracture.specimen_volume"),
    "weibull_surface": (*_WEIBULL, "fracture.specimen_area"),
    "local_stress": ("ceramic.tensile_strength", "ceramic.compressive_strength", *_HOLD),
    "pellet": _PELLET,
    "pellet_stress": _PELLET,
    "sleeve": ("pellet: sleeve",),
    "punch": ("pellet: punch",),
    "pores": ("fracture.pore_throat", "fracture.pellet_thickness", "sodium.yield_strength"),
}
PLANE_STRAIN = "Plane strain: a row of ridges stands for a rough surface, contacts are strips."
SMALL_PATCH = "A patch between mirror walls stands for a rough surface, its facets are coarse."
NOT_MODELLED = (
    "An elastic ceramic without residual stress; fatigue and subcritical growth are left out.",
    "A surface without overhangs, pores and crevices; powder compaction is left out.",
    "What happens afterwards: relaxation, plating, stripping, voids from current.",
    "Size dependence of the strength of sodium: no data for sodium were found.",
    "Interface and pellet are solved apart: the cell sees the local mean pressure.",
)


@dataclass(frozen=True)
class Answer:
    """Everything a window says.

    Attributes:
        title: Of the case.
        targets: What was asked.
        window: The window.
        curves: All seeds over the pellet.
        broken: Failure modes of interface and pellet.
        pressures_MPa: Load targets of the case, for the table.
        seeds: Names of the runs used.
        notes: Runs that stopped early, and what else to know before trusting this.
        demands: What the press must hold.
        levers: What would open or widen the window.
        doubts: How the ends move with uncertain values.
        estimates: Names of values that are estimates.
        pellet: Whether a pellet was solved.
        survival: What each pressure does in the time it is held.
        press_MPa: What press and die may carry; None if not known.
        dimension: Of the interface, 2 or 3.
    """

    title: str
    targets: Targets
    window: Window
    curves: Curves
    broken: dict[str, Array]
    pressures_MPa: tuple[float, ...]
    seeds: tuple[str, ...]
    notes: tuple[str, ...] = ()
    demands: tuple[Demand, ...] = ()
    levers: tuple[Lever, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    estimates: tuple[str, ...] = field(default_factory=tuple)
    pellet: bool = False
    survival: Survival | None = None
    press_MPa: float | None = None
    dimension: int = 2

    @property
    def not_modelled(self) -> tuple[str, ...]:
        """What the answer leaves out."""
        return (SMALL_PATCH if self.dimension == 3 else PLANE_STRAIN, *NOT_MODELLED)

    @property
    def failure(self) -> Array:
        """Worst failure probability of each seed, (seeds, grid)."""
        return worst_mode(self.broken, len(self.seeds))


def asked_text(targets: Targets) -> str:
    """What was asked, in a few words."""
    parts = []
    if targets.closure_percent is not None:
        parts.append(f"closure of at least {targets.closure_percent:g} %")
    if targets.resistance_ohm_cm2 is not None:
        parts.append(f"at most {targets.resistance_ohm_cm2:g} Ω cm²")
    parts.append(f"failure of at most {targets.failure_percent:g} %")
    return ", ".join(parts)


def headline(answer: Answer) -> str:
    """The window in one sentence."""
    window = answer.window
    ends = window.range_MPa
    if not window.is_known:
        return NOT_KNOWN.format(window.top_MPa)
    if ends is None:
        return "There is no pressure window."
    if window.upper.pressure_MPa is None:
        return f"Press at {ends[0]:.3g} MPa or more; nothing breaks up to {ends[1]:.3g} MPa."
    return f"Press between {ends[0]:.3g} and {ends[1]:.3g} MPa."


def limits_text(answer: Answer) -> list[str]:
    """What limits each end, one sentence each."""
    window, many = answer.window, len(answer.seeds)
    lower, upper = window.lower, window.upper
    found = []
    if lower.pressure_MPa is None:
        name = LOWER_NAMES.get(lower.mechanism, "nothing that was solved far enough")
        found.append(f"Lower end: not reached up to {window.top_MPa:.3g} MPa; it is {name}.")
    else:
        name = LOWER_NAMES[lower.mechanism]
        found.append(f"Lower end {lower.pressure_MPa:.3g} MPa{_of_seeds(lower.seeds_MPa)}: {name}.")
    if upper.pressure_MPa is None:
        found.append(
            f"Upper end: above {window.top_MPa:.3g} MPa, the highest pressure computed "
            f"({window.seeds_at_top} of {many} runs got there)."
        )
    else:
        name = UPPER_NAMES[upper.mechanism]
        found.append(f"Upper end {upper.pressure_MPa:.3g} MPa{_of_seeds(upper.seeds_MPa)}: {name}.")
    return found


def _of_seeds(values: Sequence[float]) -> str:
    known = sorted(v for v in values if math.isfinite(v))
    if len(known) < 2:
        return ""
    return f" (seeds {known[0]:.3g} to {known[-1]:.3g}, median {np.median(known):.3g})"


def sureness(answer: Answer) -> list[str]:
    """How sure the answer is: seeds, estimates behind each end, what else may be."""
    count, window = len(answer.seeds), answer.window
    found = []
    if count > 1:
        found.append(
            f"{count} random surfaces; the next lies beyond the worst of them with a chance of "
            f"1 in {count + 1} at either end."
        )
    else:
        found.append("One surface: nothing is known about scatter.")
    for name, end in (("lower", window.lower), ("upper", window.upper)):
        # Where nothing was reached, that rests on all that might have been.
        behind = [end.mechanism] if end.mechanism else list(end.sooner)
        prefixes = tuple(p for mechanism in behind for p in RESTS_ON.get(mechanism, ()))
        used = [e for e in answer.estimates if prefixes and e.startswith(prefixes)]
        if used:
            found.append(f"The {name} end rests on estimates: {', '.join(used)}.")
    for doubt in answer.doubts:
        found.append(f"{doubt.value} {doubt.tried} instead of {doubt.used}: {doubt.text}.")
    disagreeing = window.upper.sooner
    if len(disagreeing) > 1:
        parts = [
            f"{UPPER_NAMES[name]} {'not reached' if value is None else f'{value:.3g} MPa'}"
            for name, value in disagreeing.items()
        ]
        found.append(f"Each way to break alone: {'; '.join(parts)}.")
    if {"weibull_volume", "weibull_surface"} & set(disagreeing):
        found.append(
            "Whether the strength is that of flaws in the volume or on the surface is not known; "
            "the worse of both counts."
        )
    return found


def paragraph(answer: Answer) -> str:
    """The answer as one paragraph."""
    window = answer.window
    words = [f"Asked: {asked_text(answer.targets)}.", headline(answer), *limits_text(answer)]
    words.append(placed(window, answer.targets.pressure_MPa))
    if window.suggested_MPa is not None and window.upper.pressure_MPa is not None:
        words.append(f"{window.suggested_MPa:.3g} MPa has the same factor to both ends.")
    if not window.exists:
        opening = [lever for lever in answer.levers if lever.opens]
        if opening:
            names = "; ".join(f"{lever.text} ({lever.basis})" for lever in opening)
            words.append(f"What would open one: {names}")
        else:
            words.append("None of the levers that were tried opens one.")
    return " ".join(words)


QUANTITIES = (
    "contact_fraction",
    "void_left_percent",
    "interface_asr_ohm_cm2",
    "failure_probability",
)


def table_heads() -> list[str]:
    """Heads of `table_rows`."""
    quantities = [band_head(name, "window.csv") for name in QUANTITIES]
    return [head("pressure_MPa", "window.csv"), *quantities, "Runs"]


def table_rows(answer: Answer) -> list[list[str]]:
    """Median and range over the seeds at each load target."""
    curves = answer.curves
    failure = answer.failure
    quantities = (
        100 * curves.contact_fraction,
        curves.void_left_percent,
        curves.asr_ohm_cm2,
        100 * failure,
    )
    rows = []
    for pressure in answer.pressures_MPa:
        row = [number(pressure)]
        for values in quantities:
            row.append(_range_text(_at(curves.pressure_MPa, values, pressure)))
        known = np.isfinite(_at(curves.pressure_MPa, curves.contact_fraction, pressure))
        rows.append([*row, f"{int(known.sum())}/{len(answer.seeds)}"])
    return rows


def _at(grid: Array, rows: Array, pressure: float) -> Array:
    return np.array([at_pressure(grid, row, pressure) for row in rows])


def _range_text(values: Array) -> str:
    known = values[np.isfinite(values)]
    if known.size == 0:
        return "–"
    middle, low, high = np.median(known), known.min(), known.max()
    if known.size == 1 or _small(low) == _small(high):
        return _small(middle)
    return f"{_small(middle)} ({_small(low)} to {_small(high)})"


def _small(value: float) -> str:
    """Two digits; what nobody could measure is only bounded."""
    value = float(value)
    if value < LEAST_SHOWN:
        return f"< {LEAST_SHOWN:g}" if value > 0 else "0"
    return f"{value:.3g}" if value >= 99 else f"{value:.2g}"


def lines(answer: Answer) -> list[str]:
    """The answer for the terminal."""
    found = [answer.title, f"asked: {asked_text(answer.targets)}", headline(answer)]
    found += limits_text(answer)
    found.append(placed(answer.window, answer.targets.pressure_MPa))
    rows = [table_heads(), *table_rows(answer)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    found.append("")
    found += ["  ".join(c.rjust(w) for c, w in zip(row, widths, strict=True)) for row in rows]
    for title, texts in sections(answer):
        found += ["", title, *(f"- {text}" for text in texts)]
    return found


def sections(answer: Answer) -> list[tuple[str, list[str]]]:
    """Everything besides the paragraph and the table: heading and sentences."""
    levers = [
        f"{lever.name}: {lever.text} [{lever.basis}{_opening(answer, lever)}]"
        for lever in answer.levers
    ]
    uniform = [f"{demand.text} [{demand.basis}]" for demand in answer.demands]
    if not answer.pellet:
        uniform.append("No pellet in the case: pressure taken as even.")
    found = [
        ("In the time it is held", list(answer.survival.texts) if answer.survival else []),
        ("What the press must hold", uniform),
        ("Levers", levers),
        ("How sure", sureness(answer)),
        ("Mind", list(answer.notes)),
        ("Not modelled", list(answer.not_modelled)),
    ]
    return [(head, texts) for head, texts in found if texts]


def _opening(answer: Answer, lever: Lever) -> str:
    if answer.window.exists or lever.opens is None:
        return ""
    return "; opens a window" if lever.opens else "; opens none by itself"


def _in_time(answer: Answer) -> dict[str, Any]:
    """The time-aware part: ``time_map``, ways of holding, suggestion, doubts by size."""
    found = answer.survival
    if found is None:
        return {}
    states = np.array(STATES)
    return {
        "press_at": found.press_at,
        "hold_s": found.hold_s,
        "program_comes_to": {"state": found.program[0], "pressure_MPa": found.program[1]},
        "ways_of_holding": [asdict(way) for way in found.ways],
        "doubts_in_time": [
            {"value": name, "factor": factor, "text": text} for name, factor, text in found.doubts
        ],
        "time_map": {
            "pressure_MPa": found.time_map.pressure_MPa,
            "time_s": found.time_map.time_s,
            "state": {
                name: states[rows].tolist()
                for name, rows in zip(answer.seeds, found.time_map.seeds, strict=True)
            },
            "worst": states[found.time_map.worst].tolist(),
        },
    }


def as_data(answer: Answer) -> dict[str, Any]:
    """The answer as plain data for JSON; pressures in MPa, the bands on the common grid."""
    window, curves = answer.window, answer.curves
    failure = answer.failure
    at = answer.targets.pressure_MPa
    bands = {
        "contact_fraction": curves.contact_fraction,
        "void_left_percent": curves.void_left_percent,
        "asr_ohm_cm2": curves.asr_ohm_cm2,
        "failure_probability": failure,
    }
    return _in_time(answer) | {
        "title": answer.title,
        "targets": asdict(answer.targets),
        "window_exists": window.exists,
        "range_MPa": window.range_MPa,
        "upper_end_is_top_of_runs": window.upper.pressure_MPa is None,
        "suggested_MPa": window.suggested_MPa,
        "lower": asdict(window.lower),
        "upper": asdict(window.upper),
        "top_MPa": window.top_MPa,
        "asked_pressure": {
            "pressure_MPa": at,
            "text": placed(window, at),
            **{
                name: list(_at(curves.pressure_MPa, rows, at))
                for name, rows in {
                    **bands,
                    **{
                        f"{'use' if mode in USES else 'probability'}_{mode}": rows
                        for mode, rows in answer.broken.items()
                    },
                }.items()
            },
        },
        "headline": headline(answer),
        "paragraph": paragraph(answer),
        "seeds": answer.seeds,
        "notes": answer.notes,
        "demands": [asdict(demand) for demand in answer.demands],
        "levers": [asdict(lever) for lever in answer.levers],
        "doubts": [asdict(doubt) for doubt in answer.doubts],
        "sureness": sureness(answer),
        "estimates": answer.estimates,
        "not_modelled": answer.not_modelled,
        "bands": {"pressure_MPa": curves.pressure_MPa}
        | {name: asdict(band(rows)) for name, rows in bands.items()},
    }
