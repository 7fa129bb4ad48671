"""One line of the verification table, and how its error is formed."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

RELATIVE, ABSOLUTE = "relative", "absolute"


@dataclass(frozen=True)
class Row:
    """One compared number.

    Attributes:
        name: What is compared.
        reference: Closed form or converged value, in ``unit``.
        computed: What the solver gives, in ``unit``.
        error: Difference, as ``error_kind`` says.
        tolerance: Largest error that passes.
        passed: Whether the error is within its tolerance.
        unit: Of ``reference`` and ``computed``; 1 for a pure number.
        error_kind: ``relative`` (a fraction of the reference) or ``absolute`` (in ``unit``).
        note: How the number was taken, in one line.
    """

    name: str
    reference: float
    computed: float
    error: float
    tolerance: float
    passed: bool
    unit: str
    error_kind: str
    note: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The row as plain data."""
        return asdict(self)


@dataclass(frozen=True)
class Check:
    """A group of rows that one function computes.

    Attributes:
        title: What is verified, and against what.
        function: Computes the rows.
    """

    title: str
    function: Callable[[], list[Row]]


class CheckNotDone(RuntimeError):
    """A check could not be carried out; the message says why in one line."""


def relative(
    name: str, reference: float, computed: float, tolerance: float, unit: str, note: str = ""
) -> Row:
    """A row whose error is a fraction of the reference, which must not be 0."""
    error = abs(computed - reference) / abs(reference)
    return _row(name, reference, computed, error, tolerance, unit, RELATIVE, note)


def absolute(
    name: str, reference: float, computed: float, tolerance: float, unit: str, note: str = ""
) -> Row:
    """A row whose error is a difference in the unit of the numbers."""
    error = abs(computed - reference)
    return _row(name, reference, computed, error, tolerance, unit, ABSOLUTE, note)


def not_done(title: str, reason: str) -> Row:
    """A failed row for a check that could not be carried out."""
    nothing = math.nan
    return Row(title, nothing, nothing, nothing, nothing, False, "1", ABSOLUTE, reason)


def _row(
    name: str,
    reference: float,
    computed: float,
    error: float,
    tolerance: float,
    unit: str,
    kind: str,
    note: str,
) -> Row:
    # NaN compares false: an error that is no number does not pass.
    passed = bool(error <= tolerance)
    numbers = [float(value) for value in (reference, computed, error, tolerance)]
    return Row(name, *numbers, passed, unit, kind, note)
