"""Equilibrium of one load step: how exactly it is met, and bonds that break on the way."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from napress.fem.coupled.newton import NewtonResult, NewtonSettings, solve
from napress.fem.coupled.system import CoupledSystem
from napress.fem.coupled.unknowns import State
from napress.fem.inputs.load_program import PlatenControl
from napress.fem.inputs.step_control import StepControl
from napress.fem.state.committed import Committed

RESIDUAL_TOLERANCE = 2e-3  # of the contact forces, these taken at most at
TOLERANCE_STRESS = 15.0  # times the yield stress: full contact must still resolve flow
LARGEST_MOVE_SHARE = 0.05  # of the cell width, per Newton iteration


def settle(
    system: CoupledSystem, start: State, control: PlatenControl, settings: NewtonSettings
) -> NewtonResult:
    """Solves one load step, again after each round of bonds that had to break."""
    system.laws.begin()
    result = solve(system, start, control, settings)
    while result.converged and system.laws.release_overloaded(result.evaluation):
        again = solve(system, result.state, control, replace(settings, reuse_tangent=False))
        result = replace(again, iterations=result.iterations + again.iterations)
    return result


def resist_slip(system: CoupledSystem, now: Committed) -> None:
    """Resists slip in the step about to be tried as much as the committed state asks for."""
    size = float(system.sodium.fields.facet_size.value)
    system.sodium.resist_slip(now.slip_resistance * system.sodium.metal.yield_MPa / size)


def newton_settings(
    system: CoupledSystem, now: Committed, control: StepControl, reuse_tangent: bool = False
) -> NewtonSettings:
    """Tolerance and bounds of a solve that starts from a committed state."""
    flow = system.sodium.metal.yield_MPa
    scale = float(np.clip(now.pressure_MPa, 0.01 * flow, TOLERANCE_STRESS * flow))
    return NewtonSettings(
        tolerance=RESIDUAL_TOLERANCE * system.force_scale(scale),
        max_iterations=control.max_newton,
        largest_move_um=LARGEST_MOVE_SHARE * system.surface.width_um,
        reuse_tangent=reuse_tangent,
    )
