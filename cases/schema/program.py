"""The tables [[program]]: what the platen does, with or without time.

An entry says one thing: press to a pressure, hold, release to a pressure, or go to a
displacement. A pressure without a duration is rate-independent, as is every program
that names no time at all.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from napress.cases.values import units
from napress.cases.values.fields import Bounds, Strict, quantity
from napress.fem.inputs import load_program
from napress.fem.inputs.constants import ROOM_TEMPERATURE_K

LARGEST_PRESSURE_MPA = 1e4
LONGEST_S = 1e10
ACTIONS = ("pressure", "hold", "release", "displacement", "current")
# What only an entry that drives a current has.
OF_A_CURRENT = ("charge", "stack_pressure", "stack_stiffness")
LARGEST_CURRENT = 1e4
LARGEST_CHARGE = 1e4


def _field(kind: Any, description: str) -> Any:
    return Annotated[kind | None, Field(description=description)]


_PRESSURE = quantity(units.PRESSURE, Bounds(above=0.0, at_most=LARGEST_PRESSURE_MPA))
_TIME = quantity(units.TIME, Bounds(above=0.0, at_most=LONGEST_S))
_LENGTH = quantity(units.LENGTH, Bounds(above=0.0, at_most=1e6))
_KELVIN = quantity(units.TEMPERATURE, Bounds(above=0.0, at_most=2000.0))
_CURRENT = quantity(
    units.CURRENT_DENSITY, Bounds(at_least=-LARGEST_CURRENT, at_most=LARGEST_CURRENT)
)
_CHARGE = quantity(units.CHARGE_DENSITY, Bounds(above=0.0, at_most=LARGEST_CHARGE))
_STIFFNESS = quantity(units.STACK_STIFFNESS, Bounds(at_least=0.0, at_most=1e6))


class Stage(Strict):
    """One entry of the load program; staged pressing is a longer list."""

    pressure: _field(_PRESSURE, "mean pressure to press to, such as '360 MPa'") = None
    hold: _field(_TIME, "how long to keep the pressure, or the position, such as '300 s'") = None
    release: _field(_PRESSURE, "mean pressure to release to, such as '1 MPa'") = None
    displacement: _field(_LENGTH, "platen displacement since first touch, '0.5 um'") = None
    duration: _field(_TIME, "how long it takes, such as '60 s'; without it no time passes") = None
    current: _field(_CURRENT, "strips at this mean density, '1 mA/cm**2'; plates if < 0") = None
    charge: _field(_CHARGE, "that the current passes, such as '1 mAh/cm**2'") = None
    stack_pressure: _field(_PRESSURE, "mean pressure while it flows; default: as before") = None
    stack_stiffness: _field(_STIFFNESS, "fall of it per sinking, '0.1 MPa/um'; default 0") = None
    temperature: _field(_KELVIN, "from this entry on, such as '298 K'; at first 298.15 K") = None

    @model_validator(mode="after")
    def _one_action(self) -> Stage:
        given = [name for name in ACTIONS if getattr(self, name) is not None]
        if len(given) != 1:
            found = " and ".join(given) or "nothing to do"
            key, text = (given or [ACTIONS[0]])[-1], f"the entry has {found}"
            raise _refused(key, f"{text}; allowed: exactly one of {', '.join(ACTIONS)}")
        if self.hold is not None and self.duration is not None:
            raise _refused("duration", "a hold has its time already; allowed: without duration")
        if self.current is None:
            for name in OF_A_CURRENT:
                if getattr(self, name) is not None:
                    raise _refused(name, "nothing flows here; allowed: with current = ...")
            return self
        if self.current == 0.0:
            raise _refused("current", "0 moves nothing; allowed: hold = ..., or a current not 0")
        if self.charge is None:
            text = "missing, and a current needs an end; allowed: a charge such as '1 mAh/cm**2'"
            raise _refused("charge", text)
        if self.duration is not None:
            raise _refused("duration", "is charge over current; allowed: without duration")
        return self


def _refused(key: str, text: str) -> PydanticCustomError:
    return PydanticCustomError("program", "{text}", {"key": key, "text": text})


def check_program(
    stages: tuple[Stage, ...], melting_K: float | None = None, needs_time: bool = False
) -> None:
    """Checks what one entry alone cannot know.

    Args:
        stages: The entries.
        melting_K: Melting point of the metal, if known.
        needs_time: Whether the metal only flows in time.

    Raises:
        PydanticCustomError: Naming entry and field, and what is allowed.
    """
    reached: float | None = 0.0
    for index, stage in enumerate(stages):
        place = f"program[{index}]"
        if stage.pressure is not None:
            if reached is not None and stage.pressure <= reached:
                text = f"{stage.pressure:g} MPa does not exceed the {reached:g} MPa before it; "
                allowed = "allowed: increasing pressures, or release = ... to a lower one"
                raise _refused(f"{place}.pressure", text + allowed)
            reached = stage.pressure
        if stage.release is not None:
            if reached is not None and stage.release >= reached:
                text = f"{stage.release:g} MPa is not below the {reached:g} MPa before it; "
                allowed = "allowed: > 0 MPa and less than what was reached"
                raise _refused(f"{place}.release", text + allowed)
            reached = stage.release
        if stage.displacement is not None:
            reached = None
        if stage.current is not None:
            if index == 0:
                text = "nothing is in contact yet; allowed: after a pressure first"
                raise _refused(f"{place}.current", text)
            if stage.stack_pressure is None and reached is None:
                text = "missing after a displacement; allowed: a pressure such as '1 MPa'"
                raise _refused(f"{place}.stack_pressure", text)
            reached = stage.stack_pressure if stage.stack_pressure is not None else reached
            if stage.stack_stiffness:
                reached = None
        if stage.hold is not None and index == 0:
            raise _refused(f"{place}.hold", "nothing to hold yet; allowed: after a pressure first")
        hot = stage.temperature
        if hot is not None and melting_K is not None and hot >= melting_K:
            text = f"{hot:g} K is not below the melting point; allowed: < {melting_K:g} K"
            raise _refused(f"{place}.temperature", text)
        presses = stage.pressure is not None or stage.displacement is not None
        if needs_time and presses and stage.duration is None:
            text = "missing, and sodium that only creeps does not flow without time; "
            raise _refused(f"{place}.duration", text + "allowed: a time such as '60 s'")


def strips(stages: tuple[Stage, ...]) -> bool:
    """Whether a current is driven at any time."""
    return any(stage.current is not None for stage in stages)


def to_program(stages: tuple[Stage, ...]) -> load_program.LoadProgram:
    """Returns the checked entries as the solver takes them."""
    entries: list[load_program.Entry] = []
    temperature = ROOM_TEMPERATURE_K
    reached: float | None = 0.0
    for stage in stages:
        temperature = temperature if stage.temperature is None else stage.temperature
        duration = stage.duration or 0.0
        if stage.current is not None:
            stack = reached if stage.stack_pressure is None else stage.stack_pressure
            entries += _up_or_down_to(stack, reached, temperature)
            stiffness = stage.stack_stiffness or 0.0
            entries.append(
                load_program.Strip(stage.current, stage.charge, stack, stiffness, temperature)
            )
            reached = None if stiffness else stack
        elif stage.hold is not None:
            entries.append(load_program.Hold(stage.hold, temperature))
        elif stage.release is not None:
            entries.append(load_program.Release(stage.release, duration, temperature))
        elif stage.displacement is not None:
            entries.append(load_program.Displacement(stage.displacement, duration, temperature))
        elif stage.duration is None:
            entries.append(load_program.PressureTarget(stage.pressure, temperature))
        else:
            entries.append(load_program.Ramp(stage.pressure, duration, temperature))
        if stage.displacement is not None:
            reached = None
        elif stage.current is None and stage.hold is None:
            reached = stage.release if stage.release is not None else stage.pressure
    return tuple(entries)


def _up_or_down_to(
    stack_MPa: float, reached_MPa: float | None, temperature_K: float
) -> list[load_program.Entry]:
    """What brings the press from where it is to the pressure of the stack, at once."""
    if reached_MPa == stack_MPa:
        return []
    if reached_MPa is None or stack_MPa < reached_MPa:
        return [load_program.Release(stack_MPa, 0.0, temperature_K)]
    return [load_program.PressureTarget(stack_MPa, temperature_K)]


def program_text(stages: tuple[Stage, ...]) -> str:
    """Returns the program in a few words, such as ``up to 360 MPa in 370 s``."""
    program = to_program(stages)
    highest = load_program.highest_pressure_MPa(program)
    text = f"up to {highest:g} MPa" if highest else "by displacement"
    seconds = sum(entry.duration_s for entry in program)
    return f"{text} in {seconds:g} s" if seconds else text
