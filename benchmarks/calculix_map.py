"""An egg-box in three dimensions, CalculiX next to napress, to a pressure or a time-out.

CalculiX gets what took it furthest in two dimensions (``calculix_deck.py``): finite strains,
fully integrated bricks, surface-to-surface penalty contact with sodium as the slave. Prints a
table of void and contact, and one JSON line.

    python benchmarks/calculix_map.py --elements 8 --pressure 5 --timeout 600
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import meshio
import numpy as np
import pandas as pd
import tomli_w
from calculix_deck import CONTACT_GAP_UM, blocks, graded_heights
from numpy.typing import NDArray
from press_sinusoid import Cost, run_measured
from reach_maps import map_case, write_ceramic
from scipy.interpolate import griddata

Array = NDArray[np.float64]
WIDTH_UM, AMPLITUDE_UM, SODIUM_UM, CERAMIC_UM = 20.0, 1.0, 20.0, 40.0
SODIUM_YOUNG_MPa, SODIUM_POISSON = 4600.0, 0.33
STIFFNESS_GPa = 80
COMPARED_MPA = (0.5, 1.0, 2.0, 3.0, 5.0)
SAMPLES = 8  # of the gap, along a facet


@dataclass(frozen=True)
class Options:
    """How CalculiX is asked.

    Attributes:
        growth: Of the layers of bricks, from the interface away.
        contact_stiffness_MPa_per_um: Pressure over penetration.
        step_um: Largest travel of the platen in an increment.
    """

    growth: float = 1.3
    contact_stiffness_MPa_per_um: float = 1e4
    step_um: float = 0.05


def _lateral(elements: int) -> tuple[Array, Array]:
    line = np.linspace(0.0, WIDTH_UM, elements + 1)
    x, y = (one.ravel() for one in np.meshgrid(line, line, indexing="ij"))
    return x, y


def _bricks(elements: int, layers: int) -> NDArray[np.int64]:
    """Bricks between layers of nodes, (bricks, 8), lowest layer first."""
    side = elements + 1
    node = np.arange(side**2).reshape(side, side)
    around = [node[:-1, :-1], node[1:, :-1], node[1:, 1:], node[:-1, 1:]]
    quads = np.stack(around, axis=-1).reshape(-1, 4)
    floors = [
        np.concatenate([quads, quads + side**2], axis=1) + at * side**2 for at in range(layers)
    ]
    return np.concatenate(floors)


def build_mesh(elements: int, growth: float) -> meshio.Mesh:
    """Ceramic and sodium in bricks, with the sets the deck refers to; z is up."""
    x, y = _lateral(elements)
    wave = 2 * np.pi / WIDTH_UM
    surface = 0.5 * AMPLITUDE_UM * (np.cos(wave * x) + np.cos(wave * y))
    facet, count = WIDTH_UM / elements, len(x)
    down = graded_heights(CERAMIC_UM, facet, growth)[::-1]
    up = graded_heights(SODIUM_UM, facet, growth)
    share = 1 - down / CERAMIC_UM
    ceramic_z = [-CERAMIC_UM + one * (surface + CERAMIC_UM) for one in share]
    heights = [*ceramic_z, *(np.full(count, AMPLITUDE_UM + one) for one in up)]
    points = np.concatenate([np.column_stack([x, y, height]) for height in heights])
    ceramic = _bricks(elements, len(down) - 1)
    sodium = _bricks(elements, len(up) - 1) + len(down) * count
    cells = np.concatenate([ceramic, sodium])
    face, first = elements**2, len(ceramic)
    layer = np.arange(len(points)) // count

    def at(axis: int) -> Array:
        return np.flatnonzero((points[:, axis] == 0.0) | (points[:, axis] == WIDTH_UM))

    return meshio.Mesh(
        points,
        [("hexahedron", cells)],
        point_sets={
            "SIDESX": at(0),
            "SIDESY": at(1),
            "BASE": np.flatnonzero(layer == 0),
            "PLATEN": np.flatnonzero(layer == layer[-1]),
            "CERAMICFACE": np.flatnonzero(layer == len(down) - 1),
            "SODIUMFACE": np.flatnonzero(layer == len(down)),
        },
        cell_sets={
            "CERAMIC": [np.arange(first)],
            "SODIUM": [np.arange(first, len(cells))],
            "CERAMICTOP": [np.arange(first - face, first)],
            "SODIUMBOTTOM": [np.arange(first, first + face)],
        },
    )


def write_deck(elements: int, travel_um: float, options: Options, folder: Path) -> meshio.Mesh:
    """Writes ``mesh.inp`` and ``press.inp``, and returns the mesh."""
    mesh = build_mesh(elements, options.growth)
    meshio.write(folder / "mesh.inp", mesh, file_format="abaqus", float_fmt=".10e")
    text = (folder / "mesh.inp").read_text()
    (folder / "mesh.inp").write_text(re.sub(r"(\*ELEMENT, TYPE=)\w+", r"\g<1>C3D8", text))
    first, largest = 0.005 / travel_um, options.step_um / travel_um
    (folder / "press.inp").write_text(f"""*INCLUDE, INPUT=mesh.inp
