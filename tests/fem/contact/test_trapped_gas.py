"""Voids found, split, merged, vented and squeezed, without losing gas."""

from __future__ import annotations

import napress.meshes.backend  # noqa: F401

import numpy as np
import pytest
from mpi4py import MPI

from napress.fem.contact.face import ContactFace
from napress.fem.contact.facet_graph import NONE, facet_graph
from napress.fem.contact.laws import InterfaceLaws
from napress.fem.inputs.contact_law import ContactLaw
from napress.fem.inputs.materials import PlasticMetal
from napress.fem.sodium.body import Sodium
from napress.meshes.interface_mesh import build_sodium

WIDTH, FACETS, OUTSIDE = 10.0, 10, 0.1
AREA = WIDTH / FACETS


@pytest.fixture(scope="module")
def sodium():
    body = build_sodium(WIDTH, WIDTH, FACETS, MPI.COMM_SELF)
    metal = PlasticMetal(4600.0, 0.33, 1.0)
    made = Sodium(body, metal, AREA, ContactLaw(gas_MPa=OUTSIDE))
    made.fields.stiffness.value = 1e4
    return made


@pytest.fixture
def gas(sodium):
    made = InterfaceLaws(sodium, (WIDTH,)).gas
    made.open_up(at_points(made, np.ones(FACETS)))
    return made


def at_points(gas, gaps) -> np.ndarray:
    """Gap times area at the points of facets with given gaps."""
    own = np.asarray(gaps, dtype=float)[gas.graph.own]
    points = gas._points
    return np.repeat(own * AREA / points, points)


def test_valley_between_two_contacts_is_sealed_at_the_outside_pressure(gas):
    gas.renew(at_points(gas, [0, 1, 2, 1, 0, 0, 0, 0, 0, 0]), gas.initial())
    assert gas.amount == pytest.approx([OUTSIDE * 4 * AREA])
    assert list(gas.label) == [0, 0, 0, 0, 0, NONE, NONE, NONE, NONE, NONE], "with its rim"
    assert gas.pressure(gas.initial()) == pytest.approx([OUTSIDE])


def test_nothing_is_sealed_before_contact(gas):
    gas.renew(at_points(gas, np.ones(FACETS)), gas.initial())
    assert len(gas.amount) == 0 and gas.outside.all()


def test_valley_at_a_mirror_wall_is_closed(gas):
    gas.renew(at_points(gas, [1, 1, 1, 0, 0, 0, 0, 0, 1, 1]), gas.initial())
    assert gas.amount == pytest.approx([OUTSIDE * 3 * AREA, OUTSIDE * 2 * AREA])


def test_split_shares_by_volume_and_keeps_the_pressure(gas):
    gas.renew(at_points(gas, [0, 1, 1, 1, 1, 1, 1, 1, 0, 0]), gas.initial())
    total, state = gas.amount.sum(), gas.initial()
    state = state + gas.direction(state, np.array([0.3]))
    gas.renew(at_points(gas, [0, 0.3, 0.3, 0, 0, 0.1, 0.1, 0.1, 0, 0]), state)
    assert gas.amount == pytest.approx([total * 2 / 3, total / 3])
    assert gas.pressure(state) == pytest.approx([0.4, 0.4])


def test_merged_voids_hold_the_gas_of_both(gas):
    gas.renew(at_points(gas, [0, 1, 1, 0, 0, 1, 0, 0, 0, 0]), gas.initial())
    first, second = gas.amount
    gas.renew(at_points(gas, [0, 1, 1, 1, 1, 1, 0, 0, 0, 0]), gas.initial())
    assert gas.amount == pytest.approx([first + second])


def test_squeezed_void_keeps_its_gas(gas):
    gas.renew(at_points(gas, [0, 1, 2, 1, 0, 0, 0, 0, 0, 0]), gas.initial())
    before = gas.amount.copy()
    gas.renew(at_points(gas, np.zeros(FACETS)), gas.initial())
    assert gas.amount == pytest.approx(before)
    assert gas.graph.size and gas.label[2] == 0


def test_void_opening_to_the_outside_lets_its_gas_go(gas):
    gas.renew(at_points(gas, [0, 1, 2, 1, 0, 0, 0, 0, 0, 0]), gas.initial())
    gas.renew(at_points(gas, np.ones(FACETS)), gas.initial())
    assert len(gas.amount) == 0 and gas.outside.all()


