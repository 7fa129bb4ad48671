"""Stripping against Faraday's law, a closed form of the current, and itself in reverse."""

from __future__ import annotations

import pytest

from napress.cases.verification.pressing import stripping


@pytest.mark.parametrize("rows", [stripping.flat_rows, stripping.strip_rows, stripping.return_rows])
def test_rows_pass(rows):
    found = rows()
    assert found
    assert not [row for row in found if not row.passed]
