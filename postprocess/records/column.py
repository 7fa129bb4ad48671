"""What is known about one column of a table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields

from napress.fem.snapshot import EnergyBalance
from napress.postprocess.fracture.criteria import CRITERIA
from napress.postprocess.fracture.summary import PROBABILITIES
from napress.postprocess.records.units import BY_ENDING, split_unit

_CHOICES: dict[str, Mapping[str, str]] = {
    "axis": {"x": "x", "y": "y", "z": "z"},
    "held": {"rigid_die": "in a rigid die", "isostatic": "isostatically"},
    "law": {
        "pia_volume": "volume, principal stresses",
        "nsa_volume": "volume, normal-stress averaging",
        "pia_surface": "surface, principal stresses",
        "nsa_surface": "surface, normal-stress averaging",
    },
    "stress": {
        "max_shear": "max shear",
        "max_principal": "max principal",
        "tension": "tension",
        "shear": "shear",
    },
    "per": {"pJ_per_um": "per depth", "pJ": "in all"},
    "band": {"least": "least", "median": "median", "most": "most", "seeds": "surfaces known"},
    "level": {"90": "90", "99": "99", "99_9": "99.9"},
    "probability": PROBABILITIES,
    "energy": {
        field.name.removesuffix("_pJ"): field.name.removesuffix("_pJ").replace("_", " ")
        for field in fields(EnergyBalance)
    },
}


def choices(placeholder: str) -> Mapping[str, str]:
    """What may stand for a placeholder, and how it reads; empty if anything may."""
    if placeholder == "criterion":
        return {name: one.label for name, one in CRITERIA.items()}
    return _CHOICES.get(placeholder, {})


@dataclass(frozen=True)
class Column:
    """A column of a table, or a family of columns.

    Attributes:
        name: As in the file; ``{axis}`` and the like stand for parts that vary.
        label: What figures and pages call it, without the unit.
        meaning: One sentence.
        unit: Ending of a unit in :data:`napress.postprocess.records.units.UNITS`; empty
            for a pure number, None if the end of the name says it.
    """

    name: str
    label: str
    meaning: str
    unit: str | None = None

    @property
    def unit_symbol(self) -> str:
        """The unit as a reader sees it; empty for a pure number."""
        if self.unit is None:
            unit = split_unit(self.name)[1]
            return "" if unit is None else unit.symbol
        return BY_ENDING[self.unit].symbol if self.unit else ""

    @property
    def head(self) -> str:
        """Label with unit: ``Void area (µm²)``."""
        symbol = self.unit_symbol
        return f"{self.label} ({symbol})" if symbol else self.label

    @property
    def placeholders(self) -> list[str]:
        """Names of the parts that vary."""
        return re.findall(r"\{(\w+)\}", self.name)
