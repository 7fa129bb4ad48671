"""Sodium in surface flaws: critical depths, confinement, flow, scatter."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm, weibull_min

from napress.cases.verification.ceramic import weibull as weibull_check
from napress.cases.verification.metal import slot_flow
from napress.fem.inputs.materials import CreepLaw
from napress.postprocess.fracture.confinement import Confinement, Sleeve
from napress.postprocess.fracture.filling import CreepClock, SlotFlow
from napress.postprocess.fracture.scatter import FlawStatistics, Scatter
from napress.postprocess.theory import flaws as closed


@pytest.mark.parametrize(
    ("toughness", "lateral", "depth"),
    [
        (1.3, 0.0, 3.3),
        (1.3, closed.rigid_die_lateral_MPa(360.0, 0.26), 7.9),
        (0.23, 0.0, 0.10),
        (0.23, closed.rigid_die_lateral_MPa(360.0, 0.26), 0.25),
    ],
)
def test_critical_depths_at_360_MPa(toughness, lateral, depth):
    found = float(closed.critical_depth_um(toughness, 360.0 - lateral))
    assert found == pytest.approx(depth, abs=0.05 if depth > 1 else 0.005)
    back = float(closed.edge_crack_intensity(360.0 - lateral, found))
    assert back == pytest.approx(toughness)


LAW = CreepLaw(0.53, 5.0, 44.0)
LAW_FASTER = LAW.rate_at(333.15) / 0.53


def test_isostatic_loading_opens_nothing():
    held = Confinement("isostatic", 8e4, 0.26)
    assert held.lateral_MPa(360.0) == 360.0
    assert math.isinf(closed.critical_depth_um(1.3, 360.0 - held.lateral_MPa(360.0)))
    assert closed.edge_crack_intensity(-5.0, 1.0) == 0.0


def test_sleeve_lies_between_free_and_rigid():
    def lateral(young):
        return Confinement("elastic sleeve", 8e4, 0.26, Sleeve(young, 0.4, 2.0)).lateral_MPa(360.0)

    rigid = Confinement("rigid die", 8e4, 0.26).lateral_MPa(360.0)
    assert lateral(1e14) == pytest.approx(rigid, rel=1e-6)
    assert 0.0 < lateral(3.8e3) < lateral(2e5) < rigid
    # PEEK is a hundred times too soft: it leaves the pellet almost free.
    assert lateral(3.8e3) < 0.01 * 360.0


@pytest.mark.parametrize("kind", ["die", "elastic sleeve"])
def test_confinement_names_what_is_wrong(kind):
    with pytest.raises(ValueError, match="allowed|missing"):
        Confinement(kind, 8e4, 0.26)


def test_weight_function_gives_the_edge_crack_factor():
    share, weight = closed.edge_crack_rule()
    assert weight.sum() == pytest.approx(1.1215, rel=1e-3)
    assert ((share > 0) & (share < 1)).all()


def test_partly_filled_factor():
    assert closed.partly_filled_factor(0.0) == 0.0
    assert closed.partly_filled_factor(math.inf) == 1.0
    reaches = [0.1, 0.5, 0.999, 1.001, 3.0, 100.0]
    found = [closed.partly_filled_factor(reach) for reach in reaches]
    assert found == sorted(found) and found[-1] < 1.0
    assert found[2] == pytest.approx(found[3], rel=0.01)
    share, weight = closed.edge_crack_rule(200)
    falling = float(weight @ np.maximum(1 - share / 0.5, 0)) / weight.sum()
    assert found[1] == pytest.approx(falling, rel=1e-3)


def test_flow_into_a_flaw():
    flow = SlotFlow(0.01, 0.235, 60.0, CreepLaw(0.53, 5.0))
    pushed, crept = flow.reach_um(360.0, 2.0)
    assert pushed == pytest.approx(360 * 0.02 / (2 * 0.235 / math.sqrt(3)))
    assert crept == pytest.approx(
        2.0 * SlotFlow(0.01, 0.235, 60.0, CreepLaw(0.53, 5.0)).reach_um(360.0, 1)[1]
    )
    assert flow.filling(360.0, 2.0) == 1.0
    stiff = SlotFlow(0.001, 14.0, 60.0)
    assert stiff.reach_um(360.0, 2.0)[1] == 0.0
    assert 0.0 < stiff.filling(360.0, 2.0) < 0.2
    # The same for deep and shallow flaws: only the ratio of width to depth counts.
    assert stiff.filling(360.0, 20.0) == pytest.approx(stiff.filling(360.0, 2.0))


def test_creep_is_faster_when_warm():
    cold, warm = (SlotFlow(0.01, 0.235, 60.0, LAW, kelvin) for kelvin in (298.15, 333.15))
    faster = math.exp(44e3 / 8.31446 * (1 / 298.15 - 1 / 333.15))
    assert faster > 5
    ratio = warm.reach_um(100.0, 1.0)[1] / cold.reach_um(100.0, 1.0)[1]
    assert ratio == pytest.approx(faster ** (1 / 6))


def timed(steps):
    """Depth reached in a slot of 10 nm by steps of time (s), pressure (MPa), temperature (K)."""
    flow = SlotFlow(0.01, 0.235, 60.0, LAW, timed=True)
    clock = CreepClock(flow)
    for step in steps:
        crept = clock.add(*step)
    return flow.reach_um(steps[-1][1], 1.0, crept)[1]


def test_a_hold_of_the_program_is_the_closed_form_of_constant_pressure():
    held = timed([(1e-9, 100.0, 298.15), (30.0, 100.0, 298.15), (90.0, 100.0, 298.15)])
    wanted = closed.slot_reach_creep_um(100.0, 0.01, 90.0, 0.53, 5.0)
    assert held == pytest.approx(wanted, rel=1e-9)


def test_a_ramp_is_integrated_however_many_steps_it_takes():
    """The integral of A p^n over a ramp is 1/(n+1) of that of a hold at its end."""
    one = timed([(60.0, 360.0, 298.15)])
    times = np.linspace(0.5, 60.0, 120)
    many = timed([(t, 6.0 * t, 298.15) for t in times])
    wanted = closed.slot_reach_creep_um(360.0, 0.01, 10.0, 0.53, 5.0)
    assert one == pytest.approx(wanted, rel=1e-12)
    assert many == pytest.approx(wanted, rel=1e-12)


def test_what_crept_in_stays_after_a_release_and_heat_counts_while_it_lasts():
    pressed = [(1e-9, 100.0, 298.15), (60.0, 100.0, 298.15)]
    released = timed([*pressed, (60.0, 1.0, 298.15), (1e4, 1.0, 298.15)])
    assert released == pytest.approx(timed(pressed), rel=1e-3)
    hot = timed([(1e-9, 100.0, 298.15), (60.0, 100.0, 333.15)])
    assert hot == pytest.approx(timed(pressed) * LAW_FASTER ** (1 / 6), rel=1e-9)


def test_a_restored_clock_goes_on_as_if_never_stopped():
    steps = [(10.0, 50.0, 298.15), (20.0, 90.0, 333.15), (300.0, 90.0, 333.15)]
    flow = SlotFlow(0.01, 0.235, 60.0, LAW, timed=True)
    whole, again = CreepClock(flow), CreepClock(flow)
    for step in steps:
        last = whole.add(*step)
    again.add(7.0, 3.0, 298.15)
    names = ["time_s", "pressure_MPa", "temperature_K"]
    again.restore(pd.DataFrame(steps[:2], columns=names))
    assert again.add(*steps[2]) == last


@pytest.mark.parametrize("check", [slot_flow.slot, weibull_check.probabilities])
def test_check_passes(check):
    assert not [row for row in check() if not row.passed]


def test_a_wrong_slot_is_noticed(monkeypatch):
    right = closed.slot_creep_speed_um_per_s
    monkeypatch.setattr(closed, "slot_creep_speed_um_per_s", lambda *a: 1.01 * right(*a))
    assert [row.name for row in slot_flow.slot() if not row.passed]


def test_scatter_agrees_with_scipy():
    law = Scatter("weibull", 2.0, 3.0)
    known = weibull_min(3.0, scale=2.0 / math.log(2) ** (1 / 3))
    assert law.percentile(5.0) == pytest.approx(known.ppf(0.05))
    assert law.share_above(3.0) == pytest.approx(known.sf(3.0))
    lognormal = Scatter("lognormal", 2.0, 0.4)
    assert lognormal.percentile(95.0) == pytest.approx(2 * math.exp(0.4 * norm.ppf(0.95)))
    for scatter in (law, lognormal):
        values, weights = scatter.quadrature(401)
        assert weights @ scatter.share_above(values) == pytest.approx(0.5, rel=1e-6)


@pytest.mark.parametrize("kind", ["lognormal", "weibull"])
@pytest.mark.parametrize("flaws", [1.0, 80.0])
def test_quadrature_agrees_with_drawn_pellets(kind, flaws):
    spread = {"lognormal": (0.5, 0.15), "weibull": (2.0, 8.0)}[kind]
    depth, toughness = Scatter(kind, 1.0, spread[0]), Scatter(kind, 1.3, spread[1])
    statistics = FlawStatistics(depth, toughness, flaws)
    found = statistics.probability(400.0)
    drawn = statistics.sampled_probability(400.0, 100_000, seed=7)
    assert drawn == pytest.approx(found, abs=4 * math.sqrt(found * (1 - found) / 1e5))
    assert drawn == statistics.sampled_probability(400.0, 100_000, seed=7)
    assert drawn != statistics.sampled_probability(400.0, 100_000, seed=8)


def test_flaws_held_shut_never_run():
    statistics = FlawStatistics(Scatter("lognormal", 1.0, 0.5), Scatter("lognormal", 1.3, 0.1))
    assert statistics.probability(0.0) == statistics.probability(-3.0) == 0.0
    places = statistics.probability_over(np.array([-1.0, 500.0]), np.array([0.75, 0.25]))
    assert places == pytest.approx(0.25 * statistics.probability(500.0), rel=1e-6)


def test_opening_at_a_probability():
    statistics = FlawStatistics(Scatter("lognormal", 1.0, 0.5), Scatter("lognormal", 1.3, 0.1))
    opening = statistics.opening_at(0.05)
    assert statistics.probability(opening) == pytest.approx(0.05, rel=1e-6)


@pytest.mark.parametrize("arguments", [("normal", 1.0, 0.5), ("weibull", 0.0, 5.0)])
def test_scatter_names_what_is_wrong(arguments):
    with pytest.raises(ValueError, match="allowed"):
        Scatter(*arguments)


def test_next_to_no_opening_is_no_warning():
    with np.errstate(all="raise"):
        depth = closed.critical_depth_um(1.3, np.array([0.0, 1e-200, 100.0]))
    assert np.isinf(depth[:2]).all() and np.isfinite(depth[2])


@pytest.mark.parametrize(
    ("depth", "toughness", "count", "allowed"),
    [
        (("lognormal", 0.5), ("lognormal", 0.1), 1.0, 1e-8),
        (("lognormal", 0.05), ("weibull", 7.5), 1e6, 5e-3),
        (("weibull", 30.0), ("weibull", 7.5), 1e6, 5e-3),
        (("weibull", 30.0), ("lognormal", 0.4), 1e3, 5e-3),
    ],
)
def test_many_places_are_as_one_where_all_are_alike(depth, toughness, count, allowed):
    """The fewer points do, however little depths scatter and however many flaws there are."""
    statistics = FlawStatistics(
        Scatter(depth[0], 3.0, depth[1]), Scatter(toughness[0], 1.5, toughness[1]), count
    )
    places, share = np.full(5, 100.0), np.full(5, 0.2)
    for opening in (100.0, 300.0):
        one = statistics.probability(opening)
        many = statistics.probability_over(places * opening / 100.0, share)
        assert many == pytest.approx(one, rel=allowed)
