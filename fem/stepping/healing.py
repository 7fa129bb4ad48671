"""Healing by diffusion along the interface: metal leaves where it presses most and fills voids.

    flow along the interface   q = - M grad p,   M = V D s / (R T)
    face, positive if it recedes   dv/dt = div q = - M lap p

p is the contact pressure, D s the diffusivity along the interface times the thickness of the
layer that diffuses, V the molar volume. Nothing flows through the walls of the cell, and what
leaves in one place arrives in another.

A wave of pressure of number k decays at the rate M k^3 E*/2 on elastic bodies, in
milliseconds where it is a facet long, so an explicit step is useless. Here each wave recedes by
what implicit Euler gives for elastic half spaces. Metal that yields or creeps is softer; the
scheme bears that for any step, but a long one would bring no more than levels the pressure once,
so a step is no longer than the longest wave in the cell takes to decay.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from napress.fem.coupled.system import CoupledSystem
from napress.fem.inputs.constants import GAS_CONSTANT_kJ_PER_MOL_K
from napress.fem.inputs.stripping import Stripping
from napress.fem.state.committed import AcceptedStep, Committed

Array = NDArray[np.float64]
# um3/s * cm3/mol / (J/mol) = 1e-6 m3/J um3/s = um3/(MPa s)
J_PER_kJ = 1e3


def mobility_um3_per_MPa_s(numbers: Stripping, temperature_K: float) -> float:
    """M of the flow along the interface, per depth and gradient of pressure."""
    thermal = J_PER_kJ * GAS_CONSTANT_kJ_PER_MOL_K * temperature_K
    return numbers.molar_volume_cm3_per_mol * numbers.diffusion_um3_per_s / thermal


def receding_um(
    along_um: Array,
    area_um: Array,
    pressure_MPa: Array,
    mobility_time: float,
    modulus_MPa: float,
) -> Array:
    """How far the face recedes in a step, positive where metal leaves.

    Args:
        along_um: Places along the interface, (n,), in any order.
        area_um: Length each stands for, (n,).
        pressure_MPa: Contact pressure there, 0 in voids, (n,).
        mobility_time: M times the time of the step, µm^3/MPa.
        modulus_MPa: E* of both bodies.

    Returns:
        (n,), its sum weighted with the lengths 0.
    """
    order = np.argsort(along_um, kind="stable")
    root = np.sqrt(area_um[order])
    between = 1 / np.maximum(np.diff(along_um[order]), 1e-9 * np.ptp(along_um))
    diagonal = np.append(between, 0.0) + np.append(0.0, between)
    lap = np.diag(diagonal) - np.diag(between, 1) - np.diag(between, -1)
    # k^2 of each wave, and the wave, on points of different lengths.
    squared, waves = np.linalg.eigh(lap / root / root[:, None])
    squared = np.maximum(squared, 0.0)
    squared[0] = 0.0
    rate = mobility_time * squared
    gain = rate / (1 + 0.5 * modulus_MPa * rate * np.sqrt(squared))
    found = np.empty(len(order))
    found[order] = (waves @ (gain * (waves.T @ (root * pressure_MPa[order])))) / root
    return found


def longest_step_s(system: CoupledSystem, numbers: Stripping, temperature_K: float) -> float:
    """Time in which the longest wave of pressure in the cell falls by e; infinite without healing.

    On elastic half spaces it is 2 / (M E* k^3).
    """
    mobility = mobility_um3_per_MPa_s(numbers, temperature_K)
    if mobility == 0.0:
        return math.inf
    # Between walls a wave of twice the width is the longest.
    wave_number = math.pi / system.surface.width_um
    return 2 / (mobility * _modulus_MPa(system) * wave_number**3)


def _modulus_MPa(system: CoupledSystem) -> float:
    """E* of both bodies."""
    bodies = system.sodium.metal, system.ceramic.material
    return 1 / sum((1 - body.poisson**2) / body.young_MPa for body in bodies)


def healing_um(
    system: CoupledSystem, numbers: Stripping, now: Committed, step_s: float, temperature_K: float
) -> Array:
    """How far the face recedes in a step by diffusion, at this rank's points. Collective."""
    sodium = system.sodium
    if numbers.diffusion_um3_per_s == 0.0 or step_s == 0.0:
        return np.zeros(len(now.gap))
    sodium.set_state(now.state.sodium)
    area = sodium.face.reference_area * now.area_ratio
    rows = np.column_stack([sodium.surface().position[:, 0], area, now.contact_pressure])
    parts = sodium.comm.gather(rows, root=0)
    shares = None
    if parts is not None:
        along, length, pressure = np.concatenate(parts).T
        mobility = mobility_um3_per_MPa_s(numbers, temperature_K) * step_s
        whole = receding_um(along, length, pressure, mobility, _modulus_MPa(system))
        shares = np.split(whole, np.cumsum([len(part) for part in parts])[:-1])
    return sodium.comm.scatter(shares, root=0)


def work_of_leaving(system: CoupledSystem, now: Committed, accepted: AcceptedStep) -> float:
    """Work of the contact pressure on the metal that left in a step, pJ: the platen did it."""
    recession = system.laws.recession
    if recession is None:
        return 0.0
    sodium, at = system.sodium, accepted.evaluation
    area = sodium.face.reference_area * at.surface.area_ratio
    pressure = 0.5 * (at.pressure + now.contact_pressure)
    return sodium.sum(float(area @ (pressure * recession.in_step_um)))
