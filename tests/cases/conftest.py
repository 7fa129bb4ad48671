"""A tiny case, and a command that stands for napress where what is tested is the engine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

CASE = """
title = "Tiny"
surface = [{ kind = "self-affine", rms = "0.2 um", hurst = 0.8, cutoff = "5 um", seed = 1 }]
interface = { width = "10 um", elements = 16 }
sodium = { material = "sodium-wang-2020", thickness = "10 um" }
ceramic = { material = "nzsp", thickness = "10 um" }
program = [{ pressure = "0.5 MPa" }]
"""

# `run CASE --out FOLDER` or `resume FOLDER`; which runs fail, and how, is in files beside it.
STAND_IN = """
here=$(dirname "$0")
if [ "$1" = resume ]; then out="$2"; case="$2/case.resolved.toml"; else out="$4"; case="$2"; fi
id=$(basename "$out")
case "$case" in *warm.toml) echo warm >> "$here/calls"; exit 0 ;; esac
echo "$1 $id" >> "$here/calls"
[ -f "$here/slow" ] && sleep "$(cat "$here/slow")"
mkdir -p "$out"
[ "$1" = run ] && cp "$case" "$out/case.resolved.toml"
printf '{"case_hash": "%s", "ranks": 1, "versions": {"napress": "0"}}' "$id" > "$out/manifest.json"
if [ -f "$here/fail-$id" ]; then
    n=$(cat "$here/fail-$id"); n=$((n - 1)); echo "$n" > "$here/fail-$id"
    if [ "$n" -ge 0 ]; then
        printf '{"state": "failed", "reason": "the step grew too small"}' > "$out/status.json"
        echo "napress: $out: failed" >&2
        exit 3
    fi
fi
printf '{"ended": "completed", "cpu_s": 1.5, "contact_fraction": 0.25}' > "$out/summary.json"
printf '{"state": "finished"}' > "$out/status.json"
"""


class Sweeping:
    """A folder with a case, a sweep file and the stand-in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "case.toml").write_text(CASE)
        self.script = folder / "stand-in.sh"
        self.script.write_text(STAND_IN)
        self.file = folder / "s.toml"
        self.out = folder / "out"

    def write(self, text: str, stand_in: bool = True) -> Path:
        """Writes the sweep file around its blocks."""
        engine = f'[engine]\ncommand = ["sh", "{self.script}"]\n' if stand_in else ""
        self.file.write_text(f'base = "case.toml"\n{text}\n{engine}')
        return self.file

    def fail(self, run_id: str, times: int) -> None:
        """Lets a run fail so many times."""
        (self.folder / f"fail-{run_id}").write_text(str(times))

    def calls(self) -> list[str]:
        """What the stand-in was called with."""
        path = self.folder / "calls"
        return path.read_text().splitlines() if path.exists() else []

    def notes(self, run_id: str) -> list[str]:
        """Events of a run's jobs."""
        path = self.out / "s" / "jobs" / f"{run_id}.jsonl"
        return [json.loads(line)["event"] for line in path.read_text().splitlines()]


@pytest.fixture
def sweeping(tmp_path) -> Sweeping:
    return Sweeping(tmp_path)
