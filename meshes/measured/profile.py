"""A measured profile on one cell.

Between the points runs a cubic of Hermite with the slopes of Fritsch and Carlson
(SIAM J. Numer. Anal. 17 (1980) 238): no peak and no valley that was not measured. It is
C1, its curvature jumps at the points; the low-pass makes it smooth.
"""

from __future__ import annotations

import math
import os
from dataclasses import dataclass, field

import numpy as np

from napress.meshes.measured.ends import meet_walls, wall_warnings
from napress.meshes.measured.holes import require_bridgeable
from napress.meshes.measured.levelling import level_profile
from napress.meshes.measured.series import coefficients, midpoints, profile_series, waves_kept
from napress.meshes.measured.treatment import (
    Treated,
    Treatment,
    require_plausible,
    ringing_warning,
)
from napress.meshes.readers.reading import read_profile_scan
from napress.meshes.readers.scan import Wanted
from napress.meshes.surface_components import (
    Array,
    Evaluation,
    Shape,
    SurfaceError,
    Width,
    along_x,
    lateral_widths,
)

MINIMUM_POINTS = 8


@dataclass(frozen=True, eq=False)
class Measured:
    """A measured profile; only for 2-D bodies.

    Attributes:
        x_um: Positions, ascending, (n,).
        height_um: Heights, up is out of the ceramic, (n,).
        treatment: What is done to it; where it keeps every point the shortest
            wavelength is twice the median spacing.
        source: Where it came from, named in error messages.
    """

    x_um: Array
    height_um: Array
    treatment: Treatment = field(default_factory=Treatment)
    source: str = "measured profile"

    def __post_init__(self) -> None:
        x = np.array(self.x_um, dtype=float)
        height = np.array(self.height_um, dtype=float)
        if x.ndim != 1 or x.shape != height.shape:
            raise SurfaceError(f"{self.source}: needs as many heights as positions, in one column")
        if len(x) < MINIMUM_POINTS:
            raise SurfaceError(f"{self.source}: {len(x)} points, at least {MINIMUM_POINTS} needed")
        for name, values in (("position", x), ("height", height)):
            bad = np.flatnonzero(~np.isfinite(values))
            if len(bad):
                raise SurfaceError(
                    f"{self.source}: {name} of point {bad[0] + 1} is {values[bad[0]]}; "
                    "every value must be a finite number"
                )
        unsorted = np.flatnonzero(np.diff(x) <= 0)
        if len(unsorted):
            raise SurfaceError(
                f"{self.source}: position of point {unsorted[0] + 2} does not exceed the one "
                "before it; positions must ascend"
            )
        x.flags.writeable = height.flags.writeable = False
        object.__setattr__(self, "x_um", x)
        object.__setattr__(self, "height_um", height)

    @property
    def spacing_um(self) -> float:
        """Median distance of neighbouring points."""
        return float(np.median(np.diff(self.x_um)))

    def bind(self, width_um: Width, dimension: int) -> Shape:
        """Binds the component to a cell."""
        if dimension != 2:
            raise SurfaceError(
                f"{self.source}: a measured profile has no second direction; "
                f"dimension = {dimension} needs a map, allowed is 2"
            )
        return self._on_cell(float(lateral_widths(width_um, 2)[0]))[0]

    def treated(self, width_um: Width) -> Treated:
        """What the treatment did on a cell of this width; SurfaceError as in `bind`."""
        return self._on_cell(float(lateral_widths(width_um, 2)[0]))[1]

    def _on_cell(self, width_um: float) -> tuple[Shape, Treated]:
        treatment, spacing = self.treatment, self.spacing_um
        cutoff = treatment.cutoff_um
        if cutoff is not None and cutoff > width_um:
            raise SurfaceError(
                f"Measured.cutoff_um = {cutoff:g}: must be at most the cell width "
                f"of {width_um:g} um"
            )
        wavelength = max(cutoff or 0.0, 2 * spacing)
        kept = None if cutoff is None else wavelength
        x, height, points, bridged = self._part(width_um, kept)
        rq_before = float(np.std(height))
        height, slope = level_profile(x, -height if treatment.flip else height, treatment.level)
        height = meet_walls(x, height, treatment.ends, max(wavelength, width_um / 20))
        periodic = treatment.ends == "periodic"
        curve = monotone_curve(x, height, periodic)
        evaluate = curve
        if cutoff is not None:
            evaluate = _low_pass(curve, width_um, wavelength, spacing, periodic)
        fine = np.linspace(0.0, width_um, max(1024, 4 * points))
        value, steepness, _ = evaluate(fine)
        secants = np.diff(evaluate(x)[0]) / np.diff(x)
        require_plausible(value, float(np.abs(secants).max()), treatment, self.source)
        warnings = wall_warnings(fine, value, steepness, wavelength, treatment.ends)
        if cutoff is not None:
            warnings += ringing_warning(height, value, wavelength)
        treated = Treated(
            source=self.source,
            length_um=width_um,
            points=points,
            bridged=bridged,
            slope_removed=(slope,),
            rq_before_um=rq_before,
            wavelength_um=wavelength,
            warnings=tuple(warnings),
        )
        return Shape(_beyond_walls(evaluate, width_um, periodic), wavelength), treated

    def _part(self, width_um: float, wavelength_um: float | None) -> tuple[Array, Array, int, int]:
        """Positions from 0 to the width, heights, measured points and bridged ones."""
        from scipy.interpolate import PchipInterpolator

        x, spacing = self.x_um - self.x_um[0], self.spacing_um
        begin = self.treatment.begin(float(x[-1]), width_um, 0, self.source)
        end = begin + width_um
        inside = (x > begin + 1e-6 * spacing) & (x < end - 1e-6 * spacing)
        if inside.sum() < MINIMUM_POINTS - 2:
            raise SurfaceError(
                f"{self.source}: {inside.sum() + 2} points in the cell width of {width_um:g} um, "
                f"at least {MINIMUM_POINTS} needed"
            )
        first = max(int(np.searchsorted(x, begin + 1e-6 * spacing)) - 1, 0)
        last = min(int(np.searchsorted(x, end - 1e-6 * spacing)), len(x) - 1)
        bridged = require_bridgeable(
            x[first : last + 1], spacing, wavelength_um, self.treatment.bridge, self.source
        )
        at_walls = PchipInterpolator(x[first : last + 1], self.height_um[first : last + 1])(
            np.clip([begin, end], x[first], x[last])
        )
        part = np.concatenate([[0.0], x[inside] - begin, [width_um]])
        height = np.concatenate([at_walls[:1], self.height_um[inside], at_walls[1:]])
        return part, height, int(inside.sum()) + 2, bridged


