"""Started in a folder that is not ours: its files are data, never code, whatever their names."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CASE = """
title = "tiny \u00fc \u2192"
surface = [{ kind = "sinusoid", amplitude = "0.05 um", wavelength = "10 um", phase = "180 deg" }]
interface = { width = "10 um", elements = 8 }
sodium = { material = "sodium-wang-2020", thickness = "5 um" }
ceramic = { material = "nzsp", thickness = "5 um" }
program = [{ pressure = "0.01 MPa" }, { pressure = "0.1 MPa" }]
solver = { void_error = "10 percent" }
output = { fields = "none", figures = false, report = false }
"""
NAPRESS = Path(sys.executable).with_name("napress")


@pytest.fixture
def hostile(tmp_path) -> Path:
    """A folder whose modules would leave a mark if anything imported them."""
    for name in ("typer", "psutil", "numpy", "napress", "snakemake", "json"):
        (tmp_path / f"{name}.py").write_text(
            f"import pathlib; pathlib.Path({str(tmp_path)!r}, 'executed').touch()\n"
            "raise SystemExit(77)\n"
        )
    (tmp_path / "case.toml").write_text(CASE, encoding="utf-8")
    return tmp_path


def napress(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs the installed command in a folder."""
    return subprocess.run(
        [str(NAPRESS), *words],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=240,
    )


def test_a_window_executes_nothing_of_its_folder(hostile):
    case = hostile / "case.toml"
    case.write_text(
        CASE + '[window]\nclosure_target = "90 %"\nrun_levers = false\n', encoding="utf-8"
    )
    ended = napress(hostile, "window", "case.toml", "--out", "w")
    # Whether so coarse a run is to be trusted is not the question here.
    assert "surface: finished" in ended.stderr
    assert not (hostile / "executed").exists()


def test_a_sweep_executes_nothing_of_its_folder(hostile):
    text = 'base = "case.toml"\n[grid]\n"sodium.thickness" = ["5 um"]\n'
    (hostile / "s.toml").write_text(text)
    ended = napress(hostile, "sweep", "s.toml", "--out", "out", "--cores", "1")
    assert ended.returncode == 0, ended.stderr
    assert not (hostile / "executed").exists()


def test_letters_that_the_terminal_lacks(hostile):
    (hostile / "case.toml").rename(hostile / "f\u00fc.toml")
    ended = napress(hostile, "validate", "f\u00fc.toml", PYTHONIOENCODING="ascii")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith("f\\xfc.toml: valid")
