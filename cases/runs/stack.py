"""Which software and which machine a run used."""

from __future__ import annotations

import hashlib
import importlib
import importlib.metadata
import os
import platform
from pathlib import Path
from typing import Any

from napress.cases.schema.interface_case import Case
from napress.cases.schema.load import case_hash, case_seeds

_DISTRIBUTIONS = (
    "napress",
    "dolfinx-solver-real",
    "fenics-dolfinx",
    "mpi4py",
    "gmsh",
    "numpy",
    "scipy",
    "meshio",
    "pyvista",
    "vtk",
    "h5py",
    "pandas",
    "matplotlib",
    "pydantic",
    "pint",
    "typer",
    "rich",
    "tomli-w",
    "psutil",
    "jinja2",
)
# Compiled parts whose own word counts more than the name they were installed under.
_MODULES = ("dolfinx", "basix", "ffcx", "ufl", "petsc4py")


def versions() -> dict[str, str]:
    """Returns the version of every part of the stack; parts not installed are left out."""
    found = {"python": platform.python_version()}
    for name in _DISTRIBUTIONS:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    try:
        import napress.meshes.backend  # noqa: F401

        from mpi4py import MPI
        from petsc4py import PETSc
    except ImportError as error:
        found["dolfinx"] = f"not usable ({error})"
        return found
    for name in _MODULES:
        try:
            version = getattr(importlib.import_module(name), "__version__", None)
            found[name] = version or importlib.metadata.version(f"fenics-{name}")
        except (ImportError, importlib.metadata.PackageNotFoundError):
            continue
    found["petsc"] = ".".join(str(part) for part in PETSc.Sys.getVersion())
    found["mpi"] = " ".join(MPI.Get_library_version().split("\n")[0].replace("\x00", "").split())
    return found


def machine() -> dict[str, Any]:
    """Returns the machine: system, processor, cores, memory."""
    import psutil

    return {
        "host": platform.node(),
        "system": f"{platform.system()} {platform.release()}",
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_MB": round(psutil.virtual_memory().total / 1e6),
    }


def manifest(
    case: Case,
    mesh_hash: str = "",
    ranks: int = 1,
    timers_s: dict[str, float] | None = None,
    found_versions: dict[str, str] | None = None,
) -> dict[str, Any]:
    """Returns the content of ``manifest.json``.

    Args:
        case: The case that runs.
        mesh_hash: From `array_hash` of the mesh.
        ranks: MPI ranks.
        timers_s: CPU seconds per stage.
        found_versions: From `versions`, if already asked for.
    """
    return {
        "versions": found_versions or versions(),
        "machine": machine(),
        "ranks": ranks,
        "case_hash": case_hash(case),
        "seeds": case_seeds(case),
        "surfaces": _origins(case),
        "mesh_hash": mesh_hash,
        "timers_s": dict(timers_s or {}),
    }


def _origins(case: Case) -> list[dict[str, Any]]:
    """Where the measured surfaces came from: file, hash, instrument, date, units."""
    origins = (getattr(table, "provenance", None) for table in case.surface)
    return [origin.model_dump(exclude_none=True) for origin in origins if origin is not None]


def array_hash(*arrays: Any) -> str:
    """Returns the SHA-256 of numpy arrays: their shapes, types and bytes."""
    import numpy as np

    digest = hashlib.sha256()
    for array in arrays:
        contiguous = np.ascontiguousarray(array)
        digest.update(f"{contiguous.shape}{contiguous.dtype.str}".encode())
        digest.update(contiguous.tobytes())
    return digest.hexdigest()


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        return platform.processor() or platform.machine()
    return platform.processor() or platform.machine()
