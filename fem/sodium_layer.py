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
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from napress.fem.pellet import Face
from napress.fem.pellet_support import Condensed, Support

Array = NDArray[np.float64]
# Share of a limit by which gradient and rim pressure may exceed it.
ACCURACY = 1e-3
# Half the layer flows in one advance at this share above the limit, before the flow
# itself (the multiplier of the limit) has been corrected; by lateral dimension.
SOFTNESS = {1: 0.05, 2: 0.01}
CORRECTIONS = 40
MAX_NEWTON = 40
TOLERANCE = 1e-6
# The mean pressure grows by this factor per step, or the layer thins by this share.
PRESSURE_RATIO = 1.4
LARGEST_THINNING = 0.15
GROWTH = 1.6
MEAN_TOLERANCE = 1e-7
MAX_STEPS = 400
SUPPORT_ROUNDS = 12
# Share of a facet over which the hill counts at the rim.
LIP = 0.02
# Share of the mean thickness below which the limit no longer rises within a step.
THINNEST = 1e-4


class LayerNotSolved(RuntimeError):
    """No equilibrium of the layer was found; the message says at which pressure."""


@dataclass(frozen=True)
class LayerMetal:
    """The metal of the layer.

    Attributes:
        shear_yield_MPa: k, by von Mises the yield stress over the root of 3.
        bulk_MPa: Modulus of its volume under pressure.
        edge_MPa: Pressure that is held at the rim; infinite for a sealed die.
    """

    shear_yield_MPa: float
    bulk_MPa: float
    edge_MPa: float


@dataclass(frozen=True)
class LayerState:
    """The layer at one load.

    Attributes:
        mean_MPa: Force over the area of the pellet.
        pressure_MPa: At the vertices of the interface, (points,).
        thickness_um: Between punch and pellet, (points,).
        lowering_um3: Tested lowering of the pellet's face, (points,).
        advance_um: Advance of the punch since first yield.
        extruded_um3: Metal pressed out past the rim since first yield.
        carrying: Vertices of the support that carry, empty on a rigid pellet.
        flow_um2: Flow along the layer in the last advance per advance, (facets,
            directions), µm^2 per µm.
        rim_flow_um3: Flow past the rim in the last advance per advance, (points,).
        rate_MPa_per_um: Rise of the pressure in the last advance per advance, (points,).
    """

    mean_MPa: float
    pressure_MPa: Array
    thickness_um: Array
    lowering_um3: Array
    advance_um: float
    extruded_um3: float
    carrying: NDArray[np.bool_]
    flow_um2: Array
    rim_flow_um3: Array
    rate_MPa_per_um: Array


@dataclass(frozen=True)
class _Gradients:
    """Gradient and mean on each facet of the interface, and the rim."""

    gradient: Array  # (facets, directions, points)
    mean: Array  # (facets, points)
    measure_um2: Array  # (facets,)
    rim_um: Array  # length of rim each vertex stands for, (points,)


def _gradients(face: Face) -> _Gradients:
    points, facets = face.points_um, face.facets
    corners = points[facets]
    count, size = len(facets), points.shape[1]
    edges = corners[:, 1:] - corners[:, :1]
    inverse = np.linalg.inv(edges)
    local = np.concatenate([-inverse.sum(axis=2, keepdims=True), inverse], axis=2)
    gradient = np.zeros((count, size, len(points)))
    mean = np.zeros((count, len(points)))
    rows = np.arange(count)
    for corner in range(size + 1):
        gradient[rows, :, facets[:, corner]] += local[:, :, corner]
        mean[rows, facets[:, corner]] += 1 / (size + 1)
    radius = np.linalg.norm(points, axis=1)
    outer = radius.max()
    rim = np.zeros(len(points))
    volume = np.abs(np.linalg.det(edges)) / math.factorial(size)
    if size == 1:
        measure = 2 * math.pi * volume * corners[..., 0].mean(axis=1)
        rim[radius.argmax()] = 2 * math.pi * outer
        return _Gradients(gradient, mean, measure, rim)
    on_rim = radius > outer * (1 - 1e-6)
    for a, b in ((0, 1), (1, 2), (2, 0)):
        both = facets[on_rim[facets[:, a]] & on_rim[facets[:, b]]]
        # half a disc: its mirror image counts too, and each end takes half a chord
        length = np.linalg.norm(points[both[:, a]] - points[both[:, b]], axis=1)
        np.add.at(rim, both[:, a], length)
        np.add.at(rim, both[:, b], length)
    return _Gradients(gradient, mean, 2 * volume, rim)


