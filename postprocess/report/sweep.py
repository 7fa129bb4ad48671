"""``sweep-report.html``: the figures of a sweep and its runs in one self-contained file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import matplotlib
import pandas as pd
from matplotlib.figure import Figure

from napress.postprocess.figures import style
from napress.postprocess.figures.sweeps.curves import draw_against_pressure, draw_tornado
from napress.postprocess.figures.sweeps.data import SweepData, is_seed, label
from napress.postprocess.figures.sweeps.maps import draw_process_map, draw_response_surface
from napress.postprocess.fracture.criteria import CRITERIA
from napress.postprocess.report import page
from napress.postprocess.wording import number

REPORT = "sweep-report.html"
FIGURES = "figures"
_LISTED = 300

_DRAWN: dict[str, tuple[Callable[[SweepData], Figure], str]] = {
    "against_pressure": (
        draw_against_pressure,
        "Contact and closure against mean pressure, over the pressures that all runs reached.",
    ),
    "process_map": (
        draw_process_map,
        "Process map: contact over pressure and roughness. Grey lines: 50, 90 and 99 % contact. "
        "Red: the smallest margin of the runs, strength over stress at the worst step so far; "
        "the ceramic is predicted to fail where it is below 1.",
    ),
    "response_surface": (
        draw_response_surface,
        "Response surfaces: a quadratic fitted to the runs, over the two numbers that matter "
        "most; dots are the runs in the same colours.",
    ),
    "tornado": (
        draw_tornado,
        "What matters most: mean outcome at the low and the high end of each parameter, the "
        "others averaged over. Low and high are the ends of a grid, the outer thirds of a sample.",
    ),
}


def results() -> tuple[str, ...]:
    """Columns of results that the page lists, as far as the table has them."""
    margins = (f"fracture_{name}_margin" for name, one in CRITERIA.items() if one.decides)
    return (
        "closure_pressure_90_MPa",
        "closure_pressure_99_MPa",
        "closure_time_99_s",
        "contact_fraction",
        "closure_percent",
        "interface_asr_ohm_cm2",
        "ceramic_max_principal_MPa",
        *margins,
        "cpu_s",
    )


@dataclass(frozen=True)
class SweepReport:
    """What was written.

    Attributes:
        page: The HTML file.
        figures: Figure files, PNG and SVG.
        left_out: Figure to why this sweep cannot have it.
    """

    page: Path
    figures: list[str]
    left_out: dict[str, str]


def write_sweep_report(data: SweepData, folder: Path) -> SweepReport:
    """Draws the figures of a sweep and writes its page.

    Args:
        data: The sweep; ``state`` and ``reason`` are columns of its table.
        folder: Where page and figures go.

    Raises:
        ValueError: If no run has a history.
    """
    if not data.histories:
        raise ValueError("no run of this sweep has an accepted step to draw")
    written, shown, left_out = [], [], {}
    with matplotlib.rc_context(style.STYLE):
        for name, (draw, caption) in _DRAWN.items():
            try:
                figure = draw(data)
            except ValueError as error:
                left_out[name.replace("_", " ")] = str(error)
                for stale in (folder / FIGURES).glob(f"{name}.*"):
                    stale.unlink()
                continue
            paths = style.save(figure, folder / FIGURES, name)
            written += [str(path) for path in paths]
            shown.append(page.picture(paths[0], caption))
    path = page.write_page(folder / REPORT, render(data, shown, left_out))
    return SweepReport(path, written, left_out)


def render(data: SweepData, figures: list[tuple[str, str]], left_out: dict[str, str]) -> str:
    """The page as text; everything in it is escaped.

    Args:
        data: The sweep.
        figures: Base64 of each PNG, and its caption.
        left_out: Figure to why it is not there.
    """
    table = data.table
    states = table["state"].value_counts()
    shown = [name for name in results() if name in table and table[name].notna().any()]
    heads = ["Run", *(label(name) for name in data.varied), *(label(name) for name in shown)]
    finished = table[table["state"] == "finished"]
    rows = [
        [run, *(_cell(row[name]) for name in [*data.varied, *shown])]
        for run, row in finished.head(_LISTED).iterrows()
    ]
    others = [
        (run, row["state"], row.get("reason") or "")
        for run, row in table[table["state"] != "finished"].head(_LISTED).iterrows()
    ]
    known = table["warnings"].dropna() if "warnings" in table else pd.Series(dtype=object)
    ranges = [
        (label(name), _range(table[name]), "seed" if is_seed(name) else "parameter")
        for name in data.varied
    ]
    return page.render(
        "sweep",
        data.title,
        counts=", ".join(f"{count} {state}" for state, count in states.items()),
        cpu_hours=f"{table['cpu_s'].sum() / 3600:.3g}" if "cpu_s" in table else "0",
        figures=figures,
        left_out=left_out,
        heads=heads,
        rows=rows,
        hidden=len(finished) - len(rows),
        others=others,
        distrusted=list(known.items())[:_LISTED],
        total=len(table),
        used="The figures are drawn from finished runs."
        if len(finished)
        else "The figures are drawn from what they reached.",
        ranges=ranges,
    )


def _cell(value: object) -> str:
    if value is None or value is pd.NA or (isinstance(value, float) and value != value):
        return "–"
    return number(value)


def _range(values: pd.Series) -> str:
    distinct = values.dropna().unique()
    if len(distinct) <= 6:
        return ", ".join(_cell(value) for value in distinct)
    if pd.api.types.is_numeric_dtype(values):
        return f"{_cell(values.min())} to {_cell(values.max())}, {len(distinct)} values"
    return f"{len(distinct)} values"
