"""Works off runs through Snakemake, round by round until none is left that was not tried."""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from napress.cases.campaigns import folder as files
from napress.cases.campaigns import process, slurm, workflow
from napress.cases.campaigns.asked import Job
from napress.cases.campaigns.where import Where
from napress.cases.values.cluster import Cluster

_POLL_S = 0.5
_LOOK_EVERY_S = 2.0
_QUEUE_EVERY_S = 15.0


@dataclass(frozen=True)
class Task:
    """What Snakemake is told about a campaign.

    Attributes:
        folder: Of the campaign, with plan and cases in it.
        ranks: MPI ranks of a run.
        cluster: What a run asks of the cluster.
        where: Slurm or a profile.
        look: Called every few seconds.
        still_open: Tells which runs have not come to their end.
    """

    folder: Path
    ranks: int
    cluster: Cluster
    where: Where
    look: Callable[[], None]
    still_open: Callable[[], list[Job]]


def work_off(task: Task, left: list[Job], under_way: set[str]) -> str:
    """Hands runs to Snakemake until none is left that it has not tried.

    Args:
        task: What it is told about their campaign.
        left: What to run.
        under_way: Runs that jobs of an earlier start are still at.

    Returns:
        What Snakemake complained about; empty if it ran through.
    """
    busy = under_way
    complaint, tried = "", set()
    while True:
        # What was under way gets its own chance if it ended without a result.
        now = [job for job in left if job.id not in tried and job.id not in busy]
        if now:
            tried.update(job.id for job in now)
            complaint = _one_round(task, now, bool(busy))
        elif busy:
            task.look()
            time.sleep(_QUEUE_EVERY_S if task.where.slurm else _LOOK_EVERY_S)
            busy = busy_runs(task.folder, sorted(busy), task.where)
        else:
            return complaint
        open_ids = {job.id for job in task.still_open()}
        left = [job for job in left if job.id in open_ids]


def _one_round(task: Task, jobs: list[Job], keep_older: bool) -> str:
    """Runs Snakemake on some runs; returns its last complaint if it did not succeed."""
    folder, cluster = task.folder, task.cluster
    kinds = {job.forms: job.id for job in jobs if job.forms}
    start = workflow.new_start(folder, keep_older)
    ids = [job.id for job in jobs]
    workflow.write_snakefile(folder, start, ids, list(kinds.values()), task.ranks, cluster)
    log = start / "engine.log"
    words = workflow.engine_command(folder, start, task.where, cluster)
    with process.engine_process(words, folder, log) as child:
        looked_at = 0.0
        while child.poll() is None:
            if time.monotonic() - looked_at > _LOOK_EVERY_S:
                task.look()
                looked_at = time.monotonic()
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(_POLL_S)
    return workflow.last_complaint(log) if child.returncode else ""


def busy_runs(folder: Path, jobs: list[str], where: Where) -> set[str]:
    """Returns the runs that jobs of an earlier start are still at, or queued for."""
    last = {}
    for job in jobs:
        notes = files.read_notes(folder, job)
        if notes:
            last[job] = notes[-1]
    busy = process.live_jobs(last)
    if where.slurm:
        busy |= set(slurm.queued_runs(workflow.job_name(folder))) & set(jobs)
    return busy
