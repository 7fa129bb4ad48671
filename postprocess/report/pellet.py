"""The page of a pressed pellet: one file, no outside resource."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from napress.postprocess.records.columns import head
from napress.postprocess.report import page
from napress.postprocess.wording import number

REPORT = "report.html"

COLUMNS = (
    "pressure_MPa",
    "force_kN",
    "pressure_lowest_MPa",
    "pressure_highest_MPa",
    "sodium_mean_um",
    "sodium_extruded_percent",
    "peak_tension_MPa",
    "peak_shear_MPa",
    "failure_probability",
    "sleeve_MPa",
    "punch_highest_MPa",
)
CAPTIONS = {
    "pellet_pressure": "Pressure on the interface and sodium left, along the radius or in the "
    "plane of symmetry.",
    "pellet_stress": "Largest principal stress and largest shear in the pellet at the last load. "
    "Red is tension; tension and compression have a colour scale each.",
    "pellet_map": "Pressure over half the interface at the last load.",
}
LIMITS = (
    "The pellet is linear elastic and its faces are frictionless; it has no residual stress.",
    "The sodium is a thin layer (slab theory) without rate dependence or creep; it first fills "
    "the space under the punch, then is pressed. Its shear on the pellet, at most its shear "
    "yield stress, is left out of the pellet's load.",
    "Punches are rigid; their stress is the pressure of the layer. The clearance stays as given.",
    "The die answers like a long sleeve, linearly; where it yields the pellet is held less. "
    "The sodium's own pressure on the die is local and left out.",
    "A gap and debris have sharp, rigid edges; stresses right at them depend on the mesh.",
    "The Weibull probability is that of flaws in the volume; the tensile strength is read as the "
    "mean of specimens of the stated effective volume in even tension.",
)


def write_pellet_report(
    folder: Path,
    title: str,
    subtitle: str,
    rows: Sequence[dict[str, Any]],
    averages: Sequence[dict[str, Any]],
    warnings: Sequence[str],
    estimates: Sequence[str],
) -> Path:
    """Writes ``report.html`` from the rows of all loads and the figures in the folder.

    Args:
        folder: The run folder, with its ``figures``.
        title: Of the case.
        subtitle: One line on what was pressed.
        rows: `napress.postprocess.pellet.results.measure_pellet` of each load.
        averages: The interface over the pellet at each load; may be empty.
        warnings: One line each.
        estimates: Names of values that are estimates.

    Returns:
        The report.
    """
    shown = [key for key in COLUMNS if any(_known(row.get(key)) for row in rows)]
    last = rows[-1]
    figures = []
    for name, caption in CAPTIONS.items():
        path = Path(folder) / "figures" / f"{name}.png"
        if path.exists():
            figures.append(page.picture(path, caption))
    averaged = list(dict.fromkeys(key for row in averages for key in row))
    text = page.render(
        "pellet",
        title,
        subtitle=subtitle,
        warnings=warnings,
        heads=[head(key, "pellet.csv") for key in shown],
        rows=[[_cell(row.get(key)) for key in shown] for row in rows],
        places=_places(last),
        average_heads=[head(key, "two_scales.csv") for key in averaged],
        averages=[[_cell(row.get(key)) for key in averaged] for row in averages],
        figures=figures,
        limits=LIMITS,
        estimates=", ".join(estimates),
    )
    return page.write_page(Path(folder) / REPORT, text)


def _known(value: Any) -> bool:
    return value is not None and not (isinstance(value, float) and math.isnan(value))


def _cell(value: Any) -> str:
    return number(value) if _known(value) and math.isfinite(float(value)) else "–"


def _places(row: dict[str, Any]) -> str:
    parts = []
    for name in ("tension", "shear"):
        radius, height = row[f"peak_{name}_radius_um"], row[f"peak_{name}_height_um"]
        parts.append(
            f"peak {name} at radius {number(radius * 1e-3)} mm, "
            f"{number(height * 1e-3)} mm above the support"
        )
    return f"At the last load: {'; '.join(parts)}."
