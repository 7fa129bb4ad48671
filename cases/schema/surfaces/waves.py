"""Flat, sinusoidal and random self-affine surfaces."""

from __future__ import annotations

import math
from typing import Any, ClassVar, Self

from napress.cases.schema.surfaces.kind import HEIGHT, LATERAL, SurfaceKind, field, kind_of
from napress.cases.values import units
from napress.cases.values.fields import Bounds, count, number, quantity

LARGEST_SEED = 2**63 - 1


class Flat(SurfaceKind):
    """No roughness."""

    kind: kind_of("flat")

    def to_component(self, finest_um: float, dimension: int) -> Any:
        """See `SurfaceKind.to_component`."""
        from napress.meshes.surface_components import Flat as Component

        return Component()


class Sinusoid(SurfaceKind):
    """A cosine wave."""

    height_field: ClassVar[str] = "amplitude"
    kind: kind_of("sinusoid")
    amplitude: field(HEIGHT, "half the peak-to-valley height, such as '1 um'")
    wavelength: field(LATERAL, "fits a whole number of times into interface.width, '20 um'")
    phase: field(
        quantity(units.ANGLE, Bounds(at_least=-100.0, at_most=100.0)),
        "'0 rad' puts a peak at the left edge, '180 deg' a valley",
    ) = 0.0

    def to_component(self, finest_um: float, dimension: int) -> Any:
        """See `SurfaceKind.to_component`."""
        from napress.meshes.surface_components import Sinusoid as Component

        return Component(self.amplitude, self.wavelength, self.phase)

    def least_height_um(self) -> float:
        """See `SurfaceKind.least_height_um`."""
        return 2.0 * self.amplitude

    def rms_um(self) -> float:
        """See `SurfaceKind.rms_um`."""
        return self.amplitude / math.sqrt(2.0)

    def wavelength_key(self) -> str:
        """See `SurfaceKind.wavelength_key`."""
        return "wavelength"


class SelfAffine(SurfaceKind):
    """Random self-affine roughness."""

    height_field: ClassVar[str] = "rms"
    kind: kind_of("self-affine")
    rms: field(HEIGHT, "root mean square height, such as '0.5 um'")
    hurst: field(number(Bounds(above=0.0, at_most=1.0)), "Hurst exponent, > 0 and <= 1")
    cutoff: field(LATERAL, "shortest wavelength, such as '1 um'")
    rolloff: field(
        LATERAL | None, "wavelength above which the spectrum is flat; default: the width"
    ) = None
    seed: field(count(0, LARGEST_SEED), "of the random phases, a whole number") = 1

    def to_component(self, finest_um: float, dimension: int) -> Any:
        """See `SurfaceKind.to_component`."""
        from napress.meshes.self_affine import SelfAffine as Component

        return Component(
            rms_um=self.rms,
            hurst=self.hurst,
            cutoff_um=self.cutoff,
            seed=self.seed,
            rolloff_um=self.rolloff,
        )

    def least_height_um(self) -> float:
        """See `SurfaceKind.least_height_um`: no profile of this rms has less (Popoviciu)."""
        return 2.0 * self.rms

    def rms_um(self) -> float:
        """See `SurfaceKind.rms_um`."""
        return self.rms

    def shortest_um(self) -> float | None:
        """See `SurfaceKind.shortest_um`: a tiny cut-off asks for billions of waves."""
        return self.cutoff

    def wavelength_key(self) -> str:
        """See `SurfaceKind.wavelength_key`."""
        return "cutoff"

    def another(self, step: int, count: int) -> Self | None:
        """See `SurfaceKind.another`: the next seed."""
        if self.seed + count - 1 > LARGEST_SEED:
            raise ValueError(f"leaves no {count} seeds; allowed: <= {LARGEST_SEED - count}")
        return self.model_copy(update={"seed": self.seed + step})
