"""Metal creeps into an empty flaw and drives it on: the slot flow integrated in time.

The balance dw/dt + dq/dx = 0 in a crack that opens by the pressure in it. Each step
moves the front by one node and solves for its time: upwards while a standing flaw
fills, downwards in share of the depth once K is at the toughness and it grows. Units:
first depth, dp, E' and B = 1, so that time is in 1/r of
`napress.postprocess.invasion.growth`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from napress.cases.verification.rows import CheckNotDone
from napress.fem.snapshot import Array
from napress.postprocess.invasion.edge_crack import EdgeCrack, edge_crack
from napress.postprocess.invasion.march import March
from napress.postprocess.invasion.state import NotSolved, invaded_crack

FIRST_FRONT = 2e-3


@dataclass(frozen=True)
class Grown:
    """A flaw that filled and grew.

    Attributes:
        filled_factor: F while it fills, (fills,).
        filled_time: Time to there, (fills,).
        depth: At the steps of its growth, first depth 1, (steps,).
        time: At the same steps, from an empty flaw, (steps,).
    """

    filled_factor: Array
    filled_time: Array
    depth: Array
    time: Array


def fill_and_grow(exponent: float, factor: float, last_factor: float, spacing: float) -> Grown:
    """Fills a standing flaw free to widen and lets it grow.

    Args:
        exponent: Norton's n.
        factor: K_IC / (dp sqrt(pi a)) of the standing flaw.
        last_factor: The same where to end, smaller.
        spacing: Largest spacing of the nodes over the depth.

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
        # It grows from where the last step of filling ended.
        first, grown, depths = march.factor, [], []
        log_rate = 0.0
        while march.factor > last_factor:
            before = march.factor
            trial = _stretched(crack, pressure, node, node - 1)
            pressure, log_rate = march.step(trial, log_rate, node - 1)
            node -= 1
            march.remember(pressure, node)
            time += 2.0 * math.log(before / march.factor) * math.exp(-log_rate)
            depths.append((first / march.factor) ** 2)
            grown.append(time)
    except NotSolved as error:
        raise CheckNotDone(str(error)) from error
    return Grown(np.array(factors), np.array(times), np.array(depths), np.array(grown))


def _stretched(crack: EdgeCrack, pressure: Array, old: int, new: int) -> Array:
    share = np.clip(crack.nodes / crack.nodes[new], 0.0, 1.0) * crack.nodes[old]
    found = np.interp(share, crack.nodes, pressure)
    found[new:] = 0.0
    return found
