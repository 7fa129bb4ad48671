"""``history.csv``: one row per accepted step, a unit in every column name.

A name without a unit suffix is a pure number (fractions, counts, strains,
utilisations). In 2-D volumes are per µm of depth, hence ``_um2``, and energies
``_pJ_per_um``; in 3-D ``_um3`` and ``_pJ``.
"""

from __future__ import annotations

import csv
import io
import math
import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from napress.fem.snapshot import CONTACT_GAP_UM, Array, Snapshot
from napress.postprocess.measures.depth import cell_depth
from napress.postprocess.measures.interface import (
    InterfaceMeasures,
    closure_percent,
    measure_ceramic,
    measure_interface,
)
from napress.postprocess.measures.paths import measure_paths
from napress.postprocess.measures.stress import place_columns
from napress.postprocess.records import atomic as storage

if TYPE_CHECKING:
    import pandas as pd

# Of a history's file, bytes.
LONGEST_LINE = 1 << 16
COUNTS = (
    "step",
    "is_target",
    "void_count",
    "contact_spot_count",
    "void_crosses_cell",
    "contact_crosses_cell",
    "gas_void_count",
    "newton_iterations",
    "local_iterations",
    "rejected_attempts",
    "redistributions",
)


def history_row(
    snapshot: Snapshot,
    depth_um: Array | None = None,
    contact_gap_um: float = CONTACT_GAP_UM,
) -> dict[str, float]:
    """Everything measured at one accepted step.

    Positions are those of cell centroids in the reference configuration. The
    pressure columns ``contact_pressure_*`` come from the contact surface and
    ``pressure_MPa`` from the platen; their difference measures equilibrium.

    Args:
        snapshot: The step.
        depth_um: Depth of each ceramic cell, (cells,), if kept by the caller.
        contact_gap_um: Gap up to which a point counts as in contact.

    Returns:
        Column name to value, in the order of the file.
    """
    dimension = snapshot.dimension
    void, size = ("void_area", "um2") if dimension == 2 else ("void_volume", "um3")
    energy_unit = "pJ_per_um" if dimension == 2 else "pJ"
    depth_um = cell_depth(snapshot.ceramic) if depth_um is None else depth_um
    contact = measure_interface(snapshot.interface, contact_gap_um)
    shear, principal = measure_ceramic(snapshot.ceramic, depth_um)
    plastic = snapshot.sodium.cell_data["plastic_strain"]

    row: dict[str, float] = {
        "step": snapshot.step,
        "is_target": int(snapshot.is_target),
        "time_s": snapshot.time_s,
        "temperature_K": snapshot.temperature_K,
        "pressure_MPa": snapshot.pressure_MPa,
        "platen_displacement_um": snapshot.platen_displacement_um,
        "contact_fraction": contact.contact_fraction,
        f"{void}_{size}": contact.void_um,
        f"{void}_signed_{size}": contact.void_signed_um,
        "closure_percent": closure_percent(contact.void_um, snapshot.initial_void_um),
        "void_count": contact.voids.count,
        f"void_largest_{size}": contact.voids.largest_um,
        f"void_mean_{size}": contact.voids.mean_um,
        "contact_pressure_mean_MPa": contact.pressure_mean_MPa,
        "contact_shear_load_MPa": snapshot.shear_load_MPa,
        "held_against_slip_MPa": snapshot.held_against_slip_MPa,
        "contact_pressure_peak_MPa": contact.pressure_peak_MPa,
        "contact_pressure_in_contact_MPa": contact.pressure_in_contact_MPa,
    }
    row |= _plane_columns(snapshot, contact)
    for name, peak in (("ceramic_max_shear", shear), ("ceramic_max_principal", principal)):
        row[f"{name}_MPa"] = peak.value_MPa
        row[f"{name}_p99_9_MPa"] = peak.percentile_MPa
        row |= place_columns(name, peak.position_um, peak.depth_um)
    row |= {
        "gas_void_count": snapshot.gas_void_count,
        "trapped_gas_max_MPa": snapshot.trapped_gas_max_MPa,
        "plastic_strain_max": float(plastic.max()),
        "plastic_strain_mean": float(
            np.average(plastic, weights=snapshot.sodium.cell_data["volume_um"])
        ),
        "sodium_volume_change_percent": 100.0
        * (snapshot.sodium_volume_um / snapshot.sodium_volume_initial_um - 1.0),
    }
    energy = asdict(snapshot.energy)
    if snapshot.stripped is None:
        # Nothing is ever taken away: no column for it.
        del energy["removed_pJ"]
    for name, value in energy.items():
        row[f"{name.removesuffix('_pJ')}_{energy_unit}"] = value
    row |= {
        "energy_balance_error_percent": snapshot.energy.error_percent,
        "newton_iterations": snapshot.newton_iterations,
        "local_iterations": snapshot.local_iterations,
        "rejected_attempts": snapshot.rejected_attempts,
        "redistributions": snapshot.redistributions,
        "step_error_percent": snapshot.step_error_percent,
    }
    for stage, seconds in snapshot.timers_s.items():
        row[f"cpu_{stage.removesuffix('_s').replace(' ', '_')}_s"] = seconds
    return row


