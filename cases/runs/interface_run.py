"""Runs a case and resumes a run: where the layers meet."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import napress.meshes.backend  # noqa: F401  orders the imports below

from mpi4py import MPI

from napress.cases.errors import (
    CaseError,
    NapressError,
    RunFolderError,
    why_interrupted,
)
from napress.cases.machine.compiling import compiler_errors
from napress.cases.machine.parallel import noted_before_abort, on_root
from napress.cases.machine.threads import as_many_threads_as_asked
from napress.cases.model.conduction import conduction_recorder
from napress.cases.model.cost import refuse_what_cannot_fit
from napress.cases.model.interface import PressModel, to_model
from napress.cases.runs import folder as run_folder
from napress.cases.runs.drawing import draw
from napress.cases.runs.outcome import RunOptions, RunOutcome
from napress.cases.runs.progress import Progress
from napress.cases.runs.spent import SPENT, Spent
from napress.cases.runs.stack import array_hash, manifest
from napress.cases.schema.interface_case import Case
from napress.cases.schema.load import case_hash, load_case, resolved_toml
from napress.fem.coupled.problem import InterfaceProblem, build_system
from napress.fem.coupled.system import CoupledSystem
from napress.fem.inputs.load_program import highest_pressure_MPa
from napress.fem.state import checkpoint
from napress.fem.state.committed import AcceptedStep, Outcome, first_touch
from napress.fem.state.sampling import Sampler, gather_rows
from napress.fem.stepping.follow import follow
from napress.meshes.gmsh_session import MeshingError, hear_signals
from napress.meshes.quality import measure_quality
from napress.meshes.statistics import measure_surface
from napress.postprocess.records.history import require_whole
from napress.postprocess.records.observer import ObserverError
from napress.postprocess.records.recorder import Recorder, RecorderOptions
from napress.postprocess.resistance.stripping import StrippingColumns

CASE = "case.resolved.toml"
CHECKPOINT = Path("checkpoint") / "last.npz"
# A killed run repeats about this much work, and short steps are not slowed by the disk: where
# that is slow, or the run large, saving takes at most this share of the time.
SAVE_EVERY_S, SAVING_SHARE = 2.0, 0.02
FIELDS_AT = {"targets": "targets", "all": "every", "none": "none"}


def run_case(case_path: Path, out: Path, options: RunOptions) -> RunOutcome:
    """Runs a case from first touch into a new run folder; collective under MPI.

    Args:
        case_path: Case file.
        out: Run folder, must not hold anything yet.
        options: How to talk to the user.

    Raises:
        CaseError: If the case is wrong.
        RunFolderError: If the folder exists or cannot be written.
    """
    return press_case(load_case(case_path), str(case_path), out, options)


def press_case(case: Case, file: str, out: Path, options: RunOptions) -> RunOutcome:
    """Runs a checked case, read from a file or made in Python; see `run_case`.

    Args:
        case: What to press.
        file: Its name, for messages.
        out: Run folder, must not hold anything yet.
        options: How to talk to the user, and on which ranks.
    """
    comm = options.comm or MPI.COMM_WORLD
    on_root(comm, run_folder.create_run_folder, out)
    with _held(comm, out, options):
        on_root(comm, _begin, out, resolved_toml(case))
        try:
            return _drive(comm, case, file, out, options, resumed=False)
        except NapressError:
            # Before its first step there is nothing to go on with, nor to keep.
            if comm.rank == 0:
                run_folder.discard(out)
            raise


def _begin(out: Path, resolved: str) -> None:
    """Makes a run of an empty folder: from here on it can be resumed, wherever it is killed."""
    # Once more, now that nobody else can: another process may have been faster.
    run_folder.create_run_folder(out)
    run_folder.write_status(out, "running")
    run_folder.write_case(out, resolved)


def resume_run(folder: Path, options: RunOptions) -> RunOutcome:
    """Continues a run from its last checkpoint; collective under MPI.

    Args:
        folder: Run folder.
        options: How to talk to the user.

    Raises:
        RunFolderError: If it is no run folder, is in use, or its checkpoint is damaged.
    """
    comm = options.comm or MPI.COMM_WORLD
    case = load_case(folder / CASE)
    with _held(comm, folder, options):
        on_root(comm, run_folder.remove_leftovers, folder)
        state = on_root(comm, run_folder.standing, folder)
        if state.state == "finished":
            summary = on_root(comm, run_folder.read_json, folder / "summary.json")
            if state.report_due:
                on_root(comm, draw, folder, to_model(case), state, summary)
            return RunOutcome(folder, summary=summary)
        return _drive(comm, case, str(folder / CASE), folder, options, resumed=True)


@contextlib.contextmanager
def _observer_errors() -> Iterator[None]:
    """Turns what a user's own observer did wrong into one line."""
    try:
        yield
    except ObserverError as error:
        raise CaseError(str(error), "", "stopped; the run resumes from its checkpoint") from error


