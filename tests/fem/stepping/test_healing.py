"""Diffusion along the interface: what leaves arrives, from high pressure to low, at any step."""

from __future__ import annotations

import numpy as np
import pytest

from napress.fem.inputs.stripping import Stripping
from napress.fem.stepping.healing import mobility_um3_per_MPa_s, receding_um
from napress.postprocess.theory.stripping import levelling_time_s

WIDTH, MODULUS = 10.0, 5000.0


def places(count=200):
    edges = np.linspace(0, WIDTH, count + 1)
    return 0.5 * (edges[1:] + edges[:-1]), np.diff(edges)


def test_metal_flows_from_a_strip_of_contact_into_the_void_beside_it():
    along, area = places()
    pressure = np.where(along < 0.5 * WIDTH, 1.0 - (along / WIDTH) ** 2, 0.0)
    for mobility_time in (1e-8, 1e-2, 1e6):
        left = receding_um(along, area, pressure, mobility_time, MODULUS)
        assert abs(area @ left) < 1e-12 * (area @ np.abs(left))
        assert left[-1] <= 1e-6 * left.max() and left[0] > 0
        edge = np.searchsorted(along, 0.5 * WIDTH)
        assert left[edge] < 0
        # A long step spreads what arrives over what is elastic there.
        assert mobility_time > 1e-6 or left[edge - 1] > 0


def test_a_small_step_is_the_divergence_of_the_flow():
    along, area = places(800)
    number, mobility_time = 2 * np.pi / WIDTH, 1e-9
    left = receding_um(along, area, np.cos(number * along), mobility_time, MODULUS)
    expected = mobility_time * number**2 * np.cos(number * along)
    assert left == pytest.approx(expected, rel=1e-3, abs=1e-3 * expected.max())


def test_a_long_step_levels_an_elastic_wave_and_no_more():
    along, area = places(800)
    number = 2 * np.pi / WIDTH
    left = receding_um(along, area, np.cos(number * along), 1e9, MODULUS)
    # p / (E* k / 2): the recession that takes the whole pressure away.
    assert left.max() == pytest.approx(2 / (MODULUS * number), rel=1e-3)


def test_a_step_of_one_time_of_decay_halves_the_wave():
    """Implicit Euler: 1 / (1 + t / tau)."""
    along, area = places(800)
    number, mobility = 2 * np.pi / WIDTH, 1e-4
    step = mobility * levelling_time_s(mobility, WIDTH, MODULUS)
    left = receding_um(along, area, np.cos(number * along), step, MODULUS)
    assert left.max() * MODULUS * number / 2 == pytest.approx(0.5, rel=1e-3)


def test_the_order_of_the_points_does_not_matter():
    along, area = places()
    pressure = np.exp(-along)
    mixed = np.random.default_rng(1).permutation(len(along))
    left = receding_um(along, area, pressure, 1e-3, MODULUS)
    again = receding_um(along[mixed], area[mixed], pressure[mixed], 1e-3, MODULUS)
    assert again == pytest.approx(left[mixed], rel=1e-9, abs=1e-15)


def test_mobility_in_its_units():
    # 23.7e-6 m3/mol * 1e-20 m3/s / (8.314 * 298.15 J/mol) = 9.56e-29 m3/(Pa s)
    numbers = Stripping(23.7, 1.0, diffusion_um3_per_s=1e-2)
    assert mobility_um3_per_MPa_s(numbers, 298.15) == pytest.approx(9.56e-5, rel=1e-3)
