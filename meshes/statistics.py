"""What a generated or measured surface turned out to be, next to what was asked for."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

import numpy as np

from napress.meshes.surface_components import Array
from napress.meshes.surfaces import Surface, sample_grid, samples_per_direction


@dataclass(frozen=True, eq=False)
class SurfaceStatistics:
    """Roughness measures of a surface over its cell, about its mean height.

    The spectral density is that of Jacobs, Junge, Pastewka, Surf. Topogr.:
    Metrol. Prop. 5 (2017) 013001: of a profile |h(q)|^2 / L in µm³, with Rq^2 the
    integral over positive q divided by pi; of a map |h(q)|^2 / L^2 in µm⁴, averaged
    over rings of equal wavenumber, with Rq^2 the integral over the plane divided
    by 4 pi^2. A flat surface has an all-zero spectrum.

    Attributes:
        rq_um: Root mean square height.
        ra_um: Mean absolute height.
        skewness: Third moment over Rq^3, 0 for a flat surface.
        kurtosis: Fourth moment over Rq^4, 3 for a Gaussian one, 0 for a flat one.
        rms_slope: Root mean square of the gradient's magnitude.
        peak_to_valley_um: Highest minus lowest.
        mean_gap_um: Void volume per area under a flat face at first touch.
        wavenumber_per_um: q = 2 pi / wavelength, ascending, (n,); the mean of a ring.
        spectral_density: Power spectral density at those wavenumbers, (n,).
        spectral_density_unit: ``um^3`` for a profile, ``um^4`` for a map.
    """

    rq_um: float
    ra_um: float
    skewness: float
    kurtosis: float
    rms_slope: float
    peak_to_valley_um: float
    mean_gap_um: float
    wavenumber_per_um: Array
    spectral_density: Array
    spectral_density_unit: str

    def as_dict(self) -> dict[str, object]:
        """Plain numbers, strings and lists, ready for JSON."""
        return {
            key: value.tolist() if isinstance(value, np.ndarray) else value
            for key, value in asdict(self).items()
        }


def measure_surface(surface: Surface) -> SurfaceStatistics:
    """Measures a surface on a uniform grid that shows its every wavelength.

    Args:
        surface: The surface. A profile that is only mirrored at the walls, as a
            measured one, is treated as periodic in the spectrum; a map is mirrored.

    Returns:
        The measured statistics.
    """
    counts = samples_per_direction(surface)
    points = sample_grid(surface, counts)
    mirrored = surface.dimension == 3
    if mirrored:  # in the middle of each sample's square, so that mirroring keeps them apart
        points = points + 0.5 * np.array(surface.widths_um) / counts
    height, gradient, _ = surface.evaluate(points)
    height = height - height.mean()
    rq = math.sqrt(float((height**2).mean()))
    wavenumber, density = _spectrum(height.reshape(counts), surface.widths_um, mirrored)
    return SurfaceStatistics(
        rq_um=rq,
        ra_um=float(np.abs(height).mean()),
        skewness=float((height**3).mean()) / rq**3 if rq > 0 else 0.0,
        kurtosis=float((height**4).mean()) / rq**4 if rq > 0 else 0.0,
        rms_slope=math.sqrt(float((gradient**2).sum(axis=1).mean())),
        peak_to_valley_um=surface.peak_to_valley_um,
        mean_gap_um=surface.mean_gap_um,
        wavenumber_per_um=wavenumber,
        spectral_density=density,
        spectral_density_unit="um^3" if surface.dimension == 2 else "um^4",
    )


def _spectrum(height: Array, widths_um: tuple[float, ...], mirrored: bool) -> tuple[Array, Array]:
    if mirrored:
        height = np.pad(height, [(0, count) for count in height.shape], mode="symmetric")
        widths_um = tuple(2 * width for width in widths_um)
    counts = height.shape
    cell = math.prod(widths_um)
    transform = np.fft.fftn(height) * cell / height.size
    density = np.abs(transform) ** 2 / cell
    # orders of a wave as long as the wider side
    widest = max(widths_um)
    orders = [
        np.fft.fftfreq(count, width / count) * widest
        for count, width in zip(counts, widths_um, strict=True)
    ]
    squared = sum(axis**2 for axis in np.meshgrid(*orders, indexing="ij"))
    # rings one order wide; the mean height (order 0) and the corners beyond Nyquist are left out
    radius = np.sqrt(squared).ravel()
    ring = np.rint(radius).astype(int)
    finest = min(count / width for count, width in zip(counts, widths_um, strict=True))
    last = int(finest * widest / 2)
    members = np.bincount(ring, minlength=last + 1)[1 : last + 1]
    total = np.bincount(ring, weights=density.ravel(), minlength=last + 1)[1 : last + 1]
    # at its mean wavenumber, which for the innermost rings of a map is not a whole order
    order = np.bincount(ring, weights=radius, minlength=last + 1)[1 : last + 1] / members
    return 2 * math.pi / widest * order, total / members
