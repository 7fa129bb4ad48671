"""Metal creeps into an empty flaw that stands: the slot flow integrated in time.

The balance dw/dt + dq/dx = 0 in a crack that opens by the pressure in it. Each step
moves the front by one node and solves for its time. Units: depth, dp, E' and B = 1, so
that time is in 1/r of `napress.postprocess.invasion.growth`.
"""

from __future__ import annotations

import math

import numpy as np

from napress.cases.verification.rows import CheckNotDone
from napress.fem.snapshot import Array
from napress.postprocess.invasion.edge_crack import EdgeCrack, edge_crack
from napress.postprocess.invasion.march import March
from napress.postprocess.invasion.state import NotSolved, invaded_crack

FIRST_FRONT = 2e-3


def first_filling(exponent: float, factor: float, spacing: float) -> tuple[Array, Array]:
    """Fills a standing flaw free to widen.

    Args:
        exponent: Norton's n.
        factor: K over dp sqrt(pi a) at which to end.
        spacing: Largest spacing of the nodes over the depth.

    Returns:
        K over dp sqrt(pi a) while it fills, and the time to there, (fills,) each.

    Raises:
        CheckNotDone: If a step does not converge.
    """
    crack = edge_crack(largest=spacing)
    march = March(crack, exponent)
    node = int(np.searchsorted(crack.nodes, FIRST_FRONT))
    try:
        state = invaded_crack(crack, crack.elements, 0.5, exponent)
        state = invaded_crack(crack, crack.elements, 0.0, exponent, state)
        for lower in range(crack.elements - 1, node - 1, -1):
            state = invaded_crack(crack, lower, 0.0, exponent, state)
        march.remember(0.0 * state.pressure, node)
        pressure, log_rate = march.step(
            state.pressure, math.log(state.rate(exponent)), node, stands=True
        )
        time, factors, times = math.exp(-log_rate), [], []
        while True:
            march.remember(pressure, node)
            factors.append(march.factor)
            times.append(time)
            if march.factor >= factor:
                break
            trial = _stretched(crack, pressure, node, node + 1)
            pressure, log_rate = march.step(trial, log_rate, node + 1, stands=True)
            node += 1
            time += math.exp(-log_rate)
    except NotSolved as error:
        raise CheckNotDone(str(error)) from error
    return np.array(factors), np.array(times)


def _stretched(crack: EdgeCrack, pressure: Array, old: int, new: int) -> Array:
    share = np.clip(crack.nodes / crack.nodes[new], 0.0, 1.0) * crack.nodes[old]
    found = np.interp(share, crack.nodes, pressure)
    found[new:] = 0.0
    return found
