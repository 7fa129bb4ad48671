"""Runs a pellet case: from its file to a folder with tables, figures and a page.

A load takes seconds, so what is kept for a killed run is the state of the sodium layer at
each load reached: the mesh and the pellet's compliance are built again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import napress.meshes.backend  # noqa: F401  orders the imports below

from napress.cases.errors import CaseError, NapressError, RunFolderError, why_interrupted
from napress.cases.machine.compiling import compiler_errors
from napress.cases.model.pellet import PelletModel, to_pellet_model
from napress.cases.runs import folder as run_folder
from napress.cases.runs.outcome import RunOutcome
from napress.cases.runs.pellet_files import write_results
from napress.cases.runs.stack import machine, versions
from napress.cases.schema.load import load_pellet_case, pellet_case_hash, pellet_resolved_toml
from napress.cases.schema.pellet_case import PelletCase
from napress.fem.pellet.checkpoint import LoadsError, read_loads, save_loads
from napress.fem.pellet.layer_step import LayerState
from napress.fem.pellet.press import PelletRun, press_pellet
from napress.meshes.gmsh_session import MeshingError, hear_signals
from napress.postprocess.pellet.two_scales import InterfaceSweep, sweep_of_run
from napress.postprocess.records.history import read_history

LOADS = Path("checkpoint") / "layer.npz"
AVERAGED_OVER = "averaged_over.json"


def run_pellet(case_path: Path, out: Path, interface_run: Path | None = None) -> RunOutcome:
    """Runs a pellet case into a new folder; on one rank.

    Args:
        case_path: Case file.
        out: Run folder, must not hold anything yet.
        interface_run: A finished run of the rough interface; its results are then
            averaged over the pressures of the pellet.

    Raises:
        CaseError: If the case is wrong, or the press cannot carry it.
        RunFolderError: If the folder exists or cannot be written.
    """
    return press_pellet_case(load_pellet_case(case_path), str(case_path), out, interface_run)


def press_pellet_case(
    case: PelletCase, file: str, out: Path, interface_run: Path | None = None
) -> RunOutcome:
    """Runs a checked pellet case into a new folder; see `run_pellet`.

    Args:
        case: The case.
        file: Its name, for messages.
        out: Run folder, must not hold anything yet.
        interface_run: See `run_pellet`.
    """
    if interface_run is not None:
        interface_sweep(interface_run)
    model = to_pellet_model(case)
    run_folder.create_run_folder(out)
    with run_folder.locked(out):
        run_folder.create_run_folder(out)
        run_folder.write_status(out, "running")
        run_folder.write_case(out, pellet_resolved_toml(case))
        if interface_run is not None:
            content = {"interface_run": str(Path(interface_run).resolve())}
            run_folder.write_json(out / AVERAGED_OVER, content)
        try:
            return _press(case, model, file, out)
        except NapressError:
            if not (out / LOADS).exists():
                (out / AVERAGED_OVER).unlink(missing_ok=True)
                run_folder.discard(out)
            raise


def resume_pellet(folder: Path, take_over: bool = False) -> RunOutcome:
    """Goes on with a pellet run after the last load it reached; on one rank.

    Args:
        folder: Run folder.
        take_over: Whether the lock of a job on another machine, which is gone, is taken over.

    Raises:
        CaseError: If its case cannot be read.
        RunFolderError: If it is in use or damaged.
    """
    case = load_pellet_case(folder / run_folder.CASE_FILE)
    with run_folder.locked(folder, take_over):
        run_folder.remove_leftovers(folder)
        if run_folder.standing(folder).state == "finished":
            summary = run_folder.read_json(folder / run_folder.SUMMARY_FILE)
            return RunOutcome(folder, summary=summary)
        return _press(case, to_pellet_model(case), str(folder / run_folder.CASE_FILE), folder)


def report_pellet(folder: Path) -> RunOutcome:
    """Writes tables, fields, figures and page of the loads a pellet run has reached.

    Raises:
        RunFolderError: If it has reached none, or is damaged.
    """
    case = load_pellet_case(folder / run_folder.CASE_FILE)
    run = loads_reached(folder)
    write_results(case, to_pellet_model(case), folder, run, _averaged_over(folder), 0.0)
    return RunOutcome(folder / "report.html")


def loads_reached(folder: Path) -> PelletRun:
    """Returns the loads a pellet run has reached, the stress in the pellet solved for again.

    Raises:
        RunFolderError: If it has reached none, or is damaged.
    """
    case = load_pellet_case(folder / run_folder.CASE_FILE)
    model = to_pellet_model(case)
    states = _reached(folder, case)
    count = len(model.pressures_MPa) if model.problem.isostatic else len(states)
    if not count:
        raise RunFolderError(f"{folder}: no load was reached yet; allowed: `napress resume` first")
    with compiler_errors():
        return press_pellet(model.problem, model.pressures_MPa[:count], states)


def interface_sweep(folder: Path) -> InterfaceSweep:
    """Returns what a run of the interface says about each pressure.

    Raises:
        RunFolderError: If the folder holds no readable history.
    """
    history = Path(folder) / run_folder.HISTORY_FILE
    if not history.is_file():
        raise RunFolderError(f"{history}: missing; allowed: a folder that `napress run` has made")
    try:
        with run_folder.file_system_errors(history):
            return sweep_of_run(read_history(history))
    except (ValueError, KeyError) as error:
        raise RunFolderError(f"{history}: {error}") from error


def _averaged_over(folder: Path) -> InterfaceSweep | None:
    path = folder / AVERAGED_OVER
    if not path.exists():
        return None
    return interface_sweep(Path(str(run_folder.read_json(path).get("interface_run", ""))))


def _reached(folder: Path, case: PelletCase) -> list[LayerState]:
    """The loads of an earlier part of a run."""
    path = folder / LOADS
    if not path.exists():
        return []
    try:
        return read_loads(path, pellet_case_hash(case))
    except LoadsError as error:
        raise RunFolderError(f"{path}: {error}; {run_folder.IS_DAMAGED}") from error


def _press(case: PelletCase, model: PelletModel, file: str, out: Path) -> RunOutcome:
    key, pressures = pellet_case_hash(case), model.pressures_MPa
    states = _reached(out, case)[: len(pressures)]
    with run_folder.file_system_errors(out):
        (out / LOADS).parent.mkdir(exist_ok=True)

    def keep(reached: list[LayerState]) -> None:
        nonlocal states
        with run_folder.file_system_errors(out / LOADS):
            save_loads(out / LOADS, reached, key)
        states = list(reached)
        run_folder.write_status(out, "running", len(states), states[-1].mean_MPa)

    def stands(state: str, reason: str) -> None:
        pressure = states[-1].mean_MPa if states else 0.0
        run_folder.write_status(out, state, len(states), pressure, reason)

    stands("running", "")
    hear_signals()
    start = time.monotonic()
    try:
        with compiler_errors():
            run = _solve(model, states, keep, file, out)
        if not run.snapshots:
            stands("failed", run.reason)
            return RunOutcome(out, "failed", run.reason)
        sweep = _averaged_over(out)
        summary = write_results(case, model, out, run, sweep, time.monotonic() - start)
    except KeyboardInterrupt as error:
        stands("interrupted", why_interrupted(error))
        raise
    manifest = {"versions": versions(), "machine": machine(), "case_hash": key}
    run_folder.write_manifest(out, manifest)
    run_folder.write_summary(out, summary)
    state = "failed" if run.reason else "finished"
    last = run.snapshots[-1].mean_MPa
    run_folder.write_status(out, state, len(run.snapshots), last, run.reason)
    return RunOutcome(out, state, run.reason, summary)


def _solve(
    model: PelletModel,
    states: list[LayerState],
    keep: Callable[[list[LayerState]], None],
    file: str,
    out: Path,
) -> PelletRun:
    try:
        return press_pellet(model.problem, model.pressures_MPa, states, keep)
    except MeshingError as error:
        raise CaseError(file, "pellet", str(error)) from error
    except ValueError as error:
        if not states:
            raise
        raise RunFolderError(f"{out / LOADS}: {error}; {run_folder.IS_DAMAGED}") from error
