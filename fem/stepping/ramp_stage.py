"""One step of a pressure ramp, led by the platen's displacement.

A metal that yields without hardening answers a rise of pressure with jumps of contact
from facet to facet; Newton's method then wants the displacement prescribed. What is
unknown instead is when the ramp reaches the pressure found: the time of the step is
found by the secant method, and only where the metal creeps enough to tell. Where creep
rules, the pressure leads after all.
"""

from __future__ import annotations

from dataclasses import replace

from napress.fem.coupled.newton import NewtonResult, NewtonSettings
from napress.fem.coupled.system import CoupledSystem
from napress.fem.inputs.load_program import ByDisplacement, ByPressure, PlatenControl, Ramp
from napress.fem.sodium.creep import let_creep
from napress.fem.state.committed import Committed
from napress.fem.stepping.equilibrium import settle_on_plateau
from napress.fem.stepping.stage import Attempt

TIME_SOLVES = 3
PRESSURE_ERROR = 0.01  # of the pressure, between the ramp and a step
# Creep at the yield stress over the strain of the step: during an error in time, below
# this it does not show; during the step, above this it rules.
CREEP_ERROR, CREEP_RULES = 0.01, 0.3


def step_of_ramp(
    system: CoupledSystem, ramp: Ramp, now: Committed, reach_um: float, settings: NewtonSettings
) -> Attempt:
    """Moves the platen and finds how far the ramp has come meanwhile.

    Args:
        system: Coupled system holding the committed step.
        ramp: The entry.
        now: The committed step; ``share_step`` is the first guess.
        reach_um: Platen displacement to go to.
        settings: Of Newton's method.

    Returns:
        The step; it ends at the ramp's pressure if the platen would pass that.
    """
    way = ramp.pressure_MPa - now.from_pressure_MPa
    guess, before = min(now.share_step, 1.0 - now.share), None
    state, spent = now.state, 0
    command: PlatenControl = ByDisplacement(reach_um)
    for _ in range(TIME_SOLVES):
        _let_pass(system, ramp, guess)
        result = settle_on_plateau(system, now, state, command, settings)
        spent += result.iterations
        result = replace(result, iterations=spent)
        if not result.converged:
            return _attempt(ramp, now, guess, guess, command, result)
        state, settings = result.state, replace(settings, reuse_tangent=True)
        pressure = result.evaluation.reaction / system.nominal_area
        found = (pressure - now.from_pressure_MPa) / way - now.share
        if now.share + found >= 1.0:
            return _last(system, ramp, now, result, settings)
        found = max(found, 0.0)
        error = found - guess
        shown = abs(error) * way > PRESSURE_ERROR * pressure
        if creep_share(system, ramp, abs(error), reach_um - now.displacement_um) < CREEP_ERROR:
            return _attempt(ramp, now, found, guess, command, result)
        if not shown:
            # Time is what the metal crept: the pressure may be off the ramp, time may not.
            if now.share + guess >= 1.0:
                return _last(system, ramp, now, result, settings)
            return _attempt(ramp, now, guess, guess, command, result)
        ahead = found
        if before is not None and before[1] != error:
            # More time is more creep and less pressure: the error falls steadily.
            ahead = guess - error * (guess - before[0]) / (error - before[1])
        before = (guess, error)
        guess = min(max(ahead, 0.1 * guess), 10.0 * max(guess, 1e-12), 1.0 - now.share)
    # Creep decides the pressure: it also smooths the jumps, so the pressure can lead.
    share = min(now.share_step, 1.0 - now.share)
    seconds = _let_pass(system, ramp, share)
    command = ByPressure(now.from_pressure_MPa + (now.share + share) * way)
    result = settle_on_plateau(system, now, state, command, settings)
    result = result.after(spent)
    return Attempt(command, result, now.share + share, seconds, seconds)


def _attempt(
    ramp: Ramp,
    now: Committed,
    share: float,
    crept: float,
    command: PlatenControl,
    result: NewtonResult,
) -> Attempt:
    """A step that takes a share of the ramp, the metal having crept for another."""
    seconds = ramp.duration_s
    return Attempt(command, result, now.share + share, share * seconds, crept * seconds)


def _last(
    system: CoupledSystem,
    ramp: Ramp,
    now: Committed,
    passed: NewtonResult,
    settings: NewtonSettings,
) -> Attempt:
    """Goes to the ramp's end, from an iterate that has passed it."""
    seconds = _let_pass(system, ramp, 1.0 - now.share)
    command = ByPressure(ramp.pressure_MPa)
    result = settle_on_plateau(system, now, passed.state, command, settings)
    result = result.after(passed.iterations)
    return Attempt(command, result, 1.0, seconds, seconds)


def _let_pass(system: CoupledSystem, ramp: Ramp, share: float) -> float:
    seconds = share * ramp.duration_s
    let_creep(system.sodium, seconds, ramp.temperature_K)
    return seconds


def creep_share(system: CoupledSystem, ramp: Ramp, share: float, moved_um: float) -> float:
    """Creep at the yield stress during a share of a ramp, over the strain of a step.

    Args:
        system: Coupled system.
        ramp: The entry.
        share: Of the ramp.
        moved_um: Motion of the platen in the step.
    """
    metal = system.sodium.metal
    if metal.creep is None:
        return 0.0
    rate = metal.creep.rate(metal.yield_MPa, ramp.temperature_K)
    return rate * share * ramp.duration_s * system.surface.width_um / moved_um
