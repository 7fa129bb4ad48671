"""Sodium in a surface flaw of the ceramic: the crack it opens, and how deep it flows.

A flaw that sodium enters is an edge crack with pressure on its faces; lateral
compression of the ceramic holds it shut. Units: µm, MPa, s; stress intensity in
MPa √m. Compressive lateral stress is counted positive. Functions raise ValueError
outside the range in which their formula holds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from napress.fem.snapshot import Array
from napress.postprocess.theory.contact import (
    require,
    require_not_negative,
    require_positive,
)
from napress.postprocess.theory.plasticity import shear_yield_MPa

# Edge crack in a half plane under uniform pressure (textbook; 1.1215 to more digits).
EDGE_CRACK_FACTOR = 1.12
METRES_PER_UM = 1e-6


def edge_crack_intensity(opening_MPa: ArrayLike, depth_um: ArrayLike) -> Array:
    """Stress intensity of a surface crack, 1.12 (p - s) sqrt(pi a), in MPa √m.

    Args:
        opening_MPa: Pressure on the faces less the lateral compression; at or below 0
            the crack is shut and the intensity is 0.
        depth_um: Depth of the crack.
    """
    opening = np.maximum(np.asarray(opening_MPa, dtype=float), 0.0)
    depth = np.asarray(depth_um, dtype=float)
    return EDGE_CRACK_FACTOR * opening * np.sqrt(math.pi * depth * METRES_PER_UM)


def critical_depth_um(toughness_MPa_sqrt_m: ArrayLike, opening_MPa: ArrayLike) -> Array:
    """Depth at which a surface crack grows, (K_IC / (1.12 (p - s)))^2 / pi.

    Infinite where the opening is not positive.
    """
    opening = np.maximum(np.asarray(opening_MPa, dtype=float), 0.0)
    # Next to no opening makes the depth larger than a number can be: infinite, too.
    with np.errstate(divide="ignore", over="ignore"):
        ratio = np.asarray(toughness_MPa_sqrt_m, dtype=float) / (EDGE_CRACK_FACTOR * opening)
        return ratio**2 / (math.pi * METRES_PER_UM)


def edge_crack_weight(depth_fraction: ArrayLike) -> Array:
    """Share of a crack-face stress at a depth in the stress intensity of an edge crack.

    K = (2 / sqrt(pi a)) ∫ s(x) (1.3 - 0.3 (x/a)^1.25) / sqrt(1 - (x/a)^2) dx, for a pair
    of forces at depth x of a crack of depth a in a half plane (Tada, Paris and Irwin,
    The Stress Analysis of Cracks Handbook; about 1 %).

    Args:
        depth_fraction: x/a, from 0 at the mouth to 1 at the tip.

    Returns:
        The bracket 1.3 - 0.3 (x/a)^1.25.
    """
    return 1.3 - 0.3 * np.asarray(depth_fraction, dtype=float) ** 1.25


def edge_crack_rule(points: int = 12) -> tuple[Array, Array]:
    """Points and weights that turn stresses along an edge crack into K.

    K = sqrt(pi a) * sum(weight * stress). With x = a sin(t) the singular weight
    function becomes smooth and a Gauss rule in t integrates it.

    Args:
        points: Number of points.

    Returns:
        Depth fractions x/a and weights, both (points,); the weights sum to 1.122.
    """
    nodes, weights = np.polynomial.legendre.leggauss(points)
    angle = 0.25 * math.pi * (nodes + 1.0)
    depth = np.sin(angle)
    return depth, (2.0 / math.pi) * 0.25 * math.pi * weights * edge_crack_weight(depth)


def partly_filled_factor(reach_over_depth: float) -> float:
    """What a flaw filled only in part feels of the pressure at its mouth, 0 to 1.

    The pressure falls linearly from the mouth to zero at the sodium's reach, or on
    beyond the tip if the reach is larger; the weight function above turns it into a
    stress intensity, here over that of full pressure.

    Args:
        reach_over_depth: Depth at which the pressure is used up, over that of the flaw.
    """
    require(reach_over_depth >= 0, f"reach_over_depth = {reach_over_depth!r}: must be at least 0")
    if reach_over_depth == 0:
        return 0.0
    if math.isinf(reach_over_depth):
        return 1.0
    end = math.asin(min(reach_over_depth, 1.0))
    nodes, weights = np.polynomial.legendre.leggauss(24)
    depth = np.sin(0.5 * end * (nodes + 1.0))
    pressure = 1.0 - depth / reach_over_depth
    filled = float((0.5 * end * weights * pressure * edge_crack_weight(depth)).sum())
    whole = float(edge_crack_rule(24)[1].sum()) * math.pi / 2.0
    return filled / whole


def rigid_die_lateral_MPa(pressure_MPa: float, poisson: float) -> float:
    """Lateral compression of a pellet that cannot widen, nu / (1 - nu) p."""
    require(0 <= poisson < 0.5, f"poisson = {poisson!r}: must be at least 0 and below 0.5")
    return poisson / (1.0 - poisson) * pressure_MPa


def sleeve_lateral_MPa(
    pressure_MPa: float,
    young_MPa: float,
    poisson: float,
    sleeve_young_MPa: float,
    sleeve_poisson: float,
    diameter_ratio: float,
) -> float:
    """Lateral compression of a pellet in an elastic sleeve that fits without clearance.

    The pellet widens by (nu p - (1 - nu) q) / E, the bore of the sleeve by
    (q / E_s) ((k^2 + 1) / (k^2 - 1) + nu_s) with k its outer over inner diameter (Lamé,
    open ends, textbook); equal for q = nu p / (1 - nu + (E / E_s) (...)). Friction along
    the sleeve is left out.

    Args:
        pressure_MPa: Axial pressure p on the pellet.
        young_MPa: E of the pellet.
        poisson: nu of the pellet.
        sleeve_young_MPa: E_s.
        sleeve_poisson: nu_s.
        diameter_ratio: k, above 1.
    """
    require_positive(young_MPa=young_MPa, sleeve_young_MPa=sleeve_young_MPa)
    require(diameter_ratio > 1, f"diameter_ratio = {diameter_ratio!r}: must be above 1")
    square = diameter_ratio**2
    sleeve = (square + 1.0) / (square - 1.0) + sleeve_poisson
    give = 1.0 - poisson + young_MPa / sleeve_young_MPa * sleeve
    return poisson * pressure_MPa / give


@dataclass(frozen=True)
class JacketedSleeve:
    """Two elastic rings without clearance: a sleeve around the pellet, a jacket around it.

    Lamé for both, open ends (textbook); the radial displacements agree where they meet.

    Attributes:
        young_MPa: Of the sleeve.
        poisson: Of the sleeve.
        ratio: Outer over inner diameter of the sleeve.
        jacket_young_MPa: Of the jacket.
        jacket_poisson: Of the jacket.
        jacket_ratio: Outer diameter of the jacket over the inner one of the sleeve.
    """

    young_MPa: float
    poisson: float
    ratio: float
    jacket_young_MPa: float
    jacket_poisson: float
    jacket_ratio: float

    def __post_init__(self) -> None:
        """Reject a jacket that is no larger than its sleeve."""
        require(self.ratio > 1, f"ratio = {self.ratio!r}: must be above 1")
        text = f"jacket_ratio = {self.jacket_ratio!r}: must be above {self.ratio!r}"
        require(self.jacket_ratio > self.ratio, text)

    def between_share(self) -> float:
        """Pressure between sleeve and jacket over that in the bore."""
        b, c = self.ratio**2, self.jacket_ratio**2
        sleeve = ((b + 1.0) / (b - 1.0) - self.poisson) / self.young_MPa
        jacket = ((c + b) / (c - b) + self.jacket_poisson) / self.jacket_young_MPa
        return 2.0 / (b - 1.0) / self.young_MPa / (sleeve + jacket)

    def give_per_MPa(self) -> float:
        """Widening of the bore over its radius, per pressure in it."""
        b = self.ratio**2
        own = (b + 1.0) / (b - 1.0) + self.poisson
        return (own - self.between_share() * 2.0 * b / (b - 1.0)) / self.young_MPa

    def lateral_MPa(self, pressure_MPa: float, young_MPa: float, poisson: float) -> float:
        """Lateral compression of a pellet inside, as for `sleeve_lateral_MPa`."""
        give = 1.0 - poisson + young_MPa * self.give_per_MPa()
        return poisson * pressure_MPa / give

    def stress_MPa(self, bore_MPa: float) -> float:
        """Von Mises stress at the bore of the sleeve under a pressure there."""
        b = self.ratio**2
        hoop = bore_MPa * ((b + 1.0) - 2.0 * b * self.between_share()) / (b - 1.0)
        return math.sqrt(hoop**2 + hoop * bore_MPa + bore_MPa**2)


def compact_lateral_MPa(
    pressure_MPa: float, pressed_before_MPa: float, elastic_share: float, yield_MPa: float
) -> float:
    """Lateral compression of a powder compact in a die, loaded before to some pressure.

    Pressed for the first time it yields, max(K p, p - Y); below the largest pressure so
    far it is elastic, s_max - K (p_max - p), and at most p + Y (elastic and perfectly
    plastic, Tresca; own formula).

    Args:
        pressure_MPa: p.
        pressed_before_MPa: Largest pressure before, 0 if none.
        elastic_share: K, lateral over axial pressure of the elastic compact in its die.
        yield_MPa: Y, largest difference of the two.
    """
    largest = max(pressed_before_MPa, pressure_MPa)
    locked = max(elastic_share * largest, largest - yield_MPa)
    left = locked - elastic_share * (largest - pressure_MPa)
    return max(min(left, pressure_MPa + yield_MPa), 0.0)


def wall_friction_pressure_MPa(
    pressure_MPa: float, friction: float, lateral_share: float, length_over_diameter: float
) -> float:
    """Pressure at the far face of a powder in a die, p exp(-4 mu K L/D) (Janssen, textbook).

    Args:
        pressure_MPa: At the punch.
        friction: mu between powder and wall.
        lateral_share: K, lateral over axial pressure.
        length_over_diameter: L/D of the powder.
    """
    require_not_negative(pressure_MPa=pressure_MPa, friction=friction)
    return pressure_MPa * math.exp(-4.0 * friction * lateral_share * length_over_diameter)


def pore_pressure_MPa(
    length_um: float, width_um: float, yield_MPa: float, round_throat: bool = True
) -> float:
    """Pressure that pushes a yielding metal through connected pores, 4 k L/d or 2 k L/w.

    Balance of the pressure with the shear yield stress k on the wall of a tube of
    diameter d, or between the walls of a slot of width w; linear in the thickness.

    Args:
        length_um: L, the thickness of the pellet times the tortuosity of its pores.
        width_um: d or w of the throats.
        yield_MPa: Yield stress of the metal in tension.
        round_throat: Whether the throat is a tube.
    """
    require_positive(length_um=length_um, width_um=width_um, yield_MPa=yield_MPa)
    return (4.0 if round_throat else 2.0) * shear_yield_MPa(yield_MPa) * length_um / width_um


def slot_reach_yield_um(pressure_MPa: float, width_um: float, yield_MPa: float) -> float:
    """How deep rigid-plastic sodium is pushed into a slot, p w / (2 k).

    Both walls hold it back by the shear yield stress k = yield / sqrt(3) (sticking), so
    the pressure falls by 2 k / w per depth.

    Args:
        pressure_MPa: Pressure at the mouth.
        width_um: Width of the slot.
        yield_MPa: Yield stress of sodium in tension.
    """
    require_not_negative(pressure_MPa=pressure_MPa)
    require_positive(width_um=width_um)
    return pressure_MPa * width_um / (2.0 * shear_yield_MPa(yield_MPa))


def slot_creep_speed_um_per_s(
    gradient_MPa_per_um: float, width_um: float, prefactor: float, exponent: float
) -> float:
    """Mean speed of sodium that creeps through a slot, B G^n h^(n+1) / (n + 2).

    Own derivation. Norton's rate = A stress^n in shear is B tau^n with
    B = 3^((n+1)/2) A. Equilibrium gives tau = G y at distance y from the middle for a
    pressure gradient G; the speed, zero at the walls y = h = w/2, is the integral of
    B (G y)^n, and its mean over the slot is as stated. For n = 1 it is the parallel
    flow G w^2 / (12 viscosity) with viscosity 1/B (textbook).

    Args:
        gradient_MPa_per_um: G.
        width_um: w.
        prefactor: A in MPa^-n / s.
        exponent: n.
    """
    require_not_negative(gradient_MPa_per_um=gradient_MPa_per_um)
    require_positive(width_um=width_um, prefactor=prefactor, exponent=exponent)
    half = 0.5 * width_um
    shear = 3.0 ** (0.5 * (exponent + 1.0)) * prefactor
    return shear * gradient_MPa_per_um**exponent * half ** (exponent + 1.0) / (exponent + 2.0)


def slot_reach_creep_um(
    pressure_MPa: float, width_um: float, time_s: float, prefactor: float, exponent: float
) -> float:
    """How deep sodium creeps into an empty slot in a time, at constant pressure.

    Own derivation. The front at depth L moves with the mean speed under the gradient
    G = p / L, dL/dt = B (p/L)^n h^(n+1) / (n + 2), so that
    L = h [ (n+1)/(n+2) B p^n t ]^(1/(n+1)): proportional to the width of the slot.

    Args:
        pressure_MPa: Pressure at the mouth; none at the front.
        width_um: Width of the slot, w = 2 h.
        time_s: Time under pressure.
        prefactor: A of Norton's law in MPa^-n / s.
        exponent: n.
    """
    require_not_negative(pressure_MPa=pressure_MPa, time_s=time_s)
    require_positive(width_um=width_um, prefactor=prefactor, exponent=exponent)
    if pressure_MPa == 0.0 or time_s == 0.0:
        return 0.0
    # By logarithms: the power of a large pressure overflows.
    crept = math.log(prefactor) + exponent * math.log(pressure_MPa) + math.log(time_s)
    return slot_reach_of_strain_um(width_um, crept, exponent)


def slot_reach_of_strain_um(width_um: float, log_strain: float, exponent: float) -> float:
    """The same where pressure and temperature change: by the integral of A p^n over time.

    Own derivation: L^n dL/dt is proportional to A p^n, whose integral is the creep strain
    of a bar under the pressure at the mouth.

    Args:
        width_um: Width of the slot.
        log_strain: Natural logarithm of that strain.
        exponent: n.
    """
    require_positive(width_um=width_um, exponent=exponent)
    filled = (
        math.log((exponent + 1.0) / (exponent + 2.0))
        + 0.5 * (exponent + 1.0) * math.log(3.0)
        + log_strain
    )
    return 0.5 * width_um * math.exp(filled / (exponent + 1.0))
