"""Meshes at the scale of the pellet: half a section, or half a disc where symmetry is lost.

The last coordinate is the height: the support is at 0, the interface with the
sodium at the thickness. An axisymmetric section has (radius, height); half a disc
is cut by the plane of the tilt, y = 0, and lies at y > 0.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import numpy as np

from napress.meshes.gmsh_session import distribute
from napress.meshes.interface_mesh import MeshInputError, TaggedMesh

if TYPE_CHECKING:
    from mpi4py import MPI

# Elements at an edge of the support are this much finer than elsewhere, by dimension.
EDGE_REFINEMENT = {2: 4.0, 3: 1.5}
EDGE_GROWTH = 0.3
FEWEST_LAYERS = 4  # through half a disc, so that bending is resolved


class PelletBoundary(IntEnum):
    """What a tagged boundary facet of the pellet, or of a die sleeve, belongs to."""

    INTERFACE = 1  # the upper face, where the sodium is
    SUPPORT = 2  # the lower face, on the punch below
    SIDE = 3  # the outer wall
    SYMMETRY = 4  # the axis of a section, the cut plane of half a disc
    BORE = 5  # the inner wall of a hollow cylinder


@dataclass(frozen=True)
class PelletShape:
    """A disc, or a hollow cylinder, and where its mesh has to be fine.

    Attributes:
        radius_um: Outer radius.
        thickness_um: Height.
        element_um: Edge length of an element away from refined places.
        bore_um: Inner radius, 0 for a disc.
        edges_um: Radii of circles on the support where contact begins or ends;
            each becomes a line of vertices of a section.
        edge_offset_um: How far the centre of these circles is off the axis (half
            a disc only).
    """

    radius_um: float
    thickness_um: float
    element_um: float
    bore_um: float = 0.0
    edges_um: tuple[float, ...] = ()
    edge_offset_um: float = 0.0

    def __post_init__(self) -> None:
        sizes = (self.radius_um, self.thickness_um, self.element_um)
        names = ("radius_um", "thickness_um", "element_um")
        for name, value in zip(names, sizes, strict=True):
            if not (math.isfinite(value) and value > 0):
                raise MeshInputError(f"{name} = {value!r}: must be above 0 and finite")
        if not 0 <= self.bore_um < self.radius_um:
            raise MeshInputError(f"bore_um = {self.bore_um!r}: must be >= 0 and below the radius")


def build_section(shape: PelletShape, comm: MPI.Comm) -> TaggedMesh:
    """Meshes the half section (radius, height) of a disc or hollow cylinder by triangles.

    Args:
        shape: The body.
        comm: Communicator.

    Returns:
        The tagged mesh; facets are valued by `PelletBoundary`.

    Raises:
        MeshingError: If Gmsh fails.
    """
    data = distribute(lambda gmsh: _mesh_section(gmsh, shape), "pellet", 2, comm)
    nodes = data.mesh.geometry.x
    for axis, walls in ((0, (shape.bore_um, shape.radius_um)), (1, (0.0, shape.thickness_um))):
        _straighten(nodes, axis, walls, shape.thickness_um)
    return TaggedMesh(data.mesh, data.facet_tags)


def build_half_disc(shape: PelletShape, comm: MPI.Comm) -> TaggedMesh:
    """Meshes the half of a disc at y > 0 by tetrahedra.

    Args:
        shape: The body; without a bore.
        comm: Communicator.

    Returns:
        The tagged mesh; facets are valued by `PelletBoundary`.

    Raises:
        MeshInputError: If the shape has a bore.
        MeshingError: If Gmsh fails.
    """
    if shape.bore_um:
        raise MeshInputError(f"bore_um = {shape.bore_um!r}: must be 0 for half a disc")
    data = distribute(lambda gmsh: _mesh_half_disc(gmsh, shape), "pellet", 3, comm)
    nodes = data.mesh.geometry.x
    for axis, walls in ((1, (0.0,)), (2, (0.0, shape.thickness_um))):
        _straighten(nodes, axis, walls, shape.thickness_um)
    return TaggedMesh(data.mesh, data.facet_tags)


def _straighten(nodes: np.ndarray, axis: int, walls: tuple[float, ...], scale: float) -> None:
    """Takes Gmsh's rounding out of the nodes on plane walls."""
    for wall in walls:
        nodes[np.abs(nodes[:, axis] - wall) < 1e-9 * scale, axis] = wall


