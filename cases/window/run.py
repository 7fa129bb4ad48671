"""Answers a window case: runs what is missing, then reads, judges, draws and writes.

Solving happens in other processes; this one never waits for DOLFINx to be imported.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tomli_w

from napress.cases.campaigns.campaign import Campaign, Count, Launch, Standing
from napress.cases.campaigns.where import Where
from napress.cases.errors import RunFolderError
from napress.cases.runs import folder as run_folder
from napress.cases.window.judge import answer_of
from napress.cases.window.plan import Plan
from napress.postprocess.window.answer import Answer, as_data, lines
from napress.postprocess.window.ends import band

MARKER = "window.toml"
ANSWER = "window.json"
TABLE = "window.csv"
NAME = "window"
TIME_MAP = "time_map"


@dataclass(frozen=True)
class WindowOutcome:
    """What a window came to.

    Attributes:
        folder: Of the window.
        data: Content of ``window.json``.
        lines: For the terminal.
        complaints: Runs that gave nothing, one line each.
        answer: What the lines and the data were made from.
    """

    folder: Path
    data: dict[str, Any]
    lines: list[str]
    complaints: list[str]
    answer: Answer


def default_window_folder(case_path: Path) -> Path:
    """Returns where a window is kept when nothing else is asked: ``windows/<name>``."""
    return Path("windows") / Path(case_path).stem


def run_window(plan: Plan, out: Path, where: Where, say: Callable[[str], None]) -> WindowOutcome:
    """Answers a window case; see `napress.cases.cli.window`.

    Args:
        plan: What has to be run.
        out: Folder of the window; runs in it are used again.
        where: Where its runs take place.
        say: Told one line of progress at a time.

    Raises:
        EngineError: If what shall run it is missing.
        RunFolderError: If a folder cannot be used.
        NoResults: If no run gave a result.
    """
    where.require(plan.table.cluster.ranks if where.elsewhere else 1)
    _prepare(out, plan)
    with run_folder.locked(out):
        ended = _run(plan, out, where, say)
        answer, complaints = answer_of(plan, ended)
        data = as_data(answer) | {
            "runs": [
                {"name": e.job.name, "folder": f"runs/{e.job.id}", "reason": e.reason}
                for e in ended
            ]
        }
        run_folder.write_json(out / ANSWER, data)
        run_folder.write_text(out / TABLE, _csv(answer))
        _draw(out, answer)
    return WindowOutcome(out, run_folder.plain(data), lines(answer), complaints, answer)


def _run(plan: Plan, out: Path, where: Where, say: Callable[[str], None]) -> list[Standing]:
    """Brings the runs to their end, telling of each."""
    cluster = plan.table.cluster
    launch = Launch(ranks=cluster.ranks if where.elsewhere else 1, launcher=cluster.launcher or "")
    campaign = Campaign(plan.jobs, out, launch=launch, cluster=cluster)
    left = len(campaign.left())
    if left:
        say(f"{len(plan.jobs) - left} of {len(plan.jobs)} runs are there, {left} to go")

    def on_end(one: Standing, count: Count) -> None:
        spent = f"{one.seconds or 0.0:.0f} s"
        say(
            f"[{count.done + count.failed}/{count.total}] {one.job.name}: "
            f"{one.reason or 'finished'} ({spent})"
        )

    return campaign.run(where, say=say, on_end=on_end, locked=True)


def _prepare(out: Path, plan: Plan) -> None:
    """Makes the folder, or checks that it is one of a window."""
    with run_folder.file_system_errors(out):
        out.mkdir(parents=True, exist_ok=True)
        others = [p for p in out.iterdir() if not p.name.startswith(".")]
        if others and not (out / MARKER).is_file():
            raise RunFolderError(
                f"{out}: not the folder of a window ({MARKER} is missing); allowed: --out with a "
                "new folder"
            )
    content = plan.case.model_dump(exclude_none=True)
    content["window"] = plan.table.model_dump(exclude_none=True)
    run_folder.write_text(out / MARKER, tomli_w.dumps(content))


def _draw(out: Path, answer: Answer) -> None:
    from napress.postprocess.figures.style import save
    from napress.postprocess.figures.time_map import draw_time_map
    from napress.postprocess.figures.window import draw_window
    from napress.postprocess.report.window import write_window_report

    figures = out / "figures"
    with run_folder.file_system_errors(figures):
        figures.mkdir(exist_ok=True)
        png, _ = save(draw_window(answer), figures, NAME)
        times = None
        if answer.survival is not None:
            times, _ = save(draw_time_map(answer.survival), figures, TIME_MAP)
        write_window_report(out, answer, png, times)


def _csv(answer: Answer) -> str:
    """Bands on the common grid, a unit in every column name."""
    curves = answer.curves
    columns: dict[str, Any] = {"pressure_MPa": curves.pressure_MPa}
    quantities = {
        "contact_fraction": curves.contact_fraction,
        "void_left_percent": curves.void_left_percent,
        "interface_asr_ohm_cm2": curves.asr_ohm_cm2,
        "failure_probability": answer.failure,
    }
    for name, rows in quantities.items():
        for measure, values in asdict(band(rows)).items():
            columns[f"{name}_{measure}"] = values
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    for row in zip(*columns.values(), strict=True):
        writer.writerow("" if not np.isfinite(value) else f"{value:.6g}" for value in row)
    return stream.getvalue()
