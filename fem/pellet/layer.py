"""The sodium between punch and pellet as a thin rigid-plastic layer with elastic volume.

Slab theory: metal that sticks to both faces flows along the layer only where the
pressure falls by 2k/h per length, k its shear yield stress and h the local
thickness; a smaller gradient moves nothing. So the pressure is what volume balance
asks for, limited by the friction hill:

    punch advance - recession of the pellet - elastic compression = divergence of flow,
    |grad p| <= 2k/h, flow only at the limit and down the gradient,

and at the rim flow only at the pressure the die clearance holds. The thickness
follows punch, pellet and flow, so a layer that is pressed out thins until its hill
carries the load. For a given thickness this is a convex problem; the limit is
enforced by a flow that grows steeply with the excess of the gradient, and the whole,
with the thickness in the limit, is solved by Newton's method. The same code serves
the radius of an axisymmetric pellet and the half disc of a tilted one.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from napress.fem.pellet.body import Face
from napress.fem.pellet.layer_step import (
    LayerMetal,
    LayerSpace,
    LayerState,
    LayerStep,
    face_gradients,
)
from napress.fem.pellet.support import Condensed, Support

Array = NDArray[np.float64]
# Share of a limit by which gradient and rim pressure may exceed it.
ACCURACY = 1e-3
CORRECTIONS = 40
# The mean pressure grows by this factor per step, or the layer thins by this share.
PRESSURE_RATIO = 1.4
LARGEST_THINNING = 0.15
GROWTH = 1.6
MEAN_TOLERANCE = 1e-7
MAX_STEPS = 400
SUPPORT_ROUNDS = 12


class LayerNotSolved(RuntimeError):
    """No equilibrium of the layer was found; the message says at which pressure."""


class SodiumLayer:
    """The layer on one pellet, pressed with increasing force.

    Attributes:
        state: The last load reached.
    """

    def __init__(
        self,
        face: Face,
        metal: LayerMetal,
        thickness_um: Array,
        support: Support | None = None,
        seating_MPa: float | None = None,
    ) -> None:
        """Starts where the metal has filled the space under the punch and begins to yield.

        Args:
            face: The pellet's upper face.
            metal: The metal.
            thickness_um: Thickness at the vertices when first filled, (points,).
            support: The pellet on its support; None is a rigid pellet.
            seating_MPa: Uniform pressure at that moment; None is the root of 3 times
                the shear yield stress.
        """
        self.face, self.metal, self.support = face, metal, support
        geometry = face_gradients(face)
        self._area = face.area_um2
        start = seating_MPa or math.sqrt(3.0) * metal.shear_yield_MPa
        pressure = np.full(len(self._area), start)
        carrying = np.zeros(0, dtype=bool)
        if support is not None:
            support.update(pressure)
            carrying = support.carrying.copy()
        condensed = self._condensed()
        self._mean_thickness = float(thickness_um @ self._area / self._area.sum())
        lowering = condensed.matrix @ pressure + condensed.constant
        reference = thickness_um - lowering / self._area
        self.state = LayerState(
            start,
            pressure,
            thickness_um.copy(),
            lowering,
            0.0,
            0.0,
            carrying,
            np.zeros(geometry.gradient.shape[:2]),
            np.zeros(len(pressure)),
            np.zeros(len(pressure)),
        )
        corners = face.points_um[face.facets]
        self._space = LayerSpace(
            geometry,
            self._area,
            reference,
            metal,
            float(np.linalg.norm(face.points_um, axis=1).max()),
            float(np.median(np.linalg.norm(corners[:, 1] - corners[:, 0], axis=1))),
        )

    def _condensed(self) -> Condensed:
        if self.support is None:
            count = len(self._area)
            return Condensed(np.zeros((count, count)), np.zeros(count))
        return self.support.condense()

    def fits(self, state: LayerState) -> bool:
        """Whether a state has the shapes of this layer's own."""
        own = vars(self.state)
        return all(np.shape(value) == np.shape(own[name]) for name, value in vars(state).items())

    def press_to(self, mean_MPa: float) -> LayerState:
        """Advances the punch until a mean pressure is reached.

        Args:
            mean_MPa: Mean pressure to reach, above the present one.

        Returns:
            The state there.

        Raises:
            LayerNotSolved: If no step succeeds, or the pressure is below the present one.
            SupportNotFound: If the pellet loses its support.
        """
        if mean_MPa < self.state.mean_MPa * (1 - MEAN_TOLERANCE):
            # A step back would be a flow against its own limit.
            least = f"the {self.state.mean_MPa:.4g} MPa that the sodium layer carries"
            raise LayerNotSolved(f"{mean_MPa:.4g} MPa is below {least}; it cannot be released")
        step = self._first_step()
        for _ in range(MAX_STEPS):
            start = self.state
            if abs(start.mean_MPa / mean_MPa - 1) < MEAN_TOLERANCE:
                return start
            left = float(start.thickness_um @ self._area / self._area.sum())
            step = min(step, LARGEST_THINNING * left)
            reached = self._advance(start, step)
            if reached is None:
                step /= 2
                if step < 1e-9 * left:
                    break
                continue
            if reached.mean_MPa > mean_MPa * (1 + MEAN_TOLERANCE):
                reached = self._stop_at(mean_MPa, start, step, reached)
                if reached is None:
                    break
            self.state = reached
            # Next: the advance that would raise the pressure by the ratio, if all goes on.
            slope = (reached.mean_MPa - start.mean_MPa) / step
            goal = min(mean_MPa, reached.mean_MPa * PRESSURE_RATIO)
            wanted = (goal - reached.mean_MPa) / slope if slope > 0 else 2 * step
            step = min(max(wanted, 1e-3 * step), GROWTH * step)
        text = f"the sodium layer has no equilibrium above {self.state.mean_MPa:.4g}"
        raise LayerNotSolved(f"{text} MPa (punch, clearance or support)")

    def _first_step(self) -> float:
        """Advance for the first rise of pressure if nothing flowed."""
        condensed = self._condensed()
        uniform = np.full(len(self._area), self.state.mean_MPa * (PRESSURE_RATIO - 1))
        sunk = (condensed.matrix @ uniform).sum() / self._area.sum()
        return float(sunk + self._mean_thickness * uniform[0] / self.metal.bulk_MPa)

    def _stop_at(
        self, mean_MPa: float, start: LayerState, step_um: float, beyond: LayerState
    ) -> LayerState | None:
        """Finds the advance that gives a mean pressure between two states."""
        low, high = (0.0, start.mean_MPa), (step_um, beyond.mean_MPa)
        for turn in range(60):
            share = (mean_MPa - low[1]) / (high[1] - low[1])
            if turn % 3 == 2:
                share = 0.5
            trial = low[0] + share * (high[0] - low[0])
            found = self._advance(start, trial)
            if found is None:
                return None
            if abs(found.mean_MPa / mean_MPa - 1) < MEAN_TOLERANCE:
                return found
            if found.mean_MPa < mean_MPa:
                low = (trial, found.mean_MPa)
            else:
                high = (trial, found.mean_MPa)
        return None

    def _advance(self, start: LayerState, step_um: float) -> LayerState | None:
        """One advance of the punch, the carrying part of the support found along with it."""
        if self.support is not None:
            self.support.carrying = start.carrying.copy()
        guess = start.pressure_MPa + step_um * start.rate_MPa_per_um
        for _ in range(SUPPORT_ROUNDS):
            found = self._newton(start, step_um, guess, self._condensed())
            if found is None or self.support is None:
                return found
            if not self.support.update(found.pressure_MPa):
                return replace(found, carrying=self.support.carrying.copy())
            guess = found.pressure_MPa
        return None

    def _newton(
        self, start: LayerState, step_um: float, guess: Array, condensed: Condensed
    ) -> LayerState | None:
        left = float(start.thickness_um @ self._area / self._area.sum())
        problem = LayerStep(self._space, condensed, start, step_um, left)
        pressure: Array | None = guess
        for _ in range(CORRECTIONS):
            pressure = problem.solve(pressure, self._area * step_um)
            if pressure is None:
                return None
            if problem.correct(pressure) < ACCURACY:
                return problem.state(pressure)
        return None
