"""Runs of the command in processes of their own, and histories that have to agree."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

from napress.cases.runs import folder as rf
from napress.fem.stepping.equilibrium import RESIDUAL_TOLERANCE

COMMAND = [sys.executable, "-m", "napress.cases.cli"]
# A resumed run starts from a tangent made at the last state itself, an uninterrupted one from
# that of the last iterate: they agree far below the tolerance of a load step, not bit for bit.
TOLERANCE = RESIDUAL_TOLERANCE / 10
# Only a hang takes so long, also where many processes want the machine.
DEADLINE_S = 240.0


def start(*arguments: str | Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*COMMAND, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *map(str, arguments)], capture_output=True, text=True, timeout=DEADLINE_S
    )


def wait_for_steps(process: subprocess.Popen[str], folder: Path, steps: int) -> None:
    """Returns once the run has recorded that many steps; it must still be running."""
    history = folder / rf.HISTORY_FILE
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline:
        if history.exists() and len(history.read_text().splitlines()) > steps:
            assert process.poll() is None, "the run ended before it could be stopped"
            return
        assert process.poll() is None, process.communicate()
        time.sleep(0.005)
    raise AssertionError("the run made no progress")


def kill_after(steps: int, case: Path, folder: Path) -> Path:
    """Runs a case and kills it with SIGKILL once that many steps are recorded; gives the folder."""
    process = start("run", case, "--out", folder, "--quiet")
    wait_for_steps(process, folder, steps)
    process.kill()
    process.communicate()
    assert not (folder / rf.SUMMARY_FILE).exists(), "it was not killed in time"
    return folder


def history(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / rf.HISTORY_FILE)


def assert_same_history(folder: Path, reference: Path) -> None:
    assert_same_rows(history(folder), history(reference))


def assert_same_rows(one: pd.DataFrame, other: pd.DataFrame, tolerance: float = TOLERANCE) -> None:
    """Histories agree but for their times, each column to a share of its largest value."""
    assert list(one.columns) == list(other.columns)
    assert len(one) == len(other)
    for column in one.columns:
        if column.endswith("_s") or not np.issubdtype(one[column].dtype, np.number):
            continue
        scale = max(float(np.abs(other[column]).max()), 1e-12)
        worst = float(np.abs(one[column] - other[column]).max()) / scale
        assert worst < tolerance, f"{column} differs by {worst:.2g} of its largest value"
