"""Reference solutions at the scale of the pellet: plate, sleeve, friction hill, extrusion, tilt.

Pressures and stresses in MPa, lengths in µm; pressure is positive in compression.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from napress.postprocess.theory.contact import require, require_not_negative, require_positive
from napress.postprocess.theory.plasticity import shear_yield_MPa

Array = NDArray[np.float64]


def plate_over_gap_tension_MPa(
    pressure_MPa: float, gap_radius_um: float, thickness_um: float, poisson: float
) -> float:
    """Bending tension at the centre of a simply supported disc, 3 (3 + nu) p r^2 / (8 t^2).

    Thin-plate theory (textbook): the disc ends at the edge of the gap, where it may
    rotate freely. A pellet that reaches beyond the gap is pressed down there, which
    resists the rotation; for it this is an upper bound, see `clamped_plate_tension_MPa`.
    """
    require_positive(gap_radius_um=gap_radius_um, thickness_um=thickness_um)
    return 3 * (3 + poisson) * pressure_MPa * gap_radius_um**2 / (8 * thickness_um**2)


def clamped_plate_tension_MPa(
    pressure_MPa: float, gap_radius_um: float, thickness_um: float, poisson: float
) -> float:
    """Bending tension at the centre of a clamped disc, 3 (1 + nu) p r^2 / (8 t^2) (textbook)."""
    require_positive(gap_radius_um=gap_radius_um, thickness_um=thickness_um)
    return 3 * (1 + poisson) * pressure_MPa * gap_radius_um**2 / (8 * thickness_um**2)


def friction_hill_mean_pressure_MPa(
    radius_um: float, thickness_um: float, yield_MPa: float, edge_MPa: float | None = None
) -> float:
    """Mean pressure that a disc of metal sticking to both platens carries.

    Slab theory (textbook): the pressure rises from the edge with 2k/h, k the shear
    yield stress, so the mean is ``edge + 2 k R / (3 h)``; with an unconfined edge,
    where the pressure is the yield stress, s0 (1 + 2R / (3 sqrt(3) h)).

    Args:
        radius_um: Radius of the disc.
        thickness_um: Its thickness, the whole distance between the platens.
        yield_MPa: Yield stress in tension s0.
        edge_MPa: Pressure held at the edge; None is an unconfined edge.
    """
    require_positive(radius_um=radius_um, thickness_um=thickness_um, yield_MPa=yield_MPa)
    edge = yield_MPa if edge_MPa is None else edge_MPa
    return edge + 2 * shear_yield_MPa(yield_MPa) * radius_um / (3 * thickness_um)


def friction_hill_thickness_um(
    mean_pressure_MPa: float, radius_um: float, yield_MPa: float, edge_MPa: float | None = None
) -> float:
    """Thickness at which a disc between rigid flat platens stops flowing out.

    The inverse of `friction_hill_mean_pressure_MPa`; infinite if the edge alone
    holds the pressure.
    """
    require_positive(radius_um=radius_um, yield_MPa=yield_MPa)
    edge = yield_MPa if edge_MPa is None else edge_MPa
    if mean_pressure_MPa <= edge:
        return math.inf
    return 2 * shear_yield_MPa(yield_MPa) * radius_um / (3 * (mean_pressure_MPa - edge))


def die_extrusion_pressure_MPa(clearance_um: float, land_um: float, yield_MPa: float) -> float:
    """Pressure drop 2 k L / c at which metal flows through a die clearance.

    Balance of forces on the metal in the gap between punch and die, which sticks to
    both walls with the shear yield stress k.

    Args:
        clearance_um: Radial clearance c; 0 lets nothing through.
        land_um: Length L of the gap.
        yield_MPa: Yield stress in tension.
    """
    require_not_negative(clearance_um=clearance_um, land_um=land_um)
    if clearance_um == 0:
        return math.inf
    return 2 * shear_yield_MPa(yield_MPa) * land_um / clearance_um


def sleeve_stiffness_MPa_per_um(
    bore_um: float, outer_um: float, young_MPa: float, poisson: float
) -> float:
    """Pressure in the bore of a long sleeve with free ends per radial motion of its wall.

    Lame's thick cylinder without axial stress (textbook):
    u(a) = (p a / E) [(b^2 + a^2) / (b^2 - a^2) + nu].

    Args:
        bore_um: Inner radius a.
        outer_um: Outer radius b.
        young_MPa: Young's modulus of the sleeve.
        poisson: Its Poisson's ratio.
    """
    _require_sleeve(bore_um, outer_um)
    ratio = (outer_um**2 + bore_um**2) / (outer_um**2 - bore_um**2)
    return young_MPa / (bore_um * (ratio + poisson))


def sleeve_stress_MPa(
    radius_um: Array | float, pressure_MPa: float, bore_um: float, outer_um: float
) -> tuple[Array, Array]:
    """Radial and hoop stress in a sleeve under pressure in its bore (Lame, textbook).

    Returns:
        ``p a^2 / (b^2 - a^2) (1 -+ b^2 / r^2)``, tension positive, shaped as the radius.
    """
    _require_sleeve(bore_um, outer_um)
    level = pressure_MPa * bore_um**2 / (outer_um**2 - bore_um**2)
    fade = (outer_um / np.asarray(radius_um, dtype=float)) ** 2
    return level * (1 - fade), level * (1 + fade)


def sleeve_von_mises_MPa(pressure_MPa: float, bore_um: float, outer_um: float) -> float:
    """Largest von Mises stress of a sleeve without axial stress: at the bore."""
    radial, hoop = sleeve_stress_MPa(bore_um, pressure_MPa, bore_um, outer_um)
    return float(np.sqrt(radial**2 - radial * hoop + hoop**2))


def confined_side_pressure_MPa(
    axial_MPa: float, radius_um: float, young_MPa: float, poisson: float, sleeve_MPa_per_um: float
) -> float:
    """Pressure between a pellet under uniform axial pressure and its elastic sleeve.

    From the equal radial motion of both: q = nu p / (1 - nu + E / (k R)), with k the
    sleeve's stiffness; nu p / (1 - nu) for a rigid die, 0 without one.
    """
    require_positive(radius_um=radius_um, young_MPa=young_MPa)
    require_not_negative(sleeve_MPa_per_um=sleeve_MPa_per_um)
    if sleeve_MPa_per_um == 0:
        return 0.0
    return poisson * axial_MPa / (1 - poisson + young_MPa / (sleeve_MPa_per_um * radius_um))


def oedometric_modulus_MPa(young_MPa: float, poisson: float) -> float:
    """Axial modulus without lateral strain, E (1 - nu) / ((1 + nu) (1 - 2 nu)) (textbook)."""
    return young_MPa * (1 - poisson) / ((1 + poisson) * (1 - 2 * poisson))


def tilted_layer_modulus_MPa(young_MPa: float, poisson: float, confined: bool) -> float:
    """Pressure per compressive strain that grows across a layer between frictionless faces.

    With free sides each column is compressed by itself, as in pure bending: Young's
    modulus, exact at any thickness. In a rigid die, layer much wider than thick:
    the columns push each other sideways, u = A (r^2 - R^2) with
    A = L theta / (2 h (L + 3 G)), which leaves M - L^2 / (L + 3 G), with the Lame
    constants L and G and the axial modulus without lateral strain M (own derivation:
    equilibrium of the layer's mean stresses with no motion at the die). Faces that
    stick would leave M.

    Args:
        young_MPa: Young's modulus.
        poisson: Poisson's ratio.
        confined: Whether a rigid die holds the side.
    """
    if not confined:
        return young_MPa
    shear = young_MPa / (2 * (1 + poisson))
    lame = young_MPa * poisson / ((1 + poisson) * (1 - 2 * poisson))
    return lame + 2 * shear - lame**2 / (lame + 3 * shear)


def tilted_punch_pressure_MPa(
    position_um: Array | float,
    approach_um: float,
    tilt_rad: float,
    thickness_um: float,
    young_MPa: float,
    poisson: float,
    confined: bool,
) -> Array:
    """Pressure of a rigid tilted punch on an elastic layer, (M d + M' theta x) / h.

    Args:
        position_um: Distance x from the axis of the tilt towards the deeper side.
        approach_um: Approach d of the punch at that axis.
        tilt_rad: Tilt theta.
        thickness_um: Thickness h of the layer.
        young_MPa: Young's modulus.
        poisson: Poisson's ratio.
        confined: Whether a rigid die holds the side; then M is the axial modulus
            without lateral strain, else Young's modulus, and M' as in
            `tilted_layer_modulus_MPa`.
    """
    require_positive(thickness_um=thickness_um, young_MPa=young_MPa)
    mean = oedometric_modulus_MPa(young_MPa, poisson) if confined else young_MPa
    sloped = tilted_layer_modulus_MPa(young_MPa, poisson, confined)
    rise = sloped * tilt_rad * np.asarray(position_um, dtype=float)
    return (mean * approach_um + rise) / thickness_um


def tilted_punch_moment_uN_um(
    tilt_rad: float, radius_um: float, thickness_um: float, modulus_MPa: float
) -> float:
    """Moment of that pressure on a disc about the axis of the tilt, M' theta pi R^4 / (4 h)."""
    require_positive(radius_um=radius_um, thickness_um=thickness_um, modulus_MPa=modulus_MPa)
    return modulus_MPa * tilt_rad * math.pi * radius_um**4 / (4 * thickness_um)


def press_force_kN(pressure_MPa: float, radius_um: float) -> float:
    """Force for a mean pressure on a disc, p pi R^2."""
    require_positive(radius_um=radius_um)
    return pressure_MPa * math.pi * radius_um**2 * 1e-9


def _require_sleeve(bore_um: float, outer_um: float) -> None:
    require_positive(bore_um=bore_um, outer_um=outer_um)
    require(outer_um > bore_um, f"outer_um = {outer_um!r}: must exceed bore_um = {bore_um!r}")
