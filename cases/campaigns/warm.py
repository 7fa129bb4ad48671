"""Compiles the forms of a campaign once: ``python -m napress.cases.campaigns.warm FOLDER RUN...``.

Hundred jobs of a cluster that start together would otherwise wait for one of them.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

import tomli_w

from napress.cases.campaigns.folder import case_file, read_plan
from napress.cases.runs.bring_to_end import Launch

_LONGEST_RUN_S = 1800.0


def main(arguments: list[str]) -> int:
    """Runs a tiny case for each kind of run.

    Args:
        arguments: Campaign folder and the ids of runs that differ in kind.

    Returns:
        0, also if a tiny case fails: the runs will say better what is wrong.
    """
    folder = Path(arguments[0]).resolve()
    launch = Launch(tuple(read_plan(folder).command))
    for run_id in arguments[1:]:
        with tempfile.TemporaryDirectory(prefix="napress-warm-") as scratch:
            content = tomllib.loads(case_file(folder, run_id).read_text(encoding="utf-8"))
            case = Path(scratch) / "warm.toml"
            case.write_text(tomli_w.dumps(tiny_case(content)), encoding="utf-8")
            _compile(launch, case, Path(scratch))
    return 0


def kind_of(case: Any) -> tuple[Any, ...]:
    """Returns what decides which forms a case needs; everything else is a constant in them."""
    sodium = case.sodium
    voce = sodium.voce_strength or sodium.material.voce_strength
    creeps = None if case.creep is None else case.creep.with_yield
    contact = case.contact
    return (
        case.interface.dimension,
        voce is not None and voce.value != 0.0,
        creeps,
        contact.law,
        bool(contact.adhesion),
        contact.gas,
        case.size_effect is not None,
        case.resistance is not None,
    )


def tiny_case(resolved: dict[str, Any]) -> dict[str, Any]:
    """Returns a case of the same kind that takes seconds: one shallow wave on 16 elements."""
    width = resolved["interface"]["width"]
    size, unit = width.split(maxsplit=1)
    height = f"{0.005 * float(size)!r} {unit}"
    wave = {"kind": "sinusoid", "amplitude": height, "wavelength": width}
    thick = {"thickness": width}
    kept = ("creep", "contact", "size_effect", "resistance")
    more = {name: resolved[name] for name in kept if name in resolved}
    elements = 4 if resolved["interface"]["dimension"] == 3 else 16
    return {
        "title": "compiles the forms of a campaign",
        "surface": [wave],
        "interface": {**resolved["interface"], "elements": elements},
        "sodium": {**resolved["sodium"], **thick},
        "ceramic": {**resolved["ceramic"], **thick},
        "program": [{"pressure": "0.01 MPa", **({"duration": "1 s"} if "creep" in more else {})}],
        **more,
        "output": {"fields": "none", "figures": False, "report": False},
    }


def _compile(launch: Launch, case: Path, scratch: Path) -> None:
    words = [*launch.words(), "run", str(case), "--out", f"{scratch}/run", "-q"]
    try:
        ended = subprocess.run(
            words, stdin=subprocess.DEVNULL, capture_output=True, timeout=_LONGEST_RUN_S
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        sys.stderr.write(f"napress: forms were not compiled in advance: {error}\n")
        return
    sys.stderr.write((ended.stdout + ended.stderr).decode(errors="replace"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
