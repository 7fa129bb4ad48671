"""Kinematics of the contact face against the same in UFL, evaluated by DOLFINx."""

from __future__ import annotations

import napress.meshes.backend  # noqa: F401  orders the imports below

import numpy as np
import pytest
import ufl
from dolfinx import fem
from mpi4py import MPI

from napress.fem.inputs.materials import PlasticMetal
from napress.fem.sodium.body import Sodium
from napress.meshes.interface_mesh import build_sodium

METAL = PlasticMetal(young_MPa=10e3, poisson=0.33, yield_MPa=1.0, hardening_MPa=0.0)


def sodium(dimension: int) -> Sodium:
    widths, counts = ((4.0,), (4,)) if dimension == 2 else ((4.0, 3.0), (3, 2))
    body = build_sodium(widths, 3.0, counts, MPI.COMM_SELF, dimension=dimension)
    return Sodium(body, METAL, 1.0)


@pytest.mark.parametrize("dimension", [2, 3])
def test_place_tangents_and_their_rates_agree_with_ufl(dimension: int) -> None:
    body = sodium(dimension)
    random = np.random.default_rng(dimension)
    state, direction = (0.05 * random.standard_normal(len(body.fields.state.x.array)) for _ in "ab")
    body.set_state(state)
    body.fields.direction.x.array[:] = direction
    mesh = body.body.mesh
    displacement, motion = (ufl.split(one)[0] for one in (body.fields.state, body.fields.direction))
    gradient = ufl.Identity(dimension) + ufl.grad(displacement)
    area = ufl.det(gradient) * ufl.inv(gradient).T * ufl.FacetNormal(mesh)
    up = dimension - 1
    rate = ufl.derivative(-area[up], body.fields.state, body.fields.direction)
    position = ufl.SpatialCoordinate(mesh) + displacement
    parts = [*(position[i] for i in range(dimension)), -area[up], ufl.sqrt(ufl.dot(area, area))]
    parts += [*(motion[i] for i in range(dimension)), rate]
    vector = ufl.algorithms.expand_derivatives(ufl.as_vector(parts))
    expected = fem.Expression(vector, body.face.rule).eval(mesh, body.face.entities)
    expected = expected.reshape(-1, len(parts))
    surface = body.surface()
    velocity, ratio_rate = body.surface_rate(direction)
    found = np.column_stack(
        [surface.position, surface.area_ratio, surface.stretch, velocity, ratio_rate]
    )
    assert found == pytest.approx(expected, abs=1e-12)
