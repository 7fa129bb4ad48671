"""Averages of the interface over the pellet, against what can be worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from napress.postprocess.pellet.two_scales import (
    InterfaceSweep,
    average_over_pellet,
    averages_over_pellet,
    sweep_of_run,
)

SWEEP = InterfaceSweep(
    np.array([1.0, 10.0, 100.0]),
    contact_fraction=np.array([0.1, 0.5, 0.9]),
    asr_ohm_cm2=np.array([100.0, 10.0, 1.0]),
    fracture_use=np.array([0.1, 0.4, 1.2]),
)


def test_even_pressure_gives_the_sweep_itself():
    average = average_over_pellet(np.full(5, 10.0), np.ones(5), SWEEP)
    assert average.contact_fraction == pytest.approx(0.5)
    assert average.asr_ohm_cm2 == pytest.approx(10.0)
    assert average.fracture_use == pytest.approx(0.4)
    assert average.fractured_area == 0.0
    assert average.outside == 0.0


def test_resistances_average_as_parallel_conductances():
    average = average_over_pellet([1.0, 100.0], [3.0, 1.0], SWEEP)
    assert average.asr_ohm_cm2 == pytest.approx(1 / (0.75 / 100.0 + 0.25 / 1.0))
    assert average.contact_fraction == pytest.approx(0.75 * 0.1 + 0.25 * 0.9)
    assert average.fracture_use == pytest.approx(1.2)
    assert average.fractured_area == pytest.approx(0.25)


def test_several_loads_at_once_are_each_by_itself():
    loads, area = np.array([[1.0, 100.0], [10.0, 20.0], [0.5, 200.0]]), np.array([3.0, 1.0])
    found = averages_over_pellet(loads, area, SWEEP)
    for row, local in enumerate(loads):
        one = vars(average_over_pellet(local, area, SWEEP))
        assert {name: values[row] for name, values in vars(found).items()} == pytest.approx(one)


def test_power_laws_are_interpolated_exactly():
    average = average_over_pellet([30.0], [1.0], SWEEP)
    assert average.asr_ohm_cm2 == pytest.approx(100.0 / 30.0)


def test_radial_rings_with_area_weights():
    radius = (np.arange(2000) + 0.5) / 2000
    pressure = 100.0 * (1 - radius**2) + 1e-9
    sweep = InterfaceSweep(np.geomspace(1e-3, 100, 400), np.geomspace(1e-3, 100, 400) / 100)
    average = average_over_pellet(pressure, radius, sweep)
    assert average.contact_fraction == pytest.approx(0.5, rel=1e-3)
    assert average.asr_ohm_cm2 is None and average.fracture_use is None


def test_outside_the_sweep_its_end_stands_in_and_is_counted():
    average = average_over_pellet([0.1, 1000.0, 10.0], [1.0, 1.0, 2.0], SWEEP)
    assert average.outside == pytest.approx(0.5)
    assert average.contact_fraction == pytest.approx((0.1 + 0.9 + 2 * 0.5) / 4)


def test_what_does_not_conduct_adds_nothing():
    sweep = InterfaceSweep(np.array([1.0, 10.0]), asr_ohm_cm2=np.array([math.inf, 5.0]))
    assert average_over_pellet([1.0, 10.0], [1.0, 1.0], sweep).asr_ohm_cm2 == pytest.approx(10.0)
    assert average_over_pellet([1.0], [1.0], sweep).asr_ohm_cm2 == math.inf


def test_pressures_without_a_measurement_are_bridged():
    sweep = InterfaceSweep(
        np.array([1.0, 3.0, 10.0]),
        contact_fraction=np.array([0.1, 0.2, 0.5]),
        asr_ohm_cm2=np.array([100.0, math.nan, 10.0]),
    )
    average = average_over_pellet([3.0], [1.0], sweep)
    assert average.asr_ohm_cm2 == pytest.approx(100.0 / 3.0)
    assert average.contact_fraction == pytest.approx(0.2)
    never = InterfaceSweep(np.array([1.0]), asr_ohm_cm2=np.array([math.nan]))
    assert average_over_pellet([3.0], [1.0], never).asr_ohm_cm2 is None


@pytest.mark.parametrize(
    ("pressure", "area", "sweep", "words"),
    [
        ([1.0], [1.0, 1.0], SWEEP, "area"),
        ([1.0], [-1.0], SWEEP, "area"),
        ([math.nan], [1.0], SWEEP, "finite"),
        ([1.0], [1.0], InterfaceSweep(np.array([2.0, 1.0])), "increasing"),
        ([1.0], [1.0], InterfaceSweep(np.array([1.0]), np.ones(2)), "contact_fraction"),
        ([1.0], [1.0], InterfaceSweep(np.ones(1), asr_ohm_cm2=np.zeros(1)), "asr_ohm_cm2"),
    ],
)
def test_what_makes_no_sense_is_refused(pressure, area, sweep, words):
    with pytest.raises(ValueError, match=words):
        average_over_pellet(pressure, area, sweep)


def test_a_run_becomes_a_sweep_of_its_rising_pressures():
    history = pd.DataFrame(
        {
            "pressure_MPa": [0.0, 1.0, 2.0, 1.5, 3.0],
            "contact_fraction": [0.0, 0.1, 0.2, 0.25, 0.3],
            "tension_utilisation": [0.0, 0.1, 0.2, 0.3, 0.4],
            "mohr_coulomb_utilisation": [0.0, 0.2, 0.1, 0.3, 0.3],
            "interface_asr_ohm_cm2": [math.nan, math.nan, 5.0, math.nan, 3.0],
        }
    )
    sweep = sweep_of_run(history)
    assert sweep.pressure_MPa.tolist() == [1.0, 2.0, 3.0]
    assert sweep.contact_fraction.tolist() == [0.1, 0.2, 0.3]
    assert sweep.fracture_use.tolist() == [0.2, 0.2, 0.4]
    assert sweep.asr_ohm_cm2[1:].tolist() == [5.0, 3.0]
    assert sweep_of_run(history.drop(columns="interface_asr_ohm_cm2")).asr_ohm_cm2 is None
