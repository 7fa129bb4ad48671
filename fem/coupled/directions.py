"""Directions of flow along Newton's iterations, for the primal-dual tangent."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from napress.fem.algebra import tensors
from napress.fem.sodium.body import Sodium
from napress.fem.sodium.state import StressDirection

Array = NDArray[np.float64]


class Directions:
    """Trial stress direction n and dual direction m along the iterations."""

    def __init__(self, sodium: Sodium) -> None:
        self._sodium = sodium
        self._stress = sodium.plastic.stress_direction()
        self._current = self._unit(self._stress)
        self._freeze(self._stress, self._current)

    @staticmethod
    def _unit(stress: StressDirection) -> Array:
        return stress.trial / stress.norm[..., None]

    def _freeze(self, stress: StressDirection, dual: Array) -> None:
        plastic = stress.weight < 0
        self._dual = np.where(plastic[..., None], dual, self._current)
        self._sodium.plastic.freeze_directions(self._current, self._dual, stress.weight)

    def kept(self) -> tuple[StressDirection, Array, Array]:
        """What `take_back` needs to go back here."""
        return self._stress, self._current, self._dual

    def take_back(self, kept: tuple[StressDirection, Array, Array]) -> None:
        """Goes back to where ``kept`` was called."""
        self._stress, self._current, dual = kept
        self._freeze(self._stress, dual)

    def restart(self) -> None:
        """Takes the directions from before the start was led as the dual ones.

        What leading does to the trial stress is no motion to linearise. Stress turns little
        from step to step: its old direction is the best guess at the new one.
        """
        before = self._current
        self._stress = self._sodium.plastic.stress_direction()
        self._current = self._unit(self._stress)
        self._freeze(self._stress, before)

    def consistent(self) -> None:
        """Takes the stress directions as the dual ones: the consistent tangent."""
        self._freeze(self._stress, self._current)

    def follow(self) -> None:
        """Goes on after a move along no direction of Newton's, with the consistent tangent."""
        self._stress = self._sodium.plastic.stress_direction()
        self._current = self._unit(self._stress)
        self.consistent()

    def update(self, step: float) -> None:
        """Advances both directions after a move of the given step length."""
        stress = self._sodium.plastic.stress_direction()
        change = stress.trial - self._stress.trial
        change -= self._dual * tensors.inner(self._current, change)[..., None]
        change /= self._stress.norm[..., None]
        dual = self._dual + step * (self._current - self._dual)
        dual += change
        dual /= np.maximum(tensors.norm(dual), 1.0)[..., None]
        self._stress, self._current = stress, self._unit(stress)
        self._freeze(stress, dual)
