"""A thin layer on form error: the limit state, its volume, and a foil that spreads."""

from __future__ import annotations

import math

import numpy as np
import pytest

from napress.cases.verification.contact import form_layer as checks
from napress.fem.pellet.form_layer import FormLayer, map_gradients


def test_rows_of_verification_pass_on_coarser_maps():
    rows = checks.layer_on_a_wave(points=(21, 41))
    # The error falls as the facet: the finest map of the table is not built here.
    failed = [row.name for row in rows if not row.passed and "hill" not in row.name]
    assert rows and not failed
    hills = [row for row in rows if "covered: hill" in row.name]
    assert len(hills) == 3 and max(row.error for row in hills) < 0.06


def test_a_weaker_limit_is_noticed(monkeypatch):
    monkeypatch.setattr(checks, "YIELD_MPA", 0.5 * checks.YIELD_MPA)
    half = checks.pressed_strip(21)[-1]
    monkeypatch.undo()
    assert half.mean_MPa == pytest.approx(0.5 * checks.pressed_strip(21)[-1].mean_MPa, rel=1e-3)


def test_pressure_and_gap_exclude_each_other():
    for state in checks.pressed_strip(41):
        touching = state.pressure_MPa > 0
        assert state.gap_um[touching] == pytest.approx(0.0, abs=1e-6)
        assert state.pressure_MPa.min() >= 0 and state.gap_um.min() >= 0
        assert 0 < touching.mean() < 1


def test_metal_in_part_of_the_space_spreads_as_a_foil():
    """A strip of foil between flat faces: hill k L / (2h) with the length its volume has."""
    count, length, thickness, shear = 61, 3000.0, 100.0, 0.2
    x = np.linspace(0.0, length, count)
    facets = np.column_stack([np.arange(count - 1), np.arange(1, count)])
    gradients, area = map_gradients(x[:, None], facets)
    space = np.full(count, thickness)
    metal = np.where(x <= 1000.0, thickness, 0.0)
    layer = FormLayer(gradients, area, space, metal, shear, 8500.0, (length, float(x[1])))
    state = layer.press_by(25.0)
    # Half the foil: the wall at 0 is its middle.
    reach = state.covered * length
    assert reach == pytest.approx(1000.0 / 0.75, rel=0.05)
    force = state.mean_MPa * length
    assert force == pytest.approx(shear * reach**2 / 75.0, rel=0.06)


def test_more_metal_than_space_is_refused():
    gradients, area = map_gradients(np.array([[0.0], [1.0]]), np.array([[0, 1]]))
    with pytest.raises(ValueError, match="metal_um"):
        FormLayer(gradients, area, np.ones(2), 2 * np.ones(2), 0.1, 8500.0, (1.0, 1.0))
    assert math.isclose(area.sum(), 1.0)
