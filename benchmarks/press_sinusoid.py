"""Time the reference sinusoid to 360 MPa: napress, and CalculiX when ``ccx`` is installed.

Both run on one core, as commands of their own, and are charged for everything they do. Prints
where the time goes and, last, one JSON line.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import profile_of_stages
import tomli_w
from calculix_deck import DeckOptions, SinusoidPress, read_history, write_deck

PROJECT = Path(__file__).resolve().parent.parent
CASE = PROJECT / "cases" / "examples" / "sinusoid.toml"
# One of them usually takes CalculiX past closure; see DeckOptions.
CONTACT_STIFFNESSES_MPA_PER_UM = (1e4, 3e4, 3e3)
COMPARED_MPA = (0.5, 1.0, 2.0, 3.0, 5.0)


@dataclass(frozen=True)
class Cost:
    """What a command used up, its children included.

    Attributes:
        exit_code: Of the command; negative if a signal ended it.
        timed_out: Whether it was ended because its time was up.
        cpu_s: User and system time.
        peak_memory_MB: Largest resident memory of one process.
    """

    exit_code: int
    timed_out: bool
    cpu_s: float
    peak_memory_MB: float


def run_measured(command: Iterable[str | Path], folder: Path, timeout_s: float) -> Cost:
    """Run ``command`` on one thread in ``folder`` and return its cost; output to log files."""
    with open(folder / "stdout.txt", "w") as out, open(folder / "stderr.txt", "w") as err:
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "CCX_NPROC_EQUATION_SOLVER": "1"}
        words = [str(word) for word in command]
        process = subprocess.Popen(words, cwd=folder, env=environment, stdout=out, stderr=err)
        timed_out = threading.Event()

        def end() -> None:
            timed_out.set()
            process.kill()

        timer = threading.Timer(timeout_s, end)
        timer.start()
        # wait4 gives the usage of this child alone, which getrusage would mix with the others'.
        _, status, usage = os.wait4(process.pid, 0)
        timer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
    return Cost(
        exit_code=process.returncode,
        timed_out=timed_out.is_set(),
        cpu_s=usage.ru_utime + usage.ru_stime,
        peak_memory_MB=usage.ru_maxrss / 1024,
    )


def write_case(problem: SinusoidPress, file: Path) -> None:
    """Write the shipped sinusoid with another number of elements and no fields or figures."""
    case = tomllib.loads(CASE.read_text())
    case["interface"]["elements"] = problem.elements
    case["program"] = [
        stage
        for stage in case["program"]
        if float(stage["pressure"].split()[0]) <= problem.pressure_MPa
    ]
    case["output"] = {"fields": "none", "figures": False, "report": False}
    file.write_text(tomli_w.dumps(case))


def run_napress(problem: SinusoidPress, folder: Path, timeout_s: float) -> dict[str, Any]:
    """Run ``napress run --json`` on ``problem``.

    Returns:
        ``cost`` (:class:`Cost` of the whole command), ``summary`` (``summary.json``) and
        ``history`` (``history.csv`` as a table).

    Raises:
        RuntimeError: napress did not reach the end.
    """
    folder.mkdir(parents=True)
    write_case(problem, folder / "case.toml")
    command = [Path(sys.executable).with_name("napress"), "run", "case.toml", "--json"]
    cost = run_measured([*command, "--quiet", "--out", "run"], folder, timeout_s)
    if cost.exit_code != 0:
        said = (folder / "stderr.txt").read_text().strip().splitlines()
        reason = f"no end after {timeout_s:g} s" if cost.timed_out else " ".join(said[-1:])
        raise RuntimeError(f"exit code {cost.exit_code}: {reason}")
    summary = json.loads((folder / "run" / "summary.json").read_text())
    if summary["pressure_MPa"] < (1 - 1e-6) * problem.pressure_MPa:
        raise RuntimeError(f"stopped at {summary['pressure_MPa']:.3g} MPa")
    return {
        "cost": cost,
        "summary": summary,
        "history": pd.read_csv(folder / "run" / "history.csv"),
    }


def run_calculix(
    problem: SinusoidPress, options: DeckOptions, folder: Path, timeout_s: float
) -> dict[str, Any]:
    """Run CalculiX on ``problem``.

    Returns:
        ``cost``, ``history`` (table, see :func:`calculix_deck.read_history`) and ``failure``:
        why it did not get to the wanted pressure, empty if it did.
    """
    folder.mkdir(parents=True)
    deck = write_deck(problem, options, folder)
    cost = run_measured(["ccx", deck.stem], folder, timeout_s)
    history = pd.DataFrame(read_history(problem, deck.with_suffix(".dat")))
    reached = highest_pressure(history)
    failure = ""
    if reached < problem.pressure_MPa:
        why = f"no end after {timeout_s:g} s" if cost.timed_out else f"exit code {cost.exit_code}"
        failure = f"stopped at {reached:.3g} MPa ({why})"
    return {"cost": cost, "history": history, "failure": failure}


def try_calculix(
    problem: SinusoidPress, options: argparse.Namespace, folder: Path
) -> list[dict[str, Any]]:
    """Run CalculiX with one contact stiffness after the other until it gets through.

    Only the attempt that gets through is charged to it. All of them share the time-out.
    """
    attempts: list[dict[str, Any]] = []
    end = time.monotonic() + options.timeout
    for stiffness in CONTACT_STIFFNESSES_MPA_PER_UM:
        deck = DeckOptions(
            contact_stiffness_MPa_per_um=stiffness, open_step_um=options.calculix_step
        )
        left = max(end - time.monotonic(), 1.0)
        run = run_calculix(problem, deck, folder / f"calculix-{stiffness:g}", left)
        attempts.append(run)
        cost = run["cost"]
        print(
            f"CalculiX, contact stiffness {stiffness:g} MPa/um: "
            f"{run['failure'] or 'got through'}; {len(run['history'])} increments, "
            f"{cost.cpu_s:.1f} CPU s, {cost.peak_memory_MB:.0f} MB"
        )
        if not run["failure"] or cost.timed_out:
            break
    return attempts


def highest_pressure(history: pd.DataFrame) -> float:
    """Return the largest pressure of a run, 0 without an increment."""
    return max(history.pressure_MPa, default=0.0)


def print_comparison(problem: SinusoidPress, runs: dict[str, pd.DataFrame]) -> None:
    """Print contact and void of each run at a few pressures, by interpolation."""
    print("\nWhat they find (contact fraction by gap; void in um2 per um of depth)")
    print(f"{'pressure MPa':>14}" + "".join(f"{name:>24}" for name in runs))
    for pressure in [p for p in COMPARED_MPA if p <= problem.pressure_MPa]:
        cells = ""
        for table in runs.values():
            if table.pressure_MPa.max() < (1 - 1e-6) * pressure:
                cells += f"{'-':>24}"
                continue
            contact, void = (
                np.interp(pressure, table.pressure_MPa, table[column])
                for column in ("contact_fraction", "void_area_um2")
            )
            cells += f"{contact:>14.3f}{void:>10.3f}"
        print(f"{pressure:>14g}{cells}")


def print_stages(history: pd.DataFrame, cost: Cost, options: argparse.Namespace) -> None:
    """Print the CPU time of each stage; the rest is start-up, mesh and writing."""
    last = history.iloc[-1]
    stages = {name[4:-2]: float(last[name]) for name in history.columns if name.startswith("cpu_")}
    stages["everything else"] = cost.cpu_s - sum(stages.values())
    print(f"\nnapress: {len(history)} steps, CPU seconds by stage")
    for stage, seconds in sorted(stages.items(), key=lambda item: -item[1]):
        print(f"  {stage.replace('_', ' '):<28}{seconds:8.2f}  {100 * seconds / cost.cpu_s:5.1f} %")
    print(f"  {'total':<28}{cost.cpu_s:8.2f}")
    iterations = int(history.newton_iterations.sum())
    if options.store:
        profile_of_stages.store(stages, iterations)
    if (options.elements, options.pressure) == (128, 360.0):
        print("\n".join(profile_of_stages.report(stages, iterations)))


def parse_arguments() -> argparse.Namespace:
    """Return the command line's options."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--elements", type=int, default=128, help="interface elements")
    parser.add_argument("--pressure", type=float, default=360.0, help="MPa to reach")
    parser.add_argument(
        "--calculix-elements", type=int, help="for CalculiX alone; default as --elements"
    )
    parser.add_argument(
        "--calculix-step", type=float, default=DeckOptions.open_step_um, help="um, voids open"
    )
    parser.add_argument(
        "--calculix-growth",
        type=float,
        default=SinusoidPress.layer_growth,
        help="height ratio of neighbouring layers; see calculix_deck.py for what it buys",
    )
    parser.add_argument("--timeout", type=float, default=1500.0, help="seconds for each program")
    parser.add_argument("--store", action="store_true", help="make this the stored profile")
    parser.add_argument("--record", action="store_true", help="add a line to history.jsonl")
    parser.add_argument("--keep", type=Path, help="new folder for all input and output")
    return parser.parse_args()


