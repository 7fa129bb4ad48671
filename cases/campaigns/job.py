"""One run of a campaign, from its folder alone: ``python -m napress.cases.campaigns.job``.

It may be started for a run that is finished, half done, damaged, or under way in another
process, and always does the right thing; see `napress.cases.runs.bring_to_end`.
"""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from napress.cases.campaigns import folder as files
from napress.cases.campaigns import slurm
from napress.cases.errors import NapressError, one_line
from napress.cases.runs import folder as run_folder
from napress.cases.runs.bring_to_end import Stopped, bring_to_end


def main(arguments: list[str]) -> int:
    """Brings one run to its end.

    Args:
        arguments: Campaign folder and id of the run.

    Returns:
        0 if the run came to its end.
    """
    folder, job = Path(arguments[0]).resolve(), arguments[1]
    stop = threading.Event()
    with _setting_on_signals(stop) as ended_by:
        reason = work_off(folder, files.read_plan(folder), job, stop, lambda: _ended(ended_by))
    if reason:
        log = files.log_file(folder, job)
        sys.stderr.write(f"napress: run {job}: {reason}; log: {log}\n")
    return 1 if reason else 0


def work_off(
    folder: Path,
    plan: files.Plan,
    job: str,
    stop: threading.Event,
    why_stopped: Any = lambda: "interrupted",
) -> str:
    """Brings one run of a campaign to its end and notes down how that went.

    Args:
        folder: Of the campaign.
        plan: Of the campaign.
        job: Id of the run.
        stop: Set by another thread to call it off.
        why_stopped: Says by what it was called off.

    Returns:
        Why it did not come to an end; empty if it did.
    """
    asked = plan.jobs[job]
    target = Path(plan.runs) / job
    log = files.log_file(folder, job)
    begin = time.monotonic()
    ended, reason = None, ""
    try:
        log.parent.mkdir(exist_ok=True)
        files.note(folder, job, files.STARTED)
        ended = bring_to_end(
            files.case_file(folder, job),
            target,
            log,
            kind=asked["kind"],
            case_hash=asked["case_hash"],
            launch=plan.launch_of(job),
            again=plan.again,
            is_abandoned=lambda: _is_abandoned(folder, job),
            stop=stop,
        )
        reason = ended.reason
    except Stopped:
        reason = why_stopped()
    except OSError as error:
        reason = one_line(f"{error.filename or target}: {error.strerror or error}")
    except NapressError as error:
        reason = str(error)
    spent = round(time.monotonic() - begin, 3)
    warning = "" if reason else _rank_mismatch(target, plan.ranks_of(job))
    event = files.FAILED if reason else files.FINISHED
    if reason and ended is not None and ended.state.ended and not plan.again:
        event, reason = files.STOPPED, ""
        files.note(folder, job, event, reason=ended.reason, warning="", wall_s=spent)
        return ""
    files.note(folder, job, event, reason=reason, warning=warning, wall_s=spent)
    return reason


def _rank_mismatch(folder: Path, ranks: int) -> str:
    """Says so when a launcher of another MPI started single processes instead of ranks."""
    if ranks == 1:
        return ""
    found = run_folder.read_json(folder / run_folder.MANIFEST_FILE).get("ranks", ranks)
    if found == 1:
        return f"ran on 1 rank instead of {ranks}: the launcher belongs to another MPI"
    return ""


def _is_abandoned(folder: Path, job: str) -> bool:
    """Whether the job of Slurm that started a run last is gone."""
    started = [e for e in files.read_notes(folder, job) if e["event"] == files.STARTED]
    # The last one is this very job's.
    number = started[-2].get("slurm_job") if len(started) > 1 else ""
    return bool(number) and slurm.is_gone(number)


def _ended(by: list[int]) -> str:
    return f"ended by {signal.Signals(by[-1]).name}" if by else "interrupted"


@contextlib.contextmanager
def _setting_on_signals(stop: threading.Event) -> Iterator[list[int]]:
    """Lets a run write down where it stands when Snakemake or Slurm ends the job."""
    numbers: list[int] = []

    def on_signal(number: int, frame: Any) -> None:
        numbers.append(number)
        stop.set()

    handled = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    old = {number: signal.signal(number, on_signal) for number in handled}
    try:
        yield numbers
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
