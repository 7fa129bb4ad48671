"""Judges the runs of a window: where contact is good enough and nothing breaks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from napress.cases.campaigns.campaign import Standing
from napress.cases.errors import ExitCode, NapressError, RunFolderError
from napress.cases.model.fracture import (
    fracture_settings,
    pressing_temperature_K,
    program_hold_s,
    weibull_law,
)
from napress.cases.model.pellet import pellet_estimates
from napress.cases.runs import folder as run_folder
from napress.cases.runs.bring_to_end import PELLET
from napress.cases.schema.interface_case import Case, assumed_values, value_of
from napress.cases.schema.laws.creep import to_law
from napress.cases.window.in_time import held_modes, in_time
from napress.cases.window.lever_runs import (
    computed_levers,
    is_lever,
    read_levers,
    with_computed,
    with_survival,
)
from napress.cases.window.plan import Plan, pressures_MPa
from napress.postprocess.records.history import read_history
from napress.postprocess.records.trust import faults
from napress.postprocess.window.answer import Answer
from napress.postprocess.window.curves import (
    HELD_OTHERWISE,
    SAME_PRESSURE,
    PelletLoads,
    SeedCurves,
    curves_over_pellet,
    pellet_modes,
    places_at,
    seed_curves,
    worst_over_pellet,
)
from napress.postprocess.window.ends import Targets, Window, find_window
from napress.postprocess.window.levers import SodiumCreep, doubts, levers
from napress.postprocess.window.uniformity import Demand, PelletForm, demands

# Local pressure over the end of the runs from which it is mentioned.
WORTH_A_NOTE = 1.02


class NoResults(NapressError):
    """No run of the interface came to anything."""

    exit_code = ExitCode.STOPPED_EARLY


def answer_of(plan: Plan, ended: list[Standing]) -> tuple[Answer, list[str]]:
    """Judges finished runs.

    Args:
        plan: The window.
        ended: How its runs stand.

    Returns:
        The answer, and a line for each run that gave nothing.

    Raises:
        NoResults: If no run of the interface gave a result.
    """
    case, table = plan.case, plan.table
    seeds, complaints = _read_seeds(ended)
    if not seeds:
        raise NoResults(f"{plan.file}: no run gave a result: {'; '.join(complaints)}")
    notes = [f"{s.name} stopped early: {s.ended}" for s in seeds if s.ended]
    notes += [f"Left out: {text}" for text in complaints]
    loads = _read_pellet(ended, "pellet", notes, complaints)
    curves = curves_over_pellet(seeds, loads)
    grid = curves.pressure_MPa
    broken = dict(curves.broken)
    if loads is not None:
        broken |= pellet_modes(loads, grid)
    broken |= held_modes(case, grid)
    targets = Targets(
        table.closure_target, table.resistance_target, table.failure_target, table.asked_pressure
    )
    window = find_window(curves, broken, targets, plan.press_MPa)
    settings = fracture_settings(case)
    held = settings.confinement.kind
    depth = settings.flaws.depth.median
    tried = levers(
        window,
        curves,
        broken,
        _otherwise(seeds, loads, grid),
        targets,
        plan.press_MPa,
        _creep(case),
        held,
        depth,
    )
    runs, hold_s = read_levers(ended, pellet_loads), program_hold_s(case)
    notes += runs.notes
    run = computed_levers(runs, seeds[0], loads, targets, plan.press_MPa, hold_s)
    survival = in_time(plan, seeds, curves, targets, loads, broken, *runs.held(loads, hold_s))
    tried = with_survival(with_computed(tried, run), window, survival.levers_MPa)
    at = _where_to_press(window, targets.pressure_MPa)
    form = None if plan.pellet is None else _form(plan)
    held_at = settings.confinement.lateral_MPa
    failure = targets.failure_percent / 100
    found = demands(window, at, failure, form, settings.flaws, held_at, held == "isostatic")
    if not np.isclose(at, targets.pressure_MPa):
        asked = targets.pressure_MPa
        found += demands(window, asked, failure, form, settings.flaws, held_at, held == "isostatic")
    found += _with_and_without(loads, _read_pellet(ended, "even pellet", [], []))
    ranges = (
        _value_and_range(body, name)
        for body, name in (
            (case.ceramic, "fracture_toughness"),
            (case.ceramic, "tensile_strength"),
            (case.sodium, "yield_strength"),
        )
    )
    doubted = doubts(window, depth, *ranges)
    if curves.above_runs > WORTH_A_NOTE:
        notes.append(
            f"Locally the pellet is at up to {curves.above_runs:.3g} times the last pressure of "
            "the runs, whose last values stand in there."
        )
    if case.resistance is None or not (case.resistance.charge_transfer or case.resistance.film):
        notes.append(
            "No charge transfer and no film are given: the resistance is that of constriction "
            "alone, the least it can be."
        )
    names = assumed_values(case)
    if plan.pellet is not None:
        names += [f"pellet: {name}" for name in pellet_estimates(plan.pellet) if name not in names]
    answer = Answer(
        case.title,
        targets,
        window,
        curves,
        broken,
        tuple(p for p in pressures_MPa(case) if p <= grid[-1] * (1 + SAME_PRESSURE)),
        tuple(s.name for s in seeds),
        tuple(notes),
        tuple(found),
        tuple(tried),
        tuple(doubted),
        tuple(names),
        loads is not None,
        survival,
        plan.press_MPa,
        case.interface.dimension,
    )
    return answer, complaints


def _where_to_press(window: Window, asked_MPa: float) -> float:
    """The middle of a window with two ends; else the pressure asked about."""
    ends = window.range_MPa
    if ends is None:
        return asked_MPa
    inside = ends[0] < asked_MPa <= ends[1] * (1 + SAME_PRESSURE)
    open_ended = window.upper.pressure_MPa is None
    return asked_MPa if inside and open_ended else window.suggested_MPa


def _read_seeds(ended: list[Standing]) -> tuple[list[SeedCurves], list[str]]:
    seeds, complaints = [], []
    for end in ended:
        if end.job.kind == PELLET or is_lever(end.job):
            continue
        try:
            if not end.usable:
                raise ValueError(end.reason)
            history = read_history(end.folder / run_folder.HISTORY_FILE)
            if distrusted := faults(history):
                raise ValueError(" ".join(distrusted))
            summary = run_folder.read_json(end.folder / run_folder.SUMMARY_FILE)
            seeds.append(seed_curves(end.job.name, history, summary, end.reason))
        except (ValueError, KeyError, RunFolderError) as error:
            complaints.append(f"{end.job.name}: {error}")
    return seeds, complaints


def _read_pellet(
    ended: list[Standing], name: str, notes: list[str], complaints: list[str]
) -> PelletLoads | None:
    found = [end for end in ended if end.job.name == name]
    if not found:
        return None
    end = found[0]
    try:
        if not end.usable:
            raise ValueError(end.reason)
        loads = pellet_loads(end.folder)
    except (ValueError, KeyError, OSError) as error:
        complaints.append(f"{name}: {error}")
        notes.append("The pellet was not solved; its pressure is taken as even.")
        return None
    if end.reason:
        notes.append(f"The pellet stopped at {loads.mean_MPa[-1]:.3g} MPa: {end.reason}")
    return loads


def pellet_loads(folder: Path) -> PelletLoads:
    """Reads the loads of a pellet from its run folder.

    Raises:
        ValueError: If its tables do not fit each other.
        OSError: If they cannot be read.
    """
    rows = pd.read_csv(folder / "pellet.csv").to_dict("records")
    points = pd.read_csv(folder / "pellet_interface.csv")
    groups = [group for _, group in points.groupby("mean_pressure_MPa")]
    if len(groups) != len(rows):
        raise ValueError(f"{folder}: {len(groups)} loads in one table, {len(rows)} in the other")
    return PelletLoads(
        np.array([row["pressure_MPa"] for row in rows]),
        # Nothing pulls: the edge of a thin layer may be bare.
        np.maximum(np.array([g["pressure_MPa"].to_numpy() for g in groups]), 1e-6),
        groups[0]["area_um2"].to_numpy(),
        tuple(rows),
    )


def _otherwise(
    seeds: list[SeedCurves], loads: PelletLoads | None, grid: Any
) -> dict[str, dict[str, Any]]:
    found = {}
    for kind in HELD_OTHERWISE:
        if all(kind in seed.otherwise for seed in seeds):
            # A fluid presses evenly.
            places, area = places_at(grid, None if kind == "isostatic" else loads)
            broken = [seed.otherwise[kind] for seed in seeds]
            found[kind] = worst_over_pellet(broken, grid, places, area)
    return found


def _creep(case: Case) -> SodiumCreep | None:
    """How the sodium flows in time: as the case solves it, else as its material says."""
    metal, temperature = case.sodium.material, pressing_temperature_K(case)
    if case.creep is not None:
        law = to_law(case.creep, metal)
        return SodiumCreep(law.exponent, law.activation_kJ_per_mol, temperature, timed=True)
    if metal.creep_exponent is None:
        return None
    energy = metal.creep_activation_energy
    return SodiumCreep(
        metal.creep_exponent.value, None if energy is None else energy.value, temperature
    )


def _form(plan: Plan) -> PelletForm:
    case, pellet = plan.case, plan.pellet
    young, poisson = (value_of(case.sodium, name).value for name in ("young", "poisson"))
    return PelletForm(
        pellet.pellet.diameter / 2,
        pellet.ceramic.thickness,
        value_of(case.ceramic, "poisson").value,
        pellet.sodium.thickness,
        value_of(case.sodium, "yield_strength").value,
        young / (3 * (1 - 2 * poisson)),
        value_of(case.ceramic, "tensile_strength").value,
        weibull_law(case.ceramic, case.fracture),
    )


def _value_and_range(body: Any, name: str) -> tuple[float, tuple[float, float] | None]:
    """A value and its range: its own, or that of the material it was put in place of."""
    used, shipped = value_of(body, name), getattr(body.material, name)
    return used.value, used.range or shipped.range


def _with_and_without(loads: PelletLoads | None, even: PelletLoads | None) -> list[Demand]:
    """The pellet model with its imperfections and without them, at the last common load."""
    if loads is None or even is None:
        return []
    last = min(len(loads.rows), len(even.rows)) - 1
    parts = []
    for label, one in (("with its imperfections", loads), ("without them", even)):
        row = one.rows[last]
        part = (
            f"{label} {row['pressure_lowest_MPa']:.4g} to {row['pressure_highest_MPa']:.4g} MPa "
            f"and a peak tension of {row['peak_tension_MPa']:.3g} MPa"
        )
        probability = row.get("failure_probability", np.nan)
        if np.isfinite(probability):
            part += f" (failure {100 * probability:.2g} %)"
        parts.append(part)
    text = f"The pellet at {loads.mean_MPa[last]:.4g} MPa: {'; '.join(parts)}."
    return [Demand("imperfections", None, "", text, "pellet model")]
