"""Finite-strain J2 plasticity of the sodium: return mapping and its linearisation.

Multiplicative split with the isochoric elastic left Cauchy-Green tensor; flow
stress from linear and Voce hardening (Simo & Hughes, Computational Inelasticity,
1998, ch. 9). ``return_changes`` is the consistent tangent, written out: differentiated by UFL
the same takes four times the operations. ``direction_correction`` adds what makes Newton's
method converge for perfect plasticity.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import ufl

from napress.fem.algebra.tensors import pack, unpack
from napress.fem.inputs.materials import PlasticMetal
from napress.fem.sodium.creep import CreepConstants, creep_constants

# A void's corner yields at once: below this share of the yield stress the norm of
# the deviator is rounded off so that its derivative exists at zero stress.
NORM_FLOOR = 1e-8
# Metal that has flowed lies on its yield surface but for rounding, which must not decide
# whether it flows on: that takes this share more than the flow stress.
AT_YIELD = 1e-9
VOCE_ITERATIONS = 5
ROOT = math.sqrt(2.0 / 3.0)


@dataclass(frozen=True)
class ReturnMapping:
    """UFL expressions of one return mapping.

    Attributes:
        elastic: Trial isochoric elastic left Cauchy-Green tensor, (3, 3).
        trial_deviator: Trial Kirchhoff stress deviator, (3, 3), MPa.
        norm: Its norm, a UFL variable, MPa.
        shear: Shear modulus in the return direction, a UFL variable, MPa.
        share: What the return leaves of the trial deviator, a function of the two.
        deviator: Kirchhoff stress deviator after the return, (3, 3), MPa.
        inverse_plastic: Inverse plastic right Cauchy-Green tensor, (3, 3).
        plastic_strain: Equivalent plastic strain.
        flow_stress: Flow stress at that plastic strain, MPa; with creep the von Mises
            stress, which is what dissipates.
        direction_weight: Coefficient of the direction correction, zero where elastic.
        elastic_energy: Isochoric elastic energy per reference volume, MPa.
    """

    elastic: Any
    trial_deviator: Any
    norm: Any
    shear: Any
    share: Any
    deviator: Any
    inverse_plastic: Any
    plastic_strain: Any
    flow_stress: Any
    direction_weight: Any
    elastic_energy: Any


@dataclass(frozen=True)
class MetalConstants:
    """Material parameters as UFL constants, so that cases share compiled forms."""

    shear: Any
    bulk: Any
    yield_stress: Any
    hardening: Any
    voce: Any
    voce_strain: Any
    has_voce: bool
    creep: CreepConstants | None


def metal_constants(metal: PlasticMetal, constant: Any, strength: Any = None) -> MetalConstants:
    """Wraps the parameters of a metal.

    Args:
        metal: The parameters.
        constant: Turns a float into a UFL constant (e.g. of a mesh).
        strength: Field by which every stress of the flow law is multiplied; None is 1.
    """

    def stress(value: float) -> Any:
        return constant(value) if strength is None else strength * constant(value)

    return MetalConstants(
        shear=constant(metal.young_MPa / (2 * (1 + metal.poisson))),
        bulk=constant(metal.young_MPa / (3 * (1 - 2 * metal.poisson))),
        yield_stress=stress(metal.yield_MPa),
        hardening=stress(metal.hardening_MPa),
        voce=stress(metal.voce_MPa),
        voce_strain=constant(metal.voce_strain),
        has_voce=metal.voce_MPa != 0.0,
        creep=creep_constants(metal.creep, constant, strength),
    )


def flow_stress(metal: MetalConstants, plastic_strain: Any) -> tuple[Any, Any]:
    """Flow stress and hardening modulus at an equivalent plastic strain, MPa."""
    stress = metal.yield_stress + metal.hardening * plastic_strain
    modulus = metal.hardening
    if metal.has_voce:
        decay = ufl.exp(-plastic_strain / metal.voce_strain)
        stress = stress + metal.voce * (1 - decay)
        modulus = modulus + metal.voce / metal.voce_strain * decay
    return stress, modulus


def return_mapping(
    gradient: Any, inverse_plastic: Any, plastic_strain: Any, metal: MetalConstants
) -> ReturnMapping:
    """Radial return at finite strain.

    Args:
        gradient: Deformation gradient, (3, 3).
        inverse_plastic: Committed inverse plastic right Cauchy-Green tensor, (3, 3).
        plastic_strain: Committed equivalent plastic strain.
        metal: Material constants.
    """
    volume_ratio = ufl.det(gradient)
    elastic = volume_ratio ** (-2.0 / 3.0) * gradient * inverse_plastic * gradient.T
    trial = metal.shear * ufl.dev(elastic)
    shear = ufl.variable(metal.shear * ufl.tr(elastic) / 3)
    floor = (NORM_FLOOR * metal.yield_stress) ** 2
    norm = ufl.variable(ufl.sqrt(ufl.inner(trial, trial) + floor))

    old_flow, modulus = flow_stress(metal, plastic_strain)
    excess = norm - ROOT * old_flow
    multiplier = excess / (2 * shear + 2.0 / 3.0 * modulus)
    if metal.has_voce:
        # Saturating hardening is concave: Newton from the linearised start is
        # monotone, and a fixed number of iterations keeps the form differentiable.
        for _ in range(VOCE_ITERATIONS):
            flow, modulus = flow_stress(metal, plastic_strain + ROOT * multiplier)
            residual = norm - 2 * shear * multiplier - ROOT * flow
            multiplier = multiplier + residual / (2 * shear + 2.0 / 3.0 * modulus)
    flows = ufl.gt(excess, AT_YIELD * old_flow)
    multiplier = ufl.conditional(flows, multiplier, 0.0)
    new_strain = plastic_strain + ROOT * multiplier
    new_flow, modulus = flow_stress(metal, new_strain)
    directed = ROOT * (new_flow - modulus * (new_strain - plastic_strain))
    weight = -2 * shear * directed / (norm * (2 * shear + 2.0 / 3.0 * modulus))
    weight = ufl.conditional(flows, weight, 0.0)
    if metal.creep is not None:
        crept, slope = metal.creep.rule.multiplier(norm, shear, metal.creep)
        creep_weight = -2 * shear * (slope - crept / norm)
        if metal.creep.has_yield:
            # Whichever flows more leaves the smaller stress, which both of them allow.
            creeps = ufl.gt(crept, multiplier)
            crept = ufl.conditional(creeps, crept, multiplier)
            creep_weight = ufl.conditional(creeps, creep_weight, weight)
        multiplier, weight = crept, creep_weight
        new_strain = plastic_strain + ROOT * multiplier
        new_flow = (norm - 2 * shear * multiplier) / ROOT

    share = 1 - 2 * shear * multiplier / norm
    deviator = share * trial
    elastic_after = deviator / metal.shear + ufl.tr(elastic) / 3 * ufl.Identity(3)
    inverse_gradient = ufl.inv(gradient)
    return ReturnMapping(
        elastic=elastic,
        trial_deviator=trial,
        norm=norm,
        shear=shear,
        share=share,
        deviator=deviator,
        inverse_plastic=volume_ratio ** (2.0 / 3.0)
        * inverse_gradient
        * elastic_after
        * inverse_gradient.T,
        plastic_strain=new_strain,
        flow_stress=new_flow,
        direction_weight=weight,
        # The return keeps the trial trace; the energy is that of the isochoric tensor.
        elastic_energy=metal.shear
        / 2
        * (ufl.tr(elastic_after) / ufl.det(elastic_after) ** (1.0 / 3.0) - 3),
    )


def return_changes(mapping: ReturnMapping, rate: Any, metal: MetalConstants) -> tuple[Any, Any]:
    """The return mapping linearised about the present state.

    Args:
        mapping: The return mapping.
        rate: Change of the displacement's gradient in the present configuration, (3, 3).
        metal: Material constants.

    Returns:
        Changes of the trial deviator and of the deviator, (3, 3) each, MPa.
    """
    dragged = rate * mapping.elastic
    change = dragged + dragged.T - 2.0 / 3.0 * ufl.tr(rate) * mapping.elastic
    # Six numbers each: what is symmetric is worked out once.
    trial_change = unpack(pack(metal.shear * ufl.dev(change)))
    norm_change = ufl.inner(mapping.trial_deviator, trial_change) / mapping.norm
    shear_change = metal.shear * ufl.tr(change) / 3
    share_change = (
        ufl.diff(mapping.share, mapping.norm) * norm_change
        + ufl.diff(mapping.share, mapping.shear) * shear_change
    )
    return trial_change, mapping.share * trial_change + share_change * mapping.trial_deviator


def direction_correction(trial_change: Any, current: Any, dual: Any, weight: Any) -> Any:
    """What turns the consistent tangent into the primal-dual one.

    With perfect plasticity the tangent is stiff only along ``I - n x n``, n the
    trial stress direction, and Newton zig-zags between directions. The primal-dual
    tangent uses the symmetrised ``I - (m x n + n x m)/2`` with m an independent
    direction updated alongside (Hintermueller & Stadler, SIAM J. Sci. Comput. 28,
    2006, for the same structure in total-variation problems). The residual is
    untouched.

    Args:
        trial_change: Change of the trial deviator, (3, 3), MPa.
        current: Frozen trial direction n, six components.
        dual: Frozen dual direction m, six components.
        weight: Frozen ``direction_weight``.

    Returns:
        Change of the deviator to be added, (3, 3), MPa.
    """
    n, m = unpack(current), unpack(dual)
    along = ufl.inner(n, trial_change)
    symmetric = 0.5 * (m * along + n * ufl.inner(m, trial_change))
    return weight * (symmetric - n * along)
