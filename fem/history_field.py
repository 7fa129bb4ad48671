"""One quantity that an accepted step changes for good, as its holder declares it.

The metal, the friction, the bonds, the gas: each says once what it remembers, at which
points, and what becomes of it when the sodium's nodes are moved.
`napress.fem.state.history.History` keeps, restores, carries and saves whatever is declared.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
# Kinds of point: in the cells, on the contact face, or none: the same on every rank.
CELLS, FACE, SHARED = "cells", "face", "shared"
# When nodes move: interpolated between the old points, taken from the nearest of them, or
# left to the holder.
INTERPOLATED, NEAREST, BY_HOLDER = "interpolated", "nearest", "by holder"


@dataclass(frozen=True)
class HistoryField:
    """A history variable.

    Attributes:
        name: Its name, unique in a run; checkpoints use it.
        kind: ``CELLS``, ``FACE`` or ``SHARED``.
        carried: ``INTERPOLATED``, ``NEAREST`` or ``BY_HOLDER``.
        read: Gives the values: (cells, points, ...), (facet points, ...) or any shape. Nobody
            changes that array any more.
        write: Takes them back. Flags come back from a checkpoint as 0 and 1.
        leave: What to carry if not the values themselves, before nodes move.
        arrive: Takes what was carried, after they have moved.
    """

    name: str
    kind: str
    carried: str
    read: Callable[[], Array]
    write: Callable[[Array], None]
    leave: Callable[[], Array] | None = None
    arrive: Callable[[Array], None] | None = None


def as_rows(values: Array, kind: str) -> Array:
    """Values as one row per point of their kind, also where a rank has none."""
    axes = 2 if kind == CELLS else 1
    shape = values.shape[:axes], values.shape[axes:]
    return np.asarray(values, dtype=float).reshape(*(math.prod(one) for one in shape))


def copied(fields: Iterable[HistoryField]) -> dict[str, Array]:
    """The values of fields by name, which later steps leave alone."""
    return {field.name: field.read() for field in fields}
