"""Conduction: closed forms on coarse meshes, and that a wrong sign or factor is noticed."""

from __future__ import annotations

import napress.meshes.backend  # noqa: F401  orders the imports below

import numpy as np
import pytest
from mpi4py import MPI

from napress.cases.verification.ceramic import conduction as checks
from napress.fem.conduction.electrolyte import Electrolyte, NoContact
from napress.meshes.interface_mesh import build_ceramic
from napress.meshes.surfaces import Flat, Sinusoid, build_surface
from napress.postprocess.resistance.contact import ContactResistance
from napress.postprocess.resistance.resistance import measure
from napress.postprocess.theory.conduction import strip_constriction_asr_ohm_cm2

PERFECT = ContactResistance()
EVERYWHERE = lambda points: np.ones(len(points), dtype=bool)  # noqa: E731


def electrolyte(surface, width=20.0, thickness=20.0, facets=25, dimension=2, conductivity=2.0):
    built = build_surface(surface, width, dimension)
    return Electrolyte(build_ceramic(built, thickness, facets, MPI.COMM_SELF), conductivity)


@pytest.fixture(scope="module")
def flat():
    return electrolyte(Flat())


def test_strips_and_contact_resistance_pass_on_coarser_meshes():
    rows = checks.strips(facets=(13, 25, 50))
    assert [row.name for row in rows if not row.passed] == []
    assert len(rows) >= 12


def test_bulk_of_a_flat_cell_is_thickness_over_conductivity(flat):
    found, _ = measure(flat, checks.strip(0.25), PERFECT)
    # 20 um / (2 mS/cm) = 2e-3 cm / 2e-3 S/cm = 1 ohm cm2
    assert found.bulk_asr_ohm_cm2 == pytest.approx(1.0, rel=1e-6)


def test_parts_add_up_to_the_total_less_the_bulk(flat):
    contact = ContactResistance(charge_transfer_ohm_cm2=3.0, film_ohm_cm2=1.0)
    found, solution = measure(flat, checks.strip(0.2), contact)
    parts = found.constriction_asr_ohm_cm2 + found.charge_transfer_asr_ohm_cm2
    parts += found.film_asr_ohm_cm2
    assert found.interface_asr_ohm_cm2 == pytest.approx(parts, rel=1e-12)
    assert solution.total_asr_ohm_cm2 - found.bulk_asr_ohm_cm2 == pytest.approx(parts, rel=1e-9)
    assert found.charge_transfer_asr_ohm_cm2 == pytest.approx(3 * found.film_asr_ohm_cm2)
    # Uniform current over f = 0.4 would be R / f; crowding can only add to it.
    assert found.charge_transfer_asr_ohm_cm2 > 3.0 / 0.4


def test_contact_resistance_spreads_the_current(flat):
    sharp = measure(flat, checks.strip(0.2), PERFECT)[0]
    spread = measure(flat, checks.strip(0.2), ContactResistance(100.0))[0]
    assert spread.current_max_over_mean < 0.8 * sharp.current_max_over_mean
    assert spread.current_gini < sharp.current_gini
    assert sharp.area_share_for_90_percent < 0.355
    assert spread.area_share_for_90_percent > sharp.area_share_for_90_percent
    assert spread.area_share_for_90_percent == pytest.approx(0.9 * 0.4, rel=0.01)


def test_the_current_on_the_facets_is_all_of_it(flat):
    _, solution = measure(flat, checks.strip(0.2), PERFECT)
    density, area = solution.facet_current_density_mA_per_cm2, solution.facet_area_um
    assert (density * area).sum() / area.sum() == pytest.approx(1.0, rel=1e-8)
    outside = np.abs(solution.facet_centre_um[:, 0] - 10.0) > 0.2 * 20.0 + 0.8
    assert (density[outside] == 0).all() and outside.any()


def test_a_contact_thinner_than_a_facet_is_found(flat):
    found, _ = measure(flat, checks.strip(0.006), PERFECT)
    exact = strip_constriction_asr_ohm_cm2(0.012, 20.0, 2.0)
    assert found.constriction_asr_ohm_cm2 == pytest.approx(exact, rel=0.01)


def test_nothing_in_contact_is_said(flat):
    with pytest.raises(NoContact, match="nothing touches"):
        measure(flat, lambda points: np.zeros(len(points), dtype=bool), PERFECT)


def test_conduction_follows_the_deformed_shape(flat):
    body = electrolyte(Flat())
    points = np.array([[0.0, 0.0, 0.0], [0.0, -20.0, 0.0]])
    # Every node goes with the nearer of two: what is above -10 um rises by 5 um.
    body.deform(points, np.array([[0.0, 5.0, 0.0], [0.0, 0.0, 0.0]]))
    risen, _ = measure(body, EVERYWHERE, PERFECT)
    assert risen.bulk_asr_ohm_cm2 == pytest.approx(1.25, rel=1e-6)
    body.deform(points, np.zeros((2, 3)))
    assert measure(body, EVERYWHERE, PERFECT)[0].bulk_asr_ohm_cm2 == pytest.approx(1.0, rel=1e-6)


def test_full_contact_on_a_rough_face_has_no_constriction_and_more_area():
    wavy = electrolyte(Sinusoid(2.0, 20.0), facets=40)
    found, solution = measure(wavy, EVERYWHERE, ContactResistance(10.0))
    assert solution.contact_area_um > 1.05 * solution.nominal_area_um
    assert found.charge_transfer_asr_ohm_cm2 < 10.0
    assert 0 <= found.constriction_asr_ohm_cm2 < 0.05
    perfect, solution = measure(wavy, EVERYWHERE, PERFECT)
    assert abs(solution.electrolyte_loss_asr_ohm_cm2 - perfect.bulk_asr_ohm_cm2) < 1e-12
    # What is left is rounding, of either sign: the table has what the solve resolves.
    assert perfect.interface_asr_ohm_cm2 == perfect.asr_resolution_ohm_cm2 > 0.0


def test_three_dimensions_run_the_same_code():
    body = electrolyte(Flat(), facets=6, dimension=3)
    found, solution = measure(body, checks.strip(0.25), PERFECT)
    exact = strip_constriction_asr_ohm_cm2(0.5, 20.0, 2.0)
    assert found.constriction_asr_ohm_cm2 == pytest.approx(exact, rel=0.04)
    assert solution.nominal_area_um == pytest.approx(400.0)
    assert found.current_imbalance < 1e-8
    full = measure(body, EVERYWHERE, ContactResistance(10.0))[0]
    assert full.interface_asr_ohm_cm2 == pytest.approx(10.0, rel=1e-8)


def test_a_conductivity_of_nothing_is_refused():
    with pytest.raises(ValueError, match="conductivity_mS_per_cm"):
        electrolyte(Flat(), conductivity=0.0)