class SodiumLayer:
    """The layer on one pellet, pressed with increasing force.

    Attributes:
        state: The last load reached.
        rim_facet_um: Size of a facet.
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
        self._geometry = _gradients(face)
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
        self._reference = thickness_um - lowering / self._area
        self.state = LayerState(
            start,
            pressure,
            thickness_um.copy(),
            lowering,
            0.0,
            0.0,
            carrying,
            np.zeros(self._geometry.gradient.shape[:2]),
            np.zeros(len(pressure)),
            np.zeros(len(pressure)),
        )
        radius = float(np.linalg.norm(face.points_um, axis=1).max())
        self._radius = radius
        corners = face.points_um[face.facets]
        sizes = np.linalg.norm(corners[:, 1] - corners[:, 0], axis=1)
        self.rim_facet_um = float(np.median(sizes))

    def _condensed(self) -> Condensed:
        if self.support is None:
            count = len(self._area)
            return Condensed(np.zeros((count, count)), np.zeros(count))
        return self.support.condense()

    def press_to(self, mean_MPa: float) -> LayerState:
        """Advances the punch until a mean pressure is reached.

        Args:
            mean_MPa: Mean pressure to reach, above the present one.

        Returns:
            The state there.

        Raises:
            LayerNotSolved: If no step succeeds.
            SupportNotFound: If the pellet loses its support.
        """
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
        problem = _Step(self, condensed, start, step_um, left)
        pressure: Array | None = guess
        for _ in range(CORRECTIONS):
            pressure = problem.solve(pressure, self._area * step_um)
            if pressure is None:
                return None
            if problem.correct(pressure) < ACCURACY:
                return problem.state(pressure)
        return None


class _Step:
    """One advance of the punch; unknown are the pressures.

    The flow is the multiplier of the limit of the gradient (augmented Lagrangian):
    ``|flow + mobility * (gradient) | - mobility * limit`` where positive.
    """

    def __init__(
        self,
        layer: SodiumLayer,
        condensed: Condensed,
        start: LayerState,
        step_um: float,
        left_um: float,
    ) -> None:
        self._geometry, self._area, self._metal = layer._geometry, layer._area, layer.metal
        self._reference, self._condensed = layer._reference, condensed
        self._start, self._step = start, step_um
        self._pointwise = condensed.matrix / self._area[:, None]
        most = step_um * layer._radius / 2
        softness = SOFTNESS[layer.face.points_um.shape[1]]
        self._mobility = most / (softness * 2 * self._metal.shear_yield_MPa / left_um)
        self._rim_scale = max(start.mean_MPa, self._metal.shear_yield_MPa)
        self._rim = self._geometry.rim_um * most / (softness * self._rim_scale)
        # The hill over a last bit of the way: shuts the rim where the faces touch there.
        self._lip = 2 * self._metal.shear_yield_MPa * LIP * layer.rim_facet_um
        self._flow = start.flow_um2 * step_um
        self._rim_flow = start.rim_flow_um3 * step_um

    def solve(self, pressure: Array, scale_um3: Array) -> Array | None:
        """Newton's method; None if it does not converge.

        Args:
            pressure: First guess, (points,).
            scale_um3: What a residual of 1 means, (points,).
        """
        residual, tangent, energy = self.linearise(pressure)
        for _ in range(MAX_NEWTON):
            if float(np.abs(residual / scale_um3).max()) < TOLERANCE:
                return pressure
            try:
                change = -np.linalg.solve(tangent, residual)
            except np.linalg.LinAlgError:
                return None
            downhill = float(change @ residual)
            length, before = 1.0, energy(pressure)
            # Near the solution the energy no longer tells two states apart.
            wanted = 1e-4 * downhill if -downhill > 1e-9 * abs(before) else math.inf
            for _ in range(12):
                if energy(pressure + length * change) <= before + length * wanted:
                    break
                length *= 0.5
            pressure = pressure + length * change
            residual, tangent, energy = self.linearise(pressure)
        return None

    def _lowering(self, pressure: Array) -> Array:
        return self._condensed.matrix @ pressure + self._condensed.constant

    def thickness(self, pressure: Array) -> Array:
        """Space between punch and pellet, µm."""
        advance = self._start.advance_um + self._step
        return self._reference + self._lowering(pressure) / self._area - advance

    def _limit(self, pressure: Array) -> tuple[Array, Array]:
        """Thickness at vertices, and the limit of the gradient on facets.

        The mean of 1/h, not of h: where one vertex touches nothing flows past it.
        """
        floor = THINNEST * self._start.thickness_um.mean()
        thickness = np.maximum(self.thickness(pressure), floor)
        return thickness, 2 * self._metal.shear_yield_MPa * (self._geometry.mean @ (1 / thickness))

    def _drive(self, pressure: Array, thickness: Array) -> tuple[Array, Array]:
        """Gradient shifted by the multiplier, and pressure at the rim likewise."""
        slope = self._geometry.gradient @ pressure + self._flow / self._mobility
        over = np.zeros(len(pressure))
        if math.isfinite(self._metal.edge_MPa):
            held = self._metal.edge_MPa + self._lip / thickness
            over = self._rim * (pressure - held) + self._rim_flow
        return slope, np.where(self._rim > 0, np.maximum(over, 0.0), 0.0)

    def correct(self, pressure: Array) -> float:
        """Sets the multipliers to the flows and returns by what share a limit is missed."""
        thickness, limit = self._limit(pressure)
        slope, rim_flow = self._drive(pressure, thickness)
        steep = np.linalg.norm(slope, axis=1)
        excess = np.maximum(steep - limit, 0.0)
        new = self._mobility * excess[:, None] * slope / np.maximum(steep, 1e-300)[:, None]
        change = np.linalg.norm(new - self._flow, axis=1) / self._mobility / limit
        at_rim = self._rim > 0
        rim_change = np.abs(rim_flow - self._rim_flow)[at_rim] / self._rim[at_rim]
        self._flow, self._rim_flow = new, rim_flow
        return max(float(change.max()), float(rim_change.max()) / self._rim_scale)

    def linearise(self, pressure: Array) -> tuple[Array, Array, Callable[[Array], float]]:
        """Residual, its derivative, and the energy it derives from at this thickness."""
        geometry, area, start = self._geometry, self._area, self._start
        thickness, limit = self._limit(pressure)
        bulk = self._metal.bulk_MPa
        weight = self._mobility * geometry.measure_um2
        sunk_before, matrix = start.lowering_um3, self._condensed.matrix
        shift = matrix @ start.pressure_MPa + self._condensed.constant - sunk_before

        def energy(at: Array) -> float:
            rise = at - start.pressure_MPa
            slope, rim_flow = self._drive(at, thickness)
            steep = np.linalg.norm(slope, axis=1)
            stored = rise @ (0.5 * (matrix @ rise) + 0.5 * area * thickness * rise / bulk)
            flow = 0.5 * weight @ np.maximum(steep - limit, 0.0) ** 2
            some = rim_flow > 0
            flow += 0.5 * (rim_flow[some] ** 2 / self._rim[some]).sum()
            return float(stored + rise @ (shift - area * self._step) + flow)

        rise = pressure - start.pressure_MPa
        slope, rim_flow = self._drive(pressure, thickness)
        steep = np.linalg.norm(slope, axis=1)
        excess = np.maximum(steep - limit, 0.0)
        flows = excess > 0
        safe = np.where(flows, steep, 1.0)
        along = np.einsum("cd,cdn->cn", slope / safe[:, None], geometry.gradient)
        residual = self._lowering(pressure) - sunk_before + area * thickness * rise / bulk
        residual += along.T @ (weight * excess) + rim_flow - area * self._step

        tangent = matrix + np.diag(area * thickness / bulk + self._rim * (rim_flow > 0))
        tangent += (area * rise / bulk)[:, None] * self._pointwise
        tangent += along.T @ ((weight * flows)[:, None] * along)
        if slope.shape[1] > 1:
            # across the gradient the flow turns with it
            turning = np.where(flows, weight * excess / safe, 0.0)
            flat = geometry.gradient.reshape(-1, len(pressure))
            tangent += flat.T @ (np.repeat(turning, slope.shape[1])[:, None] * flat)
            tangent -= along.T @ (turning[:, None] * along)
        softer = 2 * self._metal.shear_yield_MPa * self._pointwise / thickness[:, None] ** 2
        tangent += along.T @ ((weight * flows)[:, None] * (geometry.mean @ softer))
        opening = self._rim * (rim_flow > 0) * self._lip / thickness**2
        tangent += opening[:, None] * self._pointwise
        return residual, tangent, energy

    def state(self, pressure: Array) -> LayerState:
        """The solution as a record."""
        start = self._start
        return LayerState(
            float(self._area @ pressure / self._area.sum()),
            pressure.copy(),
            self.thickness(pressure),
            self._lowering(pressure),
            start.advance_um + self._step,
            start.extruded_um3 + float(self._rim_flow.sum()),
            start.carrying,
            self._flow / self._step,
            self._rim_flow / self._step,
            (pressure - start.pressure_MPa) / self._step,
        )
