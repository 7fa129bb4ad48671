"""What a sweep does about failures, kills and damage, here and through Snakemake.

Napress is stood in for.
"""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import sys
import time

import pytest

from napress.cases.campaigns import folder as files
from napress.cases.campaigns import process, slurm, workflow
from napress.cases.campaigns import where as where_module
from napress.cases.campaigns.where import EngineError, Where
from napress.cases.cli.main import main
from napress.cases.sweeps import engine
from napress.cases.values.cluster import Cluster

FOUR = '[grid]\n"surface[0].rms" = ["0.1 um", "0.2 um"]\nceramic.young = ["60 GPa", "80 GPa"]\n'


def napress(arguments, capsys) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as caught:
        main([str(word) for word in arguments])
    printed = capsys.readouterr()
    return caught.value.code, printed.out, printed.err


HERE = ("--cores", "2")


@pytest.fixture
def profile(tmp_path) -> tuple[str, str]:
    """A profile by which Snakemake runs two jobs at a time on this machine."""
    folder = tmp_path / "two-cores"
    folder.mkdir()
    (folder / "config.yaml").write_text("cores: 2\n")
    return ("--profile", str(folder))


def run(sweeping, capsys, *more, where=HERE):
    words = ["sweep", sweeping.file, "--out", sweeping.out, *where, *more]
    return napress(words, capsys)


def ids(sweeping) -> list[str]:
    return [run.id for run in engine.prepare(sweeping.file, sweeping.out).runs]


@pytest.mark.parametrize("by", ["here", "snakemake"])
def test_failures_are_retried_once_then_told_while_others_go_on(sweeping, capsys, profile, by):
    where = HERE if by == "here" else profile
    # Snakemake starts with a rule that compiles; here the first run of a kind does.
    warm = [] if by == "here" else ["warm"]
    sweeping.write(FOUR)
    lucky, hopeless, damaged, fine = ids(sweeping)
    sweeping.fail(lucky, 1)
    sweeping.fail(hopeless, 3)
    broken = sweeping.out / "runs" / damaged
    broken.mkdir(parents=True)
    (broken / "history.csv").write_text("precious")

    code, out, err = run(sweeping, capsys, "--json", where=where)
    assert code == 3
    answer = json.loads(out)
    assert answer["runs"] == 4 and answer["finished"] == 3
    assert [entry["run"] for entry in answer["failed"]] == [hopeless]
    assert "the step grew too small" in err and hopeless in err
    assert "ceramic.young = 80 GPa" in err and "logs" in err
    calls = sweeping.calls()
    assert calls[: len(warm)] == warm
    assert sorted(calls[len(warm) :]) == sorted(
        [f"run {lucky}", f"resume {lucky}", f"run {hopeless}", f"resume {hopeless}"]
        + [f"run {damaged}", f"run {fine}"]
    )
    assert sweeping.notes(lucky) == ["started", "failed", "started", "finished"]
    # What was damaged is set aside, not lost.
    kept = sweeping.out / "runs" / f"{damaged}.damaged-1" / "history.csv"
    assert kept.read_text() == "precious" and "kept aside" in err
    log = (sweeping.out / "s" / "logs" / f"{hopeless}.log").read_text()
    assert "stand-in.sh run" in log and "stand-in.sh resume" in log

    # The same command again: only the run that failed, from where it stood.
    code, out, _ = run(sweeping, capsys, where=where)
    assert code == 0 and "4 of 4 runs finished" in out
    assert sweeping.calls()[len(calls) :] == [*warm, f"resume {hopeless}", f"resume {hopeless}"]
    # And once more: nothing at all, and no engine.
    before = sweeping.calls()
    code, out, _ = run(sweeping, capsys, where=where)
    assert code == 0 and sweeping.calls() == before

    # Another sweep that shares two of the runs runs only what is new.
    sweeping.file = sweeping.folder / "other.toml"
    sweeping.write(FOUR.replace('"0.2 um"', '"0.3 um"'))
    code, out, _ = run(sweeping, capsys, where=where)
    assert code == 0 and "4 of 4" in out
    assert len(sweeping.calls()) == len(before) + len(warm) + 2


