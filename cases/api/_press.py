"""Runs a case from Python, into a folder or into memory."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import warnings
import weakref
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, overload

from napress._case import Case
from napress._pellet import Pellet, PelletRun, load_pellet
from napress._run import Run
from napress.cases.errors import CaseError, RunFolderError
from napress.cases.machine.compiling import use_writable_cache
from napress.cases.machine.parallel import on_root
from napress.cases.runs import folder as run_folder
from napress.cases.runs.outcome import RunOptions
from napress.cases.schema.load import case_hash, load_case

if TYPE_CHECKING:
    from mpi4py.MPI import Comm

    from napress.fem.snapshot import Snapshot


ANOTHER_CASE = "holds a run of another case; allowed: a new folder"


class Observer(Protocol):
    """Your own quantity: an object with this method, of whatever class.

    It may also have ``cell_fields``, ``truncate`` and ``summary``, see
    `napress.postprocess.records.observer`.
    """

    def columns(self, snapshot: Snapshot) -> Mapping[str, float]:
        """Returns columns of the history, such as ``{"widest_gap_um": 0.2}``.

        Args:
            snapshot: The accepted step; `napress.fem.snapshot.Snapshot` says what it holds.
        """


@overload
def run(
    case: Case,
    out: str | Path | None = None,
    *,
    observers: Sequence[Observer] = (),
    comm: Comm | None = None,
    quiet: bool = True,
) -> Run: ...


@overload
def run(case: Pellet, out: str | Path | None = None, *, comm: Comm | None = None) -> PelletRun: ...


def run(
    case: Case | Pellet,
    out: str | Path | None = None,
    *,
    observers: Sequence[Observer] = (),
    comm: Comm | None = None,
    quiet: bool = True,
) -> Run | PelletRun:
    """Presses a case from first touch to the end of its program.

    Args:
        case: What to press: an interface, or a whole pellet.
        out: Run folder. A run of the same case that is there is gone on with, or read
            if it is finished. Without a folder the run is gone when nobody holds it.
        observers: Your own quantities, a column each; see `Observer`. They see the steps
            that are pressed now, not those of a finished run.
        comm: Communicator of mpi4py whose ranks press together; all call `run`, and rank 0
            reads the result. Default: all ranks that were started. A pellet is pressed by
            rank 0 while the others wait.
        quiet: Whether progress is hidden.

    Returns:
        The run; its ``state`` and ``reason`` say whether and why it ended early.

    Raises:
        CaseError: If the case cannot be meshed, an observer fails, or is given for a pellet.
        RunFolderError: If the folder holds something else, or the disk refuses.

    Examples:
        >>> import napress as na
        >>> class WidestGap:
        ...     def columns(self, snapshot):
        ...         return {"widest_gap_um": float(snapshot.interface.gap_um.max())}
        >>> case = na.Case(
        ...     surface=[{"kind": "sinusoid", "amplitude": "0.5 um", "wavelength": "10 um"}],
        ...     interface={"width": "10 um", "elements": 16},
        ...     sodium={"material": "sodium-wang-2020", "thickness": "10 um"},
        ...     ceramic={"material": "nzsp", "thickness": "10 um"},
        ...     program=[{"pressure": "1 MPa"}],
        ... )
        >>> run = na.run(case, observers=[WidestGap()])
        >>> run.state
        'finished'
        >>> print(f"{run.history['pressure_MPa'].iloc[-1]:.3f} MPa")
        1.000 MPa
        >>> bool(run.history["widest_gap_um"].iloc[-1] < 0.5)
        True
    """
    import napress.meshes.backend  # noqa: F401  before MPI

    from mpi4py import MPI

    comm = comm or MPI.COMM_WORLD
    if isinstance(case, Pellet):
        if observers:
            raise CaseError(case.file, "observers", "allowed: with a case of the interface")
        return _run_pellet(case, out, comm)
    options = RunOptions(quiet=quiet, observers=tuple(observers), comm=comm)
    if out is not None:
        _bring_to_end(case, Path(out), options)
        return Run._of(case, Path(out))
    # Nobody would see the page, and figures are drawn when they are asked for.
    quick = case.with_({"output.report": False, "output.figures": False})
    with _aside(comm) as folder:
        _bring_to_end(quick, folder, options)
        return _gone_with_its_folder(Run._of(case, folder, in_memory=True), folder, comm)


@contextlib.contextmanager
def _aside(comm: Comm) -> Iterator[Path]:
    """A run folder for a run in memory; it goes if the block fails."""
    above = Path(on_root(comm, tempfile.mkdtemp, "", "napress-"))
    try:
        yield above / "run"
    except BaseException:
        shutil.rmtree(above, ignore_errors=True)
        raise


def _gone_with_its_folder[Found: (Run, PelletRun)](run: Found, folder: Path, comm: Comm) -> Found:
    """The folder of a run in memory goes when nobody holds the run any more."""
    if comm.rank == 0:
        weakref.finalize(run, shutil.rmtree, folder.parent, ignore_errors=True)
    return run


def _run_pellet(case: Pellet, out: str | Path | None, comm: Comm) -> PelletRun:
    if out is not None:
        on_root(comm, _bring_pellet_to_end, case, Path(out))
        return PelletRun(out)
    with _aside(comm) as folder:
        on_root(comm, _bring_pellet_to_end, case, folder)
        found = PelletRun(folder)
        found._in_memory = True
        return _gone_with_its_folder(found, folder, comm)


def _bring_pellet_to_end(case: Pellet, folder: Path) -> None:
    if text := use_writable_cache():
        warnings.warn(text, stacklevel=5)
    from napress.cases.runs.pellet_run import press_pellet_case, resume_pellet

    if not run_folder.is_run_folder(folder):
        press_pellet_case(case.model, case.file, folder)
    elif load_pellet(folder / run_folder.CASE_FILE).hash != case.hash:
        raise RunFolderError(f"{folder}: {ANOTHER_CASE}")
    else:
        resume_pellet(folder)


def _bring_to_end(case: Case, folder: Path, options: RunOptions) -> None:
    if text := use_writable_cache():
        warnings.warn(text, stacklevel=3)
    from napress.cases.runs.interface_run import press_case, resume_run

    if on_root(options.comm, _is_there, case, folder):
        resume_run(folder, options)
    else:
        press_case(case.model, case.file, folder, options)


def _is_there(case: Case, folder: Path) -> bool:
    """Whether a run of this very case is in the folder."""
    if not run_folder.is_run_folder(folder):
        return False
    if case_hash(load_case(folder / run_folder.CASE_FILE)) != case.hash:
        raise RunFolderError(f"{folder}: {ANOTHER_CASE}")
    return True
