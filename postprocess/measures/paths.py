"""How contact and voids hang together over a face: spots, and ways across the cell.

A void that runs from wall to wall lets gas or liquid through however much is in contact;
contact that runs from wall to wall seals. In the plane of a 3-D interface at most one of
the two can.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napress.fem.snapshot import Array, InterfaceSnapshot


@dataclass(frozen=True)
class Paths:
    """Connected contact and connected voids of one step.

    Attributes:
        void_crosses: Whether one void reaches two opposite walls of the cell.
        contact_crosses: Whether one contact spot does.
        spots: Contact spots: facets in contact joined through shared edges.
        largest_spot_um: Area of the largest, µm^(dim-1), 0 if there is none.
    """

    void_crosses: bool
    contact_crosses: bool
    spots: int
    largest_spot_um: float


def measure_paths(interface: InterfaceSnapshot) -> Paths | None:
    """Spots and ways across the cell; ``None`` where the face's walls are not known.

    A facet counts as in contact if contact presses on more than half of it, else as void,
    so that neither of the two is favoured.

    Args:
        interface: Contact surface.
    """
    if interface.at_walls is None:
        return None
    touching = facets_in_contact(interface)
    area = interface.area_um.sum(axis=1)
    label = components(interface, touching)
    sizes = np.bincount(label[touching], weights=area[touching]) if touching.any() else np.zeros(1)
    return Paths(
        void_crosses=_crosses(components(interface, ~touching), ~touching, interface.at_walls),
        contact_crosses=_crosses(label, touching, interface.at_walls),
        spots=int(label.max(initial=-1)) + 1,
        largest_spot_um=float(sizes.max(initial=0.0)),
    )


def facets_in_contact(interface: InterfaceSnapshot) -> NDArray[np.bool_]:
    """Which facets are in contact with more than half of their area, (facets,)."""
    pressed = np.where(interface.pressed, interface.area_um, 0.0).sum(axis=1)
    return pressed > 0.5 * interface.area_um.sum(axis=1)


def components(interface: InterfaceSnapshot, member: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Numbers each connected run of facets, (facets,); -1 for those that are no members.

    Args:
        interface: Contact surface.
        member: Facets to look at, (facets,).
    """
    # Heavy, and what only reads histories comes past this file, too.
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    pairs = np.asarray(interface.adjacent_facets, dtype=np.int64).reshape(-1, 2)
    pairs = pairs[member[pairs].all(axis=1)]
    size = len(member)
    graph = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(size, size))
    label = connected_components(graph, directed=False)[1]
    numbered = np.full(size, -1, dtype=np.int64)
    numbered[member] = np.unique(label[member], return_inverse=True)[1]
    return numbered


def _crosses(label: Array, member: NDArray[np.bool_], at_walls: NDArray[np.bool_]) -> bool:
    """Whether one component reaches both walls of some direction."""
    count = int(label.max(initial=-1)) + 1
    touched = np.zeros((count, at_walls.shape[1]), dtype=bool)
    for wall in range(at_walls.shape[1]):
        touched[label[member & at_walls[:, wall]], wall] = True
    return bool(touched.reshape(count, at_walls.shape[1] // 2, 2).all(axis=2).any())
