"""How many threads the linear algebra of a run may take."""

from __future__ import annotations

import contextlib
import os

from threadpoolctl import threadpool_limits


def as_many_threads_as_asked() -> contextlib.AbstractContextManager[object]:
    """Holds every BLAS to what ``OMP_NUM_THREADS`` says, which napress sets to 1.

    A BLAS reads that once, when it is loaded. In a notebook NumPy is there before napress
    and would take all cores for matrices of a few rows, forty times slower than one.
    """
    asked = os.environ.get("OMP_NUM_THREADS", "1")
    if not asked.isdigit():
        return contextlib.nullcontext()
    return threadpool_limits(max(int(asked), 1), user_api="blas")
