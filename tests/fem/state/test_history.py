"""History that is kept and taken back, and a tangent of an earlier step built anew."""

from __future__ import annotations

import napress.meshes.backend  # noqa: F401

import numpy as np
import pytest
from mpi4py import MPI

from napress.cases.verification.pressing.pressing import sinusoid_problem
from napress.fem.coupled.problem import build_system
from napress.fem.inputs.load_program import pressure_targets
from napress.fem.inputs.step_control import StepControl
from napress.fem.state.committed import first_touch
from napress.fem.state.history import History
from napress.fem.stepping.follow import follow

CONTROL = StepControl(void_error_percent=1000.0, first_step_um=0.02, largest_step_um=0.02)


def test_an_earlier_tangent_is_built_anew_and_the_history_stays():
    system = build_system(sinusoid_problem(16), MPI.COMM_SELF)
    start, kept = first_touch(system, CONTROL), []

    def listen(_):
        kept.append((system.linearised, system.platen_stiffness))

    follow(system, pressure_targets((0.5,)), CONTROL, listen, start, start.void)
    (earlier, stiffness), (_, last) = kept[3], kept[-1]
    assert stiffness < 0.9 * last
    history = History(system)
    before = history.keep()
    history.factor_again(earlier)
    assert system.platen_stiffness == pytest.approx(stiffness, rel=1e-9)
    for name, values in history.keep().items():
        np.testing.assert_array_equal(values, before[name], err_msg=name)
