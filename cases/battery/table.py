"""Interface resistance over pressure, current and temperature, with where it comes from.

The conduction of a run is linear, so its resistance is the same at every current density; the
table says so by listing the currents asked for. Temperature scales what is known to follow it:
the electrolyte's part and the charge transfer, each by an activation energy that the user
gives, as sigma = sigma_0 exp[-E/R (1/T - 1/T_0)].
"""

from __future__ import annotations

import json
import math
import tomllib
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napress.cases.errors import CaseError, RunFolderError
from napress.cases.runs import folder as run_folder
from napress.fem.inputs.constants import ROOM_TEMPERATURE_K, GAS_CONSTANT_kJ_PER_MOL_K
from napress.postprocess.records.history import read_history
from napress.postprocess.records.recorder import HISTORY
from napress.postprocess.report.run import CASE, MANIFEST

Array = NDArray[np.float64]
IN_ELECTROLYTE = ("constriction_asr_ohm_cm2", "clean_spots_asr_ohm_cm2")
PARTS = (*IN_ELECTROLYTE, "charge_transfer_asr_ohm_cm2", "film_asr_ohm_cm2")


@dataclass(frozen=True)
class Conditions:
    """Where the table is wanted.

    Attributes:
        currents_mA_per_cm2: Current densities.
        temperatures_K: Temperatures; empty is that of the run.
        conduction_kJ_per_mol: Activation energy of the electrolyte's conductivity.
        charge_transfer_kJ_per_mol: Of the charge transfer.
    """

    currents_mA_per_cm2: tuple[float, ...] = (0.0,)
    temperatures_K: tuple[float, ...] = ()
    conduction_kJ_per_mol: float | None = None
    charge_transfer_kJ_per_mol: float | None = None


@dataclass(frozen=True)
class InterfaceTable:
    """Resistance of one interface.

    Attributes:
        pressure_MPa: Of the rows while pressing, rising, (pressures,).
        temperature_K: (temperatures,).
        current_mA_per_cm2: (currents,).
        asr_ohm_cm2: While pressing, (pressures, temperatures); the same at every current.
        released_MPa: Pressures after the largest one, in their order, (releases,).
        released_asr_ohm_cm2: There, (releases, temperatures).
        provenance: Lines that say what it is and where its numbers are from.
    """

    pressure_MPa: Array
    temperature_K: Array
    current_mA_per_cm2: Array
    asr_ohm_cm2: Array
    released_MPa: Array
    released_asr_ohm_cm2: Array
    provenance: tuple[str, ...]

    def csv(self) -> str:
        """Comma-separated, provenance as comments before the header."""
        lines = [f"# {text}" for text in self.provenance]
        lines.append(
            "pressure_MPa,current_density_mA_per_cm2,temperature_K,branch,interface_asr_ohm_cm2"
        )
        branches = (
            ("ramp", self.pressure_MPa, self.asr_ohm_cm2),
            ("release", self.released_MPa, self.released_asr_ohm_cm2),
        )
        for name, pressures, values in branches:
            for pressure, row in zip(pressures, values, strict=True):
                for current in self.current_mA_per_cm2:
                    lines += [
                        f"{pressure:.6g},{current:.6g},{temperature:.6g},{name},{value:.6g}"
                        for temperature, value in zip(self.temperature_K, row, strict=True)
                    ]
        return "\n".join(lines) + "\n"


