"""The list of slow tests names tests that exist, and is used."""

from __future__ import annotations

import ast
from pathlib import Path

import slow_tests

PROJECT = Path(__file__).resolve().parent.parent
LISTED = (PROJECT / "tests" / "slow.txt").read_text().split()


def test_every_listed_test_exists():
    missing = []
    for name in LISTED:
        file, _, test = name.partition("::")
        path = PROJECT / file
        tree = ast.parse(path.read_text()) if path.exists() else ast.Module([], [])
        if test not in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}:
            missing.append(name)
    assert not missing, f"tests/slow.txt: not there (any more): {missing}"
    assert LISTED == sorted(set(LISTED))


def test_a_listed_test_is_marked(request):
    items = [item for item in request.session.items if item.nodeid.partition("[")[0] in LISTED]
    assert all(item.get_closest_marker("slow") for item in items)


def test_the_list_is_made_from_times(tmp_path):
    file = tmp_path / "tests.xml"
    file.write_text(
        "<testsuites><testsuite>"
        '<testcase classname="tests.fem.test_a" name="test_b[1]" time="2.0"/>'
        '<testcase classname="tests.fem.test_a" name="test_b[2]" time="2.0"/>'
        '<testcase classname="tests.fem.test_a" name="test_c" time="0.1"/>'
        "</testsuite></testsuites>"
    )
    assert slow_tests.slow_tests(file) == ["tests/fem/test_a.py::test_b"]
