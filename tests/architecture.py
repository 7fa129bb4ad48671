"""The rules of the house: who may use whom, and how large files and folders may grow.

The rules read source text only, so they hold for code that no other test runs.
"""

from __future__ import annotations

import ast
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

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
MAX_FILES = 14  # side by side in one folder, besides its __init__.py
# Rooms of each package, files and folders: each may use those to its left.
ROOMS = {
    "fem": (
        *("timing", "history_field", "inputs", "snapshot", "algebra", "ceramic", "contact"),
        *("sodium", "coupled", "conduction", "state", "stepping", "pellet"),
    ),
    "postprocess": (
        *("wording", "theory", "measures", "invasion", "fracture", "records", "resistance"),
        *("pellet", "window", "figures", "surface", "report"),
    ),
    "cases": (
        *("errors", "values", "machine", "schema", "model", "runs", "campaigns", "sweeps"),
        *("fit", "battery", "stripping", "validation", "window", "verification", "api", "cli"),
    ),
}


def imported_modules(tree: ast.AST, folder: Path) -> Iterator[tuple[int, str]]:
    """Yield line and full name of whatever ``tree``, a file in ``folder``, imports.

    ``from a import b`` yields both ``a`` and ``a.b``, since ``b`` may be a module.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            here = ["napress", *folder.parts]
            above = here[: len(here) - node.level + 1] if node.level else []
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


def import_breaches(tree: ast.AST, folder: Path) -> Iterator[tuple[int, str]]:
    """Yield imports that point the wrong way or belong to another package."""
    seen, package = set(), folder.parts[0]
    for line, module in imported_modules(tree, folder):
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


def never_run(tree: ast.AST) -> set[int]:
    """Return the lines that only a type checker reads."""
    return {
        line
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING"
        for line in range(node.lineno, node.end_lineno + 1)
    }


def backend_breaches(tree: ast.Module, file: Path) -> Iterator[tuple[int, str]]:
    """Yield uses of DOLFINx or MPI that come before the backend is imported."""
    if file.name == "backend.py":
        return
    hidden = never_run(tree)
    modules = imported_modules(tree, Path())
    lines = [(line, module) for line, module in modules if line not in hidden]
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
        # A signature only; what it belongs to is explained at its body.
        if any(getattr(mark, "id", "") == "overload" for mark in node.decorator_list):
            continue
        if not ast.get_docstring(node):
            yield node.lineno, f"public {node.name} has no docstring"
        if isinstance(node, ast.ClassDef):
            pending.extend(node.body)


def import_graph(project: Path) -> dict[Path, set[Path]]:
    """Return which file of the packages imports which, also only for a type checker."""
    files = [file for top in LAYERS for file in sorted((project / top).rglob("*.py"))]
    place = {}
    for file in files:
        parts = file.relative_to(project).with_suffix("").parts
        place[".".join(["napress", *(part for part in parts if part != "__init__")])] = file
    graph = {}
    for file in files:
        tree = ast.parse(file.read_text())
        folder = file.relative_to(project).parent
        names = {module for _, module in imported_modules(tree, folder)}
        # ``from a import b`` yields a and a.b: where b is a file of its own, a is only its room.
        rooms = {name.rpartition(".")[0] for name in names if name in place}
        graph[file] = {place[name] for name in names - rooms if name in place} - {file}
    return graph


def circle_breaches(project: Path, graph: dict[Path, set[Path]]) -> Iterator[str]:
    """Yield the circles between neighbours: files or folders of one folder, at any depth."""
    arrows: dict[Path, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for file, used in graph.items():
        for other in used:
            one, two = file.relative_to(project).parts, other.relative_to(project).parts
            depth = next(
                k for k, pair in enumerate(zip(one, two, strict=False)) if len(set(pair)) > 1
            )
            if "__init__.py" not in (one[depth], two[depth]):
                arrows[project.joinpath(*one[:depth])][one[depth]].add(two[depth])
    for folder, inside in sorted(arrows.items()):
        in_order = {name: sorted(inside[name]) for name in sorted(inside)}
        try:
            TopologicalSorter(in_order).prepare()
        except CycleError as error:
            yield f"{folder.relative_to(project)}: circle {' <- '.join(error.args[1])}"


def room_breaches(project: Path, graph: dict[Path, set[Path]]) -> Iterator[str]:
    """Yield imports against the order of the rooms, and rooms without a place in it."""
    for file, used in graph.items():
        top, here = _room(project, file)
        order = ROOMS.get(top, ())
        if order and here not in order and here != "__init__":
            yield f"{file.relative_to(project)}: room {here} has no place in the order of {top}"
        for other in used:
            beside, there = _room(project, other)
            if beside == top and here in order and there in order:
                if order.index(there) > order.index(here):
                    yield f"{file.relative_to(project)}: {here} imports {there}, above it"


def _room(project: Path, file: Path) -> tuple[str, str]:
    parts = file.relative_to(project).with_suffix("").parts
    return parts[0], parts[1]


def folder_breaches(project: Path) -> Iterator[str]:
    """Yield folders that are too full, not packaged, or that tests mirror wrongly."""
    rooms = {file.parent for top in LAYERS for file in (project / top).rglob("*.py")}
    for folder in sorted(rooms):
        files = [file for file in folder.glob("*.py") if file.name != "__init__.py"]
        if len(files) > MAX_FILES:
            yield f"{folder.relative_to(project)}: {len(files)} files, over {MAX_FILES}"
    settings = project / "pyproject.toml"
    if settings.exists():
        setuptools = tomllib.loads(settings.read_text())["tool"]["setuptools"]
        named = {setuptools["package-dir"].get(name, name) for name in setuptools["packages"]}
        inside = {str(folder.relative_to(project)) for folder in rooms}
        for folder in sorted(inside ^ named):
            yield f"{folder}: {'not packaged' if folder in inside else 'packaged, not there'}"
    for top in LAYERS:
        for test in sorted((project / "tests" / top).rglob("test_*.py")):
            mirrored = project / test.parent.relative_to(project / "tests")
            if not mirrored.is_dir():
                yield f"{test.relative_to(project)}: mirrors no folder of {top}"


def breaches(project: Path) -> list[str]:
    """Return every breach in ``project`` as one line: file, line number, what is wrong."""
    graph = import_graph(project)
    found = [*circle_breaches(project, graph), *room_breaches(project, graph)]
    found += folder_breaches(project)
    for package in LAYERS:
        for file in sorted((project / package).rglob("*.py")):
            source = file.read_text()
            tree = ast.parse(source)
            folder = file.relative_to(project).parent
            here = [*import_breaches(tree, folder), *docstring_breaches(tree)]
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
