"""A profile read from a file.

The straight mean line is subtracted: pressing knows no tilt of a specimen on
the stage. Between the points a cubic spline runs, with zero slope at both ends
of the cell. The walls of the cell are symmetry planes, so what continues beyond
them is the mirror image, and with zero slope there the whole is C2.
"""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.fft import dct
from scipy.interpolate import CubicSpline

from napress.meshes.surface_components import (
    Array,
    Evaluation,
    Shape,
    SurfaceError,
    along_x,
    require_positive,
)

MINIMUM_POINTS = 8


@dataclass(frozen=True, eq=False)
class Measured:
    """A measured profile; only for 2-D bodies.

    The cell takes the first ``width_um`` of the profile, counted from its first
    point. The least-squares straight line over that part is removed.

    Attributes:
        x_um: Positions, ascending, (n,).
        height_um: Heights, up is out of the ceramic, (n,).
        cutoff_um: Optional low-pass: waves shorter than this are left out, so that
            a densely sampled profile does not ask for a mesh as fine as its noise.
            None keeps every point; the shortest wavelength is then twice the
            median spacing.
        source: Where it came from, named in error messages.
    """

    x_um: Array
    height_um: Array
    cutoff_um: float | None = None
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
        if self.cutoff_um is not None:
            require_positive(self, "cutoff_um")
        x.flags.writeable = height.flags.writeable = False
        object.__setattr__(self, "x_um", x)
        object.__setattr__(self, "height_um", height)

    def bind(self, width_um: float, dimension: int) -> Shape:
        """Binds the component to a cell."""
        if dimension != 2:
            raise SurfaceError(
                f"{self.source}: a measured profile has no second direction; "
                f"dimension = {dimension} needs a map, allowed is 2"
            )
        x, height, spacing = self._cell_part(width_um)
        spline = CubicSpline(x, height, bc_type="clamped")
        if self.cutoff_um is None:
            wavelength = 2 * spacing
            curve = [spline, spline.derivative(1), spline.derivative(2)]
        else:
            if self.cutoff_um > width_um:
                raise SurfaceError(
                    f"Measured.cutoff_um = {self.cutoff_um:g}: must be at most the cell width "
                    f"of {width_um:g} um"
                )
            wavelength = max(self.cutoff_um, 2 * spacing)
            curve = _cosine_series(spline, width_um, wavelength, spacing)

        def evaluate(points: Array) -> Evaluation:
            folded = np.mod(points[:, 0], 2 * width_um)
            mirrored = folded > width_um
            inside = np.where(mirrored, 2 * width_um - folded, folded)
            value, slope, curvature = (function(inside) for function in curve)
            return along_x(points, value, np.where(mirrored, -slope, slope), curvature)

        return Shape(evaluate, wavelength)

    def _cell_part(self, width_um: float) -> tuple[Array, Array, float]:
        """Positions from 0 to the cell width, heights about the mean line, median spacing."""
        x = self.x_um - self.x_um[0]
        spacing = float(np.median(np.diff(x)))
        if x[-1] < width_um * (1 - 1e-9):
            raise SurfaceError(
                f"{self.source}: covers {x[-1]:g} um, the cell is {width_um:g} um wide; "
                "the profile must be at least as long as the cell"
            )
        inside = x < width_um - 1e-6 * spacing
        if inside.sum() < MINIMUM_POINTS - 1:
            raise SurfaceError(
                f"{self.source}: {inside.sum() + 1} points in the cell width of {width_um:g} um, "
                f"at least {MINIMUM_POINTS} needed"
            )
        at_wall = np.interp(width_um, x, self.height_um)
        x = np.append(x[inside], width_um)
        height = np.append(self.height_um[inside], at_wall)
        # each point counts for the length it stands for
        weight = np.sqrt(np.gradient(x))
        return x, height - np.polyval(np.polyfit(x, height, 1, w=weight), x), spacing


def _cosine_series(spline: CubicSpline, width_um: float, wavelength_um: float, spacing_um: float):
    """The mirror-periodic cosine series of the spline, ended at a wavelength."""
    samples = 8 * max(64, math.ceil(width_um / spacing_um), math.ceil(width_um / wavelength_um))
    middle = (np.arange(samples) + 0.5) * width_um / samples
    coefficient = dct(spline(middle), type=2) / samples
    coefficient[0] /= 2
    kept = int(math.floor(2 * width_um / wavelength_um + 1e-9)) + 1
    amplitude = coefficient[:kept]
    wavenumber = math.pi / width_um * np.arange(kept)

    def value(x: Array) -> Array:
        return np.cos(np.outer(x, wavenumber)) @ amplitude

    def slope(x: Array) -> Array:
        return -np.sin(np.outer(x, wavenumber)) @ (wavenumber * amplitude)

    def curvature(x: Array) -> Array:
        return -np.cos(np.outer(x, wavenumber)) @ (wavenumber**2 * amplitude)

    return [value, slope, curvature]


def read_profile(path: str | os.PathLike[str], cutoff_um: float | None = None) -> Measured:
    """Reads a profile from a text file of two columns, position and height, both in µm.

    Columns are separated by blanks, tabs, commas or semicolons; empty lines and
    everything after ``#`` are ignored.

    Args:
        path: The file.
        cutoff_um: Optional low-pass wavelength, see ``Measured``.

    Returns:
        The validated profile.

    Raises:
        SurfaceError: One line naming the file and what is wrong: unreadable, a line
            without exactly two numbers, NaN, positions that do not ascend, too few
            points.
    """
    name = Path(path).name
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not a text file"
        raise SurfaceError(f"{name}: cannot be read ({reason})") from None
    rows: list[tuple[float, float]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        columns = line.split("#")[0].replace(",", " ").replace(";", " ").split()
        if not columns:
            continue
        try:
            x, height = (float(column) for column in columns)
        except ValueError:
            raise SurfaceError(
                f"{name}, line {number}: {line.strip()[:40]!r} is not two numbers "
                "(position and height in um)"
            ) from None
        if not (math.isfinite(x) and math.isfinite(height)):
            raise SurfaceError(
                f"{name}, line {number}: {line.strip()[:40]!r}; every value must be a finite number"
            )
        if rows and x <= rows[-1][0]:
            raise SurfaceError(
                f"{name}, line {number}: position {x:g} does not exceed the one before it "
                f"({rows[-1][0]:g}); positions must ascend"
            )
        rows.append((x, height))
    if len(rows) < MINIMUM_POINTS:
        raise SurfaceError(f"{name}: {len(rows)} points, at least {MINIMUM_POINTS} needed")
    table = np.array(rows)
    return Measured(table[:, 0], table[:, 1], cutoff_um=cutoff_um, source=name)
