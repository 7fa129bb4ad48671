"""The run folder survives kill -9, a full disk and a second process."""

from __future__ import annotations

import errno
import json
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from napress.cases.errors import CaseError, ExitCode, RunFolderError
from napress.cases.runs import folder as rf


def test_new_folder_and_empty_folder_are_taken(tmp_path):
    assert rf.create_run_folder(tmp_path / "a" / "b").is_dir()
    assert rf.create_run_folder(tmp_path / "a" / "b").is_dir()


def test_existing_run_is_refused_with_resume(tmp_path):
    rf.write_case(tmp_path, "title = 'x'\n")
    with pytest.raises(RunFolderError, match=r"not empty.*napress resume") as caught:
        rf.create_run_folder(tmp_path)
    assert caught.value.exit_code == ExitCode.FILE_SYSTEM


def test_foreign_folder_is_refused(tmp_path):
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(RunFolderError, match="not a run of napress"):
        rf.create_run_folder(tmp_path)
    file = tmp_path / "thesis.tex"
    with pytest.raises(RunFolderError, match="in the way"):
        rf.create_run_folder(file)
    with pytest.raises(RunFolderError, match="in the way"):
        rf.create_run_folder(file / "below")


def test_no_run_here(tmp_path):
    with pytest.raises(RunFolderError, match=rf.CASE_FILE):
        rf.require_run_folder(tmp_path)


def test_write_replaces_whole_and_leaves_nothing_aside(tmp_path):
    path = tmp_path / "a.txt"
    rf.write_text(path, "one")
    rf.write_text(path, "two")
    assert path.read_text() == "two"
    assert os.listdir(tmp_path) == ["a.txt"]
    assert path.stat().st_mode & 0o400


@pytest.mark.parametrize("failing", ["fsync", "replace"])
def test_disk_full_keeps_the_old_file_and_is_one_line(tmp_path, monkeypatch, failing):
    path = tmp_path / "summary.json"
    rf.write_json(path, {"old": 1})

    def full(*args):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, failing, full)
    with pytest.raises(RunFolderError, match=r"summary\.json: disk full.*resume") as caught:
        rf.write_json(path, {"new": 2})
    assert "\n" not in str(caught.value)
    monkeypatch.undo()
    assert rf.read_json(path) == {"old": 1}
    assert os.listdir(tmp_path) == ["summary.json"]


def test_a_real_full_disk():
    """Every write to /dev/full fails as on a full disk."""
    with pytest.raises(RunFolderError, match="disk full"):
        with rf.file_system_errors("/dev/full"), open("/dev/full", "w") as stream:
            stream.write("x")
            stream.flush()


def test_kill_9_while_writing_leaves_a_whole_file(tmp_path):
    path = tmp_path / "status.json"
    code = (
        "import sys, itertools\n"
        "from pathlib import Path\n"
        "from napress.cases.runs.folder import write_json\n"
        "for n in itertools.count():\n"
        "    write_json(Path(sys.argv[1]), {'n': n, 'pad': list(range(20000))})\n"
    )
    for _ in range(3):
        process = subprocess.Popen([sys.executable, "-c", code, str(path)])
        deadline = time.monotonic() + 30
        while not path.exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(0.15)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert len(json.loads(path.read_text())["pad"]) == 20000


def test_json_has_no_numpy_and_no_nan(tmp_path):
    path = tmp_path / "a.json"
    content = {"a": np.float64(1.5), "b": np.arange(2), "c": float("nan"), 1: (np.inf, None, True)}
    rf.write_json(path, content)
    assert rf.read_json(path) == {"a": 1.5, "b": [0, 1], "c": None, "1": [None, None, True]}


@pytest.mark.parametrize("text", ["", "{", "[]", "\xff"])
def test_damaged_json_is_named(tmp_path, text):
    path = tmp_path / "status.json"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(RunFolderError, match=r"status\.json: damaged"):
        rf.read_json(path)


def test_status_round_trip(tmp_path):
    rf.write_status(tmp_path, "failed", step=12, pressure_MPa=3.5, reason="minimum step")
    status = rf.read_status(tmp_path)
    assert (status.state, status.step, status.pressure_MPa) == ("failed", 12, 3.5)
    assert status.reason == "minimum step" and status.updated
    with pytest.raises(ValueError, match="finished"):
        rf.write_status(tmp_path, "done")
    rf.write_json(tmp_path / rf.STATUS_FILE, {"state": "running", "colour": "red"})
    with pytest.raises(RunFolderError, match="damaged"):
        rf.read_status(tmp_path)


def test_log_lines(tmp_path):
    rf.append_log(tmp_path, "first")
    rf.append_log(tmp_path, "sec\nond")
    lines = (tmp_path / rf.LOG_FILE).read_text().splitlines()
    assert [line.split(" ", 2)[2] for line in lines] == ["first", "sec ond"]


def test_lock_excludes_and_is_given_back(tmp_path):
    with rf.locked(tmp_path):
        with pytest.raises(RunFolderError, match=rf"process {os.getpid()} is running"):
            with rf.locked(tmp_path):
                pass
        assert (tmp_path / rf.LOCK_FILE).exists(), "the loser must not remove it"
    assert os.listdir(tmp_path) == []
    with rf.locked(tmp_path):
        pass


def test_lock_of_a_killed_process_is_taken_over(tmp_path):
    code = (
        "import sys, time\n"
        "from napress.cases.runs.folder import locked\n"
        "with locked(sys.argv[1]):\n"
        "    print('held', flush=True)\n"
        "    time.sleep(60)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "held\n"
    with pytest.raises(RunFolderError, match=f"process {process.pid} is running"):
        with rf.locked(tmp_path):
            pass
    process.kill()
    process.wait()
    with rf.locked(tmp_path):
        held = json.loads((tmp_path / rf.LOCK_FILE).read_text())
        assert held["pid"] == os.getpid()


def write_lock(folder, **changes):
    import psutil

    mine = {
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "started": psutil.Process().create_time(),
    }
    (folder / rf.LOCK_FILE).write_text(json.dumps({**mine, **changes}))


def test_lock_of_a_reused_process_number_is_stale(tmp_path):
    write_lock(tmp_path, started=1.0)
    with rf.locked(tmp_path):
        pass


def test_lock_of_another_machine_is_respected(tmp_path):
    write_lock(tmp_path, host="elsewhere")
    with pytest.raises(RunFolderError, match=r"on elsewhere.*delete run\.lock"):
        with rf.locked(tmp_path):
            pass


def test_one_of_many_takes_over_a_stale_lock(tmp_path):
    write_lock(tmp_path, started=1.0)
    inside, most, refused = [], [], []
    start = threading.Barrier(6)

    def contend():
        start.wait()
        try:
            with rf.locked(tmp_path):
                inside.append(1)
                most.append(len(inside))
                time.sleep(0.2)
                inside.pop()
        except RunFolderError:
            refused.append(1)

    threads = [threading.Thread(target=contend) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) == 1
    assert len(most) + len(refused) == 6


def test_errors_survive_an_mpi_broadcast():
    for error in (CaseError("a.toml", "b", "c"), RunFolderError("x: y")):
        again = pickle.loads(pickle.dumps(error))
        assert (type(again), str(again)) == (type(error), str(error))
