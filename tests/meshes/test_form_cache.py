"""A process that is killed while it compiles a form leaves nothing that others wait for."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

SCRIPT = """
import sys, time
import napress.meshes.backend as backend
import dolfinx, ufl
from mpi4py import MPI
mesh = dolfinx.mesh.create_unit_interval(MPI.COMM_SELF, 3)
x = ufl.SpatialCoordinate(mesh)
form = x[0] ** 2 * ufl.dx
begin = time.monotonic()
options = backend.JIT_OPTIONS | {"timeout": 1}
value = dolfinx.fem.assemble_scalar(dolfinx.fem.form(form, jit_options=options))
print(round(value, 6), time.monotonic() - begin)
"""
# Stands for the C compiler: says that it has begun, then takes its time.
SLOW = '#!/bin/sh\ntouch "$BEGUN"\nsleep "$TAKES"\nexec cc "$@"\n'


@pytest.fixture
def compiling(tmp_path):
    """Starts the script in a fresh cache with a slow compiler."""
    compiler = tmp_path / "slow-cc"
    compiler.write_text(SLOW)
    compiler.chmod(0o755)
    started = []

    def start(takes_s: float) -> subprocess.Popen[str]:
        environment = {
            **os.environ,
            "XDG_CACHE_HOME": str(tmp_path / "cache"),
            "CC": str(compiler),
            "BEGUN": str(tmp_path / "begun"),
            "TAKES": str(takes_s),
        }
        started.append(
            subprocess.Popen(
                [sys.executable, "-c", SCRIPT],
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
        )
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def wait_for(path) -> None:
    deadline = time.monotonic() + 60
    while not path.exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_form_that_a_killed_process_was_at_is_compiled_anew(compiling, tmp_path):
    first = compiling(60)
    wait_for(tmp_path / "begun")
    os.killpg(first.pid, signal.SIGKILL)
    first.communicate()
    # The source without a result that used to stop everybody after it.
    (cache,) = (tmp_path / "cache").iterdir()
    assert list(cache.glob("lib*.c")) and not list(cache.glob("lib*.c.cached"))
    out, err = compiling(0).communicate(timeout=100)
    assert out.startswith("0.333333"), err


def test_a_form_that_another_process_is_at_is_waited_for(compiling, tmp_path):
    first = compiling(3)
    wait_for(tmp_path / "begun")
    # FFCx would give up after 1 s.
    out, err = compiling(0).communicate(timeout=100)
    assert out.startswith("0.333333"), err
    assert first.communicate(timeout=100)[0].startswith("0.333333")
