"""Runs a case from Python, into a folder or into memory."""

from __future__ import annotations

import shutil
import tempfile
import warnings
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from napress._case import Case
from napress._run import Run
from napress.cases.errors import RunFolderError
from napress.cases.machine.compiling import use_writable_cache
from napress.cases.machine.parallel import on_root
from napress.cases.runs import folder as run_folder
from napress.cases.runs.outcome import RunOptions
from napress.cases.schema.load import case_hash, load_case

if TYPE_CHECKING:
    from mpi4py.MPI import Comm

    from napress.fem.snapshot import Snapshot


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


def run(
    case: Case,
    out: str | Path | None = None,
    *,
    observers: Sequence[Observer] = (),
    comm: Comm | None = None,
    quiet: bool = True,
) -> Run:
    """Presses a case from first touch to the end of its program.

    Args:
        case: What to press.
        out: Run folder. A run of the same case that is there is gone on with, or read
            if it is finished. Without a folder the run is gone when nobody holds it.
        observers: Your own quantities, a column each; see `Observer`. They see the steps
            that are pressed now, not those of a finished run.
        comm: Communicator of mpi4py whose ranks press together; all call `run`, and rank 0
            reads the result. Default: all ranks that were started.
        quiet: Whether progress is hidden.

    Returns:
        The run; its ``state`` and ``reason`` say whether and why it ended early.

    Raises:
        CaseError: If the case cannot be meshed, or an observer fails.
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
    options = RunOptions(quiet=quiet, observers=tuple(observers), comm=comm)
    if out is not None:
        _bring_to_end(case, Path(out), options)
        return Run._of(case, Path(out))
    folder = Path(on_root(comm, tempfile.mkdtemp, "", "napress-"))
    # Nobody would see the page, and figures are drawn when they are asked for.
    quick = case.with_({"output.report": False, "output.figures": False})
    try:
        _bring_to_end(quick, folder / "run", options)
        found = Run._of(case, folder / "run", in_memory=True)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    if comm.rank == 0:
        weakref.finalize(found, shutil.rmtree, folder, ignore_errors=True)
    return found


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
        raise RunFolderError(f"{folder}: holds a run of another case; allowed: a new folder")
    return True
