"""The project keeps the rules of the house, and each rule catches its breach."""

from __future__ import annotations

import pytest
from architecture import LAYERS, MAX_FILES, MAX_LINES, PROJECT, breaches


def test_project_keeps_its_shape():
    files = {package: list((PROJECT / package).rglob("*.py")) for package in LAYERS}
    assert all(files.values()), "a package has no files: the rules would check nothing"
    found = breaches(PROJECT)
    assert not found, "\n".join(found)


GOOD_FILE = '"""A module."""\n\n\ndef area_um2():\n    """Return 1."""\n    return 1\n'
SETTINGS = """
[tool.setuptools]
packages = ["napress.meshes"]
package-dir = { "napress.meshes" = "meshes" }
"""
ROOM = {"fem": "contact", "postprocess": "theory", "cases": "runs"}


@pytest.mark.parametrize(
    ("file", "source", "expected"),
    [
        ("meshes/bad.py", "import napress.fem", "meshes imports napress.fem"),
        ("meshes/bad.py", "from napress import cases", "meshes imports napress.cases"),
        (
            "fem/contact/bad.py",
            "from napress.postprocess.x import y",
            "fem imports napress.postprocess",
        ),
        ("fem/contact/bad.py", "from ...cases import units", "fem imports napress.cases"),
        (
            "postprocess/theory/bad.py",
            "def f():\n    '''.'''\n    import napress.cases",
            "imports napress",
        ),
        (
            "fem/contact/bad.py",
            "import importlib as i\ni.import_module('napress.cases')",
            "imports napress",
        ),
        ("fem/contact/bad.py", "import pint", "pint is for cases only"),
        (
            "postprocess/theory/bad.py",
            "from pydantic import BaseModel",
            "pydantic is for cases only",
        ),
        ("meshes/bad.py", "import typer", "typer is for cases only"),
        ("fem/contact/bad.py", "from rich.live import Live", "rich is for cases only"),
        (
            "cases/runs/bad.py",
            "import matplotlib.pyplot as plt",
            "matplotlib is for postprocess only",
        ),
        ("fem/contact/bad.py", "import pyvista", "pyvista is for postprocess only"),
        ("cases/runs/bad.py", "from fem import press", "imports fem, which is not part"),
        ("fem/contact/bad.py", "print('x')", "prints"),
        ("meshes/bad.py", "def f(mpi):\n    '''.'''\n    return mpi.COMM_WORLD", "uses COMM_WORLD"),
        ("fem/contact/bad.py", "from mpi4py.MPI import COMM_WORLD", "imports COMM_WORLD"),
        ("postprocess/theory/bad.py", "import sys\nx = sys.argv", "reads sys.argv"),
        ("cases/runs/bad.py", "import dolfinx", "without napress.meshes.backend before it"),
        (
            "fem/contact/bad.py",
            "import basix\nimport napress.meshes.backend",
            "without napress.meshes",
        ),
        ("fem/contact/bad.py", "def f():\n    return 1", "public f has no docstring"),
        (
            "cases/runs/bad.py",
            "class C:\n    '''.'''\n    def m(self): ...",
            "public m has no docstring",
        ),
        ("cases/runs/bad.py", "x = 1\n" * (MAX_LINES + 1), f"over {MAX_LINES} lines"),
        ("tests/bad.py", "x = 1\n" * (MAX_LINES + 1), f"over {MAX_LINES} lines"),
    ],
)
def test_each_rule_catches_its_breach(tmp_path, file, source, expected):
    for package in LAYERS:
        (tmp_path / package).mkdir()
        (tmp_path / package / ROOM.get(package, "")).mkdir(exist_ok=True)
        (tmp_path / package / ROOM.get(package, "") / "good.py").write_text(GOOD_FILE)
    assert breaches(tmp_path) == []
    bad = tmp_path / file
    bad.parent.mkdir(exist_ok=True, parents=True)
    bad.write_text(f'"""A module."""\n{source}\n')
    found = [line for line in breaches(tmp_path) if expected in line]
    assert found and found[0].startswith(f"{file}:")


def test_missing_module_docstring_is_a_breach(tmp_path):
    (tmp_path / "fem" / "contact").mkdir(parents=True)
    (tmp_path / "fem" / "contact" / "bad.py").write_text("x = 1\n")
    assert breaches(tmp_path) == ["fem/contact/bad.py:1: module has no docstring"]


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("cases/runs/fine.py", "import pint, typer\nfrom napress.fem import press\nprint(1)"),
        ("postprocess/theory/fine.py", "import matplotlib\nfrom . import contact"),
        ("fem/contact/fine.py", "import napress.meshes.backend\nimport dolfinx"),
        ("fem/contact/fine.py", "if TYPE_CHECKING:\n    import dolfinx"),
        ("fem/contact/fine.py", "def _private():\n    return 1"),
    ],
)
def test_allowed_code_passes(tmp_path, file, source):
    (tmp_path / file).parent.mkdir(parents=True)
    (tmp_path / file).write_text(f'"""A module."""\n{source}\n')
    assert breaches(tmp_path) == []


def use(module: str) -> str:
    """Return the source of a file that imports ``module``."""
    return f'"""A module."""\n\nimport {module}\n'


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            {
                "fem/contact/gap.py": use("napress.fem.contact.laws"),
                "fem/contact/laws.py": use("napress.fem.contact.gap"),
            },
            "fem/contact: circle gap.py <- laws.py <- gap.py",
        ),
        (
            {
                "fem/state/a.py": use("napress.fem.stepping.b"),
                "fem/stepping/b.py": use("napress.fem.state.c"),
                "fem/state/c.py": GOOD_FILE,
            },
            "fem: circle state <- stepping <- state",
        ),
        (
            {
                "cases/window/plan.py": GOOD_FILE,
                "cases/runs/pool.py": use("napress.cases.window.plan"),
            },
            "cases/runs/pool.py: runs imports window, above it",
        ),
        ({"fem/new_room/a.py": GOOD_FILE}, "fem/new_room/a.py: room new_room has no place"),
        ({"fem/loose.py": GOOD_FILE}, "fem/loose.py: room loose has no place"),
        (
            {f"postprocess/figures/f{k}.py": GOOD_FILE for k in range(MAX_FILES + 1)},
            "postprocess/figures: 15 files, over 14",
        ),
        (
            {"pyproject.toml": SETTINGS, "fem/contact/gap.py": GOOD_FILE},
            "fem/contact: not packaged",
        ),
        ({"pyproject.toml": SETTINGS}, "meshes: packaged, not there"),
        (
            {"tests/fem/elsewhere/test_a.py": "x = 1\n"},
            "tests/fem/elsewhere/test_a.py: mirrors no folder of fem",
        ),
    ],
)
def test_each_rule_of_the_house_catches_its_breach(tmp_path, files, expected):
    for name, source in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(source)
    found = breaches(tmp_path)
    assert [line for line in found if line.startswith(expected)], found


def test_an_import_for_the_type_checker_is_an_arrow_too(tmp_path):
    (tmp_path / "fem" / "contact").mkdir(parents=True)
    for name, other in (("gap", "laws"), ("laws", "gap")):
        source = f"if TYPE_CHECKING:\n    import napress.fem.contact.{other}\n"
        (tmp_path / "fem" / "contact" / f"{name}.py").write_text(f'"""A module."""\n{source}')
    assert breaches(tmp_path) == ["fem/contact: circle gap.py <- laws.py <- gap.py"]
