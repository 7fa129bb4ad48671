"""Turns a stream of accepted steps into the files of a run folder.

Only rank 0 may own a recorder; snapshots exist nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from napress.fem.snapshot import CONTACT_GAP_UM, Snapshot
from napress.postprocess.fracture.verdict import fracture_summary
from napress.postprocess.records import atomic as storage
from napress.postprocess.records import fields, history
from napress.postprocess.records.history import Measures
from napress.postprocess.records.observer import asked, joined
from napress.postprocess.records.profiles import Profiles
from napress.postprocess.records.summary import summary

HISTORY = "history.csv"
SUMMARY = "summary.json"
FIELDS = "fields"
PROFILES = "interface"


@dataclass(frozen=True)
class RecorderOptions:
    """What to write and how to measure.

    Attributes:
        fields_at: ``targets`` (first touch, load targets and the last step) or
            ``every`` accepted step, or ``none``.
        contact_gap_um: Gap up to which a point counts as in contact.
    """

    fields_at: str = "targets"
    contact_gap_um: float = CONTACT_GAP_UM

    def __post_init__(self) -> None:
        """Reject an unknown choice."""
        if self.fields_at not in ("targets", "every", "none"):
            raise ValueError(
                f"fields_at: {self.fields_at!r}, allowed are 'targets', 'every' and 'none'"
            )


class Recorder:
    """Asks its observers about every accepted step and writes what they say.

    Args:
        folder: Run folder; made if missing.
        dimension: Dimension of the problem, 2 or 3.
        observers: Resistance, fracture, a user's own: see
            :mod:`napress.postprocess.records.observer`. What every run is measured by
            need not be among them.
        options: What to write.
        stage: Counts the CPU time of a block under a name, for observers with a ``stage``.
    """

    def __init__(
        self,
        folder: Path,
        dimension: int,
        observers: Sequence[Any] = (),
        options: RecorderOptions | None = None,
        stage: Callable[[str], AbstractContextManager[None]] | None = None,
    ) -> None:
        if dimension not in (2, 3):
            raise ValueError(f"dimension: {dimension}, allowed are 2 and 3")
        self.folder = Path(folder)
        self.dimension = dimension
        self.options = options or RecorderOptions()
        measures = Measures(self.options.contact_gap_um)
        self.observers = (measures, *observers, Profiles(self.folder / PROFILES))
        self._stage = stage
        self._unwritten: Snapshot | None = None

    @property
    def failures(self) -> list[str]:
        """What observers could not do so far, one line each."""
        return [text for one in self.observers for text in getattr(one, "failures", ())]

    def on_step(self, snapshot: Snapshot) -> dict[str, float]:
        """Record an accepted step.

        The history row is written last: a step that is in the history has all
        its other files.

        Args:
            snapshot: The step.

        Returns:
            Its history row.

        Raises:
            ValueError: If the snapshot is of another dimension, or an observer fails.
            OSError: If the disk is full; files on it stay whole.
        """
        if snapshot.dimension != self.dimension:
            raise ValueError(
                f"snapshot: dimension {snapshot.dimension}, allowed is {self.dimension}"
            )
        row: dict[str, float] = {}
        for observer in self.observers:
            with self._counted(observer):
                row = joined(row, observer, snapshot)
        wanted = self.options.fields_at
        milestone = snapshot.is_target or snapshot.step == 0
        if wanted == "every" or (wanted == "targets" and milestone):
            self._write_fields(snapshot)
            self._unwritten = None
        else:
            self._unwritten = snapshot if wanted == "targets" else None
        history.append_row(self.folder / HISTORY, row)
        return row

    def _counted(self, observer: Any) -> AbstractContextManager[None]:
        name = getattr(observer, "stage", None)
        return nullcontext() if name is None or self._stage is None else self._stage(name)

    def _write_fields(self, snapshot: Snapshot) -> None:
        cells = dict(snapshot.ceramic.cell_data)
        for observer in self.observers:
            cells |= asked(observer, "cell_fields", snapshot)
        with_more = replace(snapshot, ceramic=replace(snapshot.ceramic, cell_data=cells))
        fields.write_fields(self.folder / FIELDS, with_more)

    def truncate(self, last_step: int) -> None:
        """Forget every step after ``last_step``, before a run is resumed from it.

        Args:
            last_step: Step of the checkpoint; -1 forgets everything.
        """
        self._unwritten = None
        history.truncate_history(self.folder / HISTORY, last_step)
        fields.truncate_fields(self.folder / FIELDS, last_step)
        for observer in self.observers:
            asked(observer, "truncate", last_step)
        if (self.folder / HISTORY).is_file():
            kept = history.read_history(self.folder / HISTORY)
            for observer in self.observers:
                asked(observer, "restore", kept)
        storage.remove_unfinished(self.folder)

    def finish(
        self,
        *,
        wall_s: float,
        cpu_s: float,
        peak_memory_MB: float,
        ended: str = "completed",
    ) -> dict[str, Any]:
        """Write the fields of the last step and ``summary.json``.

        Figures and report are made from the folder afterwards, by
        :func:`napress.postprocess.report.run.write_report`.

        Args:
            wall_s: Wall-clock seconds of the whole run, resumed parts included.
            cpu_s: CPU seconds, all ranks.
            peak_memory_MB: Peak resident memory, all ranks.
            ended: ``completed`` or the reason why the run stopped early.

        Returns:
            The summary.
        """
        if self._unwritten is not None:
            self._write_fields(self._unwritten)
            self._unwritten = None
        table = history.read_history(self.folder / HISTORY)
        cost = {"wall_s": wall_s, "cpu_s": cpu_s, "peak_memory_MB": peak_memory_MB}
        result = summary(table, ended=ended, **cost)
        for observer in self.observers:
            result |= storage.plain(asked(observer, "summary", table))
        if "fracture" not in result:
            result["fracture"] = fracture_summary(table, None)
        storage.write_json(self.folder / SUMMARY, result)
        return result
