"""The benchmark names the stage that has become dearer, whatever the machine's speed."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "benchmarks"))

import profile_of_stages

STORED = {"tangent": 2.0, "factor": 2.5, "krylov": 1.5, "commit": 0.01}


def test_a_slower_machine_is_no_regression():
    found = profile_of_stages.ratios({name: 3 * ms for name, ms in STORED.items()}, STORED)
    assert set(found) == {"tangent", "factor", "krylov"}, "what takes no time is left out"
    assert profile_of_stages.dearer(found) == []


def test_the_stage_that_became_dearer_is_named():
    now = {name: 2 * ms for name, ms in STORED.items()} | {"krylov": 4.5}
    assert profile_of_stages.dearer(profile_of_stages.ratios(now, STORED)) == ["krylov"]


def test_the_stored_profile_is_of_the_stages_there_are():
    lines = profile_of_stages.report({"tangent": 1.0, "factor": 1.0, "krylov": 1.0}, 500)
    assert any("tangent" in line for line in lines) and any("Newton" in line for line in lines)
