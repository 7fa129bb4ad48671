"""One small case and one run of it, shared by the tests of the Python face."""

from __future__ import annotations

import tomllib

import pytest
from tiny_case import TINY_CASE

import napress as na


@pytest.fixture(scope="session")
def tiny():
    tables = tomllib.loads(TINY_CASE)
    tables["output"] = {"figures": False, "report": False}
    return na.Case(**tables)


@pytest.fixture(scope="session")
def pressed(tiny, tmp_path_factory):
    return na.run(tiny, tmp_path_factory.mktemp("api") / "tiny")
