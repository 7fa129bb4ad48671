"""Form of the punch's face, and how the sodium fills the space below it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class PunchTouches(ValueError):
    """The sodium does not fill the space under the punch; the message says by how much."""


@dataclass(frozen=True)
class PunchShape:
    """Form of the punch's face.

    Attributes:
        crown_um: How far the edge stands back behind the centre, as a parabola;
            negative is hollow.
        tilt_rad: Tilt about the y axis; the sodium is thicker where x is positive.
        chamfer_width_um: Width of the ring at the edge that is ground off.
        chamfer_depth_um: How far its outer edge stands back.
    """

    crown_um: float = 0.0
    tilt_rad: float = 0.0
    chamfer_width_um: float = 0.0
    chamfer_depth_um: float = 0.0

    def height_um(self, points_um: Array, radius_um: float) -> Array:
        """Height of the face above its centre, (points,).

        Args:
            points_um: Lateral positions, (points, 1) or (points, 2).
            radius_um: Radius of the punch.
        """
        radius = np.linalg.norm(points_um, axis=1)
        height = self.crown_um * (radius / radius_um) ** 2
        if points_um.shape[1] == 2:
            height = height + math.tan(self.tilt_rad) * points_um[:, 0]
        if self.chamfer_width_um > 0:
            into = (radius - (radius_um - self.chamfer_width_um)) / self.chamfer_width_um
            height = height + self.chamfer_depth_um * np.clip(into, 0.0, 1.0)
        return height

    def filled_um(
        self, sodium_um: float, points_um: Array, area_um2: Array, radius_um: float
    ) -> Array:
        """Thickness of the sodium once it has filled the space under the punch, (points,).

        Args:
            sodium_um: Its mean thickness.
            points_um: Lateral positions, (points, 1) or (points, 2).
            area_um2: Area each stands for, (points,).
            radius_um: Radius of the punch.

        Raises:
            PunchTouches: If the form of the punch needs more sodium than there is.
        """
        height = self.height_um(points_um, radius_um)
        thickness = sodium_um + height - height @ area_um2 / area_um2.sum()
        if thickness.min() <= 0:
            raise PunchTouches(
                f"the punch touches the pellet before {sodium_um:.4g} um of sodium fill the space; "
                f"allowed: more than {sodium_um - thickness.min():.4g} um, or less tilt, crown "
                "and chamfer"
            )
        return thickness

    def require_room(self, sodium_um: float, radius_um: float) -> None:
        """Checks that the sodium fills the space, without a mesh.

        Raises:
            PunchTouches: If it does not.
        """
        # Along the plane of the tilt, where the face is lowest. The mean is that of
        # the disc, to which a tilt adds nothing: rings on both sides weigh alike.
        place = np.linspace(-1.0, 1.0, 2001)[:, None] * radius_um
        points = np.column_stack([place, np.zeros(len(place))])
        self.filled_um(sodium_um, points, np.abs(place[:, 0]), radius_um)
