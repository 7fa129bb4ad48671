"""Where the time of the benchmark goes, held against a stored profile, and its history.

Machines differ in speed and their load in time, so a single ratio to a stored figure says
little. Every stage is held against its stored cost per Newton iteration; a stage that has
become dearer than the others have is named.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

FOLDER = Path(__file__).resolve().parent
PROFILE = FOLDER / "profile.json"
HISTORY = FOLDER / "history.jsonl"
DEARER = 1.25  # than what the stages have become on the whole
SMALLEST_SHARE = 0.02  # of the whole: below this a stage is not worth a word


def per_iteration_ms(stages_s: dict[str, float], iterations: int) -> dict[str, float]:
    """CPU time of each stage per Newton iteration, ms."""
    return {name: round(1e3 * value / iterations, 4) for name, value in stages_s.items()}


def ratios(now_ms: dict[str, float], stored_ms: dict[str, float]) -> dict[str, float]:
    """Cost of each stage over its stored cost, of the stages worth a word."""
    whole = sum(stored_ms.values())
    return {
        name: now_ms[name] / stored
        for name, stored in stored_ms.items()
        if name in now_ms and stored > SMALLEST_SHARE * whole
    }


def dearer(found: dict[str, float]) -> list[str]:
    """Stages that have become dearer than all have together, worst first."""
    speed = median(found.values())
    return sorted((name for name in found if found[name] > DEARER * speed), key=found.get)[::-1]


def report(stages_s: dict[str, float], iterations: int) -> list[str]:
    """Lines that hold a run against the stored profile."""
    if not PROFILE.exists():
        return ["no stored profile: --store makes one"]
    now = per_iteration_ms(stages_s, iterations)
    stored = json.loads(PROFILE.read_text())
    found = ratios(now, stored["stages_ms_per_iteration"])
    lines = [
        f"against the profile of {stored['commit']} ({stored['machine']}), per Newton iteration"
    ]
    lines += [f"  {name.replace('_', ' '):<28}{ratio:8.2f}" for name, ratio in found.items()]
    lines.append(f"  {'Newton iterations':<28}{iterations / stored['iterations']:8.2f}")
    slow = dearer(found)
    named = ", ".join(name.replace("_", " ") for name in slow)
    lines.append(f"dearer than the rest: {named}" if slow else "no stage stands out")
    return lines


def store(stages_s: dict[str, float], iterations: int) -> None:
    """Makes a run the stored profile."""
    content = {
        **_circumstances(),
        "iterations": iterations,
        "stages_ms_per_iteration": per_iteration_ms(stages_s, iterations),
    }
    PROFILE.write_text(json.dumps(content, indent=1) + "\n")


def record(figures: dict[str, object]) -> None:
    """Adds a line to the history of figures."""
    with open(HISTORY, "a") as stream:
        stream.write(json.dumps({**_circumstances(), **figures}) + "\n")


def _circumstances() -> dict[str, object]:
    """When, of which commit, on what machine and beside how much other work."""
    head = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=FOLDER, capture_output=True, text=True
    )
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "commit": head.stdout.strip() or "unknown",
        "machine": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "load_per_core": round(os.getloadavg()[0] / (os.cpu_count() or 1), 2),
    }
