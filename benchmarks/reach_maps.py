"""The maps that ``reach.py --three`` presses: seven surfaces, two metals, four stiffnesses."""

from __future__ import annotations

import tomllib
from importlib import resources
from pathlib import Path
from typing import Any

import tomli_w

WIDTH_UM = 20.0
ELEMENTS_PER_WAVE = 4
# Kind, size in µm (amplitude or rms), seed.
MAPS = [("egg-box", 1.0, 0)] + [
    ("self-affine", rms, seed) for rms in (0.25, 0.5) for seed in (1, 2, 3)
]
METALS: dict[str, dict[str, Any]] = {
    "r1": {
        "yield_strength": {"value": "1 MPa", "estimate": True},
        "hardening": {"value": "2 MPa", "estimate": True},
    },
    "soft": {},  # as shipped: 0.235 MPa, no hardening
}
STIFFNESSES_GPA = (9, 20, 80, 200)
CERAMIC_FILE = "ceramic.toml"


def labels_of_maps(
    elements: int, seeds: tuple[int, ...], metals: tuple[str, ...], stiffnesses_GPa: tuple[int, ...]
) -> list[dict[str, Any]]:
    """What tells the runs apart, one entry a run.

    Args:
        elements: Along each side.
        seeds: Of self-affine maps.
        metals: Keys of `METALS`.
        stiffnesses_GPa: Young's moduli of the ceramic.
    """
    return [
        {"surface": kind, "size_um": size_um, "elements": elements, "seed": seed,
         "metal": metal, "ceramic_GPa": stiffness}
        for metal in metals
        for stiffness in stiffnesses_GPa
        for kind, size_um, seed in MAPS
        if seed == 0 or seed in seeds
    ]  # fmt: skip


def map_case(run: dict[str, Any], targets_MPa: tuple[float, ...]) -> dict[str, Any]:
    """The case file of one map, as a dictionary; no current is solved for.

    Args:
        run: One of `labels_of_maps`.
        targets_MPa: Mean pressures to stop at.
    """
    size, elements = f"{run['size_um']} um", run["elements"]
    surface = {"kind": "sinusoid", "amplitude": size, "wavelength": f"{WIDTH_UM} um"}
    if run["surface"] == "self-affine":
        cutoff = f"{ELEMENTS_PER_WAVE * WIDTH_UM / elements} um"
        surface = {"kind": "self-affine", "rms": size, "hurst": 0.8, "cutoff": cutoff}
        surface["seed"] = run["seed"]
    young = {"value": f"{run['ceramic_GPa']} GPa", "estimate": True}
    return {
        "title": f"{run['surface']} map {size}, seed {run['seed']}, {run['metal']} sodium on "
        f"{run['ceramic_GPa']} GPa",
        "surface": [surface],
        "interface": {"dimension": 3, "width": f"{WIDTH_UM} um", "elements": elements},
        "sodium": {"material": "sodium-wang-2020", "thickness": "20 um"} | METALS[run["metal"]],
        "ceramic": {"material": CERAMIC_FILE, "young": young, "thickness": "40 um"},
        "program": [{"pressure": f"{target} MPa"} for target in targets_MPa],
        "output": {"fields": "none", "figures": False, "report": False},
    }


def write_ceramic(folder: Path) -> None:
    """Writes NASICON without its conductivity: solving for current would double the time."""
    shipped = resources.files("napress.cases").joinpath("materials", "nzsp.toml")
    material = tomllib.loads(shipped.read_text("utf-8"))
    del material["ionic_conductivity"]
    material |= {"id": "nzsp-without-current", "name": "NZSP whose current is not solved for"}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / CERAMIC_FILE).write_text(tomli_w.dumps(material), encoding="utf-8")
