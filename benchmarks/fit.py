"""Times ``napress fit`` on the shipped example, and the share of conduction in a run with a film.

Prints one line each: wall seconds and CPU seconds of a fit from nothing, of the same fit with
the run that is there, and the share of CPU time that conduction takes in a run with a film.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from importlib import resources
from pathlib import Path

COMMAND = [sys.executable, "-P", "-m", "napress.cases.cli"]
ALLOWED = {"fit from nothing": 300.0, "fit on a run that is there": 10.0}
ALLOWED_CONDUCTION = 0.05
FILM = '\n[film]\npressure = "100 MPa"\nexponent = 2.2\nspacing = "50 um"\n'
FILM += 'thickness = "5 nm"\npermittivity = 10\n'
TARGETS = (1, 5, 10, 25)


def main() -> int:
    """Measures and prints; 1 if a wall time or the share is above what is promised."""
    examples = Path(str(resources.files("napress.cases").joinpath("examples", "fits")))
    missed = 0
    with tempfile.TemporaryDirectory() as aside:
        fit = ["fit", examples / "li-lpscl.csv", "--case", examples / "li-lpscl.toml", "--quiet"]
        for name, allowed in ALLOWED.items():
            wall, cpu = _timed([*fit, "--out", Path(aside) / "fit", "--cores", "2"])
            missed += wall > allowed
            print(f"{name}: {wall:.1f} s, CPU {cpu:.1f} s; allowed {allowed:g} s")
        text = (examples / "li-lpscl.toml").read_text(encoding="utf-8")
        program = "".join(f'[[program]]\npressure = "{one} MPa"\n' for one in TARGETS)
        case = Path(aside) / "film.toml"
        case.write_text(text.replace('[[program]]\npressure = "25 MPa"\n', program) + FILM)
        _timed(["run", case, "--out", Path(aside) / "film", "--quiet"])
        manifest = json.loads((Path(aside) / "film" / "manifest.json").read_text())
        timers = manifest["timers_s"]
        share = timers["conduction"] / manifest.get("cpu_s", sum(timers.values()))
        missed += share > ALLOWED_CONDUCTION
        print(f"conduction: {100 * share:.1f} % of a run with {len(TARGETS)} targets; allowed 5 %")
    return 1 if missed else 0


def _timed(arguments: list) -> tuple[float, float]:
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run([*COMMAND, *map(str, arguments)], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.monotonic() - start, cpu


if __name__ == "__main__":
    sys.exit(main())
