"""Halves the cells around the edges of a contact, again and again.

At such an edge the current density grows like 1/sqrt(distance): only cells that
shrink towards it give a resistance that converges quickly. Plaza's bisection, as
DOLFINx does it, is the same in 2-D and 3-D.
"""

from __future__ import annotations

from collections.abc import Callable

import napress.meshes.backend  # noqa: F401  orders the imports below

import basix
import numpy as np
from dolfinx import mesh as dmesh
from numpy.typing import NDArray

Array = NDArray[np.float64]
Touching = Callable[[Array], NDArray[np.bool_]]
# Contact spots and gaps smaller than this part of a facet are not looked for.
LOOKS_PER_FACET = 8
_PARENTS = dmesh.RefinementOption.parent_cell_and_facet


def facet_corners(mesh: dmesh.Mesh, facets: NDArray[np.int32]) -> Array:
    """Corners of facets, (facets, corners, dim), µm."""
    return _points(mesh)[_facet_vertices(mesh, facets)]


def copy_mesh(
    mesh: dmesh.Mesh, tags: dmesh.MeshTags, edges: NDArray[np.int32] | None = None
) -> tuple[dmesh.Mesh, dmesh.MeshTags]:
    """A mesh with some of its edges halved, none by default, and its facet tags.

    Args:
        mesh: On one rank.
        tags: Of facets; a part of a facet inherits its tag.
        edges: Edges to halve; what bisection needs besides is added.
    """
    cell_dim = mesh.topology.dim
    mesh.topology.create_entities(1)
    none = np.zeros(0, dtype=np.int32)
    new, cells, facets = dmesh.refine(mesh, none if edges is None else edges, option=_PARENTS)
    for topology in (mesh.topology, new.topology):
        topology.create_connectivity(cell_dim - 1, cell_dim)
        topology.create_connectivity(cell_dim, cell_dim - 1)
    return new, dmesh.transfer_meshtag(tags, new, cells, facets)


def refine_edges(
    mesh: dmesh.Mesh,
    tags: dmesh.MeshTags,
    first_tag: int,
    touching: Touching,
    halvings: int,
    rings: int = 1,
) -> tuple[dmesh.Mesh, dmesh.MeshTags]:
    """Refines around the places where contact ends.

    Args:
        mesh: On one rank.
        tags: Of facets; those of the contact face have ``first_tag`` or more.
        first_tag: See ``tags``.
        touching: Tells which lateral points (n, dim-1) touch, (n,).
        halvings: How often.
        rings: Rings of cells around an edge that each of them includes.

    Returns:
        The refined mesh and its tags; the given ones if contact ends nowhere.
    """
    cell_dim = mesh.topology.dim
    facet_type = dmesh.CellType.interval if cell_dim == 2 else dmesh.CellType.triangle
    cell_type = getattr(basix.CellType, facet_type.name)
    lattice = basix.create_lattice(cell_type, LOOKS_PER_FACET, basix.LatticeType.equispaced, True)
    weights = np.column_stack([1 - lattice.sum(1), lattice])
    for _ in range(halvings):
        facets = tags.indices[tags.values >= first_tag]
        vertices = _facet_vertices(mesh, facets)
        points = _points(mesh)
        looks = np.einsum("lk,fkd->fld", weights, points[vertices])[..., :-1]
        found = touching(looks.reshape(-1, cell_dim - 1)).reshape(len(facets), -1)
        cut = found.any(1) & ~found.all(1)
        if not cut.any():
            break
        near = np.zeros(len(points), dtype=bool)
        near[vertices[cut]] = True
        cells = mesh.topology.connectivity(cell_dim, 0).array.reshape(-1, cell_dim + 1)
        for _ in range(rings):
            chosen = near[cells].any(1)
            near[cells[chosen]] = True
        mesh.topology.create_entities(1)
        mesh.topology.create_connectivity(cell_dim, 1)
        edges = dmesh.compute_incident_entities(
            mesh.topology, np.flatnonzero(chosen).astype(np.int32), cell_dim, 1
        )
        mesh, tags = copy_mesh(mesh, tags, edges)
    return mesh, tags


def _facet_vertices(mesh: dmesh.Mesh, facets: NDArray[np.int32]) -> NDArray[np.int32]:
    facet_dim = mesh.topology.dim - 1
    mesh.topology.create_connectivity(facet_dim, 0)
    vertices = mesh.topology.connectivity(facet_dim, 0).array.reshape(-1, facet_dim + 1)
    return vertices[facets]


def _vertex_rows(mesh: dmesh.Mesh) -> NDArray[np.int64]:
    """Row of each vertex in the mesh's geometry, (vertices,)."""
    cell_dim = mesh.topology.dim
    mesh.topology.create_connectivity(cell_dim, 0)
    rows = np.empty(mesh.topology.index_map(0).size_local, dtype=np.int64)
    rows[mesh.topology.connectivity(cell_dim, 0).array] = mesh.geometry.dofmaps[0].ravel()
    return rows


def _points(mesh: dmesh.Mesh) -> Array:
    return mesh.geometry.x[_vertex_rows(mesh)][:, : mesh.geometry.dim]
