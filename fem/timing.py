"""Where the CPU time of a run goes, stage by stage."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager


class StageTimers:
    """CPU seconds of this process, added up per named stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._inner = 0.0

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Adds the CPU time of the enclosed block to a stage; a stage inside it counts itself."""
        start, before, self._inner = time.process_time(), self._inner, 0.0
        try:
            yield
        finally:
            spent = time.process_time() - start
            self.seconds[name] += spent - self._inner
            self._inner = before + spent

    def as_dict(self) -> dict[str, float]:
        """CPU seconds by stage, a copy."""
        return dict(self.seconds)
