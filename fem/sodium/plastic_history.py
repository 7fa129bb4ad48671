"""What plastic flow leaves behind in the metal, and the stress directions of the iteration."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import napress.meshes.backend  # noqa: F401  orders the imports below
from napress.meshes.backend import JIT_OPTIONS

import basix
import numpy as np
import ufl
from dolfinx import fem, mesh
from numpy.typing import NDArray

from napress.fem.algebra import tensors
from napress.fem.algebra.tensors import embed
from napress.fem.history_field import BY_HOLDER, CELLS, INTERPOLATED, HistoryField
from napress.fem.inputs.materials import PlasticMetal
from napress.fem.sodium.plasticity import ReturnMapping
from napress.fem.sodium.state import StressDirection
from napress.fem.sodium.weak_form import BULK_DEGREE, SodiumFields

Array = NDArray[np.float64]


class PlasticHistory:
    """The metal's state at this rank's cell points, between the steps and within one.

    Arrays are shaped (cells, points), or (cells, points, 6) for packed tensors.

    Args:
        body: The sodium's mesh.
        metal: Its material.
        fields: Functions of the forms; the history lives in them.
        mapping: Return mapping at the present iterate.
    """

    def __init__(
        self, body: mesh.Mesh, metal: PlasticMetal, fields: SodiumFields, mapping: ReturnMapping
    ) -> None:
        self._mesh, self._metal, self._fields = body, metal, fields
        dimension = body.topology.dim
        self.cells = np.arange(body.topology.index_map(dimension).size_local, dtype=np.int32)
        self._rule = basix.make_quadrature(body.basix_cell(), BULK_DEGREE[dimension])[0]
        self._shape = (len(self.cells), len(self._rule))
        places = fields.plastic_strain.function_space.dofmap.list[self.cells].ravel()
        # What is stored point by point needs no looking up, which costs more than the copy.
        if not np.array_equal(places, np.arange(len(places))):
            raise RuntimeError("quadrature points are not numbered cell by cell")
        fields.volume_before.x.array[:] = 1.0
        virgin = np.zeros((*self._shape, 6))
        virgin[..., :3] = 1.0
        self.restart(virgin, np.zeros(self._shape))
        self._trial = self._expression(
            tensors.pack(mapping.trial_deviator) + [mapping.direction_weight]
        )
        self._returned = self._expression(
            tensors.pack(mapping.inverse_plastic) + [mapping.plastic_strain]
        )

    def _expression(self, components: list) -> fem.Expression:
        return fem.Expression(ufl.as_vector(components), self._rule, jit_options=JIT_OPTIONS)

    def _values(self, expression: fem.Expression) -> Array:
        return expression.eval(self._mesh, self.cells).reshape(*self._shape, -1)

    def _tensor(self, function: fem.Function) -> Array:
        count = 6 * self._shape[0] * self._shape[1]
        return function.x.array[:count].reshape(*self._shape, 6).copy()

    def _set_tensor(self, function: fem.Function, values: Array) -> None:
        function.x.array[: values.size] = values.ravel()

    def _scalar(self, function: fem.Function) -> Array:
        return function.x.array[: self._shape[0] * self._shape[1]].reshape(self._shape).copy()

    def _set_scalar(self, function: fem.Function, values: Array) -> None:
        function.x.array[: values.size] = values.ravel()

    # --- from step to step -----------------------------------------------------

    def inverse_plastic(self) -> Array:
        """Committed inverse plastic right Cauchy-Green tensor."""
        return self._tensor(self._fields.inverse_plastic_before)

    def plastic_strain(self) -> Array:
        """Committed equivalent plastic strain."""
        return self._scalar(self._fields.plastic_strain_before)

    def volume_before(self) -> Array:
        """Metal volume over stress-free volume that the mesh stands for; 1 at first."""
        return self._scalar(self._fields.volume_before)

    def restart(self, inverse_plastic: Array, plastic_strain: Array) -> None:
        """Sets a committed state that no flow has led to."""
        self._earlier_inverse, self._earlier_strain = inverse_plastic, plastic_strain
        self._set_committed(inverse_plastic, plastic_strain)

    def commit(self, continues: bool = False) -> None:
        """Makes the plastic state of the present iterate the committed one.

        Args:
            continues: Whether that only settles the last step, and is none of its own.
        """
        values = self._values(self._returned)
        inverse = values[..., :6]
        # Rounding would let the plastic volume drift over thousands of steps.
        inverse = _unimodular(inverse)
        if not continues:
            self._earlier_inverse, self._earlier_strain = (
                self.inverse_plastic(),
                self.plastic_strain(),
            )
        self._set_committed(inverse, values[..., 6])

    def lead(self, share: float) -> None:
        """Has the present step start from flow that has gone on by a share of the last step's.

        Implicit Euler takes the direction of flow from the motion since the committed
        state. From this start it takes that of the two-step backward difference, which is
        second order in the step. Volume, contact and what is committed are not touched.

        Args:
            share: Of the last step's flow; 0 starts from the committed state.
        """
        inverse, strain = self.inverse_plastic(), self.plastic_strain()
        if share != 0.0:
            inverse = _unimodular(inverse + share * (inverse - self._earlier_inverse))
            strain = strain + share * (strain - self._earlier_strain)
        self._set_start(inverse, strain)

    def _set_committed(self, inverse: Array, strain: Array) -> None:
        self._set_tensor(self._fields.inverse_plastic_before, inverse)
        self._set_scalar(self._fields.plastic_strain_before, strain)
        self._set_start(inverse, strain)

    def _set_start(self, inverse: Array, strain: Array) -> None:
        self._set_tensor(self._fields.inverse_plastic, inverse)
        self._set_scalar(self._fields.plastic_strain, strain)

    def history(self) -> tuple[HistoryField, ...]:
        """What is remembered: committed, a step earlier, and what the last step started from."""
        fields = self._fields

        def keep(name: str) -> Callable[[Array], None]:
            return lambda values: setattr(self, name, np.array(values))

        return (
            # The metal carries its elastic state to where nodes move; and the one it would
            # have without the flow of the last step, so that this is still known there.
            HistoryField(
                "inverse_plastic",
                CELLS,
                INTERPOLATED,
                self.inverse_plastic,
                lambda values: self._set_tensor(fields.inverse_plastic_before, values),
                leave=lambda: self._elastic(self.inverse_plastic()),
                arrive=self._arrive,
            ),
            HistoryField(
                "plastic_strain",
                CELLS,
                INTERPOLATED,
                self.plastic_strain,
                lambda values: self._set_scalar(fields.plastic_strain_before, values),
                arrive=self._arrive_strain,
            ),
            HistoryField(
                "earlier_inverse_plastic",
                CELLS,
                INTERPOLATED,
                lambda: self._earlier_inverse,
                keep("_earlier_inverse"),
                leave=lambda: self._elastic(self._earlier_inverse),
                arrive=lambda values: keep("_earlier_inverse")(self._pulled_back(values)),
            ),
            HistoryField(
                "earlier_plastic_strain",
                CELLS,
                INTERPOLATED,
                lambda: self._earlier_strain,
                keep("_earlier_strain"),
            ),
            HistoryField(
                "start_inverse_plastic",
                CELLS,
                BY_HOLDER,
                lambda: self._tensor(fields.inverse_plastic),
                lambda values: self._set_tensor(fields.inverse_plastic, values),
            ),
            HistoryField(
                "start_plastic_strain",
                CELLS,
                BY_HOLDER,
                lambda: self._scalar(fields.plastic_strain),
                lambda values: self._set_scalar(fields.plastic_strain, values),
            ),
            HistoryField(
                "volume_before",
                CELLS,
                BY_HOLDER,
                self.volume_before,
                lambda values: self._set_scalar(fields.volume_before, values),
            ),
        )

    # --- nodes that are moved --------------------------------------------------

    @cached_property
    def _motion(self) -> fem.Expression:
        """Present position, pressure and deformation gradient."""
        dimension = self._mesh.geometry.dim
        displacement, pressure = ufl.split(self._fields.state)
        gradient = embed(ufl.grad(displacement), dimension) + ufl.Identity(3)
        position = ufl.SpatialCoordinate(self._mesh) + displacement
        parts = [position[i] for i in range(dimension)] + [pressure]
        return self._expression(parts + [gradient[i, j] for i in range(3) for j in range(3)])

    def _moved(self) -> tuple[Array, Array, Array]:
        dimension = self._mesh.geometry.dim
        values = self._values(self._motion)
        gradient = values[..., dimension + 1 :].reshape(*values.shape[:2], 3, 3)
        return values[..., :dimension], values[..., dimension], gradient

    def position(self) -> Array:
        """Where the cell points are now, (cells, points, dimension), µm."""
        return self._moved()[0]

    def _elastic(self, inverse_plastic: Array) -> Array:
        """Isochoric elastic left Cauchy-Green tensor at the present motion."""
        gradient = self._moved()[2]
        plastic = tensors.as_matrix(inverse_plastic)
        ratio = np.linalg.det(gradient)[..., None, None]
        elastic = ratio ** (-2 / 3) * gradient @ plastic @ np.swapaxes(gradient, -1, -2)
        return tensors.from_matrix(elastic)

    def _pulled_back(self, elastic: Array) -> Array:
        """Inverse plastic tensor that has an elastic one at the present motion."""
        gradient = self._moved()[2]
        back = np.linalg.inv(gradient)
        whole = tensors.as_matrix(_unimodular(elastic))
        plastic = np.linalg.det(gradient)[..., None, None] ** (2 / 3) * back @ whole
        return tensors.from_matrix(plastic @ np.swapaxes(back, -1, -2))

    def _arrive(self, elastic: Array) -> None:
        """Takes over an elastic state on moved nodes, and the volume that goes with it."""
        inverse = self._pulled_back(elastic)
        self._set_tensor(self._fields.inverse_plastic_before, inverse)
        self._set_tensor(self._fields.inverse_plastic, inverse)
        _, pressure, gradient = self._moved()
        bulk = self._metal.young_MPa / (3 * (1 - 2 * self._metal.poisson))
        dense = (1 + pressure / bulk) / np.linalg.det(gradient)
        self._set_scalar(self._fields.volume_before, dense)

    def _arrive_strain(self, strain: Array) -> None:
        strain = np.maximum(strain, 0.0)
        self._set_scalar(self._fields.plastic_strain_before, strain)
        self._set_scalar(self._fields.plastic_strain, strain)

    # --- within a step ---------------------------------------------------------

    def stress_direction(self) -> StressDirection:
        """Trial stress of the present iterate."""
        values = self._values(self._trial)
        trial = values[..., :6]
        floor = (1e-8 * self._metal.yield_MPa) ** 2
        return StressDirection(trial, np.sqrt(tensors.inner(trial, trial) + floor), values[..., 6])

    def freeze_directions(self, current: Array, dual: Array, weight: Array) -> None:
        """Sets the directions the tangent is built with, and their weight."""
        self._set_tensor(self._fields.current_direction, current)
        self._set_tensor(self._fields.dual_direction, dual)
        self._set_scalar(self._fields.direction_weight, weight)

    def directions(self) -> tuple[Array, Array, Array]:
        """What ``freeze_directions`` was given."""
        fields = self._fields
        current, dual = (
            self._tensor(one) for one in (fields.current_direction, fields.dual_direction)
        )
        return current, dual, self._scalar(fields.direction_weight)


def _unimodular(packed: Array) -> Array:
    """Packed tensors scaled to a determinant of 1."""
    return packed / np.cbrt(tensors.determinant(packed))[..., None]
