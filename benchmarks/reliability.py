"""How napress bears kills, mutated inputs and damaged folders; docs/reliability.md has figures.

``python benchmarks/reliability.py --kills 60 --inputs 10000 --damage`` repeats them. Every trial
is chosen by the seed and its number; with ``--log`` those found there are not done again. Last
comes one line of JSON; exit code 1 if anything was not right.
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
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from reliability_damage import DAMAGE
from reliability_kills import CASE, EXAMPLES, KINDS, command, difference, kills, prepare, words

from napress.cases.cli.main import main as napress

LONGEST_INPUT_S = 10.0
# First words of the kinds of damage to what the report reads; it takes the longest.
READ_BY_REPORT = ("case", "fields", "history", "index", "interface")


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


def inputs(count: int, seed: int) -> list[str]:
    """Validates mutated case files; returns what went wrong, one line each."""
    sources = sorted(EXAMPLES.glob("*.toml")) + sorted(EXAMPLES.glob("*/*.toml"))
    wrong, codes, slowest = [], {}, 0.0
    with tempfile.TemporaryDirectory(prefix="napress-inputs-") as scratch:
        shutil.copytree(EXAMPLES, scratch, dirs_exist_ok=True)
        # What is imported once does not count, nor may it be interrupted.
        for source in sources:
            in_process(["validate", str(source)])
        for number in range(count):
            chosen = random.Random(f"{seed} input {number}")
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
    parser.add_argument("--cold", type=float, default=0.2, help="share of kills while compiling")
    parser.add_argument("--inputs", type=int, default=0, help="mutated case files")
    parser.add_argument("--damage", action="store_true", help="every kind of damage to a folder")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--log", type=Path, help="kills of earlier calls, not to be done again")
    parser.add_argument("--work", type=Path, help="folder that keeps the runs of reference")
    options = parser.parse_args()
    found: dict[str, Any] = {}
    if options.damage:
        found["damage"] = {"trials": len(DAMAGE), "wrong": damage()}
    if options.inputs:
        found["inputs"] = {"trials": options.inputs, "wrong": inputs(options.inputs, options.seed)}
    if options.kills:
        with tempfile.TemporaryDirectory(prefix="napress-kills-") as scratch:
            above = options.work or Path(scratch)
            above.mkdir(parents=True, exist_ok=True)
            wrong = kills(options.kills, options, above)
        found["kills"] = {"trials": options.kills, "wrong": wrong}
    print(json.dumps(found))
    return int(any(part["wrong"] for part in found.values()))


if __name__ == "__main__":
    sys.exit(main())
