"""The table of a sweep, rebuilt at any time from run folders alone."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from napress.cases.campaigns.folder import case_file
from napress.cases.errors import RunFolderError
from napress.cases.runs import folder as run_folder
from napress.cases.runs import states
from napress.cases.sweeps import sweep_folder
from napress.cases.sweeps.columns import case_columns, summary_columns
from napress.postprocess.records.atomic import replacing
from napress.postprocess.wording import defused

_DEPTH = 3
_FIRST_COLUMNS = ("run", "state", "reason", "ranks", "napress_version", "title")
_COMPLAINTS = 20


@dataclass(frozen=True)
class Collected:
    """The table of a sweep.

    Attributes:
        table: One row per run.
        varied: Columns of the parameters that vary.
        folders: Run to its folder, for those that exist.
        damaged: Folder to what is wrong with it.
        written: Files written.
        complaints: What the user should know, one line each.
    """

    table: pd.DataFrame
    varied: list[str]
    folders: dict[str, Path]
    damaged: dict[str, str]
    written: list[str]
    complaints: list[str]


def collect_folder(folder: Path) -> Collected:
    """Reads the runs of a sweep and writes ``sweep.csv`` and ``sweep.parquet``.

    Args:
        folder: A sweep folder; or any folder with run folders in it, such as
            one copied from a cluster.

    Raises:
        RunFolderError: If there is no run, or the tables cannot be written.
    """
    collected = read_runs(folder)
    complaints = list(collected.complaints)
    written = []
    with run_folder.file_system_errors(folder):
        path = folder / f"{sweep_folder.TABLE}.csv"
        with replacing(path) as aside:
            collected.table.map(defused).to_csv(aside, index=False)
        written.append(str(path))
        path = folder / f"{sweep_folder.TABLE}.parquet"
        try:
            with replacing(path) as aside:
                collected.table.to_parquet(aside, index=False)
            written.append(str(path))
        except ImportError:
            complaints.append(f"{path}: not written, needs pyarrow: pip install 'napress[sweep]'")
    return Collected(
        collected.table,
        collected.varied,
        collected.folders,
        collected.damaged,
        written,
        complaints,
    )


def read_runs(folder: Path) -> Collected:
    """Reads the runs of a sweep; see `collect_folder`."""
    fields: list[str] | None = None
    if sweep_folder.has_plan(folder):
        plan = sweep_folder.read_plan(folder)
        fields = plan.varied
        store = sweep_folder.runs_folder(folder)
        folders = [(store / run_id, case_file(folder, run_id)) for run_id in plan.runs]
    else:
        found = list(_find_runs(folder, _DEPTH)) if folder.is_dir() else []
        folders = [(path, path / run_folder.CASE_FILE) for path in sorted(found)]
    if not folders:
        raise RunFolderError(
            f"{folder}: no sweep and no run here; allowed: a folder that `napress sweep` made, "
            "or one with run folders in it"
        )
    rows, columns, damaged = [], {}, {}
    for path, case in folders:
        row, names = _row(path, case)
        rows.append(row)
        columns |= names
        if row["state"] == states.DAMAGED:
            damaged[str(path)] = row["reason"]
    table = _table(rows)
    varied = _varied(table, fields, columns)
    front = [name for name in (*_FIRST_COLUMNS, *varied) if name in table]
    table = table[front + [name for name in table if name not in front]]
    complaints = [
        f"{path}: damaged ({reason}); the other runs are collected"
        for path, reason in list(damaged.items())[:_COMPLAINTS]
    ]
    if len(damaged) > _COMPLAINTS:
        complaints.append(f"{folder}: {len(damaged) - _COMPLAINTS} more damaged runs")
    complaints += _warned(folder, table)
    existing = {path.name: path for path, _ in folders if path.is_dir()}
    return Collected(table, varied, existing, damaged, [], complaints)


def _warned(folder: Path, table: pd.DataFrame) -> list[str]:
    """One line on the runs that finished but are not to be trusted."""
    if "warnings" not in table or not table["warnings"].notna().any():
        return []
    warned = table[table["warnings"].notna()]
    first = warned.iloc[0]
    return [
        f"warning: {folder}: {len(warned)} of {len(table)} runs are not to be trusted, see column "
        f"warnings; the first is {first['run']}: {first['warnings']}"
    ]


def _find_runs(folder: Path, depth: int) -> Iterator[Path]:
    if (folder / run_folder.CASE_FILE).is_file() or (folder / run_folder.STATUS_FILE).is_file():
        yield folder
    elif depth:
        for inner in folder.iterdir():
            if inner.is_dir() and ".damaged-" not in inner.name:
                yield from _find_runs(inner, depth - 1)


def _row(folder: Path, case: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """Returns the table's row of a run, and its fields' columns."""
    state = states.read_state(folder)
    stopped = (state.status or {}).get("state", "")
    row: dict[str, Any] = {
        "run": folder.name,
        "state": stopped if state.state == states.UNFINISHED else state.state,
        "reason": state.reason,
    }
    names: dict[str, str] = {}
    own = folder / run_folder.CASE_FILE
    try:
        content = tomllib.loads((own if own.is_file() else case).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        if state.state != states.WAITING:
            row |= {"state": states.DAMAGED, "reason": f"{own.name} ({type(error).__name__})"}
        return row, names
    for field, (column, value) in case_columns(content).items():
        row[column], names[field] = value, column
    if state.state == states.WAITING:
        return row, names
    try:
        manifest = run_folder.read_json(folder / run_folder.MANIFEST_FILE)
        row["ranks"] = manifest.get("ranks")
        row["napress_version"] = (manifest.get("versions") or {}).get("napress")
        # A run that stopped early has a summary too: of where it stopped.
        summary = state.summary or run_folder.read_json(folder / run_folder.SUMMARY_FILE)
    except RunFolderError:
        return row, names
    row |= summary_columns(summary)
    return row, names


def _table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    table = pd.DataFrame.from_records(rows)
    for name in table:
        values = table[name]
        if values.dtype == object:
            present = values.dropna()
            if present.map(lambda value: isinstance(value, bool)).all():
                table[name] = values.astype("boolean")
            elif present.map(lambda value: isinstance(value, int | float)).all():
                table[name] = pd.to_numeric(values)
            else:
                table[name] = values.map(lambda value: None if value is None else str(value))
    return table


def _varied(table: pd.DataFrame, fields: list[str] | None, columns: dict[str, str]) -> list[str]:
    """Returns the columns of parameters that vary: as the sweep says, else those that do.

    A title names a run; it has its place among the first columns.
    """
    if fields is not None:
        return [columns[field] for field in fields if field in columns and field != "title"]
    return [
        column
        for field, column in columns.items()
        if field != "title" and column in table and table[column].nunique(dropna=False) > 1
    ]
