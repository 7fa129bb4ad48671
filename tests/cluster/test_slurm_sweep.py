"""A real sweep on a real Slurm: two ranks per run, its controller killed half way, resumed.

Needs the one-node Slurm of tools/slurm_one_node.sh; `make test-cluster` starts and stops it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from tiny_case import TINY_CASE

# A map and three profiles. Two jobs at a time: when one is done, another is under way, and at
# least one was never submitted.
SWEEP = """
title = "Four runs"
base = "case.toml"
[zip]
"interface.dimension" = [2, 2, 2, 3]
"interface.elements" = [16, 16, 16, 4]
"surface[0].amplitude" = ["0.2 um", "0.3 um", "0.4 um", "0.3 um"]
[cluster]
partition = "test"
time = 10
memory = "1G"
ranks = 2
jobs = 2
"""
RUNS = 4
CASE = TINY_CASE.replace('"0.5 MPa"', '"0.1 MPa"')


@pytest.fixture
def start(tmp_path):
    """Starts the sweep; whatever still runs when the test ends is ended."""
    (tmp_path / "case.toml").write_text(CASE)
    started = []

    def begin(sweep: str = SWEEP) -> subprocess.Popen[str]:
        (tmp_path / "four.toml").write_text(sweep)
        started.append(_start(tmp_path))
        return started[-1]

    yield begin
    for process in started:
        if process.poll() is None:
            process.kill()
            process.communicate()


def _start(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "napress.cases.cli", "sweep", "four.toml", "--out", "out"]
        + ["--slurm"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )


def notes(folder: Path) -> dict[str, list[str]]:
    """Run to what its jobs noted."""
    return {
        file.stem: [json.loads(line)["event"] for line in file.read_text().splitlines()]
        for file in (folder / "out" / "four" / "jobs").glob("*.jsonl")
    }


def finished(folder: Path) -> int:
    return sum("finished" in events for events in notes(folder).values())


@pytest.mark.timeout(900)
def test_killed_controller_resumes_without_repeating_or_losing_a_run(tmp_path, start):
    controller = start()
    deadline = time.monotonic() + 500
    while finished(tmp_path) < 1:
        assert controller.poll() is None, controller.communicate()
        assert time.monotonic() < deadline, notes(tmp_path)
        time.sleep(0.2)
    controller.send_signal(signal.SIGKILL)
    controller.communicate()
    under_way = subprocess.run(
        ["squeue", "--noheader", "--format=%i"], capture_output=True, text=True, check=True
    ).stdout.split()
    assert under_way, "no job outlived the controller: the hard case was not met"
    assert finished(tmp_path) + len(under_way) < RUNS, "killed too late to show anything"

    again = start()
    out, err = again.communicate(timeout=600)
    assert again.returncode == 0, err
    assert f"{RUNS} of {RUNS} runs finished" in out
    assert "still under way; not started again" in err

    seen = notes(tmp_path)
    assert len(seen) == RUNS
    for run, events in seen.items():
        assert events.count("started") == 1, f"{run} ran more than once: {events}"
        assert events.count("finished") == 1, f"{run}: {events}"
    table = pd.read_parquet(tmp_path / "out" / "four" / "sweep.parquet")
    assert len(table) == RUNS and table["run"].is_unique
    assert set(table["state"]) == {"finished"}
    assert set(table["ranks"]) == {2}
    assert (table["pressure_MPa"] - 0.1).abs().max() < 1e-6
    # What varies must show, or the ranks read the wrong cases.
    flat = table[table["interface.dimension"] == 2].sort_values("surface[0].amplitude_um")
    assert len(flat) == 3 and flat["void_area_um2"].is_monotonic_increasing
    assert (table[table["interface.dimension"] == 3]["void_volume_um3"] > 0).all()

    logs = {file.stem: file.read_text() for file in (tmp_path / "out/four/logs").iterdir()}
    assert set(logs) == set(seen)
    assert all("-n 2" in text for text in logs.values())


def test_a_partition_that_does_not_exist_is_one_clear_line(start):
    begin, end = SWEEP.index("[zip]"), SWEEP.index("[cluster]")
    one = f'{SWEEP[:begin]}[grid]\n"ceramic.young" = ["40 GPa"]\n{SWEEP[end:]}'
    controller = start(one.replace("test", "nowhere"))
    out, err = controller.communicate(timeout=240)
    assert controller.returncode == 3
    assert "Traceback" not in err
    assert any("nowhere" in line or "partition" in line for line in err.splitlines()), err
