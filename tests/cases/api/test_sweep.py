"""Sweeps started in Python."""

from __future__ import annotations

import tempfile

import pytest

import napress as na


@pytest.fixture(scope="module")
def rough(tiny):
    surface = {"kind": "self-affine", "rms": "0.2 um", "hurst": 0.8, "cutoff": "5 um"}
    return tiny.with_({"surface": [surface]})


@pytest.mark.timeout(900)
@pytest.mark.slow
def test_a_sweep_is_a_table_and_finished_runs_are_not_repeated(rough, tmp_path):
    grid = {"surface[0].rms": ["0.1 um", "0.2 um"]}
    table = na.sweep(rough, grid, seeds=2, cores=2, out=tmp_path)
    assert list(table["state"]) == ["finished"] * 4
    assert table.attrs["varied"] == ["surface[0].rms_um", "surface[0].seed"]
    assert sorted(table["surface[0].rms_um"]) == [0.1, 0.1, 0.2, 0.2]
    assert table.attrs["columns"]["closure_pressure_90_MPa"]["unit"] == "MPa"
    void = table.groupby("surface[0].rms_um")["void_area_um2"].mean()
    assert void[0.1] < void[0.2]

    before = {f: f.stat().st_mtime_ns for f in tmp_path.glob("runs/*/history.csv")}
    again = na.sweep(rough, grid, seeds=2, out=tmp_path)
    assert again.equals(table)
    assert {f: f.stat().st_mtime_ns for f in before} == before
    # Each is a run folder like any other.
    assert na.Run(tmp_path / "runs" / table["run"][0]).state == "finished"


@pytest.mark.timeout(900)
@pytest.mark.slow
def test_points_and_nothing_left_behind(tiny, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    table = na.sweep(tiny, [{"surface[0].amplitude": "0.3 um", "ceramic.young": "60 GPa"}])
    assert table["ceramic.young_MPa"].tolist() == [60000.0]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("grid", "seeds", "expected"),
    [
        ({"surface[0].amplitud": ["1 um"]}, None, "did you mean 'surface[0].amplitude'?"),
        ({"surface[0].amplitude": "1 um"}, None, "allowed: a list of 1 or more values"),
        ({"surface[0].amplitude": [1.0]}, None, "has no unit"),
        ({}, None, "allowed: grid, zip, list, random or seeds"),
        ({}, 3, "the case has no random surface"),
    ],
)
def test_what_does_not_fit_is_one_line_before_anything_runs(tiny, grid, seeds, expected, tmp_path):
    with pytest.raises(na.CaseError) as caught:
        na.sweep(tiny, grid, seeds=seeds, out=tmp_path)
    assert expected in str(caught.value) and "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []
