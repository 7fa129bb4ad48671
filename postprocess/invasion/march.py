"""Growth of a flaw whose stress intensity stays at the toughness, as its metal follows.

Own derivation. With dp, E' and B = 1 the metal beyond a depth x = a y is a^2 U(y) with
U = ∫ w over the filled part beyond y; what flows past is its rate. With K = K_IC the
depth goes as F^-2, so that with s = ln a, ds = -2 d ln F, and R = ds/dt

    -p' = (D R (2 U + y w + dU/ds) / w^(n+2))^(1/n).

The last term is what a flaw that keeps its shape lacks: as the flaw deepens F falls,
the front falls back in share of the depth, and the metal need not keep pace. Each step
lets the net pressure at the tip, later the front, fall by a little. After few steps the
start is forgotten, and the rate depends on F alone.
"""

from __future__ import annotations

import numpy as np

from napress.fem.snapshot import Array
from napress.postprocess.invasion.edge_crack import EdgeCrack
from napress.postprocess.invasion.state import NotSolved, invaded_crack

FIRST_LOSS, LOSS_RATIO = 0.003, 1.12
# Between the tip and the first front behind it.
FIRST_GAP = 2e-4
MOST_STEPS, CLOSE_ENOUGH = 40, 1e-9
# Steps after which the start is forgotten.
FORGOTTEN = 6


class March:
    """Metal in a flaw, step by step.

    Args:
        crack: The crack.
        exponent: Norton's n.
    """

    def __init__(self, crack: EdgeCrack, exponent: float) -> None:
        self.crack, self.exponent = crack, exponent
        self.constant = 2.0 ** (exponent + 1.0) * (exponent + 2.0)
        self.tail = crack.beyond @ crack.opening
        part = np.zeros((crack.elements, len(crack.nodes)))
        np.add.at(part, crack.element, crack.weights[:, None] * crack.opening)
        self.after = np.concatenate([np.cumsum(part[::-1], axis=0)[::-1], part[:1] * 0.0])
        self.start = np.searchsorted(crack.element, np.arange(crack.elements))

    def metal(self, node: int) -> tuple[Array, Array, Array]:
        """Depths, openings and metal beyond them, per unit of pressure at the nodes."""
        inside = self.crack.element < node
        return (
            self.crack.points[inside],
            self.crack.opening[inside],
            self.tail[inside] - self.after[node],
        )

    def remember(self, pressure: Array, node: int) -> None:
        """Keeps what the next step compares with."""
        self.factor = float(self.crack.intensity @ pressure)
        self.metal_before = np.maximum((self.tail - self.after[node]) @ pressure, 0.0)
        self.metal_before[self.crack.element >= node] = 0.0

    def step(
        self, pressure: Array, log_rate: float, node: int, stands: bool = False
    ) -> tuple[Array, float]:
        """Solves for the pressures at the next front or end value.

        Args:
            pressure: A guess with the end value of the step, (nodes,).
            log_rate: A guess of what is returned.
            node: The front of the step.
            stands: Whether the flaw fills without growing.

        Returns:
            Pressures, and ln R of the step; of a flaw that stands ln 1/time.

        Raises:
            NotSolved: If Newton's method fails.
        """
        crack, n = self.crack, self.exponent
        at, opening, beyond = self.metal(node)
        start, weights = self.start[:node], crack.weights[: len(at)]
        before = self.metal_before[: len(at)]

        def evaluate(p: Array, log_r: float) -> tuple | None:
            w, factor = opening @ p, float(crack.intensity @ p)
            if w.min() <= 0.0 or not (stands or 0.0 < factor < self.factor):
                return None
            longer = 1.0 if stands else 2.0 * np.log(self.factor / factor)
            metal = beyond @ p
            flux = (metal - before) / longer
            if not stands:
                flux += 2.0 * metal + at * w
            if flux.min() <= 0.0:
                return None
            fall = np.exp((np.log(self.constant * flux / w ** (n + 2.0)) + log_r) / n)
            mean = np.add.reduceat(weights * fall, start)
            return p[1 : node + 1] - p[:node] + mean, w, factor, longer, metal, flux, fall

        found = evaluate(pressure, log_rate)
        for _ in range(MOST_STEPS):
            if found is None:
                break
            residual, w, factor, longer, metal, flux, fall = found
            if np.abs(residual).max() < CLOSE_ENOUGH:
                return pressure, log_rate
            gain = beyond / longer
            if not stands:
                gain += 2.0 * beyond + at[:, None] * opening
                gain += np.outer((metal - before) * 2.0 / (longer**2 * factor), crack.intensity)
            change = gain / flux[:, None] - (n + 2.0) * opening / w[:, None]
            slope = (weights * fall / n)[:, None] * change
            jacobian = np.add.reduceat(slope, start, axis=0)[:, 1 : node + 1]
            jacobian[np.arange(node), np.arange(node)] += 1.0
            jacobian[np.arange(1, node), np.arange(node - 1)] -= 1.0
            # The end value is given; in its column stands the rate.
            jacobian[:, -1] = np.add.reduceat(weights * fall, start) / n
            move = np.linalg.solve(jacobian, -residual)
            share, trial = min(1.0, 2.0 / max(abs(move[-1]), 1e-30)), None
            while share > 1e-5 and trial is None:
                p = pressure.copy()
                p[1:node] += share * move[:-1]
                trial = evaluate(p, log_rate + share * move[-1])
                if trial is not None and np.abs(trial[0]).max() > 2.0 * np.abs(residual).max():
                    trial = None
                if trial is None:
                    share *= 0.5
                else:
                    pressure, log_rate = p, log_rate + share * move[-1]
            found = trial
        raise NotSolved(f"no step of growth to a front at {crack.nodes[node]:.4g} of the depth")


