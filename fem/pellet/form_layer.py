"""A thin metal layer pressed onto form error: it fills the valleys from the crests.

The limit state of the slab theory on a map. Between punch and face is a space H; metal fills
a height m of it. Where m = H there is pressure, elsewhere a gap and none:

    dm/dt + div q = 0,   |grad p| <= 2k/H,   q along -grad p where equality,
    p >= 0,   H - m >= 0,   p (H - m) = 0.

One advance of the punch is that of `napress.fem.pellet.layer_step`, with the pressure bounded
by 0 and what is left of its balance the gap. Punch and face are rigid. What pressure the front
of the contact needs beside the hill of friction is no matter of slab theory and is added by
whoever knows the front: a strip pressed into a gap, or a foil with a free edge.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napress.fem.pellet.layer_step import (
    FaceGradients,
    LayerMetal,
    LayerSpace,
    LayerState,
    LayerStep,
    hat_gradients,
)
from napress.fem.pellet.support import Condensed

Array = NDArray[np.float64]
MAX_NEWTON = 60
CORRECTIONS = 60
TOLERANCE = 1e-7
# Share of a limit by which the gradient may exceed it.
ACCURACY = 2e-3
MAX_STEPS = 2000
# Of the space, what an advance takes at most.
LARGEST_THINNING = 0.05


class FormNotFilled(RuntimeError):
    """No limit state was found; the message says where."""


@dataclass(frozen=True)
class FormState:
    """The layer after an advance of the punch.

    Attributes:
        advance_um: Of the punch since it touched the metal.
        mean_MPa: Of the hill of friction, on the whole area.
        covered: Share of the area where metal fills the space.
        pressure_MPa: Of that hill, at the vertices, (points,).
        space_um: Between punch and face, (points,).
        gap_um: What of it is empty, (points,).
    """

    advance_um: float
    mean_MPa: float
    covered: float
    pressure_MPa: Array
    space_um: Array
    gap_um: Array


def map_gradients(points_um: Array, facets: NDArray[np.int64]) -> tuple[FaceGradients, Array]:
    """Gradients and areas on a map with walls all round; a line is one of 1 µm depth.

    Args:
        points_um: Vertices, (points, 1) or (points, 2).
        facets: Vertices of each line or triangle, (facets, 2) or (facets, 3).

    Returns:
        The gradients, and the area of each vertex, (points,).
    """
    gradient, mean, measure = hat_gradients(points_um, facets)
    area = mean.T @ measure
    return FaceGradients(gradient, mean, measure, np.zeros(len(points_um))), area


class FormLayer:
    """Metal between a flat punch and a face with form error.

    Args:
        gradients: Of the face, without a rim: what is pressed stays on it.
        area_um2: Area of each vertex, (points,).
        space_um: Space between punch and face when the punch touches, (points,).
        metal_um: Height of the metal there, (points,), at most the space.
        shear_yield_MPa: Of the metal.
        bulk_MPa: Modulus of its volume.
        size_um: Of the face, and of a facet.

    Attributes:
        state: After the last advance.
    """

    def __init__(
        self,
        gradients: FaceGradients,
        area_um2: Array,
        space_um: Array,
        metal_um: Array,
        shear_yield_MPa: float,
        bulk_MPa: float,
        size_um: tuple[float, float],
    ) -> None:
        if (metal_um > space_um * (1 + 1e-12)).any() or (metal_um < 0).any():
            raise ValueError("metal_um: must be from 0 to the space")
        count = len(area_um2)
        self._area = area_um2
        metal = LayerMetal(shear_yield_MPa, bulk_MPa, math.inf)
        self._space = LayerSpace(gradients, area_um2, space_um.copy(), metal, *size_um)
        self._rigid = Condensed(np.zeros((count, count)), np.zeros(count))
        nothing = np.zeros(count)
        self._layer = LayerState(
            0.0,
            nothing,
            space_um.copy(),
            nothing,
            0.0,
            0.0,
            np.zeros(0, dtype=bool),
            np.zeros(gradients.gradient.shape[:2]),
            nothing,
            nothing,
        )
        gap = (space_um - metal_um) * area_um2
        self.state = self._read(self._layer, gap)
        self._gap = gap

    def press_by(self, advance_um: float) -> FormState:
        """Advances the punch.

        Raises:
            FormNotFilled: If no limit state is found, however small the steps.
        """
        left, step = advance_um, advance_um
        for _ in range(MAX_STEPS):
            thinnest = float(self._layer.thickness_um.min())
            step = min(step, left, LARGEST_THINNING * thinnest)
            if self._try(step):
                left -= step
                if left <= 1e-12 * advance_um:
                    return self.state
                step *= 1.5
                continue
            step /= 2
            if step < 1e-7 * advance_um:
                break
        raise FormNotFilled(f"the metal layer has no limit state at {self.state.advance_um:.4g} um")

    def _try(self, step_um: float) -> bool:
        start, area = self._layer, self._area
        left = float(start.thickness_um @ area / area.sum())
        problem = LayerStep(self._space, self._rigid, start, step_um, left)
        pressure: Array | None = start.pressure_MPa
        for _ in range(CORRECTIONS):
            pressure = self._solve(problem, pressure, step_um)
            if pressure is None:
                return False
            # With the flows that were solved for, before they are corrected.
            balance = problem.linearise(pressure)[0] + self._gap
            if problem.correct(pressure) < ACCURACY:
                break
        else:
            return False
        gap = np.where(pressure > 0, 0.0, np.maximum(balance, 0.0))
        self._layer, self._gap = problem.state(pressure), gap
        self.state = self._read(self._layer, gap)
        return True

    def _solve(self, problem: LayerStep, pressure: Array, step_um: float) -> Array | None:
        """Newton's method with the pressure bounded by 0 (projected); None if it fails."""
        scale = self._area * step_um
        for _ in range(MAX_NEWTON):
            balance, tangent, energy = problem.linearise(pressure)
            balance = balance + self._gap
            held = (pressure <= 0) & (balance > 0)
            wrong = np.where(held, 0.0, balance) / scale
            if float(np.abs(wrong).max(initial=0.0)) < TOLERANCE:
                return pressure
            free = ~held
            change = np.zeros(len(pressure))
            try:
                change[free] = -np.linalg.solve(tangent[np.ix_(free, free)], balance[free])
            except np.linalg.LinAlgError:
                return None
            before, length = energy(pressure) + self._gap @ pressure, 1.0
            for _ in range(14):
                tried = np.maximum(pressure + length * change, 0.0)
                gained = balance @ (tried - pressure)
                if energy(tried) + self._gap @ tried <= before + 1e-4 * min(gained, 0.0):
                    break
                length *= 0.5
            pressure = np.maximum(pressure + length * change, 0.0)
        return None

    def _read(self, layer: LayerState, gap_um3: Array) -> FormState:
        area = self._area
        touching = layer.pressure_MPa > 0
        return FormState(
            layer.advance_um,
            float(area @ layer.pressure_MPa / area.sum()),
            float(area[touching].sum() / area.sum()),
            layer.pressure_MPa,
            layer.thickness_um,
            gap_um3 / area,
        )
