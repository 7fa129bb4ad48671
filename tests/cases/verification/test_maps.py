"""Checks of three dimensions, on meshes that take seconds."""

import numpy as np
import pytest

from napress.cases.verification.maps import bisinusoid, mesh, pressing, rough, spot
from napress.meshes.surfaces import Sinusoid, build_surface


def passed(rows):
    failed = [(row.name, row.reference, row.computed) for row in rows if not row.passed]
    assert rows and not failed, failed


def test_flat_faces_carry_a_uniform_pressure():
    passed(pressing.flat_faces())


def test_one_spot_in_a_column():
    passed(spot.one_spot())


def test_elastic_egg_box_against_tamaas_and_both_ends():
    """With 8 elements a wavelength contact advances in larger leaps than with 16."""
    passed(bisinusoid.egg_box(8, (0.2, 4.0), contact_tolerance=0.03, gap_tolerance=0.01))


def test_stored_values_are_those_of_tamaas():
    pytest.importorskip("tamaas")
    passed(bisinusoid.stored_against_tamaas(128))


def test_contact_of_a_self_affine_map_grows_as_theories_say():
    passed(rough.slope_of_contact(8))


def test_a_quarter_of_an_egg_box_is_part_of_the_whole():
    whole = build_surface(Sinusoid(1.0, 20.0), 20.0, 3)
    quarter = build_surface(mesh.QuarterEggBox(1.0), 10.0, 3)
    points = np.random.default_rng(1).uniform(0.0, 10.0, (50, 2))
    for one, other in zip(whole.evaluate(points), quarter.evaluate(points), strict=True):
        assert other == pytest.approx(one, abs=1e-12)


def test_smaller_facets_change_the_void_of_an_egg_box_little():
    passed(mesh.mesh_convergence((8, 12), (0.2,)))
