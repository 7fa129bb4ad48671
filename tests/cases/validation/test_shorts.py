"""Shorts beside the law: the page shows what the program computes."""

import json
from pathlib import Path

import pytest

from napress.cases.validation import shorts

PAGE = Path(__file__).parents[3] / "docs" / "validation.md"


def test_the_page_has_the_table_that_is_computed():
    assert shorts.markdown() in PAGE.read_text(encoding="utf-8")


def test_fluid_pressure_never_shorts():
    rows = [row for row in shorts.shorts() if row.system.endswith("isostatic")]
    assert len(rows) == 4 and {row.model for row in rows} == {"never"}


def test_pores_are_linear_in_thickness_like_the_two_pellets():
    thin, thick, throat = shorts.thin_pellet()
    assert abs(thin / thick - 1) < 0.15
    assert 10 < throat / thick < 20


def test_shorts_are_in_the_json(monkeypatch, capsys):
    from napress.cases.cli.main import main
    from napress.cases.validation import experiments

    monkeypatch.setattr(experiments, "run_and_compare", lambda *given: [])
    with pytest.raises(SystemExit) as ended:
        main(["validation", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert ended.value.code == 0 and found["experiments"] == []
    rows = {(row["system"], row["pressure_MPa"], row["seen"]): row for row in found["shorts"]}
    seventy = rows["Na on closo-borate", 70.0, "short at 50 to 70"]
    assert seventy["time_s"][0] < seventy["time_s"][1] < 600.0
    assert rows["Li on LLZO, isostatic", 400.0, "no short"]["time_s"] == [None, None]
    assert found["pores_MPa_per_mm"]["measured_0.58_mm"] == pytest.approx(33.6, abs=0.1)
