"""Stripping beside experiments: which searches there are, and how their answers are shown."""

from __future__ import annotations

import pytest

from napress.cases.schema.load import load_case
from napress.cases.stripping.limit import Limit, Tried, stripped_entry
from napress.cases.validation import experiments, stripping


@pytest.mark.parametrize(
    "one", stripping.SYSTEMS, ids=lambda one: f"{one.case}-{one.current_mA_cm2:g}"
)
def test_every_system_has_a_case_that_strips(one):
    path = experiments.case_path(one.case)
    case = load_case(path)
    assert stripped_entry(case, str(path)) == len(case.program) - 1
    assert "ESTIMATE" in path.read_text(encoding="utf-8") and one.source


def tried(pressure, kept, reason=""):
    return Tried(pressure, 1.0, 0.8, 0.8 if kept else 0.2, 0.05, kept, reason, "run")


def test_the_answer_is_the_middle_of_the_bracket():
    limit = Limit("pressure", 1.0, 0.1, 0.4, (tried(0.1, False), tried(0.4, True)))
    row = stripping.compared(stripping.SYSTEMS[1], limit)
    assert row.model == pytest.approx(0.2) and row.remark == ""
    assert "| 0.3 bad, 1 steady | 0.2 |" in experiments.markdown([row])


def test_a_search_without_an_answer_says_why():
    undecided = Limit("pressure", 1.0, None, None, (tried(1.0, None, "smallest step reached"),))
    assert stripping.compared(stripping.SYSTEMS[0], undecided).remark == "smallest step reached"
    only_kept = Limit("pressure", 1.0, None, 0.4, (tried(0.4, True),))
    remark = stripping.compared(stripping.SYSTEMS[0], only_kept).remark
    assert remark == "kept at every pressure tried, down to 0.4 MPa"


def test_the_searches_are_named_beside_the_cases(monkeypatch, tmp_path):
    asked = []
    monkeypatch.setattr(stripping, "find_limit", lambda *given: asked.append(given) or NOTHING)
    rows = experiments.run_and_compare(["stripping"], tmp_path, 1, True)
    assert len(rows) == len(asked) == len(stripping.SYSTEMS)
    assert {given[3] for given in asked} == {0.2, 1.0, 2.5}
    assert experiments.chosen_cases(["li-llzo", "stripping"]) == ["li-llzo"]


NOTHING = Limit("pressure", 1.0, None, None, ())
