"""The ceramic's rough surface: components superposed on one cell.

The highest point is at height 0, so a flat metal face at 0 just touches it and
everything else lies below. Height, gradient and Hessian are exact.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from napress.meshes.self_affine import SelfAffine
from napress.meshes.surface_components import (
    Array,
    Component,
    Evaluation,
    Flat,
    Notch,
    Ridges,
    Scratch,
    Shape,
    Sinusoid,
    SurfaceError,
    Width,
    lateral_widths,
)

__all__ = [
    "Component",
    "Flat",
    "Notch",
    "Ridges",
    "Scratch",
    "SelfAffine",
    "Sinusoid",
    "Surface",
    "SurfaceError",
    "build_surface",
]

# samples per direction that the search for the extremes starts from: at least, per
# shortest wavelength, at most; keyed by dimension because a map squares the number
_SAMPLES = {2: (4096, 64, 65536), 3: (96, 12, 640)}
# Newton's method doubles the digits with every step; halving ends at the last of them.
_MOST_STEPS, _MOST_HALVINGS = 60, 20


@dataclass(frozen=True, eq=False)
class Surface:
    """A C1 surface over the cell, a line or a rectangle from 0 on, highest point at 0.

    Attributes:
        widths_um: Cell width by lateral direction.
        dimension: Of the bodies it separates: 2 has a profile, 3 a map.
        components: What it is made of.
        shapes: The components on this cell.
        shift_um: Height added to their sum so that the highest point is 0.
        shortest_wavelength_um: Finest length a mesh has to resolve, None for flat.
        peak_to_valley_um: Height of the highest above the lowest point.
        mean_gap_um: Void volume per nominal area under a flat face at height 0.
    """

    widths_um: tuple[float, ...]
    dimension: int
    components: tuple[Component, ...]
    shapes: tuple[Shape, ...]
    shift_um: float
    shortest_wavelength_um: float | None
    peak_to_valley_um: float
    mean_gap_um: float

    @property
    def width_um(self) -> float:
        """Cell width along x."""
        return self.widths_um[0]

    @property
    def area_um(self) -> float:
        """Nominal area of the cell, µm^(dimension - 1)."""
        return math.prod(self.widths_um)

    def evaluate(self, points: Array) -> Evaluation:
        """Height, gradient and Hessian together.

        Args:
            points: Lateral positions in µm, (n, dimension - 1).

        Returns:
            Height (n,) in µm, gradient (n, dimension - 1), Hessian
            (n, dimension - 1, dimension - 1) in 1/µm.

        Raises:
            SurfaceError: If the points do not have dimension - 1 columns.
        """
        points = np.asarray(points, dtype=float)
        if points.ndim != 2 or points.shape[1] != self.dimension - 1:
            raise SurfaceError(
                f"points of shape {points.shape}: must be (n, {self.dimension - 1}) for a surface "
                f"of dimension {self.dimension}"
            )
        height, gradient, hessian = _superpose(self.shapes, points)
        return height + self.shift_um, gradient, hessian

    def height(self, points: Array) -> Array:
        """Height in µm, at most 0; points (n, dimension - 1), returns (n,)."""
        return self.evaluate(points)[0]

    def gradient(self, points: Array) -> Array:
        """Slopes; points (n, dimension - 1), returns (n, dimension - 1)."""
        return self.evaluate(points)[1]

    def hessian(self, points: Array) -> Array:
        """Second derivatives in 1/µm; returns (n, dimension - 1, dimension - 1)."""
        return self.evaluate(points)[2]


def build_surface(
    components: Sequence[Component] | Component, width_um: Width, dimension: int = 2
) -> Surface:
    """Superposes components on one cell and puts the highest point at 0.

    Args:
        components: One or more components; none is flat.
        width_um: Cell width; a map may have two, along x and along y.
        dimension: 2 for a profile, 3 for a map.

    Returns:
        The surface.

    Raises:
        SurfaceError: If a component does not fit the cell, or width or dimension
            are not allowed.
    """
    if dimension not in (2, 3):
        raise SurfaceError(f"dimension = {dimension!r}: must be 2 or 3")
    widths = tuple(float(width) for width in lateral_widths(width_um, dimension))
    if not all(math.isfinite(width) and width > 0 for width in widths):
        raise SurfaceError(f"width_um = {width_um!r}: must be above 0 and finite")
    parts = tuple(components) if isinstance(components, Sequence) else (components,)
    cell = widths[0] if len(set(widths)) == 1 else widths
    shapes = tuple(part.bind(cell, dimension) for part in parts)
    wavelengths = [s.shortest_wavelength_um for s in shapes if s.shortest_wavelength_um is not None]
    shortest = min(wavelengths, default=None)

    def evaluate(points: Array) -> Evaluation:
        return _superpose(shapes, points)

    highest, lowest, mean = _height_range(evaluate, widths, shortest)
    return Surface(
        widths_um=widths,
        dimension=dimension,
        components=parts,
        shapes=shapes,
        shift_um=-highest,
        shortest_wavelength_um=shortest,
        peak_to_valley_um=highest - lowest,
        mean_gap_um=highest - mean,
    )


def sample_grid(surface: Surface, counts: tuple[int, ...]) -> Array:
    """Points of a uniform periodic grid, (product of the counts, dimension - 1)."""
    return _grid(surface.widths_um, counts)


def samples_per_direction(surface: Surface) -> tuple[int, ...]:
    """How many samples along each lateral direction show every wavelength of the surface."""
    return _sample_counts(surface.widths_um, surface.shortest_wavelength_um)


def _superpose(shapes: Sequence[Shape], points: Array) -> Evaluation:
    lateral = points.shape[1]
    height = np.zeros(len(points))
    gradient = np.zeros((len(points), lateral))
    hessian = np.zeros((len(points), lateral, lateral))
    for shape in shapes:
        for total, part in zip((height, gradient, hessian), shape.evaluate(points), strict=True):
            total += part
    return height, gradient, hessian


def _sample_counts(widths_um: tuple[float, ...], shortest_um: float | None) -> tuple[int, ...]:
    least, per_wave, most = _SAMPLES[len(widths_um) + 1]
    if shortest_um is None:
        return (least,) * len(widths_um)
    return tuple(
        int(min(max(least, math.ceil(per_wave * width / shortest_um)), most)) for width in widths_um
    )


def _grid(widths_um: tuple[float, ...], counts: tuple[int, ...]) -> Array:
    axes = [
        np.arange(count) * (width / count) for width, count in zip(widths_um, counts, strict=True)
    ]
    return np.column_stack([grid.ravel() for grid in np.meshgrid(*axes, indexing="ij")])


def _height_range(
    evaluate: Callable[[Array], Evaluation],
    widths_um: tuple[float, ...],
    shortest_um: float | None,
) -> tuple[float, float, float]:
    """Highest, lowest and mean height over the cell."""
    counts = _sample_counts(widths_um, shortest_um)
    points = _grid(widths_um, counts)
    height, _, hessian = evaluate(points)
    # the true extreme lies above its nearest sample by at most about this much
    spacing = max(width / count for width, count in zip(widths_um, counts, strict=True))
    reach = len(widths_um) * spacing**2 / 8
    slack = 2 * reach * float(np.abs(hessian).max(initial=0.0))
    # a surface that is not periodic (only mirrored) needs its far ends too
    walls = _far_walls(widths_um, points)
    at_walls = evaluate(walls)[0]
    extremes = []
    for sign in (1.0, -1.0):
        starts = np.concatenate([points, walls])
        values = sign * np.concatenate([height, at_walls])
        best = float(values.max())
        near = np.flatnonzero(values >= best - slack)
        near = near[np.argsort(-values[near], kind="stable")][:24]
        if slack > 0:
            best = max([best, *(_climb(evaluate, starts[i], sign, spacing) for i in near)])
        extremes.append(sign * best)
    if len(counts) == 1:
        mean = _trapezoidal(np.append(height, at_walls))
    else:
        corner = evaluate(np.array([widths_um]))[0]
        grid = np.zeros([count + 1 for count in counts])
        grid[:-1, :-1] = height.reshape(counts)
        grid[-1, :-1], grid[:-1, -1] = np.split(at_walls, [counts[1]])
        grid[-1, -1] = corner[0]
        mean = _trapezoidal(grid)
    return extremes[0], extremes[1], mean


def _far_walls(widths_um: tuple[float, ...], points: Array) -> Array:
    """The far ends of the cell, which a periodic grid leaves out."""
    walls = []
    for axis, width in enumerate(widths_um):
        wall = points[points[:, axis] == 0.0].copy()
        wall[:, axis] = width
        walls.append(wall)
    return np.concatenate(walls)


def _trapezoidal(values: Array) -> float:
    """Mean of values on a grid with both ends: the outermost count half."""
    for _ in range(values.ndim):
        values = (values[1:] + values[:-1]).mean(axis=0) / 2
    return float(values)


def _climb(
    evaluate: Callable[[Array], Evaluation], start: Array, sign: float, reach: float
) -> float:
    """Height (times sign) of the extreme next to a sample, by Newton's method.

    Args:
        evaluate: Of the surface.
        start: The sample, (directions,).
        sign: 1 for a summit, -1 for a valley.
        reach: Distance of samples: no step is longer.
    """
    point, (height, slope, hessian) = start, evaluate(start[None, :])
    best = sign * float(height[0])
    for _ in range(_MOST_STEPS):
        curvature, axes = np.linalg.eigh(sign * hessian[0])
        uphill = axes.T @ (sign * slope[0])
        # Where the surface is no summit in a direction, up the slope.
        step = axes @ (uphill / np.maximum(np.abs(curvature), np.abs(uphill) / reach + 1e-300))
        step *= min(1.0, reach / max(float(np.linalg.norm(step)), 1e-300))
        for _ in range(_MOST_HALVINGS):
            height, slope, hessian = evaluate((point + step)[None, :])
            if sign * float(height[0]) > best:
                break
            step = step / 2
        else:
            return best
        point, best = point + step, sign * float(height[0])
    return best
