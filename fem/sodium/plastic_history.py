"""What plastic flow leaves behind in the metal, and the stress directions of the iteration."""

from __future__ import annotations

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
        self._tensor_points = fields.inverse_plastic.function_space.dofmap.list[self.cells]
        self._scalar_points = fields.plastic_strain.function_space.dofmap.list[self.cells]
        self._rule = basix.make_quadrature(body.basix_cell(), BULK_DEGREE[dimension])[0]
        fields.inverse_plastic.x.array.reshape(-1, 6)[:, :3] = 1.0
        fields.volume_before.x.array[:] = 1.0
        self._trial = self._expression(
            tensors.pack(mapping.trial_deviator) + [mapping.direction_weight]
        )
        self._returned = self._expression(
            tensors.pack(mapping.inverse_plastic) + [mapping.plastic_strain]
        )

    def _expression(self, components: list) -> fem.Expression:
        vector = ufl.algorithms.expand_derivatives(ufl.as_vector(components))
        return fem.Expression(vector, self._rule, jit_options=JIT_OPTIONS)

    def _values(self, expression: fem.Expression) -> Array:
        values = expression.eval(self._mesh, self.cells)
        return values.reshape(len(self.cells), len(self._rule), -1)

    def _tensor(self, function: fem.Function) -> Array:
        return function.x.array.reshape(-1, 6)[self._tensor_points]

    def _set_tensor(self, function: fem.Function, values: Array) -> None:
        function.x.array.reshape(-1, 6)[self._tensor_points] = values

    # --- from step to step -----------------------------------------------------

    def inverse_plastic(self) -> Array:
        """Committed inverse plastic right Cauchy-Green tensor."""
        return self._tensor(self._fields.inverse_plastic)

    def plastic_strain(self) -> Array:
        """Committed equivalent plastic strain."""
        return self._fields.plastic_strain.x.array[self._scalar_points]

    def volume_before(self) -> Array:
        """Metal volume over stress-free volume that the mesh stands for; 1 at first."""
        return self._fields.volume_before.x.array[self._scalar_points]

    def set_inverse_plastic(self, values: Array) -> None:
        """Sets the committed inverse plastic tensor."""
        self._set_tensor(self._fields.inverse_plastic, values)

    def set_plastic_strain(self, values: Array) -> None:
        """Sets the committed equivalent plastic strain."""
        self._fields.plastic_strain.x.array[self._scalar_points] = values

    def set_volume_before(self, values: Array) -> None:
        """Sets what ``volume_before`` returns."""
        self._fields.volume_before.x.array[self._scalar_points] = values

    def commit(self) -> None:
        """Makes the plastic state of the present iterate the committed one."""
        values = self._values(self._returned)
        inverse = values[..., :6]
        # Rounding would let the plastic volume drift over thousands of steps.
        inverse = inverse / np.cbrt(tensors.determinant(inverse))[..., None]
        self.set_inverse_plastic(inverse)
        self.set_plastic_strain(values[..., 6])

    def history(self) -> tuple[HistoryField, ...]:
        """What is remembered; the metal carries its elastic state to where nodes move."""
        return (
            HistoryField(
                "inverse_plastic",
                CELLS,
                INTERPOLATED,
                self.inverse_plastic,
                self.set_inverse_plastic,
                leave=self._elastic,
                arrive=self._arrive,
            ),
            HistoryField(
                "plastic_strain",
                CELLS,
                INTERPOLATED,
                self.plastic_strain,
                self.set_plastic_strain,
                arrive=lambda values: self.set_plastic_strain(np.maximum(values, 0.0)),
            ),
            # Found anew with the elastic state.
            HistoryField(
                "volume_before", CELLS, BY_HOLDER, self.volume_before, self.set_volume_before
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

    def _elastic(self) -> Array:
        """Isochoric elastic left Cauchy-Green tensor of the committed state."""
        gradient = self._moved()[2]
        plastic = tensors.as_matrix(self.inverse_plastic())
        ratio = np.linalg.det(gradient)[..., None, None]
        elastic = ratio ** (-2 / 3) * gradient @ plastic @ np.swapaxes(gradient, -1, -2)
        return tensors.from_matrix(elastic)

    def _arrive(self, values: Array) -> None:
        """Takes over an elastic state on moved nodes, and the volume that goes with it."""
        _, pressure, gradient = self._moved()
        elastic = tensors.as_matrix(values)
        elastic = elastic / np.cbrt(np.linalg.det(elastic))[..., None, None]
        ratio = np.linalg.det(gradient)
        back = np.linalg.inv(gradient)
        plastic = ratio[..., None, None] ** (2 / 3) * back @ elastic
        plastic = plastic @ np.swapaxes(back, -1, -2)
        self.set_inverse_plastic(tensors.from_matrix(plastic))
        bulk = self._metal.young_MPa / (3 * (1 - 2 * self._metal.poisson))
        self.set_volume_before((1 + pressure / bulk) / ratio)

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
        self._fields.direction_weight.x.array[self._scalar_points] = weight

    def directions(self) -> tuple[Array, Array, Array]:
        """What ``freeze_directions`` was given."""
        fields = self._fields
        current, dual = (
            self._tensor(one) for one in (fields.current_direction, fields.dual_direction)
        )
        return current, dual, fields.direction_weight.x.array[self._scalar_points]
