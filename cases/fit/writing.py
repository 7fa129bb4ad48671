"""What a fit leaves behind: a case with the fitted values, numbers, a table and a figure."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import tomli_w

from napress.cases.fit.fit import PRESSURES, FitResult, band_ohm_cm2
from napress.cases.fit.likelihood import Interval
from napress.cases.fit.parameters import PARAMETERS, PELLET
from napress.cases.fit.table import as_text
from napress.cases.runs import folder as run_folder
from napress.cases.schema.load import check_case
from napress.postprocess.figures.fit import FitPicture, draw_fit
from napress.postprocess.figures.style import save

ANSWER, CASE, CURVE, FIGURE = "fit.json", "fitted.toml", "curve.csv", "fit"


def write_fit(result: FitResult, folder: Path) -> dict[str, str]:
    """Writes everything into a folder.

    Returns:
        Path of each file by what it is.

    Raises:
        RunFolderError: If the folder cannot be written.
    """
    paths = {
        "answer": folder / ANSWER,
        "case": folder / CASE,
        "curve": folder / CURVE,
        "figure": folder / f"{FIGURE}.png",
    }
    with run_folder.file_system_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        run_folder.write_json(paths["answer"], result.as_data())
        run_folder.write_text(paths["case"], fitted_case(result))
        pressure, band = _curve(result)
        names = ("best", "low", "high")
        columns = {"pressure_MPa": pressure.tolist()} | {
            f"interface_asr_{name}_ohm_cm2": row.tolist()
            for name, row in zip(names, band, strict=True)
        }
        run_folder.write_text(paths["curve"], as_text(columns))
        save(draw_fit(picture(result)), folder, FIGURE)
    return {name: str(path) for name, path in paths.items()}


def _curve(result: FitResult) -> tuple[np.ndarray, np.ndarray]:
    """Pressures around the data and the needed one, and the band there."""
    data, needed = result.data.pressure_MPa, result.window.needed_high_MPa
    high = max(3 * data.max(), 1.5 * needed if math.isfinite(needed) else 0.0)
    pressure = np.geomspace(data.min() / 3, min(high, 3e3), PRESSURES)
    return pressure, band_ohm_cm2(result.fitted, pressure)


def fitted_case(result: FitResult) -> str:
    """The case as TOML, complete, with each fitted value marked by its source.

    A value that is not identified stands as it goes with the others, and says so.
    """
    tables: dict[str, Any] = result.case.model_dump(exclude_none=True)
    fitted, file = result.fitted, Path(result.data.file).name
    for name, interval in fitted.intervals.items():
        row = PARAMETERS[name]
        if name == PELLET:
            continue
        table, key = row.place
        tables.setdefault(table, {})[key] = _sourced(interval, row.unit, file)
    film = tables["film"]
    if "resistance" in film:
        film.pop("conductivity", None)
    if film.get("resistance") and tables.get("resistance", {}).get("film"):
        tables["resistance"].pop("film")
    tables["title"] = f"{result.case.title[:150]}, fitted to {file}"[:200]
    # Whoever runs it must not be the first to find out that it is no case.
    check_case(json.loads(json.dumps(tables)), CASE, Path())
    for name in ("window", "cell"):
        kept = getattr(result.case, name)
        if kept is not None:
            tables[name] = kept.model_dump(exclude_none=True)
    return tomli_w.dumps(tables)


def _sourced(interval: Interval, unit: str, file: str) -> dict[str, Any]:
    def one(value: float) -> str | float:
        rounded = float(f"{value:.6g}")
        return f"{rounded!r} {unit}" if unit else rounded

    note = "95 % interval by profile likelihood"
    if not interval.identified:
        note = "not identified alone: one of many values that fit together with the others"
    return {
        "value": one(interval.value),
        "range": [one(interval.low), one(interval.high)],
        "source": f"fitted to {file}",
        "note": note,
    }


def lines(result: FitResult) -> list[str]:
    """The answer for the terminal."""
    fitted = result.fitted
    out = [
        f"{len(fitted.data.pressure_MPa)} points, left over {100 * fitted.rms:.2g} % rms; "
        f"scatter {100 * fitted.noise:.2g} % ({fitted.noise_from})",
        "",
    ]
    width = max(len(name) for name in fitted.intervals)
    for name, interval in fitted.intervals.items():
        unit = PARAMETERS[name].unit or "1"
        span = f"95 %: {interval.low:.3g} to {interval.high:.3g}"
        if interval.identified:
            told = f"{interval.value:.4g} {unit}  ({span})"
        elif interval.closed:
            told = f"not identified  ({span} {unit})"
        else:
            told = f"not identified  (fits from {interval.low:.3g} to {interval.high:.3g} {unit})"
        out.append(f"  {name:<{width}}  {told}")
    for product in result.products:
        out.append(
            f"only {product.text} is known: {product.value:.4g} within "
            f"{196 * product.deviation:.2g} %"
        )
    if result.products and result.suggestions:
        out.append(f"to tell them apart give {result.suggestions[0].text}")
    elif result.suggestions:
        out.append(f"what would help most: {result.suggestions[0].text}")
    if result.suggestions:
        best = result.suggestions[0]
        out.append(
            f"  the widest interval would shrink by a factor of about {best.gain:.3g} (linearised)"
        )
    out += ["", *_window_lines(result)]
    return [*out, *(f"note: {text}" for text in result.notes)]


def _window_lines(result: FitResult) -> list[str]:
    window = result.window
    target = f"{window.target_ohm_cm2:g} ohm cm2 ({window.target_from})"
    if math.isinf(window.needed_MPa):
        first = f"an interface below {target} is not reached at any pressure"
    else:
        high = f"{window.needed_high_MPa:.3g}" if math.isfinite(window.needed_high_MPa) else "never"
        first = (
            f"an interface below {target} needs {window.needed_MPa:.3g} MPa "
            f"(95 %: {window.needed_low_MPa:.3g} to {high})"
        )
    if window.run_to_MPa is None:
        return [first, "what the electrolyte survives was not asked: a flat face"]
    if window.holds_to_MPa is None:
        return [first, f"the electrolyte survives all that was run, {window.run_to_MPa:.3g} MPa"]
    return [first, f"the electrolyte holds to {window.holds_to_MPa:.3g} MPa: {window.breaks_by}"]


def picture(result: FitResult) -> FitPicture:
    """What the figure shows."""
    fitted, data = result.fitted, result.data
    pressure, band = _curve(result)
    values = fitted.model.values(fitted.logs)
    interface = data.resistance
    if data.cell is not None:
        # Less the pellet as fitted: what is left is the interface.
        left = data.resistance - values[PELLET]
        interface = left * data.cell.area_cm2 / data.cell.interfaces
    # What remains beside the pellet's resistance is no better known than that is.
    shown = np.where(interface > 0, interface, np.nan)
    window = result.window
    return FitPicture(
        pressure_MPa=pressure,
        best_ohm_cm2=band[0],
        low_ohm_cm2=band[1],
        high_ohm_cm2=band[2],
        data_MPa=data.pressure_MPa,
        data_ohm_cm2=shown,
        released=data.released,
        target_ohm_cm2=window.target_ohm_cm2,
        needed_MPa=window.needed_MPa,
        needed_low_MPa=window.needed_low_MPa,
        needed_high_MPa=window.needed_high_MPa,
        holds_to_MPa=window.holds_to_MPa,
        text=_legend(result),
    )


def _legend(result: FitResult) -> str:
    told = []
    for name, interval in result.fitted.intervals.items():
        row = PARAMETERS[name]
        unit = f" {row.unit}".replace("um", "µm").replace("ohm", "Ω").replace("*cm**2", " cm²")
        if interval.identified:
            told.append(
                f"{row.label} {interval.value:.3g}{unit.rstrip()} "
                f"({interval.low:.3g} to {interval.high:.3g})"
            )
        else:
            told.append(f"{row.label}: not identified")
    return "\n".join(told)