def monotone_curve(x_um: Array, height_um: Array, periodic: bool):
    """Returns height, slope and curvature as one function of positions (n,) on the cell.

    Args:
        x_um: From 0 to the width, (n,).
        height_um: (n,).
        periodic: Whether the ends go on in each other, else their slope is zero, as a
            mirrored profile needs it.
    """
    from scipy.interpolate import CubicHermiteSpline, PchipInterpolator

    if periodic:
        more = 3
        width = x_um[-1]
        x = np.concatenate([x_um[-1 - more : -1] - width, x_um, x_um[1 : 1 + more] + width])
        h = np.concatenate([height_um[-1 - more : -1], height_um, height_um[1 : 1 + more]])
        slope = PchipInterpolator(x, h).derivative()(x_um)
    else:
        slope = PchipInterpolator(x_um, height_um).derivative()(x_um)
        slope[0] = slope[-1] = 0.0
    value = CubicHermiteSpline(x_um, height_um, slope)
    first, second = value.derivative(1), value.derivative(2)
    return lambda at: (value(at), first(at), second(at))


def _low_pass(curve, width_um: float, wavelength_um: float, spacing_um: float, periodic: bool):
    """The waves of a curve that are not shorter than a wavelength."""
    count = 8 * max(64, math.ceil(width_um / spacing_um), math.ceil(width_um / wavelength_um))
    waves = waves_kept(width_um, wavelength_um, periodic)
    amplitude = coefficients(curve(midpoints(width_um, count))[0], waves, periodic)
    return profile_series(amplitude, width_um, waves, periodic)


def _beyond_walls(evaluate, width_um: float, periodic: bool):
    """Goes on beyond the walls, mirrored or as a period."""

    def everywhere(points: Array) -> Evaluation:
        if periodic:
            return along_x(points, *evaluate(np.mod(points[:, 0], width_um)))
        folded = np.mod(points[:, 0], 2 * width_um)
        mirrored = folded > width_um
        value, slope, curvature = evaluate(np.where(mirrored, 2 * width_um - folded, folded))
        return along_x(points, value, np.where(mirrored, -slope, slope), curvature)

    return everywhere


def read_profile(
    path: str | os.PathLike[str],
    wanted: Wanted | None = None,
    treatment: Treatment | None = None,
) -> Measured:
    """Reads a profile from a file of text or of an instrument.

    Args:
        path: The file.
        wanted: Units and what else the file does not say; see `scan.Wanted`.
        treatment: What is done to it.

    Raises:
        SurfaceError: One line naming the file and what is wrong.
    """
    scan = read_profile_scan(path, wanted)
    name = scan.provenance.file
    return Measured(scan.x_um, scan.height_um, treatment or Treatment(), name)
