"""The table ``[window]``: what is good enough, what may break, and in which pellet.

It says nothing about a run, so it is no part of the case's hash: asking for other
targets runs nothing again.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from napress.cases.values import units
from napress.cases.values.cluster import Cluster
from napress.cases.values.fields import Bounds, Strict, count, flag, quantity, text

MOST_SEEDS = 1000


def _field(kind: Any, description: str) -> Any:
    return Annotated[kind, Field(description=description)]


def _percent(bounds: Bounds) -> Any:
    return quantity(units.FRACTION, bounds)


class WindowTable(Strict):
    """Targets of ``napress window``, and the pellet."""

    closure_target: _field(
        _percent(Bounds(above=0.0, below=100.0)) | None, "least closure of the void, '99 %'"
    ) = None
    resistance_target: _field(
        quantity(units.AREA_RESISTANCE, Bounds(above=0.0, at_most=1e9)) | None,
        "largest resistance of the interface, '1 ohm*cm**2'",
    ) = None
    failure_target: _field(
        _percent(Bounds(above=0.0, below=100.0)), "largest probability that it breaks, '1 %'"
    ) = 1.0
    seeds: _field(
        count(1, MOST_SEEDS) | None, "random surfaces that are run; default: 8, or 1 if not random"
    ) = None
    pellet: _field(
        text(1000) | None,
        "pellet case, found from this file, 'pellet.toml'; default: even pressure",
    ) = None
    asked_pressure: _field(
        quantity(units.PRESSURE, Bounds(above=0.0, at_most=1e4)),
        "the pressure to be placed inside or outside the window",
    ) = 360.0
    run_levers: _field(
        flag(), "whether what would widen the window is run: up to seven more runs, coarse"
    ) = True
    cluster: _field(Cluster, "table [window.cluster], with --slurm and --profile") = Cluster()

    @model_validator(mode="after")
    def _asks_something(self) -> WindowTable:
        if self.closure_target is None and self.resistance_target is None:
            message = "missing; allowed: closure_target = '99 %', resistance_target, or both"
            raise PydanticCustomError(
                "target", "{text}", {"key": "closure_target", "text": message}
            )
        return self
