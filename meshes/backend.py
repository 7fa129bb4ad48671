"""The one place that knows how DOLFINx was installed, and how its forms are compiled.

The PyPI wheel ``dolfinx-solver-real`` must be imported before ``mpi4py``; a
conda-forge or source build wants ``mpi4py.MPI`` before ``dolfinx`` so that the
MPI library is found. Import this module before either.

Compiled forms are kept in a folder that all processes of a user share. FFCx marks a
form that is being compiled by its source file alone, so a process that is killed
meanwhile leaves a form for which every later one waits in vain. Here the maker holds a
lock as well, which the kernel takes back when it dies: whoever comes next compiles.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import importlib.util
import os
from pathlib import Path
from types import ModuleType
from typing import Any

# How long FFCx itself waits for a form that a program without the lock compiles; its
# default of 10 s is shorter than a cold compile of the sodium's tangent.
JIT_TIMEOUT_S = 180

if importlib.util.find_spec("dolfinx_solver") is not None:
    importlib.import_module("dolfinx_solver")
else:
    importlib.import_module("mpi4py.MPI")

JIT_OPTIONS = {"cffi_extra_compile_args": ["-O2"], "timeout": JIT_TIMEOUT_S}

_locks: list[int] = []
_loaded: dict[tuple[str, str], Any] = {}


def lock_while_compiling(jit: ModuleType) -> None:
    """Lets FFCx hold a lock on each form while it compiles it, and find each file once.

    Looking for a file in a folder of many costs as much as all else in making a form that
    has been compiled before, and a run makes some of its forms again at every target.

    Args:
        jit: Module ``ffcx.codegeneration.jit``.
    """
    find = jit.get_cached_module

    @functools.wraps(find)
    def find_or_lock(name: str, objects: Any, cache: Any, timeout: int) -> Any:
        known = (name, str(cache))
        if known in _loaded:
            return _loaded[known]
        source = Path(cache) / f"{name}.c"
        ready = source.with_suffix(".c.cached")
        if not ready.exists():
            _lock(source.with_suffix(".lock"))
            if _locks and not ready.exists():
                # Nobody is at it: what is there was left by a process that was killed.
                source.unlink(missing_ok=True)
        found = find(name, objects, cache, timeout)
        if found[0] is not None:
            _loaded[known] = found
        return found

    jit.get_cached_module = find_or_lock
    for name in ("compile_forms", "compile_expressions"):
        setattr(jit, name, _unlocking(getattr(jit, name)))


def _unlocking(compile_objects: Any) -> Any:
    @functools.wraps(compile_objects)
    def compile_and_unlock(*arguments: Any, **options: Any) -> Any:
        try:
            return compile_objects(*arguments, **options)
        finally:
            while _locks:
                os.close(_locks.pop())

    return compile_and_unlock


def _lock(path: Path) -> None:
    """Waits for a lock and holds it until `_unlocking`; where there are none, goes without."""
    try:
        import fcntl
    except ImportError:
        return
    # A folder that cannot be written is told by who compiles.
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
        except BaseException:
            os.close(handle)
            raise
        _locks.append(handle)


lock_while_compiling(importlib.import_module("ffcx.codegeneration.jit"))
