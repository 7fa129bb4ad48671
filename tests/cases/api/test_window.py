"""Pressure windows asked for in Python."""

from __future__ import annotations

import pytest

import napress as na


@pytest.fixture(scope="module")
def found(tiny):
    case = tiny.with_(
        {
            "program": [{"pressure": "0.5 MPa"}, {"pressure": "1 MPa"}],
            # Levers are runs of their own; tests/cases/window has them.
            "window": {"closure_target": "10 %", "run_levers": False},
        }
    )
    return na.window(case, closure="20 %", asked="0.8 MPa", cores=1)


@pytest.mark.slow
def test_a_window_has_an_answer_a_table_and_a_figure(found):
    assert found.complaints == [] and found.folder is None
    assert found.headline in repr(found)
    assert found.data["targets"]["closure_percent"] == pytest.approx(20.0)
    if found.exists:
        low, high = found.range_MPa
        assert 0.0 < low < high
    table = found.table
    assert table["pressure_MPa"].is_monotonic_increasing
    assert table.attrs["columns"]["void_left_percent_median"]["unit"] == "%"
    assert found.plot().get_axes()


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, "window.closure_target: missing"),
        ({"closure": "99"}, "has no unit"),
        ({"closure": "99 %", "seeds": 4}, "no surface here is random; allowed: 1"),
        ({"closure": "99 %", "pellet": "nzsp-peek"}, "did you mean 'nzsp-peek-die'?"),
        ({"closure": "99 %", "pellet": "none.toml"}, "none.toml: no such file"),
    ],
)
def test_what_does_not_fit_is_one_line(tiny, asked, expected):
    with pytest.raises(na.CaseError) as caught:
        na.window(tiny, **asked)
    assert expected in str(caught.value) and "\n" not in str(caught.value)


def test_a_shipped_pellet_is_known_by_its_name(tiny, monkeypatch):
    plans = []
    monkeypatch.setattr("napress._window.run_window", lambda plan, *rest: plans.append(plan))
    na.window(tiny, closure="99 %", pellet="nzsp-peek-die")
    assert plans[0].pellet is None or plans[0].pellet.pellet.diameter > 0.0
    assert plans[0].case.fracture.confinement == "elastic sleeve"
