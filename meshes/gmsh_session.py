"""Gmsh on one rank, a DOLFINx mesh on all of them."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dolfinx.io.gmsh import MeshData
    from mpi4py import MPI


class MeshingError(RuntimeError):
    """Gmsh could not build the mesh; raised on every rank with the same one-line reason."""


def hear_signals() -> None:
    """Lets Python's handlers of signals be called again: Gmsh and PETSc replace them unasked."""
    if threading.current_thread() is not threading.main_thread():
        return
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and callable(handler := signal.getsignal(number)):
            signal.signal(number, handler)


@contextmanager
def gmsh_model(name: str) -> Iterator[Any]:
    """A silent, reproducible Gmsh session with one empty model.

    Args:
        name: Of the model.

    Yields:
        The gmsh module. Gmsh is finalised on leaving, also after an error.
    """
    import gmsh

    # not interruptible: Gmsh would take over the handler of ctrl-C
    gmsh.initialize(readConfigFiles=False, interruptible=False)
    try:
        hear_signals()
        for option, value in {
            "General.Terminal": 0,
            "General.NumThreads": 1,  # threads would make the node order depend on timing
            "Mesh.RandomSeed": 1,
            "Mesh.MeshSizeExtendFromBoundary": 0,
            "Mesh.MeshSizeFromPoints": 0,
            "Mesh.Algorithm": 6,  # frontal Delaunay
        }.items():
            gmsh.option.setNumber(option, value)
        gmsh.model.add(name)
        yield gmsh
    finally:
        gmsh.finalize()
        hear_signals()


def distribute(build: Callable[[Any], None], name: str, dimension: int, comm: MPI.Comm) -> MeshData:
    """Builds and meshes a model on rank 0 and hands every rank its part.

    Args:
        build: Receives the gmsh module and leaves a generated mesh with physical
            groups in the current model; called on rank 0 only.
        name: Of the model, used in messages.
        dimension: Geometric dimension of the mesh.
        comm: Communicator of the mesh.

    Returns:
        Mesh and tags.

    Raises:
        MeshingError: On every rank, if ``build`` failed on rank 0.
    """
    import napress.meshes.backend  # noqa: F401

    from dolfinx.io import gmsh as gmshio

    if comm.rank != 0:
        _raise_everywhere(comm, None, name)
        return gmshio.model_to_mesh(None, comm, 0, gdim=dimension)
    with gmsh_model(name) as gmsh:
        failure = None
        try:
            build(gmsh)
        except Exception as error:  # whatever it was, the other ranks wait for it
            failure = str(error) or type(error).__name__
        _raise_everywhere(comm, failure, name)
        return gmshio.model_to_mesh(gmsh.model, comm, 0, gdim=dimension)


def _raise_everywhere(comm: MPI.Comm, failure: str | None, name: str) -> None:
    failure = comm.bcast(failure, root=0)
    if failure is not None:
        raise MeshingError(f"mesh of the {name}: {' '.join(failure.split())}")
