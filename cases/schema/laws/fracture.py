"""The table ``[fracture]``: the pellet, its flaws, and how it is held. All of it optional."""

from __future__ import annotations

import math
from typing import Annotated, Any

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from napress.cases.schema import materials
from napress.cases.values import units
from napress.cases.values.fields import Bounds, SourcedValue, Strict, choice, count, flag, sourced
from napress.cases.values.units import Dimension
from napress.fem.inputs.constants import ROOM_TEMPERATURE_K

AREA = Dimension("area", "um**2", ("um**2", "mm**2", "cm**2"), "80 mm**2")
VOLUME = Dimension("volume", "um**3", ("um**3", "mm**3"), "1 mm**3")
AREA_DENSITY = Dimension("number per area", "1/um**2", ("1/um**2", "1/mm**2"), "2 1/mm**2")
HOLD_TIME = Dimension("time", "s", ("s", "min", "h"), "60 s")

_PELLET = Bounds(above=0.0, at_most=1e6)
_AREA = Bounds(above=0.0, at_most=1e12)
_VOLUME = Bounds(above=0.0, at_most=1e15)
_DEPTH = Bounds(above=0.0, at_most=1e4)
_SPREAD = Bounds(above=0.0, at_most=100.0)
_RATIO = Bounds(above=0.0, at_most=10.0)
_TIME = Bounds(above=0.0, at_most=1e9)
_TEMPERATURE = Bounds(at_least=200.0, at_most=371.0)
KINDS = ("lognormal", "weibull")
CONFINEMENTS = (
    "rigid die",
    "none",
    "isostatic",
    "elastic sleeve",
    "jacketed sleeve",
    "compact",
)
_JACKET = ("jacket_young", "jacket_poisson", "jacket_diameter_ratio", "sleeve_yield")
_SLEEVE = ("sleeve_young", "sleeve_poisson", "sleeve_diameter_ratio")


def _of(dimension: Dimension | None, bounds: Bounds, description: str) -> Any:
    return Annotated[sourced(dimension, bounds, from_case=True), Field(description=description)]


def _optional(dimension: Dimension | None, bounds: Bounds, description: str) -> Any:
    kind = sourced(dimension, bounds, from_case=True)
    return Annotated[kind | None, Field(description=description)]


def _guess(value: float, unit: str, note: str) -> SourcedValue:
    return SourcedValue(value, unit, estimate=True, note=note)


class Specimens(Strict):
    """Size of the specimens whose mean strength is the ceramic's tensile strength."""

    specimen_volume: _of(
        VOLUME, _VOLUME, "effective volume of the specimens the strength was measured on"
    ) = _guess(1e9, "um**3", "1 mm**3, of the order of a small bending specimen")
    specimen_area: _of(
        AREA, _AREA, "effective surface of the specimens the strength was measured on"
    ) = _guess(1e7, "um**2", "10 mm**2, of the order of a small bending specimen")

    def assumed(self) -> list[str]:
        """Names of the values that are estimates and take part."""
        entries = {name: getattr(self, name) for name in type(self).model_fields}
        return [
            name
            for name, entry in entries.items()
            if isinstance(entry, SourcedValue) and entry.estimate
        ]


def _refused(key: str, text: str) -> PydanticCustomError:
    return PydanticCustomError("fracture", "{text}", {"key": key, "text": text})


