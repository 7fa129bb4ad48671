"""A measured map on one rectangular cell."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from napress.meshes.measured.ends import meet_walls, near_wall
from napress.meshes.measured.holes import fill_map
from napress.meshes.measured.levelling import level_map
from napress.meshes.measured.series import coefficients, map_series, midpoints, waves_kept
from napress.meshes.measured.treatment import (
    Treated,
    Treatment,
    require_plausible,
    ringing_warning,
)
from napress.meshes.surface_components import (
    Array,
    Shape,
    SurfaceError,
    Width,
    lateral_widths,
)

MINIMUM_POINTS = 8


@dataclass(frozen=True, eq=False)
class MeasuredMap:
    """A measured map; only for 3-D bodies.

    It is always a series of waves, ended at ``treatment.cutoff_um`` or at twice the
    spacing: smooth, with exact derivatives.

    Attributes:
        spacing_um: Along x and along y.
        height_um: (rows, columns), rows along y, up is out of the ceramic; NaN where
            nothing was measured.
        treatment: What is done to it.
        source: Where it came from, named in error messages.
    """

    spacing_um: tuple[float, float]
    height_um: Array
    treatment: Treatment = field(default_factory=Treatment)
    source: str = "measured map"

    def __post_init__(self) -> None:
        height = np.array(self.height_um, dtype=float)
        if height.ndim != 2 or min(height.shape) < MINIMUM_POINTS:
            raise SurfaceError(
                f"{self.source}: heights of shape {height.shape}, at least {MINIMUM_POINTS} rows "
                f"and {MINIMUM_POINTS} columns needed"
            )
        if not all(math.isfinite(s) and s > 0 for s in self.spacing_um):
            raise SurfaceError(f"{self.source}: spacing {self.spacing_um}: must be above 0")
        height.flags.writeable = False
        object.__setattr__(self, "height_um", height)

    def bind(self, width_um: Width, dimension: int) -> Shape:
        """Binds the component to a cell."""
        if dimension != 3:
            raise SurfaceError(
                f"{self.source}: a map in a cell of dimension {dimension}; allowed: dimension 3, "
                "or line, which takes one profile out of it"
            )
        return self._on_cell(lateral_widths(width_um, 3))[0]

    def treated(self, width_um: Width) -> Treated:
        """What the treatment did on a cell of this width; SurfaceError as in `bind`."""
        return self._on_cell(lateral_widths(width_um, 3))[1]

    def _on_cell(self, widths_um: Array) -> tuple[Shape, Treated]:
        from scipy.interpolate import PchipInterpolator

        treatment, cutoff = self.treatment, self.treatment.cutoff_um
        if cutoff is not None and cutoff > widths_um.min():
            raise SurfaceError(
                f"Measured.cutoff_um = {cutoff:g}: must be at most the cell width "
                f"of {widths_um.min():g} um"
            )
        wavelength = max(cutoff or 0.0, 2 * max(self.spacing_um))
        places, height = self._part(widths_um)
        points = int(np.isfinite(height).sum())
        height, bridged = fill_map(height, treatment.bridge, self.source)
        rq_before = float(np.std(height))
        height, slopes = level_map(
            -height if treatment.flip else height, self.spacing_um, treatment.level
        )
        periodic = treatment.ends == "periodic"
        waves = [waves_kept(width, wavelength, periodic) for width in widths_um]
        samples, at = height.T, []
        for axis, width in enumerate(widths_um):
            count = max(len(places[axis]), 8 * waves[axis], 64)
            at.append(midpoints(width, count))
            walls = np.concatenate([[0.0], at[axis], [width]])
            # the axis in hand is the first; it is turned away for the next one
            along = PchipInterpolator(places[axis], samples, axis=0)(walls)
            over = max(wavelength, width / 20)
            samples = meet_walls(walls, along, treatment.ends, over)[1:-1].T
        amplitude = coefficients(samples, waves[0], periodic)
        amplitude = coefficients(amplitude.T, waves[1], periodic).T
        evaluate = map_series(amplitude, tuple(widths_um), tuple(waves), periodic)
        grid = np.stack(np.meshgrid(*at, indexing="ij"), axis=-1).reshape(-1, 2)
        grid = grid[:: max(1, len(grid) // 100_000)]
        value, gradient, _ = evaluate(grid)
        slope = np.sqrt((gradient**2).sum(axis=1))
        require_plausible(value, float(slope.max()), treatment, self.source)
        treated = Treated(
            source=self.source,
            length_um=float(widths_um[0]),
            points=points,
            bridged=bridged,
            slope_removed=slopes,
            rq_before_um=rq_before,
            wavelength_um=wavelength,
            warnings=tuple(
                _wall_warning(grid, value, slope, widths_um, wavelength, treatment.ends)
                + ringing_warning(samples, value, wavelength)
            ),
        )
        # cosines are mirrored at the walls by themselves, as all waves are periodic
        return Shape(evaluate, wavelength), treated

    def _part(self, widths_um: Array) -> tuple[list[Array], Array]:
        """Positions of columns and of rows from the cell's corner, and the heights there."""
        slices, positions = [], []
        for axis, (spacing, width) in enumerate(zip(self.spacing_um, widths_um, strict=True)):
            number = self.height_um.shape[1 - axis]
            begin = self.treatment.begin((number - 1) * spacing, width, axis, self.source)
            first = max(int(math.floor(begin / spacing + 1e-9)), 0)
            last = min(int(math.ceil((begin + width) / spacing - 1e-9)), number - 1)
            if last - first + 1 < MINIMUM_POINTS:
                raise SurfaceError(
                    f"{self.source}: {last - first + 1} points in the cell width of {width:g} "
                    f"um, at least {MINIMUM_POINTS} needed"
                )
            slices.append(slice(first, last + 1))
            positions.append(np.arange(first, last + 1) * spacing - begin)
        return positions, self.height_um[slices[1], slices[0]]


def _wall_warning(
    points: Array,
    height_um: Array,
    slope: Array,
    widths_um: Array,
    wavelength_um: float,
    ends: str,
) -> list[str]:
    if ends != "mirror":
        return []
    extremes = {
        "highest point": np.argmax(height_um),
        "lowest point": np.argmin(height_um),
        "steepest slope": np.argmax(slope),
    }
    near = {
        what: float(min(points[at].min(), (widths_um - points[at]).min()))
        for what, at in extremes.items()
    }
    named = [f"{what} ({away:.3g} um)" for what, away in near.items() if away < wavelength_um]
    return [near_wall(named, "map")] if named else []