def main() -> int:
    """Run the benchmark and return the exit code: 1 if napress did not get through."""
    options = parse_arguments()
    problem = SinusoidPress(elements=options.elements, pressure_MPa=options.pressure)
    print(f"Sinusoid to {problem.pressure_MPa:g} MPa, {problem.elements} interface elements,")
    print(f"one core of {platform.processor() or platform.machine()}, {os.cpu_count()} cores seen")
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary) / "benchmark"
        result, code = compare(problem, options, folder)
    if options.record and code == 0:
        profile_of_stages.record(result)
    print(json.dumps(result))
    return code


def compare(
    problem: SinusoidPress, options: argparse.Namespace, folder: Path
) -> tuple[dict[str, float | None], int]:
    """Run both programs in ``folder``, print what they did, return the JSON line and the code."""
    result: dict[str, float | None] = dict.fromkeys(
        ("cpu_s", "calculix_cpu_s", "ratio", "newton_per_step", "peak_memory_MB")
    )
    code = 0
    tables: dict[str, pd.DataFrame] = {}
    try:
        # Forms are compiled once per machine, not once per run: done and shown apart.
        short = replace(problem, elements=32, pressure_MPa=0.5)
        warm_up = run_napress(short, folder / "warm-up", options.timeout)
        print(f"napress, warm-up that compiles its forms: {warm_up['cost'].cpu_s:.1f} CPU s")
        napress = run_napress(problem, folder / "napress", options.timeout)
        cost, history = napress["cost"], napress["history"]
        tables["napress"] = history
        result["cpu_s"] = round(cost.cpu_s, 2)
        result["newton_per_step"] = round(float(history.newton_iterations.mean()), 2)
        result["peak_memory_MB"] = round(cost.peak_memory_MB, 1)
        print_stages(history, cost, options)
    except RuntimeError as error:
        print(f"napress did not get through: {error}")
        code = 1

    if shutil.which("ccx") is None:
        print("CalculiX: no ccx on PATH")
    else:
        its_problem = replace(
            problem,
            elements=options.calculix_elements or problem.elements,
            layer_growth=options.calculix_growth,
        )
        attempts = try_calculix(its_problem, options, folder)
        best = max(attempts, key=lambda run: highest_pressure(run["history"]))
        tables[f"CalculiX ({its_problem.elements})"] = best["history"]
        if best["failure"]:
            print("CalculiX did not get through")
        else:
            calculix_cpu_s = best["cost"].cpu_s
            result["calculix_cpu_s"] = round(calculix_cpu_s, 2)
            if result["cpu_s"]:
                result["ratio"] = round(calculix_cpu_s / result["cpu_s"], 2)
    tables = {name: table for name, table in tables.items() if len(table)}
    if tables:
        print_comparison(problem, tables)
    return result, code


if __name__ == "__main__":
    sys.exit(main())
