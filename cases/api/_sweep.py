"""Many cases from one, as a table."""

from __future__ import annotations

import contextlib
import hashlib
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from napress._case import Case
from napress._run import column_table
from napress._written import plain
from napress.cases.campaigns.campaign import Campaign, Job, Where
from napress.cases.runs import folder as run_folder
from napress.cases.sweeps import sweep_folder
from napress.cases.sweeps.collecting import read_runs
from napress.cases.sweeps.expansion import PlannedRun, describe, expand_over
from napress.cases.sweeps.schema import Sweep, check_sweep

NAME = "sweep"
Grid = Mapping[str, Sequence[Any]]


def sweep(
    case: Case,
    grid: Grid | Sequence[Mapping[str, Any]] = (),
    *,
    seeds: int | None = None,
    cores: int = 1,
    out: str | Path | None = None,
) -> pd.DataFrame:
    """Runs a case with some fields varied, each run in a process of its own.

    Args:
        case: What is varied.
        grid: Field to its values, such as ``{"surface[0].rms": ["0.5 um", "1 um"]}``: every
            combination is run. Or a list of points, ``[{"surface[0].rms": "1 um"}, ...]``.
        seeds: Each point on this many random surfaces, with the seeds 1, 2, ...
        cores: Processes at a time.
        out: Folder of the sweep. Runs are in ``out/runs``, finished ones are never repeated,
            and ``napress sweep-report out/sweep`` draws it. Without a folder only the
            table is left.

    Returns:
        One row per run: what became of it (``state``, ``reason``), every field of its case
        and what it came to, the unit at the end of a name. ``attrs["columns"]`` has unit,
        label and meaning of each column, ``attrs["varied"]`` the columns that vary.

    Raises:
        CaseError: If a case does not hold together; then nothing was run.
        RunFolderError: If the folder cannot be used.

    Examples:
        >>> import napress as na
        >>> case = na.Case(
        ...     surface=[{"kind": "sinusoid", "amplitude": "0.5 um", "wavelength": "10 um"}],
        ...     interface={"width": "10 um", "elements": 16},
        ...     sodium={"material": "sodium-wang-2020", "thickness": "10 um"},
        ...     ceramic={"material": "nzsp", "thickness": "10 um"},
        ...     program=[{"pressure": "0.5 MPa"}],
        ...     solver={"void_error": "10 percent"},
        ...     output={"figures": False, "report": False},
        ... )
        >>> table = na.sweep(case, {"surface[0].amplitude": ["0.4 um", "0.5 um"]})
        >>> table["surface[0].amplitude_um"].tolist()
        [0.4, 0.5]
        >>> table["state"].tolist()
        ['finished', 'finished']
    """
    tables: dict[str, Any] = {"base": case.file, "title": case.title}
    if grid:
        name = "grid" if isinstance(grid, Mapping) else "list"
        tables[name] = plain(grid)
    if seeds is not None:
        tables["seeds"] = {"count": seeds}
    asked = check_sweep(tables, NAME)
    if out is None:
        # Nobody would see the pages.
        case = case.with_({"output.report": False, "output.figures": False})
    runs = expand_over(asked, NAME, case.written, case.folder, case.file)
    with _folder(out) as folder:
        _plan(folder / NAME, case, asked, tables, runs)
        jobs = [Job.of(run.case, describe(run.values), folder=run.id) for run in runs]
        Campaign(jobs, folder / NAME, runs=folder / sweep_folder.RUNS).run(Where(max(1, cores)))
        collected = read_runs(folder / NAME)
    table = collected.table
    table.attrs["columns"] = column_table(table, "sweep.csv")
    table.attrs["varied"] = collected.varied
    return table


@contextlib.contextmanager
def _folder(out: str | Path | None) -> Iterator[Path]:
    """The folder of a sweep; one that goes after the block if none is asked for."""
    if out is not None:
        yield Path(out)
        return
    with tempfile.TemporaryDirectory(prefix="napress-") as aside:
        yield Path(aside)


def _plan(
    folder: Path, case: Case, asked: Sweep, tables: dict[str, Any], runs: list[PlannedRun]
) -> None:
    """Writes what `napress collect` and `napress sweep-report` read."""
    with run_folder.file_system_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps([case.hash, tables], sort_keys=True)
    plan = sweep_folder.Plan(
        title=asked.title,
        file=case.file,
        digest=hashlib.sha256(text.encode()).hexdigest(),
        varied=list(dict.fromkeys(field for run in runs for field in run.values)),
        runs={run.id: run.values for run in runs},
    )
    sweep_folder.write_plan(folder, plan)
