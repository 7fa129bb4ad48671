"""The conduction solutions of a run on disk: ParaView fields and the current on the interface.

They have a folder of their own, since their mesh differs from step to step. A file
per solved step, and a collection whose time is that of the other fields.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from napress.fem.conduction.electrolyte import ConductionSolution
from napress.fem.snapshot import Array
from napress.postprocess.records import atomic as storage
from napress.postprocess.records.fields import collection, paraview_times

if TYPE_CHECKING:
    from pyvista import UnstructuredGrid

CONDUCTION = "conduction"
COLLECTION = "electrolyte.pvd"
_NAME = re.compile(r"interface_(\d+)\.npz")


@dataclass(frozen=True)
class InterfaceCurrent:
    """Current on the interface at one step, for a mean of 1 mA/cm^2.

    Attributes:
        step: Accepted step.
        pressure_MPa: Mean pressure.
        time_s: Time since first touch; 0 in runs that did not keep it.
        centre_um: Centres of the interface facets, (facets, dim).
        area_um: Their projected area, (facets,).
        density_mA_per_cm2: Current density over that area, (facets,).
    """

    step: int
    pressure_MPa: float
    time_s: float
    centre_um: Array
    area_um: Array
    density_mA_per_cm2: Array


def write_solution(
    folder: Path,
    step: int,
    pressure_MPa: float,
    solution: ConductionSolution,
    time_s: float = 0.0,
) -> None:
    """Write a solution and bring the collection up to date.

    Args:
        folder: The ``conduction`` folder of a run; made if missing.
        step: Accepted step; one that is there is replaced.
        pressure_MPa: Mean pressure.
        solution: Of that step.
        time_s: Time since first touch.
    """
    folder, field = Path(folder), solution.field
    import pyvista  # a second of start-up that a run without fields does not need

    grid = pyvista.UnstructuredGrid({field.cell_type: field.cells}, field.points_um)
    grid.point_data["potential_mV"] = field.potential_mV.astype(np.float32)
    grid.cell_data["current_density_mA_per_cm2"] = field.current_density_mA_per_cm2.astype(
        np.float32
    )
    grid.field_data["step"] = [step]
    grid.field_data["pressure_MPa"] = [pressure_MPa]
    grid.field_data["time_s"] = [time_s]
    with storage.replacing(folder / _field_name(step)) as aside:
        grid.save(aside, binary=True, compression="zlib")
    with storage.replacing(folder / f"interface_{step:06d}.npz") as aside, aside.open("wb") as out:
        np.savez_compressed(
            out,
            pressure_MPa=pressure_MPa,
            time_s=time_s,
            centre_um=solution.facet_centre_um,
            area_um=solution.facet_area_um,
            density_mA_per_cm2=solution.facet_current_density_mA_per_cm2,
        )
    _write_collection(folder)


def solved_steps(folder: Path) -> list[int]:
    """Steps whose conduction is kept, in order."""
    found = (_NAME.fullmatch(path.name) for path in Path(folder).glob("interface_*.npz"))
    return sorted(int(match[1]) for match in found if match)


def read_interface_current(folder: Path, step: int) -> InterfaceCurrent:
    """Read the current on the interface of one step.

    Raises:
        ValueError: If the step was not kept.
    """
    path = Path(folder) / f"interface_{step:06d}.npz"
    if not path.exists():
        raise ValueError(f"{path}: no current of step {step}")
    with np.load(path) as data:
        return InterfaceCurrent(
            step,
            float(data["pressure_MPa"]),
            float(data["time_s"]) if "time_s" in data else 0.0,
            data["centre_um"],
            data["area_um"],
            data["density_mA_per_cm2"],
        )


def read_field(folder: Path, step: int) -> UnstructuredGrid:
    """Read potential and current density of one step back."""
    import pyvista

    return pyvista.read(Path(folder) / _field_name(step))


def truncate_solutions(folder: Path, last_step: int) -> None:
    """Drop the solutions of later steps (resume); no folder is left alone."""
    folder = Path(folder)
    if not folder.is_dir():
        return
    storage.remove_unfinished(folder)
    for step in solved_steps(folder):
        if step > last_step:
            (folder / f"interface_{step:06d}.npz").unlink()
            (folder / _field_name(step)).unlink(missing_ok=True)
    _write_collection(folder)


def _field_name(step: int) -> str:
    return f"electrolyte_{step:06d}.vtu"


def _write_collection(folder: Path) -> None:
    kept = [read_interface_current(folder, step) for step in solved_steps(folder)]
    steps = [one.step for one in kept]
    times = paraview_times(steps, [one.time_s for one in kept], [one.pressure_MPa for one in kept])
    text = collection([_field_name(step) for step in steps], times)
    storage.write_text(folder / COLLECTION, text)
