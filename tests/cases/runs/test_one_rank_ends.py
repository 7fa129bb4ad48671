"""What ends one rank of a run ends all of them, and the folder says how it stands."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from mpi import launcher
from tiny_case import TINY_CASE

from napress.cases.runs import folder as run_folder

# Something happens to rank 1 alone after the second step; the other waits for it in the third.
SCRIPT = """
import os, signal, sys
from napress.cases.cli import main, output

output.PATIENCE_S = 0.5
what = sys.argv[1]

import napress.meshes.backend
from napress.cases.runs import interface_run

class Run(interface_run._Run):
    def _on_step(self, accepted):
        super()._on_step(accepted)
        if accepted.committed.step != 2 or os.environ["PMI_RANK"] != "1":
            return
        if what == "error":
            raise ValueError("of its own")
        os.kill(os.getpid(), getattr(signal, what))

interface_run._Run = Run
main.main(["run", "case.toml", "--out", "out", "-q"])
"""


@pytest.mark.parametrize(
    ("what", "code", "said"),
    [("SIGTERM", 130, "ended by SIGTERM"), ("error", 1, "ValueError: of its own")],
)
def test_both_ranks_end_with_a_line_a_state_and_no_lock(tmp_path, what, code, said):
    (tmp_path / "case.toml").write_text(TINY_CASE)
    (tmp_path / "two.py").write_text(SCRIPT)
    ended = subprocess.run(
        [launcher(), "-n", "2", sys.executable, "two.py", what],
        cwd=tmp_path,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert ended.returncode == code, ended.stderr
    assert ended.stderr.count("napress: ") == 1 and said in ended.stderr
    out = tmp_path / "out"
    status = run_folder.read_status(out)
    assert (status.state, status.reason) == ("interrupted", said)
    assert status.step > 0
    assert not (out / "run.lock").exists()
