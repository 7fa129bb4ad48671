"""How napress bears kills, mutated inputs and damaged folders; docs/reliability.md has figures.

``python benchmarks/reliability.py --kills 60 --inputs 10000 --damage`` takes hours; smaller
numbers take less. Every trial is chosen by the seed. Last comes one line of JSON; exit code
1 if anything was not right.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from reliability_damage import DAMAGE

from napress.cases.cli.main import main as napress

LONGEST_INPUT_S = 10.0
LONGEST_TRIAL_S = 1800.0
EXAMPLES = Path(str(resources.files("napress.cases").joinpath("examples")))
CASE = """
title = "A small wave"
surface = [{ kind = "sinusoid", amplitude = "0.5 um", wavelength = "10 um" }]
interface = { width = "10 um", elements = 24 }
sodium = { material = "sodium-wang-2020", thickness = "10 um" }
ceramic = { material = "nzsp", thickness = "10 um" }
program = [{ pressure = "0.5 MPa" }, { pressure = "5 MPa" }]
[output]
figures = true
report = true
"""
WINDOW = '[window]\nclosure_target = "90 %"\n'
SWEEP = 'base = "case.toml"\n[grid]\n"surface[0].amplitude" = ["0.4 um", "0.5 um"]\n'
KINDS = ("interface", "pellet", "window", "sweep")
# Two tables are the same within this share of the largest value of each column. Where Newton's
# method stops one iteration sooner, a peak differs by some 1e-5 at that step.
SAME = 1e-4
# First words of the kinds of damage to what the report reads; it takes the longest.
READ_BY_REPORT = ("case", "fields", "history", "index", "interface")
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
    (folder / "case.toml").write_text(case)
    (folder / "interface.toml").write_text(case)
    (folder / "window.toml").write_text(case + WINDOW)
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


def kill_once(
    kind: str, ranks: int, cold: bool, scratch: Path, whole: Path, seconds: float, at: float
) -> str:
    """Kills a run at a share of its time, goes on until it ends; returns what is wrong."""
    prepare(scratch)
    # Compilation takes most of a cold start.
    environment = {"XDG_CACHE_HOME": str(scratch / "cache")} if cold else {}
    child = command(words(kind, scratch, ranks), environment)
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(at * seconds)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.communicate()
    for _ in range(5):
        child = command(words(kind, scratch, ranks), environment)
        try:
            _, said = child.communicate(timeout=LONGEST_TRIAL_S)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            return "no end"
        if child.returncode == 0:
            return difference(kind, scratch, whole)
        if "is running this folder" not in said:
            return f"exit {child.returncode}: {said.strip()[-300:]}"
        # Ranks of a launcher that was killed may outlive it by a moment.
        time.sleep(2.0)
    return "its folder stays locked"


def kills(count: int, kinds: list[str], cold_share: float, chosen: random.Random) -> list[str]:
    """Kills runs at random moments; returns what went wrong, one line each."""
    wrong = []
    with tempfile.TemporaryDirectory(prefix="napress-kills-") as above:
        wholes: dict[str, tuple[Path, float]] = {}
        for number in range(count):
            kind = kinds[number % len(kinds)]
            folder = Path(above) / f"whole-{kind}"
            if kind not in wholes:
                prepare(folder)
                begin = time.monotonic()
                ended = command(words(kind, folder, 1), {})
                _, said = ended.communicate(timeout=LONGEST_TRIAL_S)
                if ended.returncode:
                    return [f"{kind}: exit {ended.returncode} without a kill: {said}"]
                wholes[kind] = folder, time.monotonic() - begin
            whole, seconds = wholes[kind]
            ranks = 1 + number // len(kinds) % 2 if kind in ("interface", "sweep") else 1
            cold, at = chosen.random() < cold_share, chosen.random()
            scratch = Path(above) / f"trial-{number}"
            problem = kill_once(kind, ranks, cold, scratch, whole, seconds, at)
            label = f"{kind}, {ranks} rank(s){', cold cache' if cold else ''}, at {at:.0%}"
            print(f"[{number + 1}/{count}] {label}: {problem or 'finished and equal'}", flush=True)
            wrong += [f"{label}: {problem}"] if problem else []
            shutil.rmtree(scratch, ignore_errors=True)
    return wrong


def in_process(arguments: list[str]) -> tuple[int, str]:
    """Runs a command in this process; returns exit code and what it said on stderr."""
    said = io.StringIO()
    code = 0
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
        try:
            napress(arguments)
        except SystemExit as end:
            code = int(end.code or 0)
    return code, said.getvalue()


class TooLong(BaseException):
    """No error of the command: nothing in it may catch this."""


@contextlib.contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raises `TooLong` in the block when it takes longer."""

    def end(number: int, frame: Any) -> None:
        raise TooLong

    old = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, old)