def test_void_opening_inside_contact_holds_none(gas):
    gas.renew(at_points(gas, [1, 1, 0, 0, 0, 0, 0, 0, 0, 0]), gas.initial())
    gas.renew(at_points(gas, [1, 1, 0, 0, 0, 0, 1, 1, 0, 0]), gas.initial())
    assert len(gas.amount) == 1


def test_gas_law_mismatch_vanishes_where_pressure_times_volume_is_kept(gas):
    gas.renew(at_points(gas, [0, 1, 2, 1, 0, 0, 0, 0, 0, 0]), gas.initial())
    state = gas.initial() + gas.direction(gas.initial(), np.array([0.1]))
    volume = gas.amount / 0.2
    assert gas.mismatch(state, volume) == pytest.approx([0.0], abs=1e-12)
    assert gas.mismatch(state, 1.1 * volume)[0] < 0 < gas.mismatch(state, 0.9 * volume)[0]
    step = 1e-6
    change = (gas.mismatch(state, volume + step) - gas.mismatch(state, volume)) / step
    assert change == pytest.approx(-gas.stiffness(state), rel=1e-6)


def test_work_on_the_gas_is_the_integral_of_its_pressure(gas):
    gas.renew(at_points(gas, [0, 1, 2, 1, 0, 0, 0, 0, 0, 0]), gas.initial())
    volume = np.linspace(4.0, 1.0, 100_001) * AREA
    excess = gas.amount[0] / volume - OUTSIDE
    work = -np.trapezoid(excess, volume)
    state = gas.initial() + gas.direction(gas.initial(), np.array([0.3]))
    assert gas.work_pJ(state) == pytest.approx(work, rel=1e-6)


def test_work_done_on_gas_that_escapes_stays_in_the_balance(gas):
    gas.renew(at_points(gas, [0, 1, 2, 1, 0, 0, 0, 0, 0, 0]), gas.initial())
    state = gas.initial() + gas.direction(gas.initial(), np.array([0.3]))
    work = gas.work_pJ(state)
    gas.renew(at_points(gas, np.ones(FACETS)), state)
    assert len(gas.amount) == 0 and work > 0.0
    assert gas.work_pJ(gas.initial()) == pytest.approx(work, rel=1e-12)


def test_one_iteration_cannot_make_a_pressure_negative(gas):
    gas.renew(at_points(gas, [0, 1, 2, 1, 0, 0, 0, 0, 0, 0]), gas.initial())
    for change in (-5.0, 5.0):
        state = gas.initial() + gas.direction(gas.initial(), np.array([change]))
        assert 0.0 < gas.pressure(state)[0] < 1.0
        assert state[7] == OUTSIDE


def test_facets_of_a_square_face_adjoin_and_percolate():
    """In 3-D a run of open facets leads out only from one wall to the opposite one."""
    body = build_sodium(4.0, 4.0, 4, MPI.COMM_SELF, dimension=3)
    face = ContactFace(body, 2)
    graph = facet_graph(MPI.COMM_SELF, face, (4.0, 4.0), 1.0)
    middle = face.corners().mean(axis=1)[graph.order]
    assert graph.size == 32 and len(graph.pairs) == 40
    strip = np.abs(middle[:, 1] - 1.5) < 0.5
    assert graph.components(strip).max() == 0
    assert graph.reaches_outside(strip)
    assert not graph.reaches_outside(strip & (middle[:, 0] < 3.0))
    assert not graph.reaches_outside(strip & (middle[:, 0] > 1.0) & (middle[:, 0] < 3.0))


def test_voids_keep_their_place_when_facets_move_along_the_surface(gas):
    gas.renew(at_points(gas, [0, 1, 2, 1, 0, 0, 0, 0, 1, 0]), gas.initial())
    state = gas.initial() + gas.direction(gas.initial(), np.array([0.2, 0.1]))
    before = AREA * (np.arange(FACETS) + 0.5)[:, None]
    held_by = gas.amount.copy()
    moved = gas.carry(before, before - AREA, state)
    assert list(np.flatnonzero(gas.label == 0)) == [0, 1, 2, 3, 4, 5]
    assert gas.label[9] == 1 and list(gas.source) == [3, 9]
    assert gas.pressure(moved) == pytest.approx([0.3, 0.2])
    assert gas.amount == pytest.approx(held_by)
    assert moved[6] == OUTSIDE
