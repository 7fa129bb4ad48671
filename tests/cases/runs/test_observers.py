"""A user's own column in a run: one object, handed over in one place."""

import pytest
from tiny_case import TINY_CASE

from napress.cases.errors import CaseError
from napress.cases.runs.interface_run import run_case
from napress.cases.runs.outcome import RunOptions
from napress.postprocess.records.history import read_history


class WidestGap:
    def columns(self, snapshot):
        return {"widest_gap_um": snapshot.interface.gap_um.max()}


class Broken:
    def columns(self, snapshot):
        return {"ratio": [1.0][snapshot.step + 1]}


@pytest.fixture
def case(tmp_path):
    path = tmp_path / "case.toml"
    path.write_text(TINY_CASE)
    return path


# The points nearest to the valley lie a little beside it.
def test_the_column_of_an_observer_is_in_history_and_summary(case, tmp_path):
    options = RunOptions(quiet=True, observers=(WidestGap(),))
    outcome = run_case(case, tmp_path / "run", options)
    history = read_history(tmp_path / "run" / "history.csv")
    gap = history["widest_gap_um"]
    assert gap.iloc[0] == pytest.approx(1.0, rel=0.02) and gap.iloc[-1] < gap.iloc[0]
    assert outcome.summary["widest_gap_um"] == gap.iloc[-1]
    assert "cpu_conduction_s" in history and "interface_asr_ohm_cm2" in history


def test_an_observer_that_fails_is_named_in_one_line(case, tmp_path):
    with pytest.raises(CaseError, match="observer Broken: columns: IndexError"):
        run_case(case, tmp_path / "run", RunOptions(quiet=True, observers=(Broken(),)))
