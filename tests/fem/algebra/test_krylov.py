"""The minimal residual iteration solves, and its response is that of the solution."""

from __future__ import annotations

import numpy as np
import pytest

from napress.fem.algebra.krylov import minimal_residual


@pytest.mark.parametrize("size", [1, 5, 30])
def test_solution_and_response(size):
    random = np.random.default_rng(size)
    matrix = np.eye(size) + 0.3 * random.standard_normal((size, size)) / np.sqrt(size)
    effect = random.standard_normal((7, size))
    right = random.standard_normal(size)
    solution, response = minimal_residual(lambda v: (matrix @ v, effect @ v), right, 1e-10)
    np.testing.assert_allclose(solution, np.linalg.solve(matrix, right), rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(response, effect @ solution, rtol=1e-9, atol=1e-11)


def test_stops_at_its_tolerance():
    calls = []

    def operator(vector):
        calls.append(vector)
        return np.array([1.0, 1.1, 0.9, 1.05]) * vector, vector

    right = np.ones(4)
    solution, _ = minimal_residual(operator, right, 0.2)
    assert len(calls) == 1
    assert np.linalg.norm(right - np.array([1.0, 1.1, 0.9, 1.05]) * solution) <= 0.2 * 2.0


def test_nothing_to_solve():
    solution, response = minimal_residual(lambda v: (v, v), np.zeros(3), 1e-3)
    assert not solution.any() and response is None


@pytest.mark.parametrize(("accepted", "done"), [(2.1, False), (1.9, True)])
def test_a_residual_that_is_small_enough_is_left_alone(accepted, done):
    calls = []

    def operator(vector):
        calls.append(vector)
        return 2.0 * vector, vector

    solution, response = minimal_residual(operator, np.ones(4), 1e-3, accepted)
    assert bool(calls) is done and (response is not None) is done
    np.testing.assert_allclose(solution, 0.5 if done else 0.0)
