"""What the README shows must be true."""

from __future__ import annotations

import re
from pathlib import Path

from napress.cases.errors import EXIT_CODE_MEANING
from napress.cases.schema.load import load_case

PROJECT = Path(__file__).resolve().parent.parent
README = (PROJECT / "README.md").read_text()


def test_the_case_it_shows_is_a_case(tmp_path):
    block = re.search(r"```toml\n(.*?)```", README, re.DOTALL).group(1)
    file = tmp_path / "case.toml"
    file.write_text(block)
    case = load_case(file)
    assert case.program[-1].pressure == 360.0


def test_every_exit_code_is_listed():
    listed = {int(code) for code in re.findall(r"^\| (\d+) \|", README, re.MULTILINE)}
    assert listed == {int(code) for code in EXIT_CODE_MEANING}


def test_files_it_refers_to_exist():
    linked = re.findall(r"\]\(([^)#:]+)\)", README)
    named = re.findall(r"`((?:tests|cases|docs|benchmarks)/[\w./-]+|environment\.yml)`", README)
    assert linked and named
    missing = [name for name in linked + named if not (PROJECT / name).exists()]
    assert not missing


def test_make_targets_it_names_exist():
    targets = re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE)
    named = set(re.findall(r"`?make ([a-z]+(?:-[a-z]+)?)", README))
    assert {"demo", "test"} <= named <= set(targets)
