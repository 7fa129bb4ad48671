"""Strength of small volumes of metal: estimates, since sodium has not been measured.

The length that matters is the wavelength of the roughness the metal is pressed into,
``2 pi`` times the rms height over the rms slope: for a sinusoid its wavelength. All of
the metal is given the strength of that length.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from napress.fem.parameters import PlasticMetal


@dataclass(frozen=True)
class NixGao:
    """Strength ``bulk * sqrt(1 + h / length)``.

    Nix and Gao, J. Mech. Phys. Solids 46 (1998) 411, for indents of depth ``length``.

    Attributes:
        length_um: The material's length h.
    """

    length_um: float

    def factor(self, bulk_MPa: float, length_um: float) -> float:
        """Strength at a length over the strength in bulk."""
        return math.sqrt(1 + self.length_um / length_um)

    def strengthened(self, metal: PlasticMetal, length_um: float) -> PlasticMetal:
        """The metal with the strength of a length."""
        return _scaled(metal, self.factor(metal.yield_MPa, length_um))


@dataclass(frozen=True)
class PowerLaw:
    """Strength ``S (length / 1 um)**-q``, but not less than in bulk.

    Attributes:
        strength_MPa: Strength S at 1 µm.
        exponent: q.
    """

    strength_MPa: float
    exponent: float

    def factor(self, bulk_MPa: float, length_um: float) -> float:
        """Strength at a length over the strength in bulk."""
        return max(1.0, self.strength_MPa * length_um**-self.exponent / bulk_MPa)

    def strengthened(self, metal: PlasticMetal, length_um: float) -> PlasticMetal:
        """The metal with the strength of a length."""
        return _scaled(metal, self.factor(metal.yield_MPa, length_um))


SizeEffect = NixGao | PowerLaw


def _scaled(metal: PlasticMetal, factor: float) -> PlasticMetal:
    """Every stress of the flow law times a factor, at any strain and rate."""
    return replace(
        metal,
        yield_MPa=factor * metal.yield_MPa,
        hardening_MPa=factor * metal.hardening_MPa,
        voce_MPa=factor * metal.voce_MPa,
        creep=None if metal.creep is None else metal.creep.strengthened(factor),
    )


def mean_wavelength_um(rms_um: float, rms_slope: float) -> float:
    """Wavelength of a rough surface, ``2 pi`` times rms height over rms slope.

    Args:
        rms_um: Root mean square of the height.
        rms_slope: Root mean square of the slope along one direction.

    Returns:
        The wavelength, µm; infinite if the surface is flat.
    """
    return 2 * math.pi * rms_um / rms_slope if rms_slope > 0 else math.inf
