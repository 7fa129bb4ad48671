"""Newton's method on the few unknowns that carry the residual."""

from __future__ import annotations

from dataclasses import replace

import napress.meshes.backend  # noqa: F401

import numpy as np
import pytest
from mpi4py import MPI

from napress.cases.verification.pressing.pressing import sinusoid_problem
from napress.fem.coupled import local_solve, newton
from napress.fem.coupled.directions import Directions
from napress.fem.coupled.problem import build_system
from napress.fem.inputs.load_program import ByDisplacement, pressure_targets
from napress.fem.inputs.step_control import StepControl
from napress.fem.state.committed import first_touch
from napress.fem.stepping.follow import follow

CONTROL = StepControl(first_step_um=0.005)
TARGET = pressure_targets((0.6,))


def pressed(system):
    """The steps of a press to 0.6 MPa."""
    seen = []
    start = first_touch(system, CONTROL)
    assert follow(system, TARGET, CONTROL, seen.append, start, start.void).finished
    return seen


@pytest.fixture()
def at_rest():
    """A pressed system in equilibrium, its state and evaluation, and the platen's command."""
    system = build_system(sinusoid_problem(32), MPI.COMM_SELF)
    state = pressed(system)[-1].committed.state
    command = ByDisplacement(-system.sodium.platen_value(state.sodium))
    return system, state, system.evaluate(state, command), command


def disturbed(system, state, command, by_um=2e-4):
    """One node in the middle of the metal moved out of its place."""
    sodium = system.sodium
    place = sodium.displacement_space.tabulate_dof_coordinates()[:, :2]
    node = np.argmin(np.hypot(*(place - np.array([10.0, 4.0])).T))
    moved = state.sodium.copy()
    moved[sodium.displacement_dofs.reshape(-1, 2)[node, 1]] += by_um
    state = replace(state, sodium=moved)
    return state, system.evaluate(state, command)


def test_a_disturbance_is_solved_where_it_is(at_rest):
    system, rest, _, command = at_rest
    state, at = disturbed(system, rest, command)
    before, made = at.norm, system.local_iterations
    patch = local_solve._patch(system.sodium, at.residual)
    assert 20 < len(patch) < local_solve.LARGEST_PATCH[2] * system.sodium.owned
    found, at = local_solve.solve_locally(system, state, at, command, Directions(system.sodium))
    assert at.norm < 0.3 * before
    assert 1 <= system.local_iterations - made <= local_solve.ROUNDS
    changed = np.flatnonzero(found.sodium != state.sodium)
    assert set(changed) <= set(patch)
    # Most of the disturbance is undone.
    places = system.sodium.displacement_dofs
    left, was = (np.abs((one.sodium - rest.sodium)[places]).max() for one in (found, state))
    assert left < 0.2 * was


def test_a_residual_that_is_everywhere_is_left_to_all(at_rest):
    system, state, _, command = at_rest
    rng = np.random.default_rng(3)
    noise = np.where(system.sodium.free, rng.uniform(-1e-5, 1e-5, system.sodium.owned), 0.0)
    state = replace(state, sodium=state.sodium + noise)
    at = system.evaluate(state, command)
    assert local_solve._patch(system.sodium, at.residual) is None
    found = local_solve.solve_locally(system, state, at, command, Directions(system.sodium))
    assert found == (state, at)


@pytest.mark.parametrize("harm", ["worse", "folded", "singular"])
def test_what_does_not_help_is_taken_back(at_rest, monkeypatch, harm):
    system, rest, _, command = at_rest
    state, at = disturbed(system, rest, command)
    directions = Directions(system.sodium)
    tangent = system.sodium.plastic.directions()

    def motion(sodium, patch, residual):
        if harm == "singular":
            raise RuntimeError("Factor is exactly singular")
        found = np.zeros(sodium.owned)
        if harm == "folded":  # a facet is turned over
            surface = sodium.face.corners()[3]
            node = np.argmin(
                np.abs(
                    sodium.displacement_space.tabulate_dof_coordinates()[:, :2]
                    - np.array([surface[0, 0], 0.0])
                ).sum(axis=1)
            )
            found[sodium.displacement_dofs.reshape(-1, 2)[node, 0]] = 5.0
        else:
            found[patch] = 1e-3
        return found

    monkeypatch.setattr(local_solve, "_motion", motion)
    found, after = local_solve.solve_locally(system, state, at, command, directions)
    assert found is state
    assert after.norm == at.norm
    np.testing.assert_array_equal(after.residual, at.residual)
    system.require_current(after)
    for now, before in zip(system.sodium.plastic.directions(), tangent, strict=True):
        np.testing.assert_array_equal(now, before)


def test_a_press_takes_fewer_iterations_and_ends_the_same(monkeypatch):
    system = build_system(sinusoid_problem(32), MPI.COMM_SELF)
    with_it = pressed(system)
    assert system.local_iterations > 0
    monkeypatch.setattr(newton, "solve_locally", lambda system, state, at, *_: (state, at))
    other = build_system(sinusoid_problem(32), MPI.COMM_SELF)
    without = pressed(other)
    assert other.local_iterations == 0
    total, usual = (sum(step.iterations for step in seen) for seen in (with_it, without))
    assert total < 0.85 * usual
    void, expected = (seen[-1].committed.void for seen in (with_it, without))
    assert void == pytest.approx(expected, rel=5e-3)
