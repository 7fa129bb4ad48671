"""A foil on form error, from first cover to next to nothing open, on lines and on maps."""

from __future__ import annotations

import math

import numpy as np
import pytest

from napress.fem.pellet.form_curve import press_form
from napress.meshes.surfaces import Sinusoid, build_surface
from napress.postprocess.theory.slab import strip_hill_pressure_MPa

WAVELENGTH, THICKNESS, YIELD = 5000.0, 100.0, 0.235
WAVE = Sinusoid(2.0, WAVELENGTH)


def pressed(points, width=WAVELENGTH, dimension=2, thickness=THICKNESS):
    surface = build_surface(WAVE, width, dimension)
    return press_form(surface, points, thickness, YIELD / math.sqrt(3), 8500.0, 100.0)


def test_a_wave_meets_the_hill_of_strips_and_their_gap():
    curve = pressed(81)
    assert curve.covered[-1] > 0.95 and np.all(np.diff(curve.covered) >= 0)
    middle = (curve.covered > 0.3) & (curve.covered < 0.95)
    hill = [
        strip_hill_pressure_MPa(one, WAVELENGTH, THICKNESS, YIELD) for one in curve.covered[middle]
    ]
    # The front falls on a vertex: a facet in 40 of half a wave.
    assert curve.hill_MPa[middle] == pytest.approx(hill, rel=0.08)
    gap = (1 - curve.covered) * WAVELENGTH / 2
    assert curve.half_gap_um == pytest.approx(gap, rel=1e-9)


def test_thinner_metal_is_held_more():
    thick, thin = pressed(41), pressed(41, thickness=THICKNESS / 2)
    at_half = [np.interp(0.6, one.covered, one.hill_MPa) for one in (thick, thin)]
    assert at_half[1] == pytest.approx(2 * at_half[0], rel=0.05)


def test_ridges_on_a_map_are_strips():
    ridges = pressed(13, (WAVELENGTH, WAVELENGTH), 3)
    middle = (ridges.covered > 0.5) & (ridges.covered < 0.95)
    hill = [
        strip_hill_pressure_MPa(one, WAVELENGTH, THICKNESS, YIELD) for one in ridges.covered[middle]
    ]
    # Six facets on half a wave; the error falls as the facet.
    assert middle.sum() > 3
    assert ridges.hill_MPa[middle] == pytest.approx(hill, rel=0.35)
