"""What a user sees while a campaign runs: how many are done, running, failed, and the ETA."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from napress.cases.campaigns import folder as files
from napress.cases.runs.progress import LiveLine, format_duration

_PLAIN_INTERVAL_S = 10.0


@dataclass(frozen=True)
class Count:
    """Runs of a campaign by what has become of them."""

    total: int
    done: int
    running: int
    failed: int


class Watch:
    """Follows the runs that are left, by what their jobs noted down."""

    def __init__(self, folder: Path, jobs: list[str], total: int, expected_s: float | None) -> None:
        """Starts to follow.

        Args:
            folder: Of the campaign.
            jobs: Runs that are left.
            total: Runs of the whole campaign.
            expected_s: Wall seconds that the runs left should take; ``None`` if unknown.
        """
        self._folder, self._total, self._expected_s = folder, total, expected_s
        self._last: dict[str, str] = dict.fromkeys(jobs, "")
        self._seen: dict[str, int] = {}
        self._left = len(jobs)
        self._begin = time.monotonic()

    def look(self) -> tuple[Count, list[str]]:
        """Returns how the runs stand now and which have ended since; reads what changed."""
        ended = []
        for job, last in self._last.items():
            if last in (files.FINISHED, files.STOPPED):
                continue
            try:
                size = files.notes_file(self._folder, job).stat().st_size
            except OSError:
                continue
            if size != self._seen.get(job, 0):
                self._seen[job] = size
                notes = files.read_notes(self._folder, job)
                self._last[job] = notes[-1]["event"] if notes else ""
                if self._last[job] not in ("", files.STARTED):
                    ended.append(job)
        events = list(self._last.values())
        done = events.count(files.FINISHED) + events.count(files.STOPPED)
        count = Count(
            self._total,
            self._total - self._left + done,
            events.count(files.STARTED),
            events.count(files.FAILED),
        )
        return count, ended

    def start_afresh(self, jobs: list[str]) -> None:
        """Forgets what earlier starts noted about runs that are still to do."""
        for job in jobs:
            notes = files.notes_file(self._folder, job)
            self._seen[job] = notes.stat().st_size if notes.exists() else 0

    def eta_s(self, count: Count) -> float | None:
        """Returns the seconds that remain, from the pace so far, or from the estimate."""
        finished = count.done - (self._total - self._left)
        elapsed = time.monotonic() - self._begin
        remaining = self._left - finished - count.failed
        if finished >= 2:
            return remaining * elapsed / finished
        left_s = (self._expected_s or 0.0) - elapsed
        return left_s if left_s > 0.0 else None


def format_count(count: Count, elapsed_s: float, eta_s: float | None) -> str:
    """Returns the one line of progress."""
    return (
        f"{count.done}/{count.total} done  {count.running} running  {count.failed} failed  "
        f"{format_duration(elapsed_s)}  ETA {format_duration(eta_s)}"
    )


class CountLine(LiveLine):
    """Shows how the runs of a campaign stand."""

    def __init__(self, quiet: bool, stream: TextIO | None = None) -> None:
        """Shows nothing if quiet; ``stream`` replaces stderr."""
        super().__init__(quiet, stream, _PLAIN_INTERVAL_S)
        self._begin = time.monotonic()

    def show(self, count: Count, eta_s: float | None) -> None:
        """Shows how the runs stand."""
        self.show_line(format_count(count, time.monotonic() - self._begin, eta_s))
