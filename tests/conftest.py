"""What every test shares."""

import os
import signal
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
    """Marks what ``make test-quick`` leaves out."""
    for item in items:
        if item.nodeid.partition("[")[0] in SLOW:
            item.add_marker(pytest.mark.slow)
