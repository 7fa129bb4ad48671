"""Orientation averages against adaptive quadrature, and the law itself."""

import math

import numpy as np
import pytest
from scipy.integrate import dblquad, quad

from napress.postprocess.fracture import weibull


def averaged(stress, modulus):
    """The average over the sphere by brute force."""
    first, second, third = stress

    def normal(u, angle):
        across = second * math.cos(angle) ** 2 + third * math.sin(angle) ** 2
        return max(first * u**2 + (1 - u**2) * across, 0.0) ** modulus

    value = dblquad(normal, 0, math.pi / 2, 0, 1, epsabs=0, epsrel=1e-7)[0]
    return (2 * modulus + 1) * value * 2 / math.pi


@pytest.mark.parametrize("modulus", [3.0, 7.5, 20.0])
@pytest.mark.parametrize(
    "stress", [(1.0, 0.0, 0.0), (1.0, 1.0, -0.5), (2.0, 0.3, -1.0), (1.0, -2.0, -30.0)]
)
def test_average_over_the_sphere(stress, modulus):
    computed = weibull.normal_stress_average(np.array([stress]), modulus)[0]
    assert computed == pytest.approx(averaged(stress, modulus), rel=1e-5)


@pytest.mark.parametrize("ratio", [1.0, 0.4, 0.0, -0.5, -40.0])
def test_average_over_the_circle(ratio):
    modulus = 7.5

    def normal(angle):
        return max(math.cos(angle) ** 2 + ratio * math.sin(angle) ** 2, 0.0) ** modulus

    mean = quad(normal, 0, math.pi / 2, epsabs=0, epsrel=1e-9, limit=200)[0]
    uniaxial = quad(lambda a: math.cos(a) ** (2 * modulus), 0, math.pi / 2)[0]
    computed = weibull.tangent_stress_average(np.array([[2.0, 2.0 * ratio]]), modulus)[0]
    assert computed == pytest.approx(2.0**modulus * mean / uniaxial, rel=1e-6)


def test_compression_alone_carries_no_risk():
    stress = np.array([[-1.0, -2.0, -400.0], [0.0, -1.0, -1.0]])
    assert not weibull.independent_stresses(stress, 5.0).any()
    assert not weibull.normal_stress_average(stress, 5.0).any()
    assert not weibull.tangent_stress_average(stress[:, :2], 5.0).any()


def test_tension_beside_large_compression_counts():
    stress = np.array([[1.0, -300.0, -300.0]])
    assert weibull.independent_stresses(stress, 7.5)[0] == 1.0
    assert 0.0 < weibull.normal_stress_average(stress, 7.5)[0] < 0.01


def test_leaving_out_what_does_not_count_changes_nothing():
    random = np.random.default_rng(4)
    stress = np.sort(random.normal(-1.0, 1.0, (3000, 3)))[:, ::-1]
    size = random.random(3000)
    whole = float(weibull.normal_stress_average(stress, 7.5) @ size)
    kept = weibull.average_where_it_counts(stress, size, 7.5)
    assert float(kept @ size) == pytest.approx(whole, rel=1e-8)
    assert (kept > 0).sum() < 0.5 * len(stress)


def test_mean_and_characteristic_strength():
    law = weibull.WeibullLaw.from_mean(80.0, 7.5, 1e9, 1e7)
    mean = quad(lambda s: math.exp(-((s / law.characteristic_MPa) ** 7.5)), 0, 400)[0]
    assert mean == pytest.approx(80.0, rel=1e-6)


def test_law_refuses_what_is_no_positive_number():
    with pytest.raises(ValueError, match="modulus"):
        weibull.WeibullLaw(0.0, 80.0, 1.0, 1.0)
    with pytest.raises(ValueError, match="volume_um3"):
        weibull.WeibullLaw(7.0, 80.0, math.nan, 1.0)


def test_failure_probability_keeps_tiny_risks():
    assert weibull.failure_probability(1e-30) == pytest.approx(1e-30)
    assert weibull.failure_probability(math.inf) == 1.0
