"""Meshes of the two bodies that meet at the rough interface.

Both are graded from the interface: elements are as small as an interface facet
there and grow with the distance from it. The last coordinate is the height;
the sodium lies above 0, the ceramic below its surface, whose highest point is 0.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import numpy as np

from napress.meshes.gmsh_session import distribute
from napress.meshes.solid_geometry import Grading, mesh_block
from napress.meshes.surface_components import Width
from napress.meshes.surfaces import Surface

if TYPE_CHECKING:
    import dolfinx
    from mpi4py import MPI


Count = int | tuple[int, ...]


class Boundary(IntEnum):
    """What a tagged boundary facet belongs to."""

    CONTACT = 1
    FAR = 2  # the platen on the sodium, the base of the ceramic
    SIDE_X = 3  # both walls normal to x
    SIDE_Y = 4  # both walls normal to y, in 3-D


class UnsupportedDimension(ValueError):
    """Asked for bodies that are neither 2-D nor 3-D."""


class MeshInputError(ValueError):
    """A mesh parameter is out of range; the message names it and what is allowed."""


@dataclass(frozen=True, eq=False)
class TaggedMesh:
    """A body.

    Attributes:
        mesh: Straight-sided triangles or tetrahedra.
        facet_tags: Every boundary facet, valued by ``Boundary``.
    """

    mesh: dolfinx.mesh.Mesh
    facet_tags: dolfinx.mesh.MeshTags


def build_sodium(
    width_um: Width,
    thickness_um: float,
    elements: Count,
    comm: MPI.Comm,
    *,
    dimension: int = 2,
    growth: float = 0.3,
    largest_um: float | None = None,
) -> TaggedMesh:
    """Meshes the sodium, a block whose face at height 0 will touch the ceramic.

    Args:
        width_um: Width of the cell: one number, or one per lateral direction.
        thickness_um: Height of the block.
        elements: Equal facets along each lateral direction of the contact face, one
            number or one per direction; in 3-D each cell of that grid is two triangles.
        comm: Communicator; the mesh is built on rank 0 and distributed.
        dimension: 2 or 3.
        growth: Growth of the element size per distance from the contact face.
        largest_um: Largest element; None is a sixth of the thickness or,
            if that is more, an interface facet.

    Returns:
        The tagged mesh, the same bit for bit for the same input.

    Raises:
        UnsupportedDimension: If dimension is neither 2 nor 3.
        MeshInputError: If a size is not positive.
        MeshingError: If Gmsh fails.
    """
    widths, counts = _check(dimension, width_um, thickness_um, elements, growth, largest_um)
    contact = _contact_grid(widths, counts)
    grading = _grading(facet_size_um(widths, counts), growth, largest_um, thickness_um)
    return _build(contact, thickness_um, grading, "sodium", comm)


def build_ceramic(
    surface: Surface,
    thickness_um: float,
    elements: Count,
    comm: MPI.Comm,
    *,
    growth: float = 0.3,
    largest_um: float | None = None,
) -> TaggedMesh:
    """Meshes the ceramic from its rough surface down to ``-thickness_um``.

    The contact face connects points on the smooth surface, equally spaced
    laterally, by straight facets; in 3-D each square of the grid is two triangles.

    Args:
        surface: The surface; its widths and dimension are those of the body.
        thickness_um: Depth of the base below the highest peak.
        elements: Facets along each lateral direction of the contact face, as of
            ``build_sodium``.
        comm: Communicator; the mesh is built on rank 0 and distributed.
        growth: Growth of the element size per distance from the interface.
        largest_um: Largest element; None is a sixth of the thickness or,
            if that is more, an interface facet.

    Returns:
        The tagged mesh, the same bit for bit for the same input.

    Raises:
        UnsupportedDimension: If the surface is of neither dimension 2 nor 3.
        MeshInputError: If a size is not positive or a valley reaches the base.
        MeshingError: If Gmsh fails.
    """
    widths, counts = _check(
        surface.dimension, surface.widths_um, thickness_um, elements, growth, largest_um
    )
    if thickness_um <= surface.peak_to_valley_um:
        raise MeshInputError(
            f"ceramic thickness = {thickness_um:g} um: must exceed the peak-to-valley height of "
            f"its surface, {surface.peak_to_valley_um:.4g} um"
        )
    contact = _contact_grid(widths, counts)
    lateral = contact[..., :-1].reshape(-1, surface.dimension - 1)
    contact[..., -1] = surface.height(lateral).reshape(contact.shape[:-1])
    grading = _grading(facet_size_um(widths, counts), growth, largest_um, thickness_um)
    return _build(contact, -thickness_um, grading, "ceramic", comm)


def _grading(
    facet_um: float, growth: float, largest_um: float | None, thickness_um: float
) -> Grading:
    # by default a coarse interface does not sit on a finer inside
    return Grading(facet_um, growth, largest_um or max(thickness_um / 6, facet_um))


def _build(
    contact: np.ndarray, far_height_um: float, grading: Grading, name: str, comm: MPI.Comm
) -> TaggedMesh:
    def build(gmsh: Any) -> None:
        mesh_block(gmsh, contact, far_height_um, grading, dict(_GROUPS))

    data = distribute(build, name, contact.shape[-1], comm)
    _straighten_walls(data.mesh.geometry.x, contact[(-1,) * (contact.ndim - 1)][:-1])
    return TaggedMesh(data.mesh, data.facet_tags)


def _straighten_walls(nodes: np.ndarray, width_um: np.ndarray) -> None:
    """Takes Gmsh's rounding out of the nodes on the symmetry walls at 0 and the width."""
    for axis, width in enumerate(width_um):
        for wall in (0.0, width):
            on_wall = np.abs(nodes[:, axis] - wall) < 1e-9 * width
            nodes[on_wall, axis] = wall


