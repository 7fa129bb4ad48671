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

SWEEP = """
title = "Twelve runs"
base = "case.toml"
[grid]
"surface[0].amplitude" = ["0.3 um", "0.35 um", "0.4 um", "0.5 um"]
"ceramic.young" = ["40 GPa", "60 GPa", "80 GPa"]
[cluster]
partition = "test"
time = "10 min"
memory = "1 GB"
ranks = 2
jobs = 6
"""
RUNS = 12


@pytest.fixture
def start(tmp_path):
    """Starts the sweep; whatever still runs when the test ends is ended."""
    started = []

    def begin() -> subprocess.Popen[str]:
        started.append(_start(tmp_path))
        return started[-1]

    yield begin
    for process in started:
        if process.poll() is None:
            process.kill()
            process.communicate()


def _start(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "napress.cases.cli", "sweep", "twelve.toml", "--out", "out"]
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
        for file in (folder / "out" / "twelve" / "jobs").glob("*.jsonl")
    }


def finished(folder: Path) -> int:
    return sum("finished" in events for events in notes(folder).values())


@pytest.mark.timeout(900)
def test_killed_controller_resumes_without_repeating_or_losing_a_run(tmp_path, start):
    (tmp_path / "case.toml").write_text(TINY_CASE)
    (tmp_path / "twelve.toml").write_text(SWEEP)
    controller = start()
    deadline = time.monotonic() + 500
    while finished(tmp_path) < 3:
        assert controller.poll() is None, controller.communicate()
        assert time.monotonic() < deadline, notes(tmp_path)
        time.sleep(0.5)
    controller.send_signal(signal.SIGKILL)
    controller.communicate()
    assert finished(tmp_path) < RUNS, "killed too late to show anything"
    under_way = subprocess.run(
        ["squeue", "--noheader", "--format=%i"], capture_output=True, text=True, check=True
    ).stdout.split()
    assert under_way, "no job outlived the controller: the hard case was not met"

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
    table = pd.read_parquet(tmp_path / "out" / "twelve" / "sweep.parquet")
    assert len(table) == RUNS and table["run"].is_unique
    assert set(table["state"]) == {"finished"}
    assert set(table["ranks"]) == {2}
    assert (table["pressure_MPa"] - 0.5).abs().max() < 1e-6
    # What varies must show, or the ranks read the wrong cases.
    assert table.groupby("surface[0].amplitude_um")["void_area_um2"].mean().is_monotonic_increasing

    logs = {file.stem: file.read_text() for file in (tmp_path / "out/twelve/logs").iterdir()}
    assert set(logs) == set(seen)
    assert all("-n 2" in text for text in logs.values())


@pytest.mark.timeout(900)
def test_maps_are_swept_with_two_ranks_each(tmp_path, start):
    flat = 'width = "10 um", elements = 16'
    assert flat in TINY_CASE
    tiny_map = TINY_CASE.replace(flat, 'dimension = 3, width = "10 um", elements = 4')
    (tmp_path / "case.toml").write_text(tiny_map)
    two = SWEEP.replace(', "0.35 um", "0.4 um", "0.5 um"', "").replace(', "80 GPa"', "")
    (tmp_path / "twelve.toml").write_text(two)
    out, err = start().communicate(timeout=700)
    assert "2 of 2 runs finished" in out, err
    table = pd.read_parquet(tmp_path / "out" / "twelve" / "sweep.parquet")
    assert set(table["ranks"]) == {2} and set(table["state"]) == {"finished"}
    assert (table["pressure_MPa"] - 0.5).abs().max() < 1e-6
    assert (table["void_volume_um3"] > 0).all()


def test_a_partition_that_does_not_exist_is_one_clear_line(tmp_path, start):
    (tmp_path / "case.toml").write_text(TINY_CASE)
    one = SWEEP.replace('"test"', '"nowhere"').replace(', "0.35 um", "0.4 um", "0.5 um"', "")
    (tmp_path / "twelve.toml").write_text(one.replace(', "60 GPa", "80 GPa"', ""))
    controller = start()
    out, err = controller.communicate(timeout=400)
    assert controller.returncode == 3
    assert "Traceback" not in err
    assert any("nowhere" in line or "partition" in line for line in err.splitlines()), err
