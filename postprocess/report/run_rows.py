"""What the report says, as plain rows and sentences drawn from a run folder's files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from napress.postprocess.fracture.criteria import CRITERIA
from napress.postprocess.records.columns import column, head
from napress.postprocess.records.history import void_column
from napress.postprocess.records.trust import faults
from napress.postprocess.records.units import BY_WRITTEN
from napress.postprocess.report.resistance_rows import cell_text
from napress.postprocess.wording import number, percent_text, sentence_case

# Highest pressure at which the solver is verified; beyond it the report warns.
VERIFIED_PRESSURE_MPA = 360.0
# Fewer facets than this in contact and the contact fraction is mostly mesh.
FACETS_NEEDED = 5
# Facets that folded over count with a negative area; rounding stays far below this.
FOLDED_CLOSURE_PERCENT = 100.1
NAMES = {"young": "Young's modulus", "poisson": "Poisson's ratio"}

MODEL_LIMITS = (
    "The cell is one sample of the interface between two symmetry planes; form error, tilt and "
    "waviness longer than the cell are not in it (its resistance can have waviness in series).",
    "The ceramic is linear elastic and its surface a graph, without overhangs; it does not crack.",
    "Friction, adhesion and gas trapped in voids act only as far as the case's contact table asks; "
    "in plane strain the two sides of a contact are sealed off from the first touch. Sodium has "
    "no surface films, so real interfaces may need more pressure to close.",
)
RATE_INDEPENDENT = "Sodium follows bulk plasticity without rate dependence: time means nothing."
CREEPING = (
    "Creep follows one power law at any stress; at several MPa it is extrapolated from tests "
    "below 1 MPa, and pressure does not slow it."
)
BULK_STRENGTH = "Sodium is as strong in small volumes as in bulk."
LOCAL_LENGTH = "The size effect is an estimate; its length is the roughness near each place."


def model_limits(case: dict[str, Any]) -> tuple[str, ...]:
    """What the model leaves out, by what the case switches on."""
    in_time = CREEPING if case.get("creep") else RATE_INDEPENDENT
    return (*MODEL_LIMITS, in_time, LOCAL_LENGTH if case.get("size_effect") else BULK_STRENGTH)


@dataclass(frozen=True)
class SourcedRow:
    """A parameter of a body with its origin.

    Attributes:
        body: Table of the case, such as ``sodium`` or ``creep``.
        name: Parameter.
        value: Value with unit, as written in the case.
        origin: Source or note.
        estimate: Whether it is an estimate.
    """

    body: str
    name: str
    value: str
    origin: str
    estimate: bool


def headline(summary: dict[str, Any]) -> list[tuple[str, str, str]]:
    """The answers first: label, value, remark."""
    pressure = number(summary["pressure_MPa"])
    cards = [
        (
            "Contact",
            percent_text(100.0 * summary["contact_fraction"]),
            f"at {pressure} MPa, by gap",
        ),
        ("Void closed", percent_text(summary["closure_percent"]), f"at {pressure} MPa"),
    ]
    for level in ("90", "99", "99_9"):
        value = summary.get(f"closure_pressure_{level}_MPa")
        shown = "not reached" if value is None else f"{number(value)} MPa"
        cards.append((f"{level.replace('_', '.')} % closed at", shown, "mean pressure"))
    if summary.get("interface_asr_ohm_cm2") is not None:
        value = cell_text(summary, "interface_asr_ohm_cm2", 3)
        cards.append(
            (
                column("interface_asr_ohm_cm2").label,
                f"{value} Ω cm²" if value != "no contact" else value,
                f"at {pressure} MPa, without bulk",
            )
        )
    if summary.get("released_from_MPa") is not None:
        ended = number(summary["released_pressure_MPa"])
        label = column("released_from_MPa", "sweep.csv").label
        shown = f"{number(summary['released_from_MPa'])} MPa"
        cards.append((label, shown, f"to {ended} MPa, see the table for both"))
    if "closure_time_99_s" in summary:
        value = summary["closure_time_99_s"]
        shown = "not reached" if value is None else f"{number(value)} s"
        cards.append(("99 % closed after", shown, "from first touch"))
    for name in ("ceramic_max_shear", "ceramic_max_principal"):
        if f"{name}_MPa" in summary:
            depth = number(summary[f"{name}_depth_um"])
            cards.append(
                (
                    column(f"{name}_MPa").label,
                    f"{number(summary[f'{name}_MPa'])} MPa",
                    f"{depth} µm deep, at {pressure} MPa",
                )
            )
    return cards


def target_table(history: pd.DataFrame) -> tuple[list[str], list[list[str]]]:
    """Heads and rows of the table at load targets and the last step."""
    shown = history[(history["is_target"] == 1) | (history.index == history.index[-1])]
    shown_columns = (
        "pressure_MPa",
        "time_s",
        "contact_fraction",
        "interface_asr_ohm_cm2",
        void_column(history),
        "closure_percent",
        "void_count",
        "contact_pressure_peak_MPa",
        "ceramic_max_shear_MPa",
        "ceramic_max_principal_MPa",
        "plastic_strain_max",
        "step_error_percent",
    )
    names = [name for name in shown_columns if name in history]
    if "time_s" in names and not history["time_s"].max() > 0.0:
        names.remove("time_s")
    rows = [[cell_text(row, name) for name in names] for _, row in shown.iterrows()]
    return [head(name) for name in names], rows


def solver_rows(history: pd.DataFrame, summary: dict[str, Any]) -> list[tuple[str, str]]:
    """Steps, iterations, errors and cost."""
    rows = [
        ("Ended", str(summary.get("ended", "not recorded"))),
        ("Accepted steps", number(summary.get("accepted_steps"))),
        ("Newton iterations", number(summary.get("newton_iterations_total"), 6)),
        ("Newton iterations per step", number(summary.get("newton_iterations_per_step"))),
        ("Iterations on a few unknowns", number(summary.get("local_iterations_total"), 6)),
        ("Rejected attempts", number(summary.get("rejected_attempts_total"))),
        ("Redistributions of the sodium's nodes", number(summary.get("redistributions"))),
        (
            "Step error in void, accumulated (% of initial void)",
            number(summary.get("step_error_accumulated_percent")),
        ),
        (
            "Energy balance error at the end (% of external work)",
            number(summary.get("energy_balance_error_percent")),
        ),
        ("Wall time (s)", number(summary.get("wall_s"), 4)),
        ("CPU time, all ranks (s)", number(summary.get("cpu_s"), 4)),
        ("Peak memory (MB)", number(summary.get("peak_memory_MB"), 4)),
    ]
    last = history.iloc[-1]
    stages = [name for name in history if name.startswith("cpu_") and name.endswith("_s")]
    for name in sorted(stages, key=lambda name: -last[name]):
        stage = name.removeprefix("cpu_").removesuffix("_s").replace("_", " ")
        rows.append((f"CPU in {stage} (s)", number(last[name])))
    return rows


def warnings(history: pd.DataFrame, summary: dict[str, Any], facets: int | None) -> list[str]:
    """What makes this run less certain than its digits look.

    Args:
        history: The run's history.
        summary: The run's summary.
        facets: Number of interface facets, if known.

    Returns:
        One sentence each; empty if nothing is wrong.
    """
    found = faults(history)
    found += (summary.get("fracture_statistics") or {}).get("warnings") or []
    ended = summary.get("ended", "completed")
    if ended != "completed":
        found.append(f"The run ended before its last target: {ended}")
    if (history["closure_percent"] > FOLDED_CLOSURE_PERCENT).any():
        found.append(
            "The void turns negative: a sodium facet has folded over. Whatever follows that step, "
            "resistance included, is not physical."
        )
    if (history["pressure_MPa"] > VERIFIED_PRESSURE_MPA * (1 + 1e-9)).any():
        found.append(
            f"Pressure exceeds {VERIFIED_PRESSURE_MPA:g} MPa, the highest at which the solver "
            "is verified."
        )
    if facets:
        touched = history[history["pressure_MPa"] > 0.0]
        coarse = touched[touched["contact_fraction"] * facets < FACETS_NEEDED]
        if len(coarse):
            found.append(
                f"Up to {number(coarse['pressure_MPa'].max())} MPa the contact covers fewer than "
                f"{FACETS_NEEDED} of {facets} interface facets: contact fraction and local stress "
                "there are below the resolution of the mesh."
            )
    if summary.get("closure_pressure_99_9_MPa") is None:
        found.append("99.9 % closure was not reached.")
    if summary.get("fracture", {}).get("strength_is_estimate"):
        found.append("The fracture verdict rests on a strength that is an estimate.")
    peak, percentile = (
        summary.get("ceramic_max_principal_MPa"),
        summary.get("ceramic_max_principal_p99_9_MPa"),
    )
    if peak is not None and percentile is not None and peak > 2.0 * max(percentile, 0.0) > 0.0:
        found.append(
            f"The peak tension ({number(peak)} MPa) is more than twice the 99.9th percentile "
            f"({number(percentile)} MPa): it sits in very few cells and may grow as the mesh "
            "is refined."
        )
    return found


def verdict_rows(fracture: dict[str, Any]) -> list[tuple[str, ...]]:
    """One row per criterion: name, margin, outcome, pressure, place, depth."""
    rows = []
    for key, criterion in CRITERIA.items():
        one = fracture.get(key)
        if not one:
            continue
        failed_at = one["first_failure_pressure_MPa"]
        place = ", ".join(
            f"{axis} = {number(value)}"
            for axis, value in zip("xyz", one["position_um"], strict=False)
        )
        rows.append(
            (
                sentence_case(f"{criterion.label}, {criterion.formula}"),
                number(one["margin"]) if one["margin"] is not None else "unlimited",
                "survives" if one["survives"] else f"exceeded from {number(failed_at)} MPa",
                number(one["pressure_MPa"]),
                place,
                number(one["depth_um"]),
            )
        )
    return rows


def strength_rows(fracture: dict[str, Any]) -> list[SourcedRow]:
    """The strengths the verdict used."""
    return [
        SourcedRow(
            "ceramic",
            f"{name} strength",
            f"{number(value['value_MPa'], 4)} MPa",
            value["source"],
            value["estimate"],
        )
        for name, value in fracture.get("strength", {}).items()
    ]


def material_rows(case: dict[str, Any]) -> list[SourcedRow]:
    """Every value of a case that has a source or is an estimate, wherever it stands.

    A value in the case replaces the material's own.
    """
    return [
        SourcedRow(
            table,
            NAMES.get(name, name.replace("_", " ")),
            _with_symbol(entry["value"]),
            _origin(entry),
            bool(entry.get("estimate", False)),
        )
        for table, name, entry in sourced_values(case)
    ]


def sourced_values(part: Any, table: str = "") -> list[tuple[str, str, dict[str, Any]]]:
    """Table, name and entry of each value with a source, at any depth of a resolved case."""
    found = []
    if isinstance(part, list):
        for index, inner in enumerate(part):
            found += sourced_values(inner, f"{table}[{index}]")
    if isinstance(part, dict):
        material = part.get("material")
        entries = dict(material) if isinstance(material, dict) else {}
        entries |= {name: value for name, value in part.items() if name != "material"}
        for name, entry in entries.items():
            if _is_sourced(entry):
                found.append((table, name, entry))
            else:
                found += sourced_values(entry, f"{table}.{name}" if table else name)
    return found


def _is_sourced(entry: Any) -> bool:
    return isinstance(entry, dict) and "value" in entry


def _origin(entry: dict[str, Any]) -> str:
    origin = "; ".join(str(entry[key]) for key in ("source", "note") if entry.get(key))
    reported = entry.get("range")
    return f"{origin} (reported {reported[0]} to {reported[-1]})" if reported else origin


def _with_symbol(value: Any) -> str:
    """A value of a case file as a reader expects it: ``1000 µm³`` from ``1000.0 um**3``."""
    digits, _, written = str(value).partition(" ")
    unit = BY_WRITTEN.get(written)
    try:
        return number(float(digits), 5) + (f" {unit.symbol if unit else written}").rstrip()
    except ValueError:
        return str(value)


def case_rows(case: dict[str, Any]) -> list[tuple[str, str]]:
    """Everything else in the case, one line per value; long lists are cut."""
    rows: list[tuple[str, str]] = []
    for key, value in case.items():
        material = value.get("material") if isinstance(value, dict) else None
        if isinstance(material, dict):
            rows.append((f"{key}.material", str(material.get("name", material.get("id")))))
        rows += flat_rows(_without_sourced(value), key)
    return rows


def _without_sourced(part: Any) -> Any:
    if isinstance(part, dict):
        return {
            name: _without_sourced(entry)
            for name, entry in part.items()
            if not _is_sourced(entry) and not (name == "material" and isinstance(entry, dict))
        }
    return [_without_sourced(inner) for inner in part] if isinstance(part, list) else part


ORIGIN = {
    "file": "Measured in",
    "instrument": "Instrument",
    "date": "Date of the measurement",
    "sha256": "SHA-256 of the file",
    "units": "Units",
    "reader": "Read by",
    "notes": "Done on reading",
}


def origin_rows(manifest: dict[str, Any]) -> list[tuple[str, str]]:
    """Where measured surfaces came from: file, instrument, date, hash and units."""
    origins = manifest.get("surfaces") or []
    return [
        (label, str(origin[key]))
        for origin in origins
        for key, label in ORIGIN.items()
        if origin.get(key)
    ]


def flat_rows(value: Any, name: str = "") -> list[tuple[str, str]]:
    """Nested tables as dotted names; lists of plain values on one line."""
    if isinstance(value, dict):
        return [
            row
            for key, inner in value.items()
            for row in flat_rows(inner, f"{name}.{key}" if name else str(key))
        ]
    if isinstance(value, list):
        if value and all(isinstance(item, dict) and len(item) == 1 for item in value):
            key = next(iter(value[0]))
            if all(key in item for item in value):
                return flat_rows([item[key] for item in value], f"{name}.{key}")
        if any(isinstance(item, dict | list) for item in value):
            if len(value) > 12:
                return [(name, f"{len(value)} entries")]
            return [r for i, item in enumerate(value) for r in flat_rows(item, f"{name}[{i + 1}]")]
        shown = ", ".join(number(item, 5) for item in value[:16])
        return [(name, shown + (f", … ({len(value)} values)" if len(value) > 16 else ""))]
    return [(name, number(value, 6))]


def asked_and_measured(statistics: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Surface statistics: name, asked for, measured; spectra are left to their file."""
    asked, measured = statistics.get("asked", {}), statistics.get("measured", {})
    names = list(dict.fromkeys([*asked, *measured]))
    return [
        (name, number(asked.get(name, "–")), number(measured.get(name, "–"), 4))
        for name in names
        if not isinstance(asked.get(name), list | dict)
        and not isinstance(measured.get(name), list | dict)
    ]