class Fracture(Specimens):
    """What the probabilities of fracture rest on."""

    pellet_diameter: _of(units.LENGTH, _PELLET, "of the real pellet, such as '10 mm'") = _guess(
        1e4, "um", "pellets of 8 to 13 mm are common"
    )
    pellet_area: _optional(AREA, _AREA, "instead of the diameter, such as '80 mm**2'") = None
    confinement: Annotated[
        choice(*CONFINEMENTS), Field(description="what holds the pellet from the side")
    ] = "rigid die"
    sleeve_young: _of(units.PRESSURE, materials.MODULUS, "Young's modulus of the sleeve") = _guess(
        3800.0, "MPa", "PEEK, 3.6 to 4 GPa recalled"
    )
    sleeve_poisson: _of(None, materials.POISSON, "Poisson's ratio of the sleeve") = _guess(
        0.4, "", "PEEK, recalled"
    )
    sleeve_diameter_ratio: _of(
        None, Bounds(above=1.0, at_most=1e3), "outer over inner diameter of the sleeve"
    ) = _guess(2.0, "", "a sleeve as thick as the radius of its bore")
    sleeve_yield: _of(units.PRESSURE, materials.YIELD, "yield stress of a jacketed sleeve") = (
        _guess(100.0, "MPa", "unfilled PEEK, recalled")
    )
    jacket_young: _of(units.PRESSURE, materials.MODULUS, "Young's modulus of the jacket") = _guess(
        2.0e5, "MPa", "steel, recalled"
    )
    jacket_poisson: _of(None, materials.POISSON, "Poisson's ratio of the jacket") = _guess(
        0.29, "", "steel, recalled"
    )
    jacket_diameter_ratio: _of(
        None,
        Bounds(above=1.0, at_most=1e3),
        "outer diameter of the jacket over the inner one of the sleeve",
    ) = _guess(4.0, "", "a ring as thick as the sleeve is wide")
    jacketed_compact: Annotated[
        flag(), Field(description="whether a compact sits in the jacketed sleeve")
    ] = False
    compact_yield: _optional(
        units.PRESSURE,
        Bounds(at_least=0.0, at_most=1e5),
        "largest difference of axial and lateral pressure that the compact bears",
    ) = None
    pressed_before: _optional(
        units.PRESSURE,
        Bounds(at_least=0.0, at_most=1e4),
        "pressure the powder was pressed at before, in the same die",
    ) = None
    wall_friction: _optional(
        None,
        Bounds(at_least=0.0, at_most=1.0),
        "friction of the pellet on what surrounds it; without it none",
    ) = None
    pellet_thickness: _of(
        units.LENGTH, _PELLET, "of the ceramic; a flaw that gets this deep is a short"
    ) = _guess(500.0, "um", "pellets of 0.3 to 1.5 mm are common")
    pore_throat: _optional(
        units.LENGTH, _DEPTH, "throats of connected pores; without it the pellet is dense"
    ) = None
    flaw_depth: _of(units.LENGTH, _DEPTH, "median depth of surface flaws, '1 um'") = _guess(
        1.0, "um", "of the order of a grain; measure it, everything hangs on it"
    )
    flaw_depth_distribution: Annotated[
        choice(*KINDS), Field(description="how the depth of flaws scatters")
    ] = "lognormal"
    flaw_depth_spread: _of(
        None, _SPREAD, "standard deviation of the logarithm, or Weibull modulus"
    ) = _guess(0.5, "", "a factor of 2.3 between median and 95th percentile")
    flaws_per_area: _optional(
        AREA_DENSITY,
        Bounds(above=0.0, at_most=1e3),
        "flaws per area; without it the depth is that of the pellet's deepest flaw",
    ) = None
    toughness_distribution: Annotated[
        choice(*KINDS), Field(description="how the fracture toughness scatters")
    ] = "lognormal"
    toughness_spread: _of(
        None, _SPREAD, "standard deviation of the logarithm, or Weibull modulus"
    ) = _guess(0.15, "", "about 15 % from pellet to pellet, a guess")
    slot_width_ratio: _of(None, _RATIO, "width of a flaw over its depth") = _guess(
        0.01, "", "a crack-like flaw: 10 nm wide at 1 um depth"
    )
    sodium_yield: _optional(
        units.PRESSURE, materials.YIELD, "yield stress of sodium in a flaw; default: the sodium's"
    ) = None
    hold_time: _of(HOLD_TIME, _TIME, "time under the pressure of a step") = _guess(
        60.0, "s", "a minute under pressure"
    )
    temperature: _of(units.TEMPERATURE, _TEMPERATURE, "temperature of pressing") = _guess(
        ROOM_TEMPERATURE_K, "K", "room temperature"
    )
    samples: Annotated[
        count(100, 10_000_000), Field(description="pellets drawn to compare with quadrature")
    ] = 20_000
    seed: Annotated[count(0, 2**63 - 1), Field(description="seed of the drawn pellets")] = 1

    @model_validator(mode="after")
    def _held_whole(self) -> Fracture:
        if self.confinement == "compact" and self.compact_yield is None:
            raise _refused(
                "compact_yield",
                "missing; allowed: what the compact bears, such as '150 MPa' (instrumented die)",
            )
        jacketed = self.confinement == "jacketed sleeve" or self.jacketed_compact
        if self.wall_friction is not None and self.confinement in ("none", "isostatic"):
            raise _refused(
                "wall_friction",
                f"there is no wall with confinement = {self.confinement!r}; allowed: with a die, "
                "a sleeve or a compact",
            )
        inner, outer = self.sleeve_diameter_ratio.value, self.jacket_diameter_ratio.value
        if jacketed and outer <= inner:
            raise _refused(
                "jacket_diameter_ratio",
                f"{outer:g} is no larger than the sleeve; allowed: > sleeve_diameter_ratio = "
                f"{inner:g}",
            )
        return self

    def pellet_area_um2(self) -> float:
        """Area of the pellet: as given, or that of its diameter."""
        if self.pellet_area is not None:
            return self.pellet_area.value
        return 0.25 * math.pi * self.pellet_diameter.value**2

    def assumed(self) -> list[str]:
        """Names of the values that are estimates and take part."""
        unused = set()
        jacketed = self.confinement == "jacketed sleeve" or self.jacketed_compact
        if not jacketed:
            unused |= set(_JACKET)
            if self.confinement != "elastic sleeve":
                unused |= set(_SLEEVE)
        if self.pellet_area is not None:
            unused.add("pellet_diameter")
        return [name for name in super().assumed() if name not in unused]
