"""Assembles one bilinear form over and over into a matrix of fixed pattern, on one rank.

PETSc looks up where each entry of each cell's matrix goes every time it assembles, which
takes two thirds of it. Here the places are looked up once; the form's compiled kernels fill
the matrices of all cells and facets, and one pass adds them up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import napress.meshes.backend  # noqa: F401  orders the imports below

import numpy as np
from dolfinx import fem
from dolfinx.fem import IntegralType
from numpy.typing import NDArray
from petsc4py import PETSc

Array = NDArray[np.float64]
Places = NDArray[np.int64]
KINDS = (IntegralType.cell, IntegralType.exterior_facet)


@dataclass(frozen=True)
class _Integral:
    """An integral of a form: of what kind and which of these it is, and over what.

    ``entities`` are cells, or pairs of cell and local facet, one per row; the local matrix of
    the first is number ``first_row``.
    """

    kind: IntegralType
    place: int
    entities: NDArray[np.int32]
    first_row: int


class FixedPatternMatrix:
    """A square matrix assembled from one form, with some unknowns taken out.

    Attributes:
        matrix: The matrix; its entries are those of the last ``assemble``.

    Args:
        form: Compiled form on one rank, of integrals over cells and exterior facets.
        fixed: Unknowns whose rows and columns become those of the identity.
        summed: More of them; their rows and columns are summed up first.
    """

    def __init__(self, form: fem.Form, fixed: NDArray[np.int32], summed: NDArray[np.int32]) -> None:
        self._form = form
        space = form.function_spaces[0]
        self._size = space.dofmap.index_map.size_local * space.dofmap.index_map_bs
        self._integrals, owners = self._find_integrals()
        dofs = space.dofmap.map()[owners].astype(np.int64)
        self._local = np.zeros((len(dofs), dofs.shape[1] ** 2))
        self._packed = {key: values.copy() for key, values in fem.pack_coefficients(form).items()}
        self._constants = fem.pack_constants(form).copy()
        self._calls = list(self._prepared_calls())
        self._make_pattern(dofs)
        self._take_out(fixed, summed)

    def _find_integrals(self) -> tuple[list[_Integral], NDArray[np.int32]]:
        """The form's integrals, and the cell of each local matrix.

        Integrals by different quadrature rules over the same facets add to the same matrices.
        """
        offsets = self._form.ufcx_form.form_integral_offsets
        found: list[_Integral] = []
        owners: list[NDArray[np.int32]] = []
        for number, kind in enumerate(KINDS):
            for place in range(offsets[number + 1] - offsets[number]):
                width = 1 if kind == IntegralType.cell else 2
                domain = self._form._cpp_object.domains(kind, place)
                entities = np.asarray(domain, dtype=np.int32).reshape(-1, width)
                alike = [one for one in found if np.array_equal(one.entities, entities)]
                first = alike[0].first_row if alike else sum(map(len, owners))
                if not alike:
                    owners.append(entities[:, 0])
                found.append(_Integral(kind, place, entities, first))
        return found, np.concatenate(owners)

    def _prepared_calls(self) -> Iterator[tuple[Callable[..., None], tuple]]:
        """Kernel and arguments of each cell and facet; they point into arrays kept here."""
        form, mesh, ffi = self._form, self._form.mesh, self._form.module.ffi
        self._kept: list[NDArray] = []

        def pointer(kind: str, array: NDArray, row: int) -> object:
            return ffi.cast(f"{kind} *", array.ctypes.data + row * array.strides[0])

        for number, one in enumerate(self._integrals):
            kernel = form.ufcx_form.form_integrals[number].tabulate_tensor_float64
            cells = one.entities[:, 0]
            corners = np.ascontiguousarray(mesh.geometry.x[mesh.geometry.dofmaps[0][cells]])
            facets, turns = (np.zeros(len(cells), dtype=of) for of in (np.int32, np.uint8))
            if one.kind != IntegralType.cell:
                facets[:] = one.entities[:, 1]
                if form._cpp_object.needs_facet_permutations:
                    mesh.topology.create_entity_permutations()
                    known = mesh.topology.get_facet_permutations()
                    turns[:] = known.reshape(-1, mesh.topology.dim + 1)[cells, facets]
            values = self._packed[(one.kind, one.place)].reshape(len(cells), -1)
            self._kept += [corners, facets, turns]
            for row in range(len(cells)):
                arguments = (
                    pointer("double", self._local, one.first_row + row),
                    pointer("double", values, row),
                    pointer("double", self._constants, 0),
                    pointer("double", corners, row),
                    pointer("int", facets, row),
                    pointer("uint8_t", turns, row),
                    ffi.NULL,
                )
                yield kernel, arguments

    def _make_pattern(self, dofs: Places) -> None:
        """Finds where each entry of each local matrix goes, and makes the matrix."""
        width, size = dofs.shape[1], self._size
        entry = np.repeat(dofs, width, axis=1).ravel() * size + np.tile(dofs, (1, width)).ravel()
        present, self._place = np.unique(entry, return_inverse=True)
        self._rows, self._columns = present // size, (present % size).astype(np.int32)
        self._starts = np.searchsorted(self._rows, np.arange(size + 1)).astype(np.int32)
        self._values = np.zeros(len(present))
        csr = (self._starts, self._columns, self._values)
        self.matrix = PETSc.Mat().createAIJWithArrays((size, size), csr, comm=PETSc.COMM_SELF)

    def _take_out(self, fixed: NDArray[np.int32], summed: NDArray[np.int32]) -> None:
        is_fixed, is_summed = (np.isin(np.arange(self._size), one) for one in (fixed, summed))
        row, column = self._rows, self._columns
        held = is_fixed[row] | is_fixed[column]
        self._of_row = np.flatnonzero(is_summed[row] & ~held)
        self._of_column = np.flatnonzero(is_summed[column] & ~held)
        out = held | is_summed[row] | is_summed[column]
        self._out, self._diagonal = np.flatnonzero(out), np.flatnonzero(out & (row == column))

    def assemble(self) -> tuple[Array, Array]:
        """Assembles with the present coefficients of the form.

        Returns:
            Sum of the rows and sum of the columns of the ``summed`` unknowns, as they are
            before these are taken out, without ``fixed`` ones.
        """
        self._constants[:] = fem.pack_constants(self._form)
        for key, values in fem.pack_coefficients(self._form).items():
            self._packed[key][:] = values
        self._local[:] = 0.0
        for kernel, arguments in self._calls:
            kernel(*arguments)
        values, of_row, of_column = self._values, self._of_row, self._of_column
        values[:] = np.bincount(self._place, self._local.ravel(), len(values))
        row = np.bincount(self._columns[of_row], values[of_row], self._size)
        column = np.bincount(self._rows[of_column], values[of_column], self._size)
        values[self._out] = 0.0
        values[self._diagonal] = 1.0
        self.matrix.stateIncrease()
        return row, column
