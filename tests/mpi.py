"""Run Python on several MPI ranks from a test, and fail on a hang or on missing ranks."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

# mpiexec of another MPI silently starts N serial runs, so every rank checks the size first.
# mpi4py.run aborts all ranks when one raises, instead of leaving the others waiting.
_START = """
import sys
import napress.meshes.backend
from mpi4py import MPI
if MPI.COMM_WORLD.size != {ranks}:
    sys.exit("wanted {ranks} ranks, got %d" % MPI.COMM_WORLD.size)
from mpi4py.run import main
main()
"""


def launcher() -> str:
    """The ``mpiexec`` that belongs to this Python."""
    beside_python = Path(sys.executable).with_name("mpiexec")
    mpiexec = str(beside_python) if beside_python.exists() else shutil.which("mpiexec")
    assert mpiexec, "no mpiexec next to this Python or on PATH"
    return mpiexec


def run_ranks(
    ranks: int,
    script_args: Sequence[str | Path],
    *,
    timeout_s: float = 120.0,
    cwd: Path | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run ``python *script_args`` on ``ranks`` MPI ranks and return what it printed.

    Args:
        ranks: Number of ranks; each asserts that the communicator has this size.
        script_args: What follows ``python``: a script with its arguments, ``-m module ...``
            (``-m pytest tests/fem/test_x.py::test_y``) or ``-c code``.
        timeout_s: Seconds before all ranks are killed.
        cwd: Folder to run in.

    Returns:
        The finished process, exit code 0, with text ``stdout`` and ``stderr``.

    Raises:
        AssertionError: The run failed or did not end in time; the message holds its output.
    """
    command = [launcher(), "-n", str(ranks), sys.executable, "-c", _START.format(ranks=ranks)]
    process = subprocess.Popen(
        [*command, *map(str, script_args)],
        cwd=cwd,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        stdout, stderr = process.communicate(timeout=timeout_s)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        stdout, stderr = process.communicate()
        raise AssertionError(
            f"{ranks} ranks did not end within {timeout_s:g} s\n{stdout}\n{stderr}"
        ) from None
    assert process.returncode == 0, f"exit code {process.returncode}\n{stdout}\n{stderr}"
    return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)
