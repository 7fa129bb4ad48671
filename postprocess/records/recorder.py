"""Turns a stream of accepted steps into the files of a run folder.

Only rank 0 may own a recorder; snapshots exist nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from napress.fem.snapshot import Array, Snapshot
from napress.postprocess.fracture.assessment import FractureAssessment
from napress.postprocess.fracture.summary import statistics_summary
from napress.postprocess.fracture.verdict import CeramicStrength
from napress.postprocess.measures.depth import cell_depth
from napress.postprocess.measures.interface import CONTACT_GAP_UM
from napress.postprocess.records import atomic as storage
from napress.postprocess.records import fields, history, profiles
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
    """Writes history, fields and interface profiles as steps are accepted.

    Args:
        folder: Run folder; made if missing.
        dimension: Dimension of the problem, 2 or 3.
        strength: Strengths of the ceramic for the fracture verdict, if known.
        options: What to write.
        fracture: Probabilities of fracture, if they are wanted.
    """

    def __init__(
        self,
        folder: Path,
        dimension: int,
        strength: CeramicStrength | None = None,
        options: RecorderOptions | None = None,
        fracture: FractureAssessment | None = None,
    ) -> None:
        if dimension not in (2, 3):
            raise ValueError(f"dimension: {dimension}, allowed are 2 and 3")
        self.folder = Path(folder)
        self.dimension = dimension
        self.strength = strength
        self.options = options or RecorderOptions()
        self.fracture = fracture
        self._depth_um: Array | None = None
        self._unwritten: Snapshot | None = None

    def on_step(self, snapshot: Snapshot, more: dict[str, float] | None = None) -> dict[str, float]:
        """Record an accepted step.

        The history row is written last: a step that is in the history has all
        its other files.

        Args:
            snapshot: The step.
            more: Further columns of its row.

        Returns:
            Its history row.

        Raises:
            ValueError: If the snapshot is of another dimension.
            OSError: If the disk is full; files on it stay whole.
        """
        if snapshot.dimension != self.dimension:
            raise ValueError(
                f"snapshot: dimension {snapshot.dimension}, allowed is {self.dimension}"
            )
        if self._depth_um is None:
            self._depth_um = cell_depth(snapshot.ceramic)
        row = history.history_row(
            snapshot, self.strength, self._depth_um, self.options.contact_gap_um
        ) | (more or {})
        if self.fracture is not None:
            row |= self.fracture.row(snapshot)
        profiles.write_profile(self.folder / PROFILES, snapshot)
        wanted = self.options.fields_at
        milestone = snapshot.is_target or snapshot.step == 0
        if wanted == "every" or (wanted == "targets" and milestone):
            self._write_fields(snapshot)
            self._unwritten = None
        else:
            self._unwritten = snapshot if wanted == "targets" else None
        history.append_row(self.folder / HISTORY, row)
        return row

    def _write_fields(self, snapshot: Snapshot) -> None:
        if self.fracture is not None:
            snapshot = self.fracture.with_fields(snapshot)
        fields.write_fields(self.folder / FIELDS, snapshot)

    def truncate(self, last_step: int) -> None:
        """Forget every step after ``last_step``, before a run is resumed from it.

        Args:
            last_step: Step of the checkpoint; -1 forgets everything.
        """
        self._unwritten = None
        history.truncate_history(self.folder / HISTORY, last_step)
        fields.truncate_fields(self.folder / FIELDS, last_step)
        profiles.truncate_profiles(self.folder / PROFILES, last_step)
        storage.remove_unfinished(self.folder)

    def finish(
        self,
        *,
        wall_s: float,
        cpu_s: float,
        peak_memory_MB: float,
        ended: str = "completed",
        more: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Write the fields of the last step and ``summary.json``.

        Figures and report are made from the folder afterwards, by
        :func:`napress.postprocess.report.run.write_report`.

        Args:
            wall_s: Wall-clock seconds of the whole run, resumed parts included.
            cpu_s: CPU seconds, all ranks.
            peak_memory_MB: Peak resident memory, all ranks.
            ended: ``completed`` or the reason why the run stopped early.
            more: Further entries of the summary.

        Returns:
            The summary.
        """
        if self._unwritten is not None:
            self._write_fields(self._unwritten)
            self._unwritten = None
        result = summary(
            history.read_history(self.folder / HISTORY),
            wall_s=wall_s,
            cpu_s=cpu_s,
            peak_memory_MB=peak_memory_MB,
            ended=ended,
            strength=self.strength,
        ) | storage.plain(more or {})
        if self.fracture is not None:
            columns = history.read_history(self.folder / HISTORY)
            statistics = statistics_summary(columns, self.fracture.settings)
            result["fracture_statistics"] = storage.plain(statistics)
        storage.write_json(self.folder / SUMMARY, result)
        return result
