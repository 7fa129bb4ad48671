"""Checks of three dimensions, on meshes that take seconds."""

from napress.cases.verification.maps import bisinusoid, pressing, spot


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