def growth_rates(
    crack: EdgeCrack, share: float, exponent: float, least_front: float
) -> tuple[Array, Array]:
    """R against F over the whole growth of a flaw at constant pressure.

    Args:
        crack: The crack.
        share: Lateral stress over pressure, below 1.
        exponent: Norton's n.
        least_front: Front over depth at which to end.

    Returns:
        F = K_IC / (dp sqrt(pi a)), falling, and R, (steps,) each; they end where the tip
        is about to shut.
    """
    last = -share / (1.0 - share)
    count = int(np.ceil(np.log((1.0 - last) / FIRST_LOSS) / np.log(LOSS_RATIO)))
    ends = [*(1.0 - np.geomspace(FIRST_LOSS, 1.0 - last, count)[:-1]), last]
    state = invaded_crack(crack, crack.elements, ends[0], exponent)
    march = March(crack, exponent)
    march.remember(state.pressure, crack.elements)
    fronts = np.flatnonzero((crack.nodes > least_front) & (crack.nodes < 1.0 - FIRST_GAP))
    targets = [(crack.elements, end) for end in ends[1:]]
    targets += [(int(front), last) for front in fronts[::-1]]
    pressure, log_rate, node = state.pressure, np.log(state.rate(exponent)), crack.elements
    factors, rates = [], []
    for front, end in targets:
        depth = np.clip(crack.nodes / crack.nodes[front], 0.0, 1.0) * crack.nodes[node]
        old = np.interp(depth, crack.nodes, pressure)
        trial = end + (1.0 - end) * (old - pressure[-1]) / (1.0 - pressure[-1])
        trial[front:] = end
        before = march.factor
        try:
            pressure, log_rate = march.step(trial, log_rate, front)
        except NotSolved:
            break
        node = front
        march.remember(pressure, node)
        factors.append(float(np.sqrt(before * march.factor)))
        rates.append(float(np.exp(log_rate)))
    return np.array(factors[FORGOTTEN:]), np.array(rates[FORGOTTEN:])
