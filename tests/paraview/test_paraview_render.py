"""Renders the ParaView script of a run with ParaView itself, under Xvfb.

Run by ``make test-paraview`` only: it needs ``pvpython`` and ``xvfb-run``
(Debian: ``paraview python3-paraview xvfb xauth``).
"""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import matplotlib.image
import numpy as np
import pytest

from napress.postprocess.report.paraview import write_paraview_script

FACTORY = Path(__file__).parents[1] / "postprocess" / "synthetic.py"


@pytest.fixture(scope="module")
def moved_run(tmp_path_factory):
    """A run that was moved after its script was written."""
    spec = importlib.util.spec_from_file_location("napress_tests_synthetic", FACTORY)
    synthetic = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = synthetic
    spec.loader.exec_module(synthetic)
    folder = tmp_path_factory.mktemp("paraview")
    synthetic.record_run(folder / "made")
    write_paraview_script(folder / "made")
    shutil.move(folder / "made", folder / "moved")
    return folder / "moved"


def render(run, picture, *arguments):
    # ParaView brings its own Python; ours must not leak into it.
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL"))}
    done = subprocess.run(
        ["xvfb-run", "-a", "pvpython", run / "open_in_paraview.py", picture, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "rror" not in done.stderr, done.stderr
    return matplotlib.image.imread(picture)[..., :3]


def dark(picture):
    """Share of background-coloured pixels in the middle column, where the valley is."""
    column = picture[:, picture.shape[1] // 2]
    return float((column.max(axis=1) < 0.12).mean())


def test_bodies_void_and_colour_bars_are_seen(moved_run, tmp_path):
    open_void = render(moved_run, tmp_path / "open.png", "1.2")
    closed = render(moved_run, tmp_path / "closed.png")
    assert open_void.shape[:2] == (760, 1280)
    assert dark(open_void) > 0.03 and dark(closed) < 0.005
    # Both bodies are there and coloured: many distinct colours above and below.
    for half in (closed[100:300, 300:980], closed[450:700, 300:980]):
        assert len(np.unique((half * 255).astype(int).reshape(-1, 3), axis=0)) > 20
    # Colour bars stand to the right of the bodies.
    for bar in (closed[100:330, 1080:1110], closed[455:685, 1080:1110]):
        assert (bar.max(axis=2) > 0.3).mean() > 0.2
