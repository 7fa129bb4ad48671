"""The ``[[surface]]`` tables of a case: one model per kind of roughness.

Each maps onto the component of the same name in `napress.meshes.surfaces`;
several tables superpose.
"""

from __future__ import annotations

import math
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from napress.cases.schema.measured_surface import LATERAL, POSITION, Map, MeasuredFile, Profile
from napress.cases.values import units
from napress.cases.values.fields import Bounds, Strict, count, number, quantity

HEIGHT = quantity(units.LENGTH, Bounds(above=0.0, at_most=1e4))


def _field(kind: Any, description: str) -> Any:
    return Annotated[kind, Field(description=description)]


def _kind(name: str) -> Any:
    return Annotated[Literal[name], Field(description=f"'{name}'")]


class Flat(Strict):
    """No roughness."""

    kind: _kind("flat")


class Sinusoid(Strict):
    """A cosine wave."""

    height_field: ClassVar[str] = "amplitude"
    wavelength_field: ClassVar[str] = "wavelength"
    kind: _kind("sinusoid")
    amplitude: _field(HEIGHT, "half the peak-to-valley height, such as '1 um'")
    wavelength: _field(LATERAL, "fits a whole number of times into interface.width, '20 um'")
    phase: _field(
        quantity(units.ANGLE, Bounds(at_least=-100.0, at_most=100.0)),
        "'0 rad' puts a peak at the left edge, '180 deg' a valley",
    ) = 0.0


class SelfAffine(Strict):
    """Random self-affine roughness."""

    height_field: ClassVar[str] = "rms"
    wavelength_field: ClassVar[str] = "cutoff"
    kind: _kind("self-affine")
    rms: _field(HEIGHT, "root mean square height, such as '0.5 um'")
    hurst: _field(number(Bounds(above=0.0, at_most=1.0)), "Hurst exponent, > 0 and <= 1")
    cutoff: _field(LATERAL, "shortest wavelength, such as '1 um'")
    rolloff: _field(
        LATERAL | None, "wavelength above which the spectrum is flat; default: the width"
    ) = None
    seed: _field(count(0, 2**63 - 1), "of the random phases, a whole number") = 1


class Scratch(Strict):
    """One rounded groove."""

    height_field: ClassVar[str] = "depth"
    wavelength_field: ClassVar[str] = "width"
    kind: _kind("scratch")
    depth: _field(HEIGHT, "depth of its deepest line, such as '1 um'")
    width: _field(LATERAL, "full width at the top, such as '5 um'")
    position: _field(POSITION, "lateral position of its centre, such as '10 um'")


class Notch(Strict):
    """One flat-bottomed notch or pore."""

    height_field: ClassVar[str] = "depth"
    wavelength_field: ClassVar[str] = "width"
    kind: _kind("notch")
    depth: _field(HEIGHT, "depth of its floor, such as '1 um'")
    width: _field(LATERAL, "full width of the opening, such as '4 um'")
    position: _field(POSITION, "lateral position of its centre, such as '10 um'")
    flank: _field(LATERAL | None, "run of one flank; default: a quarter of the width") = None


class Ridges(Strict):
    """A periodic row of flat-topped ridges."""

    height_field: ClassVar[str] = "height"
    wavelength_field: ClassVar[str] = "corner_radius"
    kind: _kind("ridges")
    covered_fraction: _field(
        number(Bounds(above=0.0, below=1.0)), "share of the flat tops, > 0 and < 1"
    )
    height: _field(HEIGHT, "from valley floor to top, such as '1 um'")
    count: _field(count(1, 1000), "ridges per width, a whole number")
    corner_radius: _field(LATERAL, "radius of corners and fillets, such as '0.3 um'")
    flank_angle: _field(
        quantity(units.ANGLE, Bounds(above=0.0, below=math.pi / 2)),
        "steepest inclination of the flanks, above 0 and below 90 deg",
    ) = math.pi / 3


SURFACE_KINDS: dict[str, type[Strict]] = {
    "flat": Flat,
    "sinusoid": Sinusoid,
    "self-affine": SelfAffine,
    "scratch": Scratch,
    "notch": Notch,
    "ridges": Ridges,
    "profile": Profile,
    "map": Map,
}
SurfaceTable = Annotated[
    Flat | Sinusoid | SelfAffine | Scratch | Notch | Ridges | Profile | Map,
    Field(discriminator="kind"),
]


def height_um(table: Any) -> float:
    """Returns the least peak-to-valley height of a surface table; exact unless random."""
    if isinstance(table, Flat):
        return 0.0
    if isinstance(table, Sinusoid):
        return 2.0 * table.amplitude
    if isinstance(table, SelfAffine):
        # Popoviciu: no profile of this rms has a smaller range.
        return 2.0 * table.rms
    if isinstance(table, MeasuredFile):
        # Known only where it is cut and levelled on the cell.
        return 0.0
    return table.height if isinstance(table, Ridges) else table.depth


def to_component(table: Any, finest_um: float = 0.0, dimension: int = 2) -> Any:
    """Returns the component of `napress.meshes.surfaces` that a table describes.

    Args:
        table: Of the case.
        finest_um: Shortest wavelength that the mesh carries.
        dimension: Of the cell.

    Raises:
        napress.meshes.surfaces.SurfaceError: If the component refuses its values.
    """
    from napress.meshes import surfaces

    if isinstance(table, MeasuredFile):
        return table.to_component(finest_um, dimension)
    if isinstance(table, Flat):
        return surfaces.Flat()
    if isinstance(table, Sinusoid):
        return surfaces.Sinusoid(table.amplitude, table.wavelength, table.phase)
    if isinstance(table, SelfAffine):
        return surfaces.SelfAffine(
            rms_um=table.rms,
            hurst=table.hurst,
            cutoff_um=table.cutoff,
            seed=table.seed,
            rolloff_um=table.rolloff,
        )
    if isinstance(table, Scratch):
        return surfaces.Scratch(table.depth, table.width, table.position)
    if isinstance(table, Notch):
        return surfaces.Notch(table.depth, table.width, table.position, table.flank)
    return surfaces.Ridges(
        covered_fraction=table.covered_fraction,
        height_um=table.height,
        count=table.count,
        corner_radius_um=table.corner_radius,
        flank_angle_degrees=math.degrees(table.flank_angle),
    )
