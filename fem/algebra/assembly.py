"""Assembles one bilinear form over and over: into a matrix of fixed pattern, or in places.

PETSc looks up where each entry of each cell's matrix goes every time it assembles, which
takes two thirds of it. Here the places are looked up once; the form's compiled kernels fill
one local matrix after the other, which is added up while it is at hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import napress.meshes.backend  # noqa: F401  orders the imports below

import numpy as np
from dolfinx import fem
from dolfinx.fem import IntegralType
from numpy.typing import NDArray
from petsc4py import PETSc
from scipy import sparse

from napress.fem.algebra.compiled import compiled_module

Array = NDArray[np.float64]
Places = NDArray[np.int64]
KINDS = (IntegralType.cell, IntegralType.exterior_facet)
DECLARATION = """
void add_up(void *kernel, int entities, int width,
            const double *coefficients, int per_entity, const double *constants,
            const double *corners, int per_cell, const int *facets, const uint8_t *turns,
            const int *places, double *local, double *values);
"""
# The kernel is one of FFCx's; its argument types are those of ``ufcx_tabulate_tensor_float64``.
LOOP = """
#include <stdint.h>
#include <string.h>

typedef void (*kernel_of_form)(double *, const double *, const double *, const double *,
                               const int *, const uint8_t *, void *);

