"""The shape of the project: which package may use what, and how large a file may grow.

The rules read source text only, so they hold for code that no other test runs.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent

# Each package may import those to its left.
LAYERS = ("meshes", "fem", "postprocess", "cases")
ONLY_IN = {
    "pint": "cases",
    "pydantic": "cases",
    "typer": "cases",
    "rich": "cases",
    "matplotlib": "postprocess",
    "pyvista": "postprocess",
}
NEEDS_BACKEND = {"dolfinx", "mpi4py", "petsc4py", "basix", "ffcx"}
BACKEND = "napress.meshes.backend"
MAX_LINES = 400


def imported_modules(tree: ast.AST, package: str) -> Iterator[tuple[int, str]]:
    """Yield line and full name of whatever ``tree``, a file of ``package``, imports.

    ``from a import b`` yields both ``a`` and ``a.b``, since ``b`` may be a module.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            above = ["napress", package][: 3 - node.level] if node.level else []
            module = ".".join([*above, *([node.module] if node.module else [])])
            yield node.lineno, module
            for alias in node.names:
                yield node.lineno, f"{module}.{alias.name}"
        elif isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            first = node.args[0] if node.args else None
            if (
                name in ("import_module", "__import__")
                and isinstance(first, ast.Constant)
                and isinstance(first.value, str)
            ):
                yield node.lineno, first.value


def import_breaches(tree: ast.AST, package: str) -> Iterator[tuple[int, str]]:
    """Yield imports that point the wrong way or belong to another package."""
    seen = set()
    for line, module in imported_modules(tree, package):
        top, _, rest = module.partition(".")
        used = rest.partition(".")[0] if top == "napress" else top
        if (line, used) in seen:
            continue
        seen.add((line, used))
        if top == "napress":
            if used in LAYERS and LAYERS.index(used) > LAYERS.index(package):
                yield line, f"{package} imports napress.{used}"
        elif top in ONLY_IN and ONLY_IN[top] != package:
            yield line, f"{top} is for {ONLY_IN[top]} only"
        elif top in ("tests", "benchmarks", "tools", *LAYERS):
            yield line, f"imports {top}, which is not part of napress"


def backend_breaches(tree: ast.Module, file: Path) -> Iterator[tuple[int, str]]:
    """Yield uses of DOLFINx or MPI that come before the backend is imported."""
    if file.name == "backend.py":
        return
    never_run = {
        line
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING"
        for line in range(node.lineno, node.end_lineno + 1)
    }
    modules = imported_modules(tree, file.parent.name)
    lines = [(line, module) for line, module in modules if line not in never_run]
    backend = [line for line, module in lines if module.startswith(BACKEND)]
    for line, module in lines:
        if module.partition(".")[0] in NEEDS_BACKEND and not any(b < line for b in backend):
            yield line, f"imports {module} without {BACKEND} before it"
            return


