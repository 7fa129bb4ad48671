"""The direct solver solves, for one and several right-hand sides, and names a failure."""

from __future__ import annotations

import napress.meshes.backend  # noqa: F401

import numpy as np
import pytest
from petsc4py import PETSc

from napress.fem.algebra.linear import DirectSolver, SingularSystem


def dense(values):
    size = len(values)
    matrix = PETSc.Mat().createAIJ((size, size), nnz=size)
    matrix.setUp()
    rows = np.arange(size, dtype=np.int32)
    matrix.setValues(rows, rows, values)
    matrix.assemble()
    return matrix


def test_one_and_several_right_hand_sides():
    values = np.array([[4.0, 1.0, 0.0], [2.0, 5.0, 1.0], [0.0, 3.0, 6.0]])
    solver = DirectSolver(dense(values))
    solver.factor()
    rights = np.array([[1.0, 0.0], [2.0, 1.0], [3.0, -1.0]])
    np.testing.assert_allclose(solver.solve(rights[:, 0]), np.linalg.solve(values, rights[:, 0]))
    np.testing.assert_allclose(solver.solve_many(rights), np.linalg.solve(values, rights))


def test_options_of_petsc_come_through():
    options = PETSc.Options()
    options["napress_mat_mumps_icntl_7"] = 5
    try:
        solver = DirectSolver(dense(np.eye(3) + 0.1), ordering=2)
        solver.factor()
        factors = solver._solver.getPC().getFactorMatrix()
        assert factors.getMumpsIcntl(7) == 5
    finally:
        options.delValue("napress_mat_mumps_icntl_7")


def test_singular_matrix_is_named():
    solver = DirectSolver(dense(np.ones((4, 4))))
    with pytest.raises(SingularSystem, match="MUMPS error -10"):
        solver.factor()


def test_it_recovers_after_a_singular_matrix():
    matrix = dense(np.ones((3, 3)))
    solver = DirectSolver(matrix)
    with pytest.raises(SingularSystem):
        solver.factor()
    matrix.shift(2.0)
    solver.factor()
    np.testing.assert_allclose(solver.solve(np.ones(3)), np.full(3, 0.2))
