"""Where a cell lies below the ceramic's contact surface.

The vertical is the last axis of the problem: y in 2-D, z in 3-D. Depth is
measured vertically, in the reference configuration, from the contact surface
straight above the cell's centroid, so a cell under a valley floor and one under
a peak have the same depth when they are equally far below the surface.
"""

from __future__ import annotations

import numpy as np

from napress.fem.snapshot import Array, BodySnapshot, IntArray

# VTK cell type -> for each facet its nodes (corners first, then midside nodes)
# and the corner opposite to it.
_FACETS = {
    22: (((0, 1, 3), 2), ((1, 2, 4), 0), ((2, 0, 5), 1)),
    24: (
        ((0, 1, 2, 4, 5, 6), 3),
        ((0, 1, 3, 4, 8, 7), 2),
        ((1, 2, 3, 5, 9, 8), 0),
        ((0, 2, 3, 6, 9, 7), 1),
    ),
}
_DIMENSION = {22: 2, 24: 3}


def body_dimension(body: BodySnapshot) -> int:
    """Dimension of a body's cells.

    Raises:
        ValueError: If the cell type is not a quadratic triangle or tetrahedron.
    """
    if body.cell_type not in _DIMENSION:
        raise ValueError(
            f"cell_type: {body.cell_type}, allowed are 22 (quadratic triangle) "
            "and 24 (quadratic tetrahedron)"
        )
    return _DIMENSION[body.cell_type]


def centroid(body: BodySnapshot) -> Array:
    """Centroid of each cell's corners in the reference configuration, (cells, 3), µm."""
    corners = body.cells[:, : body_dimension(body) + 1]
    return body.points_um[corners].mean(axis=1)


def upper_facets(body: BodySnapshot) -> IntArray:
    """Boundary facets whose outward normal points up: the ceramic's contact surface.

    The ceramic's surface is a graph over the horizontal plane, so its sides and
    bottom never face up.

    Returns:
        Node numbers, (facets, nodes per facet), corners first.
    """
    dimension = body_dimension(body)
    nodes, opposite = [], []
    for local, apex in _FACETS[body.cell_type]:
        nodes.append(body.cells[:, list(local)])
        opposite.append(body.cells[:, apex])
    facets, apexes = np.concatenate(nodes), np.concatenate(opposite)
    key = np.sort(facets[:, :dimension], axis=1)
    _, first, count = np.unique(key, axis=0, return_index=True, return_counts=True)
    facets, apexes = facets[first[count == 1]], apexes[first[count == 1]]

    corner = body.points_um[facets[:, :dimension]][..., :dimension]
    span = corner[:, 1:] - corner[:, :1]
    if dimension == 2:
        normal = np.stack([-span[:, 0, 1], span[:, 0, 0]], axis=1)
    else:
        normal = np.cross(span[:, 0], span[:, 1])
    outward = np.einsum("ij,ij->i", normal, corner[:, 0] - body.points_um[apexes][:, :dimension])
    upward = normal[:, -1] * np.sign(outward)
    return facets[upward > 1e-9 * np.linalg.norm(normal, axis=1)]


def cell_depth(body: BodySnapshot) -> Array:
    """Vertical distance of each cell's centroid below the contact surface.

    Args:
        body: The ceramic.

    Returns:
        Depth in µm, (cells,); positive inside the body.
    """
    return point_depth(body, centroid(body))


def point_depth(body: BodySnapshot, position_um: Array) -> Array:
    """Vertical distance of points below the contact surface.

    Args:
        body: The ceramic.
        position_um: Reference positions, (points, 3).

    Returns:
        Depth in µm, (points,); positive inside the body.
    """
    from scipy.interpolate import LinearNDInterpolator, NearestNDInterpolator

    dimension = body_dimension(body)
    surface = body.points_um[np.unique(upper_facets(body))]
    height = surface[:, dimension - 1]
    if dimension == 2:
        order = np.argsort(surface[:, 0], kind="stable")
        above = np.interp(position_um[:, 0], surface[order, 0], height[order])
    else:
        above = LinearNDInterpolator(surface[:, :2], height)(position_um[:, :2])
        outside = np.isnan(above)
        if outside.any():
            nearest = NearestNDInterpolator(surface[:, :2], height)
            above[outside] = nearest(position_um[outside, :2])
    return above - position_um[:, dimension - 1]
