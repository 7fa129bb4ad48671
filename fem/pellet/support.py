"""What the pellet stands on: a rigid face that pushes and never pulls.

A gap in it, or debris on it, decides where the pellet is carried. Which vertices
carry is found by an active set; for one set the pellet answers linearly, so the
compliance of the interface is condensed once per set.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napress.fem.pellet.body import Face, FaceCompliance

Array = NDArray[np.float64]
MAX_CHANGES = 60
PULL_TOLERANCE = 1e-8


class SupportNotFound(RuntimeError):
    """No set of carrying vertices was found; the message says why in one line."""


@dataclass(frozen=True)
class SupportShape:
    """Form of the face below the pellet, rotationally symmetric about one axis.

    Attributes:
        gap_radius_um: Within it nothing carries; 0 without a gap.
        debris_height_um: Rigid particle on the face; 0 without one.
        debris_radius_um: Its radius.
        offset_um: Distance of the axis of gap and debris from that of the pellet.
    """

    gap_radius_um: float = 0.0
    debris_height_um: float = 0.0
    debris_radius_um: float = 0.0
    offset_um: float = 0.0

    def height_um(self, points_um: Array) -> Array:
        """Height of the support, -inf where there is none.

        Args:
            points_um: Lateral positions, (points, 1) or (points, 2).
        """
        away = points_um.copy()
        away[:, 0] -= self.offset_um
        distance = np.linalg.norm(away, axis=1)
        height = np.zeros(len(points_um))
        edge = 1e-9 * max(self.gap_radius_um, 1.0)
        height[distance < self.gap_radius_um - edge] = -np.inf
        on_debris = distance <= self.debris_radius_um + edge
        if self.debris_height_um > 0:
            height[on_debris] = self.debris_height_um
        return height


@dataclass(frozen=True)
class Condensed:
    """The interface of a pellet whose carrying vertices are given.

    Tested lowering of the interface = ``matrix @ p + constant``, with rigid motion.

    Attributes:
        matrix: (interface points, interface points), µm^3/MPa, symmetric.
        constant: Lowering without pressure, because the support is not flat, µm^3.
    """

    matrix: Array
    constant: Array


class Support:
    """A rigid support and the set of vertices that carry at present.

    Attributes:
        carrying: Whether each vertex of the pellet's lower face carries, (points,).
    """

    def __init__(self, face: Face, compliance: FaceCompliance, shape: SupportShape) -> None:
        """Takes every vertex above the support as carrying to begin with.

        Args:
            face: The pellet's lower face.
            compliance: Of the pellet.
            shape: Form of the support.

        Raises:
            SupportNotFound: If too few vertices are above the support to hold the
                pellet upright.
        """
        self._compliance = compliance
        height = shape.height_um(face.points_um)
        self._possible = np.isfinite(height)
        self._obstacle = face.mass_um2 @ np.where(self._possible, height, 0.0)
        modes = compliance.bottom_modes
        if self._possible.sum() < modes.shape[1]:
            raise SupportNotFound("no vertex of the pellet is above its support")
        raised = self._possible & (np.where(self._possible, height, 0.0) > 0)
        self.carrying = raised if raised.sum() >= modes.shape[1] else self._possible.copy()

    def _system(self) -> tuple[Array, NDArray[np.int64]]:
        at = np.flatnonzero(self.carrying)
        modes = self._compliance.bottom_modes[at]
        count = modes.shape[1]
        system = np.zeros((len(at) + count, len(at) + count))
        system[: len(at), : len(at)] = self._compliance.bottom[np.ix_(at, at)]
        system[: len(at), len(at) :] = modes
        system[len(at) :, : len(at)] = modes.T
        return system, at

    def condense(self) -> Condensed:
        """Eliminates the support pressure and the rigid motion for the present set."""
        system, at = self._system()
        compliance = self._compliance
        # support pressure and rigid motion = answer @ p + offset
        right = np.vstack([compliance.across[:, at].T, compliance.top_modes.T])
        both = np.linalg.solve(
            system,
            np.column_stack(
                [right, np.r_[self._obstacle[at], np.zeros(compliance.top_modes.shape[1])]]
            ),
        )
        answer, offset = both[:, :-1], both[:, -1]
        back = np.hstack([compliance.across[:, at], compliance.top_modes])
        matrix = compliance.top - back @ answer
        return Condensed(0.5 * (matrix + matrix.T), -back @ offset)

    def pressure_MPa(self, interface_MPa: Array) -> tuple[Array, Array]:
        """Support pressure and rigid motion for the present set.

        Args:
            interface_MPa: Pressure at the vertices of the interface.

        Returns:
            Pressure at every vertex of the lower face, 0 where none carries, MPa, and
            amplitudes of the rigid modes, µm (lift) and 1 (tilt).
        """
        system, at = self._system()
        compliance = self._compliance
        lift = compliance.across[:, at].T @ interface_MPa + self._obstacle[at]
        load = compliance.top_modes.T @ interface_MPa
        solved = np.linalg.solve(system, np.r_[lift, load])
        pressure = np.zeros(len(self.carrying))
        pressure[at] = solved[: len(at)]
        return pressure, solved[len(at) :]

    def update(self, interface_MPa: Array) -> bool:
        """Moves the carrying set to where no vertex pulls and none penetrates.

        Args:
            interface_MPa: Pressure at the vertices of the interface.

        Returns:
            Whether the set has changed.

        Raises:
            SupportNotFound: If the set does not settle.
        """
        before = self.carrying.copy()
        compliance = self._compliance
        scale = max(float(np.abs(interface_MPa).max()), 1e-12)
        seen = set()
        for change in range(MAX_CHANGES):
            pressure, rigid = self.pressure_MPa(interface_MPa)
            height = compliance.bottom @ pressure - compliance.across.T @ interface_MPa
            height += compliance.bottom_modes @ rigid
            clearance = height - self._obstacle
            # A vertex's own compliance turns penetration into pressure, so one
            # tolerance serves both.
            stiffness = 1.0 / np.diag(compliance.bottom)
            pulls = self.carrying & (pressure < -PULL_TOLERANCE * scale)
            enters = ~self.carrying & self._possible
            enters &= clearance * stiffness < -PULL_TOLERANCE * scale
            if not (pulls.any() or enters.any()):
                return bool((self.carrying != before).any())
            key = self.carrying.tobytes()
            if key in seen or change > MAX_CHANGES // 2:
                # Cycling: one vertex at a time, the worst first, leaves the cycle.
                worst = np.where(pulls, -pressure, np.where(enters, -clearance * stiffness, 0.0))
                one = np.zeros_like(pulls)
                one[worst.argmax()] = True
                pulls, enters = pulls & one, enters & one
            seen.add(key)
            self.carrying = (self.carrying & ~pulls) | enters
            if self.carrying.sum() < compliance.bottom_modes.shape[1]:
                raise SupportNotFound("the pellet tips over: the load is beyond its support")
        raise SupportNotFound(f"the carrying part of the support changes after {MAX_CHANGES} tries")
