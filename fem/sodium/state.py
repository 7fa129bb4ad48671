"""What the sodium tells about its present state, at this rank's points."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import napress.meshes.backend  # noqa: F401  orders the imports below

import numpy as np
from dolfinx import fem, mesh
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class StressDirection:
    """Trial stress at this rank's cell points, for the primal-dual update.

    Attributes:
        trial: Trial deviator, (cells, points, 6), MPa.
        norm: Its norm, (cells, points), MPa.
        weight: Weight of the direction correction, (cells, points).
    """

    trial: Array
    norm: Array
    weight: Array


def cell_field(body: mesh.Mesh, value: Callable[[Array], Array] | None) -> fem.Function:
    """A function with one value per cell, that of its midpoint; 1 everywhere for ``None``."""
    field = fem.Function(fem.functionspace(body, ("DG", 0)))
    places = field.function_space.tabulate_dof_coordinates()[:, : body.geometry.dim]
    field.x.array[:] = 1.0 if value is None else value(places)
    return field
