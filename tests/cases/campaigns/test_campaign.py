"""A campaign brings every run to its end, whatever is in its folder; napress is stood in for."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from napress.cases.campaigns.campaign import Campaign, Job, Launch
from napress.cases.campaigns.where import EngineError, Where
from napress.cases.errors import RunFolderError
from napress.cases.runs import folder as run_folder

STUB = """
import pathlib, sys, time
from napress.cases.runs import folder as run_folder
word, target = sys.argv[1], pathlib.Path(sys.argv[sys.argv.index("--out") + 1]
                                         if "--out" in sys.argv else sys.argv[2])
name = target.name
if name == "broken":
    sys.stderr.write("napress: no such thing\\n"); sys.exit(2)
target.mkdir(exist_ok=True)
with run_folder.locked(target):
    run_folder.write_case(target, "")
    with (target / "words").open("a") as words:
        words.write(word + "\\n")
    run_folder.write_status(target, "running")
    if name == "slow" and word == "run":
        time.sleep(60)
    run_folder.write_json(target / "summary.json", {})
    run_folder.write_json(target / "manifest.json", {"case_hash": "1234"})
    run_folder.write_status(target, "failed" if name == "early" else "finished", reason="why")
"""


@pytest.fixture
def campaign(tmp_path):
    """Makes a campaign of jobs by name, in one folder."""
    stub = tmp_path / "stub.py"
    stub.write_text(STUB)

    def make(*jobs: Job, again: bool = False) -> Campaign:
        launch = Launch((sys.executable, str(stub)))
        return Campaign(jobs, tmp_path / "out", launch=launch, again=again)

    return make


def job(name: str, kind: str = "interface", digest: str = "") -> Job:
    return Job(name, "", kind, digest, name, forms="")


def words(campaign: Campaign, name: str) -> list[str]:
    return (campaign.runs / name / "words").read_text().split()


def test_finished_runs_are_used_again_and_failures_are_named(campaign):
    said, ended = [], []
    asked = campaign(job("good"), job("early"), job("broken"))
    told = {"say": said.append, "on_end": lambda one, count: ended.append((one.job.name, count))}
    good, early, broken = asked.run(Where(cores=2), **told)
    assert good.finished and good.usable and not good.reason
    assert early.usable and not early.finished and early.reason == "why"
    assert not broken.usable and broken.reason == "no such thing"
    assert {name for name, _ in ended} == {"good", "early", "broken"}
    assert ended[-1][1].done == 2 and ended[-1][1].failed == 1
    assert [one.name for one in asked.left()] == ["broken"]
    # Only what gave nothing is tried again.
    asked.run(Where(cores=2))
    assert words(asked, "good") == words(asked, "early") == ["run"]


def test_a_run_that_stopped_early_is_tried_again_where_that_is_wanted(campaign):
    asked = campaign(job("early"), again=True)
    (early,) = asked.run()
    assert early.usable and early.reason == "why" and words(asked, "early") == ["run", "resume"]
    asked.run()
    assert words(asked, "early") == ["run"] + 3 * ["resume"]


@pytest.mark.parametrize("kind", ["interface", "pellet"])
def test_an_unfinished_run_goes_on_whatever_its_kind(campaign, kind):
    asked = campaign(job("again", kind))
    folder = asked.runs / "again"
    folder.mkdir(parents=True)
    run_folder.write_case(folder, "")
    run_folder.write_status(folder, "interrupted")
    (ended,) = asked.run()
    assert ended.finished and words(asked, "again") == ["resume"]


def test_a_run_killed_before_it_said_anything_goes_on(campaign):
    asked = campaign(job("early-kill"))
    folder = asked.runs / "early-kill"
    folder.mkdir(parents=True)
    run_folder.write_case(folder, "")
    (ended,) = asked.run()
    assert ended.finished and words(asked, "early-kill") == ["resume"]


@pytest.mark.parametrize("what", ["foreign", "damaged", "of another case"])
def test_what_cannot_be_used_is_put_aside_and_told(campaign, what):
    asked = campaign(job("one", digest="12"))
    folder = asked.runs / "one"
    folder.mkdir(parents=True)
    (folder / "thesis.txt").write_text("mine")
    if what != "foreign":
        run_folder.write_case(folder, "")
        run_folder.write_status(folder, "finished")
        run_folder.write_json(folder / "summary.json", {})
        digest = "{" if what == "damaged" else json.dumps({"case_hash": "99"})
        (folder / "manifest.json").write_text(digest)
    said = []
    (ended,) = asked.run(say=said.append)
    assert ended.finished and words(asked, "one") == ["run"]
    assert (asked.runs / "one.damaged-1" / "thesis.txt").read_text() == "mine"
    assert len(said) == 1 and "kept aside" in said[0]


def test_a_killed_campaign_takes_its_runs_along_and_goes_on(campaign, tmp_path):
    asked = campaign(job("slow"))
    script = (
        "import sys; from pathlib import Path\n"
        "from napress.cases.campaigns.campaign import Campaign, Job, Launch\n"
        "launch = Launch((sys.executable, sys.argv[1]))\n"
        "Campaign([Job('slow', '')], Path(sys.argv[2]), launch=launch).run()\n"
    )
    stub = tmp_path / "stub.py"
    first = subprocess.Popen([sys.executable, "-c", script, str(stub), str(asked.folder)])
    deadline = time.monotonic() + 30
    status = asked.runs / "slow" / "status.json"
    while not status.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    with pytest.raises(RunFolderError, match="is running this"):
        asked.run()
    first.kill()
    first.wait()
    (ended,) = asked.run()
    assert ended.finished and words(asked, "slow") == ["run", "resume"]


def test_two_jobs_may_not_share_a_folder(tmp_path):
    with pytest.raises(ValueError, match="same id"):
        Campaign([Job("a", ""), Job("a", "")], tmp_path)


def test_a_missing_scheduler_is_one_line_and_leaves_nothing(campaign, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    asked = campaign(job("good"))
    with pytest.raises(EngineError, match="sbatch is not on this machine"):
        asked.run(Where(slurm=True))
    assert not asked.folder.exists()


def test_a_profile_of_snakemake_runs_it_as_well(campaign, tmp_path):
    folder = tmp_path / "profile"
    folder.mkdir()
    (folder / "config.yaml").write_text("cores: 2\n")
    asked = campaign(job("good"), job("early"), job("broken"))
    good, early, broken = asked.run(Where(profile=str(folder)))
    assert good.finished and early.usable and broken.reason == "no such thing"
    assert words(asked, "good") == words(asked, "early") == ["run"]


def test_only_one_run_of_a_kind_compiles_first(campaign, tmp_path):
    jobs = [Job(name, "", forms="same") for name in ("first", "second", "third")]
    begun = []
    asked = campaign(*jobs)
    asked.run(Where(cores=3), on_end=lambda one, count: begun.append(one.job.id))
    assert begun[0] == "first"
    assert isinstance(asked.log_of(jobs[0]), Path) and asked.log_of(jobs[0]).exists()
