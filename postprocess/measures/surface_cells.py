"""The ceramic's cells along its contact surface: where surface flaws sit.

Everything here is fixed by the mesh, so a run computes it once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from napress.fem.snapshot import Array, BodySnapshot, IntArray, InterfaceSnapshot
from napress.postprocess.measures.depth import body_dimension, centroid, upper_facets
from napress.postprocess.measures.stress import principal_of_plane


@dataclass(frozen=True)
class SurfaceFacets:
    """Facets of the contact surface.

    Attributes:
        cell: Cell behind each facet, (facets,).
        middle_um: Middle of its corners, (facets, 3).
        normal: Unit normal that points out of the ceramic, (facets, 3).
        tangent: Two unit vectors in its plane at right angles, (facets, 2, 3); in 2-D
            the second points along the depth.
        area_um: Its area, µm^(dim-1), (facets,).
    """

    cell: IntArray
    middle_um: Array
    normal: Array
    tangent: Array
    area_um: Array


def surface_facets(body: BodySnapshot) -> SurfaceFacets:
    """The facets of the contact surface and the cells behind them.

    Args:
        body: The ceramic.
    """
    dimension = body_dimension(body)
    corners = upper_facets(body)[:, :dimension]
    wanted = {tuple(key): i for i, key in enumerate(np.sort(corners, axis=1).tolist())}
    cell = np.full(len(corners), -1, dtype=np.int64)
    for dropped in range(dimension + 1):
        kept = [i for i in range(dimension + 1) if i != dropped]
        for number, key in enumerate(np.sort(body.cells[:, kept], axis=1).tolist()):
            facet = wanted.get(tuple(key))
            if facet is not None:
                cell[facet] = number
    place = body.points_um[corners]
    span = place[:, 1:] - place[:, :1]
    along = span[:, 0] / np.linalg.norm(span[:, 0], axis=1, keepdims=True)
    if dimension == 2:
        other = np.broadcast_to([0.0, 0.0, 1.0], along.shape)
        area = np.linalg.norm(span[:, 0], axis=1)
        normal = np.cross(other, along)
    else:
        normal = np.cross(span[:, 0], span[:, 1])
        area = 0.5 * np.linalg.norm(normal, axis=1)
        normal = normal / (2.0 * area[:, None])
        other = np.cross(normal, along)
    normal = normal * np.sign(normal[:, dimension - 1 : dimension])
    tangent = np.stack([along, other], axis=1)
    return SurfaceFacets(cell, place.mean(axis=1), normal, tangent, area)


def cells_below(body: BodySnapshot, facets: SurfaceFacets, depth_um: Array) -> IntArray:
    """Cells nearest to the points straight into the ceramic from each facet.

    Args:
        body: The ceramic.
        facets: Its surface.
        depth_um: Distances from the facet along its inward normal, (points,).

    Returns:
        Cell numbers, (facets, points).
    """
    places = facets.middle_um[:, None] - depth_um[:, None] * facets.normal[:, None]
    return cKDTree(centroid(body)).query(places)[1]


def component(stress_MPa: Array, first: Array, second: Array) -> Array:
    """Stress component first . s . second.

    Args:
        stress_MPa: In the order xx, yy, zz, xy, yz, xz, (..., 6).
        first: Unit vectors, (..., 3).
        second: Unit vectors, (..., 3).

    Returns:
        The component, (...,).
    """
    xx, yy, zz, xy, yz, xz = (stress_MPa[..., i] for i in range(6))
    (a, b, c), (d, e, f) = ([unit[..., i] for i in range(3)] for unit in (first, second))
    return (
        a * d * xx
        + b * e * yy
        + c * f * zz
        + (a * e + b * d) * xy
        + (b * f + c * e) * yz
        + (a * f + c * d) * xz
    )


def tangent_principal(stress_MPa: Array, facets: SurfaceFacets) -> tuple[Array, Array]:
    """Principal stresses in the plane of each facet, from the cell behind it.

    Args:
        stress_MPa: Cell stresses of the ceramic, (cells, 6).
        facets: Its surface.

    Returns:
        The two stresses, descending, (facets, 2), and the direction of the first,
        (facets, 3).
    """
    behind = stress_MPa[facets.cell]
    one, two = facets.tangent[:, 0], facets.tangent[:, 1]
    s_11, s_22, s_12 = (component(behind, a, b) for a, b in ((one, one), (two, two), (one, two)))
    angle = 0.5 * np.arctan2(s_12, 0.5 * (s_11 - s_22))[:, None]
    first = np.cos(angle) * one + np.sin(angle) * two
    return np.column_stack(principal_of_plane(s_11, s_22, s_12)), first


def pressure_at(interface: InterfaceSnapshot, facets: SurfaceFacets) -> Array:
    """Contact pressure above each facet: that of the nearest facet of the sodium.

    Args:
        interface: The sodium's contact surface.
        facets: The ceramic's.

    Returns:
        Pressure in MPa, 0 where a void is open, (facets,).
    """
    lateral = interface.position_um.shape[-1] - 1
    middle = interface.position_um.mean(axis=1)[:, :lateral]
    weight = interface.area_um / interface.area_um.sum(axis=1, keepdims=True)
    pressure = (weight * interface.pressure_MPa).sum(axis=1)
    return pressure[cKDTree(middle).query(facets.middle_um[:, :lateral])[1]]
