"""Stripping against Faraday's law, a closed form of the current, and itself in reverse."""

from __future__ import annotations

import pytest

from napress.cases.verification.contact import healing
from napress.cases.verification.pressing import stripping


@pytest.mark.parametrize(
    "rows",
    [stripping.flat_rows, stripping.strip_rows, stripping.return_rows, stripping.starved_rows],
)
def test_rows_pass(rows):
    found = rows()
    assert found
    assert not [row for row in found if not row.passed]


def test_diffusion_levels_a_wave_at_its_rate():
    found = healing.levelling_wave(elements=16, holds=8)
    assert not [row for row in found if not row.passed]


def test_a_wrong_rate_of_levelling_is_noticed(monkeypatch):
    monkeypatch.setattr(healing, "mobility_um3_per_MPa_s", lambda *_: 1.2 * 9.56e-5)
    found = healing.levelling_wave(elements=16, holds=8)
    assert [row for row in found if not row.passed and "levelling" in row.name]
