"""Strength of small volumes of metal: estimates, since sodium has not been measured.

The length that matters at a place is the local wavelength of the roughness the metal is
pressed into, or the distance from that surface where it is larger: metal far from it
deforms over as much.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napress.meshes.surfaces import Surface, sample_grid, samples_per_direction

Array = NDArray[np.float64]


@dataclass(frozen=True)
class NixGao:
    """Strength ``bulk * sqrt(1 + h / length)``.

    Nix and Gao, J. Mech. Phys. Solids 46 (1998) 411, for indents of depth ``length``.

    Attributes:
        length_um: The material's length h.
    """

    length_um: float

    def factor(self, bulk_MPa: float, length_um: Array) -> Array:
        """Strength at lengths over the strength in bulk."""
        return np.sqrt(1 + self.length_um / np.asarray(length_um))


@dataclass(frozen=True)
class PowerLaw:
    """Strength ``S (length / 1 um)**-q``, but not less than in bulk.

    Attributes:
        strength_MPa: Strength S at 1 µm.
        exponent: q.
    """

    strength_MPa: float
    exponent: float

    def factor(self, bulk_MPa: float, length_um: Array) -> Array:
        """Strength at lengths over the strength in bulk."""
        wanted = self.strength_MPa * np.asarray(length_um) ** -self.exponent
        return np.maximum(1.0, wanted / bulk_MPa)


SizeEffect = NixGao | PowerLaw


def mean_wavelength_um(rms_um: float, rms_slope: float) -> float:
    """Wavelength of a rough surface, ``2 pi`` times rms height over rms slope.

    Args:
        rms_um: Root mean square of the height.
        rms_slope: Root mean square of the slope along one direction.

    Returns:
        The wavelength, µm; infinite if the surface is flat.
    """
    return 2 * math.pi * rms_um / rms_slope if rms_slope > 0 else math.inf


def local_wavelength(surface: Surface) -> Callable[[Array], Array]:
    """The wavelength of a surface as it is near each place.

    That of ``mean_wavelength_um`` with height and slope seen through a Gaussian window
    whose standard deviation is the mean wavelength, at most a quarter of the cell; the
    cell's walls are mirrors. A sinusoid has its wavelength everywhere.

    Args:
        surface: The surface.

    Returns:
        A function of lateral places, (n, dimension - 1) to (n,), µm.
    """
    from scipy.interpolate import RegularGridInterpolator
    from scipy.ndimage import gaussian_filter

    counts, lateral = samples_per_direction(surface), surface.dimension - 1
    height, gradient, _ = surface.evaluate(sample_grid(surface, counts))
    slope = np.sqrt((gradient**2).sum(1).mean() / lateral)
    mean = mean_wavelength_um(float(height.std()), float(slope))
    if math.isinf(mean):
        return lambda places: np.full(len(places), math.inf)
    widths = np.array(surface.widths_um)
    spread = np.minimum(mean, widths / 4) * counts / widths

    def near(values: Array) -> Array:
        return np.asarray(gaussian_filter(values.reshape(counts), spread, mode="reflect"))

    variance = np.maximum(near(height**2) - near(height) ** 2, 0.0)
    squared_slope = near((gradient**2).sum(1) / lateral)
    # Where next to nothing is left of the roughness, the mean wavelength stands.
    flat = squared_slope < 1e-6 * slope**2
    wavelength = 2 * math.pi * np.sqrt(variance / np.where(flat, 1.0, squared_slope))
    wavelength = np.where(flat, mean, wavelength)
    axes = [np.arange(count) * width / count for count, width in zip(counts, widths, strict=True)]
    look_up = RegularGridInterpolator(axes, wavelength)
    last = np.array([axis[-1] for axis in axes])
    return lambda places: np.asarray(look_up(np.clip(places, 0.0, last)))


def local_strength(
    effect: SizeEffect, surface: Surface, bulk_MPa: float
) -> Callable[[Array], Array]:
    """Strength over that in bulk, by place in the undeformed metal.

    Args:
        effect: The size effect.
        surface: What the metal, above height 0, is pressed onto.
        bulk_MPa: Yield stress in bulk.

    Returns:
        A function of positions, (n, dimension) to (n,).
    """
    wavelength = local_wavelength(surface)

    def factor(positions: Array) -> Array:
        length = np.maximum(wavelength(positions[:, :-1]), positions[:, -1])
        return effect.factor(bulk_MPa, length)

    return factor
