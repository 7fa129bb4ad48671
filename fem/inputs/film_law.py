"""The film between metal and electrolyte that breaks under pressure, as plain numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class FilmLaw:
    """Parameters of the breaking film; its law is in `napress.postprocess.theory.film`.

    Attributes:
        pressure_MPa: Contact pressure at which 63 % of the film is broken.
        exponent: How sharply it breaks, Weibull's exponent.
        spacing_um: Half the spacing of the clean spots.
        resistance_ohm_cm2: Through the film that is left; infinite if it does not conduct.
        thickness_um: Of the film; None where its capacitance is not asked for.
        permittivity: Of the film, relative; None likewise.
        reopening_exponent: How clean contact is lost on release; 0 keeps it all.
    """

    pressure_MPa: float
    exponent: float
    spacing_um: float
    resistance_ohm_cm2: float = math.inf
    thickness_um: float | None = None
    permittivity: float | None = None
    reopening_exponent: float = 0.0

    @property
    def has_capacitance(self) -> bool:
        """Whether thickness and permittivity are known."""
        return self.thickness_um is not None and self.permittivity is not None
