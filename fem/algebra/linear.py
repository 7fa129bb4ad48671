"""Sparse direct solves: one factorisation, many right-hand sides."""

from __future__ import annotations

import napress.meshes.backend  # noqa: F401  orders the imports below

import numpy as np
from numpy.typing import NDArray
from petsc4py import PETSc

Array = NDArray[np.float64]
# MUMPS control 14: extra work space in percent; contact changes the pivots from
# step to step and the default runs out of memory.
MUMPS_EXTRA_WORKSPACE = 80
LARGER_WORKSPACES = (200, 500, 1000)
WORKSPACE_TOO_SMALL = (-8, -9, -17, -20)  # MUMPS INFOG(1), user's guide, error diagnostics
# MUMPS control 8, scaling: off. The equations are scaled alike by construction, and
# scaling costs a fifth of a factorisation.
MUMPS_SCALING = 0
# MUMPS control 7, ordering: approximate minimum fill is the fastest on plane meshes, by a
# few percent; else MUMPS chooses.
AMF = 2
# MUMPS real control 1: pivots this much smaller than the largest of their column are put
# off. The block of the pressure is definite, so the sodium can be eliminated in any order;
# the default of 0.01 puts off many, which costs a tenth of the time and a digit.
MUMPS_PIVOT_THRESHOLD = 1e-8
OPTIONS_PREFIX = "napress_"


class SingularSystem(RuntimeError):
    """The factorisation failed; the message carries PETSc's reason."""


class DirectSolver:
    """LU factorisation of one matrix by MUMPS, reused for the life of a run.

    Creating a factorisation per Newton iteration crashed after some 2000 of them,
    so the matrix and the solver object are kept and only refactored.

    Args:
        matrix: The matrix.
        ordering: Order of elimination, as MUMPS control 7 counts them; None is its choice.
    """

    def __init__(self, matrix: PETSc.Mat, ordering: int | None = None) -> None:
        self.matrix = matrix
        self._ordering = ordering
        self._right = matrix.createVecRight()
        self._solution = matrix.createVecRight()
        self._solver: PETSc.KSP | None = None
        self._prepare(MUMPS_EXTRA_WORKSPACE)

    def _prepare(self, workspace: int) -> None:
        """Makes the solver object; MUMPS does not come back from a failed factorisation."""
        if self._solver is not None:
            self._solver.destroy()
        self._solver = PETSc.KSP().create(self.matrix.comm)
        # What PETSC_OPTIONS says with this prefix wins, as on a cluster whose MUMPS wants
        # another ordering: -napress_mat_mumps_icntl_7 5.
        self._solver.setOptionsPrefix(OPTIONS_PREFIX)
        self._solver.setType("preonly")
        preconditioner = self._solver.getPC()
        preconditioner.setType("lu")
        preconditioner.setFactorSolverType("mumps")
        self._solver.setOperators(self.matrix)
        preconditioner.setFactorSetUpSolverType()
        factors = preconditioner.getFactorMatrix()
        asked = PETSc.Options(OPTIONS_PREFIX)
        controls = {14: workspace, 8: MUMPS_SCALING}
        if self._ordering is not None:
            controls[7] = self._ordering
        for control, value in controls.items():
            factors.setMumpsIcntl(control, asked.getInt(f"mat_mumps_icntl_{control}", value))
        factors.setMumpsCntl(1, asked.getReal("mat_mumps_cntl_1", MUMPS_PIVOT_THRESHOLD))
        self._solver.setFromOptions()

    def factor(self) -> None:
        """Factors the present entries of the matrix.

        Raises:
            SingularSystem: If MUMPS finds the matrix singular or runs out of memory.
        """
        error = 0
        for workspace in LARGER_WORKSPACES:
            self._solver.setOperators(self.matrix)
            self._solver.setUp()
            preconditioner = self._solver.getPC()
            if preconditioner.getFailedReason() == PETSc.PC.FailedReason.NOERROR:
                return
            # PETSc does not raise for this, and solves with such factors give zeros.
            error = preconditioner.getFactorMatrix().getMumpsInfog(1)
            self._prepare(workspace)
            if error not in WORKSPACE_TOO_SMALL:
                break
        raise SingularSystem(f"factorisation failed (MUMPS error {error})")

    def solve(self, right: Array) -> Array:
        """Solves for one right-hand side; both arrays hold this rank's rows."""
        self._right.array[:] = right
        self._solver.solve(self._right, self._solution)
        return self._solution.array.copy()

    def solve_many(self, rights: Array) -> Array:
        """Solves for several right-hand sides in one pass over the factors, (rows, count).

        Each column of the answer is contiguous: a sum over a strided one takes another
        order, and another last bit, than over the answer of ``solve``.
        """
        rows = (self._right.getLocalSize(), self._right.getSize())
        size = (rows, (PETSc.DECIDE, rights.shape[1]))
        right = PETSc.Mat().createDense(size, comm=self.matrix.comm)
        solution = PETSc.Mat().createDense(size, comm=self.matrix.comm)
        for one in (right, solution):
            one.setUp()
        right.getDenseArray()[:] = rights
        for one in (right, solution):
            one.assemble()
        self._solver.getPC().getFactorMatrix().matSolve(right, solution)
        answers = solution.getDenseArray().copy(order="F")
        right.destroy()
        solution.destroy()
        return answers
