"""Every block of code in README and docs does what it says, or says that it is not run."""

from __future__ import annotations

import ast
import re
import shutil
import tomllib
from pathlib import Path

import pytest
import typer
from docs_pages import PAGES, PROJECT, blocks

from napress.cases.cli.main import app
from napress.cases.schema.load import check_case, is_pellet_case, parse_pellet_case
from napress.cases.sweeps.expansion import expand
from napress.cases.sweeps.schema import load_sweep

EXAMPLES = PROJECT / "cases" / "examples"
TOML, PYTHON, SHELL = blocks("toml"), blocks("python"), [*blocks("sh"), *blocks("bash")]
# Nothing of these can be run.
SHOWN = {"text", "csv", "json"}


def named(found):
    return pytest.mark.parametrize("block", found, ids=[block.name for block in found])


def test_there_are_blocks_to_look_at():
    assert len(TOML) >= 6 and len(PYTHON) >= 6 and len(SHELL) >= 3
    kinds = {kind for page in PAGES for kind in re.findall(r"^```(\w+)$", page.read_text(), re.M)}
    assert kinds <= {"toml", "python", "sh", "bash"} | SHOWN, "a block of a kind that is not run"


@named(TOML)
def test_toml_is_a_case_or_part_of_one(block, tmp_path):
    content = tomllib.loads(block.text)
    if "base" in content:
        shutil.copytree(EXAMPLES, tmp_path / "examples")
        file = tmp_path / "examples" / "block.toml"
        file.write_text(block.text)
        assert expand(load_sweep(file), file)
    elif is_pellet_case(content):
        assert parse_pellet_case(block.text.encode(), block.name, EXAMPLES / "pellets")
    elif "surface" in content and "program" in content:
        assert check_case({"title": "block"} | content, block.name, EXAMPLES)
    elif content:
        # Part of a case: it takes the place of those tables in a shipped one.
        over = re.match(r"over: (\S+)", block.note)
        file = PROJECT / (over[1] if over else "cases/examples/rough-nzsp.toml")
        whole = tomllib.loads(file.read_text()) | content
        assert check_case(whole, block.name, file.parent)
    else:
        assert block.text.lstrip().startswith("#:schema"), "nothing but comments"


# The first block of a page waits for all of them.
@pytest.mark.timeout(900)
@pytest.mark.slow
@named(PYTHON)
def test_python_runs_in_the_order_of_its_page(block, page_runs):
    assert page_runs(block.page)[block.line] == ""


@pytest.fixture(scope="module")
def page_runs(tmp_path_factory):
    """Runs the blocks of a page one after the other; gives the error of each, by line."""
    done: dict[Path, dict[int, str]] = {}

    def run(page: Path) -> dict[int, str]:
        if page not in done:
            names: dict[str, object] = {"__name__": "page"}
            folder = tmp_path_factory.mktemp("page")
            done[page] = {}
            for block in (block for block in PYTHON if block.page == page):
                ast.parse(block.text)
                error = ""
                if not block.note.startswith("not run: "):
                    error = _error(block, names, folder)
                done[page][block.line] = error
        return done[page]

    return run


def _error(block, names, folder):
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        try:
            exec(compile(block.text, block.name, "exec"), names)  # noqa: S102
        except Exception as error:
            return f"{block.name}: {type(error).__name__}: {error}"
    return ""


def words_of_commands(text):
    for line in text.splitlines():
        words = line.split("#")[0].split()
        if words[:1] in (["make"], ["napress"]):
            yield words


@named(SHELL)
def test_commands_and_targets_exist(block):
    commands = typer.main.get_command(app).commands
    targets = re.findall(r"^([a-z0-9-]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE)
    for words in words_of_commands(block.text):
        if words[0] == "make":
            assert set(word for word in words[1:] if "=" not in word) <= set(targets), words
        else:
            options = {name for one in commands[words[1]].params for name in one.opts}
            assert {word for word in words if word.startswith("--")} <= options, words


def test_commands_in_the_text_exist():
    commands = typer.main.get_command(app).commands
    targets = re.findall(r"^([a-z0-9-]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE)
    for page in PAGES:
        for program, word in re.findall(r"`(napress|make) ([a-z][a-z0-9-]*)", page.read_text()):
            assert word in (commands if program == "napress" else targets), f"{page}: {word}"
