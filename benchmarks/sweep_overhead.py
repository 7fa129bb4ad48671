"""What the sweep engine costs: per run, when resuming, when collecting.

``python benchmarks/sweep_overhead.py`` runs 200 runs that do nothing but leave a finished run
folder behind, resumes a finished sweep of 1000 runs, and collects 10,000 run folders. Each
figure is printed with its limit, and last one line of JSON; exit code 1 if a limit is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from napress.cases.campaigns.folder import case_file
from napress.cases.sweeps import engine

CORES = 4
LIMITS_S = {"overhead_per_run_s": 1.5, "resume_1000_s": 20.0, "collect_10000_s": 60.0}

CASE = """
title = "Trivial"
surface = [{ kind = "sinusoid", amplitude = "0.5 um", wavelength = "10 um" }]
interface = { width = "10 um", elements = 16 }
sodium = { material = "sodium-wang-2020", thickness = "10 um" }
ceramic = { material = "nzsp", thickness = "10 um" }
program = [{ pressure = "1 MPa" }]
"""
SWEEP = """
base = "case.toml"
[random]
samples = {runs}
[random.fields]
"surface[0].amplitude" = {{ distribution = "uniform", from = "0.1 um", to = "1 um" }}
"ceramic.young" = {{ distribution = "uniform", from = "20 GPa", to = "100 GPa" }}
[engine]
command = ["sh", {script!r}]
"""
# Stands for napress: `run CASE --out FOLDER`. The hash is the case file's name, as planned.
SCRIPT = """
case "$2" in */cases/*) ;; *) exit 0 ;; esac
mkdir -p "$4"
cp "$2" "$4/case.resolved.toml"
id=$(basename "$2" .toml)
printf '{"case_hash": "%s", "ranks": 1}' "$id" > "$4/manifest.json"
printf '{"ended": "completed", "cpu_s": 0.1, "contact_fraction": 0.5}' > "$4/summary.json"
printf '{"state": "finished"}' > "$4/status.json"
"""


def write_sweep(folder: Path, runs: int) -> Path:
    """Write a sweep of trivial runs and return its file."""
    folder.mkdir(parents=True, exist_ok=True)
    script = folder / "trivial.sh"
    script.write_text(SCRIPT)
    (folder / "case.toml").write_text(CASE)
    file = folder / f"trivial-{runs}.toml"
    file.write_text(SWEEP.format(runs=runs, script=str(script)))
    return file


def napress(*arguments: object) -> float:
    """Run napress and return its wall seconds."""
    begin = time.monotonic()
    words = [sys.executable, "-P", "-m", "napress.cases.cli", *map(str, arguments)]
    subprocess.run(
        words, check=True, env={**os.environ, "OMP_NUM_THREADS": "1"}, stdout=subprocess.DEVNULL
    )
    return time.monotonic() - begin


def finished_folder(folder: Path, case: Path, run_id: str, like: Path | None) -> None:
    """Make a finished run folder, with the files of a real run if there is one."""
    folder.mkdir(parents=True)
    shutil.copy(case, folder / "case.resolved.toml")
    for name, content in (
        ("status.json", {"state": "finished"}),
        ("summary.json", {"ended": "completed", "cpu_s": 0.1, "contact_fraction": 0.5}),
        ("manifest.json", {"ranks": 1}),
    ):
        if like and (like / name).is_file():
            content = json.loads((like / name).read_text())
        if name == "manifest.json":
            content["case_hash"] = run_id
        (folder / name).write_text(json.dumps(content))


def measure_overhead(scratch: Path, runs: int) -> dict[str, float]:
    """Wall and CPU seconds per trivial run."""
    file = write_sweep(scratch, runs)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    wall = napress("sweep", file, "--out", scratch / "out", "--cores", CORES, "--quiet")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    # Four cores were kept from real work for this long.
    return {"overhead_per_run_s": CORES * wall / runs, "wall_s": wall, "cpu_per_run_s": cpu / runs}


def measure_resume(scratch: Path, runs: int, like: Path | None) -> float:
    """Wall seconds of starting a sweep again that is finished."""
    file = write_sweep(scratch, runs)
    out = scratch / "out"
    prepared = engine.prepare(file, out)
    engine.write_down(prepared)
    engine.campaign_of(prepared, ranks=1).write_down()
    for run in prepared.runs:
        case = case_file(prepared.folder, run.id)
        finished_folder(out / "runs" / run.id, case, run.id, like)
    return napress("sweep", file, "--out", out, "--quiet")


def measure_collect(scratch: Path, runs: int, like: Path | None) -> float:
    """Wall seconds of collecting run folders alone."""
    file = write_sweep(scratch, 100)
    prepared = engine.prepare(file, scratch / "out")
    engine.write_down(prepared)
    engine.campaign_of(prepared, ranks=1).write_down()
    cases = [case_file(prepared.folder, run.id) for run in prepared.runs]
    for index in range(runs):
        folder = scratch / "many" / f"{index:05d}"
        finished_folder(folder, cases[index % len(cases)], folder.name, like)
    return napress("collect", scratch / "many", "--quiet")


def main() -> int:
    """Measure, print, compare with the limits."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--runs", type=int, default=200, help="trivial runs")
    parser.add_argument("--like", type=Path, help="a real run folder to copy files from")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        found = measure_overhead(folder / "trivial", options.runs)
        found["resume_1000_s"] = measure_resume(folder / "resume", 1000, options.like)
        found["collect_10000_s"] = measure_collect(folder / "collect", 10_000, options.like)
    found = {name: round(value, 3) for name, value in found.items()}
    for name, limit in LIMITS_S.items():
        print(f"{name:<20} {found[name]:8.2f}   limit {limit:g}")
    print(json.dumps(found))
    return int(any(found[name] > limit for name, limit in LIMITS_S.items()))


if __name__ == "__main__":
    sys.exit(main())
