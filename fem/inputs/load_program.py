"""What the platen is told to do over time, as data.

An entry without a duration happens at once: nothing creeps meanwhile. Entries follow
each other; pressures and displacements go linearly from where the entry before ended.
"""

from __future__ import annotations

from dataclasses import dataclass

from napress.fem.inputs.constants import ROOM_TEMPERATURE_K
from napress.fem.inputs.stripping import S_PER_H


@dataclass(frozen=True)
class PressureTarget:
    """Press to a mean pressure, rate-independently.

    Attributes:
        pressure_MPa: Mean pressure at the end, above that at the beginning.
        temperature_K: Temperature.
    """

    pressure_MPa: float
    temperature_K: float = ROOM_TEMPERATURE_K

    @property
    def duration_s(self) -> float:
        """No time passes."""
        return 0.0


@dataclass(frozen=True)
class Ramp:
    """Raise the mean pressure linearly in time.

    Attributes:
        pressure_MPa: Mean pressure at the end.
        duration_s: How long it takes.
        temperature_K: Temperature.
    """

    pressure_MPa: float
    duration_s: float
    temperature_K: float = ROOM_TEMPERATURE_K


@dataclass(frozen=True)
class Hold:
    """Keep what the platen does: its pressure or, after a displacement, its position.

    Attributes:
        duration_s: How long.
        temperature_K: Temperature.
    """

    duration_s: float
    temperature_K: float = ROOM_TEMPERATURE_K


@dataclass(frozen=True)
class Release:
    """Lower the mean pressure linearly in time; sodium does not stick.

    Attributes:
        pressure_MPa: Mean pressure left, such as that of the stack; above 0.
        duration_s: How long it takes; 0 is at once.
        temperature_K: Temperature.
    """

    pressure_MPa: float
    duration_s: float = 0.0
    temperature_K: float = ROOM_TEMPERATURE_K


@dataclass(frozen=True)
class Displacement:
    """Move the platen linearly to a position.

    Attributes:
        displacement_um: Downward displacement since first touch.
        duration_s: How long it takes; 0 is at once.
        temperature_K: Temperature.
    """

    displacement_um: float
    duration_s: float = 0.0
    temperature_K: float = ROOM_TEMPERATURE_K


@dataclass(frozen=True)
class Strip:
    """Drive a current through the contact while the stack presses.

    Attributes:
        current_mA_per_cm2: Mean current density; metal leaves if positive, and is put on
            the face if negative.
        charge_mAh_per_cm2: Charge that passes, above 0.
        pressure_MPa: Of the stack when the current starts.
        stiffness_MPa_per_um: By how much the stack's pressure falls as the platen sinks;
            0 keeps it.
        temperature_K: Temperature.
    """

    current_mA_per_cm2: float
    charge_mAh_per_cm2: float
    pressure_MPa: float
    stiffness_MPa_per_um: float = 0.0
    temperature_K: float = ROOM_TEMPERATURE_K

    @property
    def duration_s(self) -> float:
        """Charge over current."""
        return S_PER_H * self.charge_mAh_per_cm2 / abs(self.current_mA_per_cm2)


Entry = PressureTarget | Ramp | Hold | Release | Displacement | Strip
LoadProgram = tuple[Entry, ...]


def pressure_targets(pressures_MPa: tuple[float, ...]) -> LoadProgram:
    """The program of increasing pressures without time."""
    return tuple(PressureTarget(pressure) for pressure in pressures_MPa)


def has_time(program: LoadProgram) -> bool:
    """Whether any time passes."""
    return any(entry.duration_s > 0.0 for entry in program)


def highest_pressure_MPa(program: LoadProgram) -> float:
    """The highest pressure that is asked for; 0 if only displacements are."""
    return max((getattr(entry, "pressure_MPa", 0.0) for entry in program), default=0.0)


def holds_position(program: LoadProgram, index: int) -> bool:
    """Whether the platen's position, not its pressure, is prescribed in an entry."""
    while index > 0 and isinstance(program[index], Hold):
        index -= 1
    return isinstance(program[index], Displacement)


# --- what a single step commands ------------------------------------------


@dataclass(frozen=True)
class ByDisplacement:
    """The platen stands at a given downward displacement."""

    displacement_um: float


@dataclass(frozen=True)
class ByPressure:
    """The platen presses with a given mean pressure on the nominal area."""

    pressure_MPa: float


PlatenControl = ByDisplacement | ByPressure
