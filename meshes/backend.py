"""The one place that knows how DOLFINx was installed.

The PyPI wheel ``dolfinx-solver-real`` must be imported before ``mpi4py``; a
conda-forge or source build wants ``mpi4py.MPI`` before ``dolfinx`` so that the
MPI library is found. Import this module before either.
"""

from __future__ import annotations

import importlib
import importlib.util
import os

# FFCx compiles forms with a C compiler and waits for whoever holds the lock;
# the default of 10 s is shorter than a cold compile of the sodium's tangent.
JIT_TIMEOUT_S = 180

os.environ.setdefault("OMP_NUM_THREADS", "1")

if importlib.util.find_spec("dolfinx_solver") is not None:
    importlib.import_module("dolfinx_solver")
else:
    importlib.import_module("mpi4py.MPI")

JIT_OPTIONS = {"cffi_extra_compile_args": ["-O2"], "timeout": JIT_TIMEOUT_S}
