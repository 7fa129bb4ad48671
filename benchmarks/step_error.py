"""How exact load steps are: the void of rough surfaces at default settings against fine steps.

Each surface of ``reach.py`` with its soft sodium, and two with the metal of the shipped rough
example, which keeps voids up to 3 MPa, is pressed twice: as it comes and with a fifth of its
`void_error`; an error of second order is then some twenty times smaller. The fine voids are
kept in ``step_references.json`` and made only where they are missing there (``--again``
makes all of them anew). Prints, for each surface and pressure, the true error and what the
run estimated, and, last, one JSON line.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import pandas as pd
from reach import SURFACES, case_of, job_of, name_of
from reach_maps import METALS

from napress.cases.campaigns.campaign import Campaign, Where
from napress.cases.schema.interface_case import VOID_ERROR

TARGETS_MPA = (0.5, 1, 1.5, 2, 3)
FINER = 5
REFERENCES = Path(__file__).with_name("step_references.json")
CERAMIC = "nzsp"
# Kind, size in µm, interface elements and seed as in reach.py, and the metal.
PRESSED = [(*surface, "soft") for surface in SURFACES] + [
    ("self-affine", rms, 256, 1, "r1") for rms in (0.5, 1.0)
]
CLOSED = 5e-4  # of the first void: below this it counts as closed and steps are in pressure


def labels_of(surface: tuple[Any, ...]) -> dict[str, Any]:
    """What tells a surface apart."""
    return dict(zip(("kind", "size", "elements", "seed", "metal"), surface, strict=True))


def key_of(surface: tuple[Any, ...]) -> str:
    """The name of a surface, as references are kept by."""
    return name_of(labels_of(surface))


def case(surface: tuple[Any, ...], finer: int) -> dict[str, Any]:
    """The case file of one run."""
    *shape, metal = surface
    content = case_of(*shape, CERAMIC)
    content["sodium"] |= METALS[metal]
    content["program"] = [{"pressure": f"{target} MPa"} for target in TARGETS_MPA]
    content["solver"] = {"void_error": f"{VOID_ERROR[2] / finer:g} percent"}
    return content


def voids(folder: Path) -> dict[str, dict[str, float]]:
    """Void at the targets, as a share of that at touch, and the error estimated so far, %."""
    history = pd.read_csv(folder / "history.csv")
    first = history["void_area_um2"].iloc[0] / (1 - history["closure_percent"].iloc[0] / 100)
    estimate = history["step_error_percent"].abs().cumsum()
    return {
        f"{history['pressure_MPa'][at]:.3g}": {
            "void_share": float(history["void_area_um2"][at] / first),
            "estimate_percent": float(estimate[at]),
        }
        for at in history.index[history["is_target"] == 1]
    }


def press(surfaces: list[tuple[Any, ...]], finer: int, out: Path, jobs: int) -> dict[str, Any]:
    """Presses surfaces through a campaign; their voids by name of the surface."""
    jobs_of = [job_of(labels_of(s) | {"finer": finer}, case(s, finer), out) for s in surfaces]
    campaign = Campaign(jobs_of, out / f"campaign-{finer}", runs=out)
    found = campaign.run(Where(jobs), on_end=lambda one, _: print(one.job.id, file=sys.stderr))
    return {
        key_of(surface): voids(one.folder)
        for surface, one in zip(surfaces, found, strict=True)
        if one.usable
    }


def main() -> int:
    """Presses what is missing, prints the table; 0 if every run ended well."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("runs/step-error"))
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--again", action="store_true", help="make the references anew")
    parser.add_argument(
        "--surfaces", nargs="*", help="by name, such as self-affine-1um-160-seed1-soft"
    )
    options = parser.parse_args()
    asked = [s for s in PRESSED if not options.surfaces or key_of(s) in options.surfaces]
    known = json.loads(REFERENCES.read_text()) if REFERENCES.exists() else {}
    missing = [s for s in asked if options.again or key_of(s) not in known]
    if missing:
        known |= press(missing, FINER, options.out, options.jobs)
        REFERENCES.write_text(json.dumps(known, indent=1) + "\n")
    found = press(asked, 1, options.out, options.jobs)
    print("| surface | MPa | void left, % | error, % of the void | of the first void | estimated |")
    print("|---|---:|---:|---:|---:|---:|")
    worst: dict[str, float] = {}
    for name, series in found.items():
        for pressure, one in series.items():
            true = known[name][pressure]["void_share"]
            if true < CLOSED:
                continue
            off = one["void_share"] - true
            worst[pressure] = max(worst.get(pressure, 0.0), abs(off / true))
            print(
                f"| {name} | {pressure} | {100 * true:.3g} | {100 * off / true:+.2f} "
                f"| {100 * off:+.3f} | {one['estimate_percent']:.3f} |"
            )
    print(json.dumps({"worst_percent_of_the_void": {p: 100 * w for p, w in worst.items()}}))
    return 0 if len(found) == len(asked) else 3


if __name__ == "__main__":
    sys.exit(main())
