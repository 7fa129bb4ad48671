"""Small C programs of napress, compiled once per user and kept beside the compiled forms."""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import os
import sysconfig
import tempfile
from pathlib import Path
from types import ModuleType

from napress.meshes.backend import JIT_OPTIONS

import cffi
from dolfinx import jit


@functools.cache
def compiled_module(declarations: str, source: str) -> ModuleType:
    """Compiles a C program, or finds it compiled.

    It becomes visible whole or not at all: processes that compile at the same time, or are
    killed meanwhile, do each other no harm.

    Args:
        declarations: Of what is to be called, as ``cffi`` reads them.
        source: The program.

    Returns:
        A module with the program as ``lib``, and with ``ffi`` to call it.

    Raises:
        cffi.VerificationError: If there is no C compiler.
        OSError: If the folder of compiled forms cannot be written.
    """
    folder = Path(jit.get_options(JIT_OPTIONS)["cache_dir"])
    text = "\n".join((declarations, source, cffi.__version__))
    name = f"napress_{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    ready = folder / f"{name}{sysconfig.get_config_var('EXT_SUFFIX')}"
    if not ready.exists():
        builder = cffi.FFI()
        builder.cdef(declarations)
        builder.set_source(name, source, extra_compile_args=JIT_OPTIONS["cffi_extra_compile_args"])
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as place:
            os.replace(builder.compile(tmpdir=place), ready)
    spec = importlib.util.spec_from_file_location(name, ready)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
