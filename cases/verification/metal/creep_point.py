"""Creep at a material point: flow stress at given rates, relaxation, yield and creep.

The return mapping of the weak form is driven at constant logarithmic strain rate, and
held at constant shape, and compared with the law itself.
"""

from __future__ import annotations

import math

import napress.meshes.backend  # noqa: F401  orders the imports below

import numpy as np

from napress.cases.verification.metal.plastic_point import (
    POISSON,
    VIRGIN,
    MaterialPoint,
    PointState,
    YOUNG_MPa,
    uniaxial,
)
from napress.cases.verification.rows import Row, absolute, relative
from napress.fem.inputs.constants import ROOM_TEMPERATURE_K, GAS_CONSTANT_kJ_PER_MOL_K
from napress.fem.inputs.materials import CreepLaw, PlasticMetal, from_flow_stress
from napress.postprocess.theory.creep import norton_stress_MPa, relaxed_stress_MPa

# Wang, Chang, Wolfenstine, Sakamoto, Materialia 12 (2020) 100792: creep, and the flow
# stress at 5 % strain; their slowest and fastest tests.
NORTON_RATE_PER_S, NORTON_EXPONENT = 0.53, 5.0
FLOW_STRESS_MPa, RATE_EXPONENT = 0.928, 0.164
RATES_PER_S = (1.22e-5, 1.22e-4, 1.22e-3, 1.22e-2)
FLOW_STRAIN = 0.05
ACTIVATION_kJ_PER_MOL, WARM_K = 44.0, 333.15
YIELD_MPa = 0.235


def creeping(law: CreepLaw, yield_MPa: float = YIELD_MPa) -> PlasticMetal:
    """Sodium's elastic constants with a creep law."""
    return PlasticMetal(YOUNG_MPa, POISSON, yield_MPa, creep=law)


def norton(has_yield: bool = False) -> CreepLaw:
    """Creep as Wang et al. measured it, the activation energy an estimate."""
    return CreepLaw(NORTON_RATE_PER_S, NORTON_EXPONENT, ACTIVATION_kJ_PER_MOL, has_yield=has_yield)


def flow_fit() -> CreepLaw:
    """The alternative fit of the same tests, to the flow stress at 5 % strain."""
    return CreepLaw(*from_flow_stress(FLOW_STRESS_MPa, RATE_EXPONENT), has_yield=False)


def creep_at_a_point() -> list[Row]:
    """Flow stress against rate, temperature, relaxation, order in time, yield and creep."""
    return [*_rate_rows(), *_temperature_rows(), *_relaxation_rows(), *_combined_rows()]


def strained(
    point: MaterialPoint, rate_per_s: float, temperature_K: float, steps: int = 50
) -> PointState:
    """State after straining to 5 % at a constant rate."""
    point.let_creep(FLOW_STRAIN / rate_per_s / steps, temperature_K)
    return point.follow(uniaxial(FLOW_STRAIN), steps)


def _rate_rows() -> list[Row]:
    rows = []
    point = MaterialPoint(creeping(flow_fit()))
    for rate in RATES_PER_S:
        rows.append(
            relative(
                f"flow stress at {rate:.3g} per s, Wang 2020 flow law",
                FLOW_STRESS_MPa * rate**RATE_EXPONENT,
                strained(point, rate, ROOM_TEMPERATURE_K).equivalent_MPa,
                1e-3,
                "MPa",
                "at 5 % strain; measured 0.2 % yield is 0.15 MPa at 1.22e-5, 0.36 at 1.22e-2 per s",
            )
        )
    point = MaterialPoint(creeping(norton()))
    for rate in RATES_PER_S:
        rows.append(
            relative(
                f"flow stress at {rate:.3g} per s, Wang 2020 creep law",
                norton_stress_MPa(rate, NORTON_RATE_PER_S, NORTON_EXPONENT),
                strained(point, rate, ROOM_TEMPERATURE_K).equivalent_MPa,
                1e-3,
                "MPa",
                "at 5 % strain, 50 increments",
            )
        )
    return rows


def _temperature_rows() -> list[Row]:
    point = MaterialPoint(creeping(norton()))
    faster = math.exp(
        ACTIVATION_kJ_PER_MOL / GAS_CONSTANT_kJ_PER_MOL_K * (1 / ROOM_TEMPERATURE_K - 1 / WARM_K)
    )
    expected = norton_stress_MPa(RATES_PER_S[2], NORTON_RATE_PER_S * faster, NORTON_EXPONENT)
    warm = strained(point, RATES_PER_S[2], WARM_K).equivalent_MPa
    note = f"Arrhenius, {ACTIVATION_kJ_PER_MOL:g} kJ/mol (an estimate): {faster:.3g} times faster"
    return [relative("flow stress at 60 degC, 1.22e-3 per s", expected, warm, 1e-3, "MPa", note)]


def relaxed(point: MaterialPoint, start: PointState, time_s: float, steps: int) -> PointState:
    """State after holding the shape that ``start`` was loaded to."""
    point.let_creep(time_s / steps, ROOM_TEMPERATURE_K)
    state = start
    for _ in range(steps):
        state = point.deform(uniaxial(1e-4)(1.0), state)
    return state


def _relaxation_rows() -> list[Row]:
    point = MaterialPoint(creeping(norton()))
    point.let_creep(0.0, ROOM_TEMPERATURE_K)
    loaded = point.deform(uniaxial(1e-4)(1.0), VIRGIN)
    shear = YOUNG_MPa / (2 * (1 + POISSON))
    rows, time_s = [], 10.0
    exact = relaxed_stress_MPa(
        loaded.equivalent_MPa, time_s, shear, NORTON_RATE_PER_S, NORTON_EXPONENT
    )
    found = relaxed(point, loaded, time_s, 2000).equivalent_MPa
    note = f"from {loaded.equivalent_MPa:.4g} MPa in {time_s:g} s, 2000 steps"
    rows.append(relative("relaxation at fixed shape", exact, found, 2e-3, "MPa", note))
    # Where the steps are short against the relaxation the error is of their order.
    end = 1e-2
    exact = relaxed_stress_MPa(
        loaded.equivalent_MPa, end, shear, NORTON_RATE_PER_S, NORTON_EXPONENT
    )
    counts = (100, 200, 400)
    errors = [
        abs(relaxed(point, loaded, end, count).equivalent_MPa / exact - 1) for count in counts
    ]
    order = float(np.polyfit(np.log(1 / np.array(counts)), np.log(errors), 1)[0])
    note = ", ".join(f"{e:.2g}" for e in errors) + f" at {', '.join(map(str, counts))} steps"
    rows.append(absolute("relaxation: order in the time step", 1.0, order, 0.1, "1", note))
    return rows


def _combined_rows() -> list[Row]:
    """With yield as well: fast straining is plastic, slow straining creeps."""
    point = MaterialPoint(creeping(norton(has_yield=True)))
    slow, fast = 1e-6, 1e3
    creep = norton_stress_MPa(slow, NORTON_RATE_PER_S, NORTON_EXPONENT)
    return [
        relative(
            "creep and yield, 1e3 per s: the yield stress",
            YIELD_MPa,
            strained(point, fast, ROOM_TEMPERATURE_K).equivalent_MPa,
            1e-9,
            "MPa",
        ),
        relative(
            "creep and yield, 1e-6 per s: the creep law",
            creep,
            strained(point, slow, ROOM_TEMPERATURE_K).equivalent_MPa,
            1e-3,
            "MPa",
        ),
    ]
