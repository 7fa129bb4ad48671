"""The helper of the MPI tests must itself notice what it promises to notice."""

import pytest
from mpi import run_ranks


def test_all_ranks_run():
    # One rank speaks for all: mpiexec may mix what several print at once.
    code = (
        "from mpi4py import MPI; c = MPI.COMM_WORLD; ranks = c.gather(c.rank); "
        "print('ranks', ranks, flush=True) if c.rank == 0 else None"
    )
    assert run_ranks(2, ["-c", code]).stdout.split("\n")[0] == "ranks [0, 1]"


def test_one_failing_rank_fails_the_run():
    code = (
        "from mpi4py import MPI\n"
        "if MPI.COMM_WORLD.rank == 1: raise RuntimeError('rank one broke')\n"
        "MPI.COMM_WORLD.barrier()"
    )
    with pytest.raises(AssertionError, match="rank one broke"):
        run_ranks(2, ["-c", code])


def test_a_hang_is_a_failure():
    with pytest.raises(AssertionError, match="did not end within"):
        run_ranks(2, ["-c", "import time; time.sleep(60)"], timeout_s=2)
