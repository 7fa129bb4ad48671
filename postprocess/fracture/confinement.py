"""How the pellet is held from the side, and what that adds to the solved stress.

The modelled cell lies between symmetry planes and cannot widen, as in a rigid die:
far below the interface its lateral compression is nu / (1 - nu) p. Held otherwise,
a pellet widens evenly, which adds a uniform lateral stress to that of the cell. Where
the surface is steep that addition is itself disturbed; this is left out.
"""

from __future__ import annotations

from dataclasses import dataclass

from napress.fem.snapshot import Array
from napress.postprocess.theory.flaws import rigid_die_lateral_MPa, sleeve_lateral_MPa

KINDS = ("rigid die", "none", "isostatic", "elastic sleeve")


@dataclass(frozen=True)
class Sleeve:
    """An elastic sleeve around the pellet, without clearance.

    Attributes:
        young_MPa: Its Young's modulus.
        poisson: Its Poisson's ratio.
        diameter_ratio: Its outer over its inner diameter.
    """

    young_MPa: float
    poisson: float
    diameter_ratio: float


@dataclass(frozen=True)
class Confinement:
    """What holds the pellet from the side.

    Attributes:
        kind: ``rigid die``, ``none``, ``isostatic`` or ``elastic sleeve``.
        young_MPa: Young's modulus of the pellet.
        poisson: Poisson's ratio of the pellet.
        sleeve: The sleeve, if that is the kind.
    """

    kind: str
    young_MPa: float
    poisson: float
    sleeve: Sleeve | None = None

    def __post_init__(self) -> None:
        """Reject an unknown kind and a sleeve that is missing."""
        if self.kind not in KINDS:
            raise ValueError(f"kind: {self.kind!r}, allowed are {', '.join(KINDS)}")
        if self.kind == "elastic sleeve" and self.sleeve is None:
            raise ValueError("sleeve: missing, needed by 'elastic sleeve'")

    def lateral_MPa(self, pressure_MPa: float) -> float:
        """Lateral compression of the pellet under an axial pressure."""
        if self.kind == "none":
            return 0.0
        if self.kind == "isostatic":
            return pressure_MPa
        if self.kind == "rigid die":
            return rigid_die_lateral_MPa(pressure_MPa, max(self.poisson, 0.0))
        return sleeve_lateral_MPa(
            pressure_MPa,
            self.young_MPa,
            self.poisson,
            self.sleeve.young_MPa,
            self.sleeve.poisson,
            self.sleeve.diameter_ratio,
        )

    def held_stress(self, stress_MPa: Array, pressure_MPa: float, dimension: int) -> Array:
        """Cell stresses of the model with the lateral stress of this confinement.

        Args:
            stress_MPa: Of the modelled cell, which cannot widen, (cells, 6).
            pressure_MPa: Mean pressure.
            dimension: Of the model; in 2-D the depth is lateral too.

        Returns:
            Stresses in MPa, (cells, 6).
        """
        modelled = rigid_die_lateral_MPa(pressure_MPa, max(self.poisson, 0.0))
        held = stress_MPa.copy()
        held[:, [0, 2] if dimension == 2 else [0, 1]] += modelled - self.lateral_MPa(pressure_MPa)
        return held
