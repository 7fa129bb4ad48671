"""``report.html``: one self-contained file, made from a run folder alone."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

from napress.fem.snapshot import CONTACT_GAP_UM
from napress.postprocess.figures.run import FIGURES, write_figures
from napress.postprocess.fracture.settings import FractureSettings
from napress.postprocess.fracture.verdict import CeramicStrength, fracture_summary
from napress.postprocess.records import atomic as storage
from napress.postprocess.records.fields import field_index
from napress.postprocess.records.history import read_history
from napress.postprocess.records.profiles import profile_steps, read_profile
from napress.postprocess.records.recorder import FIELDS, HISTORY, PROFILES, SUMMARY
from napress.postprocess.records.summary import summary
from napress.postprocess.report import page
from napress.postprocess.report import resistance_rows as resistance_report
from napress.postprocess.report import run_rows as report_data
from napress.postprocess.report.fracture_rows import CAPTION, section, write_fracture_figure
from napress.postprocess.wording import number

REPORT = "report.html"
CASE = "case.resolved.toml"
MANIFEST = "manifest.json"

CAPTIONS = {
    "contact_and_void": "Contact and remaining void against mean pressure.",
    "in_time": "Pressure, contact and remaining void against time.",
    "stripping": "Contact, void, overpotential and crowding of the current against charge.",
    "interface": "The interface while it closes: sodium above, ceramic below.",
    "height_map": "Height of the ceramic, and its statistics.",
    "contact_pressure_map": "Contact pressure over its mean while the interface closes.",
    "void_map": "Separate voids while the interface closes; red: one that crosses the cell.",
    "current_map": "Current through the interface over its mean.",
    "ceramic_stress": "Stress in the ceramic near the interface at the last step. Red is "
    "tension; tension and compression have a colour scale each.",
    "depth_profile": "Stress against depth below the contact surface at the last step.",
} | resistance_report.CAPTIONS


def write_report(
    run_folder: Path,
    strength: CeramicStrength | None = None,
    contact_gap_um: float = CONTACT_GAP_UM,
    fracture: FractureSettings | None = None,
) -> Path:
    """Draw the figures of a run and write its report.

    Uses what is there of ``case.resolved.toml``, ``manifest.json``,
    ``summary.json``, ``interface`` and ``fields``; only ``history.csv`` is
    needed. From the manifest the report shows ``surface_statistics`` (with
    ``asked`` and ``measured`` tables) and ``mesh_quality`` (a table per body).

    Args:
        run_folder: The run.
        strength: Strengths for the verdict of a run that was killed before it
            wrote ``summary.json``; a finished run does not need them.
        contact_gap_um: Contact tolerance that the run used.
        fracture: What the probabilities of fracture rest on; without it they are taken
            from ``summary.json`` and not drawn.

    Returns:
        The report.

    Raises:
        ValueError: If the history is missing or empty, or a file is damaged.
    """
    run_folder = Path(run_folder)
    history = read_history(run_folder / HISTORY)
    if history.empty:
        raise ValueError(f"{run_folder / HISTORY}: no accepted step to report")
    result = _read_json(run_folder / SUMMARY)
    if not result or result.get("step") != int(history["step"].iloc[-1]):
        # Killed, or still running: the history is what is certain.
        result = storage.plain(
            summary(
                history,
                wall_s=float("nan"),
                cpu_s=float("nan"),
                peak_memory_MB=float("nan"),
                ended="the run has not finished",
            )
            | {"fracture": fracture_summary(history, strength)}
        )
    steps = profile_steps(run_folder / PROFILES)
    figures, no_figures = [], "the run folder holds no interface profiles or fields."
    if steps and field_index(run_folder / FIELDS):
        for name, paths in write_figures(run_folder).items():
            figures.append(page.picture(paths[0], CAPTIONS[name]))
    for path in write_fracture_figure(run_folder / FIGURES, history, fracture)[:1]:
        figures.append(page.picture(path, CAPTION))
    facets = read_profile(run_folder / PROFILES, steps[-1]).facets if steps else None
    text = render(
        history,
        result,
        case=_read_toml(run_folder / CASE),
        manifest=_read_json(run_folder / MANIFEST),
        figures=figures,
        facets=facets,
        contact_gap_um=contact_gap_um,
        no_figures=no_figures,
        pellet=section(history, result, fracture),
    )
    return page.write_page(run_folder / REPORT, text)


def render(
    history: Any,
    result: dict[str, Any],
    *,
    case: dict[str, Any],
    manifest: dict[str, Any],
    figures: list[tuple[str, str]],
    facets: int | None,
    contact_gap_um: float = CONTACT_GAP_UM,
    no_figures: str = "",
    pellet: dict[str, Any] | None = None,
) -> str:
    """The page as text; everything in it is escaped.

    Args:
        history: The run's history.
        result: The run's summary.
        case: Resolved case.
        manifest: Manifest.
        figures: Base64 of each PNG, and its caption.
        facets: Number of interface facets, if known.
        contact_gap_um: Contact tolerance.
        no_figures: Why there are none.
        pellet: Fracture of the pellet, from `fracture_report.section`.

    Returns:
        HTML.
    """
    fracture = {"survives": None, "verdict": "No verdict.", "left_out": ""} | (
        result.get("fracture") or {}
    )
    heads, rows = report_data.target_table(history)
    last = number(result["pressure_MPa"])
    shown_elsewhere = ("surface_statistics", "mesh_quality", "surfaces")
    return page.render(
        "run",
        case.get("title") or "Pressing a rough interface",
        subtitle=f"Sodium pressed onto a rough ceramic from first touch to {last} MPa.",
        cards=report_data.headline(result),
        fracture=fracture,
        warnings=report_data.warnings(history, result, facets),
        target_heads=heads,
        target_rows=rows,
        contact_gap_nm=f"{1000.0 * contact_gap_um:g}",
        figures=figures,
        no_figures=no_figures,
        resistance=resistance_report.section(history, result),
        verdict_rows=report_data.verdict_rows(fracture),
        strength_rows=report_data.strength_rows(fracture),
        pellet=pellet or {},
        model_limits=report_data.model_limits(case),
        material_rows=report_data.material_rows(case),
        solver_rows=report_data.solver_rows(history, result),
        surface_rows=report_data.asked_and_measured(manifest.get("surface_statistics", {})),
        origin_rows=report_data.origin_rows(manifest),
        mesh_rows=report_data.flat_rows(manifest.get("mesh_quality", {})),
        case_rows=report_data.case_rows({k: v for k, v in case.items() if k != "title"}),
        manifest_rows=report_data.flat_rows(
            {k: v for k, v in manifest.items() if k not in shown_elsewhere}
        ),
    )


def _read_json(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path}: damaged, {error}") from None


def _read_toml(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path}: damaged, {error}") from None
