"""Flaws over a history of pressure: what can be worked out by hand, and what stops them."""

import math

import numpy as np
import pytest

from napress.postprocess.fracture.confinement import Compact, Confinement
from napress.postprocess.fracture.in_time import held_by
from napress.postprocess.invasion import growth
from napress.postprocess.invasion.edge_crack import FULL_FACTOR
from napress.postprocess.invasion.history import (
    LONGEST_S,
    STATES,
    Stretch,
    at_end,
    course,
    fates,
    states_of,
)
from napress.postprocess.invasion.tables import invasion_tables

BORATE = growth.Metal(0.53, 5.0, 9300.0 / (1.0 - 0.41**2))
DEEPER = 500.0 / 14.0
P, T = np.array([60.0]), np.array([600.0])
NOTHING_STOPS = np.array([1e9])
# Even opening that a flaw of 14 um with 0.2 MPa sqrt(m) needs: 26.9 MPa.
NEEDED = 0.2 / math.sqrt(math.pi * 14e-6) / FULL_FACTOR


def free(pressure, largest):
    return 0.0 * pressure, pressure


def share_of(share):
    return lambda pressure, largest: (share * pressure, (1.0 - share) * pressure)


def state(history, pressure=60.0, hold=600.0, needed=NEEDED, metal=BORATE, barrier=1e9):
    one = course(history, np.array([pressure]), np.array([hold]), free, metal.exponent)
    index = states_of(metal, one, one, np.array([barrier]), DEEPER, needed)[0, 0]
    return "nothing" if index < 0 else STATES[index]


def test_a_hold_alone_is_the_closed_law():
    pressures, holds = np.array([40.0, 60.0, 90.0]), np.geomspace(10.0, 1e5, 9)
    one = course((), pressures, holds, free, 5.0)
    found = fates(BORATE, one, one, np.full(3, 1e9), DEEPER).short_MPa
    for row, dp in zip(found, pressures, strict=True):
        law = growth.growth_function(BORATE, dp, 0.0, DEEPER, holds) * dp / FULL_FACTOR
        assert row == pytest.approx(law, rel=1e-3)


def test_a_ramp_grows_as_its_twelfth_held_at_the_top():
    """Growth goes with dp^11 where R does not depend on F: ∫ s^11 ds = 1/12."""
    held, tiny = share_of(0.5), np.array([[1e-3]])
    ramp = course((Stretch(0.0, 60.0, 1200.0),), P, np.array([0.0]), held, 5.0)
    hold = course((), P, np.array([100.0]), held, 5.0)
    ends = [float(at_end(BORATE, one, tiny)[0, 0]) for one in (ramp, hold)]
    assert ends[0] == pytest.approx(ends[1], rel=1e-3)
    rate = math.exp(float(invasion_tables().log_rate([1e-4], 0.5, 5.0)[0]))
    unit = BORATE.unit_time_s(30.0)
    assert ends[1] == pytest.approx(1e-3 * math.exp(-0.5 * rate * 100.0 / unit), rel=1e-2)


def test_several_entries_are_followed_in_their_order():
    history = (
        Stretch(0.0, 30.0, 0.0),
        Stretch(30.0, 30.0, 4e4),
        Stretch(30.0, 50.0, 0.0),
        Stretch(50.0, 50.0, 900.0),
        Stretch(50.0, 20.0, 0.0),
        Stretch(20.0, 20.0, 5e5),
    )
    one = course(history, np.array([50.0]), np.array([900.0]), free, 5.0)
    first = growth.factor_of(0.2, 1.0, 28.0)
    last = float(at_end(BORATE, one, np.array([[first]]))[0, 0])
    pieces = [growth.Piece(p, 0.0, t) for p, t in ((30.0, 4e4), (50.0, 900.0), (20.0, 5e5))]
    depth = float(growth.depth_after_um(BORATE, pieces, 0.2, 28.0))
    assert depth > 1.05 * 28.0
    assert 28.0 * (first / last) ** 2 == pytest.approx(depth, rel=1e-9)


def test_the_program_is_brought_to_other_pressures_and_holds():
    history = (Stretch(0.0, 30.0, 60.0), Stretch(30.0, 30.0, 10.0), Stretch(30.0, 5.0, 20.0))
    one = course(history, np.array([3.0, 90.0]), np.array([7.0]), free, 5.0)
    hold = next(level for level in one.levels if np.all(level.seconds == 7.0))
    assert hold.opening_MPa == pytest.approx([3.0, 90.0])
    # What comes after keeps its pressure, at most as high.
    assert one.end.opening_MPa == pytest.approx([3.0, 5.0])


