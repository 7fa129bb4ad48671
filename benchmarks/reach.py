"""Which rough surfaces reach 360 MPa: three ceramics, sinusoids and self-affine profiles.

The runs are a campaign in a folder that is kept; calling again runs what is missing.
The sodium is the shipped one: 0.235 MPa, no hardening, the hardest to solve. With --three
it presses maps instead, see ``reach_maps.py``.
Prints a Markdown table and, last, one JSON line.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import tomli_w
from reach_maps import METALS, STIFFNESSES_GPA, labels_of_maps, map_case, write_ceramic

from napress.cases.campaigns.campaign import Campaign, Count, Job, Standing, Where
from napress.cases.schema.load import parse_case

TARGETS_MPA = (0.5, 1, 2, 3, 5, 10, 30, 100, 200, 360)
SULFIDE = {"value": "20 GPa", "estimate": True, "note": "a soft sulfide"}
CERAMICS: dict[str, dict[str, Any]] = {
    "nzsp": {"material": "nzsp"},
    "beta-alumina": {"material": "beta-alumina"},
    "sulfide": {"material": "na3ps4", "young": SULFIDE},
}
WIDTH_UM = 20.0
REACHED = 1e-5  # of the last target: the residual left where a step converged
# Kind, size in µm (amplitude or rms), interface elements, seed.
SURFACES = [("sinusoid", 1.0, elements, 0) for elements in (64, 128, 256)] + [
    ("self-affine", rms, 160, seed) for rms in (0.5, 1.0) for seed in (1, 2, 3)
]
STEEP = [("self-affine", 2.0, 256, 1)]


# What a case has on top: sodium that creeps in a bench press, or that sticks to the ceramic.
PHYSICS: dict[str, dict[str, Any]] = {
    "plain": {},
    "friction": {"contact": {"law": "coulomb", "coefficient": 0.3}},
    "creep": {
        "creep": {"law": "creep", "with_yield": True},
        "program": [
            {"pressure": "360 MPa", "duration": "60 s"},
            {"hold": "300 s"},
            {"release": "1 MPa", "duration": "10 s"},
        ],
    },
}


def case_of(kind: str, size_um: float, elements: int, seed: int, ceramic: str) -> dict[str, Any]:
    """The case file of one run, as a dictionary."""
    surface: dict[str, Any] = {"kind": kind}
    if kind == "sinusoid":
        surface |= {"amplitude": f"{size_um} um", "wavelength": f"{WIDTH_UM} um"}
        surface["phase"] = "180 deg"
    else:
        surface |= {"rms": f"{size_um} um", "hurst": 0.8, "cutoff": "1 um", "seed": seed}
    return {
        "title": f"{kind} {size_um:g} um, seed {seed}, on {ceramic}",
        "surface": [surface],
        "interface": {"dimension": 2, "width": f"{WIDTH_UM} um", "elements": elements},
        "sodium": {"material": "sodium-wang-2020", "thickness": "20 um"},
        "ceramic": CERAMICS[ceramic] | {"thickness": "40 um"},
        "program": [{"pressure": f"{target} MPa"} for target in TARGETS_MPA],
        "output": {"fields": "none", "figures": False, "report": False},
    }


def profiles(
    steep: bool, ceramics: tuple[str, ...], physics: str
) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """What tells the runs in 2-D apart, and their cases."""
    runs = []
    for ceramic in ceramics:
        for kind, size_um, elements, seed in STEEP if steep else SURFACES:
            labels = {"surface": kind, "size_um": size_um, "elements": elements, "seed": seed}
            content = case_of(kind, size_um, elements, seed, ceramic) | PHYSICS[physics]
            runs.append((labels | {"ceramic": ceramic, "physics": physics}, content))
    return runs


def maps(options: argparse.Namespace, folder: Path) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """What tells the runs in 3-D apart, and their cases."""
    write_ceramic(folder)
    runs = labels_of_maps(options.elements, options.seeds, options.metals, options.stiffnesses)
    return [(labels, map_case(labels, TARGETS_MPA)) for labels in runs]


def name_of(labels: dict[str, Any]) -> str:
    """The name of a run's folder."""
    kind, size_um, elements, seed, *rest = labels.values()
    return "-".join(map(str, (kind, f"{size_um:g}um", elements, f"seed{seed}", *rest)))