def interface_table(folder: Path, conditions: Conditions) -> InterfaceTable:
    """Reads a run.

    Args:
        folder: Run folder.
        conditions: Where the table is wanted.

    Raises:
        RunFolderError: If it is no run, or its resistance was not solved.
        CaseError: If a temperature is asked for and an activation energy is missing.
    """
    if not run_folder.is_run_folder(folder):
        raise RunFolderError(f"{folder}: no run folder; allowed: a folder that napress run wrote")
    history = read_history(folder / HISTORY)
    names = ["pressure_MPa", "interface_asr_ohm_cm2", *PARTS]
    if any(name not in history for name in names):
        raise RunFolderError(
            f"{folder}: no resistance in it; allowed: a run whose ceramic has ionic_conductivity"
        )
    rows = history[(history["is_target"] == 1) & np.isfinite(history["interface_asr_ohm_cm2"])]
    if rows.empty:
        raise RunFolderError(f"{folder}: nothing touches at any target; no resistance to give")
    largest = rows["pressure_MPa"].cummax()
    pressing = (rows["pressure_MPa"] >= largest) & ~rows["pressure_MPa"].duplicated()
    at = float(rows["temperature_K"].iloc[-1]) if "temperature_K" in rows else ROOM_TEMPERATURE_K
    temperatures = conditions.temperatures_K or (at,)
    parts = rows[list(PARTS)].to_numpy()
    scaled = np.stack([_at(parts, at, t, conditions) for t in temperatures], axis=1)
    released = (rows["pressure_MPa"] < largest).to_numpy()
    pressure = rows["pressure_MPa"].to_numpy()
    return InterfaceTable(
        pressure[pressing.to_numpy()],
        np.array(temperatures),
        np.array(conditions.currents_mA_per_cm2),
        scaled[pressing.to_numpy()],
        pressure[released],
        scaled[released],
        tuple(_provenance(folder, conditions, at)),
    )


def _at(parts: Array, known_K: float, wanted_K: float, conditions: Conditions) -> Array:
    """Sum of the parts at a temperature, (rows,)."""
    if math.isclose(known_K, wanted_K, rel_tol=1e-9):
        return parts.sum(1)
    total = np.zeros(len(parts))
    for index, name in enumerate(PARTS):
        part, energy = parts[:, index], 0.0
        if name in IN_ELECTROLYTE:
            energy = _energy(conditions.conduction_kJ_per_mol, "--conduction-energy", part)
        elif name == "charge_transfer_asr_ohm_cm2":
            given = conditions.charge_transfer_kJ_per_mol
            energy = _energy(given, "--charge-transfer-energy", part)
        barrier_K = energy / GAS_CONSTANT_kJ_PER_MOL_K
        total = total + part * math.exp(barrier_K * (1 / wanted_K - 1 / known_K))
    return total


def _energy(given: float | None, option: str, part: Array) -> float:
    if given is None and (part > 0).any():
        raise CaseError(
            option,
            "",
            "missing, and another temperature than the run's is asked for; allowed: an "
            "activation energy such as '30 kJ/mol'",
        )
    return given or 0.0


def _provenance(folder: Path, conditions: Conditions, temperature_K: float) -> list[str]:
    case = _toml(folder / CASE)
    manifest = _json(folder / MANIFEST)
    found = [
        "Resistance of one interface between metal and electrolyte, per nominal area.",
        f"napress {version('napress')}, run {folder.name}: {case.get('title', 'untitled')}",
        f"case SHA-256 {manifest.get('case_hash', 'unknown')}",
        f"computed at {temperature_K:.6g} K; the bulk of the electrolyte is not in it",
        "linear: the same at every current density; no voids from stripping",
    ]
    if conditions.temperatures_K:
        found.append(
            "temperature by activation energies given with the export: conduction "
            f"{_shown(conditions.conduction_kJ_per_mol)}, charge transfer "
            f"{_shown(conditions.charge_transfer_kJ_per_mol)}; the film's own is left alone"
        )
    for table in ("film", "resistance"):
        for name, entry in case.get(table, {}).items():
            if isinstance(entry, dict) and "value" in entry:
                source = entry.get("source", "")
                word = "estimate" if entry.get("estimate") else source or "no source"
                found.append(f"{table}.{name} = {entry['value']} ({word})")
    return found


def _shown(energy: float | None) -> str:
    return "none" if energy is None else f"{energy:g} kJ/mol"


def _toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _json(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
