"""The forms hold one state: whoever reads them has to mean that one."""

from __future__ import annotations

import napress.meshes.backend  # noqa: F401

import pytest
from mpi4py import MPI

from napress.cases.verification.pressing.pressing import sinusoid_problem
from napress.fem.algebra.linear import SingularSystem
from napress.fem.coupled.problem import build_system
from napress.fem.coupled.system import CoupledSystem
from napress.fem.inputs.load_program import ByDisplacement, ByPressure, pressure_targets
from napress.fem.inputs.step_control import StepControl
from napress.fem.state.committed import commit, first_touch
from napress.fem.state.sampling import Sampler
from napress.fem.stepping.follow import follow

PLATEN = ByDisplacement(0.01)


@pytest.fixture(scope="module")
def system():
    return build_system(sinusoid_problem(16), MPI.COMM_SELF)


def test_a_stale_evaluation_is_refused(system):
    state = system.initial_state()
    first = system.evaluate(state, PLATEN)
    second = system.evaluate(state, PLATEN)
    assert second.serial == first.serial + 1
    for use in (
        lambda at: system.factor(at),
        lambda at: system.direction(state, at, PLATEN, 1e-2),
        lambda at: commit(system, state, at),
    ):
        with pytest.raises(RuntimeError, match="stale"):
            use(first)
        use(second)


def test_metal_that_touches_nothing_yields_to_a_platen_that_is_led(system, monkeypatch):
    """Rounding decides whether the stiffness of metal that floats is exactly nothing."""
    monkeypatch.setattr(CoupledSystem, "platen_stiffness", 0.0)
    state = system.initial_state()
    at = system.evaluate(state, PLATEN)
    system.factor(at)
    assert system.direction(state, at, PLATEN, 1e-2).platen == pytest.approx(-0.01)
    with pytest.raises(SingularSystem, match="does not resist the platen"):
        system.direction(state, at, ByPressure(1.0), 1e-2)


def test_a_snapshot_of_a_step_that_is_gone_is_refused():
    control = StepControl(first_step_um=0.005)
    system = build_system(sinusoid_problem(16), MPI.COMM_SELF)
    start = first_touch(system, control)
    sampler, seen = Sampler(system, start.void), []

    def listen(accepted):
        assert sampler.take(accepted) is not None
        seen.append(accepted)

    assert follow(system, pressure_targets((0.1,)), control, listen, start, start.void).finished
    assert len(seen) > 1
    with pytest.raises(RuntimeError, match="stale"):
        sampler.take(seen[0])
