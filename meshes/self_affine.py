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

from napress.meshes.cosine_series import cosine_map, map_orders
from napress.meshes.surface_components import (
    Array,
    Evaluation,
    Shape,
    Width,
    lateral_widths,
    require,
    require_positive,
)

# points evaluated at once, so that a profile with thousands of waves stays in cache
_CHUNK = 4096


@dataclass(frozen=True)
class SelfAffine:
    """Self-affine roughness: random phases along a profile, random signs in a map.

    A profile is periodic in the cell. A map is mirrored at its walls: a sum of products
    of cosines, with no kink there.

    Attributes:
        rms_um: Root mean square height.
        hurst: Hurst exponent, above 0 and at most 1.
        cutoff_um: Shortest wavelength.
        seed: Of the random numbers; the same seed gives the same surface.
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

    def bind(self, width_um: Width, dimension: int) -> Shape:
        """Binds the component to a cell."""
        widths = lateral_widths(width_um, dimension)
        narrow = float(widths.min())
        require(
            self.cutoff_um <= narrow * (1 + 1e-9),
            self,
            "cutoff_um",
            f"must be at most the cell width of {narrow:g} um",
        )
        rolloff = narrow if self.rolloff_um is None else self.rolloff_um
        require(
            rolloff <= narrow * (1 + 1e-9),
            self,
            "rolloff_um",
            f"must be at most the cell width of {narrow:g} um",
        )
        if dimension == 3:
            return _mirrored_map(self, widths, rolloff)
        highest = int(math.floor(narrow / self.cutoff_um + 1e-9))
        modes = np.arange(1, highest + 1, dtype=float)[:, None]
        # amplitude squared per mode follows the spectral density
        amplitude = np.maximum(modes[:, 0], narrow / rolloff) ** -(self.hurst + 0.5)
        amplitude *= self.rms_um / math.sqrt((amplitude**2).sum() / 2)
        phase = np.random.default_rng(self.seed).uniform(0, 2 * math.pi, len(modes))
        wavevector = 2 * math.pi / narrow * modes

        def evaluate(points: Array) -> Evaluation:
            pieces = [
                _sum_of_cosines(points[start : start + _CHUNK], wavevector, amplitude, phase)
                for start in range(0, max(len(points), 1), _CHUNK)
            ]
            height, gradient, hessian = (np.concatenate(part) for part in zip(*pieces, strict=True))
            return height, gradient, hessian

        return Shape(evaluate, narrow / highest)


def _mirrored_map(roughness: SelfAffine, widths_um: Array, rolloff_um: float) -> Shape:
    """An isotropic map that is smooth where the walls mirror it.

    Waves are no longer than the narrower side, as in a profile, and no shorter than the
    cut-off. Where a profile has random phases, a wave between mirrors has a random sign.
    """
    counts = [int(math.floor(2 * width / roughness.cutoff_um + 1e-9)) + 1 for width in widths_um]
    wavenumber = map_orders((counts[0], counts[1]), widths_um)
    longest, edge = float(widths_um.min()), 1 + 1e-9
    inside = (wavenumber * longest * edge >= 1) & (wavenumber <= edge / roughness.cutoff_um)
    amplitude = np.zeros_like(wavenumber)
    amplitude[inside] = np.maximum(wavenumber[inside], 1 / rolloff_um) ** -(roughness.hurst + 1)
    # a term that is constant along one side has twice the mean square of the others
    share = np.full_like(amplitude, 0.25)
    share[0, :] = share[:, 0] = 0.5
    # alone on its wavenumber, it stands for one wave direction instead of two
    amplitude *= np.sqrt(np.where(share > 0.25, 0.5, 1.0))
    amplitude *= np.random.default_rng(roughness.seed).choice([-1.0, 1.0], amplitude.shape)
    amplitude *= roughness.rms_um / math.sqrt(float((share * amplitude**2).sum()))
    return Shape(cosine_map(amplitude, widths_um), 1 / float(wavenumber[inside].max()))


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
