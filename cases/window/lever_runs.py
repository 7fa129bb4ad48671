"""Levers of a window that are run, not scaled: the first surface once more, changed.

One run each: enough to say which way and how far, not how it scatters. What needs time is
run on half the elements, in steps of pressure that are each held for a time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from napress.cases.campaigns.campaign import Job, Standing
from napress.cases.errors import RunFolderError
from napress.cases.model.fracture import creep_in_flaws, pressing_temperature_K
from napress.cases.runs import folder as run_folder
from napress.cases.schema.interface_case import Case, value_of
from napress.cases.schema.laws.creep import CreepTable
from napress.cases.schema.materials import load_material
from napress.cases.schema.pellet_case import PelletCase
from napress.cases.schema.program import Stage, to_program
from napress.cases.schema.surface import SelfAffine
from napress.cases.values import units
from napress.cases.values.fields import SourcedValue
from napress.fem.inputs.load_program import has_time
from napress.postprocess.records.history import read_history
from napress.postprocess.records.trust import faults
from napress.postprocess.window.closing import Held
from napress.postprocess.window.curves import (
    Curves,
    PelletLoads,
    SeedCurves,
    curves_over_pellet,
    pellet_modes,
    seed_curves,
)
from napress.postprocess.window.ends import Targets, Window, find_window
from napress.postprocess.window.levers import LONGER, WARM_K, Lever

NAME = "lever "
SMOOTHER, SLEEVE, SLEEVE_PELLET = "polish", "stiffer sleeve", "stiffer sleeve pellet"
# Steps of pressure: at once, held as in the program, held for longer, held as long but warm.
AT_ONCE, HELD, LONG, WARM = "at once", "held", "longer", "warm"
# Levers, beside what they are held against: what was run without it.
TITLES = {
    SMOOTHER: "polish (roughness)",
    SLEEVE: "stiffer sleeve (steel)",
    LONG: "hold longer",
    WARM: "warm",
}
STEEL = "tool-steel"
# Around the flow stress of the metal at the longest and at the shortest of the holds.
STEPS, BELOW, ABOVE = 6, 0.5, 8.0
COARSE_ERROR = 0.5


@dataclass(frozen=True)
class Timing:
    """How the steps of pressure are held.

    Attributes:
        hold_s: As long as in the program.
        temperature_K: Of pressing.
    """

    hold_s: float
    temperature_K: float

    @property
    def longer_s(self) -> float:
        """The longer hold."""
        return LONGER * self.hold_s


def lever_jobs(case: Case, pellet: PelletCase | None = None, hold_s: float = 600.0) -> list[Job]:
    """Runs of the first surface, changed by one lever each.

    Args:
        case: On its first surface.
        pellet: The pellet with the materials and pressures of the case; None without.
        hold_s: Hold of the program, or what stands for it.
    """
    found: dict[str, Case | PelletCase] = {}
    if any(isinstance(table, SelfAffine) for table in case.surface):
        found[SMOOTHER] = _changed(case, surface=_of_surface(case, lambda t: {"rms": 0.5 * t.rms}))
    found |= _stiffer(case, pellet)
    found |= _in_time(case, Timing(hold_s, pressing_temperature_K(case)))
    return [Job.of(changed, f"{NAME}{name}") for name, changed in found.items()]


def _changed(case: Any, **update: Any) -> Any:
    return case.model_copy(update=update)


def _of_surface(case: Case, change: Any) -> tuple:
    return tuple(
        _changed(table, **change(table)) if isinstance(table, SelfAffine) else table
        for table in case.surface
    )


def _stiffer(case: Case, pellet: PelletCase | None) -> dict[str, Case | PelletCase]:
    """The same in a sleeve of steel, where there is a softer one."""
    steel, table = load_material(STEEL), case.fracture
    if "sleeve" not in table.confinement or table.sleeve_young.value >= steel.young.value:
        return {}
    update = {
        name: SourcedValue(value.value, value.unit, estimate=True, note="tool steel, a lever")
        for name, value in (("sleeve_young", steel.young), ("sleeve_poisson", steel.poisson))
    }
    found: dict[str, Case | PelletCase] = {
        SLEEVE: _changed(case, fracture=_changed(table, **update))
    }
    if pellet is not None and pellet.pellet.sleeve == "elastic":
        found[SLEEVE_PELLET] = _changed(
            pellet, pellet=_changed(pellet.pellet, sleeve_material=steel)
        )
    return found


def _in_time(case: Case, timing: Timing) -> dict[str, Case]:
    """Steps of pressure on a coarse first surface; none where no creep is known."""
    law, metal = creep_in_flaws(case), case.sodium.material
    if case.creep is None and metal.creep_activation_energy is None:
        return {}
    if law is None:
        return {}
    creeping = case.creep or CreepTable()
    coarse = _coarse(case)
    soft, hard = (
        (law.rate_at(timing.temperature_K) * time) ** (-1.0 / law.exponent)
        for time in (timing.longer_s, timing.hold_s)
    )
    hard = min(hard, value_of(case.sodium, "yield_strength").value) if not case.creep else hard
    low, high = BELOW * min(soft, hard), ABOVE * hard
    pressures = [low * (high / low) ** (step / (STEPS - 1)) for step in range(STEPS)]

    def steps(hold_s: float | None, kelvin: float) -> tuple[Stage, ...]:
        found = []
        for pressure in pressures:
            text = units.format_quantity(float(f"{pressure:.3g}"), units.PRESSURE)
            found.append(Stage(pressure=text, temperature=f"{kelvin:g} K", **_duration(case)))
            if hold_s is not None:
                found.append(Stage(hold=units.format_quantity(hold_s, units.TIME)))
        return tuple(found)

    at_once = coarse
    if not has_time(to_program(case.program)):
        at_once = _changed(coarse, program=steps(None, timing.temperature_K))
    asked = {
        HELD: (timing.hold_s, timing.temperature_K),
        LONG: (timing.longer_s, timing.temperature_K),
    }
    if timing.temperature_K < WARM_K:
        asked[WARM] = (timing.hold_s, WARM_K)
    return {AT_ONCE: at_once} | {
        name: _changed(coarse, creep=creeping, program=steps(*given))
        for name, given in asked.items()
    }


def _duration(case: Case) -> dict[str, str]:
    """Metal that only creeps does not flow at once: each step takes a second."""
    only_creeps = case.creep is not None and not case.creep.with_yield
    return {"duration": "1 s"} if only_creeps else {}


def _coarse(case: Case) -> Case:
    """Half the elements and twice the shortest wave, where that can be, and no files."""
    update: dict[str, Any] = {
        "solver": _changed(case.solver, void_error=max(COARSE_ERROR, case.solver.void_error)),
        "output": _changed(case.output, fields="none", figures=False, report=False),
    }
    rough = [table for table in case.surface if isinstance(table, SelfAffine)]
    longest = [table.rolloff or min(case.interface.widths) for table in rough]
    fits = all(4.0 * t.cutoff <= long for t, long in zip(rough, longest, strict=True))
    if len(rough) == len(case.surface) and fits:
        given = case.interface.elements
        half = given // 2 if isinstance(given, int) else tuple(one // 2 for one in given)
        update["interface"] = _changed(case.interface, elements=half)
        update["surface"] = _of_surface(case, lambda t: {"cutoff": 2.0 * t.cutoff})
    return _changed(case, **update)


def is_lever(job: Job) -> bool:
    """Whether a run belongs to a lever and not to the surfaces."""
    return job.name.startswith(NAME)


@dataclass(frozen=True)
class LeverRuns:
    """What the runs of the levers gave.

    Attributes:
        curves: Of each run of the interface, by its name without `NAME`.
        steel: The pellet in a sleeve of steel; None if it was not run.
        notes: Runs that gave nothing, a sentence each.
    """

    curves: dict[str, SeedCurves]
    steel: PelletLoads | None
    notes: tuple[str, ...]

    def held(self, loads: PelletLoads | None, hold_s: float) -> tuple[Curves | None, list[Held]]:
        """Curves at once and held, for the map over time; none unless all are there."""
        if not {AT_ONCE, HELD, LONG} <= set(self.curves):
            return None, []
        first, *rest = (
            curves_over_pellet([self.curves[name]], loads) for name in (AT_ONCE, HELD, LONG)
        )
        times = (hold_s, LONGER * hold_s)
        return first, [Held(time, one) for time, one in zip(times, rest, strict=True)]


def read_levers(ended: list[Standing], read_pellet: Any) -> LeverRuns:
    """Reads the runs of the levers.

    Args:
        ended: How the runs of the window stand.
        read_pellet: Reads the loads of a pellet from its folder.
    """
    curves, steel, notes = {}, None, []
    for end in ended:
        if not is_lever(end.job):
            continue
        name = end.job.name.removeprefix(NAME)
        try:
            if not end.usable:
                raise ValueError(end.reason)
            if name == SLEEVE_PELLET:
                steel = read_pellet(end.folder)
                continue
            history = read_history(end.folder / run_folder.HISTORY_FILE)
            if distrusted := faults(history):
                raise ValueError(" ".join(distrusted))
            summary = run_folder.read_json(end.folder / run_folder.SUMMARY_FILE)
            curves[name] = seed_curves(end.job.name, history, summary, end.reason)
        except (ValueError, KeyError, OSError, RunFolderError) as error:
            notes.append(f"The lever {name!r} could not be run: {error}")
    return LeverRuns(curves, steel, tuple(notes))


def computed_levers(
    runs: LeverRuns,
    first: SeedCurves,
    loads: PelletLoads | None,
    targets: Targets,
    press_MPa: float | None,
    hold_s: float,
) -> list[Lever]:
    """The window of each changed run beside that of the same surface without the change.

    Args:
        runs: Of the levers.
        first: The first surface as it is.
        loads: The pellet; None if even.
        targets: What is asked.
        press_MPa: What press and die may carry.
        hold_s: How long the steps of pressure are held.
    """
    found = []
    coarse = f"steps of pressure held for {hold_s:g} s on half the elements"
    changes = {
        SMOOTHER: ("Half the roughness (rms)", first, "one run, on the first surface"),
        SLEEVE: ("A sleeve of steel", first, "one run of pellet and first surface"),
        WARM: (f"{WARM_K - 273.15:.0f} °C", runs.curves.get(HELD), coarse),
        LONG: (f"A hold {LONGER:.0f} times as long", runs.curves.get(HELD), coarse),
    }
    for name, (change, before, how) in changes.items():
        if name not in runs.curves or before is None:
            continue
        stiff = name == SLEEVE and runs.steel is not None
        old = _window(before, loads, targets, press_MPa)
        new = _window(runs.curves[name], runs.steel if stiff else loads, targets, press_MPa)
        lower = new.lower.pressure_MPa
        text = f"{change} moves the lower end from {_lower(old)} to {_lower(new)}"
        upper = new.upper.pressure_MPa
        if name in (SMOOTHER, SLEEVE):
            text += f" and the upper from {_upper(old)} to {_upper(new)}"
        else:
            # These runs end where all is closed: they say nothing of what breaks.
            upper = None
        opens = new.exists if name in (SMOOTHER, SLEEVE) else None
        found.append(Lever(TITLES[name], f"{text} ({how}).", "computed", lower, upper, opens))
    return found


def with_computed(levers: list[Lever], computed: list[Lever]) -> list[Lever]:
    """Levers where those that were run stand in for those that were scaled or judged."""
    names = {lever.name for lever in computed}
    kept = [*computed, *(lever for lever in levers if lever.name not in names)]
    return sorted(kept, key=lambda lever: not lever.opens)


def with_survival(
    levers: list[Lever], window: Window, survived: dict[str, tuple[float, float]]
) -> list[Lever]:
    """Adds what a longer or warmer hold does to flaws, and whether a window is left.

    Args:
        levers: All of them.
        window: The answer.
        survived: Pressure that the hold survives without and with the change, by lever.
    """
    found = []
    for lever in levers:
        if lever.name not in survived:
            found.append(lever)
            continue
        ends = survived[lever.name]
        now = window.upper.pressure_MPa
        upper = min(window.top_MPa if now is None else now, ends[1])
        said = [f"{end:.3g} MPa" if end < float("inf") else "any pressure" for end in ends]
        text = f"{lever.text} Flaws survive {said[1]} then, now {said[0]}."
        opens = lever.lower_MPa is not None and lever.lower_MPa < upper
        found.append(
            replace(
                lever, text=text, upper_MPa=None if upper >= window.top_MPa else upper, opens=opens
            )
        )
    return sorted(found, key=lambda lever: not lever.opens)


def _window(
    seed: SeedCurves, loads: PelletLoads | None, targets: Targets, press_MPa: float | None
) -> Window:
    curves = curves_over_pellet([seed], loads)
    broken = dict(curves.broken)
    if loads is not None:
        broken |= pellet_modes(loads, curves.pressure_MPa)
    return find_window(curves, broken, targets, press_MPa)


def _lower(window: Window) -> str:
    value = window.lower.pressure_MPa
    return f"above {window.top_MPa:.3g} MPa" if value is None else f"{value:.3g} MPa"


def _upper(window: Window) -> str:
    value = window.upper.pressure_MPa
    return f"above {window.top_MPa:.3g} MPa" if value is None else f"{value:.3g} MPa"
