"""The deformed ceramic surface as the obstacle the sodium is pressed against."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napress.fem.ceramic.deflection import BasisAtPoints, DeflectionBasis
from napress.meshes.surfaces import Surface

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
class ObstacleView:
    """The obstacle under given lateral points, for any deflection.

    Attributes:
        height_um: Undeformed height, (n,).
        slope: Undeformed slope, (n, dimension-1).
        values: Basis functions there.
        gradients: Their lateral derivatives, one per direction.
    """

    height_um: Array
    slope: Array
    values: BasisAtPoints
    gradients: list[BasisAtPoints]

    def deformed_height(self, deflection: Array) -> Array:
        """Height of the deflected surface, (n,), µm."""
        return self.height_um + self.values @ deflection

    def deformed_slope(self, deflection: Array) -> Array:
        """Slope of the deflected surface, (n, dimension-1)."""
        change = np.column_stack([gradient @ deflection for gradient in self.gradients])
        return self.slope + change

    def load(self, force: Array) -> Array:
        """Point forces tested with the basis functions, (n,) to (basis size,)."""
        return self.values.tested(force)

    def load_change(self, force: Array, force_rate: Array, velocity: Array) -> Array:
        """Directional derivative of ``load`` when points move and forces change.

        Args:
            force: Point forces, (n,).
            force_rate: Their change, (n,).
            velocity: Lateral motion of the points, (n, dimension-1), µm.
        """
        change = self.values.tested(force_rate)
        for axis, gradient in enumerate(self.gradients):
            change = change + gradient.tested(force * velocity[:, axis])
        return change


@dataclass(frozen=True)
class ContactState:
    """What the two surfaces do to each other at this rank's facet points.

    Attributes:
        surface: Contact surface of the sodium.
        view: Obstacle under it.
        gap: Gap, (n,), µm.
        pressure: Contact pressure, of gas where it is open, (n,), MPa.
        in_contact: Whether it is contact that presses there, (n,).
    """

    surface: SurfaceState
    view: ObstacleView
    gap: Array
    pressure: Array
    in_contact: NDArray[np.bool_]


def look_under(points: Array, surface: Surface, basis: DeflectionBasis) -> ObstacleView:
    """Evaluates surface and basis under points, (n, dimension-1), µm."""
    height, slope, _ = surface.evaluate(points)
    values, gradients = basis.values_and_gradients(points)
    return ObstacleView(height_um=height, slope=slope, values=values, gradients=gradients)
