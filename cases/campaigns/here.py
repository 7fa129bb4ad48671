"""Works off runs on this machine, a few at a time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from napress.cases.campaigns import folder as files
from napress.cases.campaigns.asked import Job
from napress.cases.campaigns.job import work_off as work_off_one
from napress.cases.runs import folder as run_folder

_POLL_S = 0.2
TRIES = 2


def work_off(folder: Path, jobs: list[Job], at_a_time: int, look: Callable[[], None]) -> None:
    """Brings runs to their end in processes of their own.

    Args:
        folder: Of the campaign, with plan and cases in it.
        jobs: What to run.
        at_a_time: Processes at a time; ranks of one run count as one.
        look: Called a few times a second.

    Raises:
        KeyboardInterrupt: After every run has written down where it stands.
    """
    plan, stop = files.read_plan(folder), threading.Event()
    compiled = {job.forms: threading.Event() for job in jobs if job.forms}
    first = {job.forms: job.id for job in reversed(jobs) if job.forms}

    def bring(job: Job) -> None:
        ready = compiled.get(job.forms)
        if ready is not None and first[job.forms] != job.id:
            _wait(ready, Path(plan.runs) / first[job.forms], stop)
        try:
            for _ in range(TRIES):
                if stop.is_set() or not work_off_one(folder, plan, job.id, stop):
                    return
        finally:
            if ready is not None and first[job.forms] == job.id:
                ready.set()

    with ThreadPoolExecutor(at_a_time) as pool:
        futures = [pool.submit(bring, job) for job in jobs]
        try:
            while not all(future.done() for future in futures):
                look()
                time.sleep(_POLL_S)
        except BaseException:
            # Runs under way write down where they stand, those that wait do not begin.
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)
            raise
    for future in futures:
        future.result()


def _wait(ready: threading.Event, folder: Path, stop: threading.Event) -> None:
    """Waits until the first run of its kind has compiled its forms: it has made a step."""
    while not (stop.is_set() or ready.is_set() or (folder / run_folder.HISTORY_FILE).exists()):
        ready.wait(_POLL_S)
