"""Weak form of the sodium: finite-strain plasticity, pressure, contact.

The contact pressure pushes along the sodium's own deformed facets (cofactor of
the deformation gradient), not along the obstacle's normal. Internal pressure acts
through the same discrete facets, so a uniform pressure is in exact equilibrium at
any magnitude. With the obstacle's normal the interpolation error of the surface,
times hundreds of MPa, becomes a tangential load on a metal that yields at one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ufl

from napress.fem.algebra.tensors import embed, unpack
from napress.fem.contact.friction import traction
from napress.fem.contact.law_fields import LawFields
from napress.fem.inputs.contact_law import FRICTIONLESS
from napress.fem.sodium.plasticity import (
    MetalConstants,
    ReturnMapping,
    direction_correction,
    return_changes,
    return_mapping,
)

BULK_DEGREE = {2: 2, 3: 3}  # integrates pressure times cofactor exactly
FACET_DEGREE = 6


@dataclass(frozen=True)
class SodiumFields:
    """Functions and constants the forms are written in.

    Attributes:
        state: Mixed displacement and pressure.
        frozen: Copy of ``state`` that is not differentiated.
        direction: Mixed function holding a search direction.
        inverse_plastic: Inverse plastic tensor a step starts from, six components.
        plastic_strain: Equivalent plastic strain a step starts from.
        inverse_plastic_before: Committed inverse plastic tensor.
        plastic_strain_before: Committed equivalent plastic strain.
        volume_before: Volume of the metal, relative to its stress-free one, that the
            reference mesh stands for: 1 until nodes are redistributed.
        current_direction: Frozen trial stress direction, six components.
        dual_direction: Frozen dual stress direction, six components.
        direction_weight: Frozen weight of the direction correction.
        height: Obstacle height under each facet point.
        slope: Obstacle slope there.
        multiplier: Contact multiplier there.
        recession: Recession of the obstacle there, for its directional derivative.
        stiffness: Contact stiffness, MPa/µm.
        previous: Mixed state at the last accepted step.
        previous_slope: Obstacle slope under each facet point then.
        slip_viscosity: Resistance to lateral slip since then, MPa/µm.
        edge_stiffness: Stiffness against lateral drift of edge midpoints, MPa.
        facet_size: Facet size, µm.
        laws: What friction, adhesion and trapped gas add.
    """

    state: Any
    frozen: Any
    direction: Any
    inverse_plastic: Any
    plastic_strain: Any
    inverse_plastic_before: Any
    plastic_strain_before: Any
    volume_before: Any
    current_direction: Any
    dual_direction: Any
    direction_weight: Any
    height: Any
    slope: Any
    multiplier: Any
    recession: Any
    stiffness: Any
    previous: Any
    previous_slope: Any
    slip_viscosity: Any
    edge_stiffness: Any
    facet_size: Any
    laws: LawFields


@dataclass(frozen=True)
class SodiumForms:
    """UFL forms and expressions of the sodium.

    Attributes:
        residual: Out-of-balance force.
        tangent: Its primal-dual derivative.
        recession_force: Change of the residual when the obstacle recedes.
        mapping: Return mapping at the present state.
        cauchy: Cauchy stress, (3, 3), MPa.
        elastic_energy: Elastic energy per reference volume, MPa.
        dissipation: Plastic dissipation since the commit per reference volume, MPa.
        volume_ratio: Determinant of the deformation gradient.
        slip_work: Form of the work done against the slip resistance since ``previous``.
        edge_energy: Energy form held by the edge stiffness.
    """

    residual: Any
    tangent: Any
    recession_force: Any
    mapping: ReturnMapping
    cauchy: Any
    elastic_energy: Any
    dissipation: Any
    volume_ratio: Any
    slip_work: Any
    edge_energy: Any


def build_forms(
    fields: SodiumFields, metal: MetalConstants, mesh: Any, bulk: Any, contact: Any
) -> SodiumForms:
    """Writes the weak form.

    Args:
        fields: The functions it is written in.
        metal: Material constants.
        mesh: The sodium's mesh.
        bulk: Volume measure of ``BULK_DEGREE``.
        contact: Surface measure of the contact face of ``FACET_DEGREE``.
    """
    dimension = mesh.geometry.dim
    lateral = range(dimension - 1)
    state, space = fields.state, fields.state.function_space
    displacement, pressure = ufl.split(state)
    test, pressure_test = ufl.TestFunctions(space)
    trial = ufl.TrialFunction(space)
    motion, pressure_change = ufl.split(trial)

    gradient = embed(ufl.grad(displacement), dimension) + ufl.Identity(3)
    volume_ratio, inverse = ufl.det(gradient), ufl.inv(gradient)
    mapping = return_mapping(gradient, unpack(fields.inverse_plastic), fields.plastic_strain, metal)
    # Energies and the stress deviator count per stress-free volume of the metal; the
    # integrals run over the reference mesh.
    dense = 1 / fields.volume_before
    kirchhoff = dense * mapping.deviator + volume_ratio * pressure * ufl.Identity(3)
    test_gradient = embed(ufl.grad(test), dimension)
    residual_bulk = (
        ufl.inner(kirchhoff * inverse.T, test_gradient) * bulk
        + pressure_test * (volume_ratio - dense * (1 + pressure / metal.bulk)) * bulk
    )
    # Its derivative, with both gradients taken in the present configuration.
    rate, test_rate = embed(ufl.grad(motion), dimension) * inverse, test_gradient * inverse
    trial_change, deviator_change = return_changes(mapping, rate, metal)
    deviator_change += direction_correction(
        trial_change, fields.current_direction, fields.dual_direction, fields.direction_weight
    )
    pressure_term = volume_ratio * (pressure_change + pressure * ufl.tr(rate))
    tangent_bulk = (
        ufl.inner(dense * deviator_change - kirchhoff * rate.T, test_rate) * bulk
        + pressure_term * ufl.tr(test_rate) * bulk
        + pressure_test
        * (volume_ratio * ufl.tr(rate) - dense * pressure_change / metal.bulk)
        * bulk
    )

    # Contact. Lateral motion is measured from an undifferentiated copy, so that the
    # derivative sees the obstacle's slope although its height is sampled data.
    position = ufl.SpatialCoordinate(mesh)
    frozen = ufl.split(fields.frozen)[0]
    slide = sum(fields.slope[i] * (displacement[i] - frozen[i]) for i in lateral)
    up = dimension - 1
    gap = position[up] + displacement[up] - fields.height - slide
    trial_pressure = fields.multiplier - fields.stiffness * gap
    floor = 0.0 if fields.laws.floor is None else fields.laws.floor
    in_contact = ufl.gt(trial_pressure, floor)
    contact_pressure = ufl.conditional(in_contact, trial_pressure, floor)
    if fields.laws.floor is not None:
        contact_pressure += fields.laws.rise
    in_plane = ufl.Identity(dimension) + ufl.grad(displacement)
    area_vector = ufl.cofac(in_plane) * ufl.FacetNormal(mesh)
    residual_contact = contact_pressure * ufl.dot(area_vector, test) * contact
    pushed_back = ufl.conditional(in_contact, fields.stiffness, 0.0) * fields.recession
    if fields.laws.floor is not None:
        pushed_back += fields.laws.rise_change
    recession_force = pushed_back * ufl.dot(area_vector, test) * contact
    if fields.laws.friction != FRICTIONLESS:
        lateral_position = [position[i] + displacement[i] for i in lateral]
        drag = traction(lateral_position, contact_pressure, in_contact, fields.slope, fields.laws)
        stretched = ufl.sqrt(ufl.dot(area_vector, area_vector))
        residual_contact += stretched * ufl.dot(drag, test) * contact

    # A quadratic edge has a midpoint that perfectly plastic metal does not hold in
    # place laterally. Tying it to the middle of its edge is a choice of subspace
    # (linear lateral, quadratic vertical displacement), consistent under refinement. The
    # second derivatives of a quadratic are constant: one point integrates them.
    at_one_point = contact.reconstruct(metadata={"quadrature_degree": 0})
    curvature = [ufl.grad(ufl.grad(displacement[axis])) for axis in lateral]
    bending = sum(one[i, j] * one[i, j] for one in curvature for i in lateral for j in lateral)
    edge_energy = 0.5 * fields.edge_stiffness * fields.facet_size**3 * bending * at_one_point
    residual_edge = ufl.derivative(edge_energy, state, ufl.TestFunction(space))

    # Off by default. A facet that snaps to another place on a perfectly plastic
    # surface has no resistance to overcome; the step control switches this on for
    # the steps that need it, and its work is reported.
    steep = [-fields.previous_slope[i] for i in lateral]
    normal = ufl.as_vector([*steep, 1.0])
    normal = normal / ufl.sqrt(ufl.dot(normal, normal))
    moved = displacement - ufl.split(fields.previous)[0]
    slip = moved - ufl.dot(normal, moved) * normal
    residual_slip = fields.slip_viscosity * ufl.dot(slip, test) * contact

    on_face = residual_contact + residual_edge + residual_slip
    deviator = dense * mapping.deviator / volume_ratio
    return SodiumForms(
        residual=residual_bulk + on_face,
        tangent=tangent_bulk + ufl.derivative(on_face, state, trial),
        recession_force=recession_force,
        mapping=mapping,
        cauchy=deviator + pressure * ufl.Identity(3),
        elastic_energy=dense * (mapping.elastic_energy + 0.5 * pressure**2 / metal.bulk),
        dissipation=dense * _plastic_work(fields, mapping, metal, gradient, dimension),
        volume_ratio=volume_ratio,
        slip_work=fields.slip_viscosity * ufl.dot(slip, slip) * contact,
        edge_energy=edge_energy,
    )


def _plastic_work(
    fields: SodiumFields,
    mapping: ReturnMapping,
    metal: MetalConstants,
    gradient: Any,
    dimension: int,
) -> Any:
    """Plastic work of a step per stress-free volume, MPa.

    The plastic strain of the step, brought to where the metal is and was, times the mean of
    the stresses at the two ends: the trapezoidal rule, as the platen's work is summed. The
    stress at the end alone would count a stress that turns along the yield surface too high,
    and so would the equivalent plastic strain flow that turns back. Elastic strain, a few
    1e-4 of the whole, is left out of the transport.
    """
    before = embed(ufl.grad(ufl.split(fields.previous)[0]), dimension) + ufl.Identity(3)
    committed = unpack(fields.inverse_plastic_before)
    strain = -0.5 * (mapping.inverse_plastic - committed)

    def moved(tensor: Any, motion: Any) -> Any:
        return ufl.det(motion) ** (-2.0 / 3.0) * motion * tensor * motion.T

    stress_before = metal.shear * ufl.dev(moved(committed, before))
    mean_stress = 0.5 * (mapping.deviator + stress_before)
    return ufl.inner(mean_stress, 0.5 * (moved(strain, gradient) + moved(strain, before)))
