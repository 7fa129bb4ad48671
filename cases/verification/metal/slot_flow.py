"""Sodium flowing into a slot: the closed forms against quadrature and their limits."""

from __future__ import annotations

import math

from scipy.integrate import quad

from napress.cases.verification.rows import Row, relative
from napress.fem.inputs.constants import ROOM_TEMPERATURE_K
from napress.fem.inputs.materials import CreepLaw
from napress.postprocess.fracture.filling import CreepClock, SlotFlow
from napress.postprocess.theory import flaws as closed

PRESSURE_MPa, WIDTH_UM, HOLD_S = 360.0, 0.01, 60.0
PREFACTOR, EXPONENT, YIELD_MPa = 0.53, 5.0, 0.235
TOLERANCE = 1e-6


def slot() -> list[Row]:
    """Speed by integrating the profile, time to a depth, Newtonian and plastic limits."""
    gradient, half = 50.0, WIDTH_UM / 2
    speed = closed.slot_creep_speed_um_per_s(gradient, WIDTH_UM, PREFACTOR, EXPONENT)
    reach = closed.slot_reach_creep_um(PRESSURE_MPa, WIDTH_UM, HOLD_S, PREFACTOR, EXPONENT)
    viscosity = 2000.0
    # A shear rate of tau / viscosity is a uniaxial rate of stress / (3 viscosity).
    newtonian = closed.slot_creep_speed_um_per_s(gradient, WIDTH_UM, 1 / (3 * viscosity), 1.0)
    almost_plastic = closed.slot_reach_creep_um(
        PRESSURE_MPa, WIDTH_UM, 1.0, YIELD_MPa**-100.0, 100.0
    )
    steeper = closed.slot_reach_creep_um(PRESSURE_MPa, WIDTH_UM, 1.0, YIELD_MPa**-200.0, 200.0)
    pushed = closed.slot_reach_yield_um(PRESSURE_MPa, WIDTH_UM, YIELD_MPa)
    drop = pushed * 2 * YIELD_MPa / math.sqrt(3) / WIDTH_UM
    return [
        relative(
            "slot, creep: mean speed",
            _speed_by_quadrature(gradient, half),
            speed,
            TOLERANCE,
            "um/s",
            "shear rate 3^((n+1)/2) A tau^n integrated twice over the slot",
        ),
        relative(
            "slot, creep: time to the stated depth",
            HOLD_S,
            _time_by_quadrature(reach, half),
            TOLERANCE,
            "s",
            f"{reach:.3g} um at {PRESSURE_MPa:g} MPa in a slot of {1e3 * WIDTH_UM:g} nm",
        ),
        relative(
            "slot, creep, n = 1: mean speed",
            gradient * WIDTH_UM**2 / (12 * viscosity),
            newtonian,
            TOLERANCE,
            "um/s",
            "parallel flow of a viscous liquid",
        ),
        relative(
            "slot, creep, n to infinity: depth",
            pushed,
            # Richardson: the difference to the limit falls as log / n.
            2 * steeper - almost_plastic,
            0.01,
            "um",
            "extrapolated from n = 100 and 200 to the rigid-plastic depth",
        ),
        relative(
            "slot, rigid-plastic: pressure used up",
            PRESSURE_MPa,
            drop,
            TOLERANCE,
            "MPa",
            f"2 k / w over {pushed:.3g} um",
        ),
        relative(
            "slot, creep through ramp, hold and release: depth",
            _depth_by_quadrature(half),
            _depth_by_steps(),
            TOLERANCE,
            "um",
            "a step for each; the hold at 60 degC, so that time, pressure and heat all change",
        ),
    ]


# Seconds, pressure at the end in MPa, temperature in K of each part of a program.
PROGRAM = ((60.0, 360.0, ROOM_TEMPERATURE_K), (120.0, 360.0, 333.15), (5.0, 10.0, 333.15))
LAW = CreepLaw(PREFACTOR, EXPONENT, activation_kJ_per_mol=44.0)


def _depth_by_steps() -> float:
    """As a run finds it, from its accepted steps."""
    flow = SlotFlow(WIDTH_UM, YIELD_MPa, hold_s=1.0, creep=LAW, timed=True)
    clock, time, crept = CreepClock(flow), 0.0, None
    for seconds, pressure, temperature in PROGRAM:
        time += seconds
        crept = clock.add(time, pressure, temperature)
    return flow.reach_um(PROGRAM[-1][1], 1.0, crept)[1]


def _depth_by_quadrature(half_um: float) -> float:
    """From L^n dL/dt = A(T) p^n times the speed at unit gradient and unit A."""
    unit = _speed_by_quadrature(1.0, half_um) / PREFACTOR
    before, total = 0.0, 0.0
    for seconds, after, temperature in PROGRAM:
        rise = (after - before) / seconds
        loaded = quad(lambda t, low, rise: (low + rise * t) ** EXPONENT, 0, seconds, (before, rise))
        total += LAW.rate_at(temperature) * loaded[0]
        before = after
    return ((EXPONENT + 1.0) * unit * total) ** (1.0 / (EXPONENT + 1.0))


def _speed_at(height_um: float, gradient: float, half_um: float) -> float:
    """Sum of the shear rates from a height to the wall."""
    factor = 3 ** ((EXPONENT + 1) / 2) * PREFACTOR
    return quad(lambda y: factor * (gradient * y) ** EXPONENT, height_um, half_um)[0]


def _speed_by_quadrature(gradient: float, half_um: float) -> float:
    return quad(lambda y: _speed_at(y, gradient, half_um), 0, half_um)[0] / half_um


def _time_by_quadrature(depth_um: float, half_um: float) -> float:
    """Time of a front whose gradient falls as it advances."""
    unit = _speed_by_quadrature(1.0, half_um)
    return quad(lambda x: (x / PRESSURE_MPa) ** EXPONENT / unit, 0, depth_um)[0]
