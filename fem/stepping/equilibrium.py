"""Equilibrium of one load step: how exactly it is met, and bonds that break on the way."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from napress.fem.coupled.newton import NewtonResult, NewtonSettings, solve
from napress.fem.coupled.system import CoupledSystem, penetration_work
from napress.fem.coupled.unknowns import State
from napress.fem.inputs.load_program import ByPressure, PlatenControl
from napress.fem.inputs.step_control import StepControl
from napress.fem.state.committed import Committed

RESIDUAL_TOLERANCE = 5e-3  # of the contact forces, these taken at most at
TOLERANCE_STRESS = 15.0  # times the yield stress: full contact must still resolve flow
LARGEST_MOVE_SHARE = 0.05  # of the cell width, per Newton iteration
# From the tangent of the last step a step is near convergence after 5 to 14 iterations or is
# sooner solved from a fresh one.
REUSED_ITERATIONS = 15
# A plateau is so much of the surface, touching at once; contact may absorb so much of a step's
# work on it, and the multiplier is brought up to date so many times for that.
LEAST_PLATEAU, PENETRATION_SHARE, MULTIPLIER_ROUNDS = 0.05, 0.1, 6
STILL_LAGS = 0.9  # of what was absorbed a round before: more, and a round no longer helps
LARGEST_GROWTH = 1.5  # of a step over the last one, as far as that one's flow foretells it


def settle(
    system: CoupledSystem, start: State, control: PlatenControl, settings: NewtonSettings
) -> NewtonResult:
    """Solves one load step, again after each round of bonds that had to break."""
    system.laws.begin()
    result = solve(system, start, control, settings)
    while result.converged and system.laws.release_overloaded(result.evaluation):
        settings = replace(settings, reuse_tangent=False, lead=0.0)
        again = solve(system, result.state, control, settings)
        result = again.after(result.iterations)
    return result


def settle_on_plateau(
    system: CoupledSystem,
    now: Committed,
    start: State,
    control: PlatenControl,
    settings: NewtonSettings,
) -> NewtonResult:
    """Solves one load step; where a plateau touches, until contact itself no longer gives way.

    Contact gives way by its pressure less the multiplier, over its stiffness, and the multiplier
    is the pressure of the step before. Where a surface touches at peaks that is little beside
    what the metal does. A plateau that touches at once meets metal that answers as a column
    does, stiffer than the contact of wide facets: penetration would store most of the platen's
    work and give it back in later steps, as flow that nobody pressed for. Metal that creeps in
    the step answers by flowing, not as a column.
    """
    result = settle(system, start, control, settings)
    creep = system.sodium.constants.creep
    creeps = creep is not None and float(creep.increment.value) > 0.0
    # Flat faces leave no void to flow into.
    if creeps or now.closed or now.void == 0.0 or system.plateau_share < LEAST_PLATEAU:
        return result
    before = math.inf
    for _ in range(MULTIPLIER_ROUNDS):
        if not result.converged:
            break
        at = result.evaluation
        sunk = -system.sodium.platen_value(result.state.sodium) - now.displacement_um
        work = abs(now.platen_work(at.reaction / system.nominal_area, system.nominal_area, sunk))
        absorbed = penetration_work(system, at, now.contact_pressure, at.gap - now.gap)
        # What is left then is absorbed by the ripple of facets, not by a lag of the multiplier.
        if abs(absorbed) <= PENETRATION_SHARE * work or abs(absorbed) > STILL_LAGS * before:
            break
        before = abs(absorbed)
        system.sodium.set_multiplier(system.sodium.face.vertex_average(at.pressure))
        settings = replace(settings, reuse_tangent=True, lead=0.0)
        again = settle(system, result.state, control, settings)
        result = again.after(result.iterations)
    return result


def resist_slip(system: CoupledSystem, now: Committed) -> None:
    """Resists slip in the step about to be tried as much as the committed state asks for."""
    size = float(system.sodium.fields.facet_size.value)
    system.sodium.resist_slip(now.slip_resistance * system.sodium.metal.yield_MPa / size)


def shares_load_alike(system: CoupledSystem, now: Committed) -> bool:
    """Whether more load goes everywhere alike: all is closed, and no gas bears a part of it."""
    return now.closed and system.laws.gas is None


def predict_multiplier(system: CoupledSystem, now: Committed, control: PlatenControl) -> None:
    """Takes the multiplier of contact along where another mean pressure is asked for.

    Left as it was, it would make a penetration of the pressure's change over the contact
    stiffness, or a gap where the pressure falls: on the wide facets of maps tens of nanometres.
    """
    if isinstance(control, ByPressure) and now.pressure_MPa > 0.0:
        grown = control.pressure_MPa / now.pressure_MPa
        system.sodium.set_multiplier(system.sodium.multiplier() * grown)


def lead_share(size_um: float, last_size_um: float) -> float:
    """Share of the last step's flow that makes a step of second order (BDF2).

    The backward difference over two steps is implicit Euler from a state that has gone on by
    this share. Source: Hairer, Norsett & Wanner, Solving Ordinary Differential Equations I,
    1993, section III.5, for steps of different sizes.

    Args:
        size_um: Motion of the platen in the step.
        last_size_um: In the step before; not above 0 if that says nothing.
    """
    if last_size_um <= 0.0:
        return 0.0
    ratio = min(size_um / last_size_um, LARGEST_GROWTH)
    return ratio**2 / (1 + 2 * ratio)


def touching_share(system: CoupledSystem, now: Committed) -> float:
    """Share of the facet points that bear pressure, at least that of one point; collective."""
    pressed = now.contact_pressure > 0.0
    count, bearing = (system.sodium.sum(value) for value in (pressed.size, pressed.sum()))
    return max(bearing, 1.0) / count


def newton_settings(
    system: CoupledSystem, now: Committed, control: StepControl, reuse_tangent: bool = False
) -> NewtonSettings:
    """Tolerance and bounds of a solve that starts from a committed state."""
    flow = system.sodium.metal.yield_MPa
    scale = float(np.clip(now.pressure_MPa, 0.01 * flow, TOLERANCE_STRESS * flow))
    # A map first touches at a few spots of a thousand: counted as if all bore alike, forces
    # would be ten times too small. In 2-D more touches, and nothing is gained by telling.
    share = touching_share(system, now) if system.sodium.dimension == 3 else 1.0
    return NewtonSettings(
        tolerance=RESIDUAL_TOLERANCE * system.force_scale(scale, share),
        max_iterations=control.max_newton,
        largest_move_um=LARGEST_MOVE_SHARE * system.surface.width_um,
        reuse_tangent=reuse_tangent,
        patience=REUSED_ITERATIONS if reuse_tangent else None,
    )
