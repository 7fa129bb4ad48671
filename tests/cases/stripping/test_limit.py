"""The search for a critical pressure or current, over runs that a stand-in makes up."""

from __future__ import annotations

import json
import tomllib

import pandas as pd
import pytest

from napress.cases.campaigns.campaign import Campaign, Standing
from napress.cases.campaigns.where import Where
from napress.cases.cli.main import main
from napress.cases.errors import CaseError, ExitCode
from napress.cases.runs import states
from napress.cases.schema.load import load_case
from napress.cases.stripping import limit as search

CASE = """
title = "strip"
surface = [{ kind = "sinusoid", amplitude = "0.5 um", wavelength = "10 um" }]
interface = { width = "10 um", elements = 16 }
sodium = { material = "sodium-wang-2020", thickness = "10 um" }
ceramic = { material = "nzsp", thickness = "10 um" }
program = [{ pressure = "5 MPa" }, { release = "2 MPa" }, CURRENT]
"""
STRIPS = '{ current = "1 mA/cm**2", charge = "0.1 mAh/cm**2" }'


@pytest.fixture
def case(tmp_path):
    path = tmp_path / "strip.toml"
    path.write_text(CASE.replace("CURRENT", STRIPS))
    return path


class Asked(list):
    """Stack pressure and current of every run, and where they took place."""

    def __init__(self):
        super().__init__()
        self.places = []


@pytest.fixture
def runs(monkeypatch):
    """Contact is kept where the pressure in MPa exceeds the current in mA/cm2; told what ran."""
    asked = Asked()
    places = asked.places

    def run(campaign, where, **_):
        places.append(where)
        found = []
        for job in campaign.jobs:
            entry = search_entry(job.case_toml)
            asked.append(entry)
            folder = campaign.runs / job.id
            folder.mkdir(parents=True, exist_ok=True)
            end = 0.9 if entry[0] > entry[1] else 0.3
            rows = {
                "step": [1, 2, 3],
                "contact_fraction": [0.9, 0.9, end],
                "current_mA_cm2": [0.0, entry[1], entry[1]],
                "charge_mAh_cm2": [0.0, 0.05, 0.1],
            }
            pd.DataFrame(rows).to_csv(folder / "history.csv", index=False)
            found.append(Standing(job, folder, states.RunState(states.FINISHED)))
        return found

    def search_entry(text):
        entry = tomllib.loads(text)["program"][-1]
        numbers = (entry["stack_pressure"], entry["current"])
        return tuple(float(number.split()[0]) for number in numbers)

    monkeypatch.setattr(Campaign, "run", run)
    return asked


@pytest.mark.parametrize(("varied", "fixed"), [("pressure", 0.31), ("current", 37.0)])
def test_the_limit_is_bracketed(case, runs, tmp_path, varied, fixed):
    found = search.find_limit(load_case(case), str(case), varied, fixed, tmp_path / "o", Where())
    ends = sorted((found.lost, found.kept))
    assert ends[0] <= fixed <= ends[1] and ends[1] / ends[0] <= search.CLOSE_ENOUGH
    assert ends[0] < found.estimate < ends[1]
    # It starts from the case itself, and the other number is the one that was asked for.
    assert runs[0] == ((2.0, fixed) if varied == "pressure" else (fixed, 1.0))
    assert len(runs) == len(found.tried) <= search.MOST_RUNS


def test_a_limit_beyond_reach_is_no_limit(case, runs, tmp_path):
    found = search.find_limit(
        load_case(case), str(case), "pressure", 5e3, tmp_path / "out", Where()
    )
    assert found.kept is None and found.estimate is None and found.lost is not None


def test_the_command_writes_answer_and_figure(case, runs, tmp_path, capsys):
    out = tmp_path / "out"
    with pytest.raises(SystemExit) as ended:
        main(["critical", str(case), "--current", "1 mA/cm**2", "--out", str(out), "--json", "-q"])
    assert ended.value.code == ExitCode.OK
    answer = json.loads(capsys.readouterr().out)
    assert answer["lost_at_MPa"] < answer["critical_pressure_MPa"] < answer["kept_at_MPa"]
    assert json.loads((out / "critical.json").read_text())["runs"] == answer["runs"]
    assert (out / "figures" / "critical.png").stat().st_size > 10_000


def test_the_runs_go_where_it_is_told(case, runs, tmp_path):
    words = ["critical", str(case), "--current", "1 mA/cm**2", "--out", str(tmp_path / "out"), "-q"]
    with pytest.raises(SystemExit) as ended:
        main([*words, "--slurm", "--profile", "mine", "--cores", "3"])
    assert ended.value.code == ExitCode.OK
    assert set(runs.places) == {Where(3, True, "mine")}


def test_a_machine_without_slurm_says_so(case, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("napress.cases.campaigns.where.shutil.which", lambda name: None)
    words = ["critical", str(case), "--current", "1 mA/cm**2", "--out", str(tmp_path / "out")]
    with pytest.raises(SystemExit) as ended:
        main([*words, "--slurm"])
    assert ended.value.code == ExitCode.BAD_INPUT
    line = capsys.readouterr().err
    assert line.count("\n") == 1 and ("allowed" in line or "not installed" in line)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], "allowed: exactly one of --pressure and --current"),
        (["--pressure", "1 MPa", "--current", "1 mA/cm**2"], "exactly one of"),
        (["--pressure", "1"], "--pressure: '1' has no unit"),
        (["--current", "-1 mA/cm**2"], "--current: -1 mA/cm**2; allowed: > 0"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(case, capsys, words, expected):
    with pytest.raises(SystemExit) as ended:
        main(["critical", str(case), *words])
    assert ended.value.code == ExitCode.BAD_INPUT
    line = capsys.readouterr().err
    assert line.count("\n") == 1 and expected in line


def test_a_case_that_strips_nothing(tmp_path):
    path = tmp_path / "press.toml"
    path.write_text(CASE.replace("CURRENT", '{ hold = "1 s" }'))
    with pytest.raises(CaseError, match="program: strips nothing; allowed"):
        search.find_limit(load_case(path), str(path), "pressure", 1.0, tmp_path / "o", Where())


def test_a_run_that_stopped_for_another_reason_decides_nothing(case, tmp_path):
    job = search.Job.of(load_case(case), "one")
    folder = tmp_path / "run"
    folder.mkdir()
    rows = {"step": [1, 2], "contact_fraction": [0.9, 0.9], "current_mA_cm2": [0.0, 1.0]}
    pd.DataFrame(rows | {"charge_mAh_cm2": [0.0, 0.01]}).to_csv(folder / "history.csv", index=False)
    state = states.RunState(states.UNFINISHED, "smallest step reached")
    tried = search.judge(Standing(job, folder, state, "smallest step reached"), 1.0, 1.0)
    assert tried.kept is None and tried.reason == "smallest step reached"
