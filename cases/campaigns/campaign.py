"""A campaign: a list of runs, and where they take place.

Sweeps, windows, validation, benchmarks and fits differ in what they do with the results;
bringing the runs to their end is the same for all of them, and is here.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from napress.cases.campaigns import elsewhere, here, process
from napress.cases.campaigns import folder as files
from napress.cases.campaigns.asked import Job
from napress.cases.campaigns.watch import Count, Watch
from napress.cases.campaigns.where import Where
from napress.cases.errors import one_line
from napress.cases.runs import folder as run_folder
from napress.cases.runs import states
from napress.cases.runs.bring_to_end import Launch
from napress.cases.values.cluster import Cluster


@dataclass(frozen=True)
class Standing:
    """How a job stands.

    Attributes:
        job: The job.
        folder: Its run folder.
        state: What the folder says.
        reason: Why it did not finish; empty if it did.
        warning: What to look into although it finished.
        seconds: Wall seconds of this start; None if it was not started.
    """

    job: Job
    folder: Path
    state: states.RunState
    reason: str = ""
    warning: str = ""
    seconds: float | None = None

    @property
    def finished(self) -> bool:
        """Whether it reached the end of its program."""
        return self.state.state == states.FINISHED and not self.reason

    @property
    def usable(self) -> bool:
        """Whether it ended by itself, early or not, and left results."""
        return self.state.ended


@dataclass(frozen=True)
class Campaign:
    """A list of runs, to be brought to their end here or elsewhere.

    Calling `run` again does what is left: finished runs stay, killed ones go on where they
    stood, damaged and foreign folders are put aside, runs of another process are waited for.

    Attributes:
        jobs: The runs.
        folder: For what the campaign keeps of itself (cases, logs, notes).
        runs: Where the run folders are, one per job; default ``folder/runs``.
        launch: How ``napress`` is started, and on how many ranks.
        again: Whether runs that stopped early are tried once more. If not, such a run is
            as good as a finished one.
        cluster: What a run asks of a cluster.
        expected_s: CPU seconds that the runs left should take, for the ETA; None if unknown.

    Examples:
        >>> from pathlib import Path
        >>> from napress.cases.campaigns.campaign import Campaign, Job
        >>> from napress.cases.campaigns.where import Where
        >>> from napress.cases.schema.load import load_case
        >>> case = load_case("case.toml")  # doctest: +SKIP
        >>> soft = case.model_copy(update={"title": "soft"})  # doctest: +SKIP
        >>> jobs = [Job.of(case, "as it is"), Job.of(soft, "soft")]  # doctest: +SKIP
        >>> found = Campaign(jobs, Path("out")).run(Where(cores=2))  # doctest: +SKIP
        >>> [one.folder / "history.csv" for one in found if one.usable]  # doctest: +SKIP
    """

    jobs: Sequence[Job]
    folder: Path
    runs: Path = field(default=None)  # type: ignore[assignment]
    launch: Launch = Launch()
    again: bool = False
    cluster: Cluster = Cluster()
    expected_s: float | None = None

    def __post_init__(self) -> None:
        """Fills in where the runs are."""
        object.__setattr__(self, "folder", Path(self.folder))
        object.__setattr__(self, "runs", Path(self.runs or self.folder / "runs"))
        if len({job.id for job in self.jobs}) < len(self.jobs):
            raise ValueError("jobs: two have the same id; allowed: different ids")

    def standing(self) -> list[Standing]:
        """Returns how each job stands, from the run folders alone."""
        return [self._standing(job) for job in self.jobs]

    def left(self) -> list[Job]:
        """Returns the jobs that have not come to their end."""
        return [one.job for one in self.standing() if not self._is_done(one.state)]

    def log_of(self, job: Job) -> Path:
        """Returns what a run printed."""
        return files.log_file(self.folder, job.id)

    def run(
        self,
        where: Where | None = None,
        *,
        say: Callable[[str], None] = lambda text: None,
        on_end: Callable[[Standing, Count], None] = lambda standing, count: None,
        on_look: Callable[[Count, float | None], None] = lambda count, eta_s: None,
        locked: bool = False,
    ) -> list[Standing]:
        """Brings every run to its end; what has come to it already is not repeated.

        Args:
            where: This machine, Slurm, or a Snakemake profile; default one core of this.
            say: Told what is worth knowing, a line each.
            on_end: Told of a run that has ended, well or not, and how many have.
            on_look: Told every few seconds how many have ended, and the seconds that remain.
            locked: Whether the caller holds the lock of the folder already.

        Returns:
            How each job stands, in their order.

        Raises:
            EngineError: If what shall run them is missing.
            RunFolderError: If another process runs the campaign, or the disk refuses.
            KeyboardInterrupt: After every run has written down where it stands.
        """
        where = where or Where()
        where.require(self.launch.ranks)
        with run_folder.file_system_errors(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
        if not locked:
            with run_folder.locked(self.folder):
                return self.run(where, say=say, on_end=on_end, on_look=on_look, locked=True)
        with run_folder.file_system_errors(self.folder):
            left = self.write_down(say)
            process.end_forgotten_engine(self.folder)
            begin, complaint = time.time(), ""
            if left:
                complaint = self._work_off(left, where, say, on_end, on_look)
            return [self._standing(job, begin, complaint) for job in self.jobs]

    def _is_done(self, state: states.RunState) -> bool:
        if state.state == states.FINISHED:
            return not state.report_due
        return state.stopped_early and not self.again

    def write_down(self, say: Callable[[str], None] = lambda text: None) -> list[Job]:
        """Writes plan and cases, from which jobs start; returns the jobs that are left."""
        for name in ("cases", "jobs", "logs"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        self.runs.mkdir(parents=True, exist_ok=True)
        left = []
        for one in self.standing():
            if self._is_done(one.state):
                continue
            left.append(one.job)
            if one.state.state == states.DAMAGED:
                reason = one.state.reason
                say(f"{one.folder}: damaged ({reason}); will be kept aside and run again")
        plan = files.Plan(
            runs=str(self.runs.resolve()),
            jobs={job.id: {"kind": job.kind, "case_hash": job.case_hash} for job in self.jobs},
            command=tuple(self.launch.command),
            ranks=self.launch.ranks,
            launcher=self.launch.launcher,
            again=self.again,
        )
        files.write_plan(self.folder, plan)
        ids = {job.id for job in left}
        for job in self.jobs:
            path = files.case_file(self.folder, job.id)
            if job.id in ids or not path.is_file():
                run_folder.write_text(path, job.case_toml)
        return left

    def _work_off(
        self,
        left: list[Job],
        where: Where,
        say: Callable[[str], None],
        on_end: Callable[[Standing, Count], None],
        on_look: Callable[[Count, float | None], None],
    ) -> str:
        """Has the runs done; returns what the engine complained about."""
        ranks, ids = self.launch.ranks, [job.id for job in left]
        at_a_time = self.cluster.jobs if where.elsewhere else max(1, where.cores // ranks)
        expected = self.expected_s
        if expected is not None:
            expected /= ranks * min(at_a_time, len(left))
        watch = Watch(self.folder, ids, len(self.jobs), expected)
        by_id, begin = {job.id: job for job in left}, time.time()

        def look() -> None:
            count, ended = watch.look()
            for job in ended:
                on_end(self._standing(by_id[job], begin), count)
            on_look(count, watch.eta_s(count))

        busy = elsewhere.busy_runs(self.folder, ids, where)
        if busy:
            say(f"{len(busy)} runs of an earlier start are still under way; not started again")
        watch.start_afresh([job for job in ids if job not in busy])
        if where.elsewhere:
            task = elsewhere.Task(self.folder, ranks, self.cluster, where, look, self.left)
            complaint = elsewhere.work_off(task, left, busy)
        else:
            here.work_off(self.folder, left, at_a_time, look)
            complaint = ""
        look()
        return complaint

    def _standing(self, job: Job, begin: float | None = None, complaint: str = "") -> Standing:
        """How a job stands, with what its processes noted since a time."""
        folder = self.runs / job.id
        state = states.read_state(folder, job.case_hash)
        if begin is None:
            return Standing(
                job, folder, state, "" if state.state == states.FINISHED else state.reason
            )
        notes = files.read_notes(self.folder, job.id)
        last: dict[str, Any] = notes[-1] if notes and notes[-1]["time"] >= begin else {"event": ""}
        reason, seconds = "", last.get("wall_s")
        if last["event"] == files.FAILED:
            reason = str(last.get("reason", ""))
        elif state.state == states.FINISHED:
            pass
        elif self._is_done(state):
            reason = state.reason or "stopped early"
        elif last["event"] == files.STARTED:
            reason = "its job was killed without a word"
        elif complaint:
            reason = f"never started; the engine said: {complaint}"
        else:
            reason = state.reason or "never started"
        return Standing(job, folder, state, one_line(reason), last.get("warning", ""), seconds)


__all__ = ["Campaign", "Count", "Job", "Launch", "Standing", "Where"]
