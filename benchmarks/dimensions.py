"""What three dimensions change: the same statistics in 2-D and in 3-D, read from a sweep.

    napress sweep cases/examples/sweeps/two-or-three-dimensions.toml --cores 2
    python benchmarks/dimensions.py sweeps/two-or-three-dimensions --figure docs/dimensions.png

Prints a Markdown table of means, spreads over the seeds and ratios of means, and, last, one
JSON line. Probabilities span decades: their mean is the geometric one, their spread a factor.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from napress.cases.sweeps.collecting import read_runs
from napress.postprocess.figures.style import BLUE, RED, Figure, new_figure, styled

LARGEST, TOUCH = "largest", "first touch"  # in place of a pressure
LEAST_PROBABILITY = 1e-30  # what is less is written as this, for its logarithm


@dataclass(frozen=True)
class Quantity:
    """A row of the table.

    Attributes:
        label: With its unit.
        column: Of the history, or of the summary where ``at_MPa`` is None.
        at_MPa: Mean pressures, or `LARGEST` over the run, or at first `TOUCH`.
        scale: From the column's unit to that of the label.
        decades: Whether it spans decades.
    """

    label: str
    column: str
    at_MPa: tuple[float | str | None, ...]
    scale: float = 1.0
    decades: bool = False


QUANTITIES = (
    Quantity("contact fraction", "contact_fraction", (0.5, 1, 2, 3, 5)),
    Quantity("mean gap, nm", "mean_gap_nm", (TOUCH, 0.5, 1, 2, 3)),
    Quantity("void left, %", "void_left_percent", (1, 2, 3)),
    Quantity("pressure that closes 90 %, MPa", "closure_pressure_90_MPa", (None,)),
    Quantity("99 %", "closure_pressure_99_MPa", (None,)),
    Quantity("99.9 %", "closure_pressure_99_9_MPa", (None,)),
    Quantity("interface resistance, mΩ cm²", "interface_asr_ohm_cm2", (0.5, 1, 2, 3), 1e3),
    Quantity("largest current over mean", "current_max_over_mean", (1, 3)),
    Quantity("peak tension, MPa", "ceramic_max_principal_MPa", (1, 3, 5, 360)),
    Quantity("peak shear, MPa", "ceramic_max_shear_MPa", (1, 3, 360)),
    Quantity("use of tensile strength", "tension_utilisation", (LARGEST,)),
    Quantity("Weibull, surface", "weibull_pia_surface_probability", (3, LARGEST), decades=True),
    Quantity("Weibull, volume", "weibull_pia_volume_probability", (3, LARGEST), decades=True),
    Quantity("a filled flaw runs", "flaw_local_probability", (360,), decades=True),
)


@dataclass(frozen=True)
class Pressed:
    """A finished run: its dimension, elements along a side, history and summary."""

    dimension: int
    elements: int
    history: pd.DataFrame
    summary: dict[str, Any]

    def value(self, quantity: Quantity, at: float | str | None) -> float:
        """A quantity at a pressure, between steps over the logarithm of pressure."""
        if at is None:
            found = self.summary[quantity.column]
            return math.nan if found is None else found
        values = self.history[quantity.column].dropna()
        if at == LARGEST:
            return float(values.max()) * quantity.scale
        if at == TOUCH:
            left = 1 - self.history["closure_percent"].iloc[0] / 100
            return float(values.iloc[0]) / left * quantity.scale
        pressure = np.log(self.history["pressure_MPa"][values.index])
        return float(np.interp(math.log(at), pressure, values)) * quantity.scale


def read(sweep: Path) -> list[Pressed]:
    """The finished runs of a sweep; others are named on standard error."""
    collected = read_runs(sweep)
    runs = []
    for row in collected.table.to_dict("records"):
        if row["state"] != "finished":
            print(f"{row['run']}: {row['state']}", file=sys.stderr)
            continue
        folder = collected.folders[row["run"]]
        dimension, elements = int(row["interface.dimension"]), int(row["interface.elements"])
        history = with_derived(pd.read_csv(folder / "history.csv"), row["interface.width_um"])
        summary = json.loads((folder / "summary.json").read_text())
        runs.append(Pressed(dimension, elements, history, summary))
    return runs


def with_derived(history: pd.DataFrame, width_um: float) -> pd.DataFrame:
    """A history with the void as a share of the first and as a mean gap, and tension per load."""
    if "void_volume_um3" in history:
        gap_um = history["void_volume_um3"] / width_um**2
    else:
        gap_um = history["void_area_um2"] / width_um
    made = {
        "mean_gap_nm": 1e3 * gap_um,
        "void_left_percent": 100 - history["closure_percent"],
        "tension_over_pressure": history["ceramic_max_principal_MPa"] / history["pressure_MPa"],
    }
    return pd.concat([history, pd.DataFrame(made)], axis=1)


def crossings(runs: list[Pressed]) -> dict[str, list[float]]:
    """Contact fractions from which contact crosses the cell, and up to which a void does."""
    found: dict[str, list[float]] = {"contact from": [], "void up to": []}
    for run in runs:
        if run.dimension == 3:
            history = run.history[run.history["step"] > 0]
            contact, void = history["contact_crosses_cell"], history["void_crosses_cell"]
            found["contact from"].append(float(history["contact_fraction"][contact == 1].min()))
            found["void up to"].append(float(history["contact_fraction"][void == 1].max()))
    return found


def mean_and_spread(values: list[float], decades: bool) -> tuple[float, float]:
    """Mean and standard deviation over the seeds, of logarithms where it spans decades."""
    taken = np.array(values)
    if not decades:
        return float(taken.mean()), float(taken.std(ddof=1))
    logarithms = np.log(np.maximum(taken, LEAST_PROBABILITY))
    return float(np.exp(logarithms.mean())), float(np.exp(logarithms.std(ddof=1)))


def rows_of(runs: list[Pressed]) -> list[dict[str, Any]]:
    """One row per quantity and pressure: mean and spread of each kind of run, and ratios."""
    kinds = sorted({(run.dimension, run.elements) for run in runs})
    rows = []
    for quantity in QUANTITIES:
        for at in quantity.at_MPa:
            row: dict[str, Any] = {"label": quantity.label, "at": at, "decades": quantity.decades}
            for dimension, elements in kinds:
                values = [
                    run.value(quantity, at)
                    for run in runs
                    if (run.dimension, run.elements) == (dimension, elements)
                ]
                row[f"{dimension}-D, {elements}"] = mean_and_spread(values, quantity.decades)
            rows.append(row)
    return rows


def markdown(rows: list[dict[str, Any]]) -> str:
    """The rows as a Markdown table; the ratio is that of the last kind over the first."""
    kinds = [name for name in rows[0] if name not in ("label", "at", "decades")]
    lines = ["| | at, MPa | " + " | ".join(kinds) + " | 3-D / 2-D |"]
    lines.append("|" + "---|" * (len(kinds) + 3))
    for row in rows:
        sign = "×/÷" if row["decades"] else "±"
        cells = [f"{row[kind][0]:.3g} {sign} {row[kind][1]:.2g}" for kind in kinds]
        first, last = row[kinds[0]][0], row[kinds[-1]][0]
        ratio = f"{last / first:.2g}" if first > 0 and last > 0 else "–"
        at = "" if row["at"] is None else f"{row['at']}"
        lines.append(f"| {row['label']} | {at} | " + " | ".join(cells) + f" | {ratio} |")
    return "\n".join(lines)


def draw(runs: list[Pressed]) -> Figure:
    """Contact, void, resistance and tension over pressure, a line per run."""
    kinds = sorted({(run.dimension, run.elements) for run in runs})
    shown = [next(kind for kind in kinds if kind[0] == 2), kinds[-1]]
    to_closure, to_the_end = (0.05, 10), (0.2, 400)
    panels = (
        ("contact_fraction", "contact fraction", "linear", (0, 1.05), to_closure),
        ("void_left_percent", "void left, %", "log", (0.01, 150), to_closure),
        ("interface_asr_ohm_cm2", "interface resistance, Ω cm²", "log", (1e-4, 1), to_closure),
        ("tension_over_pressure", "peak tension over pressure", "linear", (-0.3, 1), to_the_end),
    )
    figure = new_figure(7.0, 5.0)
    for axes, panel in zip(figure.subplots(2, 2).flat, panels, strict=True):
        column, label, scale, heights, pressures = panel
        for group, colour in zip(shown, (BLUE, RED), strict=True):
            of_group = [run for run in runs if (run.dimension, run.elements) == group]
            for at, run in enumerate(of_group):
                part = run.history[run.history["step"] > 0].dropna(subset=[column])
                name = "_" if at else f"{group[0]}-D"
                axes.plot(part["pressure_MPa"], part[column], color=colour, lw=1.0, label=name)
        axes.set(xscale="log", yscale=scale, xlim=pressures, ylim=heights, ylabel=label)
        axes.set_xlabel("mean pressure, MPa")
    figure.axes[-1].axhline(0.0, color="black", lw=0.5)
    figure.axes[0].legend()
    return figure


def main() -> None:
    """Reads a sweep and prints what it says; draws it where asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sweep", type=Path, help="folder of the sweep")
    parser.add_argument("--figure", type=Path, help="PNG to write")
    options = parser.parse_args()
    runs = read(options.sweep)
    rows = rows_of(runs)
    print(markdown(rows))
    if options.figure:
        styled(lambda: draw(runs)).savefig(options.figure, dpi=160)
    result = {"bench": "dimensions", "runs": len(runs), "rows": rows}
    print(json.dumps(result | {"contact fraction where it crosses": crossings(runs)}))


if __name__ == "__main__":
    main()
