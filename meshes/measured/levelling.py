"""Takes tilt and form off a scan: nothing, the mean, a straight line, a polynomial."""

from __future__ import annotations

import numpy as np

from napress.meshes.surface_components import Array

LEVELS = ("none", "mean", "line", 2, 3)


def _degree(level: str | int) -> int | None:
    return {"none": None, "mean": 0, "line": 1}.get(level, level)


def level_profile(x_um: Array, height_um: Array, level: str | int) -> tuple[Array, float]:
    """Returns heights about the fitted form, and the slope of that form.

    Each point counts for the length it stands for, so that a stretch with many points
    pulls no harder than another.

    Args:
        x_um: Positions, ascending, (n,).
        height_um: Heights, (n,).
        level: One of `LEVELS`; a number is the degree of a polynomial.

    Returns:
        Heights (n,) in µm, and the mean slope removed.
    """
    degree = _degree(level)
    if degree is None:
        return height_um, 0.0
    middle = (x_um[0] + x_um[-1]) / 2
    half = (x_um[-1] - x_um[0]) / 2
    weight = np.sqrt(np.gradient(x_um))
    at = (x_um - middle) / half
    form = np.polyval(np.polyfit(at, height_um, degree, w=weight), at)
    return height_um - form, float((form[-1] - form[0]) / (2 * half))


def level_map(height_um: Array, spacing_um: tuple[float, float], level: str | int):
    """Returns heights about the fitted form, and the slopes of that form along x and y.

    Args:
        height_um: (rows, columns), all finite.
        spacing_um: Along x and along y.
        level: One of `LEVELS`: a plane for ``line``, a polynomial of that total degree
            for a number.

    Returns:
        Heights (rows, columns) in µm, and the two mean slopes removed.
    """
    degree = _degree(level)
    if degree is None:
        return height_um, (0.0, 0.0)
    rows, columns = height_um.shape
    y, x = np.meshgrid(np.linspace(-1, 1, rows), np.linspace(-1, 1, columns), indexing="ij")
    powers = [(i, j) for i in range(degree + 1) for j in range(degree + 1 - i)]
    basis = np.stack([(x**i * y**j).ravel() for i, j in powers], axis=1)
    factors = np.linalg.lstsq(basis, height_um.ravel(), rcond=None)[0]
    form = (basis @ factors).reshape(height_um.shape)
    along_x = (form[:, -1] - form[:, 0]).mean() / ((columns - 1) * spacing_um[0])
    along_y = (form[-1] - form[0]).mean() / ((rows - 1) * spacing_um[1])
    return height_um - form, (float(along_x), float(along_y))
