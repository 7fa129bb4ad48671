"""Measured statistics against what was asked for, and the resolution check."""

import json
import math

import numpy as np
import pytest

from napress.meshes import (
    Flat,
    ResolutionError,
    Ridges,
    SelfAffine,
    Sinusoid,
    build_surface,
    check_resolution,
    elements_needed,
    measure_surface,
)

WIDTH = 20.0


def test_sine_statistics_are_the_textbook_ones():
    measured = measure_surface(build_surface(Sinusoid(1.5, 10.0), WIDTH))
    assert measured.rq_um == pytest.approx(1.5 / math.sqrt(2))
    assert measured.ra_um == pytest.approx(2 * 1.5 / math.pi, rel=1e-5)
    assert measured.skewness == pytest.approx(0, abs=1e-9)
    assert measured.kurtosis == pytest.approx(1.5)
    assert measured.rms_slope == pytest.approx(1.5 * 2 * math.pi / 10 / math.sqrt(2))
    assert measured.peak_to_valley_um == pytest.approx(3.0)
    assert measured.mean_gap_um == pytest.approx(1.5)
    peak = measured.spectral_density.argmax()
    assert measured.wavenumber_per_um[peak] == pytest.approx(2 * math.pi / 10)


@pytest.mark.parametrize("dimension", [2, 3])
@pytest.mark.parametrize("hurst", [0.3, 0.8])
def test_self_affine_spectrum_has_the_hurst_slope(dimension, hurst):
    cutoff = 0.5 if dimension == 2 else 1.0
    surface = build_surface(SelfAffine(0.4, hurst, cutoff, seed=7), WIDTH, dimension)
    measured = measure_surface(surface)
    assert measured.rq_um == pytest.approx(0.4, rel=1e-6)
    order = measured.wavenumber_per_um * WIDTH / (2 * math.pi)
    # in a map the rings at either end are only partly filled
    band = (order > 2.5) & (order < 0.9 * WIDTH / cutoff)
    slope = np.polyfit(np.log(order[band]), np.log(measured.spectral_density[band]), 1)[0]
    expected = -(2 * hurst + dimension - 1)
    assert slope == pytest.approx(expected, abs=1e-6 if dimension == 2 else 0.08)
    beyond = order > WIDTH / cutoff + 1
    assert measured.spectral_density[beyond].max() < 1e-12 * measured.spectral_density.max()


def test_spectrum_is_flat_below_the_rolloff():
    component = SelfAffine(0.4, 0.8, 0.5, seed=7, rolloff_um=4.0)
    measured = measure_surface(build_surface(component, WIDTH))
    # orders 1 to 5 are wavelengths of 20 to 4 um
    assert measured.spectral_density[:5] == pytest.approx(measured.spectral_density[0])
    assert measured.spectral_density[6] < 0.9 * measured.spectral_density[0]


def test_spectrum_integrates_to_the_mean_square_height():
    profile = measure_surface(build_surface(SelfAffine(0.4, 0.8, 1.0, seed=1), WIDTH))
    spacing = 2 * math.pi / WIDTH
    assert profile.spectral_density.sum() * spacing / math.pi == pytest.approx(0.4**2)
    assert profile.spectral_density_unit == "um^3"
    area_map = measure_surface(build_surface(SelfAffine(0.4, 0.8, 2.0, seed=1), WIDTH, 3))
    # mirrored, a map repeats after two widths
    ring = np.pi * area_map.wavenumber_per_um * area_map.spectral_density * spacing
    assert ring.sum() / (4 * math.pi**2) == pytest.approx(0.4**2, rel=0.15)
    assert area_map.spectral_density_unit == "um^4"


def test_ridges_are_skewed_and_flat_is_zero_and_all_is_json():
    ridges = measure_surface(build_surface(Ridges(0.8, 1.0, 2, 0.2), WIDTH))
    assert ridges.skewness < -1
    flat = measure_surface(build_surface(Flat(), WIDTH))
    assert flat.rq_um == flat.skewness == flat.kurtosis == flat.rms_slope == 0
    assert json.loads(json.dumps(ridges.as_dict()))["rq_um"] == ridges.rq_um


def test_too_few_elements_say_how_many_would_do():
    surface = build_surface(SelfAffine(0.5, 0.8, 1.0, seed=1), WIDTH)
    assert elements_needed(surface) == 160
    check_resolution(surface, 160)
    with pytest.raises(ResolutionError) as caught:
        check_resolution(surface, 128)
    assert "use 160 or more elements" in str(caught.value)
    assert "nothing shorter than 1.25 um" in str(caught.value)
    assert "\n" not in str(caught.value)
    check_resolution(surface, 128, minimum=6)


def test_a_flat_surface_is_resolved_by_anything():
    assert elements_needed(build_surface(Flat(), WIDTH)) == 1
    check_resolution(build_surface(Flat(), WIDTH), 2)
