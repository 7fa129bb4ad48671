"""Trapped gas and friction on the reference wave, up to full load."""

from __future__ import annotations

from dataclasses import replace

from napress.cases.verification.pressing.pressing import press_problem
from napress.cases.verification.pressing.sinusoid import half_wave_problem
from napress.cases.verification.rows import Row, absolute, relative
from napress.fem.inputs.contact_law import COULOMB, ContactLaw
from napress.fem.inputs.step_control import StepControl
from napress.postprocess import theory as closed_forms

ELEMENTS = 48  # on half a wave
CONTROL = StepControl(void_error_percent=5.0)
GAS_MPa, COEFFICIENT = 0.1, 0.3
PROGRAM_MPa = (10.0, 360.0)


def wave_with_gas(
    elements: int = ELEMENTS, program_MPa: tuple[float, ...] = PROGRAM_MPa
) -> list[Row]:
    """Void left by argon of 0.1 MPa, the gas law, and energy with friction and gas.

    Args:
        elements: Interface elements on half the wave.
        program_MPa: Mean pressures; the last one is looked at.
    """
    law = ContactLaw(COULOMB, COEFFICIENT, gas_MPa=GAS_MPa)
    problem = replace(half_wave_problem(elements), law=law)
    pressed = press_problem(problem, program_MPa, CONTROL)
    last, gas = pressed.snapshots[-1], pressed.system.laws.gas
    sealed = float(gas.amount.sum()) / GAS_MPa
    load = program_MPa[-1]
    return [
        relative(
            f"trapped gas: share of the sealed volume left at {load:g} MPa",
            closed_forms.trapped_gas_volume_fraction(load + GAS_MPa, GAS_MPa),
            pressed.void[-1] / sealed,
            0.05,
            "1",
            f"net void, {elements} facets on half a wave; {last.gas_void_count} voids, gas at "
            f"{last.trapped_gas_max_MPa:.1f} MPa",
        ),
        relative(
            "trapped gas: volume sealed, first touch",
            pressed.initial_void,
            sealed,
            0.01,
            "um2",
            "a ridge encloses the valleys beside it from the first step on",
        ),
        absolute(
            f"friction and trapped gas: energy balance at {load:g} MPa",
            0.0,
            last.energy.error_percent,
            1.0,
            "%",
            f"friction {last.energy.friction_pJ:.3g}, gas {last.energy.gas_pJ:.3g} of "
            f"{last.energy.external_work_pJ:.4g} pJ per um",
        ),
    ]
