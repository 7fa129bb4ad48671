"""Works off runs through Snakemake, round by round until none is left that was not tried."""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from napress.cases.campaigns import folder as files
from napress.cases.campaigns import process, slurm, workflow
from napress.cases.campaigns.where import Where

if TYPE_CHECKING:
    from napress.cases.campaigns.campaign import Campaign, Job

_POLL_S = 0.5
_LOOK_EVERY_S = 2.0
_QUEUE_EVERY_S = 15.0


def work_off(
    campaign: Campaign, left: list[Job], under_way: set[str], where: Where, look: Callable[[], None]
) -> str:
    """Hands runs to Snakemake until none is left that it has not tried.

    Args:
        campaign: Whose plan and cases are written.
        left: What to run.
        under_way: Runs that jobs of an earlier start are still at.
        where: Slurm or a profile.
        look: Called every few seconds.

    Returns:
        What Snakemake complained about; empty if it ran through.
    """
    folder, busy = campaign.folder, under_way
    complaint, tried = "", set()
    while True:
        # What was under way gets its own chance if it ended without a result.
        now = [job for job in left if job.id not in tried and job.id not in busy]
        if now:
            tried.update(job.id for job in now)
            complaint = _one_round(campaign, where, now, bool(busy), look)
        elif busy:
            look()
            time.sleep(_QUEUE_EVERY_S if where.slurm else _LOOK_EVERY_S)
            busy = busy_runs(folder, sorted(busy), where)
        else:
            return complaint
        open_ids = {job.id for job in campaign.left()}
        left = [job for job in left if job.id in open_ids]


def _one_round(
    campaign: Campaign, where: Where, jobs: list[Job], keep_older: bool, look: Callable[[], None]
) -> str:
    """Runs Snakemake on some runs; returns its last complaint if it did not succeed."""
    folder, cluster = campaign.folder, campaign.cluster
    kinds = {job.forms: job.id for job in jobs if job.forms}
    start = workflow.new_start(folder, keep_older)
    ids = [job.id for job in jobs]
    ranks = campaign.launch.ranks
    workflow.write_snakefile(folder, start, ids, list(kinds.values()), ranks, cluster)
    log = start / "engine.log"
    words = workflow.engine_command(folder, start, where, cluster)
    with process.engine_process(words, folder, log) as child:
        looked_at = 0.0
        while child.poll() is None:
            if time.monotonic() - looked_at > _LOOK_EVERY_S:
                look()
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