@contextlib.contextmanager
def _held(comm: MPI.Comm, folder: Path, options: RunOptions) -> Iterator[None]:
    """Keeps other processes out of a run folder while the block runs."""
    with contextlib.ExitStack() as stack:
        lock = on_root(
            comm, lambda: stack.enter_context(run_folder.locked(folder, options.take_over))
        )

        def note(error: BaseException) -> None:
            run_folder.interrupt(folder, lock, why_interrupted(error))

        with noted_before_abort(note):
            yield


def _drive(
    comm: MPI.Comm, case: Case, file: str, folder: Path, options: RunOptions, resumed: bool
) -> RunOutcome:
    run: _Run | None = None
    # PETSc has taken them when it was imported.
    hear_signals()
    quiet = options.quiet or comm.rank != 0
    try:
        with as_many_threads_as_asked(), Progress(quiet) as progress, compiler_errors():
            run = _build(comm, case, file, folder, options, Spent(comm, folder, resumed), progress)
            return run.finish(run.go(resumed))
    except BaseException as error:
        # What is refused before a step is taken leaves the folder as it was.
        refused = isinstance(error, NapressError) and not (run and run.under_way)
        # Without the other ranks: they may be anywhere.
        if comm.rank == 0 and not refused:
            # What ended the run may have cost the folder as well.
            with contextlib.suppress(RunFolderError):
                where = run.where if run else None
                run_folder.note_interrupted(folder, why_interrupted(error), where)
        raise


def _build(
    comm: MPI.Comm,
    case: Case,
    file: str,
    folder: Path,
    options: RunOptions,
    spent: Spent,
    progress: Progress,
) -> _Run:
    """Meshes, compiles and writes the manifest."""
    model = to_model(case)
    on_root(comm, refuse_what_cannot_fit, model, file, comm.size)
    progress.message("meshing and compiling")
    surface = model.build_surface()
    problem = InterfaceProblem(
        surface,
        model.elements,
        model.sodium_thickness_um,
        model.ceramic_thickness_um,
        model.sodium,
        model.ceramic,
        model.law,
        model.size_effect,
    )
    try:
        system = build_system(problem, comm)
    except MeshingError as error:
        raise CaseError(file, "interface", str(error)) from error
    _write_manifest(comm, folder, case, model, system)
    recorder = None
    if comm.rank == 0:
        choice = RecorderOptions(fields_at=FIELDS_AT[model.output.fields])
        observers = [
            *conduction_recorder(model, system.ceramic.body, folder),
            StrippingColumns(),
            model.fracture_assessment(),
            *options.observers,
        ]
        recorder = Recorder(folder, model.dimension, observers, choice, system.timers.stage)
    return _Run(system, model, folder, case_hash(case), spent, recorder, progress)


def _write_manifest(
    comm: MPI.Comm, folder: Path, case: Case, model: PressModel, system: CoupledSystem
) -> None:
    sodium, ceramic = system.sodium.body.mesh, system.ceramic.body.mesh
    quality = {
        "sodium": asdict(measure_quality(sodium)),
        "ceramic": asdict(measure_quality(ceramic)),
    }
    owned = sodium.geometry.index_map().size_local
    points = gather_rows(comm, sodium.geometry.x[:owned])

    def write() -> None:
        content = manifest(case, array_hash(points, ceramic.geometry.x), comm.size)
        content["mesh_quality"] = quality
        content["surface_statistics"] = {
            "asked": {
                f"{index + 1}. {type(component).__name__} {name}": value
                for index, component in enumerate(model.surface)
                for name, value in asdict(component).items()
                if isinstance(value, int | float)
            },
            "measured": {
                name: value
                for name, value in measure_surface(system.surface).as_dict().items()
                if isinstance(value, int | float)
            },
        }
        run_folder.write_manifest(folder, content)

    on_root(comm, write)


