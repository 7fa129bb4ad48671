"""Write the list of tests that `make test-quick` leaves out, from the times of a whole run.

::

    make test PYTEST_ARGS=--junitxml=build/tests.xml
    python tools/slow_tests.py build/tests.xml > tests/slow.txt

A test is slow if it takes more than half a second; what its fixtures take counts as well.
"""

import sys
import xml.etree.ElementTree as ElementTree

LONGEST_S = 0.5


def slow_tests(junit: str) -> list[str]:
    """Return the slow tests of a JUnit file, sorted, parameters left out."""
    found = set()
    for case in ElementTree.parse(junit).iter("testcase"):
        if float(case.get("time", 0.0)) > LONGEST_S:
            file = case.get("classname", "").replace(".", "/") + ".py"
            found.add(f"{file}::{case.get('name', '').partition('[')[0]}")
    return sorted(found)


if __name__ == "__main__":
    print("\n".join(slow_tests(sys.argv[1])))
