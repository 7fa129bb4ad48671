"""The interface of every accepted step, small enough to keep them all.

``fields`` are written at targets only; figures need the interface in between.
One compressed file per step, so adding a step never touches an older one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from napress.fem.snapshot import CONTACT_GAP_UM, Array, Snapshot, counts_as_contact
from napress.postprocess.records import atomic as storage

if TYPE_CHECKING:
    from pyvista import PolyData as PolyData

_NAME = re.compile(r"step_(\d+)\.npz")


@dataclass(frozen=True)
class Profile:
    """The interface at one step.

    Attributes:
        step: Accepted step.
        pressure_MPa: Mean pressure.
        facets: Number of interface facets.
        position_um: Sodium surface, (points, dim), by increasing x in 2-D.
        gap_um: Height above the deformed ceramic, (points,).
        contact_pressure_MPa: Contact pressure, (points,).
        in_contact: Where contact presses, (points,).
        area_um: Area each point stands for, (points,); the same for all in a run from before
            it was kept.
    """

    step: int
    pressure_MPa: float
    facets: int
    position_um: Array
    gap_um: Array
    contact_pressure_MPa: Array
    in_contact: NDArray[np.bool_]
    area_um: Array

    @property
    def ceramic_height_um(self) -> Array:
        """Height of the deformed ceramic below each sodium point, (points,)."""
        return self.position_um[:, -1] - self.gap_um

    def touching(self, contact_gap_um: float = CONTACT_GAP_UM) -> NDArray[np.bool_]:
        """What counts as contact, (points,), see `counts_as_contact`."""
        return counts_as_contact(self.position_um, self.gap_um, self.in_contact, contact_gap_um)


class Profiles:
    """The observer that keeps the interface of every step; it adds no column.

    Args:
        folder: The ``interface`` folder of a run; made if missing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = Path(folder)

    def columns(self, snapshot: Snapshot) -> dict[str, float]:
        """Keeps the interface of the step."""
        write_profile(self._folder, snapshot)
        return {}

    def truncate(self, last_step: int) -> None:
        """Drops the interfaces of later steps."""
        truncate_profiles(self._folder, last_step)


def write_profile(folder: Path, snapshot: Snapshot) -> None:
    """Keep the interface of one step (single precision).

    Args:
        folder: The ``interface`` folder of a run; made if missing.
        snapshot: The step.
    """
    interface = snapshot.interface
    with (
        storage.replacing(Path(folder) / f"step_{snapshot.step:06d}.npz") as aside,
        aside.open("wb") as handle,
    ):
        # Compressed it would be a fifth smaller and take ten times as long.
        np.savez(
            handle,
            pressure_MPa=snapshot.pressure_MPa,
            position_um=interface.position_um.astype(np.float32),
            gap_um=interface.gap_um.astype(np.float32),
            contact_pressure_MPa=interface.pressure_MPa.astype(np.float32),
            in_contact=interface.pressed,
            area_um=interface.area_um.astype(np.float32),
        )


def profile_steps(folder: Path) -> list[int]:
    """Steps that are kept, in order."""
    found = (_NAME.fullmatch(path.name) for path in Path(folder).glob("step_*.npz"))
    return sorted(int(match[1]) for match in found if match)


def read_profile(folder: Path, step: int) -> Profile:
    """Read the interface of one step.

    Raises:
        ValueError: If the step was not kept.
    """
    path = Path(folder) / f"step_{step:06d}.npz"
    if not path.exists():
        raise ValueError(f"{path}: no interface of step {step}")
    with np.load(path) as data:
        position = data["position_um"].astype(float)
        facets, _, dimension = position.shape
        position = position.reshape(-1, dimension)
        order = np.argsort(position[:, 0], kind="stable") if dimension == 2 else slice(None)
        pressure = data["contact_pressure_MPa"].astype(float).ravel()[order]
        return Profile(
            step=step,
            pressure_MPa=float(data["pressure_MPa"]),
            facets=facets,
            position_um=position[order],
            gap_um=data["gap_um"].astype(float).ravel()[order],
            contact_pressure_MPa=pressure,
            # kept since contact and gas are told apart
            in_contact=data["in_contact"].ravel()[order] if "in_contact" in data else pressure > 0,
            area_um=(
                data["area_um"].astype(float).ravel()[order]
                if "area_um" in data
                else np.ones(len(pressure))
            ),
        )


def truncate_profiles(folder: Path, last_step: int) -> None:
    """Drop the interfaces of later steps (resume)."""
    storage.remove_unfinished(Path(folder))
    for step in profile_steps(folder):
        if step > last_step:
            (Path(folder) / f"step_{step:06d}.npz").unlink()


def as_cloud(position_um: Array, gap_um: Array, contact_pressure_MPa: Array) -> PolyData:
    """Points of an interface as a VTK cloud with their fields.

    Args:
        position_um: (points, dim).
        gap_um: (points,).
        contact_pressure_MPa: (points,).
    """
    import pyvista

    points = np.zeros((len(position_um), 3))
    points[:, : position_um.shape[1]] = position_um
    cloud = pyvista.PolyData(points)
    cloud.point_data["gap_um"] = gap_um
    cloud.point_data["contact_pressure_MPa"] = contact_pressure_MPa
    return cloud
