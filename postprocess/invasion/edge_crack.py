"""Opening and stress intensity of an edge crack under any pressure on its faces.

Everything follows from one weight function (Bueckner, Rice): with depth 1, pressure
in units of a reference pressure and opening in units of reference pressure times
depth over E' = E/(1 - nu^2),

    K(t) = ∫_0^t p(x) h(x, t) dx,    w(x) = 2 ∫_x^1 K(t) h(x, t) dt,
    h(x, t) = sqrt(2 / (pi t)) g(x/t) / sqrt(1 - x/t).
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np

from napress.fem.snapshot import Array

# g(q) of an edge crack in a half plane; own fit to a spectral solution, error 8e-5, g(1) = 1.
WEIGHT = (1.83376, -0.90316, -0.59891, 1.43549, -1.06610, 0.29898)
# Stress intensity under even pressure over pressure times sqrt(pi depth).
FULL_FACTOR = 1.12152
SMALLEST, RATIO, LARGEST = 1e-6, 1.45, 0.03
# A hat times g is a polynomial of degree 12 in the root of the distance: exact with 7.
INNER_POINTS, OUTER_POINTS = 7, 6
TIP_POINTS, TIP_POWER = 6, 4


def weight(share: Array) -> Array:
    """The function g of the depth fraction x/t."""
    return np.polynomial.polynomial.polyval(share, WEIGHT)


def graded_nodes(
    smallest: float = SMALLEST, ratio: float = RATIO, largest: float = LARGEST
) -> Array:
    """Depths from mouth (0) to tip (1), finest at both.

    Args:
        smallest: First and last spacing.
        ratio: Of neighbouring spacings at most.
        largest: Spacing in the middle at most.
    """
    steps = []
    size = smallest
    while sum(steps) + size < 0.5 and size < largest:
        steps.append(size)
        size *= ratio
    left = 0.5 - sum(steps)
    count = max(int(math.ceil(left / largest)), 1)
    steps += [left / count] * count
    half = np.concatenate([[0.0], np.cumsum(steps)])
    half[-1] = 0.5
    return np.concatenate([half, 1.0 - half[-2::-1]])


@dataclass(frozen=True)
class EdgeCrack:
    """An edge crack of depth 1 with pressures that are linear between nodes.

    Attributes:
        nodes: Depths, (nodes,).
        points: Where openings are taken, two an element, six in the last, (points,).
        weights: Integrate over their element, (points,).
        element: Element of each point, (points,).
        opening: Opening at the points from pressures at the nodes, (points, nodes).
        beyond: Integral from each point to the tip of what is known at the points,
            (points, points).
        intensity: K over sqrt(pi) from pressures at the nodes, (nodes,).
    """

    nodes: Array
    points: Array
    weights: Array
    element: Array
    opening: Array
    beyond: Array
    intensity: Array

    @property
    def elements(self) -> int:
        """Number of elements."""
        return len(self.nodes) - 1


def intensities(nodes: Array, depth: Array) -> Array:
    """K at some depths from unit hats of pressure, (depths, nodes).

    With y = t - s^2 the weight function loses its root and a Gauss rule is exact.
    """
    rule, weights = np.polynomial.legendre.leggauss(INNER_POINTS)
    found = np.empty((len(depth), len(nodes)))
    size = np.diff(nodes)
    for first in range(0, len(depth), 400):
        t = depth[first : first + 400, None]
        near = np.sqrt(np.maximum(t - np.minimum(nodes[1:], t), 0.0))
        far = np.sqrt(np.maximum(t - np.minimum(nodes[:-1], t), 0.0))
        middle, half = 0.5 * (far + near), 0.5 * (far - near)
        s = middle[..., None] + half[..., None] * rule
        y = t[..., None] - s**2
        value = 2.0 * half[..., None] * weights * weight(y / t[..., None])
        up = (y - nodes[:-1, None]) / size[:, None]
        block = np.zeros((len(t), len(nodes)))
        block[:, 1:] += (value * up).sum(axis=2)
        block[:, :-1] += (value * (1.0 - up)).sum(axis=2)
        found[first : first + 400] = math.sqrt(2.0 / math.pi) * block
    return found


def _collocation(nodes: Array) -> tuple[Array, Array, Array]:
    """Points, weights and elements: two Gauss points, and a rule for the tip's root."""
    rule, share = np.polynomial.legendre.leggauss(2)
    size = np.diff(nodes)[:-1]
    points = [(nodes[:-2, None] + 0.5 * size[:, None] * (rule + 1.0)).ravel()]
    weights = [(0.5 * size[:, None] * share).ravel()]
    element = [np.repeat(np.arange(len(size)), 2)]
    rule, share = np.polynomial.legendre.leggauss(TIP_POINTS)
    s, last = 0.5 * (rule[::-1] + 1.0), nodes[-1] - nodes[-2]
    points.append(nodes[-1] - last * s**TIP_POWER)
    weights.append(last * TIP_POWER * s ** (TIP_POWER - 1) * 0.5 * share[::-1])
    element.append(np.full(TIP_POINTS, len(size)))
    return np.concatenate(points), np.concatenate(weights), np.concatenate(element)


def _beyond(nodes: Array, points: Array, weights: Array, element: Array) -> Array:
    """Integrals from each point to the tip; a line through the points of an element."""
    count = len(points)
    found = np.zeros((count, count))
    for row in range(count):
        found[row, element > element[row]] = weights[element > element[row]]
        same = np.flatnonzero(element == element[row])
        end = nodes[element[row] + 1]
        if len(same) == 2:
            one, two = points[same]
            length = end - points[row]
            up = (0.5 * (end + points[row]) - one) / (two - one)
            found[row, same] += length * np.array([1.0 - up, up])
        else:
            found[row, same[same > row]] += weights[same[same > row]]
            found[row, row] += 0.5 * weights[row]
    return found


@functools.cache
def edge_crack(
    smallest: float = SMALLEST, ratio: float = RATIO, largest: float = LARGEST
) -> EdgeCrack:
    """The crack on a graded mesh; see `graded_nodes`."""
    nodes = graded_nodes(smallest, ratio, largest)
    points, weights, element = _collocation(nodes)
    rule, share = np.polynomial.legendre.leggauss(OUTER_POINTS)
    opening = np.empty((len(points), len(nodes)))
    for row, x in enumerate(points):
        ends = np.sqrt(np.concatenate([[0.0], nodes[nodes > x] - x]))
        half = 0.5 * np.diff(ends)
        u = (0.5 * (ends[1:] + ends[:-1])[:, None] + half[:, None] * rule).ravel()
        t = x + u**2
        factor = 4.0 * math.sqrt(2.0 / math.pi) * (half[:, None] * share).ravel() * weight(x / t)
        opening[row] = factor @ intensities(nodes, t)
    tip = intensities(nodes, np.ones(1))[0] / math.sqrt(math.pi)
    beyond = _beyond(nodes, points, weights, element)
    return EdgeCrack(nodes, points, weights, element, opening, beyond, tip)
