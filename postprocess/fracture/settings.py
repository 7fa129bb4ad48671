"""What the fracture assessment of a run rests on, as plain numbers."""

from __future__ import annotations

from dataclasses import dataclass

from napress.postprocess.fracture.confinement import Confinement
from napress.postprocess.fracture.filling import SlotFlow
from napress.postprocess.fracture.invasion import FlawInvasion
from napress.postprocess.fracture.scatter import FlawStatistics
from napress.postprocess.fracture.weibull import WeibullLaw


@dataclass(frozen=True)
class FractureSettings:
    """What the assessment rests on.

    Attributes:
        pellet_area_um2: Area of the pellet.
        law: Weibull law of the ceramic; None if its modulus is unknown.
        flaws: Depths of surface flaws and the toughness, with scatter.
        confinement: What holds the pellet from the side.
        flow: How sodium enters a flaw of fixed width.
        invasion: How it enters one that opens.
        seed: Of the random numbers of the sampled comparison.
        samples: Pellets drawn for it.
    """

    pellet_area_um2: float
    law: WeibullLaw | None
    flaws: FlawStatistics
    confinement: Confinement
    flow: SlotFlow
    invasion: FlawInvasion
    seed: int = 1
    samples: int = 20000

    def quickness(self, temperature_K: float) -> float:
        """Creep rate at a temperature over that of `invasion`."""
        if self.flow.creep is None or not self.invasion.creep_prefactor:
            return 1.0
        return self.flow.creep.rate_at(temperature_K) / self.invasion.creep_prefactor
