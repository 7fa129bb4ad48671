"""A damaged run is refused with one line that says so, or repaired; it never goes on wrong."""

from __future__ import annotations

import importlib.util
import json
import shutil
import sys
import time
from pathlib import Path

import pytest
from runs_of_the_command import start, wait_for_steps
from tiny_case import TINY_CASE

from napress.cases.cli.main import main
from napress.postprocess.records.history import read_history, require_whole

BENCHMARKS = Path(__file__).resolve().parents[3] / "benchmarks"
spec = importlib.util.spec_from_file_location(
    "reliability_damage", BENCHMARKS / "reliability_damage.py"
)
kinds = importlib.util.module_from_spec(spec)
sys.modules["reliability_damage"] = kinds
spec.loader.exec_module(kinds)


@pytest.fixture(scope="module")
def killed(tmp_path_factory) -> Path:
    """A run that got kill -9 after some steps."""
    folder = tmp_path_factory.mktemp("killed")
    case = folder / "case.toml"
    text = TINY_CASE.replace('"0.5 MPa" }', '"0.1 MPa" }, { pressure = "2 MPa" }')
    case.write_text(text.replace('"none"', '"targets"').replace("elements = 16", "elements = 64"))
    process = start("run", case, "--out", folder / "run", "--quiet")
    while not (folder / "run" / "fields" / "index.json").exists():
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    wait_for_steps(process, folder / "run", 8)
    # What is damaged below are the first rows: they count once a checkpoint stands on them.
    while json.loads((folder / "run" / "status.json").read_text())["step"] < 5:
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    process.kill()
    process.communicate()
    assert not (folder / "run" / "summary.json").exists()
    return folder / "run"


REFUSED = [
    "checkpoint empty",
    "checkpoint cut",
    "checkpoint garbage",
    "checkpoint with NaN",
    "checkpoint lacks an array",
    "checkpoint array of another shape",
    "checkpoint header without its numbers",
    "history missing",
    "history lacks a row",
    "history has a row twice",
    "history is cut",
    "history has a word for a number",
    "history has a short row",
    "history garbage",
    "index of fields garbage",
    "index of fields of numbers",
    "status garbage",
]


@pytest.mark.parametrize("kind", REFUSED)
def test_what_cannot_be_trusted_is_refused(killed, tmp_path, capsys, kind):
    run = tmp_path / "run"
    shutil.copytree(killed, run)
    kinds.DAMAGE[kind](run)
    with pytest.raises(SystemExit) as caught:
        main(["resume", str(run), "--quiet"])
    err = capsys.readouterr().err
    assert caught.value.code == 4 and err.count("\n") == 1, err


@pytest.mark.parametrize(
    "kind", ["", "checkpoint missing", "status missing", "cost garbage", "lock garbage"]
)
def test_what_can_be_repaired_goes_on(killed, tmp_path, kind):
    run = tmp_path / "run"
    shutil.copytree(killed, run)
    if kind:
        kinds.DAMAGE[kind](run)
    with pytest.raises(SystemExit) as caught:
        main(["resume", str(run), "--quiet"])
    assert caught.value.code == 0
    assert read_history(run / "history.csv")["pressure_MPa"].iloc[-1] == pytest.approx(2.0)


def test_there_are_as_many_kinds_as_are_counted():
    assert len(kinds.DAMAGE) == 52


def write(path: Path, rows: list[tuple[int, float]]) -> Path:
    path.write_text("step,pressure_MPa\n" + "".join(f"{s},{p}\n" for s, p in rows))
    return path


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([(0, 0.0), (2, 2.0)], "not one for each step"),
        ([(0, 0.0), (1, 1.0), (1, 1.0), (2, 2.0)], "not one for each step"),
        ([(0, 0.0), (2, 2.0), (1, 1.0)], "not one for each step"),
        ([(0, 0.0), (1, 1.0)], "not one for each step"),
        ([(0, 0.0), (1, 1.0), (2, 5.0)], "another pressure"),
    ],
)
def test_a_history_with_other_rows_is_not_gone_on_with(tmp_path, rows, expected):
    with pytest.raises(ValueError, match=expected):
        require_whole(write(tmp_path / "history.csv", rows), 2, 2.0)


@pytest.mark.parametrize("first", [0, 1])
def test_a_history_ahead_of_its_checkpoint_is_whole(tmp_path, first):
    rows = [(0, 0.0), (1, 1.0), (2, 2.0), (3, 3.0)][first:]
    require_whole(write(tmp_path / "history.csv", rows), 2, 2.0)
