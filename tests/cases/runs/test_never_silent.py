"""A run that is not to be trusted says so everywhere: see docs/solver.md."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from tiny_case import TINY_CASE

from napress.cases.cli.main import main
from napress.cases.window import judge
from napress.postprocess.records import trust

WINDOW = '[window]\nclosure_target = "1 %"\nasked_pressure = "1 MPa"\nrun_levers = false\n'


def napress(words, capsys):
    with pytest.raises(SystemExit) as caught:
        main(words.split())
    captured = capsys.readouterr()
    return caught.value.code, captured.out, captured.err


@pytest.fixture
def distrusted(tmp_path, monkeypatch):
    """A run whose balance is off by more than is allowed, which here is next to nothing."""
    monkeypatch.setattr(trust, "LARGEST_ENERGY_ERROR_PERCENT", 1e-9)
    (tmp_path / "case.toml").write_text(TINY_CASE)
    return tmp_path


def test_on_stderr_in_the_exit_line_in_the_summary_and_in_the_sweep(distrusted, capsys):
    code, out, err = napress(
        f"run {distrusted}/case.toml --out {distrusted}/runs/a --quiet", capsys
    )
    assert code == 0
    assert f"napress: warning: {distrusted}/runs/a: The energy balance is off by" in err
    assert out.strip().startswith(f"run: {distrusted}/runs/a, with ") and "warning" in out
    summary = json.loads((distrusted / "runs" / "a" / "summary.json").read_text())
    assert any("energy balance" in text for text in summary["warnings"])
    code, _, err = napress(f"collect {distrusted}/runs", capsys)
    assert code == 0 and "1 of 1 runs are not to be trusted" in err
    table = pd.read_csv(distrusted / "runs" / "sweep.csv")
    assert "energy balance" in table["warnings"].iloc[0]


def test_a_window_leaves_it_out_and_says_so(distrusted, capsys):
    text = (distrusted / "case.toml").read_text()
    (distrusted / "case.toml").write_text(text + WINDOW)
    code, _, err = napress(f"window {distrusted}/case.toml --out {distrusted}/w", capsys)
    assert code == 3 and "no run gave a result" in err and "energy balance" in err


def test_a_good_run_has_no_warning(tmp_path, capsys):
    (tmp_path / "case.toml").write_text(TINY_CASE)
    code, out, err = napress(f"run {tmp_path}/case.toml --out {tmp_path}/a --quiet", capsys)
    assert code == 0 and err == "" and out == f"run: {tmp_path}/a\n"
    assert json.loads((tmp_path / "a" / "summary.json").read_text())["warnings"] == []


def test_a_window_goes_on_with_the_runs_that_are_left(tmp_path, capsys, monkeypatch):
    surface = 'surface = [{ kind = "self-affine", rms = "0.1 um", hurst = 0.8, cutoff = "5 um", '
    lines = [line for line in TINY_CASE.splitlines() if not line.startswith("surface")]
    text = "\n".join([*lines[:2], surface + "seed = 1 }]", *lines[2:], WINDOW, "seeds = 2"])
    (tmp_path / "case.toml").write_text(text)
    told = iter([["The energy balance is off by 184 %."], []])
    monkeypatch.setattr(judge, "faults", lambda history: next(told))
    code, out, err = napress(f"window {tmp_path}/case.toml --out {tmp_path}/w", capsys)
    assert code == 0
    assert "Left out: seed 1: The energy balance is off by 184 %." in out
    assert "warning: seed 1: The energy balance" in err
    assert "Left out: seed 1" in (tmp_path / "w" / "report.html").read_text()
