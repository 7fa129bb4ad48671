"""Invaded crack: tables, growth laws and their inverses."""

import json

import numpy as np
import pytest

from napress.cases.verification.ceramic import invasion as verification
from napress.postprocess.invasion import growth
from napress.postprocess.invasion.edge_crack import edge_crack, graded_nodes
from napress.postprocess.invasion.state import invaded_crack
from napress.postprocess.invasion.tables import InvasionTables, invasion_tables, write

BORATE = growth.Metal(0.53, 5.0, 9300.0 / (1.0 - 0.41**2))


@pytest.mark.parametrize(
    "check",
    [
        verification.weight_function,
        verification.states,
        verification.growth,
        verification.by_volumes,
        verification.held_from_the_side,
    ],
)
def test_every_row_passes(check):
    failed = [(row.name, row.reference, row.computed) for row in check() if not row.passed]
    assert not failed


def test_nodes_are_graded_to_both_ends():
    nodes = graded_nodes()
    assert nodes[0] == 0 and nodes[-1] == 1
    assert (np.diff(nodes) > 0).all()
    assert nodes[1] < 1e-5 and 1 - nodes[-2] < 1e-5


def test_shipped_tables_are_those_of_the_solver():
    """A row of the file is what the solver says: no number in it is written by hand."""
    crack = edge_crack()
    state = invaded_crack(crack, crack.elements, 0.5)
    tables = invasion_tables()
    assert float(tables.intensity(state.load, 0.0)) == pytest.approx(state.factor, abs=1e-3)
    assert float(tables.tip_pressure(state.load, 0.0)) == pytest.approx(0.5, abs=2e-3)


def test_intensity_rises_with_load_and_has_no_gaps():
    tables = invasion_tables()
    load = np.linspace(0.01, 6.0, 3000)
    for share in (0.0, 0.005, 0.07, 0.25, 0.45, 0.9):
        factor = tables.intensity(load, share)
        assert (np.diff(factor) >= -2e-3).all()
        assert factor[-1] == pytest.approx(1.093, abs=0.01)


def test_tables_survive_their_file(tmp_path):
    from importlib import resources

    source = resources.files("napress.postprocess.invasion").joinpath("tables.json")
    data = json.loads(source.read_text())
    write(tmp_path / "tables.json", data)
    again = json.loads((tmp_path / "tables.json").read_text())
    assert again == data
    assert float(InvasionTables.of(again).thresholds(0.2)[0]) == pytest.approx(0.2697, abs=2e-3)


def test_time_and_depth_are_inverse_to_each_other():
    time = float(growth.time_between_s(BORATE, 50.0, 0.0, 0.2, 28.0, 500.0))
    pieces = [growth.Piece(50.0, 0.0, time)]
    assert float(growth.depth_after_um(BORATE, pieces, 0.2, 28.0)) == pytest.approx(500, rel=1e-3)
    assert float(growth.depth_needed_um(BORATE, pieces, 0.2, 500.0)) == pytest.approx(28, rel=1e-3)


def test_two_halves_of_a_hold_are_one_hold():
    one = growth.depth_after_um(BORATE, [growth.Piece(50.0, 0.0, 8000.0)], 0.2, 28.0)
    two = growth.depth_after_um(BORATE, [growth.Piece(50.0, 0.0, 4000.0)] * 2, 0.2, 28.0)
    assert float(one) == pytest.approx(float(two), rel=1e-9)


def test_time_goes_as_pressure_to_the_power_of_eleven():
    """With the same F, which is toughness over pressure."""
    one = float(growth.time_between_s(BORATE, 50.0, 0.3, 0.2, 28.0, 500.0))
    two = float(growth.time_between_s(BORATE, 100.0, 0.3, 0.4, 28.0, 500.0))
    assert one / two == pytest.approx(2.0**11, rel=1e-6)


def test_a_shallow_flaw_never_grows():
    assert growth.time_between_s(BORATE, 50.0, 0.0, 0.2, 1.0, 500.0) == np.inf
    pieces = [growth.Piece(50.0, 0.0, 1e9)]
    assert float(growth.depth_after_um(BORATE, pieces, 0.2, 1.0)) == 1.0


def test_survived_pressure_takes_the_time_it_was_asked_for():
    pressure = growth.survived_MPa(BORATE, 0.1, 0.2, 28.0, 500.0, 600.0)
    opening = 0.9 * pressure
    time = float(growth.time_between_s(BORATE, opening, 0.1, 0.2, 28.0, 500.0))
    assert time == pytest.approx(600.0, rel=1e-3)
    assert growth.survived_MPa(BORATE, 1.0, 0.2, 28.0, 500.0, 600.0) == np.inf
