"""How the pellet is held from the side, and what that adds to the solved stress.

The modelled cell lies between symmetry planes and cannot widen, as in a rigid die:
far below the interface its lateral compression is nu / (1 - nu) p. Held otherwise,
a pellet widens evenly, which adds a uniform lateral stress to that of the cell. Where
the surface is steep that addition is itself disturbed; this is left out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from napress.fem.snapshot import Array
from napress.postprocess.theory.flaws import (
    JacketedSleeve,
    compact_lateral_MPa,
    rigid_die_lateral_MPa,
    sleeve_lateral_MPa,
    wall_friction_pressure_MPa,
)

KINDS = ("rigid die", "none", "isostatic", "elastic sleeve", "jacketed sleeve", "compact")


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
class Compact:
    """A pellet that was pressed from powder in the die it still sits in.

    Attributes:
        yield_MPa: Largest difference of axial and lateral pressure it bears.
        pressed_before_MPa: Pressure the powder was pressed at; 0 if not before.
    """

    yield_MPa: float
    pressed_before_MPa: float = 0.0


@dataclass(frozen=True)
class Confinement:
    """What holds the pellet from the side.

    Attributes:
        kind: One of :data:`KINDS`.
        young_MPa: Young's modulus of the pellet.
        poisson: Poisson's ratio of the pellet.
        sleeve: The sleeve, if that is the kind.
        jacketed: Sleeve and jacket, if that is the kind.
        compact: The compact, if that is the kind; in a rigid die, or in the jacketed sleeve.
        sleeve_yield_MPa: Yield stress of a jacketed sleeve; None if unknown.
        wall_friction: Between the pellet and what surrounds it; 0 if none.
        length_over_diameter: Thickness of the pellet over its diameter.
    """

    kind: str
    young_MPa: float
    poisson: float
    sleeve: Sleeve | None = None
    jacketed: JacketedSleeve | None = None
    compact: Compact | None = None
    sleeve_yield_MPa: float | None = None
    wall_friction: float = 0.0
    length_over_diameter: float = 0.0

    def __post_init__(self) -> None:
        """Reject an unknown kind and a sleeve that is missing."""
        if self.kind not in KINDS:
            raise ValueError(f"kind: {self.kind!r}, allowed are {', '.join(KINDS)}")
        if self.kind == "elastic sleeve" and self.sleeve is None:
            raise ValueError("sleeve: missing, needed by 'elastic sleeve'")
        if self.kind == "jacketed sleeve" and self.jacketed is None:
            raise ValueError("jacketed: missing, needed by 'jacketed sleeve'")
        if self.kind == "compact" and self.compact is None:
            raise ValueError("compact: missing, needed by 'compact'")

    def lateral_MPa(self, pressure_MPa: float) -> float:
        """Lateral compression of the pellet under an axial pressure."""
        if self.kind == "none":
            return 0.0
        if self.kind == "isostatic":
            return pressure_MPa
        if self.kind == "rigid die":
            return rigid_die_lateral_MPa(pressure_MPa, max(self.poisson, 0.0))
        if self.kind == "jacketed sleeve":
            return self.jacketed.lateral_MPa(pressure_MPa, self.young_MPa, self.poisson)
        if self.kind == "compact":
            elastic = rigid_die_lateral_MPa(1.0, max(self.poisson, 0.0))
            if self.jacketed is not None:
                elastic = self.jacketed.lateral_MPa(1.0, self.young_MPa, self.poisson)
            before, bears = self.compact.pressed_before_MPa, self.compact.yield_MPa
            return compact_lateral_MPa(pressure_MPa, before, elastic, bears)
        return sleeve_lateral_MPa(
            pressure_MPa,
            self.young_MPa,
            self.poisson,
            self.sleeve.young_MPa,
            self.sleeve.poisson,
            self.sleeve.diameter_ratio,
        )

    def after(self, largest_MPa: float) -> Confinement:
        """The same after a largest pressure, which a compact remembers."""
        if self.compact is None or largest_MPa <= self.compact.pressed_before_MPa:
            return self
        return replace(self, compact=replace(self.compact, pressed_before_MPa=largest_MPa))

    def far_lateral_MPa(self, pressure_MPa: float) -> float:
        """Lateral compression at the far face, where wall friction has taken pressure away.

        What the pellet was pressed at before got there with the same loss.
        """
        if self.wall_friction == 0.0 or self.kind in ("none", "isostatic") or pressure_MPa <= 0:
            return self.lateral_MPa(pressure_MPa)
        share = self.lateral_MPa(pressure_MPa) / pressure_MPa
        slender = self.length_over_diameter
        left = wall_friction_pressure_MPa(1.0, self.wall_friction, share, slender)
        there = self
        if self.compact is not None:
            before = left * self.compact.pressed_before_MPa
            there = replace(self, compact=replace(self.compact, pressed_before_MPa=before))
        return there.lateral_MPa(left * pressure_MPa)

    def sleeve_over_yield(self, pressure_MPa: float) -> float | None:
        """Stress of a jacketed sleeve at its bore over its yield stress; None without one."""
        if self.jacketed is None or self.sleeve_yield_MPa is None:
            return None
        return self.jacketed.stress_MPa(self.lateral_MPa(pressure_MPa)) / self.sleeve_yield_MPa

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
