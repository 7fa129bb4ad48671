"""The JSON Schema of cases."""

from __future__ import annotations

import pytest

from napress.cases.schema.interface_case import Case
from napress.cases.schema.json_schema import json_schema
from napress.cases.schema.pellet_case import PelletCase


@pytest.mark.parametrize("case", [Case, PelletCase])
def test_defaults_are_what_a_file_would_say(case):
    schema = json_schema(case)
    checked = 0
    for table in schema["$defs"].values():
        for name, entry in table["properties"].items():
            if entry.get("type") == "string" and entry.get("default") is not None:
                assert isinstance(entry["default"], str), (table["title"], name)
                checked += 1
    assert checked >= 5


def test_a_default_with_a_unit_is_read_back(tiny_tables):
    solver = json_schema(Case)["$defs"]["Solver"]["properties"]
    defaults = {name: entry["default"] for name, entry in solver.items()}
    assert defaults["first_step"] == "0.005 um"
    assert (
        Case.model_validate(tiny_tables | {"solver": defaults}).solver
        == Case.model_validate(tiny_tables | {"solver": {}}).solver
    )


@pytest.fixture
def tiny_tables():
    import tomllib

    from tiny_case import TINY_CASE

    return tomllib.loads(TINY_CASE)