class _Run:
    """One run folder being filled."""

    def __init__(
        self,
        system: CoupledSystem,
        model: PressModel,
        folder: Path,
        key: str,
        spent: Spent,
        recorder: Recorder | None,
        progress: Progress,
    ) -> None:
        self._system, self._model, self._folder, self._key = system, model, folder, key
        self._spent, self._recorder, self._progress = spent, recorder, progress
        self._comm = system.sodium.comm
        self.where, self.under_way = (0, 0.0), False
        self._save_at = -math.inf  # the first step is always kept

    def go(self, resumed: bool) -> Outcome:
        """Presses from first touch or from the checkpoint."""
        (self._folder / CHECKPOINT).parent.mkdir(exist_ok=True)
        path = self._folder / CHECKPOINT
        control = self._model.step_control
        start = None
        if resumed and on_root(self._comm, path.exists):
            try:
                start, self._initial_void = checkpoint.restore(path, self._system, self._key)
            except checkpoint.CheckpointError as error:
                raise RunFolderError(f"{path}: {error}; {run_folder.IS_DAMAGED}") from error
        from_touch = start is None
        if start is None:
            start = first_touch(self._system, control)
            self._initial_void = start.void
        else:
            on_root(self._comm, self._require_whole, start.step, start.pressure_MPa)
            self.where = (start.step, start.pressure_MPa)
        self._sampler = Sampler(self._system, self._initial_void)
        on_root(self._comm, self._truncate, start.step if not from_touch else -1)
        on_root(self._comm, self.note, "running", "")
        self.under_way = True
        return follow(
            self._system,
            self._model.program,
            control,
            self._on_step,
            start,
            self._initial_void,
            tangent_ready=not from_touch,
        )

    def _on_step(self, accepted: AcceptedStep) -> None:
        """Writes everything about a step, the checkpoint last."""
        now = accepted.committed
        snapshot = self._sampler.take(accepted)
        with self._system.timers.stage("output"):
            row = on_root(self._comm, self._record, snapshot)
        self.where = (now.step, now.pressure_MPa)
        if on_root(self._comm, self._is_save_due, accepted.is_target):
            self._save(accepted)
        self._progress.update(
            step=now.step,
            pressure_MPa=now.pressure_MPa,
            target_MPa=highest_pressure_MPa(self._model.program),
            contact_fraction=row["contact_fraction"],
            closure_percent=row["closure_percent"],
            step_um=now.last_size_um,
            elapsed_s=self._spent.elapsed_s,
        )

    def _is_save_due(self, is_target: bool) -> bool:
        """Whether to save now; rank 0 decides, whose clock it is."""
        return is_target or time.monotonic() >= self._save_at

    def _save(self, accepted: AcceptedStep) -> None:
        """Writes what a killed run goes on from, and where it stands; collective."""
        path, begin = self._folder / CHECKPOINT, time.monotonic()
        with self._system.timers.stage("output"), run_folder.file_system_errors(path):
            checkpoint.save(path, self._system, accepted, self._initial_void, self._key)
        totals = self._spent.until_now(self._system.timers.as_dict())
        on_root(self._comm, self._keep, totals)
        end = time.monotonic()
        self._save_at = end + max(SAVE_EVERY_S, (end - begin) / SAVING_SHARE)

    def _require_whole(self, step: int, pressure_MPa: float) -> None:
        """Refuses to go on with a history that is not that of the checkpoint."""
        try:
            require_whole(self._folder / run_folder.HISTORY_FILE, step, pressure_MPa)
        except ValueError as error:
            raise RunFolderError(f"{error}; {run_folder.IS_DAMAGED}") from error

    def _truncate(self, last_step: int) -> None:
        try:
            with run_folder.file_system_errors(self._folder), _observer_errors():
                self._recorder.truncate(last_step)
        except (ValueError, TypeError, KeyError) as error:
            if isinstance(error, NapressError):
                raise
            raise RunFolderError(f"{self._folder}: {error}; {run_folder.IS_DAMAGED}") from error

    def _record(self, snapshot: Any) -> dict[str, float]:
        known = len(self._recorder.failures)
        with run_folder.file_system_errors(self._folder), _observer_errors():
            row = self._recorder.on_step(snapshot)
        for failure in self._recorder.failures[known:]:
            run_folder.append_log(self._folder, failure)
        return row

    def _keep(self, totals: dict[str, Any]) -> None:
        run_folder.write_json(self._folder / SPENT, totals)
        self.note("running", "")

    def note(self, state: str, reason: str, report_due: bool = False) -> None:
        """Writes where the run stands; rank 0 only."""
        step, pressure = self.where
        run_folder.write_status(self._folder, state, step, pressure, reason, report_due)

    def finish(self, outcome: Outcome) -> RunOutcome:
        """Writes summary, figures and report, and says how it ended."""
        totals = self._spent.until_now(self._system.timers.as_dict())

        def write() -> dict[str, Any]:
            folder, output = self._folder, self._model.output
            with run_folder.file_system_errors(folder), _observer_errors():
                summary = self._recorder.finish(
                    wall_s=totals["wall_s"],
                    cpu_s=totals["cpu_s"],
                    peak_memory_MB=totals["peak_memory_MB"],
                    ended=outcome.reason or "completed",
                )
            content = run_folder.read_json(folder / "manifest.json")
            run_folder.write_manifest(folder, content | {"timers_s": totals["timers_s"]})
            # First how it ended, then the picture of it: drawing may fail or be killed.
            due = bool(output.report and summary)
            self.note("finished" if outcome.finished else "failed", outcome.reason, due)
            run_folder.append_log(folder, outcome.reason or "finished")
            if due:
                self._progress.message("drawing figures and report")
                draw(folder, self._model, run_folder.read_status(folder), summary)
            return summary

        summary = on_root(self._comm, write)
        state = "finished" if outcome.finished else "failed"
        return RunOutcome(self._folder, state, outcome.reason, summary)
