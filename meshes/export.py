"""Meshes for other programs: any format meshio writes, Abaqus and CalculiX included."""

from __future__ import annotations

import importlib.util
import io
import os
import re
import tempfile
from collections.abc import Mapping
from contextlib import redirect_stderr
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from napress.meshes.xdmf import write_xdmf

if TYPE_CHECKING:
    import meshio

    from napress.meshes.interface_mesh import TaggedMesh

Array = np.ndarray

# by dimension: cells and their boundary facets, each linear and quadratic
_CELL_NAMES = {2: ("triangle", "triangle6"), 3: ("tetra", "tetra10")}
_FACET_NAMES = {2: ("line", "line3"), 3: ("triangle", "triangle6")}
# corners of each edge, in the order VTK, Abaqus and meshio number the mid-edge nodes
_EDGES = {
    1: [(0, 1)],
    2: [(0, 1), (1, 2), (2, 0)],
    3: [(0, 1), (1, 2), (2, 0), (0, 3), (1, 3), (2, 3)],
}
# corners of each element face in Abaqus's numbering S1, S2, ...
_ABAQUS_FACES = {2: [(0, 1), (1, 2), (2, 0)], 3: [(0, 1, 2), (0, 3, 1), (1, 3, 2), (2, 3, 0)]}
# meshio calls a linear plane triangle a rigid facet, and a tetrahedron one with a pressure of
# its own, which CalculiX does not know; both bodies are solids, in plane strain in 2-D
_ABAQUS_RENAMED = {"TYPE=R3D3": "TYPE=CPE3", "TYPE=C3D10MH": "TYPE=C3D10"}


# CalculiX reads 20 characters of a number, and Abaqus's manual allows no more
_WRITE_OPTIONS = {
    ".msh": {"file_format": "gmsh22", "binary": False},
    ".inp": {"float_fmt": ".12e"},
}
# what can hold cells, facets and their tags: with mid-edge nodes too, or linear only
_QUADRATIC = (".inp", ".med", ".msh", ".vtk", ".vtu", ".xdmf")
_LINEAR_ONLY = (".avs", ".bdf", ".fem", ".mesh", ".meshb", ".nas")
_NASTRAN = (".bdf", ".fem", ".nas")
_NEEDS_PACKAGE = {".e": "netCDF4", ".ex2": "netCDF4", ".exo": "netCDF4"}
# a coordinate that is nothing but rounding has more digits than some formats can hold
_COORDINATE_DIGITS = 12
# 16 characters with sign, point and exponent
_NASTRAN_DIGITS = 11
# formats with room for one number per cell, and what meshio calls it
_ONE_INTEGER_PER_CELL = {
    ".mesh": "medit:ref",
    ".meshb": "medit:ref",
    ".avs": "avsucd:material",
    ".med": "cell_tags",
    **{extension: "nastran:ref" for extension in _NASTRAN},
}
# what meshio says on stderr when it leaves out cells that a format has no word for
_LOSS = re.compile(r"discard|skipping|skips|unsupported|not support|doesn't know", re.IGNORECASE)


class ExportError(ValueError):
    """The mesh cannot be written as asked; one line."""


@dataclass(frozen=True)
class _Body:
    """One body gathered on rank 0: points, cells, and facets with their tags."""

    points: Array
    cells: Array
    facets: Array
    tags: Array


def export_mesh(
    bodies: Mapping[str, TaggedMesh], path: str | os.PathLike[str], *, quadratic: bool = True
) -> None:
    """Writes bodies with their boundaries into one file; collective.

    Node sets ``<body>_<boundary>`` (``sodium_contact``, ``ceramic_far``, ...) hold the
    boundaries and cell sets ``<body>`` the bodies, in formats that know sets. Abaqus
    ``.inp`` holds cells only (plane-strain triangles in 2-D), and an element-based
    ``*SURFACE`` per boundary besides the sets. All other formats also get the boundary
    facets as cells, with integer cell data ``body`` (1, 2, ... in the order given) and
    ``boundary`` (0 for cells, else the value of ``Boundary``); Gmsh's, Medit's,
    Nastran's, AVS's and MED's have both in one number per cell, 100 * body + boundary, which
    Gmsh's format also names. XDMF has cells and facets in two grids, as DOLFINx reads them.

    Args:
        bodies: Bodies by name.
        path: Target; its extension chooses the format.
        quadratic: Six-node triangles and ten-node tetrahedra, as the solver uses,
            instead of linear ones. Mid-edge nodes are at the middle of straight edges.

    Raises:
        ExportError: On every rank, if the extension is unknown, the format cannot
            hold these cells, or the file cannot be written.
    """
    if not bodies:
        raise ExportError(f"{Path(path).name}: no bodies to export")
    comm = next(iter(bodies.values())).mesh.comm
    dimension = next(iter(bodies.values())).mesh.topology.dim
    gathered = {name: _gather(body) for name, body in bodies.items()}
    failure = None
    if comm.rank == 0:
        try:
            _write(gathered, dimension, Path(path), quadratic)
        except (ExportError, OSError) as error:
            failure = str(error)
    failure = comm.bcast(failure, root=0)
    if failure is not None:
        raise ExportError(failure)


