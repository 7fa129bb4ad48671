"""Saves and restores a run so that it continues as if it had never stopped.

Values are stored with the coordinates of the points they belong to and looked up
by coordinate, so a checkpoint does not know how many ranks wrote it. It holds the
step's state together with the history *before* the step: restoring rebuilds the
tangent the next step starts from, then commits.
"""

from __future__ import annotations

import io
import json
import os
import zipfile
from dataclasses import fields
from pathlib import Path

import napress.meshes.backend  # noqa: F401  orders the imports below

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from napress.fem.coupled.system import CoupledSystem, State
from napress.fem.inputs.platen import ByDisplacement
from napress.fem.sodium.creep import let_creep
from napress.fem.sodium.points import reference_points
from napress.fem.state.committed import AcceptedStep, Committed
from napress.fem.state.sampling import gather_rows
from napress.fem.stepping.press import commit

Array = NDArray[np.float64]
_PER_POINT = ("gap", "gap_change", "gap_error", "stretch", "contact_pressure")
_NOT_SCALAR = {*_PER_POINT, "state"}


class CheckpointError(ValueError):
    """A checkpoint cannot be used; the message says why in one line."""


def _packed(system: CoupledSystem, accepted: AcceptedStep) -> dict[str, tuple[Array, Array]]:
    """Coordinates and values, by the kind of point."""
    sodium, now = system.sodium, accepted.committed
    points = reference_points(sodium)
    linearised, directions = system.linearised_at
    states = (now.state.sodium, linearised.sodium)
    shape = (-1, sodium.dimension)
    displacement = [one[sodium.displacement_dofs].reshape(shape) for one in states]
    pressure = [one[points.pressure_dofs] for one in states]
    inverse, strain = sodium.history()
    current, dual, weight = sodium.directions()
    columns = [strain, weight, sodium.volume_before(), directions[2]]
    history = [inverse, current, dual, *(column[..., None] for column in columns)]
    history += directions[:2]
    face = [sodium.multiplier(), *(getattr(now, name) for name in _PER_POINT)]
    face.append(system.laws.point_history())
    return {
        "nodes": (points.nodes, np.column_stack(displacement)),
        "vertices": (points.vertices, np.column_stack(pressure)),
        "cells": (points.cells, np.concatenate(history, axis=-1).reshape(len(points.cells), -1)),
        "face": (points.face, np.column_stack(face)),
    }


def save(
    path: Path, system: CoupledSystem, accepted: AcceptedStep, initial_void: float, key: str
) -> None:
    """Writes a checkpoint of an accepted, not yet committed step.

    Collective; rank 0 writes aside and renames, so a kill leaves the old one whole.

    Args:
        path: File to write.
        system: The coupled system.
        accepted: The step.
        initial_void: Void volume at first touch.
        key: Identifies the case; only the same key can restore.

    Raises:
        OSError: If the file cannot be written (on rank 0).
    """
    arrays: dict[str, Array] = {}
    for name, (points, values) in _packed(system, accepted).items():
        rows = gather_rows(system.sodium.comm, np.column_stack([points, values]))
        if rows is not None:
            arrays[name] = rows
    if system.sodium.comm.rank != 0:
        return
    now = accepted.committed
    scalars = {
        item.name: getattr(now, item.name)
        for item in fields(Committed)
        if item.name not in _NOT_SCALAR
    }
    header = {
        "key": key,
        "initial_void": initial_void,
        "stiffness": float(system.sodium.fields.stiffness.value),
        "committed": scalars,
    }
    buffer = io.BytesIO()
    np.savez(
        buffer,
        header=np.frombuffer(json.dumps(header, default=float).encode(), dtype=np.uint8),
        load=now.state.load,
        deflection=now.state.deflection,
        tangent_load=system.linearised_at[0].load,
        tangent_deflection=system.linearised_at[0].deflection,
        tangent_gas=system.linearised_at[0].gas,
        gas=now.state.gas,
        **{f"law_{name}": value for name, value in system.laws.shared_history().items()},
        **arrays,
    )
    aside = path.with_suffix(".new")
    with open(aside, "wb") as stream:
        stream.write(buffer.getbuffer())
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(aside, path)


def restore(path: Path, system: CoupledSystem, key: str) -> tuple[Committed, float]:
    """Restores a run, also on another number of ranks.

    Args:
        path: Checkpoint file.
        system: Freshly built system of the same case.
        key: The case's key.

    Returns:
        Committed values and the initial void; the system holds the tangent of the
        last step and its committed history.

    Raises:
        CheckpointError: If the file is damaged or belongs to another case.
    """
    try:
        with np.load(path) as data:
            content = {name: data[name] for name in data.files}
        header = json.loads(bytes(content["header"]).decode())
        scalars, initial_void = header["committed"], header["initial_void"]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise CheckpointError(f"{path.name}: not a whole checkpoint ({error})") from error
    if header["key"] != key:
        raise CheckpointError(f"{path.name}: checkpoint of another case")
    sodium = system.sodium
    points = reference_points(sodium)
    dimension = sodium.dimension

    def look_up(name: str, where: Array) -> Array:
        rows = content[name]
        distance, nearest = cKDTree(rows[:, :dimension]).query(where)
        if len(where) and distance.max() > 1e-7 * system.surface.width_um:
            raise CheckpointError(f"{path.name}: checkpoint of another mesh")
        return rows[nearest, dimension:]

    nodes, vertices = look_up("nodes", points.nodes), look_up("vertices", points.vertices)
    states = np.zeros((2, len(sodium.fields.state.x.array)))
    for row, state in enumerate(states):
        columns = slice(row * dimension, (row + 1) * dimension)
        state[sodium.displacement_dofs] = nodes[:, columns].ravel()
        state[points.pressure_dofs] = vertices[:, row]
    cells = look_up("cells", points.cells).reshape(len(sodium.cells), -1, 34)
    sodium.set_history(cells[..., :6], cells[..., 18])
    sodium.set_volume_before(cells[..., 20])
    face = look_up("face", points.face)
    sodium.set_multiplier(face[:, 0])
    sodium.fields.stiffness.value = header["stiffness"]
    count = 1 + len(_PER_POINT)
    per_point = dict(zip(_PER_POINT, face[:, 1:count].T.copy(), strict=True))
    laws = {name[4:]: value for name, value in content.items() if name.startswith("law_")}
    system.laws.restore(face[:, count:], laws)
    restored = Committed(
        state=State(states[0], content["load"], content["deflection"], content["gas"]),
        **per_point,
        **scalars,
    )
    let_creep(sodium, restored.crept_s, restored.temperature_K)
    tangent = State(
        states[1], content["tangent_load"], content["tangent_deflection"], content["tangent_gas"]
    )
    platen = ByDisplacement(restored.displacement_um)
    sodium.freeze_directions(cells[..., 22:28], cells[..., 28:34], cells[..., 21])
    system.evaluate(tangent, platen)
    system.factor()
    sodium.freeze_directions(cells[..., 6:12], cells[..., 12:18], cells[..., 19])
    at = system.evaluate(restored.state, platen)
    commit(system, AcceptedStep(restored, at, 0, 0, 0.0, False))
    return restored, initial_void