def _mesh_section(gmsh: Any, shape: PelletShape) -> None:
    geometry = gmsh.model.geo
    height = shape.thickness_um
    inside = sorted({r for r in shape.edges_um if shape.bore_um < r < shape.radius_um})
    radii = [shape.bore_um, *inside, shape.radius_um]
    below = [geometry.addPoint(r, 0, 0) for r in radii]
    above = [geometry.addPoint(r, height, 0) for r in (shape.radius_um, shape.bore_um)]
    support = [geometry.addLine(a, b) for a, b in zip(below, below[1:], strict=False)]
    side = geometry.addLine(below[-1], above[0])
    interface = geometry.addLine(above[0], above[1])
    axis = geometry.addLine(above[1], below[0])
    loop = geometry.addCurveLoop([*support, side, interface, axis])
    area = geometry.addPlaneSurface([loop])
    geometry.synchronize()
    inner = PelletBoundary.BORE if shape.bore_um else PelletBoundary.SYMMETRY
    for tag, lines in (
        (PelletBoundary.INTERFACE, [interface]),
        (PelletBoundary.SUPPORT, support),
        (PelletBoundary.SIDE, [side]),
        (inner, [axis]),
    ):
        gmsh.model.addPhysicalGroup(1, lines, int(tag), name=tag.name.lower())
    gmsh.model.addPhysicalGroup(2, [area], 1, name="pellet")
    distances = [(f"Sqrt((x-{r!r})^2+y^2)", r) for r in inside]
    _grade(gmsh, shape.element_um, distances, 2)
    gmsh.model.mesh.generate(2)


def _mesh_half_disc(gmsh: Any, shape: PelletShape) -> None:
    geometry = gmsh.model.geo
    radius, height = shape.radius_um, shape.thickness_um
    centre = geometry.addPoint(0, 0, 0)
    ends = [geometry.addPoint(x, y, 0) for x, y in ((-radius, 0), (radius, 0), (0, radius))]
    diameter = [geometry.addLine(ends[0], centre), geometry.addLine(centre, ends[1])]
    arcs = [
        geometry.addCircleArc(ends[1], centre, ends[2]),
        geometry.addCircleArc(ends[2], centre, ends[0]),
    ]
    face = geometry.addPlaneSurface([geometry.addCurveLoop([*diameter, *arcs])])
    # In layers: a free mesh of the wall would not be upright, and a uniform axial
    # pressure would leave stress across it.
    layers = max(math.ceil(height / shape.element_um), FEWEST_LAYERS)
    swept = geometry.extrude([(2, face)], 0, 0, height, numElements=[layers])
    geometry.synchronize()
    # Gmsh returns the copy of the face, the volume, then one wall per curve in their order.
    top, volume, walls = swept[0][1], swept[1][1], [tag for _, tag in swept[2:]]
    for tag, surfaces in (
        (PelletBoundary.INTERFACE, [top]),
        (PelletBoundary.SUPPORT, [face]),
        (PelletBoundary.SIDE, walls[2:]),
        (PelletBoundary.SYMMETRY, walls[:2]),
    ):
        gmsh.model.addPhysicalGroup(2, surfaces, int(tag), name=tag.name.lower())
    gmsh.model.addPhysicalGroup(3, [volume], 1, name="pellet")
    away = f"Sqrt((x-({shape.edge_offset_um!r}))^2+y^2)"
    distances = [(f"Abs({away}-{r!r})", r) for r in shape.edges_um]
    _grade(gmsh, shape.element_um, distances, 3)
    gmsh.model.mesh.generate(3)


def _grade(gmsh: Any, element_um: float, edges: list[tuple[str, float]], dimension: int) -> None:
    """Elements of one size, growing away from each edge: its distance and its radius."""
    field = gmsh.model.mesh.field
    sizes = [f"{element_um!r}"]
    for distance, radius in edges:
        # A small circle still gets some elements across.
        finest = min(element_um / EDGE_REFINEMENT[dimension], radius / 2)
        sizes.append(f"{finest!r}+{EDGE_GROWTH!r}*{distance}")
    made = []
    for size in sizes:
        made.append(field.add("MathEval"))
        field.setString(made[-1], "F", size)
    smallest = field.add("Min")
    field.setNumbers(smallest, "FieldsList", made)
    field.setAsBackgroundMesh(smallest)
