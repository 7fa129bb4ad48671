"""Half of a block with an edge crack, refined towards the crack's tip.

The block lies right of the symmetry plane x = 0, below a flat surface at height 0 or
below a wave with a valley there. The crack is the part of that plane from the mouth
at height 0 down to the tip.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import numpy as np

from napress.meshes.gmsh_session import distribute

if TYPE_CHECKING:
    from dolfinx.mesh import Mesh, MeshTags
    from mpi4py import MPI

BODY = 1
# Points of the spline through the wave.
WAVE_POINTS = 201


class CrackBoundary(IntEnum):
    """Tags of the block's faces."""

    TOP = 1
    CRACK = 2
    LIGAMENT = 3
    BASE = 4
    SIDE = 5


@dataclass(frozen=True)
class Valley:
    """A sinusoidal surface with its valley at the crack's mouth.

    Attributes:
        amplitude_um: Half of peak to valley.
        wavelength_um: Of the wave; the block is 2.5 of it wide and ends at a crest, so
            that its mirror images put the next crack 5 wavelengths away.
    """

    amplitude_um: float
    wavelength_um: float

    def height_um(self, x_um: np.ndarray) -> np.ndarray:
        """Height above the valley."""
        return self.amplitude_um * (1 - np.cos(2 * math.pi * x_um / self.wavelength_um))


@dataclass(frozen=True)
class CrackBlock:
    """Geometry and fineness of the block.

    Attributes:
        depth_um: Depth of the crack.
        size_ratio: Half width and height of the block over the depth.
        tip_ratio: Element size at the tip over the depth.
        growth: Growth of the element size per distance from the tip.
        valley: Shape of the surface; None is flat.
    """

    depth_um: float
    size_ratio: float = 40.0
    tip_ratio: float = 0.005
    growth: float = 0.15
    valley: Valley | None = None

    def __post_init__(self) -> None:
        """Reject a block that cannot hold the crack."""
        for name in ("depth_um", "tip_ratio", "growth"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name}: {getattr(self, name)}, allowed is a positive number")
        if not self.size_ratio > 2:
            raise ValueError(f"size_ratio: {self.size_ratio}, allowed is a number above 2")


@dataclass(frozen=True)
class CrackMesh:
    """The meshed block.

    Attributes:
        mesh: Straight-sided triangles.
        facet_tags: `CrackBoundary` of the outer facets.
        block: What was meshed.
    """

    mesh: Mesh
    facet_tags: MeshTags
    block: CrackBlock


def build_crack_mesh(block: CrackBlock, comm: MPI.Comm) -> CrackMesh:
    """Meshes the block.

    Args:
        block: Its geometry.
        comm: Communicator of the mesh.

    Returns:
        Mesh and tags.

    Raises:
        MeshingError: If Gmsh fails.
    """
    data = distribute(lambda gmsh: _mesh(gmsh, block), "cracked block", 2, comm)
    return CrackMesh(data.mesh, data.facet_tags, block)


def _mesh(gmsh: Any, block: CrackBlock) -> None:
    depth, size = block.depth_um, block.size_ratio * block.depth_um
    width, top = size, np.empty((0, 2))
    if block.valley is not None:
        width = 2.5 * block.valley.wavelength_um
        along = np.linspace(width, 0.0, WAVE_POINTS)
        top = np.column_stack([along, block.valley.height_um(along)])
    edge = float(top[0, 1]) if len(top) else 0.0
    geometry = gmsh.model.geo
    corners = [(0, 0), (0, -depth), (0, -size), (width, -size), (width, edge)]
    points = [geometry.addPoint(x, y, 0) for x, y in corners]
    lines = [geometry.addLine(points[i], points[i + 1]) for i in range(4)]
    between = [geometry.addPoint(x, y, 0) for x, y in top[1:-1]]
    lines.append(geometry.addSpline([points[4], *between, points[0]]))
    surface = geometry.addPlaneSurface([geometry.addCurveLoop(lines)])
    geometry.synchronize()
    tags = ("CRACK", "LIGAMENT", "BASE", "SIDE", "TOP")
    for line, name in zip(lines, tags, strict=True):
        gmsh.model.addPhysicalGroup(1, [line], CrackBoundary[name], name.lower())
    gmsh.model.addPhysicalGroup(2, [surface], BODY, "body")
    field = gmsh.model.mesh.field
    distance = field.add("Distance")
    field.setNumbers(distance, "PointsList", [points[1]])
    fineness = field.add("MathEval")
    law = f"{block.tip_ratio * depth!r}+{block.growth!r}*F{distance}"
    field.setString(fineness, "F", f"Min({min(size, width) / 8!r},{law})")
    field.setAsBackgroundMesh(fineness)
    gmsh.model.mesh.generate(2)
