"""What one job does with whatever it finds, and the forms compiled before it."""

from __future__ import annotations

import json
import threading
import time
import tomllib

import pytest
import tomli_w

from napress.cases.campaigns import folder as files
from napress.cases.campaigns import job, slurm, warm
from napress.cases.runs import bring_to_end, states
from napress.cases.runs import folder as run_folder
from napress.cases.schema.load import parse_case, resolved_toml
from napress.cases.sweeps import engine
from napress.cases.sweeps.estimate import estimate, law_cpu_s

ONE = '[grid]\n"surface[0].rms" = ["0.1 um"]\n'


@pytest.fixture
def planned(sweeping):
    prepared = engine.prepare(sweeping.write(ONE), sweeping.out)
    engine.campaign_of(prepared, ranks=1).write_down()
    return prepared.folder, prepared.runs[0].id, sweeping.out / "runs" / prepared.runs[0].id


def test_a_run_that_another_process_has_is_waited_for(planned, sweeping):
    folder, run_id, target = planned
    target.mkdir(parents=True)
    released = []

    def hold():
        with run_folder.locked(target):
            begun.set()
            time.sleep(1.5)
            released.append(time.monotonic())
        run_folder.write_case(target, "title = 'x'")
        for name, content in (
            ("status.json", {"state": "finished"}),
            ("summary.json", {}),
            ("manifest.json", {"case_hash": run_id}),
        ):
            run_folder.write_json(target / name, content)

    begun = threading.Event()
    holder = threading.Thread(target=hold)
    holder.start()
    begun.wait()
    assert job.main([str(folder), run_id]) == 0
    assert released
    holder.join()
    # Never started by this job: at most once the other had let go without a result.
    assert sweeping.calls() in ([], [f"run {run_id}"])


def test_a_lock_left_on_another_node_by_a_job_that_is_gone(planned, sweeping, monkeypatch):
    folder, run_id, target = planned
    target.mkdir(parents=True)
    lock = {"host": "node-7", "pid": 1, "started": 0.0}
    (target / "run.lock").write_text(json.dumps(lock))
    (folder / "jobs" / f"{run_id}.jsonl").write_text('{"event": "started", "slurm_job": "41"}\n')
    asked = []
    monkeypatch.setattr(slurm, "is_gone", lambda number: asked.append(number) or True)
    assert job.main([str(folder), run_id]) == 0
    assert asked == ["41"] and not (target / "run.lock").exists()


def test_a_lock_of_another_machine_that_is_silent_is_reported(planned, sweeping, monkeypatch):
    folder, run_id, target = planned
    target.mkdir(parents=True)
    run_folder.write_case(target, "title = 'x'")
    run_folder.write_status(target, "running")
    (target / "run.lock").write_text(json.dumps({"host": "far", "pid": 1, "started": 0.0}))
    sweeping.script.write_text('echo "napress: $2: process 1 on far is running this folder" >&2')
    monkeypatch.setattr(bring_to_end, "LONGEST_SILENCE_S", -1.0)
    assert job.main([str(folder), run_id]) == 1
    assert "process 1 on far" in files.read_notes(folder, run_id)[-1]["reason"]


def test_a_killed_run_says_by_what(planned, sweeping):
    folder, run_id, _ = planned
    sweeping.script.write_text("kill -SEGV $$")
    assert job.main([str(folder), run_id]) == 1
    assert files.read_notes(folder, run_id)[-1]["reason"] == "killed by signal 11 (SIGSEGV)"