def test_kill_of_everything_but_the_jobs_loses_and_repeats_nothing(sweeping, capsys, profile):
    sweeping.write(FOUR)
    (sweeping.folder / "slow").write_text("2.5")
    words = [sys.executable, "-m", "napress.cases.cli", "sweep", str(sweeping.file)]
    words += ["--out", str(sweeping.out), *profile]
    child = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 40
    while len(sweeping.calls()) < 3:
        assert child.poll() is None, child.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.1)
    # While it runs nobody else may start it.
    code, _, err = run(sweeping, capsys, where=profile)
    assert code == 4 and "is running this folder" in err and err.count("\n") == 1
    child.send_signal(signal.SIGKILL)
    child.communicate()

    code, out, err = run(sweeping, capsys, where=profile)
    assert code == 0 and "4 of 4 runs finished" in out
    assert "2 runs of an earlier start are still under way" in err
    runs = [call for call in sweeping.calls() if call != "warm"]
    assert sorted(runs) == sorted(f"run {run_id}" for run_id in ids(sweeping))


def test_a_sweep_file_that_changes_under_a_running_sweep(sweeping, capsys):
    sweeping.write(FOUR)
    (sweeping.folder / "slow").write_text("1.5")
    prepared = engine.prepare(sweeping.file, sweeping.out)
    sweeping.write('[grid]\n"surface[0].rms" = ["0.1 um", "0.3 um"]\n')
    outcome = engine.run_sweep(prepared, Where(cores=4))
    told = capsys.readouterr().err
    assert outcome.finished == 4 and "changed while the sweep runs" in told
    code, out, err = run(sweeping, capsys)
    assert code == 0 and "2 of 2 runs finished" in out
    assert "4 runs then, 2 now, 0 in common" in err
    assert len(list((sweeping.out / "runs").iterdir())) == 6


@pytest.mark.parametrize("by", ["here", "snakemake"])
def test_ctrl_c_ends_the_jobs_too(sweeping, profile, by):
    sweeping.write(FOUR)
    (sweeping.folder / "slow").write_text("30")
    words = [sys.executable, "-m", "napress.cases.cli", "sweep", str(sweeping.file)]
    words += ["--out", str(sweeping.out), *(HERE if by == "here" else profile), "--quiet"]
    child = subprocess.Popen(words, stderr=subprocess.PIPE, text=True, start_new_session=True)
    deadline = time.monotonic() + 40
    while len(sweeping.calls()) < (1 if by == "here" else 3):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    os.killpg(child.pid, signal.SIGINT)
    _, err = child.communicate(timeout=30)
    assert child.returncode == 130
    assert err.count("\n") == 1 and "the same command continues it" in err
    last = {run_id: {"event": "started", **_who(sweeping, run_id)} for run_id in ids(sweeping)}
    assert not process.live_jobs(last)
    events = {run_id: sweeping.notes(run_id) for run_id in ids(sweeping) if _who(sweeping, run_id)}
    assert events and all(found[-1] == "failed" for found in events.values())


def _who(sweeping, run_id):
    notes = files.read_notes(sweeping.out / "s", run_id)
    return {"pid": notes[0]["pid"], "host": notes[0]["host"]} if notes else {}


def test_a_damaged_plan_is_written_again_and_entries_may_differ(sweeping, capsys):
    sweeping.write('[[list]]\n"surface[0].rms" = "0.1 um"\n[[list]]\nceramic.young = "60 GPa"')
    prepared = engine.prepare(sweeping.file, sweeping.out)
    assert engine.write_down(prepared) == []
    plan = prepared.folder / "plan.json"
    assert json.loads(plan.read_text())["varied"] == ["surface[0].rms", "ceramic.young"]
    plan.write_text("{ half")
    (told,) = engine.write_down(prepared)
    assert "plan.json: damaged" in told and json.loads(plan.read_text())["runs"]


