"""A thin layer between sticking faces: limits of its closed forms, and Wang's pressed foil."""

from __future__ import annotations

import math

import numpy as np
import pytest

from napress.postprocess.theory import slab
from napress.postprocess.theory.pellet import friction_hill_mean_pressure_MPa

NA, K = 0.235, 0.235 / math.sqrt(3)


@pytest.mark.parametrize(
    # Front pressure over k by finite element limit analysis of strips.
    ("ratio", "covered", "front"),
    [(40, 0.5, 4.36), (40, 0.8, 4.41), (10, 0.5, 4.26), (10, 0.95, 5.15), (10, 0.99, 8.37),
     (4, 0.5, 4.32), (4, 0.95, 6.64), (4, 0.99, 10.1)],
)  # fmt: skip
def test_front_is_that_of_limit_analysis_within_what_is_said(ratio, covered, front):
    found = slab.strip_front_pressure_MPa(covered, 1000.0, 1000.0 / ratio, NA) / K
    assert found == pytest.approx(front, abs=0.61)


def test_pressure_of_a_wave_of_5_mm_on_three_foils():
    # Nearly closed: half gap a quarter of the thickness.
    def at(thickness, strength):
        covered = 1 - 0.5 * thickness / 5000.0
        return slab.strip_wave_pressure_MPa(covered, 5000.0, thickness, strength)

    assert [at(h, NA) for h in (500.0, 100.0, 20.0)] == pytest.approx([1.4, 4.1, 18.0], rel=0.15)
    assert [at(h, 0.8) for h in (500.0, 100.0, 20.0)] == pytest.approx([4.7, 14.0, 60.0], rel=0.15)


def test_fraction_is_the_inverse_and_never_quite_one():
    for pressure in (0.1, 1.0, 4.0, 7.0):
        covered = slab.strip_wave_fraction(pressure, 5000.0, 100.0, NA)
        assert 0 < covered < 1
        again = slab.strip_wave_pressure_MPa(covered, 5000.0, 100.0, NA)
        assert again == pytest.approx(pressure, rel=1e-5)
    assert slab.strip_wave_fraction(100.0, 5000.0, 100.0, NA) == 1 - slab.SMALLEST_OPEN
    rising = [slab.strip_wave_fraction(p, 5000.0, 100.0, NA) for p in np.geomspace(0.1, 300, 20)]
    assert (np.diff(rising) >= 0).all() and rising[-1] < 1


def test_thin_layers_need_more_than_thick_ones():
    thin, thick = (slab.strip_wave_pressure_MPa(0.8, 5000.0, h, NA) for h in (20.0, 500.0))
    assert thin > 5 * thick


def test_wangs_foil_ends_where_it_was_measured_untuned():
    """1.5 mm x 6.35 mm of sodium, 3 MPa nominal, held at force for 48 h: 1.02 MPa true.

    The yield stress in compression was measured as 0.16 to 0.24 MPa on the same metal.
    """
    ends = [slab.held_foil_pressure_MPa(3175.0, 1500.0, 3.0, s) for s in (0.16, 0.24)]
    assert ends[0] < 1.02 < ends[1]
    assert slab.held_foil_pressure_MPa(3175.0, 1500.0, 3.0, 0.200) == pytest.approx(1.02, abs=5e-3)


def test_a_foil_that_carries_its_load_does_not_spread():
    assert slab.held_foil_pressure_MPa(3175.0, 100.0, 3.0, NA) == 3.0
    spread = slab.held_foil_pressure_MPa(3175.0, 1500.0, 3.0, NA)
    grown = math.sqrt(3.0 / spread)
    carried = friction_hill_mean_pressure_MPa(3175.0 * grown, 1500.0 / grown**2, NA)
    assert carried == pytest.approx(spread)


@pytest.mark.parametrize(
    "call",
    [
        lambda: slab.strip_front_pressure_MPa(1.0, 5000.0, 100.0, NA),
        lambda: slab.strip_hill_pressure_MPa(1.1, 5000.0, 100.0, NA),
        lambda: slab.strip_wave_fraction(0.0, 5000.0, 100.0, NA),
        lambda: slab.held_foil_pressure_MPa(3175.0, 0.0, 3.0, NA),
    ],
)
def test_outside_its_range_it_refuses(call):
    with pytest.raises(ValueError, match="must be"):
        call()
