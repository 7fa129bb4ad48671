"""Press sodium onto a rough ceramic electrolyte, from Python: ``import napress as na``.

Everything here is loaded when it is first used, so that importing costs next to nothing.
"""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING, Any

# Before anything loads a BLAS, which counts its threads once: the matrices are small, and
# threads that wait for each other make some solves forty times slower.
os.environ.setdefault("OMP_NUM_THREADS", "1")

if TYPE_CHECKING:
    from napress._case import Case, load
    from napress._fit import Fit, fit
    from napress._materials import materials
    from napress._pellet import Pellet, PelletRun, load_pellet
    from napress._press import Observer, run
    from napress._run import Body, Interface, Run, State
    from napress._sweep import sweep
    from napress._window import Window, window
    from napress.cases.errors import CaseError, NapressError, RunFolderError

    __version__: str

_WHERE = {
    "Body": "napress._run",
    "Case": "napress._case",
    "CaseError": "napress.cases.errors",
    "Fit": "napress._fit",
    "Interface": "napress._run",
    "NapressError": "napress.cases.errors",
    "Observer": "napress._press",
    "Pellet": "napress._pellet",
    "PelletRun": "napress._pellet",
    "Run": "napress._run",
    "RunFolderError": "napress.cases.errors",
    "State": "napress._run",
    "Window": "napress._window",
    "fit": "napress._fit",
    "load": "napress._case",
    "load_pellet": "napress._pellet",
    "materials": "napress._materials",
    "run": "napress._press",
    "sweep": "napress._sweep",
    "window": "napress._window",
}

__all__ = [
    "Body",
    "Case",
    "CaseError",
    "Fit",
    "Interface",
    "NapressError",
    "Observer",
    "Pellet",
    "PelletRun",
    "Run",
    "RunFolderError",
    "State",
    "Window",
    "__version__",
    "fit",
    "load",
    "load_pellet",
    "materials",
    "run",
    "sweep",
    "window",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("napress")
    if name not in _WHERE:
        raise AttributeError(f"module 'napress' has no attribute {name!r}")
    found = getattr(importlib.import_module(_WHERE[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return __all__
