"""What invasion by the metal leaves of the pressure that opens a flaw.

A flaw that the metal enters opens by the pressure that is left along it; see
`napress.postprocess.invasion`. Here that becomes an even opening pressure with the same
stress intensity, which the statistics of flaws take.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from napress.fem.snapshot import Array
from napress.postprocess.invasion.edge_crack import FULL_FACTOR
from napress.postprocess.invasion.growth import Metal
from napress.postprocess.invasion.tables import invasion_tables
from napress.postprocess.theory.plasticity import shear_yield_MPa


@dataclass(frozen=True)
class FlawInvasion:
    """Metal and ceramic of an invaded flaw.

    Attributes:
        plane_young_MPa: E / (1 - nu^2) of the ceramic.
        yield_MPa: Yield stress of the metal in the flaw.
        thickness_um: Thickness of the ceramic.
        creep_prefactor: Norton's A at the temperature of pressing; None if unknown.
        creep_exponent: Norton's n.
        exponents: Range of n, (lowest, highest) or one value; empty if unknown.
    """

    plane_young_MPa: float
    yield_MPa: float
    thickness_um: float
    creep_prefactor: float | None = None
    creep_exponent: float | None = None
    exponents: tuple[float, ...] = ()

    def metals(self) -> list[Metal]:
        """The creeping metal at the nominal exponent and at the ends of its range."""
        if self.creep_prefactor is None:
            return []
        exponents = dict.fromkeys((self.creep_exponent, *self.exponents))
        return [Metal(self.creep_prefactor, n, self.plane_young_MPa) for n in exponents]

    def load(self, opening_MPa: ArrayLike) -> Array:
        """The load c = dp^2 / (2 k E'), on which front and stress intensity depend."""
        k = shear_yield_MPa(self.yield_MPa)
        return np.maximum(opening_MPa, 0.0) ** 2 / (2.0 * k * self.plane_young_MPa)

    def opening_MPa(self, pressure_MPa: ArrayLike, lateral_MPa: ArrayLike) -> Array:
        """Even opening pressure with the stress intensity of the invaded flaw.

        Where the ceramic is pulled (negative lateral stress) the pull counts whole and
        the metal as if there were none: an approximation.

        Args:
            pressure_MPa: Of the metal at the mouth.
            lateral_MPa: Compression of the ceramic that holds the flaw shut.
        """
        pressure, lateral = np.broadcast_arrays(
            np.asarray(pressure_MPa, dtype=float), np.asarray(lateral_MPa, dtype=float)
        )
        net = pressure - lateral
        pull = np.maximum(-lateral, 0.0)
        share = np.clip(lateral / np.maximum(pressure, 1e-12), 0.0, 1.0)
        part = invasion_tables().intensity(self.load(net), share) / FULL_FACTOR
        return np.where(net > 0.0, pull + part * (net - pull), 0.0)

    def front_share(self, pressure_MPa: float, lateral_MPa: float) -> float:
        """Depth of the metal over that of the flaw, 0 to 1."""
        share = min(max(lateral_MPa / max(pressure_MPa, 1e-12), 0.0), 1.0)
        return float(invasion_tables().reach(self.load(pressure_MPa - lateral_MPa), share))
