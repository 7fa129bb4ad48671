"""What a window case says about time: its metal, its program, its ways of holding."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from napress.cases.model.fracture import flaw_invasion, fracture_settings
from napress.cases.schema.interface_case import Case, value_of
from napress.cases.schema.program import to_program
from napress.cases.window.plan import Plan
from napress.fem.inputs.load_program import Hold, Release
from napress.postprocess.fracture.confinement import Compact, Confinement
from napress.postprocess.theory.flaws import JacketedSleeve, pore_pressure_MPa
from napress.postprocess.window.curves import Curves, PelletLoads, SeedCurves
from napress.postprocess.window.ends import Targets, Window
from napress.postprocess.window.holding import doubled, survival, ways_of
from napress.postprocess.window.survival import (
    Survival,
    local_factor,
    pressures_looked_at,
    softening,
    statistics_table,
)

# The hold of the sentences where the program has none.
DEFAULT_HOLD_S = 600.0


def in_time(
    plan: Plan,
    seeds: list[SeedCurves],
    curves: Curves,
    targets: Targets,
    loads: PelletLoads | None,
    window: Window,
) -> Survival:
    """The time-aware part of the answer.

    Args:
        plan: The window.
        seeds: Runs of the interface.
        curves: The same over the pellet.
        targets: What is asked.
        loads: The pellet; None if even.
        window: The range for the program of the case.
    """
    case = plan.case
    settings, invasion = fracture_settings(case), flaw_invasion(case)
    program = to_program(case.program)
    whole = sum(entry.duration_s for entry in program)
    holds = [entry.duration_s for entry in program if isinstance(entry, Hold)]
    hold_s = max(holds) if holds else DEFAULT_HOLD_S
    pressure = pressures_looked_at(curves.pressure_MPa, targets.pressure_MPa)
    table = statistics_table(settings.flaws)
    local = np.array([_local(seed, table, pressure) for seed in seeds])
    if loads is not None and settings.confinement.kind != "isostatic":
        uneven = [max(float(loads.local_MPa(p).max() / p), 1.0) for p in pressure]
        local = local * np.array(uneven)
    metals = invasion.metals()
    soft = softening(
        value_of(case.sodium, "yield_strength").value,
        metals[0] if metals else None,
        case.creep is not None,
        whole,
    )
    ways = ways_of(settings.confinement, _others(case, settings.confinement))
    names = [("flaw depth", "halved and doubled"), ("toughness", "halved and doubled")]
    names.append(("modulus", "halved and doubled"))
    if settings.confinement.kind == "compact":
        names.append(("yield of the compact", "halved and doubled"))
    given = (settings.confinement, invasion, settings.flaws)
    doubted = [(name, tried, doubled(name, *given)) for name, tried in names]
    return survival(
        curves,
        targets,
        soft,
        ways,
        invasion,
        settings.flaws,
        local,
        pressure,
        hold_s,
        isinstance(program[-1], Release),
        doubted,
        min((v for n, v in window.upper.sooner.items() if v and n != "flaw"), default=math.inf),
    )


def held_modes(case: Case, grid: np.ndarray) -> dict[str, np.ndarray]:
    """Ways to break that follow from how the pellet is made and held, (1, grid) each.

    ``pores``: pressure over that which pushes metal through connected pores of the
    stated throats; ``sleeve``: stress of a jacketed sleeve over its yield stress.
    """
    table, found = case.fracture, {}
    if table.pore_throat is not None:
        through = pore_pressure_MPa(
            table.pellet_thickness.value,
            table.pore_throat.value,
            (table.sodium_yield or value_of(case.sodium, "yield_strength")).value,
        )
        found["pores"] = grid[None, :] / through
    confinement = fracture_settings(case).confinement
    uses = [confinement.sleeve_over_yield(float(p)) for p in grid]
    if None not in uses:
        found["sleeve"] = np.array([uses], dtype=float)
    return found


def _local(seed: SeedCurves, table: tuple, pressure: np.ndarray) -> np.ndarray:
    if seed.filled_probability is None or seed.lateral_MPa is None:
        return np.ones(len(pressure))
    return local_factor(
        seed.pressure_MPa, seed.filled_probability, seed.lateral_MPa, table, pressure
    )


def _others(case: Case, held: Confinement) -> list[Confinement]:
    """Every way that the numbers of the case allow, the softest first."""
    table = case.fracture
    names = ("sleeve_young", "sleeve_poisson", "sleeve_diameter_ratio")
    names += ("jacket_young", "jacket_poisson", "jacket_diameter_ratio")
    values = [getattr(table, name).value for name in names]
    # A jacket that does not fit around the sleeve is not one of the ways.
    jacket = JacketedSleeve(*values) if values[5] > values[2] else None
    compact = None
    if table.compact_yield is not None:
        before = 0.0 if table.pressed_before is None else table.pressed_before.value
        compact = Compact(table.compact_yield.value, before)
    kinds = ["none", "elastic sleeve", "rigid die", "isostatic"]
    if jacket is not None:
        kinds.insert(2, "jacketed sleeve")
    if compact is not None:
        kinds.insert(-1, "compact")
    return [
        replace(
            held,
            kind=kind,
            jacketed=jacket if kind == "jacketed sleeve" else None,
            compact=compact,
            sleeve_yield_MPa=table.sleeve_yield.value,
        )
        for kind in kinds
    ]
