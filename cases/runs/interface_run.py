"""Runs a case, resumes a run, and writes its report: where the layers meet."""

from __future__ import annotations

import contextlib
import math
import resource
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import napress.meshes.backend  # noqa: F401  orders the imports below

from mpi4py import MPI

from napress.cases.errors import CaseError, RunFolderError
from napress.cases.model.conduction import conduction_recorder
from napress.cases.model.interface import PressModel, to_model
from napress.cases.runs import folder as run_folder
from napress.cases.runs.outcome import RunOptions, RunOutcome
from napress.cases.runs.parallel import on_root
from napress.cases.runs.progress import Progress
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
from napress.meshes.gmsh_session import MeshingError
from napress.meshes.quality import measure_quality
from napress.meshes.statistics import measure_surface
from napress.postprocess.records.observer import ObserverError
from napress.postprocess.records.recorder import Recorder, RecorderOptions
from napress.postprocess.resistance.stripping import StrippingColumns

CASE = "case.resolved.toml"
CHECKPOINT = Path("checkpoint") / "last.npz"
SPENT = "spent.json"
# A killed run repeats at most this much work, and short steps are not slowed by the disk.
SAVE_EVERY_S = 1.0
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
    with _held(comm, out):
        on_root(comm, run_folder.write_case, out, resolved_toml(case))
        return _drive(comm, case, file, out, options, resumed=False)


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
    with _held(comm, folder):
        state = on_root(comm, run_folder.standing, folder)
        if state.state == "finished":
            summary = on_root(comm, run_folder.read_json, folder / "summary.json")
            return RunOutcome(folder, summary=summary)
        return _drive(comm, case, str(folder / CASE), folder, options, resumed=True)


def report_run(folder: Path) -> RunOutcome:
    """Writes figures and report of a run from its folder alone."""
    comm = MPI.COMM_WORLD
    model = to_model(load_case(folder / CASE))
    path = on_root(comm, _write_report, folder, model)
    return RunOutcome(path)


def paraview_script(folder: Path) -> RunOutcome:
    """Writes the ParaView script of a run."""

    def write() -> Path:
        try:
            with run_folder.file_system_errors(folder):
                from napress.postprocess.report import paraview

                return paraview.write_paraview_script(folder)
        except ValueError as error:
            raise RunFolderError(str(error)) from error

    return RunOutcome(on_root(MPI.COMM_WORLD, write))


def _write_report(folder: Path, model: PressModel) -> Path:
    try:
        with run_folder.file_system_errors(folder):
            from napress.postprocess.report import run as report  # brings matplotlib

            return report.write_report(folder, model.ceramic_strength(), fracture=model.fracture)
    except ValueError as error:
        raise RunFolderError(str(error)) from error


@contextlib.contextmanager
def _observer_errors() -> Iterator[None]:
    """Turns what a user's own observer did wrong into one line."""
    try:
        yield
    except ObserverError as error:
        raise CaseError(str(error), "", "stopped; the run resumes from its checkpoint") from error


@contextlib.contextmanager
def _held(comm: MPI.Comm, folder: Path) -> Iterator[None]:
    """Keeps other processes out of a run folder while the block runs."""
    with contextlib.ExitStack() as stack:
        on_root(comm, lambda: stack.enter_context(run_folder.locked(folder)) and None)
        yield


class _Spent:
    """Wall and CPU time and peak memory, over all ranks and all parts of a run."""

    def __init__(self, comm: MPI.Comm, folder: Path, resumed: bool) -> None:
        self._comm, self._path = comm, folder / SPENT
        self._start = time.monotonic()
        self._before = {"wall_s": 0.0, "cpu_s": 0.0, "peak_memory_MB": 0.0, "timers_s": {}}
        if resumed and comm.rank == 0 and self._path.exists():
            self._before |= run_folder.read_json(self._path)

    @property
    def elapsed_s(self) -> float:
        """Seconds since this part of the run began."""
        return time.monotonic() - self._start

    def until_now(self, timers: dict[str, float]) -> dict[str, Any]:
        """The totals, on rank 0; collective."""
        usage = resource.getrusage(resource.RUSAGE_SELF)
        cpu = self._comm.allreduce(usage.ru_utime + usage.ru_stime)
        memory = self._comm.allreduce(usage.ru_maxrss / 1024)
        before = self._before
        return {
            "wall_s": before["wall_s"] + self.elapsed_s,
            "cpu_s": before["cpu_s"] + cpu,
            "peak_memory_MB": max(before["peak_memory_MB"], memory),
            "timers_s": self._timers(timers),
        }

    def _timers(self, timers: dict[str, float]) -> dict[str, float]:
        before = self._before["timers_s"]
        names = {*before, *timers}
        return {name: before.get(name, 0.0) + timers.get(name, 0.0) for name in sorted(names)}


def _drive(
    comm: MPI.Comm, case: Case, file: str, folder: Path, options: RunOptions, resumed: bool
) -> RunOutcome:
    model = to_model(case)
    key = case_hash(case)
    spent = _Spent(comm, folder, resumed)
    quiet = options.quiet or comm.rank != 0
    with Progress(quiet) as progress:
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
        run = _Run(system, model, folder, key, spent, recorder, progress)
        try:
            outcome = run.go(resumed)
        except KeyboardInterrupt:
            on_root(comm, run.note, "interrupted", "stopped by the user")
            raise
        return run.finish(outcome)


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
        spent: _Spent,
        recorder: Recorder | None,
        progress: Progress,
    ) -> None:
        self._system, self._model, self._folder, self._key = system, model, folder, key
        self._spent, self._recorder, self._progress = spent, recorder, progress
        self._comm = system.sodium.comm
        self._where = (0, 0.0)
        self._saved_at = -math.inf  # the first step is always kept

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
        self._sampler = Sampler(self._system, self._initial_void)
        on_root(self._comm, self._truncate, start.step if not from_touch else -1)
        on_root(self._comm, self.note, "running", "")
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
        self._where = (now.step, now.pressure_MPa)
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
        due = is_target or time.monotonic() - self._saved_at >= SAVE_EVERY_S
        if due:
            self._saved_at = time.monotonic()
        return due

    def _save(self, accepted: AcceptedStep) -> None:
        """Writes what a killed run goes on from, and where it stands; collective."""
        path = self._folder / CHECKPOINT
        with self._system.timers.stage("output"), run_folder.file_system_errors(path):
            checkpoint.save(path, self._system, accepted, self._initial_void, self._key)
        totals = self._spent.until_now(self._system.timers.as_dict())
        on_root(self._comm, self._keep, totals)

    def _truncate(self, last_step: int) -> None:
        with _observer_errors():
            self._recorder.truncate(last_step)

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

    def note(self, state: str, reason: str) -> None:
        """Writes where the run stands; rank 0 only."""
        step, pressure = self._where
        run_folder.write_status(self._folder, state, step, pressure, reason)

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
            if output.report and summary:
                self._progress.message("drawing figures and report")
                _write_report(folder, self._model)
            self.note("finished" if outcome.finished else "failed", outcome.reason)
            run_folder.append_log(folder, outcome.reason or "finished")
            return summary

        summary = on_root(self._comm, write)
        state = "finished" if outcome.finished else "failed"
        return RunOutcome(self._folder, state, outcome.reason, summary)
