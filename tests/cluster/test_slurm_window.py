"""A pressure window on a real Slurm, by --slurm and then through a Snakemake profile.

Needs the one-node Slurm of tools/slurm_one_node.sh; `make test-cluster` starts and stops it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import resources
from pathlib import Path

import pytest
from tiny_case import TINY_CASE

RANDOM = '{ kind = "self-affine", rms = "0.1 um", hurst = 0.8, cutoff = "5 um", seed = 4 }'
WAVE = '{ kind = "sinusoid", amplitude = "0.5 um", wavelength = "10 um" }'
TO_5_MPA = TINY_CASE.replace('"0.5 MPa"', '"5 MPa"')
WINDOW = """
[window]
pellet = "pellet.toml"
seeds = 1
closure_target = "80 %"
asked_pressure = "4 MPa"
run_levers = false
[window.cluster]
partition = "test"
time = "10 min"
memory = "1 GB"
ranks = 2
jobs = 4
"""
PROFILE = """
executor: slurm
jobs: 2
slurm-no-account: true
# This Slurm keeps no accounts of its jobs.
slurm-status-command: squeue
slurm-init-seconds-before-status-checks: 5
"""


def ask(folder: Path, *words: str) -> tuple[str, str]:
    """Answers case.toml in a process of its own; returns what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "napress.cases.cli", "window", "case.toml", "--out", "out", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=700,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr


def names_of_good_runs(folder: Path) -> set[str]:
    """What the answer rests on; none of its runs may have gone wrong."""
    runs = json.loads((folder / "out" / "window.json").read_text())["runs"]
    assert all(run["reason"] == "" for run in runs)
    return {run["name"] for run in runs}


def jobs_of_slurm(folder: Path) -> dict[str, set[str]]:
    """Job number of Slurm in which each run was, by its id."""
    return {
        file.stem: {json.loads(line)["slurm_job"] for line in file.read_text().splitlines()}
        for file in (folder / "out" / "jobs").glob("*.jsonl")
    }


@pytest.mark.timeout(900)
def test_a_window_runs_on_slurm_then_as_a_profile_says_and_repeats_nothing(tmp_path):
    pellets = Path(str(resources.files("napress.cases").joinpath("examples", "pellets")))
    (tmp_path / "pellet.toml").write_text((pellets / "nzsp-isostatic.toml").read_text())
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "config.yaml").write_text(PROFILE)
    text = TO_5_MPA.replace(WAVE, RANDOM) + WINDOW
    (tmp_path / "case.toml").write_text(text)
    out, _ = ask(tmp_path, "--slurm")
    assert out.startswith("Tiny wave")
    assert names_of_good_runs(tmp_path) == {"pellet", "seed 4"}
    numbers = jobs_of_slurm(tmp_path)
    assert len(numbers) == 2 and set() not in numbers.values()
    assert all(len(jobs) == 1 and "" not in jobs for jobs in numbers.values())
    # The interface on the ranks that were asked for, a pellet on one.
    logs = {file.stem: file.read_text() for file in (tmp_path / "out" / "logs").iterdir()}
    for name, log in logs.items():
        assert ("-n 2" in log) is ("pellet" not in name), log

    again, err = ask(tmp_path, "--slurm")
    assert again == out and "to go" not in err
    assert jobs_of_slurm(tmp_path) == numbers

    ask(tmp_path, "--profile", "mine", "--seeds", "2")
    assert names_of_good_runs(tmp_path) == {"pellet", "seed 4", "seed 5"}
    more = jobs_of_slurm(tmp_path)
    assert {run: jobs for run, jobs in more.items() if run in numbers} == numbers
    assert len(more) == 3 and "" not in set().union(*more.values())
