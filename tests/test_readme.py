"""What the README shows must be true, and it stays short."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import napress
from napress.cases.errors import EXIT_CODE_MEANING
from napress.cases.schema.load import load_case

PROJECT = Path(__file__).resolve().parent.parent
README = (PROJECT / "README.md").read_text()
METADATA = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]


def test_the_case_it_shows_is_a_case_of_ten_lines(tmp_path):
    block = re.search(r"```toml\n(.*?)```", README, re.DOTALL).group(1)
    file = tmp_path / "case.toml"
    file.write_text(block)
    case = load_case(file)
    assert case.program[-1].pressure == 360.0
    assert block.count("\n") <= 10


def test_it_is_short():
    assert README.count("\n") <= 80


def test_the_python_it_shows_asks_for_what_there_is(tmp_path):
    block = re.search(r"```python\n(.*?)```", README, re.DOTALL).group(1)
    compile(block, "README.md", "exec")
    for name in re.findall(r"\bna\.(\w+)", block):
        assert name in napress.__all__
    for name in re.findall(r"\brun\.(\w+)", block):
        assert hasattr(napress.Run, name)


def test_every_exit_code_is_listed_where_runs_are_explained():
    page = (PROJECT / "docs" / "howto" / "runs.md").read_text()
    listed = {int(code): text for code, text in re.findall(r"^\| (\d+) \| (.*) \|", page, re.M)}
    assert set(listed) == {int(code) for code in EXIT_CODE_MEANING}


def test_files_it_refers_to_exist():
    linked = re.findall(r"\]\(([^)#:]+)\)", README)
    named = re.findall(r"`((?:tests|cases|docs|benchmarks)/[\w./-]+|[\w.]+\.(?:yml|cff))`", README)
    assert len(linked) >= 10 and len(named) >= 2
    missing = [name for name in linked + named if not (PROJECT / name).exists()]
    assert not missing


def test_make_targets_it_names_exist():
    targets = re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE)
    named = set(re.findall(r"`?make ([a-z]+(?:-[a-z]+)?)", README))
    assert {"demo", "test", "docs"} <= named <= set(targets)


def test_the_citation_is_of_this_version():
    citation = (PROJECT / "CITATION.cff").read_text()
    keys = dict(re.findall(r"^([a-z-]+):(.*)$", citation, re.MULTILINE))
    assert keys["version"].strip() == METADATA["version"]
    assert {"cff-version", "message", "title", "authors"} <= set(keys)
