"""Stripping: Faraday's numbers, the current under a strip, the pressure that keeps up."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad

from napress.postprocess.theory import norton_sphere_closure_rate_per_s, stripping

SODIUM = stripping.molar_volume_cm3_per_mol(22.98976928, 0.971)


def test_a_milliampere_hour_of_sodium():
    assert SODIUM == pytest.approx(23.7, abs=0.05)
    assert stripping.recession_rate_um_per_s(1.0, SODIUM) == pytest.approx(2.46e-3, rel=3e-3)
    assert stripping.metal_removed_um(1.0, SODIUM) == pytest.approx(8.85, rel=3e-3)
    assert stripping.metal_removed_um(-2.0, SODIUM) == -2 * stripping.metal_removed_um(1.0, SODIUM)


def test_the_current_under_a_strip_is_all_the_current_there_is():
    half, period = 3.0, 20.0

    def regular(angle: float) -> float:
        # x = a-edge substitution sin(pi x/L) = sin(pi a/L) sin(angle) takes the edge out.
        along = period / np.pi * np.arcsin(np.sin(np.pi * half / period) * np.sin(angle))
        ratio = stripping.blocked_strip_current_ratio(np.array([along]), half, period)[0]
        stretch = np.sin(np.pi * half / period) * np.cos(angle) / np.cos(np.pi * along / period)
        return ratio * stretch * period / np.pi

    total, _ = quad(regular, -np.pi / 2 + 1e-9, np.pi / 2 - 1e-9)
    assert total / period == pytest.approx(1.0, rel=1e-6)


def test_creep_at_that_pressure_keeps_up():
    rate, exponent, radius = 0.53, 5.0, 3.0
    pressure = stripping.replenishing_pressure_MPa(2.5, radius, rate, exponent, SODIUM)
    closing = radius * norton_sphere_closure_rate_per_s(pressure, 1e-24, rate, exponent)
    opening = stripping.recession_rate_um_per_s(2.5, SODIUM)
    # A void of almost no volume fraction is the void in an infinite body.
    assert closing == pytest.approx(opening, rel=1e-3)
    assert 1.0 < pressure < 1.6


@pytest.mark.parametrize(
    ("current", "rate", "exponent", "volume", "expected"),
    [
        (2.5, 0.53, 5.0, SODIUM, (0.99, 1.57)),
        (1.0, 0.53, 5.0, SODIUM, (0.82, 1.31)),
        (0.2, 7.7e-3, 6.56, 13.0, (2.05, 2.92)),
        (1.0, 7.7e-3, 6.56, 13.0, (2.62, 3.73)),
    ],
)
def test_the_table_of_the_docs(current, rate, exponent, volume, expected):
    for radius, value in zip((10.0, 1.0), expected, strict=True):
        found = stripping.replenishing_pressure_MPa(current, radius, rate, exponent, volume)
        assert found == pytest.approx(value, abs=0.006)
