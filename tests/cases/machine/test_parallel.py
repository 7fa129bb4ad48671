"""An error of one rank ends all of them, with one line; an error of all ranks is said once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from mpi import launcher

# What fails, and on which rank; the other one waits for it in a collective call.
SCRIPT = """
import os, sys
from napress.cases.cli import main, output
from napress.cases.errors import RunFolderError

module, name, ranks = sys.argv[1:]
# Where both come a busy machine may let one wait.
output.PATIENCE_S = 60.0 if ranks == "01" else 0.5

def replaced(*given):
    if os.environ["PMI_RANK"] in ranks:
        raise RunFolderError("the disk is gone")
    from mpi4py import MPI
    MPI.COMM_WORLD.barrier()

import napress.meshes.backend
import importlib.resources
setattr(importlib.import_module(module), name, replaced)
example = importlib.resources.files("napress.cases").joinpath("examples", "sinusoid.toml")
main.main(["run", str(example)])
"""
BEFORE = ("napress.cases.schema.load", "load_case")
WITHIN = ("napress.cases.runs.interface_run", "run_case")


@pytest.mark.parametrize(
    ("place", "failing"), [(WITHIN, "1"), (WITHIN, "0"), (BEFORE, "1"), (BEFORE, "01")]
)
def test_an_error_on_some_ranks_ends_all(tmp_path, place, failing):
    script = tmp_path / "fails.py"
    script.write_text(SCRIPT)
    words = [launcher(), "-n", "2", sys.executable, str(script), *place, failing]
    ended = subprocess.run(
        words,
        cwd=tmp_path,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ended.returncode == 4
    assert ended.stderr.count("napress: the disk is gone") == 1
    if failing == "01":
        # Nobody is left who had to be aborted. What MPI says when it aborts the other rank
        # may be lost: the launcher ends without waiting for that line.
        assert "Abort" not in ended.stderr
    assert not list(Path(tmp_path).glob("runs"))
