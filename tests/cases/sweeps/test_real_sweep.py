"""A sweep of real runs, from the command to the page."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest
from tiny_case import TINY_CASE

from napress.cases.campaigns.folder import read_notes
from napress.cases.cli.main import main

SWEEP = """
title = "Tiny waves"
base = "case.toml"
[grid]
"surface[0].amplitude" = ["0.3 um", "0.5 um"]
ceramic.young = ["20 GPa", "80 GPa"]
"""


def napress(*arguments) -> int:
    with pytest.raises(SystemExit) as caught:
        main([str(word) for word in arguments])
    return caught.value.code


@pytest.fixture(scope="module")
def swept(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("real")
    (folder / "case.toml").write_text(TINY_CASE)
    (folder / "waves.toml").write_text(SWEEP)
    assert napress("sweep", folder / "waves.toml", "--out", folder, "--cores", 2, "-q") == 0
    return folder / "waves"


def test_results_are_those_of_single_runs(swept):
    table = pd.read_parquet(swept / "sweep.parquet").set_index("run")
    assert len(table) == 4 and set(table["state"]) == {"finished"}
    for run_id, row in table.iterrows():
        folder = swept.parent / "runs" / run_id
        summary = json.loads((folder / "summary.json").read_text())
        assert row["contact_fraction"] == summary["contact_fraction"]
        assert row["pressure_MPa"] == pytest.approx(0.5)
        manifest = json.loads((folder / "manifest.json").read_text())
        assert manifest["case_hash"].startswith(run_id)
        assert [note["event"] for note in read_notes(swept, run_id)] == ["started", "finished"]
    # A smaller wave leaves less void, whatever the ceramic.
    void = table.groupby("surface[0].amplitude_um")["void_area_um2"].mean()
    assert void[0.3] < void[0.5]


def test_the_page_is_one_file_with_every_figure_it_can_have(swept, capsys):
    assert napress("sweep-report", swept, "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    drawn = {Path(path).stem for path in answer["figures"]}
    assert drawn == {"against_pressure", "process_map", "response_surface", "tornado"}
    assert {Path(path).suffix for path in answer["figures"]} == {".png", ".svg"}
    page = Path(answer["page"]).read_text()
    assert page.count("data:image/png;base64,") == 4
    assert not re.search(r'(src|href)="(?!data:)', page), "the page needs other files"
    assert "Tiny waves" in page and "4 finished" in page


def test_a_run_that_stopped_early_is_listed_but_not_drawn(swept, capsys):
    table = pd.read_csv(swept / "sweep.csv")
    status = swept.parent / "runs" / table["run"][0] / "status.json"
    whole = status.read_text()
    status.write_text(json.dumps({"state": "failed", "reason": "the limit of steps"}))
    try:
        assert napress("sweep-report", swept) == 0
    finally:
        status.write_text(whole)
    page = (swept / "sweep-report.html").read_text()
    assert "Not finished: 1 of 4 runs" in page and "the limit of steps" in page
    assert "drawn from finished runs" in page
