"""The examples in the docstrings of the Python face, run as they stand."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

FACE = Path(__file__).resolve().parents[3] / "cases" / "api"
MODULES = sorted(f"napress.{file.stem}" for file in FACE.glob("_[a-z]*.py"))


@pytest.mark.parametrize(
    "module",
    [
        pytest.param(name, marks=[pytest.mark.slow] if name.endswith("_sweep") else [])
        for name in MODULES
    ],
)
def test_examples_do_what_they_say(module):
    assert doctest.testmod(importlib.import_module(module)).failed == 0


def test_there_are_examples():
    tests = [
        test
        for name in MODULES
        for test in doctest.DocTestFinder().find(importlib.import_module(name))
    ]
    assert sum(len(test.examples) for test in tests) >= 10
