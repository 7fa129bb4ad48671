"""Saves and restores a run so that it continues as if it had never stopped.

Values are stored with the coordinates of the points they belong to and looked up
by coordinate, so a checkpoint does not know how many ranks wrote it. It holds the
step's state together with the history *before* the step, and the same of the moment at
which the last tangent was built, which may be steps ago: restoring rebuilds the tangent
the next step starts from, then commits.
"""

from __future__ import annotations

import io
import json
import os
import zipfile
import zlib
from dataclasses import fields
from pathlib import Path

import napress.meshes.backend  # noqa: F401  orders the imports below

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from napress.fem.coupled.system import CoupledSystem
from napress.fem.coupled.unknowns import Linearised, State
from napress.fem.history_field import CELLS, FACE, SHARED, as_rows, copied
from napress.fem.sodium.points import reference_points
from napress.fem.state.committed import AcceptedStep, Committed, commit
from napress.fem.state.history import History
from napress.fem.state.sampling import gather_rows

Array = NDArray[np.float64]
_PER_POINT = [one.name for one in fields(Committed) if "per_point" in one.metadata]
_NOT_SCALAR = {*_PER_POINT, "state"}
STATE, TANGENT = "state", "tangent"  # of the step, and what the last tangent was built from
DIRECTIONS = ("current_direction", "dual_direction", "direction_weight")
NODES, VERTICES = "nodes", "vertices"  # where displacement and pressure sit
SEPARATOR = ":"  # kind of point, then name
# A point has some fifty numbers; far more is no checkpoint, and would fill the memory.
LARGEST_BYTES_PER_POINT = 20_000
LEAST_BOUND_BYTES = 10_000_000
# What reading a damaged file ends with.
_DAMAGE = (
    *(OSError, ValueError, KeyError, TypeError, IndexError, AttributeError, EOFError),
    *(zipfile.BadZipFile, zlib.error, OverflowError, NotImplementedError, MemoryError),
)


class CheckpointError(ValueError):
    """A checkpoint cannot be used; the message says why in one line."""


def _points(system: CoupledSystem) -> dict[str, Array]:
    """Reference coordinates of this rank's points, by kind."""
    points = reference_points(system.sodium)
    return {NODES: points.nodes, VERTICES: points.vertices, CELLS: points.cells, FACE: points.face}