*SURFACE, NAME=SLAVE, TYPE=ELEMENT
SODIUMBOTTOM, S1
*SURFACE, NAME=MASTER, TYPE=ELEMENT
CERAMICTOP, S2
*MATERIAL, NAME=CERAMIC
*ELASTIC
{STIFFNESS_GPa * 1e3}, 0.26
*MATERIAL, NAME=SODIUM
*ELASTIC
{SODIUM_YOUNG_MPa}, {SODIUM_POISSON}
*PLASTIC
1., 0.
21., 10.
*SOLID SECTION, ELSET=CERAMIC, MATERIAL=CERAMIC
*SOLID SECTION, ELSET=SODIUM, MATERIAL=SODIUM
*SURFACE INTERACTION, NAME=FRICTIONLESS
*SURFACE BEHAVIOR, PRESSURE-OVERCLOSURE=LINEAR
{options.contact_stiffness_MPa_per_um}
*CONTACT PAIR, INTERACTION=FRICTIONLESS, TYPE=SURFACE TO SURFACE
SLAVE, MASTER
*BOUNDARY
SIDESX, 1, 1
SIDESY, 2, 2
BASE, 3, 3
*STEP, NLGEOM, INC=100000
*STATIC
{first:.6e}, 1., 1e-7, {largest:.6e}
*BOUNDARY
PLATEN, 3, 3, {-travel_um:.9e}
*NODE PRINT, NSET=PLATEN, TOTALS=ONLY
RF
*NODE PRINT, NSET=SODIUMFACE
U
*NODE PRINT, NSET=CERAMICFACE
U
*END STEP
""")
    return mesh


def read_history(mesh: meshio.Mesh, elements: int, dat_file: Path) -> pd.DataFrame:
    """Pressure, contact by gap (1 nm) and void at every increment.

    Args:
        mesh: Of the deck.
        elements: Along each side.
        dat_file: What CalculiX printed; may end in the middle of an increment.
    """
    lines = dat_file.read_text().splitlines() if dat_file.exists() else []
    line = (np.arange(SAMPLES * elements) + 0.5) * WIDTH_UM / (SAMPLES * elements)
    x, y = np.meshgrid(line, line, indexing="ij")
    rows, tables = [], {}
    for heading, numbers in blocks(lines):
        title = re.search(r"(force|displacements) .*for set (\w+) and time", heading)
        if not title:
            continue
        tables[title.group(2)] = numbers
        if title.group(2) != "CERAMICFACE" or len(numbers) < (elements + 1) ** 2:
            continue
        heights = []
        for name in ("SODIUMFACE", "CERAMICFACE"):
            table = tables[name]
            moved = mesh.points[table[:, 0].astype(int) - 1] + table[:, 1:4]
            heights.append(griddata(moved[:, :2], moved[:, 2], (x, y), method="linear"))
        gap = heights[0] - heights[1]
        rows.append(
            {
                "pressure_MPa": -tables["PLATEN"][0, 2] / WIDTH_UM**2,
                "contact_fraction": float(np.mean(gap <= CONTACT_GAP_UM)),
                "void_volume_um3": float(np.nanmean(np.maximum(gap, 0.0)) * WIDTH_UM**2),
            }
        )
    return pd.DataFrame(rows)


def run_calculix(elements: int, options: Options, folder: Path, timeout_s: float, travel_um: float):
    """Runs CalculiX and returns its cost and history."""
    mesh = write_deck(elements, travel_um, options, folder)
    cost = run_measured(["ccx", "press"], folder, timeout_s)
    return cost, read_history(mesh, elements, folder / "press.dat")


def run_napress(elements: int, folder: Path, pressure_MPa: float) -> tuple[Cost, pd.DataFrame]:
    """Runs napress on the same egg-box and returns its cost and history."""
    write_ceramic(folder)
    run = {"surface": "egg-box", "size_um": AMPLITUDE_UM, "elements": elements, "seed": 0}
    labels = run | {"metal": "r1", "ceramic_GPa": STIFFNESS_GPa}
    targets = tuple(one for one in COMPARED_MPA if one < pressure_MPa) + (pressure_MPa,)
    case = map_case(labels, targets)
    case["sodium"] |= {
        "young": {"value": f"{SODIUM_YOUNG_MPa} MPa", "estimate": True},
        "poisson": {"value": SODIUM_POISSON, "estimate": True},
    }
    (folder / "case.toml").write_text(tomli_w.dumps(case))
    command = [Path(sys.executable).with_name("napress"), "run", "case.toml", "--out", "run"]
    cost = run_measured([*command, "--quiet"], folder, 3600.0)
    return cost, pd.read_csv(folder / "run" / "history.csv")


def main() -> None:
    """Runs both and prints what they find."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--elements", type=int, default=8)
    parser.add_argument("--pressure", type=float, default=5.0, help="MPa")
    parser.add_argument("--travel", type=float, default=1.1, help="of CalculiX's platen, um")
    parser.add_argument("--timeout", type=float, default=600.0, help="of CalculiX, seconds")
    asked = parser.parse_args()
    runs: dict[str, tuple[Cost, pd.DataFrame]] = {}
    with tempfile.TemporaryDirectory() as made:
        for name in ("napress", "calculix"):
            (Path(made) / name).mkdir()
        runs["napress"] = run_napress(asked.elements, Path(made) / "napress", asked.pressure)
        if shutil.which("ccx") is None:
            print("CalculiX: no ccx on PATH")
        else:
            folder = Path(made) / "calculix"
            runs["CalculiX"] = run_calculix(
                asked.elements, Options(), folder, asked.timeout, asked.travel
            )
    result: dict[str, Any] = {"bench": "calculix map", "elements": asked.elements}
    for name, (cost, history) in runs.items():
        highest = max(history["pressure_MPa"], default=0.0) if len(history) else 0.0
        ended = ", time-out" if cost.timed_out else ""
        print(
            f"{name}: {len(history)} increments to {highest:.4g} MPa, {cost.cpu_s:.1f} CPU s, "
            f"{cost.peak_memory_MB:.0f} MB{ended}"
        )
        found = {}
        for pressure in COMPARED_MPA:
            if highest >= pressure * (1 - 1e-6):
                found[pressure] = [
                    float(np.interp(pressure, history["pressure_MPa"], history[column]))
                    for column in ("void_volume_um3", "contact_fraction")
                ]
                void, contact = found[pressure]
                print(f"  {pressure:g} MPa: void {void:.4g} um3, contact {contact:.3f}")
        result[name] = {"cpu_s": cost.cpu_s, "MB": cost.peak_memory_MB, "found": found}
    print(json.dumps(result))


if __name__ == "__main__":
    main()
