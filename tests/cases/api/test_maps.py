"""Maps pressed end to end: a pit, and metal that creeps without a yield stress."""

from __future__ import annotations

import tomllib

import pytest
from tiny_case import TINY_CASE

import napress as na

WAVE = {"kind": "sinusoid", "amplitude": "0.3 um", "wavelength": "10 um"}
PIT = {"kind": "notch", "depth": "0.4 um", "width": "8 um", "position": "5 um"}


@pytest.fixture(scope="module")
def map_case():
    tables = tomllib.loads(TINY_CASE)
    tables["interface"] |= {"dimension": 3, "elements": 4}
    tables["output"] = {"figures": False, "report": False, "fields": "none"}
    # Of unknown conductivity: the current is not solved for.
    tables["ceramic"] = {"material": "nzsp", "thickness": "10 um"}
    return na.Case(**tables | {"surface": [WAVE]})


@pytest.mark.slow
def test_a_pit_fills_from_its_rim(map_case):
    changes = {"surface": [PIT], "interface.elements": 8, "program": [{"pressure": "1.8 MPa"}]}
    run = na.run(map_case.with_(changes))
    history = run.history
    assert run.state == "finished" and not run.summary["warnings"]
    assert history["pressure_MPa"].iloc[-1] == pytest.approx(1.8)
    # The plain around the pit touches at once; then the metal bulges into it.
    assert history["contact_fraction"].iloc[0] > 0.5
    assert history["contact_fraction"].is_monotonic_increasing
    assert history["void_volume_um3"].iloc[-1] < 0.95 * history["void_volume_um3"].iloc[0]
    assert history["energy_balance_error_percent"].abs().max() < 1.0


@pytest.mark.slow
def test_pure_creep_closes_a_map_under_a_held_pressure(map_case):
    program = [{"pressure": "0.3 MPa", "duration": "5 s"}, {"hold": "5 s"}]
    run = na.run(map_case.with_({"creep": {"law": "creep"}, "program": program}))
    history = run.history
    held = history[history["time_s"] > 5.0]
    assert run.state == "finished" and held["time_s"].iloc[-1] == pytest.approx(10.0)
    assert held["pressure_MPa"].to_numpy() == pytest.approx(0.3, rel=1e-3)
    assert (held["closure_percent"].diff().dropna() >= 0.0).all()
    assert held["closure_percent"].iloc[-1] > held["closure_percent"].iloc[0] + 5.0
    assert history["energy_balance_error_percent"].abs().max() < 1.0


@pytest.mark.slow
@pytest.mark.parametrize("entry", [{}, {"duration": "10 s"}], ids=["at once", "in time"])
def test_a_plain_around_a_pit_presses_and_does_not_give_way(map_case, entry):
    soft = {"value": "0.235 MPa", "estimate": True}
    run = na.run(
        map_case.with_(
            {
                "surface": [PIT | {"depth": "1 um", "width": "20 um", "position": "0 um"}],
                "interface.width": "20 um",
                "interface.elements": 8,
                "sodium": {"material": "sodium-wang-2020", "thickness": "20 um"},
                "sodium.yield_strength": soft,
                "program": [{"pressure": "0.25 MPa"} | entry],
                "solver.void_error": "1 percent",
            }
        )
    )
    history = run.history
    assert run.state == "finished" and not run.summary["warnings"]
    # A contact that gave way gave back more than it had stored: metal flowed by itself.
    stored = (history["contact_pJ"] / history["external_work_pJ"]).to_numpy()
    assert stored.min() > -0.1
    assert (history["pressure_MPa"].pct_change().dropna() > -0.01).all()
