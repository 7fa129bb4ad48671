"""ParaView fields: one compressed ``.vtu`` per body and written step, and a ``.pvd`` each.

ParaView's time has to increase strictly. It is the time in seconds where time passes, the
mean pressure in MPa where none passes and the pressure only rises, else the step. The true
pressure, time and step are field data of each file (``pressure_MPa``, ``time_s``, ``step``).
"""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import quoteattr

import numpy as np

from napress.fem.snapshot import Array, BodySnapshot, Snapshot
from napress.postprocess.measures.stress import max_shear, principal_stress, von_mises
from napress.postprocess.records import atomic as storage

if TYPE_CHECKING:
    from pyvista import UnstructuredGrid as UnstructuredGrid

BODIES = ("sodium", "ceramic")
INDEX = "index.json"


def derived_cell_data(body: BodySnapshot) -> dict[str, Array]:
    """Cell fields of a body with the usual invariants of its stress added.

    Args:
        body: The body.

    Returns:
        Its cell data and ``von_mises_MPa``, ``max_shear_MPa``,
        ``max_principal_MPa``, ``min_principal_MPa``, all (cells,).
    """
    principal = principal_stress(body.cell_data["stress_MPa"])
    return dict(body.cell_data) | {
        "von_mises_MPa": von_mises(body.cell_data["stress_MPa"]),
        "max_shear_MPa": max_shear(principal),
        "max_principal_MPa": principal[:, 0],
        "min_principal_MPa": principal[:, 2],
    }


def as_grid(
    body: BodySnapshot, step: int, pressure_MPa: float, time_s: float = 0.0
) -> UnstructuredGrid:
    """A body as a VTK grid in its reference configuration.

    Fields are stored in single precision (seven digits), points in double. The
    six stress components are in VTK's own symmetric order xx, yy, zz, xy, yz,
    xz, which ParaView names by itself.

    Args:
        body: The body.
        step: Number of the accepted step.
        pressure_MPa: Mean pressure.
        time_s: Time since first touch.

    Returns:
        The grid.
    """
    import pyvista  # a second of start-up that a run without fields does not need

    grid = pyvista.UnstructuredGrid({body.cell_type: body.cells}, body.points_um)
    for name, values in body.point_data.items():
        grid.point_data[name] = np.asarray(values, dtype=np.float32)
    for name, values in derived_cell_data(body).items():
        grid.cell_data[name] = np.asarray(values, dtype=np.float32)
    grid.field_data["step"] = [step]
    grid.field_data["pressure_MPa"] = [pressure_MPa]
    grid.field_data["time_s"] = [time_s]
    return grid


def write_fields(folder: Path, snapshot: Snapshot) -> None:
    """Write both bodies of a step and bring the collections up to date.

    Writing a step again replaces it. A kill leaves either the old or the new
    collection, never a reference to a file that is not whole.

    Args:
        folder: The ``fields`` folder of a run; made if missing.
        snapshot: The step.
    """
    folder = Path(folder)
    entry: dict[str, Any] = {
        "step": snapshot.step,
        "pressure_MPa": snapshot.pressure_MPa,
        "time_s": snapshot.time_s,
    }
    for name in BODIES:
        grid = as_grid(
            getattr(snapshot, name), snapshot.step, snapshot.pressure_MPa, snapshot.time_s
        )
        entry[name] = f"{name}_{snapshot.step:06d}.vtu"
        with storage.replacing(folder / entry[name]) as aside:
            grid.save(aside, binary=True, compression="zlib")
    kept = [old for old in field_index(folder) if old["step"] != snapshot.step]
    _write_index(folder, sorted([*kept, entry], key=lambda item: item["step"]))


def field_index(folder: Path) -> list[dict[str, Any]]:
    """Written steps in order: step, pressure_MPa, time_s, and the file name of each body.

    Raises:
        ValueError: If the index cannot be read.
    """
    path = Path(folder) / INDEX
    if not path.exists():
        return []
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path}: not a field index, {error}") from None
    wanted = {"step", "pressure_MPa", *BODIES}
    if not isinstance(entries, list) or not all(
        isinstance(entry, dict) and wanted <= set(entry) for entry in entries
    ):
        raise ValueError(f"{path}: not a field index, it lists other things than written steps")
    return entries


def truncate_fields(folder: Path, last_step: int) -> None:
    """Drop the fields of later steps and rebuild the collections (resume).

    Args:
        folder: The ``fields`` folder; nothing happens if it is missing.
        last_step: Last accepted step to keep.
    """
    folder = Path(folder)
    if not folder.is_dir():
        return
    kept = [entry for entry in field_index(folder) if entry["step"] <= last_step]
    _write_index(folder, kept)
    storage.remove_unfinished(folder)
    wanted = {entry[name] for entry in kept for name in BODIES}
    for path in folder.glob("*.vtu"):
        if path.name not in wanted:
            path.unlink()


def paraview_times(step: list[int], time_s: list[float], pressure_MPa: list[float]) -> list[float]:
    """ParaView's time of each written step, strictly increasing.

    Seconds where time passes, else MPa where the pressure never falls, else the step.
    What would stand still is shown a hair later.
    """
    falls = any(after < before for before, after in itertools.pairwise(pressure_MPa))
    if any(time > 0.0 for time in time_s):
        chosen: list[float] = list(time_s)
    else:
        chosen = [float(number) for number in step] if falls else list(pressure_MPa)
    times: list[float] = []
    for time in chosen:
        if times and time <= times[-1]:
            time = times[-1] + max(1e-6 * abs(times[-1]), 1e-9)
        times.append(float(time))
    return times


def collection(files: list[str], times: list[float]) -> str:
    """Text of a ParaView collection."""
    rows = [
        f'    <DataSet timestep="{time!r}" part="0" file={quoteattr(file)}/>\n'
        for time, file in zip(times, files, strict=True)
    ]
    return (
        '<?xml version="1.0"?>\n<VTKFile type="Collection" version="0.1">\n  <Collection>\n'
        + "".join(rows)
        + "  </Collection>\n</VTKFile>\n"
    )


def _write_index(folder: Path, entries: list[dict[str, Any]]) -> None:
    storage.write_json(folder / INDEX, entries)
    times = paraview_times(
        [entry["step"] for entry in entries],
        [entry.get("time_s", 0.0) for entry in entries],
        [entry["pressure_MPa"] for entry in entries],
    )
    for name in BODIES:
        text = collection([entry[name] for entry in entries], times)
        storage.write_text(folder / f"{name}.pvd", text)


def read_body(folder: Path, name: str, step: int | None = None) -> UnstructuredGrid:
    """Read one body back.

    Args:
        folder: The ``fields`` folder.
        name: ``sodium`` or ``ceramic``.
        step: Accepted step that was written; the last one if not given.

    Returns:
        The grid.

    Raises:
        ValueError: If there are no fields, or none of that step.
    """
    entries = [e for e in field_index(folder) if step is None or e["step"] == step]
    if not entries:
        which = "any step" if step is None else f"step {step}"
        raise ValueError(f"{folder}: no fields of {which}")
    return read_grid(Path(folder) / entries[-1][name])


def read_grid(path: Path) -> UnstructuredGrid:
    """Returns one file of fields.

    Raises:
        ValueError: If it is not one of a body.
    """
    import pyvista

    grid = pyvista.read(path)
    if not isinstance(grid, pyvista.UnstructuredGrid):
        raise ValueError(f"{path}: no body of a run")
    return grid
