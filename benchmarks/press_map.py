"""What an egg-box in three dimensions costs: time and memory per stage against its size.

Each size runs in a process of its own, so that its peak memory is its own. Newton iterations
of the first steps are timed, stage by stage; the last line is JSON with everything.

    python benchmarks/press_map.py --sizes 8 16 32 --steps 6
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import resource
import subprocess
import sys
import time

STAGES = ("contact", "residual", "tangent", "factor", "krylov")
WIDTH_UM, CERAMIC_UM, AMPLITUDE_UM = 20.0, 40.0, 1.0


class Enough(Exception):
    """The steps asked for have been taken."""


def press(elements: int, steps: int) -> dict[str, float]:
    """Presses an egg-box for some steps and returns its cost per Newton iteration.

    Args:
        elements: Interface elements along each side.
        steps: Accepted steps.
    """
    import napress.meshes.backend  # noqa: F401

    from mpi4py import MPI

    from napress.cases.verification.pressing.pressing import R1_CERAMIC, R1_SODIUM
    from napress.fem.coupled.problem import InterfaceProblem, build_system
    from napress.fem.inputs.load_program import pressure_targets
    from napress.fem.inputs.step_control import StepControl
    from napress.fem.state.committed import first_touch
    from napress.fem.stepping.follow import follow
    from napress.meshes.surfaces import Sinusoid, build_surface

    surface = build_surface(Sinusoid(AMPLITUDE_UM, WIDTH_UM), WIDTH_UM, 3)
    problem = InterfaceProblem(surface, elements, WIDTH_UM, CERAMIC_UM, R1_SODIUM, R1_CERAMIC)
    began = time.process_time()
    system = build_system(problem, MPI.COMM_WORLD)
    setup = time.process_time() - began
    before = dict(system.timers.seconds)
    control = StepControl(first_step_um=0.01 * WIDTH_UM / elements)
    start = first_touch(system, control)
    iterations: list[int] = []
    pressures_MPa: list[float] = []

    def listen(accepted) -> None:
        iterations.append(accepted.iterations)
        pressures_MPa.append(accepted.committed.pressure_MPa)
        print(f"{elements}: step {len(iterations)}, {iterations[-1]} iterations,"
              f" {pressures_MPa[-1]:.4g} MPa", file=sys.stderr, flush=True)  # fmt: skip
        if len(iterations) == steps:
            raise Enough

    began = time.process_time()
    try:
        follow(system, pressure_targets((360.0,)), control, listen, start, start.void)
    except Enough:
        pass
    newton = sum(iterations)
    result = {
        "elements": elements,
        "unknowns": len(start.state.sodium),
        "tetrahedra": system.sodium.body.mesh.topology.index_map(3).size_local,
        "splines": system.ceramic.basis.size,
        "setup_s": setup,
        "steps": len(iterations),
        "newton": newton,
        "iterations_of_steps": iterations,
        "pressures_MPa": pressures_MPa,
        "newton_s": (time.process_time() - began) / max(newton, 1),
        "peak_memory_MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    for stage in STAGES:
        taken = system.timers.seconds.get(stage, 0.0) - before.get(stage, 0.0)
        result[f"{stage}_s"] = taken / newton
    return result


def exponent(rows: list[dict[str, float]], name: str) -> float:
    """Power of the elements per side with which a cost grows, least squares in logarithms."""
    points = [(math.log(row["elements"]), math.log(row[name])) for row in rows if row[name] > 0]
    if len(points) < 2:
        return math.nan
    x, y = zip(*points, strict=True)
    mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
    above = sum((a - mean_x) * (b - mean_y) for a, b in points)
    return above / sum((a - mean_x) ** 2 for a in x)


def main() -> None:
    """Runs each size aside, prints a table with fitted exponents, and a line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[8, 16, 32])
    parser.add_argument("--steps", type=int, default=6)
    parser.add_argument("--timeout", type=float, default=1800.0, help="seconds per size")
    parser.add_argument("--alone", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.alone:
        print(json.dumps(press(options.alone, options.steps)))
        return
    rows, failed = [], {}
    for size in options.sizes:
        command = [sys.executable, __file__, "--alone", str(size), "--steps", str(options.steps)]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=options.timeout, check=True
            )
            rows.append(json.loads(done.stdout.splitlines()[-1]))
        except subprocess.TimeoutExpired:
            failed[size] = f"not done in {options.timeout:g} s"
        except subprocess.CalledProcessError as error:
            failed[size] = (error.stderr.strip().splitlines() or ["no reason given"])[-1]
    names = ["unknowns", "setup_s", *(f"{stage}_s" for stage in STAGES)]
    names += ["newton_s", "peak_memory_MB"]
    powers = {name: exponent(rows, name) for name in names}
    print(f"egg-box, first {options.steps} steps; CPU seconds per Newton iteration by stage")
    print("elements  " + "  ".join(f"{name:>14}" for name in names))
    for row in rows:
        print(f"{row['elements']:>8}  " + "  ".join(f"{row[name]:>14.4g}" for name in names))
    print("power n^  " + "  ".join(f"{powers[name]:>14.2f}" for name in names))
    for size, reason in failed.items():
        print(f"{size:>8}  {reason}")
    load = os.getloadavg()[0]
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {load:.1f}")
    print(json.dumps({"bench": "map", "rows": rows, "powers": powers, "load": load}))
    if failed:
        sys.exit(1)


if __name__ == "__main__":
    main()
