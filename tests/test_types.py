"""The public face is typed: its own code, and what a user's checker sees of it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
USER = """
import napress as na

case = na.load("case.toml").with_({"surface[0].rms": "1 um"})
run = na.run(case, "runs/mine")
reveal_type(case)
reveal_type(run.at(pressure_MPa=10).ceramic)
na.run(3)
case.wiht_({})


class Widest:
    def columns(self, snapshot: object) -> dict[str, float]:
        return {"widest_gap_um": 1.0}


na.run(case, observers=[Widest()])
na.run(case, observers=["no observer"])
"""


@pytest.mark.timeout(900)
@pytest.mark.slow
def test_the_face_passes_mypy_strict():
    words = [sys.executable, PROJECT / "tools" / "check_types.py"]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert "no issues found" in done.stdout


@pytest.mark.timeout(900)
@pytest.mark.slow
def test_a_checker_knows_the_types_of_an_installed_napress(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(PROJECT / "tools")
    import check_types

    check_types.link_packages(tmp_path / "site")
    (tmp_path / "user.py").write_text(USER)
    # With the settings of the test above its cache serves here: only `user.py` is new.
    words = [sys.executable, "-m", "mypy", "--config-file", PROJECT / "pyproject.toml"]
    words += ["--cache-dir", PROJECT / ".mypy_cache", "user.py"]
    environment = {**os.environ, "MYPYPATH": str(tmp_path / "site")}
    done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert 'Revealed type is "napress._case.Case"' in done.stdout
    assert 'Revealed type is "napress._run.Body"' in done.stdout
    errors = [line for line in done.stdout.splitlines() if ": error:" in line]
    assert len(errors) == 3, done.stdout
    assert "[call-overload]" in errors[0] and "[attr-defined]" in errors[1]
    assert (tmp_path / "site" / "napress" / "py.typed").exists()
