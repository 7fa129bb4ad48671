"""What is read from the runs in 2-D and 3-D."""

from __future__ import annotations

import math

import pandas as pd
import pytest


@pytest.fixture
def dimensions(benchmark_file):
    return benchmark_file("dimensions")


def pressed(dimensions, dimension, size):
    """A run whose every column is `size` times the pressure."""
    columns = {one.column for one in dimensions.QUANTITIES}
    history = pd.DataFrame({"pressure_MPa": [0.1, 1.0, 10.0, 360.0], "step": [1, 2, 3, 4]})
    for column in columns:
        history[column] = size * history["pressure_MPa"]
    history["closure_percent"] = 50.0
    return dimensions.Pressed(dimension, 8, history, dict.fromkeys(columns, size))


def test_ratios_are_those_of_the_means_and_probabilities_have_factors(dimensions):
    runs = [pressed(dimensions, 2, size) for size in (1.0, 3.0)]
    runs += [pressed(dimensions, 3, size) for size in (2.0, 6.0)]
    rows = dimensions.rows_of(runs)
    contact = next(row for row in rows if (row["label"], row["at"]) == ("contact fraction", 1))
    assert contact["2-D, 8"] == pytest.approx((2.0, math.sqrt(2.0)))
    flaw = next(row for row in rows if row["label"] == "a filled flaw runs")
    assert flaw["3-D, 8"][0] == pytest.approx(360 * math.sqrt(12.0))
    assert flaw["3-D, 8"][1] == pytest.approx(math.exp(math.log(3.0) / math.sqrt(2.0)))
    table = dimensions.markdown(rows).splitlines()
    assert all(line.endswith("| 2 |") for line in table[2:])


def test_values_lie_between_steps_over_the_logarithm_of_pressure(dimensions):
    run = pressed(dimensions, 2, 1.0)
    contact = dimensions.QUANTITIES[0]
    assert run.value(contact, math.sqrt(10.0)) == pytest.approx(5.5)
    assert run.value(contact, dimensions.LARGEST) == 360.0
    assert run.value(contact, dimensions.TOUCH) == pytest.approx(0.1 / 0.5)


def test_ways_across_are_told_by_the_contact_fraction_where_they_open_and_close(dimensions):
    run = pressed(dimensions, 3, 1.0)
    run.history["contact_fraction"] = [0.1, 0.4, 0.6, 1.0]
    run.history["contact_crosses_cell"] = [0, 0, 1, 1]
    run.history["void_crosses_cell"] = [1, 1, 0, 0]
    found = dimensions.crossings([run, pressed(dimensions, 2, 1.0)])
    assert found == {"contact from": [0.6], "void up to": [0.4]}


def test_voids_are_shares_and_mean_gaps(dimensions):
    closure = {"closure_percent": [0.0, 75.0], "pressure_MPa": [0.1, 1.0]}
    closure["ceramic_max_principal_MPa"] = [0.1, 0.5]
    profile = dimensions.with_derived(pd.DataFrame(closure | {"void_area_um2": [4.0, 1.0]}), 10.0)
    face = dimensions.with_derived(pd.DataFrame(closure | {"void_volume_um3": [40.0, 10.0]}), 10.0)
    for history in (profile, face):
        assert history["mean_gap_nm"].tolist() == pytest.approx([400.0, 100.0])
        assert history["void_left_percent"].tolist() == [100.0, 25.0]
        assert history["tension_over_pressure"].tolist() == [1.0, 0.5]
