"""The set-up: interpreter search, system packages, pins, and the project's metadata."""

from __future__ import annotations

import importlib
import importlib.util
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
FIND_PYTHON = PROJECT / "tools" / "find_python.sh"
PINS = (PROJECT / "requirements.txt").read_text()
DOCS_PINS = (PROJECT / "docs" / "requirements.txt").read_text()
METADATA = tomllib.loads((PROJECT / "pyproject.toml").read_text())


def script(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def find_python(tmp_path, **environment):
    return subprocess.run(
        ["/bin/sh", FIND_PYTHON, tmp_path / "no-environment" / "python"],
        env={"PATH": str(tmp_path / "bin"), "HOME": str(tmp_path), **environment},
        capture_output=True,
        text=True,
    )


def load_system_packages():
    path = PROJECT / "tools" / "system_packages.py"
    spec = importlib.util.spec_from_file_location("system_packages", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_shim_that_does_not_run_is_passed_over(tmp_path):
    script(tmp_path / "bin" / "python3.12", "exit 127")
    working = script(tmp_path / "bin" / "python3.13", f'exec "{sys.executable}" "$@"')
    found = find_python(tmp_path)
    assert found.returncode == 0
    assert found.stdout.strip() == working.name


def test_pyenv_versions_are_searched(tmp_path):
    script(tmp_path / "bin" / "python3", "exit 1")
    inside = tmp_path / ".pyenv" / "versions" / "3.12.1" / "bin" / "python"
    script(inside, f'exec "{sys.executable}" "$@"')
    assert find_python(tmp_path).stdout.strip() == str(inside)


def test_no_python_is_one_line(tmp_path):
    script(tmp_path / "bin" / "python3", '[ "$1" = --version ] && echo "Python 3.11.2" || exit 1')
    found = find_python(tmp_path)
    assert found.returncode == 1
    assert found.stdout == ""
    assert found.stderr.count("\n") == 1
    assert "3.12 or newer is missing (have: Python 3.11.2)" in found.stderr


def test_a_wrong_choice_of_python_is_not_silently_replaced(tmp_path):
    script(tmp_path / "bin" / "python3.12", f'exec "{sys.executable}" "$@"')
    found = find_python(tmp_path, PYTHON="/no/such/python")
    assert found.returncode == 1
    assert found.stderr.count("\n") == 1
    assert "PYTHON=/no/such/python" in found.stderr


def test_missing_libraries_are_named_by_package(monkeypatch):
    checks = load_system_packages()
    monkeypatch.setattr(checks, "SHARED_LIBRARIES", {"libnosuch.so.9": "libnosuch9"})
    monkeypatch.setenv("CC", "/no/such/compiler")
    missing = checks.missing_packages()
    assert missing[:3] == ["libnosuch9", "gcc", "libc6-dev"]


def test_a_compiler_without_headers_is_noticed(monkeypatch, tmp_path):
    compiler = script(tmp_path / "cc", '[ "$1" = --version ]')
    monkeypatch.setenv("CC", str(compiler))
    missing = load_system_packages().missing_packages()
    assert "libc6-dev" in missing
    assert "gcc" not in missing


def test_missing_packages_stop_the_set_up_with_one_line(tmp_path):
    ended = subprocess.run(
        [sys.executable, PROJECT / "tools" / "set_up.py", "--venv", tmp_path / "environment"],
        env={**os.environ, "CC": "/no/such/compiler"},
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    assert "apt-get install gcc libc6-dev" in ended.stderr
    assert not (tmp_path / "environment").exists()


def test_requirements_are_plain_pins():
    text = PINS + DOCS_PINS
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert lines
    for line in lines:
        assert re.fullmatch(r"[a-z0-9-]+==[0-9][0-9a-z.]*", line), line


def normalised(requirement: str) -> str:
    return re.match(r"[A-Za-z0-9._-]+", requirement).group().lower().replace("_", "-")


def test_every_dependency_is_pinned():
    pinned = {line.partition("==")[0] for line in PINS.splitlines()}
    project = METADATA["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["test"]
    assert {normalised(requirement) for requirement in wanted} <= pinned


def test_the_documentation_is_pinned_once_and_beside_the_rest():
    pinned = {line.partition("==")[0] for line in PINS.splitlines() if "==" in line}
    docs = {line.partition("==")[0] for line in DOCS_PINS.splitlines() if "==" in line}
    wanted = METADATA["project"]["optional-dependencies"]["docs"]
    assert {normalised(requirement) for requirement in wanted} <= docs
    assert not pinned & docs


def test_every_folder_with_code_is_a_listed_package():
    setuptools = METADATA["tool"]["setuptools"]
    folders = setuptools["package-dir"]
    assert set(folders) == set(setuptools["packages"])
    tops = [PROJECT / folder for folder in folders.values() if "/" not in folder]
    with_code = {file.parent for top in tops for file in top.rglob("*.py")}
    assert with_code == {PROJECT / folder for folder in folders.values()}


def test_all_data_files_are_packaged():
    setuptools = METADATA["tool"]["setuptools"]
    packaged, present = set(), set()
    for package, folder in setuptools["package-dir"].items():
        present |= {file for file in (PROJECT / folder).rglob("*") if file.is_file()}
        for pattern in setuptools["package-data"].get(package, []):
            matching = set((PROJECT / folder).glob(pattern))
            assert matching, f"{package}: nothing matches {pattern}"
            packaged |= matching
    assert not {file for file in present - packaged if file.suffix not in (".py", ".pyc")}


def test_the_command_exists():
    module, _, function = METADATA["project"]["scripts"]["napress"].partition(":")
    assert callable(getattr(importlib.import_module(module), function))


def test_nothing_names_a_package_host():
    # pip's own configuration decides where packages come from.
    hosts = re.compile(
        r"--(extra-)?index-url|--find-links|--trusted-host|https?://\S*(pypi|simple)"
    )
    for name in (
        "requirements.txt",
        "docs/requirements.txt",
        "pyproject.toml",
        "Makefile",
        ".ci/run",
        "tools/set_up.py",
    ):
        assert not hosts.search((PROJECT / name).read_text()), name
