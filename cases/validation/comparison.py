"""A measured number beside the model's."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Comparison:
    """One measured number and what the model gives.

    Attributes:
        system: Metal and electrolyte.
        quantity: What is compared, with its unit.
        pressure_MPa: Mean pressure; None where the pressure is the answer.
        measured: As the source gives it.
        model: The model's number; None if the run did not get there.
        remark: Why there is none.
        case: Shipped case.
        source: Of the measured number.
    """

    system: str
    quantity: str
    pressure_MPa: float | None
    measured: str
    model: float | None
    remark: str
    case: str
    source: str