def test_a_checkpoint_that_cannot_be_used_is_set_aside(planned, sweeping):
    folder, run_id, target = planned
    target.mkdir(parents=True)
    run_folder.write_case(target, "title = 'x'")
    run_folder.write_status(target, "running")
    script = sweeping.script.read_text()
    refusal = (
        'echo "napress: $2/checkpoint/last.npz: truncated; allowed: its own run, whole" >&2; exit 4'
    )
    sweeping.script.write_text(f'if [ "$1" = resume ]; then {refusal}; fi\n{script}')
    assert job.main([str(folder), run_id]) == 0
    assert target.with_name(f"{run_id}.damaged-1").is_dir()
    assert sweeping.calls() == [f"run {run_id}"]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, "waiting"),
        ({"history.csv": "x"}, "damaged"),
        # Killed before it had begun.
        ({"case.resolved.toml": "x"}, "unfinished"),
        ({"case.resolved.toml": "x", "status.json": "[1]"}, "damaged"),
        ({"case.resolved.toml": "x", "status.json": '{"state": "failed"}'}, "unfinished"),
        ({"case.resolved.toml": "x", "status.json": '{"state": "finished"}'}, "damaged"),
    ],
)
def test_where_a_run_stands(tmp_path, files, expected):
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    assert states.read_state(tmp_path).state == expected


def test_a_folder_of_another_case_is_damaged(tmp_path):
    (tmp_path / "case.resolved.toml").write_text("x")
    (tmp_path / "status.json").write_text('{"state": "finished"}')
    (tmp_path / "summary.json").write_text("{}")
    (tmp_path / "manifest.json").write_text('{"case_hash": "abcd"}')
    assert states.read_state(tmp_path, "abc").state == "finished"
    assert "another case" in states.read_state(tmp_path, "abd").reason


@pytest.mark.parametrize(
    "more",
    [
        "",
        '[contact]\nlaw = "coulomb"\ncoefficient = 0.3\ngas = "argon"\n',
        '[contact]\nlaw = "stick"\nadhesion = "0.1 MPa"\n',
        "[resistance]\n",
    ],
)
def test_the_tiny_case_is_a_case_of_the_same_kind(sweeping, more):
    text = (sweeping.folder / "case.toml").read_text() + more
    case = parse_case(text.encode(), "case.toml", sweeping.folder)
    tiny = warm.tiny_case(tomllib.loads(resolved_toml(case)))
    small = parse_case(tomli_w.dumps(tiny).encode(), "tiny.toml", sweeping.folder)
    assert warm.kind_of(small) == warm.kind_of(case)
    if "contact" in more:
        plain = parse_case(text.replace(more, "").encode(), "case.toml", sweeping.folder)
        assert warm.kind_of(plain) != warm.kind_of(case)
    assert small.interface.elements == 16 and small.sodium.material == case.sodium.material


def test_the_tiny_case_of_a_map_has_as_few_elements_on_its_face(sweeping):
    text = (sweeping.folder / "case.toml").read_text()
    text = text.replace("interface = { ", "interface = { dimension = 3, ").replace("= 16", "= 32")
    case = parse_case(text.encode(), "case.toml", sweeping.folder)
    tiny = warm.tiny_case(tomllib.loads(resolved_toml(case)))
    small = parse_case(tomli_w.dumps(tiny).encode(), "tiny.toml", sweeping.folder)
    assert warm.kind_of(small) == warm.kind_of(case)
    assert small.interface.elements**2 == 16


def test_the_estimate_grows_with_the_mesh_and_follows_finished_runs(sweeping):
    text = (sweeping.folder / "case.toml").read_text()
    case = parse_case(text.encode(), "c", sweeping.folder)
    fine = parse_case(text.replace("= 16", "= 256").encode(), "c", sweeping.folder)
    assert law_cpu_s(fine) > 5 * law_cpu_s(case) > 0
    alone, told = estimate([fine, fine]), estimate([fine, fine], [(case, 4 * law_cpu_s(case))])
    assert alone.cpu_s == pytest.approx(2 * law_cpu_s(fine))
    assert told.cpu_s == pytest.approx(4 * alone.cpu_s)
    assert "finished runs" in told.basis and "finished runs" not in alone.basis


def test_the_estimate_of_maps_names_the_law_of_maps(sweeping):
    text = (sweeping.folder / "case.toml").read_text()
    case = parse_case(text.encode(), "c", sweeping.folder)
    flat = 'width = "10 um", elements = 16'
    assert flat in text
    solid = text.replace(flat, 'dimension = 3, width = "10 um", elements = 8')
    assert "3-D" in estimate([parse_case(solid.encode(), "c", sweeping.folder)]).basis
    assert "3-D" not in estimate([case]).basis
