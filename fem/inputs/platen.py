"""What the platen is told to do during one load step."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ByDisplacement:
    """The platen stands at a given downward displacement."""

    displacement_um: float


@dataclass(frozen=True)
class ByPressure:
    """The platen presses with a given mean pressure on the nominal area."""

    pressure_MPa: float


PlatenControl = ByDisplacement | ByPressure
