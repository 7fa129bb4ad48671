"""What a command needs to know about MPI, without starting it."""

from __future__ import annotations

import contextlib
import functools
import os
import pickle
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

# Set by mpiexec (MPICH, Intel MPI, Open MPI) and by srun with PMI.
_RANK_VARIABLES = ("PMI_RANK", "PMIX_RANK", "OMPI_COMM_WORLD_RANK")
# By these a process finds the others of its launcher.
_LAUNCHER_PREFIXES = ("PMI_", "PMIX_", "OMPI_", "HYDI_")
# A launcher ends with what it has not yet passed on, so an abort gives it time for the last line.
PASSING_ON_S = 2.0
_to_note: list[Callable[[], None]] = []


def environment_rank() -> int:
    """Returns the rank that the launcher gave this process, 0 without a launcher.

    Read from the environment, so that ``napress validate`` never loads MPI.
    """
    for name in _RANK_VARIABLES:
        value = os.environ.get(name, "")
        if value.isdigit():
            return int(value)
    return 0


def works_alone() -> bool:
    """Returns whether this process does work that is not shared between ranks: rank 0 does.

    Rank 0 then forgets its launcher. MPI is started by loading DOLFINx, and would wait for the
    other ranks, which have returned, for ever.
    """
    if environment_rank() != 0:
        return False
    for name in [name for name in os.environ if name.startswith(_LAUNCHER_PREFIXES)]:
        del os.environ[name]
    return True


def is_launched() -> bool:
    """Whether a launcher has started this process as one of its ranks."""
    return any(os.environ.get(name, "").isdigit() for name in _RANK_VARIABLES)


def all_arrive(patience_s: float) -> bool:
    """Whether all ranks come here within a time: then none is waiting for another.

    A process that is alone, or has not started MPI, need not wait for anybody.

    Args:
        patience_s: How long to wait for the others.
    """
    mpi = _started_mpi()
    if mpi is None:
        return True
    here = mpi.COMM_WORLD.Ibarrier()
    deadline = time.monotonic() + patience_s
    while not here.Test():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def on_root(comm: Any, function: Callable[..., Any], *arguments: Any) -> Any:
    """Calls a function on rank 0; every rank gets its result, or raises its error.

    Without this an error on rank 0 would leave the others waiting for ever.

    Args:
        comm: An mpi4py communicator.
        function: Called on rank 0 only.
        *arguments: Passed on.
    """
    outcome: tuple[bool, Any] | None = None
    if comm.rank == 0:
        try:
            outcome = (True, function(*arguments))
        except Exception as error:
            comm.bcast((False, _sendable(error)), root=0)
            # The error itself, which knows where it came from and what caused it.
            raise
    succeeded, result = comm.bcast(outcome, root=0)
    if succeeded:
        return result
    raise result


def _sendable(error: Exception) -> Exception:
    """An error that other ranks can receive: itself, or its text if it does not travel."""
    try:
        pickle.loads(pickle.dumps(error))
        return error
    except Exception:
        return RuntimeError(f"{type(error).__name__} on rank 0: {error}")


def has_other_ranks() -> bool:
    """Whether this process is one of several ranks that have started MPI."""
    return _started_mpi() is not None


@contextlib.contextmanager
def noted_before_abort(note: Callable[[BaseException], None]) -> Iterator[None]:
    """Has an error of the block written down if this rank then ends all others.

    What all ranks know, rank 0 writes down. An error of another rank leaves rank 0 waiting for it
    in a collective call, where nothing reaches it, until `abort_others` ends both.

    Args:
        note: Called with the error; leaves alone what rank 0 has written down itself.
    """
    try:
        yield
    except BaseException as error:
        # Alone there is nobody to end, and an error that is kept keeps all that its run held.
        if has_other_ranks():
            _to_note.append(functools.partial(note, error))
        raise


def abort_others(exit_code: int) -> None:
    """Ends all ranks if this one of several fails; returns at once when it is alone."""
    mpi = _started_mpi()
    if mpi is not None:
        for note in _to_note:
            # No disk may keep the others waiting.
            with contextlib.suppress(Exception):
                note()
        time.sleep(PASSING_ON_S)
        mpi.COMM_WORLD.Abort(exit_code)


def _started_mpi() -> Any:
    """Module ``mpi4py.MPI`` if this process is one of several ranks, else None."""
    mpi = sys.modules.get("mpi4py.MPI")
    several = mpi is not None and mpi.Is_initialized() and mpi.COMM_WORLD.size > 1
    return mpi if several else None