def test_dry_run_lists_and_starts_nothing(sweeping, capsys):
    sweeping.write(FOUR)
    code, out, _ = run(sweeping, capsys, "--dry-run")
    assert code == 0 and not sweeping.out.exists()
    lines = out.splitlines()
    assert len(lines) == 5 and "waiting" in lines[0] and "ceramic.young = 60 GPa" in lines[0]
    assert "4 runs, 4 to do; estimated CPU time" in lines[4] and "a law in elements" in lines[4]
    code, out, _ = run(sweeping, capsys, "--dry-run", "--json")
    listed = json.loads(out)
    assert listed["left"] == len(listed["runs"]) == 4 and listed["estimated_cpu_s"] > 4


def test_an_invalid_run_is_found_before_anything_starts(sweeping, capsys):
    sweeping.write('[grid]\n"surface[0].rms" = ["0.1 um", "40 um"]\n')
    code, _, err = run(sweeping, capsys)
    assert code == 2 and "run 2" in err and err.count("\n") == 1
    assert not sweeping.out.exists() and sweeping.calls() == []


@pytest.mark.parametrize(
    ("where", "missing", "expected"),
    [
        (Where(profile="p"), "snakemake", "pip install 'napress[sweep]'"),
        (Where(slurm=True), "snakemake_executor_plugin_slurm", "pip install 'napress[sweep]'"),
        (Where(slurm=True), "sbatch", "sbatch is not on this machine"),
    ],
)
def test_a_missing_engine_is_one_line(monkeypatch, where, missing, expected):
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == missing else find(name)
    )
    monkeypatch.setattr(where_module.shutil, "which", lambda name: None)
    with pytest.raises(EngineError) as caught:
        where.require()
    assert expected in str(caught.value)


def test_a_launcher_that_does_not_start_ranks_is_noticed(sweeping, capsys):
    # `env` runs the stand-in once, as the mpiexec of another MPI would.
    sweeping.write('[grid]\n"surface[0].rms" = ["0.1 um"]\n[cluster]\nlauncher = "env"')
    code, _, err = run(sweeping, capsys, "--ranks", "2")
    assert code == 0 and "ran on 1 rank instead of 2" in err


def test_more_ranks_than_cores(sweeping, capsys):
    sweeping.write(FOUR)
    code, _, err = run(sweeping, capsys, "--ranks", "3")
    assert code == 2 and "allowed: at least 3" in err


def test_what_a_cluster_is_asked_for(sweeping, monkeypatch):
    monkeypatch.setattr(slurm, "accounting_works", lambda: False)
    cluster = Cluster(
        partition="long", account="project", time="2 h", memory="4 GB", ranks=8, nodes=2
    )
    start = workflow.new_start(sweeping.folder, keep_older=False)
    text = workflow.write_snakefile(sweeping.folder, start, ["a" * 16], [], 8, cluster).read_text()
    for wanted in ("slurm_partition='long'", "slurm_account='project'", "runtime=120"):
        assert wanted in text
    assert "mem_mb=4000" in text and "nodes=2" in text and "tasks=8" in text
    words = workflow.engine_command(sweeping.folder, start, Where(slurm=True), cluster)
    assert words[words.index("--slurm-status-command") + 1] == "squeue"
    assert "--slurm-no-account" not in words
    own = workflow.engine_command(sweeping.folder, start, Where(profile="lsf"), cluster)
    assert own[own.index("--profile") + 1] == "lsf" and "--executor" not in own


def test_jobs_of_an_earlier_start_keep_their_files(sweeping):
    first = workflow.new_start(sweeping.folder, keep_older=False)
    second = workflow.new_start(sweeping.folder, keep_older=True)
    assert first.is_dir() and second.is_dir() and first != second
    workflow.new_start(sweeping.folder, keep_older=False)
    assert not first.exists() and not second.exists()