def test_a_warmer_stretch_counts_as_a_longer_one():
    warm = course((Stretch(60.0, 60.0, 1.0, quickness=3.0),), P, T, free, 5.0)
    longer = course((), P, 3.0 * T, free, 5.0)
    first = np.array([[NEEDED * FULL_FACTOR]])
    assert at_end(BORATE, warm, first) == pytest.approx(at_end(BORATE, longer, first))


def test_at_constant_pressure_what_starts_goes_on():
    ends = [state((), hold=t) for t in np.geomspace(1.0, 1e5, 40)]
    kinds = list(dict.fromkeys(ends))
    assert kinds == ["nothing", "flaw starts", "short"]
    time = float(growth.time_between_s(BORATE, 60.0, 0.0, 0.2, 14.0, 500.0))
    assert state((), hold=1.01 * time) == "short" and state((), hold=0.99 * time) == "flaw starts"


def test_pressure_taken_back_arrests():
    """1 MPa drives no flaw that 27 MPa are needed for, or any on its way to 500 um."""
    history = (Stretch(0.0, 60.0, 0.0), Stretch(60.0, 60.0, 600.0), Stretch(60.0, 1.0, 0.0))
    time = float(growth.time_between_s(BORATE, 60.0, 0.0, 0.2, 14.0, 500.0))
    assert 1.0 * FULL_FACTOR * math.sqrt(math.pi * 500e-6) < 0.2
    assert state(history, hold=0.9 * time) == "arrested: pressure taken back"
    assert state(history, hold=1.1 * time) == "short"
    assert state(history, hold=1.0) == "nothing"


def test_a_metal_too_slow_arrests_what_is_still_driven():
    """Released to 20 MPa a flaw of some 120 um is driven on, but would take over 116 days."""
    history = (Stretch(0.0, 60.0, 0.0), Stretch(60.0, 60.0, 600.0), Stretch(60.0, 20.0, 0.0))
    assert 20.0 * FULL_FACTOR * math.sqrt(math.pi * 120e-6) > 0.2
    quick = growth.Metal(0.53e2, 5.0, BORATE.plane_young_MPa)
    for metal, wanted in ((BORATE, "arrested: metal too slow"), (quick, "flaw starts")):
        hold = float(growth.time_between_s(metal, 60.0, 0.0, 0.2, 14.0, 120.0))
        left = float(growth.time_between_s(metal, 20.0, 0.0, 0.2, 120.0, 500.0))
        assert (left > LONGEST_S) == (metal is BORATE)
        assert state(history, hold=hold, metal=metal) == wanted


def test_lateral_stress_that_rises_arrests():
    """What is left on the way drives 0.9 of what the flaw needs: it never gets through."""
    assert state((), hold=1e6, barrier=0.9 * NEEDED) == "arrested: lateral stress rises"
    assert state((), hold=1e6, barrier=1.1 * NEEDED) == "short"


def test_thresholds_are_what_states_follow_from():
    history = (Stretch(0.0, 60.0, 100.0), Stretch(60.0, 60.0, 600.0), Stretch(60.0, 15.0, 50.0))
    pressures, holds = np.geomspace(20.0, 120.0, 12), np.geomspace(1.0, 1e6, 7)
    one = course(history, pressures, holds, free, 5.0)
    found = fates(BORATE, one, one, np.full(12, 1e9), DEEPER)
    for needed in (12.0, 20.0, NEEDED, 40.0):
        index = states_of(BORATE, one, one, np.full(12, 1e9), DEEPER, needed)
        sure = np.abs(np.log(np.maximum(found.short_MPa, 1e-9) / needed)) > 2e-3
        assert ((found.short_MPa >= needed) == (index == STATES.index("short")))[sure].all()
        sure = np.abs(np.log(np.maximum(found.start_MPa, 1e-9) / needed)) > 2e-3
        assert ((found.start_MPa >= needed) == (index >= 0))[sure].all()
        back = index == STATES.index("arrested: pressure taken back")
        sure = np.abs(np.log(found.driven_MPa / needed)) > 2e-3
        assert (found.driven_MPa < needed)[back & sure].all()


def test_a_compact_is_held_by_what_it_was_pressed_at_last():
    """K = 0.41/0.59, Y = 100: 260 MPa locked in at 360, less K times what is taken back."""
    way = Confinement("compact", 9300.0, 0.41, compact=Compact(100.0))
    held = held_by(way, np.ones_like)
    lateral, opening = held(np.array([360.0, 300.0, 10.0]), np.full(3, 360.0))
    share = 0.41 / 0.59
    assert lateral == pytest.approx([260.0, 260.0 - 60.0 * share, 260.0 - 350.0 * share])
    assert opening[0] == pytest.approx(100.0) and opening[2] == 0.0
