"""Runs a sweep: plans it, has its campaign run, and draws up the balance."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from napress.cases.campaigns.campaign import Campaign, Job, Launch, Standing
from napress.cases.campaigns.folder import case_file
from napress.cases.campaigns.warm import kind_of
from napress.cases.campaigns.watch import Count, CountLine
from napress.cases.campaigns.where import Where
from napress.cases.errors import ExitCode, RunFolderError
from napress.cases.runs import folder as run_folder
from napress.cases.runs import states
from napress.cases.schema.load import resolved_toml
from napress.cases.sweeps import sweep_folder
from napress.cases.sweeps.estimate import Estimate, estimate
from napress.cases.sweeps.expansion import PlannedRun, base_file, describe, expand
from napress.cases.sweeps.schema import Sweep, load_sweep
from napress.cases.values.toml import read_bytes


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
    base = base_file(sweep, file)
    read_bytes(base, shown_as=sweep.base)
    mark = sweep_folder.digest(file, base)
    runs = expand(sweep, file, lambda id: case_file(folder, id).is_file())
    found = {run.id: states.read_state(out / sweep_folder.RUNS / run.id, run.id) for run in runs}
    return Prepared(sweep, file, folder, mark, runs, found)


def campaign_of(prepared: Prepared, ranks: int) -> Campaign:
    """Returns the campaign that runs a sweep."""
    sweep, folder = prepared.sweep, prepared.folder
    jobs = [
        Job(run.id, resolved_toml(run.case), case_hash=run.id, forms=repr(kind_of(run.case)))
        for run in prepared.runs
    ]
    return Campaign(
        jobs,
        folder,
        runs=sweep_folder.runs_folder(folder),
        launch=Launch(tuple(sweep.engine.command or ()), ranks, sweep.cluster.launcher or ""),
        # The next start may have what the last one lacked.
        again=True,
        cluster=sweep.cluster,
        expected_s=prepared.expected().cpu_s,
    )


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
    campaign = campaign_of(
        prepared, ranks or (prepared.sweep.cluster.ranks if where.elsewhere else 1)
    )
    where.require(campaign.launch.ranks)
    folder, changed = prepared.folder, _ChangeOfFile(prepared)
    with run_folder.file_system_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    with run_folder.locked(folder), CountLine(quiet) as line:
        for text in write_down(prepared):
            line.message(text)

        def on_look(count: Count, eta_s: float | None) -> None:
            if text := changed.look():
                line.message(text)
            line.show(count, eta_s)

        found = campaign.run(where, say=line.message, on_look=on_look, locked=True)
    return _balance(prepared, found)


def write_down(prepared: Prepared) -> list[str]:
    """Writes the plan of a sweep; returns what is worth telling about an earlier start."""
    folder, notes = prepared.folder, []
    folder.mkdir(parents=True, exist_ok=True)
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
        title=prepared.sweep.title,
        file=str(prepared.file),
        digest=prepared.digest,
        varied=list(dict.fromkeys(field for run in prepared.runs for field in run.values)),
        runs={run.id: run.values for run in prepared.runs},
    )
    sweep_folder.write_plan(folder, plan)
    return notes


class _ChangeOfFile:
    """Notices once that the sweep file or its base case changed while the sweep runs."""

    def __init__(self, prepared: Prepared) -> None:
        self._files = (prepared.file, base_file(prepared.sweep, prepared.file))
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


def _balance(prepared: Prepared, found: list[Standing]) -> SweepOutcome:
    """Returns how every run ended."""
    outcome = SweepOutcome(prepared.folder, len(prepared.runs), 0)
    for run, standing in zip(prepared.runs, found, strict=True):
        if standing.finished:
            outcome.finished += 1
            if standing.warning:
                outcome.warnings.append(f"run {run.id}: {standing.warning}")
        else:
            outcome.failed.append((run.id, describe(run.values), standing.reason))
    return outcome
