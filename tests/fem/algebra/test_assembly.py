"""The matrix of fixed pattern is the one that DOLFINx and PETSc assemble."""

from __future__ import annotations

from dataclasses import replace

import napress.meshes.backend  # noqa: F401

import numpy as np
import pytest
from dolfinx.fem.petsc import assemble_matrix, create_matrix
from mpi4py import MPI
from scipy import sparse

from napress.cases.verification.pressing.pressing import sinusoid_problem
from napress.fem.coupled.problem import build_system
from napress.fem.inputs.contact_law import COULOMB, ContactLaw
from napress.fem.inputs.load_program import ByDisplacement


@pytest.mark.parametrize("law", [ContactLaw(), ContactLaw(COULOMB, 0.3, 0.1, 0.1)])
def test_same_matrix_as_petsc_assembles(law):
    system = build_system(replace(sinusoid_problem(16), law=law), MPI.COMM_SELF)
    sodium = system.sodium
    state = system.initial_state()
    rng = np.random.default_rng(5)
    state.sodium[:] = 0.01 * rng.uniform(-1, 1, len(state.sodium))
    state.sodium[sodium.displacement_dofs.reshape(-1, 2)[:, 1]] -= 0.5
    sodium.fields.stiffness.value = 1e3
    for _ in range(2):  # the second time nothing of the first is left
        state.sodium[:] *= 0.9
        at = system.evaluate(state, ByDisplacement(0.0))
        assert at.in_contact.any()
        row, column = sodium.assemble_tangent()
        expected = create_matrix(sodium._tangent)
        assemble_matrix(expected, sodium._tangent, bcs=sodium._conditions)
        expected.assemble()
        platen = expected.createVecRight()
        platen.array[sodium.platen_dofs] = 1.0
        sums = [expected.createVecRight() for _ in range(2)]
        expected.multTranspose(platen, sums[0])
        expected.mult(platen, sums[1])
        expected.zeroRowsColumns(sodium.platen_dofs, 1.0)
        scale = np.abs(sums[0].array).max()
        free = sodium.free
        np.testing.assert_allclose(row[free], sums[0].array[free], atol=1e-12 * scale)
        np.testing.assert_allclose(column[free], sums[1].array[free], atol=1e-12 * scale)
        whole = sparse.csr_array(sodium.solver.matrix.getValuesCSR()[::-1])
        few = np.flatnonzero(free)[rng.permutation(free.sum())[:60]]
        few.sort()
        number = np.full(sodium.owned, -1)
        number[few] = np.arange(len(few))
        for part in (sodium.assembled.among(few), sodium.cell_matrices.among(number, len(few))):
            difference = part - whole[few][:, few]
            assert abs(difference).max() < 1e-12 * abs(whole).max()
        expected.axpy(-1.0, sodium.solver.matrix)
        assert expected.norm() < 1e-12 * sodium.solver.matrix.norm()
