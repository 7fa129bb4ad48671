"""Threads of the linear algebra: one, whoever loaded it first, unless more are asked for."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

COUNT = """
import json, sys
import numpy
from napress.cases.machine.threads import as_many_threads_as_asked
import scipy.linalg
from threadpoolctl import threadpool_info
with as_many_threads_as_asked():
    print(json.dumps([pool["num_threads"] for pool in threadpool_info()]))
"""


def threads(program: str, asked: str | None) -> list[int]:
    environment = {k: v for k, v in os.environ.items() if k != "OMP_NUM_THREADS"}
    if asked is not None:
        environment["OMP_NUM_THREADS"] = asked
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=True
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("asked", [None, "1"])
def test_a_run_takes_one_thread_even_if_numpy_was_there_first(asked: str | None) -> None:
    counts = threads(COUNT, asked)
    assert counts and set(counts) == {1}


def test_importing_napress_first_is_enough() -> None:
    program = COUNT.replace("import numpy\n", "import napress, numpy\n", 1)
    program = program.replace("with as_many_threads_as_asked():", "if True:")
    counts = threads(program, None)
    assert counts and set(counts) == {1}
