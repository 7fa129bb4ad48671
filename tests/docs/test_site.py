"""The documentation as a site, and the notebooks in it."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys

import pytest
from docs_pages import PROJECT

NOTEBOOKS = sorted((PROJECT / "docs" / "tutorials").glob("*.ipynb"))


# Each run of the study is a process of its own: many seconds where others want the machine too.
@pytest.mark.timeout(900)
@pytest.mark.slow
@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_from_top_to_bottom(notebook, tmp_path, monkeypatch):
    import nbclient
    import nbformat

    # Away from the sources and from the user's settings of Jupyter and IPython.
    for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "MPLCONFIGDIR"):
        monkeypatch.setenv(name, str(tmp_path / name))
    content = nbformat.read(notebook, as_version=4)
    client = nbclient.NotebookClient(
        content, timeout=600, resources={"metadata": {"path": str(tmp_path)}}
    )
    client.execute()
    shown = [out for cell in content.cells if cell.cell_type == "code" for out in cell.outputs]
    assert sum("image/png" in out.get("data", {}) for out in shown) >= 2
    assert not [out for out in shown if out.output_type == "error"]
    assert not [out["text"] for out in shown if out.get("name") == "stderr"]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_kept_without_outputs(notebook):
    for cell in json.loads(notebook.read_text())["cells"]:
        if cell["cell_type"] == "code":
            assert cell["outputs"] == [] and cell["execution_count"] is None


def test_there_are_notebooks():
    assert len(NOTEBOOKS) >= 2


@pytest.mark.slow
@pytest.mark.skipif(
    importlib.util.find_spec("sphinx") is None or importlib.util.find_spec("myst_nb") is None,
    reason="Sphinx is not here; `make docs` installs it and builds with the same settings",
)
def test_the_site_builds_without_a_warning(tmp_path):
    words = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html"]
    # Notebooks have a test of their own.
    words += ["-D", "nb_execution_mode=off", str(PROJECT / "docs"), str(tmp_path)]
    words += ["-d", str(tmp_path / "doctrees")]
    done = subprocess.run(
        words, capture_output=True, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"}
    )
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "reference" / "python.html").read_text()
    assert 'id="napress.Run.at"' in page