class Measures:
    """The observer of what every run is asked: contact, voids, stress, energy, cost.

    Args:
        contact_gap_um: Gap up to which a point counts as in contact.
    """

    def __init__(self, contact_gap_um: float = CONTACT_GAP_UM) -> None:
        self._contact_gap_um = contact_gap_um
        self._depth_um: Array | None = None

    def columns(self, snapshot: Snapshot) -> dict[str, float]:
        """Everything measured at one accepted step."""
        if self._depth_um is None:
            self._depth_um = cell_depth(snapshot.ceramic)
        return history_row(snapshot, self._depth_um, self._contact_gap_um)


def _plane_columns(snapshot: Snapshot, contact: InterfaceMeasures) -> dict[str, float]:
    """What only an interface with a plane has: spots, ways across, and the other count."""
    if snapshot.dimension != 3:
        return {}
    row: dict[str, float] = {"contact_fraction_by_gap": contact.contact_fraction_by_gap}
    paths = measure_paths(snapshot.interface)
    if paths is not None:
        row |= {
            "contact_spot_count": paths.spots,
            "contact_spot_largest_um2": paths.largest_spot_um,
            "void_crosses_cell": int(paths.void_crosses),
            "contact_crosses_cell": int(paths.contact_crosses),
        }
    return row


def append_row(path: Path, row: dict[str, float]) -> None:
    """Add one row; whatever interrupts it, earlier rows stay readable.

    The line is appended and flushed to the disk. A half line left by an earlier
    kill is cut off first. If the columns differ from those in the file (a timer
    that appears late), the file is rewritten atomically with all of them.

    Args:
        path: The CSV file; made if missing.
        row: Column name to value.
    """
    path = Path(path)
    if not path.exists():
        storage.write_text(path, _line(list(row)) + _line(list(row.values())))
        return
    with path.open("r+b") as handle:
        header = next(csv.reader([handle.readline().decode(errors="replace")]), [])
        # Only a line that was cut short makes it worth reading them all.
        if "step" in header and not set(row) - set(header) and _ends_whole(handle, len(header)):
            _write_line(handle, header, row)
            return
    header, lines = _complete_lines(path)
    if set(row) - set(header):
        columns = header + [name for name in row if name not in header]
        gap = [math.nan] * (len(columns) - len(header))
        text = _line(columns) + "".join(_line([*next(csv.reader([line])), *gap]) for line in lines)
        storage.write_text(path, text + _line([row.get(name, math.nan) for name in columns]))
        return
    with path.open("r+b") as handle:
        handle.truncate(len((_line(header) + "".join(lines)).encode()))
        _write_line(handle, header, row)


def _ends_whole(handle: BinaryIO, values: int) -> bool:
    """Whether the last line is complete."""
    handle.seek(max(0, handle.seek(0, os.SEEK_END) - LONGEST_LINE))
    end = handle.read().decode(errors="replace")
    last = end.rstrip("\n").rsplit("\n", 1)[-1]
    return end.endswith("\n") and len(next(csv.reader([last]), [])) == values


