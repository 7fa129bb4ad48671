"""Random self-affine roughness as a finite sum of cosines.

The power spectrum is flat below the roll-off wavenumber, falls as a power law
of the Hurst exponent above it and ends at the cut-off. A profile has the
spectral density q^-(2H+1), an isotropic map q^-2(H+1) (see e.g. Persson et al.,
J. Phys.: Condens. Matter 17 (2005) R1, for both).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from napress.meshes.surface_components import (
    Array,
    Evaluation,
    Shape,
    SurfaceError,
    require,
    require_positive,
)

# points evaluated at once, so that a map with thousands of waves stays in cache-sized pieces
_CHUNK = 4096


@dataclass(frozen=True)
class SelfAffine:
    """Self-affine roughness with random phases.

    Attributes:
        rms_um: Root mean square height.
        hurst: Hurst exponent, above 0 and at most 1.
        cutoff_um: Shortest wavelength.
        seed: Of the random phases; the same seed gives the same surface.
        rolloff_um: Wavelength above which the spectrum is flat; None is the
            width of the cell.
    """

    rms_um: float
    hurst: float
    cutoff_um: float
    seed: int
    rolloff_um: float | None = None

    def __post_init__(self) -> None:
        require_positive(self, "rms_um", "cutoff_um")
        require(0 < self.hurst <= 1, self, "hurst", "must be above 0 and at most 1")
        require(
            isinstance(self.seed, (int, np.integer)) and self.seed >= 0,
            self,
            "seed",
            "must be a whole number, 0 or more",
        )
        if self.rolloff_um is not None:
            require_positive(self, "rolloff_um")
            require(
                self.rolloff_um >= self.cutoff_um,
                self,
                "rolloff_um",
                f"must be at least cutoff_um = {self.cutoff_um:g}",
            )

    def bind(self, width_um: float, dimension: int) -> Shape:
        """Binds the component to a cell."""
        require(
            self.cutoff_um <= width_um * (1 + 1e-9),
            self,
            "cutoff_um",
            f"must be at most the cell width of {width_um:g} um",
        )
        rolloff = width_um if self.rolloff_um is None else self.rolloff_um
        require(
            rolloff <= width_um * (1 + 1e-9),
            self,
            "rolloff_um",
            f"must be at most the cell width of {width_um:g} um",
        )
        highest = int(math.floor(width_um / self.cutoff_um + 1e-9))
        modes = _modes(highest, dimension)
        order = np.sqrt((modes**2).sum(axis=1))
        # amplitude squared per mode follows the spectral density
        exponent = self.hurst + 0.5 * (dimension - 1)
        amplitude = np.maximum(order, width_um / rolloff) ** -exponent
        amplitude *= self.rms_um / math.sqrt((amplitude**2).sum() / 2)
        phase = np.random.default_rng(self.seed).uniform(0, 2 * math.pi, len(modes))
        wavevector = 2 * math.pi / width_um * modes

        def evaluate(points: Array) -> Evaluation:
            pieces = [
                _sum_of_cosines(points[start : start + _CHUNK], wavevector, amplitude, phase)
                for start in range(0, max(len(points), 1), _CHUNK)
            ]
            height, gradient, hessian = (np.concatenate(part) for part in zip(*pieces, strict=True))
            return height, gradient, hessian

        return Shape(evaluate, width_um / highest)


def _modes(highest: int, dimension: int) -> Array:
    """Wave orders up to ``highest``, one of each pair +-n, (modes, dimension - 1)."""
    if dimension == 2:
        return np.arange(1, highest + 1, dtype=float)[:, None]
    if dimension != 3:
        raise SurfaceError(f"dimension = {dimension!r}: must be 2 or 3")
    nx, ny = np.meshgrid(np.arange(0, highest + 1), np.arange(-highest, highest + 1), indexing="ij")
    half_plane = (nx > 0) | (ny > 0)
    inside = half_plane & (nx**2 + ny**2 <= highest**2)
    return np.column_stack([nx[inside], ny[inside]]).astype(float)


def _sum_of_cosines(points: Array, wavevector: Array, amplitude: Array, phase: Array) -> Evaluation:
    if wavevector.shape[1] == 1:
        # The orders of a profile are 1, 2, 3, ...: powers of the first wave, which take a
        # quarter of the time of a sine and a cosine of each.
        first = np.exp(1j * wavevector[0] * points)
        waves = np.multiply.accumulate(np.repeat(first, len(phase), axis=1), axis=1)
        waves *= amplitude * np.exp(1j * phase)
        cosine, sine = waves.real, waves.imag
    else:
        angle = points @ wavevector.T + phase
        cosine = np.cos(angle) * amplitude
        sine = np.sin(angle) * amplitude
    squares = wavevector[:, :, None] * wavevector[:, None, :]
    return cosine.sum(axis=1), -sine @ wavevector, -np.tensordot(cosine, squares, axes=(1, 0))
