"""The pages that are made from the code: complete, and without Sphinx."""

from __future__ import annotations

import importlib.util
import sys
import xml.etree.ElementTree as ElementTree

import pytest
import typer
from docs_pages import PROJECT

from napress.cases.cli.main import app
from napress.cases.errors import EXIT_CODE_MEANING
from napress.cases.schema.interface_case import Case
from napress.cases.schema.json_schema import json_schema
from napress.cases.schema.materials import material_ids
from napress.cases.schema.pellet_case import PelletCase
from napress.cases.schema.surface import SURFACE_KINDS


def generator(name):
    path = PROJECT / "docs" / "generate" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"docs_{name}", path)
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look their module up.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def case_files():
    return generator("case_files").page()


def test_every_key_of_every_table_is_in_the_reference(case_files):
    for case in (Case, PelletCase):
        for name, table in json_schema(case)["$defs"].items():
            for key in set(table["properties"]) - {"points_um"}:
                assert f"| `{key}` |" in case_files, f"{name}.{key}"
    for kind in SURFACE_KINDS:
        assert f"kind `{kind}`" in case_files


def test_the_reference_has_units_ranges_and_defaults(case_files):
    line = next(line for line in case_files.splitlines() if line.startswith("| `first_step`"))
    assert "length with its unit (nm, um, mm, m)" in line
    assert "`0.005 um`" in line
    assert "None" not in case_files and "any |" not in case_files


def test_every_command_and_exit_code_is_listed():
    page = generator("commands").page()
    for name, command in typer.main.get_command(app).commands.items():
        assert f"## napress {name}\n" in page
        for option in command.params:
            assert all(word in page for word in option.opts if word.startswith("-"))
    for code in EXIT_CODE_MEANING:
        assert f"| {int(code)} |" in page


def test_every_material_is_listed_with_its_sources():
    page = generator("materials").page()
    for name in material_ids():
        assert f"## {name}\n" in page
    assert "**estimate**" in page and "Wang" in page


def test_the_house_shows_every_package_with_what_it_is_for():
    house = generator("house")
    picture = house.picture()
    texts = "".join(ElementTree.fromstring(picture).itertext())
    for layer in house.LAYERS:
        assert f"{layer}/" in texts
        for room in house.rooms(layer):
            assert room.name in texts and room.purpose, room
            assert len(house._lines(room.purpose)) <= house.MOST_LINES


def test_a_package_without_files_cannot_hide(tmp_path):
    house = generator("house")
    for layer in house.LAYERS:
        (tmp_path / layer / "room").mkdir(parents=True)
        (tmp_path / layer / "__init__.py").write_text('"""A layer."""\n')
        (tmp_path / layer / "room" / "__init__.py").write_text('"""A room."""\n')
    assert [room.files for room in house.rooms("fem", tmp_path)] == [0]
    assert house.picture(tmp_path).count(">room</text>") == len(house.LAYERS)
