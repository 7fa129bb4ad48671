"""The command ``napress validation``: shipped cases beside what experiments found.

Separate from ``napress verify``: nothing here passes or fails, and nothing is fitted.
"""

from __future__ import annotations

import math
import tomllib
from dataclasses import asdict
from importlib import resources
from pathlib import Path
from typing import Any

import pandas as pd

from napress.cases.errors import CaseError, RunFolderError
from napress.cases.validation.comparison import Comparison
from napress.cases.values.fields import did_you_mean

EXPERIMENTS = "experiments.toml"
# A resistance counts as settled once it stays below this part of its value at the first
# target of the case.
SETTLED = 0.01
# Beside the names of cases: the searches of `napress.cases.validation.stripping`.
SEARCHES = "stripping"


def _folder() -> Any:
    return resources.files("napress.cases").joinpath("validation")


def experiments() -> list[dict[str, Any]]:
    """The shipped table of experiments."""
    text = _folder().joinpath(EXPERIMENTS).read_text(encoding="utf-8")
    return tomllib.loads(text)["experiment"]


def case_names() -> list[str]:
    """Names of the shipped validation cases, in the order of the table."""
    return list(dict.fromkeys(entry["case"] for entry in experiments()))


def case_path(name: str) -> Path:
    """File of a shipped validation case."""
    return Path(str(_folder().joinpath(f"{name}.toml")))


def chosen_cases(only: list[str]) -> list[str]:
    """The cases asked for, all if none is named.

    Raises:
        CaseError: If there is no such case.
    """
    names = [*case_names(), SEARCHES]
    for name in only:
        if name not in names:
            hint = did_you_mean(name, names)
            raise CaseError(name, "CASE", f"no such case; {hint}allowed: {', '.join(names)}")
    return [name for name in only if name != SEARCHES] if only else names[:-1]


def run_and_compare(only: list[str], out: Path, cores: int, quiet: bool) -> list[Comparison]:
    """Runs what has not run yet, then compares; see `run_missing` and `compare`."""
    from napress.cases.validation.stripping import stripping_comparisons

    names = chosen_cases(only)
    run_missing(names, out, cores, quiet)
    rows = compare(names, out)
    if not only or SEARCHES in only:
        rows += stripping_comparisons(out, cores)
    if only:
        return rows
    from napress.cases.validation.films import film_comparisons

    return rows + film_comparisons()


def run_missing(names: list[str], out: Path, cores: int, quiet: bool) -> None:
    """Runs the cases that have no finished or stopped run yet.

    Args:
        names: Of shipped cases.
        out: Folder of run folders; one that was interrupted is resumed.
        cores: Runs at a time.
        quiet: Whether progress is hidden.
    """
    from napress.cases.campaigns.campaign import Campaign, Job
    from napress.cases.campaigns.watch import CountLine
    from napress.cases.campaigns.where import Where
    from napress.cases.schema.load import load_case

    jobs = [Job.of(load_case(case_path(name)), name, folder=name) for name in names]
    campaign = Campaign(jobs, out / "campaign", runs=out)
    with CountLine(quiet) as line:
        found = campaign.run(Where(cores), say=line.message, on_look=line.show)
    for one in found:
        if not one.usable:
            raise RunFolderError(f"{one.folder}: {one.reason}; log: {campaign.log_of(one.job)}")


def compare(names: list[str], out: Path) -> list[Comparison]:
    """Every measured number of some cases beside the model's.

    Args:
        names: Of shipped cases.
        out: Folder of their run folders.
    """
    from napress.cases.runs.folder import read_json
    from napress.postprocess.records.history import read_history

    found = []
    for entry in experiments():
        if entry["case"] not in names:
            continue
        folder = out / entry["case"]
        history = read_history(folder / "history.csv")
        summary = read_json(folder / "summary.json")
        targets = history[history["is_target"] == 1]
        ended = "" if summary["ended"] == "completed" else f"stopped: {summary['ended']}"
        pressures = entry.get("pressures_MPa") or [None]
        for pressure, measured in zip(pressures, entry["measured"], strict=True):
            model = _model(entry, pressure, targets, summary)
            found.append(
                Comparison(
                    entry["system"],
                    entry["quantity"],
                    pressure,
                    measured,
                    model,
                    "" if model is not None else ended or "not recorded",
                    entry["case"],
                    entry["source"],
                )
            )
    return found


def _model(
    entry: dict[str, Any], pressure: float | None, targets: pd.DataFrame, summary: dict[str, Any]
) -> float | None:
    measure = entry["measure"]
    if measure == "settled_pressure_MPa":
        return settled_pressure_MPa(targets)
    wave = pd.DataFrame((summary.get("resistance") or {}).get("waviness") or [])
    table = wave if measure in wave else targets
    at = _at(table, pressure)
    if at is None:
        return None
    if measure == "contact_percent":
        return 100 * float(at["contact_fraction"])
    if measure == "contact_deficit_percent":
        whole = _at(targets, entry["reference_MPa"])
        if whole is None:
            return None
        return 100 * (1 - float(at["contact_fraction"] / whole["contact_fraction"]))
    value = float(at.get(measure, math.nan))
    return value if math.isfinite(value) else None


def _at(table: pd.DataFrame, pressure: float | None) -> pd.Series | None:
    if pressure is None or "pressure_MPa" not in table:
        return None
    near = table[(table["pressure_MPa"] / pressure - 1).abs() < 1e-3]
    return None if near.empty else near.iloc[0]


def settled_pressure_MPa(targets: pd.DataFrame) -> float | None:
    """First target from which the interface ASR stays below 1 % of that at the first."""
    asr = targets["interface_asr_ohm_cm2"].to_numpy()
    high = [index for index, value in enumerate(asr) if not value < SETTLED * asr[0]]
    after = high[-1] + 1
    return None if after == len(asr) else float(targets["pressure_MPa"].iloc[after])


def markdown(rows: list[Comparison]) -> str:
    """The comparison as the table of ``docs/validation.md``."""
    lines = ["| system | quantity | MPa | measured | model |", "|---|---|---:|---:|---:|"]
    for row in rows:
        pressure = "" if row.pressure_MPa is None else f"{row.pressure_MPa:g}"
        model = row.remark if row.model is None else _number(row.model)
        lines.append(f"| {row.system} | {row.quantity} | {pressure} | {row.measured} | {model} |")
    return "\n".join(lines)


def _number(value: float) -> str:
    return "< 1e-6" if 0 < value < 1e-6 else f"{value:.3g}"


def as_dicts(rows: list[Comparison]) -> list[dict[str, Any]]:
    """The comparison as plain data."""
    return [asdict(row) for row in rows]