def _packed(
    system: CoupledSystem, accepted: AcceptedStep
) -> tuple[dict[str, dict[str, Array]], dict[str, Array]]:
    """Arrays by the kind of point they belong to and by name, and those that every rank has."""
    sodium, now = system.sodium, accepted.committed
    pressure_dofs = reference_points(sodium).pressure_dofs
    step = Linearised(now.state, sodium.plastic.directions(), copied(system.history))
    # No step is accepted without a tangent.
    tangent = system.linearised or step
    found: dict[str, dict[str, Array]] = {NODES: {}, VERTICES: {}, CELLS: {}, FACE: {}}
    shared = {}
    for prefix, one in ((STATE, step), (TANGENT, tangent)):
        displacement = one.state.sodium[sodium.displacement_dofs]
        found[NODES][prefix] = displacement.reshape(-1, sodium.dimension)
        found[VERTICES][prefix] = one.state.sodium[pressure_dofs]
        for name, values in zip(DIRECTIONS, one.directions, strict=True):
            found[CELLS][f"{prefix}_{name}"] = values
        for name in ("load", "deflection", "gas"):
            shared[f"{prefix}_{name}"] = getattr(one.state, name)
        for field in system.history:
            where = shared if field.kind == SHARED else found[field.kind]
            where[f"{prefix}_{field.name}"] = one.history[field.name]
    found[FACE] |= {name: getattr(now, name) for name in _PER_POINT}
    return found, shared


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
        OSError: If the file cannot be written; on all ranks, or those that did not try would
            wait for rank 0 for ever.
    """
    arrays: dict[str, Array] = {}
    packed, shared = _packed(system, accepted)
    for kind, points in _points(system).items():
        rows = {name: as_rows(values, kind) for name, values in packed[kind].items()}
        for name, values in {"points": points, **rows}.items():
            gathered = gather_rows(system.sodium.comm, values)
            if gathered is not None:
                arrays[f"{kind}{SEPARATOR}{name}"] = gathered
    failure = None
    if system.sodium.comm.rank == 0:
        try:
            _write(path, system, accepted.committed, initial_void, key, shared, arrays)
        except OSError as error:
            failure = error
    failure = system.sodium.comm.bcast(failure, root=0)
    if failure is not None:
        raise failure


def _write(
    path: Path,
    system: CoupledSystem,
    now: Committed,
    initial_void: float,
    key: str,
    shared: dict[str, Array],
    arrays: dict[str, Array],
) -> None:
    """Writes the gathered arrays aside and renames; rank 0 only."""
    scalars = {
        item.name: getattr(now, item.name)
        for item in fields(Committed)
        if item.name not in _NOT_SCALAR
    }
    header = {
        "key": key,
        "initial_void": initial_void,
        "committed": scalars,
    }
    buffer = io.BytesIO()
    np.savez(
        buffer,
        header=np.frombuffer(json.dumps(header, default=float).encode(), dtype=np.uint8),
        **{f"{SHARED}{SEPARATOR}{name}": value for name, value in shared.items()},
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
        return _restore(path, system, key)
    except CheckpointError:
        raise
    except _DAMAGE as error:
        what = " ".join(str(error).split()) or type(error).__name__
        raise CheckpointError(f"{path.name}: not a whole checkpoint ({what[:120]})") from error


def _read(path: Path, points: int) -> dict[str, Array]:
    """The arrays of a checkpoint, read only if they can be those of so many points."""
    with zipfile.ZipFile(path) as archive:
        size = sum(entry.file_size for entry in archive.infolist())
    if size > LEAST_BOUND_BYTES + points * LARGEST_BYTES_PER_POINT:
        raise CheckpointError(f"{path.name}: far larger than a checkpoint of this mesh")
    with np.load(path) as data:
        content = {name: data[name] for name in data.files}
    for name, values in content.items():
        if values.dtype.kind not in "fiub" or not np.isfinite(values).all():
            raise CheckpointError(f"{path.name}: {name} holds values that are no numbers")
    return content


def _restore(path: Path, system: CoupledSystem, key: str) -> tuple[Committed, float]:
    mine = sum(len(where) for where in _points(system).values())
    content = _read(path, system.sodium.comm.allreduce(mine))
    header = json.loads(bytes(content["header"]).decode())
    scalars, initial_void = header["committed"], float(header["initial_void"])
    if header["key"] != key:
        raise CheckpointError(f"{path.name}: checkpoint of another case")
    sodium = system.sodium
    points = reference_points(sodium)
    nearest = {}
    for kind, where in _points(system).items():
        distance, nearest[kind] = cKDTree(content[f"{kind}{SEPARATOR}points"]).query(where)
        if len(where) and distance.max() > 1e-7 * system.surface.width_um:
            raise CheckpointError(f"{path.name}: checkpoint of another mesh")

    def stored(kind: str, name: str) -> Array:
        try:
            values = content[f"{kind}{SEPARATOR}{name}"]
        except KeyError as error:
            raise CheckpointError(f"{path.name}: holds no {name}") from error
        return values if kind == SHARED else values[nearest[kind]]

    def state(prefix: str) -> State:
        unknowns = np.zeros(len(sodium.fields.state.x.array))
        unknowns[sodium.displacement_dofs] = stored(NODES, prefix).ravel()
        unknowns[points.pressure_dofs] = stored(VERTICES, prefix)[:, 0]
        shared = (stored(SHARED, f"{prefix}_{name}") for name in ("load", "deflection", "gas"))
        return State(unknowns, *shared)

    history = History(system)

    def moment(prefix: str) -> Linearised:
        kept = {}
        for field in history.fields:
            values = stored(field.kind, f"{prefix}_{field.name}")
            shared = field.kind == SHARED
            kept[field.name] = values if shared else values.reshape(field.read().shape)
        directions = (
            stored(CELLS, f"{prefix}_{name}").reshape(one.shape)
            for name, one in zip(DIRECTIONS, sodium.plastic.directions(), strict=True)
        )
        return Linearised(state(prefix), tuple(directions), kept)

    per_point = {name: stored(FACE, name)[:, 0] for name in _PER_POINT}
    restored = Committed(state=state(STATE), **per_point, **scalars)
    system.factor(history.evaluate(moment(TANGENT)))
    at = history.evaluate(moment(STATE))
    system.stiffen(restored.pressure_MPa)
    commit(system, restored.state, at)
    return restored, initial_void