def _gather(body: TaggedMesh) -> _Body | None:
    """Collects the owned cells and tagged facets of all ranks on rank 0."""
    import napress.meshes.backend  # noqa: F401

    from dolfinx.mesh import entities_to_geometry

    mesh, dimension = body.mesh, body.mesh.topology.dim
    nodes = mesh.geometry.index_map()
    numbers = nodes.local_to_global(np.arange(nodes.size_local + nodes.num_ghosts, dtype=np.int32))
    owned_cells = mesh.topology.index_map(dimension).size_local
    mesh.topology.create_connectivity(dimension - 1, dimension)
    own = body.facet_tags.indices < mesh.topology.index_map(dimension - 1).size_local
    facets = entities_to_geometry(mesh, dimension - 1, body.facet_tags.indices[own])
    part = (
        mesh.geometry.x[: nodes.size_local, :dimension],
        numbers[mesh.geometry.dofmaps[0][:owned_cells]],
        numbers[facets.reshape(-1, dimension)],
        body.facet_tags.values[own],
    )
    parts = mesh.comm.gather(part, root=0)
    if parts is None:
        return None
    points, cells, facets, tags = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    sides = points[cells[:, 1:]] - points[cells[:, :1]]
    mirrored = np.linalg.det(sides) < 0
    cells[mirrored, :2] = cells[mirrored, 1::-1]
    return _Body(points, cells, facets, tags)


def _write(gathered: Mapping[str, _Body], dimension: int, path: Path, quadratic: bool) -> None:
    import meshio

    extension = path.suffix.lower()
    _require_format(path.name, extension, quadratic)
    if not path.parent.is_dir():
        raise ExportError(f"{path.name}: its folder does not exist")
    mesh = _assemble(gathered, dimension, quadratic, extension)
    options = _WRITE_OPTIONS.get(extension, {})
    # written aside, then moved: some formats are several files that name each other
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".export-") as folder:
        written = Path(folder) / path.name
        chatter = io.StringIO()
        try:
            with redirect_stderr(chatter):
                if extension == ".xdmf":
                    write_xdmf(written, mesh)
                else:
                    meshio.write(written, mesh, **options)
        except OSError:
            raise
        except (Exception, SystemExit) as error:  # meshio's writers fail in many ways
            reason = " ".join(str(error).split()) or type(error).__name__
            raise ExportError(f"{path.name}: mesh does not fit the format ({reason})") from None
        lost = [line for line in chatter.getvalue().splitlines() if _LOSS.search(line)]
        if lost:
            raise ExportError(f"{path.name}: the format would lose part of the mesh ({lost[0]})")
        if extension == ".inp":
            _finish_abaqus(written, gathered, dimension)
        for file in Path(folder).iterdir():
            os.replace(file, path.parent / file.name)


def _require_format(name: str, extension: str, quadratic: bool) -> None:
    """Refuses a format that cannot hold the mesh, or needs a package that is not there."""
    package = _NEEDS_PACKAGE.get(extension)
    if package is not None and importlib.util.find_spec(package) is None:
        raise ExportError(f"{name}: the format needs {package}: pip install {package}")
    if package is None and extension not in _QUADRATIC + _LINEAR_ONLY:
        known = ", ".join(sorted(_QUADRATIC + _LINEAR_ONLY + tuple(_NEEDS_PACKAGE)))
        raise ExportError(f"{name}: unknown mesh format {extension!r}; allowed: {known}")
    if quadratic and extension in _LINEAR_ONLY:
        raise ExportError(
            f"{name}: {extension} does not fit mid-edge nodes; allowed: --linear, or "
            f"{', '.join(_QUADRATIC)}"
        )


