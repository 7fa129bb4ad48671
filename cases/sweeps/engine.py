"""Runs a sweep: plans it, hands what is left to Snakemake, watches, and draws up the balance."""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from napress.cases.errors import ExitCode, RunFolderError, one_line
from napress.cases.runs import folder as run_folder
from napress.cases.runs import process, slurm, states
from napress.cases.schema.load import resolved_toml
from napress.cases.sweeps import sweep_folder, warm, workflow
from napress.cases.sweeps.estimate import Estimate, estimate
from napress.cases.sweeps.expansion import PlannedRun, describe, expand
from napress.cases.sweeps.schema import Sweep, load_sweep
from napress.cases.sweeps.watch import CountLine, Watch
from napress.cases.sweeps.workflow import Where
from napress.cases.values.toml import read_bytes

_POLL_S = 0.5
_LOOK_EVERY_S = 2.0
_QUEUE_EVERY_S = 15.0


@dataclass(frozen=True)
class Prepared:
    """A checked sweep and where its runs stand.

    Attributes:
        sweep: The sweep file.
        file: Its path.
        folder: Sweep folder.
        digest: Of the sweep file and its base case.
        runs: All runs.
        states: Run id to where it stands.
    """

    sweep: Sweep
    file: Path
    folder: Path
    digest: str
    runs: list[PlannedRun]
    states: dict[str, states.RunState]

    @property
    def left(self) -> list[str]:
        """Runs that are not finished."""
        return [r.id for r in self.runs if self.states[r.id].state != states.FINISHED]

    def expected(self) -> Estimate:
        """Returns the CPU time of the runs that are left."""
        left = set(self.left)
        done = [
            (run.case, float((self.states[run.id].summary or {}).get("cpu_s") or 0.0))
            for run in self.runs
            if run.id not in left
        ]
        return estimate([run.case for run in self.runs if run.id in left], done)