void add_up(void *kernel, int entities, int width,
            const double *coefficients, int per_entity, const double *constants,
            const double *corners, int per_cell, const int *facets, const uint8_t *turns,
            const int *places, double *local, double *values)
{
    const int size = width * width;
    for (int entity = 0; entity < entities; ++entity) {
        memset(local, 0, size * sizeof(double));
        ((kernel_of_form)kernel)(local, coefficients, constants, corners, facets, turns, NULL);
        for (int entry = 0; entry < size; ++entry)
            values[places[entry]] += local[entry];
        coefficients += per_entity;
        corners += per_cell;
        facets += 1;
        turns += 1;
        places += size;
    }
}
"""


@dataclass(frozen=True)
class _Integral:
    """An integral of a form over some cells or facets, one row for each.

    ``corners`` are those of the cell, ``facets`` and ``turns`` the facet's local number and how
    it is turned; ``dofs`` are the unknowns of the local matrices, (n, width).
    """

    kernel: Any
    coefficients: Array
    corners: Array
    facets: NDArray[np.int32]
    turns: NDArray[np.uint8]
    dofs: Places

    def rows(self, chosen: Places) -> _Integral:
        """The same over some of its cells or facets."""
        parts = (self.coefficients, self.corners, self.facets, self.turns, self.dofs)
        return _Integral(self.kernel, *(part[chosen] for part in parts))


class CellMatrices:
    """Local matrices of a bilinear form: those of its cells, and of exterior facets.

    Args:
        form: Compiled form, of integrals over cells and exterior facets.

    Raises:
        cffi.VerificationError: If there is no C compiler.
    """

    def __init__(self, form: fem.Form) -> None:
        self._form = form
        self._packed = {key: values.copy() for key, values in fem.pack_coefficients(form).items()}
        self._constants = fem.pack_constants(form).copy()
        self._loop = compiled_module(DECLARATION, LOOP)
        self.integrals = list(self._find_integrals())

    def _find_integrals(self) -> Iterator[_Integral]:
        form, mesh, compiled = self._form, self._form.mesh, self._form.ufcx_form
        offsets, dofs, number = compiled.form_integral_offsets, form.function_spaces[0].dofmap, 0
        for order, kind in enumerate(KINDS):
            for place in range(offsets[order + 1] - offsets[order]):
                width = 1 if kind == IntegralType.cell else 2
                domain = np.asarray(form._cpp_object.domains(kind, place), dtype=np.int32)
                entities = domain.reshape(-1, width)
                cells, count = entities[:, 0], len(entities)
                corners = np.ascontiguousarray(mesh.geometry.x[mesh.geometry.dofmaps[0][cells]])
                facets, turns = (np.zeros(count, dtype=of) for of in (np.int32, np.uint8))
                if kind != IntegralType.cell:
                    facets[:] = entities[:, 1]
                    if form._cpp_object.needs_facet_permutations:
                        mesh.topology.create_entity_permutations()
                        known = mesh.topology.get_facet_permutations()
                        turns[:] = known.reshape(-1, mesh.topology.dim + 1)[cells, facets]
                values = self._packed[(kind, place)]
                # A rank may have none, and then no width can be told from the others.
                yield _Integral(
                    compiled.form_integrals[number].tabulate_tensor_float64,
                    values.reshape(count, values.size // max(count, 1)),
                    corners.reshape(count, corners.shape[1] * corners.shape[2]),
                    facets,
                    turns,
                    dofs.map()[cells].astype(np.int64),
                )
                number += 1

    def refresh(self) -> None:
        """Takes over the present coefficients of the form."""
        self._constants[:] = fem.pack_constants(self._form)
        for key, values in fem.pack_coefficients(self._form).items():
            self._packed[key][:] = values

    def add(self, one: _Integral, places: NDArray[np.int32], values: Array) -> None:
        """Adds up the local matrices of an integral.

        Args:
            one: The integral, or some rows of one.
            places: Where in ``values`` each entry of each local matrix belongs, (n, width²).
            values: What they are added to.
        """
        count, width = one.dofs.shape
        local = np.zeros(width**2)

        def pointer(kind: str, array: NDArray) -> object:
            return self._loop.ffi.cast(f"{kind} *", array.ctypes.data)

        address = self._form.module.ffi.cast("uintptr_t", one.kernel)
        self._loop.lib.add_up(
            self._loop.ffi.cast("void *", int(address)),
            count,
            width,
            pointer("double", one.coefficients),
            one.coefficients.shape[1],
            pointer("double", self._constants),
            pointer("double", one.corners),
            one.corners.shape[1],
            pointer("int", one.facets),
            pointer("uint8_t", one.turns),
            pointer("int", places),
            pointer("double", local),
            pointer("double", values),
        )

    def among(self, number: Places, size: int) -> sparse.csr_array:
        """Part of the matrix among some unknowns that this rank's cells give.

        Args:
            number: The number of each unknown of this rank among them, -1 of all others.
            size: How many they are.
        """
        self.refresh()
        parts = []
        for one in self.integrals:
            near = one.rows(np.flatnonzero((number[one.dofs] >= 0).any(axis=1)))
            numbers, width = number[near.dofs], near.dofs.shape[1]
            row, column = np.repeat(numbers, width, axis=1), np.tile(numbers, (1, width))
            values = np.zeros(row.shape)
            self.add(near, np.arange(values.size, dtype=np.int32), values)
            inside = (row >= 0) & (column >= 0)
            parts.append((row[inside], column[inside], values[inside]))
        row, column, value = (np.concatenate(each) for each in zip(*parts, strict=True))
        return sparse.csr_array((value, (row, column)), shape=(size, size))


class FixedPatternMatrix:
    """A square matrix on one rank, assembled again and again, with some unknowns taken out.

    Attributes:
        matrix: The matrix; its entries are those of the last ``assemble``.

    Args:
        cells: The local matrices it is assembled from.
        size: Number of unknowns.
        fixed: Unknowns whose rows and columns become those of the identity.
        summed: More of them; their rows and columns are summed up first.
    """

    def __init__(
        self,
        cells: CellMatrices,
        size: int,
        fixed: NDArray[np.int32],
        summed: NDArray[np.int32],
    ) -> None:
        self._cells, self._size = cells, size
        dofs = np.concatenate([one.dofs for one in cells.integrals])
        ends = np.cumsum([len(one.dofs) for one in cells.integrals])[:-1]
        self._places = np.split(self._make_pattern(dofs), ends)
        self._take_out(fixed, summed)

    def _make_pattern(self, dofs: Places) -> NDArray[np.int32]:
        """Makes the matrix.

        Args:
            dofs: Unknowns of each local matrix, (matrices, width).

        Returns:
            Entry of the matrix that each entry of each local matrix adds to, (matrices, width²).
        """
        width, size = dofs.shape[1], self._size
        entry = np.repeat(dofs, width, axis=1) * size + np.tile(dofs, (1, width))
        present, place = np.unique(entry, return_inverse=True)
        self._rows, self._columns = present // size, (present % size).astype(np.int32)
        self._starts = np.searchsorted(self._rows, np.arange(size + 1)).astype(np.int32)
        self._values = np.zeros(len(present))
        csr = (self._starts, self._columns, self._values)
        self.matrix = PETSc.Mat().createAIJWithArrays((size, size), csr, comm=PETSc.COMM_SELF)
        return np.ascontiguousarray(place.reshape(entry.shape), dtype=np.int32)

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
        self._cells.refresh()
        values, of_row, of_column = self._values, self._of_row, self._of_column
        values[:] = 0.0
        for one, places in zip(self._cells.integrals, self._places, strict=True):
            self._cells.add(one, places, values)
        row = np.bincount(self._columns[of_row], values[of_row], self._size)
        column = np.bincount(self._rows[of_column], values[of_column], self._size)
        values[self._out] = 0.0
        values[self._diagonal] = 1.0
        self.matrix.stateIncrease()
        return row, column

    def among(self, unknowns: Places) -> sparse.csr_array:
        """The matrix among some unknowns, ascending, with the present coefficients.

        As :meth:`CellMatrices.among`; the pattern being known, nothing has to be sorted.
        """
        self._cells.refresh()
        number = np.full(self._size, -1)
        number[unknowns] = np.arange(len(unknowns))
        values = np.zeros(len(self._values))
        for one, places in zip(self._cells.integrals, self._places, strict=True):
            near = np.flatnonzero((number[one.dofs] >= 0).any(axis=1))
            self._cells.add(one.rows(near), places[near], values)
        first, count = self._starts[unknowns], np.diff(self._starts)[unknowns]
        ends = np.cumsum(count)
        entries = np.arange(ends[-1]) + np.repeat(first - ends + count, count)
        column = number[self._columns[entries]]
        inside = column >= 0
        starts = np.r_[0, np.cumsum(inside)[ends - 1]]
        content = (values[entries[inside]], column[inside], starts)
        return sparse.csr_array(content, shape=(len(unknowns),) * 2)
