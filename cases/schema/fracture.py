"""The table ``[fracture]``: the pellet, its flaws, and how it is held. All of it optional."""

from __future__ import annotations

import math
from typing import Annotated, Any

from pydantic import Field

from napress.cases.schema import materials
from napress.cases.values import units
from napress.cases.values.fields import Bounds, SourcedValue, Strict, choice, count, sourced
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
CONFINEMENTS = ("rigid die", "none", "isostatic", "elastic sleeve")


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

    def pellet_area_um2(self) -> float:
        """Area of the pellet: as given, or that of its diameter."""
        if self.pellet_area is not None:
            return self.pellet_area.value
        return 0.25 * math.pi * self.pellet_diameter.value**2

    def assumed(self) -> list[str]:
        """Names of the values that are estimates and take part."""
        unused = set()
        if self.confinement != "elastic sleeve":
            unused |= {"sleeve_young", "sleeve_poisson", "sleeve_diameter_ratio"}
        if self.pellet_area is not None:
            unused.add("pellet_diameter")
        return [name for name in super().assumed() if name not in unused]
