"""Kills runs of all kinds at random moments, and says whether they end as if never killed."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import numpy as np
import pandas as pd
import psutil

LONGEST_TRIAL_S = 1800.0
TOO_LATE = "ended before it was killed"
EXAMPLES = Path(str(resources.files("napress.cases").joinpath("examples")))
# Small, coarse, and its nodes are moved several times, so that all of it is met often.
CASE = """
title = "A small wave"
surface = [{ kind = "sinusoid", amplitude = "0.5 um", wavelength = "10 um" }]
interface = { width = "10 um", elements = 12 }
sodium = { material = "sodium-wang-2020", thickness = "10 um" }
ceramic = { material = "nzsp", thickness = "10 um" }
program = [{ pressure = "0.4 MPa" }, { pressure = "3 MPa" }]
solver = { void_error = "2 percent", facet_distortion = 1.1 }
output = { figures = true, report = true }
"""
WINDOW = '[window]\nclosure_target = "90 %"\nrun_levers = false\n'
SWEEP = 'base = "case.toml"\n[grid]\n"surface[0].amplitude" = ["0.4 um", "0.5 um"]\n'
KINDS = ("interface", "pellet", "window", "sweep")
# Two tables are the same within this share of the largest value of each column.
SAME = 1e-6
# Of the compiled forms, missing in the cache of a cold start: all of them take a minute.
MISSING = 0.25
# Share of trials on two ranks, by kind; none that compiles: ranks that wait take a core each.
ON_TWO_RANKS = {"interface": 0.6, "sweep": 0.3}
# Columns that say what a run cost, not what it found.
COST = ("cpu_", "newton_iterations", "rejected_attempts")


def words(kind: str, folder: Path, ranks: int) -> list[str]:
    """The command that starts a kind of run in a folder, or goes on with it."""
    launch = [sys.executable, "-P", "-m", "napress.cases.cli"]
    if kind == "interface" and ranks > 1:
        beside = Path(sys.executable).with_name("mpiexec")
        launch = [str(beside) if beside.exists() else "mpiexec", "-n", str(ranks), *launch]
    begun = (folder / "out" / "case.resolved.toml").is_file()
    if kind in ("interface", "pellet"):
        first = ["run" if kind == "interface" else "pellet", f"{folder}/{kind}.toml", "--out"]
        return [*launch, *(["resume"] if begun else first), str(folder / "out"), "-q"]
    if kind == "window":
        return [*launch, "window", f"{folder}/window.toml", "--out", str(folder / "out"), "-q"]
    more = ["--ranks", str(ranks), "--cores", "2"]
    return [*launch, "sweep", f"{folder}/sweep.toml", "--out", str(folder / "out"), "-q", *more]


def prepare(folder: Path, case: str = CASE) -> None:
    """Writes the inputs of all kinds of run."""
    folder.mkdir(parents=True)
    pellet = (EXAMPLES / "pellets" / "nzsp-peek-die.toml").read_text()
    plain = case.replace("= true", "= false")
    (folder / "case.toml").write_text(plain)
    (folder / "interface.toml").write_text(case)
    (folder / "window.toml").write_text(plain + WINDOW)
    (folder / "sweep.toml").write_text(SWEEP)
    (folder / "pellet.toml").write_text(pellet)


def results(kind: str, folder: Path) -> dict[str, pd.DataFrame]:
    """The tables by which two runs are compared."""
    name = "pellet.csv" if kind == "pellet" else "history.csv"
    runs = [p for p in (folder / "out").rglob(name) if ".damaged-" not in str(p)]
    tables = {str(path.relative_to(folder)): pd.read_csv(path) for path in runs}
    for table in tables.values():
        for column in [name for name in table if str(name).startswith(COST)]:
            del table[column]
    return tables


def difference(kind: str, found: Path, whole: Path) -> str:
    """What differs between two folders of results; empty if nothing does."""
    one, other = results(kind, found), results(kind, whole)
    if set(one) != set(other) or not one:
        return f"other files: {sorted(set(one) ^ set(other))}"
    for name, table in one.items():
        if list(table) != list(other[name]) or len(table) != len(other[name]):
            return f"{name}: {table.shape} instead of {other[name].shape}"
        numbers = table.select_dtypes("number").to_numpy()
        expected = other[name].select_dtypes("number").to_numpy()
        size = np.nanmax(np.abs(expected), axis=0)
        with np.errstate(invalid="ignore"):
            off = np.nanmax(np.abs(numbers - expected) / np.where(size > 0, size, 1.0))
        if off > SAME:
            return f"{name}: off by {off:.1e} of the largest value"
    return ""


def command(arguments: list[str], environment: dict[str, str]) -> subprocess.Popen[str]:
    """Starts a command in a group of its own."""
    return subprocess.Popen(
        arguments,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1", **environment},
        start_new_session=True,
    )


def cpu_s(child: subprocess.Popen[str]) -> float:
    """CPU time that a command and what it has started have used so far."""
    used = 0.0
    with contextlib.suppress(psutil.Error):
        top = psutil.Process(child.pid)
        for one in (top, *top.children(recursive=True)):
            with contextlib.suppress(psutil.Error):
                used += sum(one.cpu_times()[:4])
    return used


def lacking(cache: Path, scratch: Path, chosen: random.Random) -> tuple[Path, int]:
    """A copy of a cache of forms without some of them, and how many."""
    shutil.copytree(cache, scratch)
    forms = sorted(scratch.rglob("*.c"))
    gone = chosen.sample(forms, round(MISSING * len(forms)))
    for form in gone:
        for path in form.parent.glob(f"{form.stem}.*"):
            path.unlink()
    return scratch, len(gone)


def kill(child: subprocess.Popen[str], due: Callable[[], bool]) -> bool:
    """Kills a command with all it has started once that is due; whether it still ran."""
    while child.poll() is None and not due():
        time.sleep(0.01)
    alive = child.poll() is None
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.communicate()
    return alive


def brought_to_end(kind: str, ranks: int, folder: Path, environment: dict[str, str]) -> str:
    """Goes on with a killed run until it ends; returns what is wrong."""
    for _ in range(5):
        child = command(words(kind, folder, ranks), environment)
        try:
            _, said = child.communicate(timeout=LONGEST_TRIAL_S)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            return "no end"
        if child.returncode == 0:
            return ""
        if "is running this folder" not in said:
            return f"exit {child.returncode}: {said.strip()[-300:]}"
        # Ranks of a launcher that was killed may outlive it by a moment.
        time.sleep(2.0)
    return "its folder stays locked"


class Kills:
    """Kills runs at random moments, in a folder that holds what they are compared with.

    Args:
        above: The folder; what an earlier call has left there is used again.
    """

    def __init__(self, above: Path) -> None:
        self._above = above
        self._cache = above / "cache"

    def whole(self, kind: str, ranks: int) -> tuple[Path, float]:
        """A run that is never killed, and its CPU time with all forms compiled, s.

        Raises:
            RuntimeError: If it does not end.
        """
        folder, known = (self._above / f"{name}-{kind}-{ranks}" for name in ("whole", "cpu_s"))
        environment = {"XDG_CACHE_HOME": str(self._cache)}
        # Twice: the first compiles.
        while not known.exists():
            compiled = (self._above / f"compiled-{kind}").exists()
            shutil.rmtree(folder, ignore_errors=True)
            prepare(folder)
            before = spent_s()
            if problem := brought_to_end(kind, ranks, folder, environment):
                raise RuntimeError(f"{kind} without a kill: {problem}")
            if compiled:
                known.write_text(str(spent_s() - before))
            (self._above / f"compiled-{kind}").touch()
        return folder, float(known.read_text())

    def once(self, kind: str, ranks: int, cold: bool, chosen: random.Random) -> str:
        """Kills a run once and brings it to its end; returns what is wrong."""
        whole, seconds = self.whole(kind, ranks)
        scratch = self._above / "trial"
        shutil.rmtree(scratch, ignore_errors=True)
        prepare(scratch)
        cache, missing = self._cache, 0
        if cold:
            cache, missing = lacking(self._cache, scratch / "cache", chosen)
        environment = {"XDG_CACHE_HOME": str(cache)}
        at, later_s, first = chosen.random() * seconds, 2.0 * chosen.random(), missing
        if cold:
            first = chosen.randrange(missing)
        start = len(list(cache.rglob("*.c")))
        child = command(words(kind, scratch, ranks), environment)

        def due() -> bool:
            if not cold:
                return cpu_s(child) >= at
            if len(list(cache.rglob("*.c"))) < start + first + 1:
                return False
            time.sleep(later_s)
            return True

        alive = kill(child, due)
        problem = brought_to_end(kind, ranks, scratch, environment)
        return problem or difference(kind, scratch, whole) or ("" if alive else TOO_LATE)


def spent_s() -> float:
    """CPU time of all commands that have ended."""
    times = os.times()
    return times.children_user + times.children_system


def kills(count: int, options: argparse.Namespace, above: Path) -> list[str]:
    """Kills runs at random moments; returns what went wrong, one line each."""
    wrong, trials, known = [], Kills(above), read_log(options.log)
    for number in range(count):
        kind = options.kinds[number % len(options.kinds)]
        chosen = random.Random(f"{options.seed} {number}")
        cold = chosen.random() < options.cold
        ranks = 2 if not cold and chosen.random() < ON_TWO_RANKS.get(kind, 0.0) else 1
        label = f"kill {number}: {kind}, {ranks} rank(s){', cold cache' if cold else ''}"
        if label not in known:
            before = spent_s()
            problem = trials.once(kind, ranks, cold, chosen)
            known[label] = problem
            write_log(options.log, label, problem, spent_s() - before)
        print(f"{label}: {known[label] or 'finished and equal'}", flush=True)
        wrong += [f"{label}: {known[label]}"] if known[label] not in ("", TOO_LATE) else []
    return wrong


def read_log(path: Path | None) -> dict[str, str]:
    """What went wrong in the trials of earlier calls, by their labels."""
    if path is None or not path.exists():
        return {}
    entries = (json.loads(line) for line in path.read_text().splitlines())
    return {entry["trial"]: entry["problem"] for entry in entries}


def write_log(path: Path | None, label: str, problem: str, cpu: float) -> None:
    """Adds a trial to the log."""
    if path is None:
        return
    entry = {"trial": label, "problem": problem, "cpu_s": round(cpu, 1), "load": os.getloadavg()[0]}
    with path.open("a") as stream:
        stream.write(json.dumps({**entry, "at": time.strftime("%Y-%m-%d %H:%M")}) + "\n")
