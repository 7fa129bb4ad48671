"""Where the metal stands in a flaw, and what stress intensity it makes.

Own derivation. Metal that fills an edge crack from the mouth to a front loses its
pressure to the walls, on which it sticks; the walls part by what pressure is left. In
net units (pressure less lateral stress, over its value dp at the mouth; depth 1;
opening in dp depth / E') the net pressure falls from 1 to an end value at the front
and stays there beyond: -lambda/(1 - lambda) where nothing fills the crack, with
lambda = lateral stress over pressure; anything at the tip of a flaw that is filled.

    rigid-plastic:  -p' = 1 / (c w),             c = dp^2 / (2 k E'),   k = yield / sqrt 3
    creeping:       -p' = (D R v / w^(n+2))^(1/n),   D = 2^(n+1) (n+2),
                    v = 2 ∫_x^front w + x w

The second is a flaw that grows as exp(r t) and keeps its shape, with the flux
q = B (-p')^n w^(n+2) / D of a Norton metal in a slot (B = sqrt3^(n+1) A) and
r = R B dp^(2n+1) / E'^(n+1).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from napress.fem.snapshot import Array
from napress.postprocess.invasion.edge_crack import EdgeCrack

MOST_STEPS, CLOSE_ENOUGH = 80, 1e-10


class NotSolved(RuntimeError):
    """The state of an invaded crack was not found."""


@dataclass(frozen=True)
class InvadedCrack:
    """One state.

    Attributes:
        front: Depth of the metal's front over that of the flaw.
        end: Net pressure at and beyond the front over that at the mouth.
        drag: 1/c, or (D R)^(1/n) of creep.
        factor: Stress intensity over dp sqrt(pi depth); negative where the tip would
            have to be pulled open.
        pressure: Net pressures at the nodes, (nodes,).
        mouth: Opening at the mouth's first point, in dp depth / E'.
    """

    front: float
    end: float
    drag: float
    factor: float
    pressure: Array
    mouth: float

    @property
    def load(self) -> float:
        """The ratio c = dp^2 / (2 k E') of a rigid-plastic metal."""
        return 1.0 / self.drag

    def rate(self, exponent: float) -> float:
        """R: growth of the logarithm of depth in units of B dp^(2n+1) / E'^(n+1)."""
        return self.drag**exponent / (2.0 ** (exponent + 1.0) * (exponent + 2.0))


def invaded_crack(
    crack: EdgeCrack,
    node: int,
    end: float,
    exponent: float = math.inf,
    guess: InvadedCrack | None = None,
) -> InvadedCrack:
    """The state whose front is at a node and whose net pressure ends at a value.

    Args:
        crack: The crack.
        node: Of the front, at least 2.
        end: Net pressure there over that at the mouth, below 1.
        exponent: Norton's n; infinite for a rigid-plastic metal.
        guess: A state nearby.

    Raises:
        NotSolved: If Newton's method fails.
    """
    inside = crack.element < node
    opening, weights = crack.opening[inside], crack.weights[inside]
    points, element = crack.points[inside], crack.element[inside]
    beyond = crack.beyond[np.ix_(inside, inside)]
    pressure, drag = _start(crack, node, end, guess)
    basis = np.zeros((len(crack.nodes), node))
    basis[np.arange(1, node), np.arange(node - 1)] = 1.0
    scale = max(1.0 - end, 1e-12)

    def evaluate(p: Array, k: float) -> tuple[Array, Array, Array] | None:
        w = opening @ p
        if w.min() <= 0.0:
            return None
        fall, slope = _fall(w, opening, beyond, points, exponent)
        mean = np.bincount(element, weights * fall, minlength=node)
        return p[1 : node + 1] - p[:node] + k * mean, mean, slope

    found = evaluate(pressure, drag)
    for _ in range(MOST_STEPS):
        if found is None:
            break
        residual, mean, slope = found
        if np.abs(residual).max() < CLOSE_ENOUGH * scale:
            w = opening @ pressure
            factor = float(crack.intensity @ pressure)
            return InvadedCrack(float(crack.nodes[node]), end, drag, factor, pressure, float(w[0]))
        summed = np.zeros((node, len(crack.nodes)))
        np.add.at(summed, element, weights[:, None] * slope)
        jacobian = drag * (summed @ basis)
        jacobian += basis[1 : node + 1] - basis[:node]
        jacobian[:, -1] = mean
        change = np.linalg.solve(jacobian, -residual)
        found, share = None, 1.0
        while share > 1e-4 and found is None:
            trial = pressure + share * (basis[:, :-1] @ change[:-1])
            k = drag + share * change[-1]
            found = evaluate(trial, k) if k > 0.0 else None
            if found is not None and share > 0.02:
                worse = np.abs(found[0]).max() > 2.0 * np.abs(residual).max()
                found = None if worse else found
            if found is None:
                share *= 0.5
        if found is not None:
            pressure, drag = trial, k
    raise NotSolved(f"front at {crack.nodes[node]:.4g} of the depth, net end {end:.4g}")


def _fall(
    w: Array, opening: Array, beyond: Array, points: Array, exponent: float
) -> tuple[Array, Array]:
    """Fall of pressure per depth without its factor, and its derivative, (points, nodes)."""
    if math.isinf(exponent):
        return 1.0 / w, -opening / (w**2)[:, None]
    flux = 2.0 * (beyond @ w) + points * w
    change = 2.0 * (beyond @ opening) + points[:, None] * opening
    fall = (flux / w ** (exponent + 2.0)) ** (1.0 / exponent)
    relative = change / flux[:, None] - (exponent + 2.0) * opening / w[:, None]
    return fall, fall[:, None] * relative / exponent


def _start(
    crack: EdgeCrack, node: int, end: float, guess: InvadedCrack | None
) -> tuple[Array, float]:
    nodes = crack.nodes
    if guess is None:
        share = np.clip(nodes / nodes[node], 0.0, 1.0)
        return 1.0 - (1.0 - end) * share**4, (1.0 - end)
    # The profile of the guess, stretched to the new front and the new end.
    old = np.interp(np.clip(nodes / nodes[node], 0, 1) * guess.front, nodes, guess.pressure)
    shape = (old - guess.end) / (1.0 - guess.end)
    shape[node:] = 0.0
    shape[0] = 1.0
    return end + (1.0 - end) * shape, guess.drag * (1.0 - end) / (1.0 - guess.end)
