"""Named sets of the size effect: measured on lithium, and carried over to sodium.

Each is the power law through two measured points, strength S at 1 µm and exponent q. Sodium
has not been measured at any size; its sets are those of lithium times the ratio of the shear
moduli, 1.7 over 2.83 GPa, at the same size (homologous scaling), and estimates.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from napress.cases.values import units
from napress.cases.values.fields import SourcedValue

SODIUM_OVER_LITHIUM = 1.7 / 2.83
# Mean pressure below an indenter over the flow stress of the metal (Tabor).
TABOR = 3.0


@dataclass(frozen=True)
class MeasuredSet:
    """Two measured points of a size effect.

    Attributes:
        lengths_um: Diameter of a pillar, or depth of an indent.
        strengths_MPa: Flow stress at each.
        source: Where they are from.
        note: What they are.
        estimate: Whether one of them is recalled and not read.
    """

    lengths_um: tuple[float, float]
    strengths_MPa: tuple[float, float]
    source: str
    note: str
    estimate: bool

    def exponent(self) -> float:
        """Exponent q of the power law through both points."""
        (short, long), (strong, weak) = self.lengths_um, self.strengths_MPa
        return math.log(strong / weak) / math.log(long / short)

    def strength_at_1_um_MPa(self) -> float:
        """S of that law."""
        return self.strengths_MPa[0] * self.lengths_um[0] ** self.exponent()


_MEASURED = {
    "lithium pillars": MeasuredSet(
        (1.39, 9.45),
        (105.0, 15.0),
        "105 MPa at 1.39 um as quoted by Singh et al., Cell Rep. Phys. Sci. 3 (2022) 101043",
        "pillars in compression; the second point, 15 MPa at 9.45 um, is recalled",
        True,
    ),
    "lithium indents": MeasuredSet(
        (0.25, 10.0),
        (43.0 / TABOR, 7.5 / TABOR),
        "",
        "a third of the hardness, recalled: 43 MPa at a depth of 250 nm, 7.5 MPa at 10 um",
        True,
    ),
    "lithium indents, fast": MeasuredSet(
        (0.04, 10.0),
        (175.0 / TABOR, 7.5 / TABOR),
        "175 MPa at a depth of 40 nm and 1.364 per s: Herbert et al., J. Mater. Res. 33 (2018), "
        "abstract",
        "a third of the mean pressure; it was 23 MPa at 0.195 per s; second point recalled",
        True,
    ),
}
SETS = (*_MEASURED, *(name.replace("lithium", "sodium") for name in _MEASURED))


def set_values(name: str) -> dict[str, SourcedValue]:
    """Strength at 1 µm and exponent of a set, with where they are from.

    Args:
        name: One of ``SETS``.
    """
    measured = _MEASURED[name.replace("sodium", "lithium")]
    scaled = name.startswith("sodium")
    note = measured.note
    if scaled:
        note += "; times 0.6 for sodium, the ratio of the shear moduli (homologous scaling)"
    estimate = measured.estimate or scaled
    factor = SODIUM_OVER_LITHIUM if scaled else 1.0
    strength = float(f"{factor * measured.strength_at_1_um_MPa():.4g}")
    exponent = float(f"{measured.exponent():.4g}")
    words = {"source": measured.source, "estimate": estimate, "note": note}
    return {
        "strength_at_1_um": SourcedValue(strength, units.PRESSURE.unit, **words),
        "exponent": SourcedValue(exponent, "", **words),
    }
