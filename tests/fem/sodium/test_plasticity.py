"""Where metal flows: beyond its yield surface, and not for what rounding puts there."""

from __future__ import annotations

import napress.meshes.backend  # noqa: F401

import numpy as np
import pytest
from mpi4py import MPI
from scipy.optimize import brentq

from napress.cases.verification.pressing.pressing import sinusoid_problem
from napress.fem.coupled.problem import build_system


@pytest.mark.parametrize(("beyond", "flows"), [(-1e-6, False), (1e-10, False), (1e-6, True)])
def test_rounding_at_the_yield_surface_does_not_decide_whether_metal_flows(beyond, flows):
    sodium = build_system(sinusoid_problem(16), MPI.COMM_SELF).sodium
    metal, plastic = sodium.metal, sodium.plastic
    shear = metal.young_MPa / (2 * (1 + metal.poisson))
    wanted = metal.yield_MPa * (1 + beyond)
    # Von Mises stress of a bar stretched to the left Cauchy-Green tensor (b, 1/√b, 1/√b).
    stretch = brentq(lambda b: shear * (b - b**-0.5) - wanted, 1.0, 1.1, xtol=1e-16, rtol=1e-15)
    stretched = np.array([stretch, stretch**-0.5, stretch**-0.5, 0.0, 0.0, 0.0])
    shape = plastic.plastic_strain().shape
    plastic.restart(np.broadcast_to(stretched, (*shape, 6)).copy(), np.zeros(shape))
    weight = plastic.stress_direction().weight
    assert np.all(weight < 0.0) if flows else np.all(weight == 0.0)
