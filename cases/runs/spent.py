"""What a run has cost so far, over all its parts."""

from __future__ import annotations

import resource
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napress.cases.errors import RunFolderError
from napress.cases.runs import folder as run_folder

if TYPE_CHECKING:
    import napress.meshes.backend  # noqa: F401  orders the imports below

    from mpi4py import MPI

SPENT = "spent.json"


class Spent:
    """Wall and CPU time and peak memory, over all ranks and all parts of a run."""

    def __init__(self, comm: MPI.Comm, folder: Path, resumed: bool) -> None:
        """Goes on counting from what an earlier part kept in ``spent.json``."""
        self._comm, self._path = comm, folder / SPENT
        self._start = time.monotonic()
        self._before = {"wall_s": 0.0, "cpu_s": 0.0, "peak_memory_MB": 0.0, "timers_s": {}}
        if resumed and comm.rank == 0 and self._path.exists():
            self._before |= _readable(self._path)

    @property
    def elapsed_s(self) -> float:
        """Seconds since this part of the run began."""
        return time.monotonic() - self._start

    def until_now(self, timers: dict[str, float]) -> dict[str, Any]:
        """The totals, on rank 0; collective."""
        usage = resource.getrusage(resource.RUSAGE_SELF)
        cpu = self._comm.allreduce(usage.ru_utime + usage.ru_stime)
        memory = self._comm.allreduce(usage.ru_maxrss / 1024)
        before = self._before
        return {
            "wall_s": before["wall_s"] + self.elapsed_s,
            "cpu_s": before["cpu_s"] + cpu,
            "peak_memory_MB": max(before["peak_memory_MB"], memory),
            "timers_s": self._timers(timers),
        }

    def _timers(self, timers: dict[str, float]) -> dict[str, float]:
        before = self._before["timers_s"]
        names = {*before, *timers}
        return {name: before.get(name, 0.0) + timers.get(name, 0.0) for name in sorted(names)}


def _readable(path: Path) -> dict[str, Any]:
    """What an earlier part kept, as far as it can be read: cost is no result."""
    try:
        found = run_folder.read_json(path)
    except RunFolderError:
        return {}
    timers = found.get("timers_s")
    kept = {"timers_s": timers if isinstance(timers, dict) else {}}
    kept["timers_s"] = {k: v for k, v in kept["timers_s"].items() if _is_number(v)}
    return kept | {k: v for k, v in found.items() if k != "timers_s" and _is_number(v)}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
