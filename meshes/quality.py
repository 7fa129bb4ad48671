"""How well shaped the elements of a mesh are."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import dolfinx

POOR = 0.3


@dataclass(frozen=True)
class MeshQuality:
    """Shape and size of all cells of a mesh, on all ranks alike.

    The radius ratio is dimension * inradius / circumradius: 1 for a regular
    triangle or tetrahedron, 0 for a degenerate one.

    Attributes:
        cells: Number of cells.
        smallest_radius_ratio: Of the worst cell.
        mean_radius_ratio: Over all cells.
        poor_cells: Cells with a radius ratio below 0.3.
        shortest_edge_um: Over all cells.
        longest_edge_um: Over all cells.
    """

    cells: int
    smallest_radius_ratio: float
    mean_radius_ratio: float
    poor_cells: int
    shortest_edge_um: float
    longest_edge_um: float


def measure_quality(mesh: dolfinx.mesh.Mesh) -> MeshQuality:
    """Measures a mesh of straight-sided triangles or tetrahedra; collective."""
    import napress.meshes.backend  # noqa: F401

    from mpi4py import MPI

    dimension = mesh.topology.dim
    owned = mesh.topology.index_map(dimension).size_local
    vertices = mesh.geometry.x[mesh.geometry.dofmaps[0][:owned]]
    edges = np.stack(
        [
            np.linalg.norm(vertices[:, a] - vertices[:, b], axis=1)
            for a, b in combinations(range(dimension + 1), 2)
        ]
    )
    ratio = _radius_ratio(vertices, edges)

    def total(value: float) -> float:
        return mesh.comm.allreduce(value, op=MPI.SUM)

    cells = total(owned)
    return MeshQuality(
        cells=cells,
        smallest_radius_ratio=mesh.comm.allreduce(float(ratio.min(initial=1.0)), op=MPI.MIN),
        mean_radius_ratio=total(float(ratio.sum())) / cells,
        poor_cells=total(int((ratio < POOR).sum())),
        shortest_edge_um=mesh.comm.allreduce(float(edges.min(initial=np.inf)), op=MPI.MIN),
        longest_edge_um=mesh.comm.allreduce(float(edges.max(initial=0.0)), op=MPI.MAX),
    )


def _radius_ratio(vertices: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Dimension times inradius over circumradius of each cell (textbook formulas)."""
    if len(edges) == 3:
        a, b, c = edges
        # 2 r / R of a triangle, by Heron
        return (b + c - a) * (c + a - b) * (a + b - c) / (a * b * c)
    sides = vertices[:, 1:] - vertices[:, :1]
    volume = np.abs(np.linalg.det(sides)) / 6
    surface = sum(
        np.linalg.norm(
            np.cross(vertices[:, j] - vertices[:, i], vertices[:, k] - vertices[:, i]), axis=1
        )
        / 2
        for i, j, k in combinations(range(4), 3)
    )
    # edges come as 01 02 03 12 13 23; products of opposite ones give the circumradius
    p, q, r = edges[0] * edges[5], edges[1] * edges[4], edges[2] * edges[3]
    crelle = np.sqrt(np.maximum((p + q + r) * (q + r - p) * (r + p - q) * (p + q - r), 0.0))
    return 3 * (3 * volume / surface) * 24 * volume / np.maximum(crelle, 1e-300)
