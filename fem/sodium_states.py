"""What the sodium tells about its present state: contact surface, trial stress."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class SurfaceState:
    """The contact surface at this rank's facet points.

    Attributes:
        position: Current position, (n, dimension), µm.
        area_ratio: Projected deformed area per reference area, (n,).
        stretch: Deformed area per reference area, (n,).
    """

    position: Array
    area_ratio: Array
    stretch: Array


@dataclass(frozen=True)
class StressDirection:
    """Trial stress at this rank's cell points, for the primal-dual update.

    Attributes:
        trial: Trial deviator, (cells, points, 6), MPa.
        norm: Its norm, (cells, points), MPa.
        weight: Weight of the direction correction, (cells, points).
    """

    trial: Array
    norm: Array
    weight: Array
