"""Scratches, notches and ridges."""

from __future__ import annotations

import math
from typing import Any, ClassVar

from napress.cases.schema.surfaces.kind import (
    HEIGHT,
    LATERAL,
    POSITION,
    SurfaceKind,
    field,
    kind_of,
)
from napress.cases.values import units
from napress.cases.values.fields import Bounds, count, number, quantity


class Scratch(SurfaceKind):
    """One rounded groove."""

    height_field: ClassVar[str] = "depth"
    kind: kind_of("scratch")
    depth: field(HEIGHT, "depth of its deepest line, such as '1 um'")
    width: field(LATERAL, "full width at the top, such as '5 um'")
    position: field(POSITION, "lateral position of its centre, such as '10 um'")

    def to_component(self, finest_um: float, dimension: int) -> Any:
        """See `SurfaceKind.to_component`."""
        from napress.meshes.surface_components import Scratch as Component

        return Component(self.depth, self.width, self.position)

    def least_height_um(self) -> float:
        """See `SurfaceKind.least_height_um`."""
        return self.depth

    def wavelength_key(self) -> str:
        """See `SurfaceKind.wavelength_key`."""
        return "width"


class Notch(SurfaceKind):
    """One flat-bottomed notch or pore."""

    height_field: ClassVar[str] = "depth"
    kind: kind_of("notch")
    depth: field(HEIGHT, "depth of its floor, such as '1 um'")
    width: field(LATERAL, "full width of the opening, such as '4 um'")
    position: field(POSITION, "lateral position of its centre, such as '10 um'")
    flank: field(LATERAL | None, "run of one flank; default: a quarter of the width") = None

    def to_component(self, finest_um: float, dimension: int) -> Any:
        """See `SurfaceKind.to_component`."""
        from napress.meshes.surface_components import Notch as Component

        return Component(self.depth, self.width, self.position, self.flank)

    def least_height_um(self) -> float:
        """See `SurfaceKind.least_height_um`."""
        return self.depth

    def wavelength_key(self) -> str:
        """See `SurfaceKind.wavelength_key`."""
        return "width" if self.flank is None else "flank"


class Ridges(SurfaceKind):
    """A periodic row of flat-topped ridges."""

    height_field: ClassVar[str] = "height"
    kind: kind_of("ridges")
    covered_fraction: field(
        number(Bounds(above=0.0, below=1.0)), "share of the flat tops, > 0 and < 1"
    )
    height: field(HEIGHT, "from valley floor to top, such as '1 um'")
    count: field(count(1, 1000), "ridges per width, a whole number")
    corner_radius: field(LATERAL, "radius of corners and fillets, such as '0.3 um'")
    flank_angle: field(
        quantity(units.ANGLE, Bounds(above=0.0, below=math.pi / 2)),
        "steepest inclination of the flanks, above 0 and below 90 deg",
    ) = math.pi / 3

    def to_component(self, finest_um: float, dimension: int) -> Any:
        """See `SurfaceKind.to_component`."""
        from napress.meshes.surface_components import Ridges as Component

        return Component(
            covered_fraction=self.covered_fraction,
            height_um=self.height,
            count=self.count,
            corner_radius_um=self.corner_radius,
            flank_angle_degrees=math.degrees(self.flank_angle),
        )

    def least_height_um(self) -> float:
        """See `SurfaceKind.least_height_um`."""
        return self.height

    def wavelength_key(self) -> str:
        """See `SurfaceKind.wavelength_key`."""
        return "corner_radius"
