"""Missing points: how many may be bridged, where a hole is too large, and the bridge itself."""

from __future__ import annotations

import numpy as np

from napress.meshes.surface_components import Array, SurfaceError

# a profile is regular when nine of ten of its spacings are this close to the median
_REGULAR = 0.1
# of an irregular profile only a gap of so many median spacings is a hole
_IRREGULAR_HOLE = 20.0


def require_bridgeable(
    x_um: Array, spacing_um: float, wavelength_um: float | None, bridge: int, source: str
) -> int:
    """Refuses a profile with holes that no interpolation should fill.

    Args:
        x_um: Positions of the measured points, ascending, (n,).
        spacing_um: Their median spacing.
        wavelength_um: Of the low-pass: a larger hole hides a whole wave. None without one.
        bridge: Most points in a row that may be missing.
        source: Of the profile, for the message.

    Returns:
        How many points are bridged.

    Raises:
        SurfaceError: With the place of the first hole that is too large.
    """
    gaps = np.diff(x_um)
    regular = np.quantile(np.abs(gaps / spacing_um - 1), 0.9) <= _REGULAR
    if not regular:
        largest = max(wavelength_um or 0.0, _IRREGULAR_HOLE * spacing_um)
        large = np.flatnonzero(gaps > largest)
        if len(large):
            _refuse(x_um, large[0], "", f"{largest:.4g} um", source)
        return 0
    missing = np.rint(gaps / spacing_um).astype(int) - 1
    most = np.inf if wavelength_um is None else wavelength_um * (1 + 1e-6) + spacing_um
    large = np.flatnonzero((missing > 0) & (gaps > most))
    if len(large):
        at = large[0]
        _refuse(x_um, at, missing[at], f"a wavelength of {wavelength_um:.4g} um", source)
    many = np.flatnonzero(missing > bridge)
    if len(many):
        at = many[0]
        _refuse(x_um, at, missing[at], f"bridge = {bridge} points", source)
    return int(missing[missing > 0].sum())


def _refuse(x_um: Array, at: int, missing: int | str, most: str, source: str) -> None:
    points = f", {missing} points missing" if missing != "" else ""
    raise SurfaceError(
        f"{source}: a hole from {x_um[at]:.6g} to {x_um[at + 1]:.6g} um{points}; allowed: holes "
        f"up to {most}, or a start beyond it"
    )


def fill_map(height_um: Array, bridge: int, source: str) -> tuple[Array, int]:
    """Bridges the holes of a map along its lines, from whichever side is nearer.

    Each hole is filled along x and along y without new extremes, and the two are
    averaged, the shorter gap counting more.

    Args:
        height_um: (rows, columns), NaN where a point is missing.
        bridge: Most points in a row that may be missing, in the shorter direction.
        source: Of the map, for the message.

    Returns:
        The heights without NaN, and how many points were bridged.

    Raises:
        SurfaceError: With the place of a hole that is too large.
    """
    missing = ~np.isfinite(height_um)
    if not missing.any():
        return height_um, 0
    total, weight = np.zeros_like(height_um), np.zeros_like(height_um)
    for turned in (False, True):
        data, out, share = (a.T if turned else a for a in (height_um, total, weight))
        for row in np.flatnonzero((~np.isfinite(data)).any(axis=1)):
            _fill_row(data[row], out[row], share[row], bridge)
    unfilled = np.argwhere(missing & (weight == 0))
    if len(unfilled):
        row, column = unfilled[0]
        raise SurfaceError(
            f"{source}: a hole at column {column + 1}, line {row + 1} of the part in use is more "
            f"than bridge = {bridge} points wide both ways; allowed: smaller holes, or a region "
            "without it"
        )
    return np.where(missing, total / np.where(weight > 0, weight, 1.0), height_um), int(
        missing.sum()
    )


def _fill_row(height: Array, total: Array, weight: Array, bridge: int) -> None:
    from scipy.interpolate import PchipInterpolator

    seen = np.flatnonzero(np.isfinite(height))
    if len(seen) < 2:
        return
    gaps = np.diff(seen)
    curve = PchipInterpolator(seen, height[seen])
    for at in np.flatnonzero((gaps > 1) & (gaps - 1 <= bridge)):
        inside = np.arange(seen[at] + 1, seen[at + 1])
        share = 1.0 / (gaps[at] - 1) ** 2
        total[inside] += share * curve(inside)
        weight[inside] += share
