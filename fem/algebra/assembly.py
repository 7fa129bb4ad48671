"""Assembles one bilinear form over and over into a matrix of fixed pattern, on one rank.

PETSc looks up where each entry of each cell's matrix goes every time it assembles, which
takes two thirds of it. Here the places are looked up once; the form's compiled kernels fill
one local matrix after the other, which is added up while it is at hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import napress.meshes.backend  # noqa: F401  orders the imports below

import numpy as np
from dolfinx import fem
from dolfinx.fem import IntegralType
from numpy.typing import NDArray
from petsc4py import PETSc

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
    """An integral of a form: its kernel, of what kind and which of these it is, and over what.

    ``entities`` are cells, or pairs of cell and local facet, one per row.
    """

    kernel: Any
    kind: IntegralType
    place: int
    entities: NDArray[np.int32]


class FixedPatternMatrix:
    """A square matrix assembled from one form, with some unknowns taken out.

    Attributes:
        matrix: The matrix; its entries are those of the last ``assemble``.

    Args:
        form: Compiled form on one rank, of integrals over cells and exterior facets.
        fixed: Unknowns whose rows and columns become those of the identity.
        summed: More of them; their rows and columns are summed up first.

    Raises:
        cffi.VerificationError: If there is no C compiler.
    """

    def __init__(self, form: fem.Form, fixed: NDArray[np.int32], summed: NDArray[np.int32]) -> None:
        self._form = form
        dofmap = form.function_spaces[0].dofmap
        self._size = dofmap.index_map.size_local * dofmap.index_map_bs
        integrals = self._find_integrals()
        dofs = dofmap.map()[np.concatenate([one.entities[:, 0] for one in integrals])]
        self._packed = {key: values.copy() for key, values in fem.pack_coefficients(form).items()}
        self._constants = fem.pack_constants(form).copy()
        places = self._make_pattern(dofs.astype(np.int64))
        self._loop = compiled_module(DECLARATION, LOOP)
        self._kept: list[NDArray] = []
        ends = np.cumsum([len(one.entities) for one in integrals])[:-1]
        self._calls = [
            self._prepared_call(*each)
            for each in zip(integrals, np.split(places, ends), strict=True)
        ]
        self._take_out(fixed, summed)

    def _find_integrals(self) -> list[_Integral]:
        compiled = self._form.ufcx_form
        offsets = compiled.form_integral_offsets
        found: list[_Integral] = []
        for number, kind in enumerate(KINDS):
            for place in range(offsets[number + 1] - offsets[number]):
                width = 1 if kind == IntegralType.cell else 2
                domain = self._form._cpp_object.domains(kind, place)
                entities = np.asarray(domain, dtype=np.int32).reshape(-1, width)
                kernel = compiled.form_integrals[len(found)].tabulate_tensor_float64
                found.append(_Integral(kernel, kind, place, entities))
        return found

    def _prepared_call(self, one: _Integral, places: NDArray[np.int32]) -> tuple:
        """Arguments of the loop over an integral; they point into arrays kept here.

        Args:
            one: The integral.
            places: Entry of the matrix that each entry of each local matrix adds to,
                (entities, width²).
        """
        form, mesh = self._form, self._form.mesh
        cells, count = one.entities[:, 0], len(one.entities)
        width = round(np.sqrt(places.shape[1]))
        corners = np.ascontiguousarray(mesh.geometry.x[mesh.geometry.dofmaps[0][cells]])
        facets, turns = (np.zeros(count, dtype=of) for of in (np.int32, np.uint8))
        if one.kind != IntegralType.cell:
            facets[:] = one.entities[:, 1]
            if form._cpp_object.needs_facet_permutations:
                mesh.topology.create_entity_permutations()
                known = mesh.topology.get_facet_permutations()
                turns[:] = known.reshape(-1, mesh.topology.dim + 1)[cells, facets]
        coefficients = self._packed[(one.kind, one.place)]
        local = np.zeros(width**2)
        self._kept += [corners, facets, turns, places, local]
        address = form.module.ffi.cast("uintptr_t", one.kernel)

        def pointer(kind: str, array: NDArray) -> object:
            return self._loop.ffi.cast(f"{kind} *", array.ctypes.data)

        return (
            self._loop.ffi.cast("void *", int(address)),
            count,
            width,
            pointer("double", coefficients),
            coefficients.size // max(count, 1),
            pointer("double", self._constants),
            pointer("double", corners),
            corners.size // max(count, 1),
            pointer("int", facets),
            pointer("uint8_t", turns),
            pointer("int", places),
            pointer("double", local),
            pointer("double", self._values),
        )

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
        self._constants[:] = fem.pack_constants(self._form)
        for key, values in fem.pack_coefficients(self._form).items():
            self._packed[key][:] = values
        values, of_row, of_column = self._values, self._of_row, self._of_column
        values[:] = 0.0
        for arguments in self._calls:
            self._loop.lib.add_up(*arguments)
        row = np.bincount(self._columns[of_row], values[of_row], self._size)
        column = np.bincount(self._rows[of_column], values[of_column], self._size)
        values[self._out] = 0.0
        values[self._diagonal] = 1.0
        self.matrix.stateIncrease()
        return row, column