def _assemble(
    gathered: Mapping[str, _Body], dimension: int, quadratic: bool, extension: str
) -> meshio.Mesh:
    """One meshio mesh of all bodies: a block of cells and, but for Abaqus, one of facets."""
    import meshio

    from napress.meshes.interface_mesh import Boundary

    points, cells, facets, bodies, tags = [], [], [], [], []
    node_sets: dict[str, Array] = {}
    cell_sets: dict[str, Array] = {}
    first_node = first_cell = 0
    for name, body in gathered.items():
        nodes, own_cells, own_facets = body.points, body.cells, body.facets
        if quadratic:
            nodes, own_cells, own_facets = _with_mid_edge_nodes(body, dimension)
        points.append(nodes)
        cells.append(own_cells + first_node)
        facets.append(own_facets + first_node)
        tags.append(body.tags)
        for boundary in Boundary:
            chosen = facets[-1][body.tags == boundary]
            if len(chosen):
                node_sets[f"{name}_{boundary.name.lower()}"] = np.unique(chosen)
        cell_sets[name] = np.arange(first_cell, first_cell + len(own_cells))
        first_node += len(nodes)
        first_cell += len(own_cells)
    # VTK and Abaqus expect three coordinates
    # + 0.0 turns a minus zero into a zero
    stacked = np.pad(np.concatenate(points), ((0, 0), (0, 3 - dimension)))
    stacked = np.round(stacked, _COORDINATE_DIGITS) + 0.0
    if extension in _NASTRAN:
        stacked = _significant(stacked, _NASTRAN_DIGITS)
    blocks = [(_CELL_NAMES[dimension][quadratic], np.concatenate(cells))]
    if extension == ".inp":
        sets = {name: [members] for name, members in cell_sets.items()}
        return meshio.Mesh(stacked, blocks, cell_sets=sets, point_sets=node_sets)
    blocks.append((_FACET_NAMES[dimension][quadratic], np.concatenate(facets)))
    bodies = [
        np.repeat(np.arange(1, len(gathered) + 1, dtype=np.int32), [len(part) for part in parts])
        for parts in (cells, facets)
    ]
    boundaries = [np.zeros(first_cell, np.int32), np.concatenate(tags).astype(np.int32)]
    groups = [100 * b + f for b, f in zip(bodies, boundaries, strict=True)]
    data = {"body": bodies, "boundary": boundaries}
    if extension == ".msh":
        data = {"gmsh:physical": groups, "gmsh:geometrical": groups}
    elif extension in _ONE_INTEGER_PER_CELL:
        data = {_ONE_INTEGER_PER_CELL[extension]: groups}
    names = _group_names(gathered, dimension) if extension == ".msh" else None
    return meshio.Mesh(stacked, blocks, cell_data=data, field_data=names)


def _significant(values: Array, digits: int) -> Array:
    """Values rounded to so many significant digits."""
    size = np.floor(np.log10(np.abs(np.where(values == 0, 1.0, values))))
    scale = 10.0 ** (digits - 1 - size)
    return np.round(values * scale) / scale


def _group_names(gathered: Mapping[str, _Body], dimension: int) -> dict[str, Array]:
    """Names of the physical groups: number and dimension of each."""
    from napress.meshes.interface_mesh import Boundary

    names = {}
    for number, (name, body) in enumerate(gathered.items(), start=1):
        names[name] = np.array([100 * number, dimension])
        for boundary in Boundary:
            if (body.tags == boundary).any():
                group = 100 * number + boundary
                names[f"{name}_{boundary.name.lower()}"] = np.array([group, dimension - 1])
    return names


def _with_mid_edge_nodes(body: _Body, dimension: int) -> tuple[Array, Array, Array]:
    """Points, cells and facets with a node in the middle of every edge."""
    pairs = np.sort(body.cells[:, _EDGES[dimension]], axis=2)
    edges, number = np.unique(pairs.reshape(-1, 2), axis=0, return_inverse=True)
    first = len(body.points)
    cells = np.hstack([body.cells, first + number.reshape(len(body.cells), -1)])
    points = np.vstack([body.points, body.points[edges].mean(axis=1)])
    facet_pairs = np.sort(body.facets[:, _EDGES[dimension - 1]], axis=2).reshape(-1, 2)
    # edges are sorted lexicographically, so one number per pair finds them again
    key = edges[:, 0] * first + edges[:, 1]
    found = np.searchsorted(key, facet_pairs[:, 0] * first + facet_pairs[:, 1])
    facets = np.hstack([body.facets, first + found.reshape(len(body.facets), -1)])
    return points, cells, facets


def _finish_abaqus(path: Path, gathered: Mapping[str, _Body], dimension: int) -> None:
    """Puts right what meshio cannot say: plane-strain cells, element-based surfaces."""
    from napress.meshes.interface_mesh import Boundary

    text = path.read_text()
    for wrong, right in _ABAQUS_RENAMED.items():
        text = text.replace(wrong, right)
    lines = []
    offset = 0
    for name, body in gathered.items():
        element, face = _adjacent_faces(body, dimension)
        for boundary in Boundary:
            chosen = body.tags == boundary
            if chosen.any():
                lines.append(f"*SURFACE, NAME={name}_{boundary.name.lower()}_faces, TYPE=ELEMENT")
                lines += [
                    f"{offset + e + 1}, S{f + 1}"
                    for e, f in zip(element[chosen], face[chosen], strict=True)
                ]
        offset += len(body.cells)
    path.write_text(text + "\n".join(lines) + "\n")


def _adjacent_faces(body: _Body, dimension: int) -> tuple[Array, Array]:
    """Cell and local Abaqus face of every facet."""
    faces = np.sort(body.cells[:, _ABAQUS_FACES[dimension]], axis=2)
    sides = faces.shape[1]
    where = {tuple(nodes): k for k, nodes in enumerate(faces.reshape(-1, dimension).tolist())}
    found = np.array([where[tuple(nodes)] for nodes in np.sort(body.facets, axis=1).tolist()])
    return found // sides, found % sides
