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

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Adds the CPU time of the enclosed block to a stage."""
        start = time.process_time()
        try:
            yield
        finally:
            self.seconds[name] += time.process_time() - start

    def as_dict(self) -> dict[str, float]:
        """CPU seconds by stage, a copy."""
        return dict(self.seconds)
