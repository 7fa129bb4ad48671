"""The maps that are pressed to say which of them reach 360 MPa."""

from __future__ import annotations

import pytest
import tomli_w

from napress.cases.model.interface import to_model
from napress.cases.schema.load import parse_case


@pytest.fixture
def reach(benchmark_file):
    return benchmark_file("reach_maps"), benchmark_file("reach")


def test_the_whole_matrix_is_seven_surfaces_two_metals_four_stiffnesses(reach):
    maps, runner = reach
    runs = maps.labels_of_maps(8, (1, 2, 3), tuple(maps.METALS), maps.STIFFNESSES_GPA)
    assert len({runner.name_of(one) for one in runs}) == len(runs) == 7 * 2 * 4


def test_maps_are_cases_that_press_without_solving_for_current(reach, tmp_path):
    maps, runner = reach
    maps.write_ceramic(tmp_path)
    for run in maps.labels_of_maps(8, (2,), ("r1", "soft"), (9,)):
        text = tomli_w.dumps(maps.map_case(run, runner.TARGETS_MPA))
        model = to_model(parse_case(text.encode(), "map.toml", tmp_path))
        assert model.dimension == 3 and model.elements == (8, 8)
        assert model.ionic_conductivity is None
        assert model.ceramic.young_MPa == 1e3 * run["ceramic_GPa"]
        hardens = model.sodium.hardening_MPa > 0
        assert hardens == (run["metal"] == "r1")


def test_profiles_keep_the_names_of_their_runs(reach):
    _, runner = reach
    labels, content = runner.profiles(False, ("nzsp",), "plain")[0]
    assert runner.name_of(labels) == "sinusoid-1um-64-seed0-nzsp-plain"
    assert content["interface"]["dimension"] == 2
