"""Waves of a scan on one cell: cosines where the walls mirror it, all waves where it is periodic.

Ended at a wavelength, the series is the low-pass; its derivatives are exact.
"""

from __future__ import annotations

import math

import numpy as np

from napress.meshes.surface_components import Array, Evaluation

# points evaluated at once: their waves stay within some ten megabytes
_CHUNK = 4096


def midpoints(width_um: float, count: int) -> Array:
    """Places at which a scan has to be sampled for `coefficients`, (count,)."""
    return (np.arange(count) + 0.5) * width_um / count


def coefficients(samples: Array, waves: int, periodic: bool) -> Array:
    """Returns the amplitudes of the waves along the first axis.

    Args:
        samples: At `midpoints`, (count, ...).
        waves: How many are kept beside the mean.
        periodic: All waves that fit the cell, else cosines of half of them.

    Returns:
        (1 + waves, ...) for cosines, (1 + 2 waves, ...) for cosines then sines.
    """
    from scipy.fft import dct, rfft

    count = len(samples)
    if not periodic:
        found = dct(samples, type=2, axis=0)[: waves + 1] / count
        found[0] /= 2
        return found
    turn = np.exp(-1j * math.pi * np.arange(waves + 1) / count)
    found = rfft(samples, axis=0)[: waves + 1] / count
    found = 2 * found * turn.reshape(-1, *[1] * (samples.ndim - 1))
    found[0] /= 2
    return np.concatenate([found.real, -found.imag[1:]])


def waves_kept(width_um: float, wavelength_um: float, periodic: bool) -> int:
    """How many waves are not shorter than a wavelength."""
    return int(math.floor((1 if periodic else 2) * width_um / wavelength_um + 1e-9))


def _waves(x: Array, width_um: float, waves: int, periodic: bool) -> tuple[Array, Array, Array]:
    """The waves and their first and second derivatives, each (n, coefficients)."""
    number = (2 if periodic else 1) * math.pi / width_um * np.arange(waves + 1)
    angle = np.outer(x, number)
    cosine, sine = np.cos(angle), np.sin(angle)
    value, slope = cosine, -number * sine
    if periodic:
        value = np.hstack([cosine, sine[:, 1:]])
        slope = np.hstack([slope, (number * cosine)[:, 1:]])
        number = np.append(number, number[1:])
    return value, slope, -(number**2) * value


def profile_series(amplitude: Array, width_um: float, waves: int, periodic: bool):
    """Returns a function of positions (n,) that gives height, slope and curvature, each (n,)."""

    def evaluate(x: Array) -> tuple[Array, Array, Array]:
        parts = [
            [part @ amplitude for part in _waves(x[i : i + _CHUNK], width_um, waves, periodic)]
            for i in range(0, max(len(x), 1), _CHUNK)
        ]
        return tuple(np.concatenate(part) for part in zip(*parts, strict=True))

    return evaluate


def map_series(
    amplitude: Array, widths_um: tuple[float, ...], waves: tuple[int, ...], periodic: bool
):
    """Returns a function of points (n, 2) that gives height, gradient and Hessian.

    Args:
        amplitude: Of each wave along x times each along y, (coefficients, coefficients).
        widths_um: Of the cell, along x and along y.
        waves: As in `coefficients`, along x and along y.
        periodic: Likewise.
    """

    def evaluate(points: Array) -> Evaluation:
        height = np.empty(len(points))
        gradient, hessian = np.empty((len(points), 2)), np.empty((len(points), 2, 2))
        for start in range(0, len(points), _CHUNK):
            part = slice(start, start + _CHUNK)
            fx, dx, ddx = _waves(points[part, 0], widths_um[0], waves[0], periodic)
            fy, dy, ddy = _waves(points[part, 1], widths_um[1], waves[1], periodic)
            along, slope, bend = fx @ amplitude, dx @ amplitude, ddx @ amplitude
            height[part] = (along * fy).sum(axis=1)
            gradient[part, 0] = (slope * fy).sum(axis=1)
            gradient[part, 1] = (along * dy).sum(axis=1)
            hessian[part, 0, 0] = (bend * fy).sum(axis=1)
            hessian[part, 1, 1] = (along * ddy).sum(axis=1)
            hessian[part, 0, 1] = hessian[part, 1, 0] = (slope * dy).sum(axis=1)
        return height, gradient, hessian

    return evaluate
