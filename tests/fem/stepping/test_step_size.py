"""The size of the next step, and when tries end."""

from __future__ import annotations

from dataclasses import replace

import napress.meshes.backend  # noqa: F401

import pytest
from mpi4py import MPI

from napress.cases.verification.pressing.pressing import sinusoid_problem
from napress.fem.coupled.problem import build_system
from napress.fem.inputs.load_program import pressure_targets
from napress.fem.inputs.step_control import StepControl
from napress.fem.state.committed import first_touch
from napress.fem.stepping import follow as loop
from napress.fem.stepping.judge import Rejected
from napress.fem.stepping.pressure_stage import PressureStage
from napress.fem.stepping.step_size import LARGEST_DECADES, decades_per_step, next_size

CONTROL = StepControl()


@pytest.fixture(scope="module")
def touching():
    return first_touch(build_system(sinusoid_problem(16), MPI.COMM_SELF), CONTROL)


@pytest.mark.parametrize("size", [-1e-6, 0.0, 1e-9])
def test_landing_on_a_target_does_not_shrink_the_next_step(touching, size):
    """The platen may go back to land exactly; the step it leads to must not follow it down."""
    now = replace(touching, step=5, step_size_um=0.02, last_size_um=0.02)
    void, floor = now.void * (1 - 1e-9), 1e-3
    longer = next_size(now, 0.9, 3, size, void, now.void, floor, CONTROL)
    assert longer >= now.step_size_um


def test_in_three_dimensions_a_short_easy_step_grows_whatever_the_budget(touching):
    now = replace(touching, step=5, step_size_um=5e-4, last_size_um=5e-4)
    void, floor = now.void * (1 - 1e-6), 1e-3
    stays = next_size(now, 0.9, 3, 5e-4, void, now.void, floor, CONTROL)
    grows = next_size(now, 0.9, 3, 5e-4, void, now.void, floor, CONTROL, dimension=3)
    assert stays == pytest.approx(5e-4) and grows > stays
    hard = next_size(now, 0.9, 12, 5e-4, void, now.void, floor, CONTROL, dimension=3)
    assert hard == pytest.approx(5e-4)


def test_closure_still_bounds_a_step_that_closes_much(touching):
    now = replace(touching, step=5, step_size_um=0.02, last_size_um=0.02)
    bounded = next_size(now, 0.1, 3, 0.02, 0.5 * now.void, now.void, 1e-3, CONTROL)
    assert bounded < 0.02


def test_tries_in_a_row_are_limited(monkeypatch):
    """A step that is refused at every size, and does not shrink, ends the run by its reason."""
    tried = []
    monkeypatch.setattr(
        PressureStage, "place", lambda *_: tried.append(1) or Rejected("no luck", False)
    )
    monkeypatch.setattr(PressureStage, "retreat", lambda self, now, tried, solved: now)
    system = build_system(sinusoid_problem(16), MPI.COMM_SELF)
    start = first_touch(system, CONTROL)
    outcome = loop.follow(
        system, pressure_targets((1.0,)), CONTROL, lambda _: None, start, start.void
    )
    assert not outcome.finished and outcome.reason == "40 tries in a row failed: no luck"
    assert len(tried) == loop.TRIES_IN_A_ROW + 1


def test_the_last_voids_may_close_faster():
    few, more, flat = (
        decades_per_step(CONTROL, dimension, void, first)
        for dimension, void, first in ((2, 0.5, 1.0), (2, 0.001, 1.0), (2, 0.0, 0.0))
    )
    assert few == pytest.approx(0.15 * CONTROL.void_error_percent)
    assert few < more <= LARGEST_DECADES
    assert flat == few
    maps = [decades_per_step(CONTROL, 3, void, 1.0) for void in (0.5, 0.001)]
    assert maps[0] == maps[1]