def job_of(labels: dict[str, Any], content: dict[str, Any], folder: Path) -> Job:
    """The job of one run, its case checked."""
    name = name_of(labels)
    case = parse_case(tomli_w.dumps(content).encode(), f"{name}.toml", folder)
    return Job.of(case, name, folder=name)


def read_run(folder: Path, labels: dict[str, Any]) -> dict[str, Any]:
    """What a run reached, read from its history alone."""
    row = dict(labels)
    history = pd.read_csv(folder / "history.csv")
    last, steps = history.iloc[-1], history[history["step"] > 0]
    highest, ended = history["pressure_MPa"].max(), "no summary"
    if (folder / "summary.json").exists():
        summary = json.loads((folder / "summary.json").read_text())
        ended, row["cpu_s"] = summary["ended"], round(summary["cpu_s"], 1)
    reached = ended == "completed" and highest >= (1 - REACHED) * TARGETS_MPA[-1]
    per = "" if "plastic_dissipation_pJ" in history else "_per_um"
    slipped = last[f"stabilisation_pJ{per}"] / last[f"plastic_dissipation_pJ{per}"]
    return row | {
        "ended": "reached" if reached else ended,
        "highest_pressure_MPa": round(float(highest), 4),
        "closure_percent": round(float(last["closure_percent"]), 4),
        "steps": len(steps),
        "newton_per_step": round(float(steps["newton_iterations"].mean()), 1),
        "thrown_away": int(steps["rejected_attempts"].sum()),
        "redistributions": int(last["redistributions"]),
        "slip_work_percent": round(100 * float(slipped), 3),
        "step_error_percent": round(float(history["step_error_percent"].abs().sum()), 2),
        "energy_balance_error_percent": round(float(last["energy_balance_error_percent"]), 4),
    }


def markdown(rows: list[dict[str, Any]]) -> str:
    """The rows as a Markdown table."""
    names = list(rows[0])
    lines = ["| " + " | ".join(names) + " |", "|" + "---|" * len(names)]
    lines += ["| " + " | ".join(str(row.get(name, "")) for name in names) + " |" for row in rows]
    return "\n".join(lines)


def main() -> int:
    """Runs what is missing and prints the table; 0 if all reached the last target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("runs/reach"))
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--physics", choices=tuple(PHYSICS), default="plain")
    parser.add_argument("--ceramics", nargs="+", choices=tuple(CERAMICS), default=tuple(CERAMICS))
    parser.add_argument("--steep", action="store_true", help="only the 2 um rms profile")
    parser.add_argument("--three", action="store_true", help="maps, in 3-D")
    parser.add_argument("--elements", type=int, default=8, help="of a map, along each side")
    parser.add_argument("--seeds", type=int, nargs="*", default=(1, 2, 3), help="of maps")
    parser.add_argument("--metals", nargs="+", choices=tuple(METALS), default=tuple(METALS))
    parser.add_argument(
        "--stiffnesses",
        type=int,
        nargs="+",
        default=STIFFNESSES_GPA,
        help="of the ceramic under a map, GPa",
    )
    options = parser.parse_args()
    if options.three:
        asked = maps(options, options.out)
    else:
        asked = profiles(options.steep, options.ceramics, options.physics)
    labels_of = {name_of(labels): labels for labels, _ in asked}

    def on_end(one: Standing, count: Count) -> None:
        row = read_run(one.folder, labels_of[one.job.id]) if one.usable else {"ended": one.reason}
        print(json.dumps({"run": one.job.id} | row), file=sys.stderr, flush=True)

    campaign = Campaign(
        [job_of(*one, options.out) for one in asked], options.out / "campaign", runs=options.out
    )
    found = campaign.run(Where(options.jobs), on_end=on_end)
    rows = [read_run(one.folder, labels_of[one.job.id]) for one in found if one.usable]
    for one in found:
        if not one.usable:
            print(f"{one.job.id}: {one.reason}", file=sys.stderr)
    print(markdown(rows))
    reached = sum(row["ended"] == "reached" for row in rows)
    print(json.dumps({"runs": len(found), "reached_360_MPa": reached}))
    return 0 if reached == len(found) else 3


if __name__ == "__main__":
    sys.exit(main())
