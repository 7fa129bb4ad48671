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
ACTIONS = ("pressure", "hold", "release", "displacement")


def _field(kind: Any, description: str) -> Any:
    return Annotated[kind | None, Field(description=description)]


_PRESSURE = quantity(units.PRESSURE, Bounds(above=0.0, at_most=LARGEST_PRESSURE_MPA))
_TIME = quantity(units.TIME, Bounds(above=0.0, at_most=LONGEST_S))
_LENGTH = quantity(units.LENGTH, Bounds(above=0.0, at_most=1e6))
_KELVIN = quantity(units.TEMPERATURE, Bounds(above=0.0, at_most=2000.0))


class Stage(Strict):
    """One entry of the load program; staged pressing is a longer list."""

    pressure: _field(_PRESSURE, "mean pressure to press to, such as '360 MPa'") = None
    hold: _field(_TIME, "how long to keep the pressure, or the position, such as '300 s'") = None
    release: _field(_PRESSURE, "mean pressure to release to, such as '1 MPa'") = None
    displacement: _field(_LENGTH, "platen displacement since first touch, '0.5 um'") = None
    duration: _field(_TIME, "how long it takes, such as '60 s'; without it no time passes") = None
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


def to_program(stages: tuple[Stage, ...]) -> load_program.LoadProgram:
    """Returns the checked entries as the solver takes them."""
    entries: list[load_program.Entry] = []
    temperature = ROOM_TEMPERATURE_K
    for stage in stages:
        temperature = temperature if stage.temperature is None else stage.temperature
        duration = stage.duration or 0.0
        if stage.hold is not None:
            entries.append(load_program.Hold(stage.hold, temperature))
        elif stage.release is not None:
            entries.append(load_program.Release(stage.release, duration, temperature))
        elif stage.displacement is not None:
            entries.append(load_program.Displacement(stage.displacement, duration, temperature))
        elif stage.duration is None:
            entries.append(load_program.PressureTarget(stage.pressure, temperature))
        else:
            entries.append(load_program.Ramp(stage.pressure, duration, temperature))
    return tuple(entries)


def program_text(stages: tuple[Stage, ...]) -> str:
    """Returns the program in a few words, such as ``up to 360 MPa in 370 s``."""
    program = to_program(stages)
    highest = load_program.highest_pressure_MPa(program)
    text = f"up to {highest:g} MPa" if highest else "by displacement"
    seconds = sum(entry.duration_s for entry in program)
    return f"{text} in {seconds:g} s" if seconds else text