def side_effect_breaches(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield printing, reading of arguments and the world communicator."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print":
            yield node.lineno, "prints"
        elif isinstance(node, ast.Attribute) and node.attr == "COMM_WORLD":
            yield node.lineno, "uses COMM_WORLD; the communicator is an argument"
        elif isinstance(node, ast.Attribute) and node.attr == "argv":
            yield node.lineno, "reads sys.argv"
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if alias.name in ("COMM_WORLD", "argv"):
                    yield node.lineno, f"imports {alias.name}"


def docstring_breaches(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield the module, public classes, functions and methods without a docstring."""
    # Nothing to explain in the empty __init__.py of a package.
    if tree.body and not ast.get_docstring(tree):
        yield 1, "module has no docstring"
    pending = list(tree.body)
    while pending:
        node = pending.pop(0)
        if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if node.name.startswith("_"):
            continue
        if not ast.get_docstring(node):
            yield node.lineno, f"public {node.name} has no docstring"
        if isinstance(node, ast.ClassDef):
            pending.extend(node.body)


def breaches(project: Path) -> list[str]:
    """Return every breach in ``project`` as one line: file, line number, what is wrong."""
    found = []
    for package in LAYERS:
        for file in sorted((project / package).rglob("*.py")):
            source = file.read_text()
            tree = ast.parse(source)
            here = [*import_breaches(tree, package), *docstring_breaches(tree)]
            here += backend_breaches(tree, file)
            if package != "cases":
                here += side_effect_breaches(tree)
            found += [f"{file.relative_to(project)}:{line}: {what}" for line, what in here]
    for folder in (*LAYERS, "tests", "tools", "benchmarks"):
        for file in sorted((project / folder).rglob("*.py")):
            lines = len(file.read_text().splitlines())
            if lines > MAX_LINES:
                found.append(f"{file.relative_to(project)}:{lines}: over {MAX_LINES} lines")
    return found


def test_project_keeps_its_shape():
    files = {package: list((PROJECT / package).rglob("*.py")) for package in LAYERS}
    assert all(files.values()), "a package has no files: the rules would check nothing"
    found = breaches(PROJECT)
    assert not found, "\n".join(found)


GOOD_FILE = '"""A module."""\n\n\ndef area_um2():\n    """Return 1."""\n    return 1\n'


@pytest.mark.parametrize(
    ("file", "source", "expected"),
    [
        ("meshes/bad.py", "import napress.fem", "meshes imports napress.fem"),
        ("meshes/bad.py", "from napress import cases", "meshes imports napress.cases"),
        ("fem/bad.py", "from napress.postprocess.x import y", "fem imports napress.postprocess"),
        ("fem/bad.py", "from ..cases import units", "fem imports napress.cases"),
        (
            "postprocess/bad.py",
            "def f():\n    '''.'''\n    import napress.cases",
            "imports napress",
        ),
        (
            "fem/bad.py",
            "import importlib as i\ni.import_module('napress.cases')",
            "imports napress",
        ),
        ("fem/bad.py", "import pint", "pint is for cases only"),
        ("postprocess/bad.py", "from pydantic import BaseModel", "pydantic is for cases only"),
        ("meshes/bad.py", "import typer", "typer is for cases only"),
        ("fem/bad.py", "from rich.live import Live", "rich is for cases only"),
        ("cases/bad.py", "import matplotlib.pyplot as plt", "matplotlib is for postprocess only"),
        ("fem/bad.py", "import pyvista", "pyvista is for postprocess only"),
        ("cases/bad.py", "from fem import press", "imports fem, which is not part"),
        ("fem/bad.py", "print('x')", "prints"),
        ("meshes/bad.py", "def f(mpi):\n    '''.'''\n    return mpi.COMM_WORLD", "uses COMM_WORLD"),
        ("fem/bad.py", "from mpi4py.MPI import COMM_WORLD", "imports COMM_WORLD"),
        ("postprocess/bad.py", "import sys\nx = sys.argv", "reads sys.argv"),
        ("cases/bad.py", "import dolfinx", "without napress.meshes.backend before it"),
        ("fem/bad.py", "import basix\nimport napress.meshes.backend", "without napress.meshes"),
        ("fem/bad.py", "def f():\n    return 1", "public f has no docstring"),
        (
            "cases/bad.py",
            "class C:\n    '''.'''\n    def m(self): ...",
            "public m has no docstring",
        ),
        ("cases/bad.py", "x = 1\n" * (MAX_LINES + 1), f"over {MAX_LINES} lines"),
        ("tests/bad.py", "x = 1\n" * (MAX_LINES + 1), f"over {MAX_LINES} lines"),
    ],
)
def test_each_rule_catches_its_breach(tmp_path, file, source, expected):
    for package in LAYERS:
        (tmp_path / package).mkdir()
        (tmp_path / package / "good.py").write_text(GOOD_FILE)
    assert breaches(tmp_path) == []
    bad = tmp_path / file
    bad.parent.mkdir(exist_ok=True)
    bad.write_text(f'"""A module."""\n{source}\n')
    found = [line for line in breaches(tmp_path) if expected in line]
    assert found and found[0].startswith(f"{file}:")


def test_missing_module_docstring_is_a_breach(tmp_path):
    (tmp_path / "fem").mkdir()
    (tmp_path / "fem" / "bad.py").write_text("x = 1\n")
    assert breaches(tmp_path) == ["fem/bad.py:1: module has no docstring"]


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("cases/fine.py", "import pint, typer\nfrom napress.fem import press\nprint(1)"),
        ("postprocess/fine.py", "import matplotlib\nfrom . import measures"),
        ("fem/fine.py", "import napress.meshes.backend\nimport dolfinx"),
        ("fem/fine.py", "if TYPE_CHECKING:\n    import dolfinx"),
        ("fem/fine.py", "def _private():\n    return 1"),
    ],
)
def test_allowed_code_passes(tmp_path, file, source):
    (tmp_path / file).parent.mkdir()
    (tmp_path / file).write_text(f'"""A module."""\n{source}\n')
    assert breaches(tmp_path) == []