def _write_line(handle: BinaryIO, header: list[str], row: dict[str, float]) -> None:
    """Appends a row and flushes it to the disk."""
    handle.seek(0, os.SEEK_END)
    handle.write(_line([row.get(name, math.nan) for name in header]).encode())
    handle.flush()
    os.fsync(handle.fileno())


def read_history(path: Path) -> pd.DataFrame:
    """Read a history, leaving out a last line that was cut short.

    Raises:
        ValueError: If the file is no history (missing, empty, or not numbers).
    """
    import pandas as pd

    header, lines = _complete_lines(Path(path))
    try:
        return pd.read_csv(io.StringIO(_line(header) + "".join(lines)), dtype=float).astype(
            {name: int for name in COUNTS if name in header}
        )
    except ValueError as error:
        raise ValueError(f"{path}: not a history, {error}") from None


def require_whole(path: Path, last_step: int, pressure_MPa: float) -> None:
    """Checks that a history holds every step up to one, once and in order.

    Args:
        path: The CSV file.
        last_step: Step that a run goes on from.
        pressure_MPa: Mean pressure of that step.

    Raises:
        ValueError: Naming what is missing, double or of another run.
    """
    path = Path(path)
    header, lines = _complete_lines(path)
    rows = [next(csv.reader([line]), []) for line in lines]
    for number, row in enumerate(rows, start=2):
        if len(row) != len(header):
            raise ValueError(f"{path}: line {number} has {len(row)} of {len(header)} values")
    table = read_history(path)
    steps = table["step"].to_numpy()
    steps = steps[steps <= last_step]
    # The first row is that of first touch, step 0, or of the first step.
    first = 0 if len(steps) and steps[0] == 0 else 1
    expected = np.arange(first, last_step + 1)
    if len(steps) != len(expected) or (steps != expected).any():
        raise ValueError(
            f"{path}: holds {len(steps)} rows up to step {last_step}, not one for each step"
        )
    if not len(steps):
        return
    found = float(table["pressure_MPa"].iloc[len(steps) - 1])
    if not abs(found - pressure_MPa) <= 1e-6 * max(abs(pressure_MPa), 1e-9):
        raise ValueError(f"{path}: step {last_step} is at another pressure than its checkpoint")


def truncate_history(path: Path, last_step: int) -> None:
    """Keep the rows up to and with ``last_step`` (resume); no file is left alone.

    Args:
        path: The CSV file.
        last_step: Last accepted step to keep; -1 removes the file.
    """
    path = Path(path)
    if not path.exists():
        return
    header, lines = _complete_lines(path)
    at = header.index("step")
    kept = [line for line in lines if float(next(csv.reader([line]))[at]) <= last_step]
    if kept:
        storage.write_text(path, _line(header) + "".join(kept))
    else:
        path.unlink()


def _line(values: list[Any]) -> str:
    """One CSV line; floats with all their digits."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(
        [repr(float(v)) if isinstance(v, float) else v for v in values]
    )
    return text.getvalue()


def _complete_lines(path: Path) -> tuple[list[str], list[str]]:
    """Column names, and the lines that are whole."""
    if not path.is_file():
        raise ValueError(f"{path}: no history file")
    text = path.read_text(encoding="utf-8", errors="replace")
    lines = text.splitlines(keepends=True)
    if not lines or not lines[0].endswith("\n"):
        raise ValueError(f"{path}: not a history, its first line is incomplete")
    header = next(csv.reader([lines[0]]))
    if "step" not in header:
        raise ValueError(f"{path}: not a history, it has no column 'step'")
    whole = lines[1:]
    while whole and (
        not whole[-1].endswith("\n") or len(next(csv.reader([whole[-1]]))) != len(header)
    ):
        whole.pop()
    return header, whole


def void_column(history: pd.DataFrame) -> str:
    """Name of the column with the net void: by area in 2-D, by volume in 3-D."""
    return "void_area_um2" if "void_area_um2" in history else "void_volume_um3"
