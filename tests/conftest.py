"""What every test shares."""

import collections
import importlib
import os
import signal
import sys
from pathlib import Path

import pytest

# Tests that were measured to take long, one a line; tools/slow_tests.py writes the list.
SLOW = set(Path(__file__).with_name("slow.txt").read_text().split())

# Before NumPy is loaded: the tests run side by side, one thread each.
os.environ["OMP_NUM_THREADS"] = "1"

# A shell starts what it puts into the background with ctrl-C ignored, and children inherit
# that: the programs that tests interrupt would not notice.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items):
    """Marks what ``make test-quick`` leaves out, and begins with files that take long.

    A file is run by one process: with a long one at the end the others would wait for it.
    """
    slow_of_file = collections.Counter()
    for item in items:
        if item.nodeid.partition("[")[0] in SLOW:
            item.add_marker(pytest.mark.slow)
        if item.get_closest_marker("slow"):
            slow_of_file[item.path] += 1
    items.sort(key=lambda item: -slow_of_file[item.path])


@pytest.fixture
def benchmark_file(monkeypatch):
    """Imports a file of ``benchmarks/`` by its name; what it brings along is forgotten again."""
    folder = Path(__file__).resolve().parent.parent / "benchmarks"
    monkeypatch.syspath_prepend(folder)
    yield importlib.import_module
    for path in folder.glob("*.py"):
        sys.modules.pop(path.stem, None)
