"""Invasion and ways of holding, as the assessment of fracture uses them."""

import numpy as np
import pytest

from napress.postprocess.fracture.confinement import Compact, Confinement
from napress.postprocess.fracture.invasion import FlawInvasion
from napress.postprocess.theory.flaws import JacketedSleeve, compact_lateral_MPa

BORATE = FlawInvasion(9300 / (1 - 0.41**2), 0.235, 500.0, 0.53, 5.0, (5.0, 6.1))


def test_drag_moves_the_start_and_never_helps_the_crack():
    pressure = np.linspace(1.0, 400.0, 200)
    opening = BORATE.opening_MPa(pressure, 0.0)
    assert (opening <= pressure).all() and (np.diff(opening) > 0).all()
    # 14 um of a borate with 0.2 MPa sqrt(m): 27 MPa without drag, 41 with it.
    start = np.interp(0.2 / (1.1215 * np.sqrt(np.pi * 14e-6)), opening, pressure)
    assert start == pytest.approx(41.0, abs=1.5)


def test_held_as_much_as_pressed_nothing_opens():
    assert BORATE.opening_MPa(360.0, 360.0) == 0.0
    # below c* the metal stays out
    assert BORATE.opening_MPa(50.0, 25.0) == 0.0
    assert BORATE.front_share(50.0, 25.0) == 0.0


def test_a_pulled_ceramic_counts_whole():
    pulled = float(BORATE.opening_MPa(10.0, -30.0))
    assert 30.0 < pulled <= 40.0
    assert float(BORATE.opening_MPa(0.0, -30.0)) == pytest.approx(30.0)


def test_both_ends_of_the_exponent_are_tried():
    assert [metal.exponent for metal in BORATE.metals()] == [5.0, 6.1]
    assert FlawInvasion(1e4, 0.2, 500.0).metals() == []


def test_a_compact_keeps_its_own_flaws_shut():
    held = Confinement("compact", 9300.0, 0.41, compact=Compact(150.0, 360.0))
    assert held.lateral_MPa(360.0) == pytest.approx(0.41 / 0.59 * 360, rel=1e-6)
    # back down it is held by more than a die of an unpressed pellet would hold it
    assert held.lateral_MPa(50.0) > 0.41 / 0.59 * 50 * 0.99


def test_unloading_is_elastic_and_limited_by_yield():
    assert compact_lateral_MPa(0.0, 360.0, 0.4, 100.0) == 100.0
    assert compact_lateral_MPa(300.0, 360.0, 0.4, 100.0) == pytest.approx(260 - 0.4 * 60)
    assert compact_lateral_MPa(400.0, 360.0, 0.4, 100.0) == 300.0


def test_a_steel_jacket_makes_peek_hold():
    rings = JacketedSleeve(3800.0, 0.4, 1.2, 2e5, 0.29, 4.0)
    bare = Confinement("jacketed sleeve", 2.2e4, 0.3, jacketed=rings, sleeve_yield_MPa=100.0)
    assert bare.lateral_MPa(360.0) > 40.0
    assert bare.sleeve_over_yield(360.0) == pytest.approx(
        rings.stress_MPa(bare.lateral_MPa(360.0)) / 100.0
    )


def test_what_is_missing_is_named():
    for kind, name in (("compact", "compact"), ("jacketed sleeve", "jacketed")):
        with pytest.raises(ValueError, match=name):
            Confinement(kind, 1e4, 0.3)
    with pytest.raises(ValueError, match="jacket_ratio"):
        JacketedSleeve(3800.0, 0.4, 2.0, 2e5, 0.29, 1.5)


def test_wall_friction_leaves_less_at_the_far_face():
    """p exp(-4 mu K L/D): 0.2, K = 0.41/0.59, a pellet a tenth as thick as wide."""
    share = 0.41 / 0.59
    left = np.exp(-4.0 * 0.2 * share * 0.1)
    die = Confinement("rigid die", 9300.0, 0.41, wall_friction=0.2, length_over_diameter=0.1)
    assert die.lateral_MPa(100.0) == pytest.approx(100.0 * share)
    assert die.far_lateral_MPa(100.0) == pytest.approx(100.0 * share * left)
    free = Confinement("none", 9300.0, 0.41, wall_friction=0.2, length_over_diameter=0.1)
    assert free.far_lateral_MPa(100.0) == 0.0
    # A compact: p - Y of what gets there, and of what got there before.
    compact = Confinement(
        "compact", 9300.0, 0.41, compact=Compact(100.0), wall_friction=0.2,
        length_over_diameter=0.1,
    ).after(360.0)  # fmt: skip
    there = 360.0 * np.exp(-4.0 * 0.2 * 260.0 / 360.0 * 0.1)
    assert compact.far_lateral_MPa(360.0) == pytest.approx(there - 100.0)


def test_wall_friction_shortens_the_time_to_a_short():
    """The far face decides how fast a flaw goes through, the near one whether it starts."""
    from napress.postprocess.window.survival import Flaws, hold

    asked = (Flaws(BORATE, (), 14.0), BORATE.metals()[0], np.array([300.0, 400.0]))
    fates = [
        hold(
            Confinement("rigid die", 9300.0, 0.41, wall_friction=mu, length_over_diameter=0.1),
            *asked,
            np.ones_like,
            np.ones_like,
            np.array([600.0]),
        ).fates
        for mu in (0.0, 0.3)
    ]
    assert (fates[1].short_MPa > 1.02 * fates[0].short_MPa).all()
    assert fates[1].start_MPa == pytest.approx(fates[0].start_MPa)
