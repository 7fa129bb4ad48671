"""One advance of the punch on the sodium layer: its equations and their solution.

See `napress.fem.pellet.layer` for what they say.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napress.fem.pellet.body import Face
from napress.fem.pellet.support import Condensed

Array = NDArray[np.float64]
# Half the layer flows in one advance at this share above the limit, before the flow
# itself (the multiplier of the limit) has been corrected; by lateral dimension.
SOFTNESS = {1: 0.05, 2: 0.01}
MAX_NEWTON = 40
TOLERANCE = 1e-6
# Share of a facet over which the hill counts at the rim.
LIP = 0.02
# Share of the mean thickness below which the limit no longer rises within a step.
THINNEST = 1e-4


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
class FaceGradients:
    """Gradient and mean on each facet of the interface, and the rim.

    Attributes:
        gradient: (facets, directions, points), 1/um.
        mean: (facets, points).
        measure_um2: Area of the full face that each facet stands for, (facets,).
        rim_um: Length of rim that each vertex stands for, (points,).
    """

    gradient: Array
    mean: Array
    measure_um2: Array
    rim_um: Array


def hat_gradients(points: Array, facets: NDArray[np.int64]) -> tuple[Array, Array, Array]:
    """Gradients and means of hat functions on lines or triangles.

    Args:
        points: Vertices, (points, size).
        facets: Vertices of each, (facets, size + 1).

    Returns:
        Gradients, (facets, size, points), means, (facets, points), and sizes, (facets,).
    """
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
    return gradient, mean, np.abs(np.linalg.det(edges)) / math.factorial(size)


def face_gradients(face: Face) -> FaceGradients:
    """Takes the gradients of hat functions on a face."""
    points, facets = face.points_um, face.facets
    size, corners = points.shape[1], points[facets]
    gradient, mean, volume = hat_gradients(points, facets)
    radius = np.linalg.norm(points, axis=1)
    outer = radius.max()
    rim = np.zeros(len(points))
    if size == 1:
        measure = 2 * math.pi * volume * corners[..., 0].mean(axis=1)
        rim[radius.argmax()] = 2 * math.pi * outer
        return FaceGradients(gradient, mean, measure, rim)
    on_rim = radius > outer * (1 - 1e-6)
    for a, b in ((0, 1), (1, 2), (2, 0)):
        both = facets[on_rim[facets[:, a]] & on_rim[facets[:, b]]]
        # half a disc: its mirror image counts too, and each end takes half a chord
        length = np.linalg.norm(points[both[:, a]] - points[both[:, b]], axis=1)
        np.add.at(rim, both[:, a], length)
        np.add.at(rim, both[:, b], length)
    return FaceGradients(gradient, mean, 2 * volume, rim)


@dataclass(frozen=True)
class LayerSpace:
    """What stays the same in all steps of a layer.

    Attributes:
        gradients: Of the pellet's face.
        area_um2: Area each vertex stands for, (points,).
        reference_um: Thickness before any advance on a pellet that did not recede, (points,).
        metal: The metal.
        radius_um: Of the pellet.
        facet_um: Size of a facet.
    """

    gradients: FaceGradients
    area_um2: Array
    reference_um: Array
    metal: LayerMetal
    radius_um: float
    facet_um: float


class LayerStep:
    """One advance of the punch; unknown are the pressures.

    The flow is the multiplier of the limit of the gradient (augmented Lagrangian):
    ``|flow + mobility * (gradient) | - mobility * limit`` where positive.
    """

    def __init__(
        self,
        space: LayerSpace,
        condensed: Condensed,
        start: LayerState,
        step_um: float,
        left_um: float,
    ) -> None:
        """Takes the flow of the last advance as a first guess.

        Args:
            space: Of the layer.
            condensed: The pellet on its support.
            start: Where the advance begins.
            step_um: How far the punch advances.
            left_um: Mean thickness at the start.
        """
        self._geometry, self._area, self._metal = space.gradients, space.area_um2, space.metal
        self._reference, self._condensed = space.reference_um, condensed
        self._start, self._step = start, step_um
        self._pointwise = condensed.matrix / self._area[:, None]
        most = step_um * space.radius_um / 2
        softness = SOFTNESS[self._geometry.gradient.shape[1]]
        self._mobility = most / (softness * 2 * self._metal.shear_yield_MPa / left_um)
        self._rim_scale = max(start.mean_MPa, self._metal.shear_yield_MPa)
        self._rim = self._geometry.rim_um * most / (softness * self._rim_scale)
        # The hill over a last bit of the way: shuts the rim where the faces touch there.
        self._lip = 2 * self._metal.shear_yield_MPa * LIP * space.facet_um
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
        return max(float(change.max()), float(rim_change.max(initial=0.0)) / self._rim_scale)

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
