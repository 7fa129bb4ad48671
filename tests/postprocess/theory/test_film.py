"""The breaking film against what its law says by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from napress.postprocess.theory import film
from napress.postprocess.theory.conduction import spot_in_tube_asr_ohm_cm2

LLZO = {"film_pressure_MPa": 229.0, "film_exponent": 2.30}


def test_clean_fraction_at_its_scale_and_far_from_it():
    found = film.clean_fraction([0.0, 229.0, 1e9, -1.0], **LLZO)
    assert found == pytest.approx([0.0, 1 - math.exp(-1), 1.0, 0.0])
    small = film.clean_fraction(1e-3 * 229.0, **LLZO)
    assert small == pytest.approx(1e-3**2.30, rel=1e-6)


def test_lithium_on_garnet_as_fitted_by_hand():
    """Fractions and resistances of the fit to 300, 50 and below 0.1 ohm cm2."""
    pressure = np.array([10.0, 41.0, 400.0])
    share = film.clean_fraction(pressure, **LLZO)
    assert share == pytest.approx([7.5e-4, 1.9e-2, 0.97], rel=0.03)
    resistance = film.flat_face_asr_ohm_cm2(pressure, 229.0, 2.30, 50.0, 0.46)
    assert resistance[:2] == pytest.approx([300.0, 50.0], rel=0.05)
    assert resistance[2] < 0.1


def test_spots_are_those_in_a_tube():
    ratio = 0.3
    direct = spot_in_tube_asr_ohm_cm2(ratio * 50.0, 50.0, 0.46)
    assert film.spot_asr_ohm_cm2(ratio**2, 50.0, 0.46) == pytest.approx(direct, rel=2e-4)
    assert film.spot_asr_ohm_cm2(1.0, 50.0, 0.46) == 0.0
    assert math.isinf(film.spot_asr_ohm_cm2(0.0, 50.0, 0.46))


def test_slope_at_low_pressure_is_half_the_exponent():
    pressure = np.array([1e-3, 1.1e-3])
    resistance = film.flat_face_asr_ohm_cm2(pressure, 229.0, 2.30, 50.0, 0.46)
    slope = np.diff(np.log(resistance)) / np.diff(np.log(pressure))
    assert slope[0] == pytest.approx(-1.15, abs=1e-3)


def test_all_broken_leaves_the_charge_transfer_and_nothing_broken_the_film():
    args = (229.0, 2.30, 50.0, 0.46)
    assert film.flat_face_asr_ohm_cm2(1e5, *args, 2.5) == pytest.approx(2.5)
    assert film.flat_face_asr_ohm_cm2(0.0, *args, 2.5, 700.0) == pytest.approx(700.0)
    assert math.isinf(film.flat_face_asr_ohm_cm2(0.0, *args))


def test_capacitances_and_the_frequencies_of_the_literature():
    # 300 ohm cm2 beside a gap of 5 um, 0.5 um, 30 nm and 1.7 nm.
    gap = film.gap_capacitance_uF_per_cm2([5.0, 0.5, 0.03, 0.0017])
    found = [film.peak_frequency_Hz(300.0, value) for value in gap]
    assert found == pytest.approx([3e6, 3e5, 1.8e4, 1e3], rel=0.03)
    whole = film.film_capacitance_uF_per_cm2(0.0, 0.017, 10.0)
    assert whole == pytest.approx(0.52, rel=0.01)
    assert film.film_capacitance_uF_per_cm2(0.25, 0.017, 10.0) == pytest.approx(0.75 * whole)


def test_bulk_arc_peaks_wherever_the_pellet_is_thick():
    # 1 mS/cm and 10: 0.1 S/m over 2 pi 8.85e-12 10 F/m
    assert film.bulk_peak_frequency_Hz(1.0, 10.0) == pytest.approx(1.797e8, rel=1e-3)
    arc = film.arc_ohm_cm2([0.0, 5.0, 1e12], 100.0, 5.0)
    assert arc[0] == 100.0 and abs(arc[2]) < 1e-6
    assert arc[1] == pytest.approx(50 - 50j)


def test_release_reopens_by_its_power_and_never_beyond_what_was_clean():
    found = film.clean_fraction_after_release(0.5, [5.0, 25.0, 30.0], 25.0, 2.3)
    assert found == pytest.approx([0.5 * 0.2**2.3, 0.5, 0.5])
    assert film.clean_fraction_after_release(0.5, 1.0, 25.0, 0.0) == pytest.approx(0.5)
    assert film.clean_fraction_after_release(0.0, 0.0, 0.0, 2.3) == 0.0


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: film.clean_fraction(1.0, 0.0, 2.0), "film_pressure_MPa"),
        (lambda: film.clean_fraction(1.0, 10.0, math.nan), "film_exponent"),
        (lambda: film.spot_asr_ohm_cm2(1.5, 50.0, 1.0), "fraction"),
        (lambda: film.gap_capacitance_uF_per_cm2(0.0), "gap_um"),
        (lambda: film.local_asr_ohm_cm2(1.0, 0.0), "film_ohm_cm2"),
        (lambda: film.film_asr_ohm_cm2(-1.0, 1.0), "film_thickness_um"),
    ],
)
def test_outside_the_law_is_refused(call, said):
    with pytest.raises(ValueError, match=said):
        call()


def test_metal_through_a_crack_needs_more_the_narrower_it_is():
    wide, narrow = (film.crack_extrusion_pressure_MPa(50.0, 0.01, w) for w in (0.1, 0.01))
    assert wide == pytest.approx(50 * 2 / math.sqrt(3) * 1.1)
    assert narrow > wide
