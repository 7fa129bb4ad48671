"""What a rough surface is made of: waves, scratches, notches, ridges.

Each component is plain data; ``bind(width_um, dimension)`` turns it into a
``Shape`` on one cell: heights with their exact first and second derivatives.
Heights count upwards out of the ceramic, towards the metal. ``dimension`` is
that of the bodies: a 2-D body has a profile, a 3-D body a map.

How finely a shape must be meshed is told by one length, its shortest
wavelength: four times the run over which the slope grows from zero to its
steepest, which for a sine is the wavelength itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Evaluation = tuple[Array, Array, Array]
Width = float | tuple[float, ...]


class SurfaceError(ValueError):
    """A surface that cannot be built; the message says which field and what is allowed."""


@dataclass(frozen=True)
class Shape:
    """One component on one cell.

    Attributes:
        evaluate: Maps points (n, dimension - 1) in µm to height (n,) in µm,
            gradient (n, dimension - 1) and Hessian (n, dimension - 1,
            dimension - 1) in 1/µm.
        shortest_wavelength_um: Finest length a mesh has to resolve, None for flat.
    """

    evaluate: Callable[[Array], Evaluation]
    shortest_wavelength_um: float | None


class Component(Protocol):
    """Anything that can be bound to a cell."""

    def bind(self, width_um: Width, dimension: int) -> Shape:
        """Turns the component into a shape on one cell; SurfaceError if it does not fit.

        Args:
            width_um: Lateral size of the cell: one number, or one per lateral direction.
            dimension: Of the bodies.
        """
        ...


def lateral_widths(width_um: Width, dimension: int) -> Array:
    """Width of the cell by lateral direction, (dimension - 1,).

    Raises:
        SurfaceError: If there are several widths, but not one for each direction.
    """
    widths = np.atleast_1d(np.asarray(width_um, dtype=float))
    if len(widths) not in (1, dimension - 1):
        raise SurfaceError(
            f"{len(widths)} cell widths: must be 1, or {dimension - 1} for dimension {dimension}"
        )
    return np.broadcast_to(widths, (dimension - 1,)).copy()


def require(condition: bool, component: object, field: str, allowed: str) -> None:
    """Raises a one-line SurfaceError that names the field unless the condition holds."""
    if not condition:
        value = getattr(component, field, None)
        raise SurfaceError(f"{type(component).__name__}.{field} = {value!r}: {allowed}")


def require_positive(component: object, *fields: str) -> None:
    """Requires each named field to be a finite number above zero."""
    for field in fields:
        value = getattr(component, field)
        require(math.isfinite(value) and value > 0, component, field, "must be above 0 and finite")


def along_x(points: Array, height: Array, slope: Array, curvature: Array) -> Evaluation:
    """Extends a function of x alone to all lateral directions."""
    gradient = np.zeros_like(points)
    hessian = np.zeros((*points.shape, points.shape[1]))
    gradient[:, 0] = slope
    hessian[:, 0, 0] = curvature
    return height, gradient, hessian


def _nearest_image(distance_um: Array, period_um: float | Array) -> Array:
    return distance_um - period_um * np.round(distance_um / period_um)


@dataclass(frozen=True)
class Flat:
    """A flat surface."""

    def bind(self, width_um: Width, dimension: int) -> Shape:
        """Binds the component to a cell."""

        def evaluate(points: Array) -> Evaluation:
            none = np.zeros(len(points))
            return along_x(points, none, none, none)

        return Shape(evaluate, None)


@dataclass(frozen=True)
class Sinusoid:
    """A cosine wave, or in 3-D the egg-box ``(cos kx + cos ky) / 2`` times the amplitude.

    The egg-box has one peak per square wavelength and the same peak-to-valley
    height as the wave. Rotated by 45 degrees it is the product of cosines with
    wavelength ``sqrt(2) * wavelength_um`` of the bisinusoidal contact problem.

    Attributes:
        amplitude_um: Half of the peak-to-valley height.
        wavelength_um: Must fit a whole number of times into the cell.
        phase_rad: 0 puts a peak at x = 0, pi puts it half a wavelength further.
    """

    amplitude_um: float
    wavelength_um: float
    phase_rad: float = 0.0

    def __post_init__(self) -> None:
        require_positive(self, "amplitude_um", "wavelength_um")
        require(math.isfinite(self.phase_rad), self, "phase_rad", "must be finite")

    def bind(self, width_um: Width, dimension: int) -> Shape:
        """Binds the component to a cell."""
        widths = lateral_widths(width_um, dimension)
        for width in widths:
            waves = width / self.wavelength_um
            require(
                round(waves) >= 1 and abs(waves - round(waves)) < 1e-6 * waves,
                self,
                "wavelength_um",
                f"must fit a whole number of times into the cell width of {width:g} um",
            )
        wavenumber = 2 * math.pi * np.rint(widths / self.wavelength_um) / widths
        amplitude = self.amplitude_um / (dimension - 1)
        diagonal = np.arange(dimension - 1)

        def evaluate(points: Array) -> Evaluation:
            angle = wavenumber * points + self.phase_rad
            wave = amplitude * np.cos(angle)
            hessian = np.zeros((*points.shape, points.shape[1]))
            hessian[:, diagonal, diagonal] = -(wavenumber**2) * wave
            return wave.sum(axis=1), -wavenumber * amplitude * np.sin(angle), hessian

        return Shape(evaluate, self.wavelength_um)


@dataclass(frozen=True)
class Scratch:
    """One rounded groove, ``-depth cos^2``; in 3-D it runs along y.

    Attributes:
        depth_um: Depth of its deepest line.
        width_um: Full width at the top.
        position_um: x of its deepest line.
    """

    depth_um: float
    width_um: float
    position_um: float

    def __post_init__(self) -> None:
        require_positive(self, "depth_um", "width_um")
        require(math.isfinite(self.position_um), self, "position_um", "must be finite")

    def bind(self, width_um: Width, dimension: int) -> Shape:
        """Binds the component to a cell."""
        across = float(lateral_widths(width_um, dimension)[0])
        _require_fits(self, across)
        wavenumber = 2 * math.pi / self.width_um
        half = self.depth_um / 2

        def evaluate(points: Array) -> Evaluation:
            x = _nearest_image(points[:, 0] - self.position_um, across)
            inside = np.abs(x) < self.width_um / 2
            angle = wavenumber * x
            return along_x(
                points,
                np.where(inside, -half * (1 + np.cos(angle)), 0.0),
                np.where(inside, half * wavenumber * np.sin(angle), 0.0),
                np.where(inside, half * wavenumber**2 * np.cos(angle), 0.0),
            )

        return Shape(evaluate, self.width_um)


@dataclass(frozen=True)
class Notch:
    """A flat-bottomed notch with steep smooth flanks; in 3-D a round pore.

    Its flanks are the quintic ``6 t^5 - 15 t^4 + 10 t^3``, so the surface is
    C2; the steepest slope is 1.875 depth / flank.

    Attributes:
        depth_um: Depth of the floor.
        width_um: Full width (3-D: diameter) of the opening.
        position_um: Its centre; in 3-D the same along x and y.
        flank_um: Horizontal run of one flank; None is a quarter of the width.
    """

    depth_um: float
    width_um: float
    position_um: float
    flank_um: float | None = None

    def __post_init__(self) -> None:
        require_positive(self, "depth_um", "width_um")
        require(math.isfinite(self.position_um), self, "position_um", "must be finite")
        if self.flank_um is not None:
            require_positive(self, "flank_um")
            require(
                self.flank_um <= self.width_um / 2,
                self,
                "flank_um",
                f"must be at most half the notch width of {self.width_um:g} um",
            )

    def bind(self, width_um: Width, dimension: int) -> Shape:
        """Binds the component to a cell."""
        widths = lateral_widths(width_um, dimension)
        _require_fits(self, float(widths.min()))
        flank = self.width_um / 4 if self.flank_um is None else self.flank_um
        radius = self.width_um / 2
        identity = np.eye(dimension - 1)

        def evaluate(points: Array) -> Evaluation:
            offset = _nearest_image(points - self.position_um, widths)
            distance = np.sqrt((offset**2).sum(axis=1))
            t = np.clip((radius - distance) / flank, 0.0, 1.0)
            depth = t**3 * (10 + t * (6 * t - 15))
            slope = 30 * t**2 * (1 - t) ** 2 / flank
            curvature = 60 * t * (1 - t) * (1 - 2 * t) / flank**2
            # the floor is flat, so the centre, where no direction exists, gets zeros
            reach = np.where(distance > 0, distance, 1.0)
            direction = offset / reach[:, None]
            radial = direction[:, :, None] * direction[:, None, :]
            hessian = -curvature[:, None, None] * radial + (slope / reach)[:, None, None] * (
                identity - radial
            )
            return (
                -self.depth_um * depth,
                self.depth_um * slope[:, None] * direction,
                self.depth_um * hessian,
            )

        return Shape(evaluate, 2 * flank)


@dataclass(frozen=True)
class Ridges:
    """A periodic row of flat-topped ridges; in 3-D they run along y.

    Each ridge is centred in its period. Outwards from the flat top follow a
    circular corner, a straight flank, a circular fillet of the same radius and
    the flat valley floor; where the height leaves no room for a straight flank
    the two arcs meet at a smaller angle. The surface is C1, its curvature
    jumps where the arcs begin and end.

    Attributes:
        covered_fraction: Share of the cell taken by the flat tops alone, without
            the rounded corners.
        height_um: From valley floor to top.
        count: Ridges per cell.
        corner_radius_um: Radius of corner and fillet.
        flank_angle_degrees: Steepest inclination of the flanks, below 90.
    """

    covered_fraction: float
    height_um: float
    count: int
    corner_radius_um: float
    flank_angle_degrees: float = 60.0

    def __post_init__(self) -> None:
        require_positive(self, "height_um", "corner_radius_um")
        require(
            0 < self.covered_fraction < 1,
            self,
            "covered_fraction",
            "must be between 0 and 1, both excluded",
        )
        require(
            isinstance(self.count, int) and self.count >= 1,
            self,
            "count",
            "must be a whole number, 1 or more",
        )
        require(
            0 < self.flank_angle_degrees < 90,
            self,
            "flank_angle_degrees",
            "must be between 0 and 90, both excluded",
        )

    @property
    def flank_angle_reached_rad(self) -> float:
        """The inclination that the height leaves room for."""
        full_arcs = math.acos(max(1 - self.height_um / (2 * self.corner_radius_um), -1.0))
        return min(math.radians(self.flank_angle_degrees), full_arcs)

    @property
    def flank_run_um(self) -> float:
        """Horizontal distance from the edge of the flat top to the valley floor."""
        angle, radius = self.flank_angle_reached_rad, self.corner_radius_um
        straight_drop = self.height_um - 2 * radius * (1 - math.cos(angle))
        return 2 * radius * math.sin(angle) + max(straight_drop, 0.0) / math.tan(angle)

    def bind(self, width_um: Width, dimension: int) -> Shape:
        """Binds the component to a cell."""
        period = float(lateral_widths(width_um, dimension)[0]) / self.count
        half_top = self.covered_fraction * period / 2
        run = self.flank_run_um
        room = period / 2 - half_top
        require(
            run <= room * (1 + 1e-12),
            self,
            "covered_fraction",
            f"leaves {room:.4g} um for a flank that runs {run:.4g} um; lower covered_fraction, "
            "height_um, count or corner_radius_um, or raise flank_angle_degrees",
        )
        radius, height = self.corner_radius_um, self.height_um
        angle = self.flank_angle_reached_rad
        arc_run = radius * math.sin(angle)
        arc_drop = radius * (1 - math.cos(angle))
        steepness = math.tan(angle)

        def evaluate(points: Array) -> Evaluation:
            x = _nearest_image(points[:, 0] - period / 2, period)
            s = np.abs(x) - half_top  # run outwards from the edge of the top
            corner = (s > 0) & (s < arc_run)
            fillet = (s > run - arc_run) & (s < run)
            straight = (s >= arc_run) & (s <= run - arc_run)
            # distance along the run from the flat end of whichever arc it is
            t = np.where(corner, s, np.where(fillet, run - s, 0.0))
            leg = np.sqrt(radius**2 - t**2)
            arc = radius - leg
            drop = np.select(
                [corner, straight, fillet, s >= run],
                [arc, arc_drop + steepness * (s - arc_run), height - arc, height],
                0.0,
            )
            descent = np.select([corner | fillet, straight], [t / leg, steepness], 0.0)
            bend = radius**2 / leg**3
            curvature = np.select([corner, fillet], [-bend, bend], 0.0)
            return along_x(points, -drop, -np.sign(x) * descent, curvature)

        return Shape(evaluate, 4 * arc_run)


def _require_fits(component: Scratch | Notch, width_um: float) -> None:
    require(
        component.width_um <= width_um,
        component,
        "width_um",
        f"must be at most the cell width of {width_um:g} um",
    )
