"""Which contact facets adjoin, in an order that no mesh partition changes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from napress.fem.contact.face import ContactFace

Array = NDArray[np.float64]
Indices = NDArray[np.int64]
NONE = -1  # label of a facet that belongs to no void


@dataclass(frozen=True)
class FacetGraph:
    """All contact facets, the same on every rank.

    Attributes:
        order: Position in this order to position in the gathered facets, (facets,).
        own: Places of this rank's facets in this order, (own facets,).
        pairs: Facets that share a vertex (2-D) or an edge (3-D), (pairs, 2).
        walls: Whether a facet touches the low or the high side wall of each lateral
            direction, (facets, 2 (dimension - 1)).
    """

    order: Indices
    own: Indices
    pairs: Indices
    walls: NDArray[np.bool_]

    @property
    def size(self) -> int:
        """Number of facets on all ranks."""
        return len(self.order)

    def components(self, is_open: NDArray[np.bool_]) -> Indices:
        """Numbers each connected run of open facets, (facets,); closed ones are ``NONE``."""
        pairs = self.pairs[is_open[self.pairs].all(axis=1)]
        graph = coo_array((np.ones(len(pairs)), pairs.T), shape=(self.size, self.size))
        label = connected_components(graph, directed=False)[1]
        numbered = np.full(self.size, NONE, dtype=np.int64)
        numbered[is_open] = np.unique(label[is_open], return_inverse=True)[1]
        return numbered

    def reaches_outside(self, member: NDArray[np.bool_]) -> bool:
        """Whether a connected run of facets has a way out of the cell.

        The walls mirror the cell: a run that reaches one wall meets its own image
        there and stays enclosed; one that reaches both opposite walls goes on for ever.
        """
        touched = self.walls[member].any(axis=0).reshape(-1, 2)
        return bool(touched.all(axis=1).any())

    def grown(self, label: Indices) -> Indices:
        """Labels with each void extended by the unlabelled facets that adjoin it."""
        extended = label.copy()
        for first, second in (self.pairs.T, self.pairs.T[::-1]):
            free = (label[first] == NONE) & (label[second] != NONE)
            # On a facet between two voids the higher number wins, whatever the order.
            np.maximum.at(extended, first[free], label[second[free]])
        return extended


def facet_graph(
    comm, face: ContactFace, widths_um: tuple[float, ...], size_um: float
) -> FacetGraph:
    """Builds the graph; collective.

    Args:
        comm: The sodium's communicator.
        face: Contact face.
        widths_um: Width of the cell by lateral direction.
        size_um: Size of a facet.
    """
    parts = comm.allgather(face.corners())
    corners = np.concatenate(parts)
    keys = np.rint(corners.mean(axis=1) / (1e-6 * size_um)).astype(np.int64)
    order = np.lexsort(keys.T[::-1])
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    start = sum(len(part) for part in parts[: comm.rank])
    own = place[start : start + len(parts[comm.rank])]

    near = 1e-6 * min(widths_um)
    low = (np.abs(corners) < near).any(axis=1)[order]
    high = (np.abs(corners - np.array(widths_um)) < near).any(axis=1)[order]
    walls = np.stack([low, high], axis=-1).reshape(len(order), -1)
    return FacetGraph(order, own, _adjoining(corners[order], size_um), walls)


def _adjoining(corners: Array, size_um: float) -> Indices:
    labels = np.rint(corners / (1e-6 * size_um)).astype(np.int64)
    _, vertices = np.unique(labels.reshape(-1, labels.shape[-1]), axis=0, return_inverse=True)
    vertices = np.sort(vertices.reshape(len(corners), -1), axis=1)
    shared: dict[tuple[int, ...], list[int]] = {}
    width = vertices.shape[1]
    for facet, own in enumerate(vertices):
        for left_out in range(width):
            ridge = tuple(int(v) for i, v in enumerate(own) if i != left_out)
            shared.setdefault(ridge, []).append(facet)
    pairs = [pair for pair in shared.values() if len(pair) == 2]
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)