@dataclass
class SweepOutcome:
    """How a sweep ended.

    Attributes:
        folder: Sweep folder.
        total: Runs of the sweep.
        finished: Runs that are finished.
        failed: Run id, what varies, and why it failed.
        warnings: What to look into although runs finished, one line each.
    """

    folder: Path
    total: int
    finished: int
    failed: list[tuple[str, str, str]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def exit_code(self) -> ExitCode:
        """0 only if every run is finished."""
        return ExitCode.OK if self.finished == self.total else ExitCode.STOPPED_EARLY


def prepare(file: Path, out: Path) -> Prepared:
    """Reads a sweep file, checks every case and looks at what is there already.

    Args:
        file: Sweep file.
        out: Results folder.

    Raises:
        CaseError: If the sweep or one of its cases is wrong; nothing was started.
    """
    sweep = load_sweep(file)
    folder = out / file.stem
    if file.stem == sweep_folder.RUNS:
        raise RunFolderError(f"{file}: its name is that of the run folders; allowed: another name")
    base = file.parent / sweep.base
    read_bytes(base, shown_as=sweep.base)
    mark = sweep_folder.digest(file, base)
    runs = expand(sweep, file, lambda id: sweep_folder.case_file(folder, id).is_file())
    found = {run.id: states.read_state(out / sweep_folder.RUNS / run.id, run.id) for run in runs}
    return Prepared(sweep, file, folder, mark, runs, found)


def run_sweep(
    prepared: Prepared, where: Where, ranks: int | None = None, quiet: bool = False
) -> SweepOutcome:
    """Brings every run of a sweep to its end; what is finished already is not repeated.

    Args:
        prepared: From `prepare`.
        where: This machine, Slurm, or a Snakemake profile.
        ranks: MPI ranks per run; default: the cluster table's on a cluster, else 1.
        quiet: No progress.

    Raises:
        EngineError: If Snakemake is missing or its profile is unknown.
        RunFolderError: If the sweep is running already, or the disk refuses.
    """
    workflow.require_engine(where)
    cluster = prepared.sweep.cluster
    used = ranks or (cluster.ranks if where.elsewhere else 1)
    if not where.elsewhere and used > where.cores:
        raise workflow.EngineError(f"--cores {where.cores}: allowed: at least {used}, one per rank")
    folder = prepared.folder
    with run_folder.file_system_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    with run_folder.locked(folder), run_folder.file_system_errors(folder):
        notes = write_down(prepared, used)
        process.end_forgotten_engine(folder)
        with CountLine(quiet) as line:
            for text in notes:
                line.message(text)
            begin = time.time()
            complaint = _rounds(prepared, where, used, line)
        return _balance(prepared, complaint, begin)


def write_down(prepared: Prepared, ranks: int) -> list[str]:
    """Writes plan and cases; returns what is worth telling about an earlier start."""
    folder, sweep = prepared.folder, prepared.sweep
    for name in ("cases", "jobs", "logs"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    notes = [
        f"{sweep_folder.runs_folder(folder) / run_id}: damaged ({state.reason}); "
        "will be kept aside and run again"
        for run_id, state in prepared.states.items()
        if state.state == states.DAMAGED
    ]
    try:
        before = sweep_folder.read_plan(folder) if sweep_folder.has_plan(folder) else None
    except RunFolderError as error:
        # It is written anew from the sweep file; what the runs hold does not depend on it.
        notes.append(str(error))
    else:
        if before and before.digest != prepared.digest:
            kept = len(set(before.runs) & set(prepared.states))
            notes.append(
                f"{prepared.file}: changed since its last start: {len(before.runs)} runs then, "
                f"{len(prepared.runs)} now, {kept} in common; results of the others are kept"
            )
    plan = sweep_folder.Plan(
        title=sweep.title,
        file=str(prepared.file),
        digest=prepared.digest,
        varied=list(dict.fromkeys(field for run in prepared.runs for field in run.values)),
        runs={run.id: run.values for run in prepared.runs},
        command=list(sweep.engine.command or ()),
        ranks=ranks,
        launcher=sweep.cluster.launcher or "",
    )
    sweep_folder.write_plan(folder, plan)
    left = set(prepared.left)
    for run in prepared.runs:
        path = sweep_folder.case_file(folder, run.id)
        if run.id in left or not path.is_file():
            aside = path.with_suffix(".writing")
            aside.write_text(resolved_toml(run.case), encoding="utf-8")
            aside.replace(path)
    return notes


def _rounds(prepared: Prepared, where: Where, ranks: int, line: CountLine) -> str:
    """Hands runs to the engine until none is left that it has not tried.

    Returns:
        What the engine complained about; empty if it ran through.
    """
    folder, total = prepared.folder, len(prepared.runs)
    left = prepared.left
    busy = _busy(folder, left, where)
    if busy:
        line.message(f"{len(busy)} runs of an earlier start are still under way; not started again")
    cores = where.cores // ranks if not where.elsewhere else prepared.sweep.cluster.jobs
    expected = prepared.expected().cpu_s / ranks / max(1, min(cores, len(left) or 1))
    watch = Watch(folder, left, total, expected if left else None)
    watch.start_afresh([run_id for run_id in left if run_id not in busy])
    changed = _ChangeOfFile(prepared)
    complaint, tried = "", set()
    while True:
        # What was under way gets its own chance if it ended without a result.
        now = [run_id for run_id in left if run_id not in tried and run_id not in busy]
        if now:
            tried.update(now)
            complaint = _one_round(
                prepared, where, ranks, now, bool(busy), lambda: _show(line, watch, changed)
            )
        elif busy:
            _show(line, watch, changed)
            time.sleep(_QUEUE_EVERY_S if where.slurm else _LOOK_EVERY_S)
            busy = _busy(folder, sorted(busy), where)
        else:
            break
        left = [run_id for run_id in left if _unfinished(folder, run_id)]
    _show(line, watch, changed)
    return complaint


def _one_round(
    prepared: Prepared,
    where: Where,
    ranks: int,
    runs: list[str],
    keep_older: bool,
    show: Callable[[], Any],
) -> str:
    """Runs Snakemake on some runs; returns its last complaint if it did not succeed."""
    folder, cluster = prepared.folder, prepared.sweep.cluster
    wanted = set(runs)
    kinds = {warm.kind_of(run.case): run.id for run in prepared.runs if run.id in wanted}
    asked = cluster if where.elsewhere else None
    start = workflow.new_start(folder, keep_older)
    workflow.write_snakefile(folder, start, runs, list(kinds.values()), ranks, asked)
    log = start / "engine.log"
    words = workflow.engine_command(folder, start, where, cluster)
    with process.engine_process(words, folder, log) as child:
        looked_at = 0.0
        while child.poll() is None:
            if time.monotonic() - looked_at > _LOOK_EVERY_S:
                show()
                looked_at = time.monotonic()
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(_POLL_S)
    return workflow.last_complaint(log) if child.returncode else ""


def _unfinished(folder: Path, run_id: str) -> bool:
    state = states.read_state(sweep_folder.runs_folder(folder) / run_id, run_id)
    return state.state != states.FINISHED


def _busy(folder: Path, runs: list[str], where: Where) -> set[str]:
    """Returns the runs that jobs of an earlier start are still at, or queued for."""
    last = {}
    for run_id in runs:
        notes = sweep_folder.read_notes(folder, run_id)
        if notes:
            last[run_id] = notes[-1]
    busy = process.live_jobs(last)
    if where.slurm:
        busy |= set(slurm.queued_runs(workflow.job_name(folder))) & set(runs)
    return busy


def _show(line: CountLine, watch: Watch, changed: _ChangeOfFile) -> None:
    text = changed.look()
    if text:
        line.message(text)
    count = watch.look()
    line.show(count, watch.eta_s(count))


class _ChangeOfFile:
    """Notices once that the sweep file or its base case changed while the sweep runs."""

    def __init__(self, prepared: Prepared) -> None:
        self._files = (prepared.file, prepared.file.parent / prepared.sweep.base)
        self._digest, self._told = prepared.digest, False

    def look(self) -> str:
        """Returns what to tell the user; empty mostly."""
        if self._told or sweep_folder.digest(*self._files) == self._digest:
            return ""
        self._told = True
        return (
            f"{self._files[0]}: changed while the sweep runs; this start keeps to what it was, "
            "`napress sweep` again runs what is new"
        )


def _balance(prepared: Prepared, complaint: str, begin: float) -> SweepOutcome:
    """Returns how every run ended, from the run folders and what the jobs noted."""
    folder = prepared.folder
    outcome = SweepOutcome(folder, len(prepared.runs), 0)
    for run in prepared.runs:
        state = prepared.states[run.id]
        if state.state == states.FINISHED:
            outcome.finished += 1
            continue
        state = states.read_state(sweep_folder.runs_folder(folder) / run.id, run.id)
        notes = sweep_folder.read_notes(folder, run.id)
        last = notes[-1] if notes and notes[-1]["time"] >= begin else {"event": ""}
        if last["event"] == "failed":
            reason = str(last.get("reason", ""))
        elif state.state == states.FINISHED:
            outcome.finished += 1
            if last.get("warning"):
                outcome.warnings.append(f"run {run.id}: {last['warning']}")
            continue
        elif last["event"] == "started":
            reason = "its job was killed without a word"
        elif complaint:
            reason = f"never started; the engine said: {complaint}"
        else:
            reason = state.reason or "never started"
        outcome.failed.append((run.id, describe(run.values), one_line(reason)))
    return outcome
