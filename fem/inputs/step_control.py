"""How large a load step may be, as plain numbers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class StepControl:
    """How large a load step may be, and when to give up.

    Attributes:
        void_error_percent: Accepted step error in void volume, % of the initial
            void per decade of closure.
        first_step_um: Platen displacement of the first step.
        smallest_step_um: Below this the run ends with a named reason.
        largest_step_um: Upper bound of the platen displacement of a step.
        largest_pressure_ratio: Upper bound of the pressure growth per step once
            the voids are closed.
        max_newton: Newton iterations before a step is rejected.
        max_steps: Accepted steps before the run ends with a named reason.
        facet_distortion: A contact facet this many times too wide or too narrow has
            the sodium's nodes redistributed before the next step.
        largest_recession: How far the metal's face may recede in a step where the current
            is strongest, in facets.
    """

    void_error_percent: float = 0.3
    first_step_um: float = 0.005
    smallest_step_um: float = 1e-6
    largest_step_um: float = 0.1
    largest_pressure_ratio: float = 1.5
    max_newton: int = 25
    max_steps: int = 5000
    facet_distortion: float = 2.0
    largest_recession: float = 0.2
