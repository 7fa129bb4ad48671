"""Gmsh geometry of a block with one faceted face, in 2-D and 3-D.

The block lies between its contact face, a grid of vertices joined by straight
facets, and a flat far face. Each facet is a Gmsh entity of its own with exactly
one element, so the mesh has the vertices it was given and no others there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray


@dataclass(frozen=True)
class Grading:
    """How element size grows away from the contact face.

    Attributes:
        facet_um: Lateral facet length, the size at the face.
        growth: Size gained per distance.
        largest_um: Upper bound.
    """

    facet_um: float
    growth: float
    largest_um: float


def mesh_block(
    gmsh: Any, contact: Array, far_height_um: float, grading: Grading, groups: dict[str, int]
) -> None:
    """Builds and meshes the block in the current Gmsh model.

    Args:
        gmsh: The gmsh module, initialised, with an empty model.
        contact: Vertices of the contact face, (n + 1, 2) or (n + 1, m + 1, 3), the
            lateral coordinates ascending along the grid's axes.
        far_height_um: Last coordinate of the far face, above or below the contact face.
        grading: Element sizes.
        groups: Physical tags of ``contact``, ``far``, ``side_x`` and ``side_y``.
    """
    build = _polygon if contact.shape[-1] == 2 else _polyhedron
    points, tagged = build(gmsh, contact, far_height_um)
    dimension = contact.shape[-1]
    for name, entities in tagged.items():
        gmsh.model.addPhysicalGroup(dimension - 1, entities, groups[name], name)
    body = [tag for _, tag in gmsh.model.getEntities(dimension)]
    gmsh.model.addPhysicalGroup(dimension, body, 1, "body")
    _grade(gmsh, points, contact, grading)
    gmsh.model.mesh.generate(dimension)
    if dimension == 3:
        # flat slivers are what Delaunay tetrahedra leave behind
        gmsh.model.mesh.optimize("Netgen")


def _polygon(
    gmsh: Any, contact: Array, far_height_um: float
) -> tuple[list[int], dict[str, list[int]]]:
    geo = gmsh.model.geo
    points = [geo.addPoint(x, y, 0) for x, y in contact]
    far = [geo.addPoint(contact[i, 0], far_height_um, 0) for i in (-1, 0)]
    facets = [geo.addLine(a, b) for a, b in zip(points[:-1], points[1:], strict=True)]
    ring = [points[-1], *far, points[0]]
    sides = [geo.addLine(a, b) for a, b in zip(ring[:-1], ring[1:], strict=True)]
    # a reversed loop when the far face lies below, so that cells are positively oriented
    loop = geo.addCurveLoop([*facets, *sides], reorient=True)
    geo.addPlaneSurface([loop])
    geo.synchronize()
    for facet in facets:
        gmsh.model.mesh.setTransfiniteCurve(facet, 2)
    return points, {"contact": facets, "far": [sides[1]], "side_x": [sides[0], sides[2]]}


def _polyhedron(
    gmsh: Any, contact: Array, far_height_um: float
) -> tuple[list[int], dict[str, list[int]]]:
    geo = gmsh.model.geo
    n, m = contact.shape[0] - 1, contact.shape[1] - 1
    points = np.array([[geo.addPoint(*vertex) for vertex in row] for row in contact])
    along_x = np.array(
        [[geo.addLine(points[i, j], points[i + 1, j]) for j in range(m + 1)] for i in range(n)]
    )
    along_y = np.array(
        [[geo.addLine(points[i, j], points[i, j + 1]) for j in range(m)] for i in range(n + 1)]
    )
    facets, diagonals = [], []
    for i in range(n):
        for j in range(m):
            diagonal = geo.addLine(points[i, j], points[i + 1, j + 1])
            diagonals.append(diagonal)
            for edges in (
                [along_x[i, j], along_y[i + 1, j], -diagonal],
                [diagonal, -along_x[i, j + 1], -along_y[i, j]],
            ):
                facets.append(geo.addPlaneSurface([geo.addCurveLoop(edges)]))
    corners = [(0, 0), (n, 0), (n, m), (0, m)]
    rims = [
        list(along_x[:, 0]),
        list(along_y[n, :]),
        list(along_x[::-1, m]),
        list(along_y[0, ::-1]),
    ]
    far = [geo.addPoint(*contact[c][:2], far_height_um) for c in corners]
    posts = [geo.addLine(points[c], f) for c, f in zip(corners, far, strict=True)]
    floor = [geo.addLine(far[k], far[(k + 1) % 4]) for k in range(4)]
    sides = []
    for k in range(4):
        rim = rims[k] if k < 2 else [-line for line in rims[k]]
        edges = [*rim, posts[(k + 1) % 4], -floor[k], -posts[k]]
        sides.append(geo.addPlaneSurface([geo.addCurveLoop(edges)]))
    far_face = geo.addPlaneSurface([geo.addCurveLoop(floor)])
    geo.addVolume([geo.addSurfaceLoop([*facets, *sides, far_face])])
    geo.synchronize()
    for line in [*along_x.ravel(), *along_y.ravel(), *diagonals]:
        gmsh.model.mesh.setTransfiniteCurve(int(line), 2)
    for facet in facets:
        gmsh.model.mesh.setTransfiniteSurface(facet)
    groups = {
        "contact": facets,
        "far": [far_face],
        "side_y": [sides[0], sides[2]],
        "side_x": [sides[1], sides[3]],
    }
    return [int(point) for point in points.ravel()], groups


def _grade(gmsh: Any, points: list[int], contact: Array, grading: Grading) -> None:
    field = gmsh.model.mesh.field
    distance = field.add("Distance")
    field.setNumbers(distance, "PointsList", points)
    size = field.add("MathEval")
    field.setString(
        size,
        "F",
        f"Min({grading.largest_um!r},{grading.facet_um!r}+{grading.growth!r}*F{distance})",
    )
    field.setAsBackgroundMesh(size)