def mutated(text: str, chosen: random.Random) -> str:
    """A case file with one to four things wrong."""
    changes: tuple[Callable[[str, int], str], ...] = (
        lambda t, i: t[:i] + t[i + 1 + chosen.randrange(8) :],
        lambda t, i: t[:i] + chosen.choice("{}[]\"'=#.,-+eE0 \n\x00é\u202e∞") + t[i:],
        lambda t, i: t[:i] + chosen.choice(("nan", "-1", "1e400", "0", '""', "true")) + t[i:],
        lambda t, i: "\n".join(sorted(t.split("\n"), key=lambda line: chosen.random())),
        lambda t, i: t.replace(*chosen.choice(UNITS)),
        lambda t, i: t + "\n" + chosen.choice(t.split("\n")),
        lambda t, i: t.replace(chosen.choice(t.split() or [""]), chosen.choice(t.split() or [""])),
    )
    for _ in range(chosen.randint(1, 4)):
        text = chosen.choice(changes)(text, chosen.randrange(len(text) + 1))
    return text


UNITS = (("um", "m"), ("MPa", "GPa"), ("MPa", "K"), ("um", ""), ("percent", "%"), ("GPa", "Pa"))


def inputs(count: int, chosen: random.Random) -> list[str]:
    """Validates mutated case files; returns what went wrong, one line each."""
    sources = sorted(EXAMPLES.glob("*.toml")) + sorted(EXAMPLES.glob("*/*.toml"))
    wrong, codes, slowest = [], {}, 0.0
    with tempfile.TemporaryDirectory(prefix="napress-inputs-") as scratch:
        shutil.copytree(EXAMPLES, scratch, dirs_exist_ok=True)
        # What is imported once does not count, nor may it be interrupted.
        for source in sources:
            in_process(["validate", str(source)])
        for number in range(count):
            source = chosen.choice(sources)
            text = mutated(source.read_text(encoding="utf-8"), chosen)
            path = Path(scratch) / source.relative_to(EXAMPLES).with_name("mutated.toml")
            path.write_text(text, encoding="utf-8")
            begin = time.monotonic()
            try:
                with at_most(LONGEST_INPUT_S):
                    code, said = in_process(["validate", str(path)])
            except TooLong:
                code, said = -1, "over 10 s"
            slowest = max(slowest, time.monotonic() - begin)
            codes[code] = codes.get(code, 0) + 1
            if code not in (0, 2) or (code and said.count("\n") != 1):
                kept = Path(tempfile.gettempdir()) / f"napress-mutated-{number}.toml"
                shutil.copy(path, kept)
                wrong.append(f"{kept}: exit {code}: {said.strip()[-200:]}")
    print(f"{count} mutated inputs: exit codes {codes}, slowest {slowest:.1f} s")
    return wrong


def damage() -> list[str]:
    """Damages a killed run in every known way; returns what went wrong, one line each."""
    wrong = []
    with tempfile.TemporaryDirectory(prefix="napress-damage-") as above:
        whole, killed = Path(above) / "whole", Path(above) / "killed"
        for folder in (whole, killed):
            prepare(folder, CASE.replace("= true", "= false"))
        in_process(words("interface", whole, 1)[4:])
        child = command(words("interface", killed, 1), {})
        history, index = (killed / "out" / name for name in ("history.csv", "fields/index.json"))
        # After the first target, so that there is something of every kind.
        while child.poll() is None and not index.exists():
            time.sleep(0.01)
        rows = history.read_text().count("\n") + 3
        while child.poll() is None and history.read_text().count("\n") < rows:
            time.sleep(0.01)
        os.killpg(child.pid, signal.SIGKILL)
        child.communicate()
        if (killed / "out" / "summary.json").exists():
            return ["the run to be damaged was over before it could be killed"]
        for name, hurt in DAMAGE.items():
            folder = Path(above) / "hurt"
            shutil.copytree(killed, folder)
            hurt(folder / "out")
            said, problem = [], ""
            jobs = [["resume", "-q"], ["paraview"]]
            if name.split()[0] in READ_BY_REPORT:
                jobs.append(["report"])
            for job in jobs:
                code, text = in_process([job[0], str(folder / "out"), *job[1:]])
                said.append(code)
                if code not in (0, 2, 4) or (code and text.count("\n") != 1):
                    problem = problem or f"{job[0]}: exit {code}: {text.strip()[-200:]}"
            if not problem and said[0] == 0:
                problem = difference("interface", folder, whole)
            result = problem or f"exit codes {said}"
            print(f"{name}: {result}", flush=True)
            wrong += [f"{name}: {problem}"] if problem else []
            shutil.rmtree(folder)
    return wrong


def main() -> int:
    """Runs what is asked for; 0 if all was right."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=0, help="runs killed at random moments")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--cold", type=float, default=0.25, help="share of kills on a cold cache")
    parser.add_argument("--inputs", type=int, default=0, help="mutated case files")
    parser.add_argument("--damage", action="store_true", help="every kind of damage to a folder")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    found: dict[str, Any] = {}
    chosen = random.Random(options.seed)
    if options.damage:
        found["damage"] = {"trials": len(DAMAGE), "wrong": damage()}
    if options.inputs:
        found["inputs"] = {"trials": options.inputs, "wrong": inputs(options.inputs, chosen)}
    if options.kills:
        wrong = kills(options.kills, options.kinds, options.cold, chosen)
        found["kills"] = {"trials": options.kills, "wrong": wrong}
    print(json.dumps(found))
    return int(any(part["wrong"] for part in found.values()))


if __name__ == "__main__":
    sys.exit(main())