_GROUPS = {
    "contact": Boundary.CONTACT,
    "far": Boundary.FAR,
    "side_x": Boundary.SIDE_X,
    "side_y": Boundary.SIDE_Y,
}


def facet_size_um(widths_um: tuple[float, ...], counts: tuple[int, ...]) -> float:
    """Edge of an interface facet; the longer one of a grid that is not square."""
    return max(width / count for width, count in zip(widths_um, counts, strict=True))


def per_direction(value: Width | Count, dimension: int) -> tuple:
    """One value for every lateral direction, or one each, as a tuple."""
    values = tuple(value) if isinstance(value, (tuple, list)) else (value,)
    return values * (dimension - 1) if len(values) == 1 else values


def _contact_grid(widths_um: tuple[float, ...], counts: tuple[int, ...]) -> np.ndarray:
    """Vertices of a flat contact face, (elements + 1, ..., dimension)."""
    # index times width over count, so that the last one is the width to the last bit
    axes = [
        np.arange(count + 1) * width / count for width, count in zip(widths_um, counts, strict=True)
    ]
    lateral = np.meshgrid(*axes, indexing="ij")
    return np.stack([*lateral, np.zeros_like(lateral[0])], axis=-1)


def _check(
    dimension: int,
    width_um: Width,
    thickness_um: float,
    elements: Count,
    growth: float,
    largest_um: float | None,
) -> tuple[tuple[float, ...], tuple[int, ...]]:
    """Widths and elements by lateral direction, all sizes checked."""
    if dimension not in (2, 3):
        raise UnsupportedDimension(f"dimension = {dimension!r}: bodies can be 2-D or 3-D")
    widths, counts = per_direction(width_um, dimension), per_direction(elements, dimension)
    for count in counts:
        if isinstance(count, bool) or not isinstance(count, (int, np.integer)) or count < 2:
            raise MeshInputError(f"elements = {elements!r}: must be a whole number, 2 or more")
    for name, values in (("width_um", widths), ("elements", counts)):
        if len(values) != dimension - 1:
            raise MeshInputError(f"{name} = {values!r}: must be 1 or {dimension - 1} numbers")
    sizes = [("width_um", width) for width in widths]
    sizes += [("thickness_um", thickness_um), ("growth", growth)]
    if largest_um is not None:
        sizes.append(("largest_um", largest_um))
    for name, value in sizes:
        if not (math.isfinite(value) and value > 0):
            raise MeshInputError(f"{name} = {value!r}: must be above 0 and finite")
    return widths, counts
