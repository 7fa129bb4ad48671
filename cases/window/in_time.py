"""What a window case says about time: its metal, its program, its ways of holding."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from napress.cases.model.fracture import (
    creep_in_flaws,
    flaw_invasion,
    fracture_settings,
    pressing_temperature_K,
    pressure_history,
    program_hold_s,
)
from napress.cases.schema.interface_case import Case, value_of
from napress.cases.schema.program import to_program
from napress.cases.window.plan import Plan
from napress.fem.inputs.load_program import Release, highest_pressure_MPa
from napress.postprocess.fracture.confinement import Compact, Confinement
from napress.postprocess.fracture.in_time import local_factor, reach_of, statistics_table
from napress.postprocess.fracture.invasion import FlawInvasion
from napress.postprocess.fracture.settings import FractureSettings
from napress.postprocess.invasion.history import Stretch
from napress.postprocess.theory.flaws import JacketedSleeve, pore_pressure_MPa
from napress.postprocess.window.closing import Held, closing
from napress.postprocess.window.curves import Array, Curves, PelletLoads, SeedCurves
from napress.postprocess.window.ends import End, Targets, upper_end
from napress.postprocess.window.holding import Faces, Question, doubled, survival, ways_of
from napress.postprocess.window.levers import LONGER, WARM_K
from napress.postprocess.window.survival import Survival, pressures_looked_at


def in_time(
    plan: Plan,
    seeds: list[SeedCurves],
    curves: Curves,
    targets: Targets,
    loads: PelletLoads | None,
    broken: dict[str, Array],
    at_once: Curves | None,
    held: list[Held],
) -> Survival:
    """The time-aware part of the answer.

    Args:
        plan: The window.
        seeds: Runs of the interface.
        curves: The same over the pellet.
        targets: What is asked.
        loads: The pellet; None if even.
        broken: Ways to break as the case holds the pellet, by name.
        at_once: The coarse first surface without a hold; None if it was not run.
        held: Runs of the first surface that were held, shortest first.
    """
    case = plan.case
    settings, invasion = fracture_settings(case), flaw_invasion(case)
    history, note = pressure_history(case)
    hold_s = program_hold_s(case)
    if not history and isinstance(to_program(case.program)[-1], Release):
        # Pressed, held and released to what the program ends with, all but the hold at once.
        left = to_program(case.program)[-1].pressure_MPa
        top = max(highest_pressure_MPa(to_program(case.program)), left)
        history = (Stretch(0.0, top, 0.0), Stretch(top, left, 0.0))
    pressure = pressures_looked_at(curves.pressure_MPa, targets.pressure_MPa)
    faces = _faces(seeds, settings, loads, pressure)
    metals = invasion.metals()
    others = {name: rows for name, rows in broken.items() if name != "flaw"}
    breaks = _of_each(upper_end(curves, others, targets, plan.press_MPa), len(seeds))
    asked = Question(targets, history, hold_s, breaks, (note, *_fit(plan, faces)))
    close = closing(
        curves,
        at_once,
        held,
        value_of(case.sodium, "yield_strength").value,
        metals[0] if metals else None,
        _whole_s(case) if case.creep is not None else None,
    )
    ways = ways_of(settings.confinement, _others(case, settings.confinement))
    names = [("flaw depth", "halved and doubled"), ("toughness", "halved and doubled")]
    names.append(("modulus", "halved and doubled"))
    if settings.confinement.kind == "compact":
        names.append(("yield of the compact", "halved and doubled"))
    given = (settings.confinement, invasion, settings.flaws)
    doubted = [(name, tried, doubled(name, *given)) for name, tried in names]
    changed = _changed_holds(case, invasion, hold_s)
    return survival(curves, asked, close, ways, invasion, settings.flaws, faces, doubted, changed)


def _changed_holds(
    case: Case, invasion: FlawInvasion, hold_s: float
) -> dict[str, tuple[FlawInvasion, float]]:
    """Metal and hold of the levers that change them."""
    law = creep_in_flaws(case)
    if law is None:
        return {}
    found = {"hold longer": (invasion, LONGER * hold_s)}
    if pressing_temperature_K(case) < WARM_K:
        found["warm"] = (replace(invasion, creep_prefactor=law.rate_at(WARM_K)), hold_s)
    return found


def _whole_s(case: Case) -> float:
    return sum(entry.duration_s for entry in to_program(case.program))


def _faces(
    seeds: list[SeedCurves], settings: FractureSettings, loads: PelletLoads | None, pressure: Array
) -> Faces:
    table = statistics_table(settings.flaws)
    rows = [
        [_local(seed, chance, table, pressure) for seed in seeds]
        for chance in ("filled_probability", "through_probability")
    ]
    opening, through = (np.array(found) for found in rows)
    # A run from before the way through was looked at: nothing stops a flaw there (safe side).
    unknown = np.array([seed.through_probability is None for seed in seeds])
    through[unknown] = opening[unknown]
    if loads is not None and settings.confinement.kind != "isostatic":
        uneven = np.array([max(float(loads.local_MPa(p).max() / p), 1.0) for p in pressure])
        opening, through = opening * uneven, through * uneven
    return Faces(pressure, opening, np.minimum(through, opening))


def _fit(plan: Plan, faces: Faces) -> list[str]:
    """Where the model of invasion does not apply, at the largest net pressure."""
    settings, width = fracture_settings(plan.case), plan.case.fracture.slot_width_ratio.value
    net = [float(p) - settings.confinement.lateral_MPa(float(p)) for p in faces.pressure_MPa]
    return reach_of(settings.flaws, settings.invasion, width, max(net)).warnings()


def _of_each(end: End, count: int) -> tuple[float, ...]:
    found = [value if math.isfinite(value) else math.inf for value in end.seeds_MPa]
    return tuple(found if len(found) == count else found[:1] * count)


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


def _local(seed: SeedCurves, name: str, table: tuple, pressure: np.ndarray) -> np.ndarray:
    chance = getattr(seed, name)
    if chance is None or seed.lateral_MPa is None:
        return np.ones(len(pressure))
    return local_factor(
        seed.pressure_MPa,
        chance,
        seed.lateral_MPa,
        table,
        pressure,
        through=name == "through_probability",
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
