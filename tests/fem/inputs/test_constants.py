"""Constants of nature and room temperature stand in one place, and nowhere else as digits."""

import re
from pathlib import Path

import pytest
from scipy.constants import epsilon_0, zero_Celsius

from napress.fem.inputs import constants

PROJECT = Path(__file__).parents[3]
DIGITS = re.compile(r"(?<![\d.])(8\.314\d*|298\.15|273\.15|8\.854\d*e-12)(?!\d)")


def test_values():
    assert constants.GAS_CONSTANT_kJ_PER_MOL_K == pytest.approx(8.314462618e-3, rel=1e-9)
    assert constants.ROOM_TEMPERATURE_K == pytest.approx(298.15)
    assert constants.VACUUM_PERMITTIVITY_F_PER_M == pytest.approx(epsilon_0, rel=1e-9)
    assert constants.ZERO_CELSIUS_K == zero_Celsius


def test_no_package_writes_them_again():
    found = []
    for package in ("meshes", "fem", "postprocess", "cases"):
        for file in (PROJECT / package).rglob("*.py"):
            if file == PROJECT / "fem" / "inputs" / "constants.py":
                continue
            for number, line in enumerate(file.read_text().splitlines(), 1):
                code = line.split("#")[0]
                # A unit or a field explained to a reader names the number.
                if DIGITS.search(code) and '"' not in code:
                    found.append(f"{file.relative_to(PROJECT)}:{number}: {line.strip()}")
    assert found == []
