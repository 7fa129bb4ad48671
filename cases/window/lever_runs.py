"""Levers of a window that are run, not scaled: the first surface once more, changed.

One run each, on the mesh of the case: enough to say which way and how far, not how it
scatters.
"""

from __future__ import annotations

from napress.cases.campaigns.campaign import Job, Standing
from napress.cases.errors import RunFolderError
from napress.cases.runs import folder as run_folder
from napress.cases.schema.interface_case import Case
from napress.cases.schema.surface import SelfAffine
from napress.postprocess.records.history import read_history
from napress.postprocess.window.curves import (
    PelletLoads,
    SeedCurves,
    curves_over_pellet,
    pellet_modes,
    seed_curves,
)
from napress.postprocess.window.ends import Targets, Window, find_window
from napress.postprocess.window.levers import LONGER, WARM_K, Lever

NAME = "lever "
SMOOTHER, WARM, LONG = "polish", "warm", "longer"
# The lever that each run stands in for, and how it reads.
LEVERS = {
    SMOOTHER: ("polish (roughness)", "Half the roughness (rms)"),
    WARM: ("warm", f"At {WARM_K - 273.15:.0f} °C"),
    LONG: ("hold longer", f"Held {LONGER:.0f} times as long"),
}


def lever_jobs(case: Case) -> list[Job]:
    """Runs of the first surface, changed by one lever each.

    Args:
        case: On its first surface.
    """
    found = {}
    if any(isinstance(table, SelfAffine) for table in case.surface):
        surface = tuple(
            table.model_copy(update={"rms": 0.5 * table.rms})
            if isinstance(table, SelfAffine)
            else table
            for table in case.surface
        )
        found[SMOOTHER] = {"surface": surface}
    # Sodium that does not creep knows neither heat nor time: those levers stay scaled.
    if case.creep is not None:
        warm = tuple(s.model_copy(update={"temperature": WARM_K}) for s in case.program)
        found[WARM] = {"program": warm}
        if any(stage.hold is not None for stage in case.program):
            found[LONG] = {
                "program": tuple(
                    s if s.hold is None else s.model_copy(update={"hold": LONGER * s.hold})
                    for s in case.program
                )
            }
    return [Job.of(case.model_copy(update=u), f"{NAME}{name}") for name, u in found.items()]


def is_lever(job: Job) -> bool:
    """Whether a run belongs to a lever and not to the surfaces."""
    return job.name.startswith(NAME)


def computed_levers(
    ended: list[Standing],
    first: SeedCurves,
    loads: PelletLoads | None,
    targets: Targets,
    press_MPa: float | None,
) -> list[Lever]:
    """The window of each changed run beside that of the first surface.

    Args:
        ended: How the runs of the window stand.
        first: The first surface as it is.
        loads: The pellet; None if even.
        targets: What is asked.
        press_MPa: What press and die may carry.
    """
    before, found = _window(first, loads, targets, press_MPa), []
    for end in ended:
        if not is_lever(end.job) or not end.usable:
            continue
        try:
            history = read_history(end.folder / run_folder.HISTORY_FILE)
            summary = run_folder.read_json(end.folder / run_folder.SUMMARY_FILE)
            curves = seed_curves(end.job.name, history, summary, end.reason)
        except (ValueError, KeyError, RunFolderError):
            continue
        after = _window(curves, loads, targets, press_MPa)
        name, change = LEVERS[end.job.name.removeprefix(NAME)]
        lower, upper = after.lower.pressure_MPa, after.upper.pressure_MPa
        text = (
            f"{change} moves the lower end from {_shown(before.lower.pressure_MPa)} to "
            f"{_shown(lower)} and the upper from {_shown(before.upper.pressure_MPa)} to "
            f"{_shown(upper)} (one run, on the first surface)."
        )
        found.append(Lever(name, text, "computed", lower, upper, after.exists))
    return found


def with_computed(levers: list[Lever], computed: list[Lever]) -> list[Lever]:
    """Levers where those that were run stand in for those that were scaled or judged."""
    names = {lever.name for lever in computed}
    kept = [*computed, *(lever for lever in levers if lever.name not in names)]
    return sorted(kept, key=lambda lever: not lever.opens)


def _window(
    seed: SeedCurves, loads: PelletLoads | None, targets: Targets, press_MPa: float | None
) -> Window:
    curves = curves_over_pellet([seed], loads)
    broken = dict(curves.broken)
    if loads is not None:
        broken |= pellet_modes(loads, curves.pressure_MPa)
    return find_window(curves, broken, targets, press_MPa)


def _shown(value: float | None) -> str:
    return "none" if value is None else f"{value:.3g} MPa"
