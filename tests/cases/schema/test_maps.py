"""Three dimensions in the case file: widths, elements, what fits and what it costs."""

import dataclasses
from pathlib import Path

import pytest
from tiny_case import TINY_CASE

from napress.cases.errors import CaseError
from napress.cases.model import cost
from napress.cases.model.interface import to_model
from napress.cases.schema.load import parse_case, resolved_toml

CELL = 'interface = { width = "10 um", elements = 16 }'


def case(cell):
    assert CELL in TINY_CASE
    content = TINY_CASE.replace(CELL, f"interface = {{ {cell} }}").encode()
    return parse_case(content, "case.toml", Path())


def test_one_width_is_a_square_and_two_are_a_rectangle():
    square = to_model(case('dimension = 3, width = "10 um"'))
    assert (square.widths_um, square.elements) == ((10.0, 10.0), (16, 16))
    oblong = case('dimension = 3, width = ["10 um", "0.02 mm"], elements = [8, 12]')
    model = to_model(oblong)
    assert (model.widths_um, model.elements) == ((10.0, 20.0), (8, 12))
    again = parse_case(resolved_toml(oblong).encode(), "again.toml", Path())
    assert again == oblong
    assert model.build_surface().area_um == pytest.approx(200.0)


@pytest.mark.parametrize(
    "cell, field, words",
    [
        ('width = ["10 um", "10 um"]', "interface.width", "in 2-D"),
        ('dimension = 3, width = ["10 um"]', "interface.width", "not a pair"),
        ('dimension = 3, width = "10 um", elements = [16, 4]', "interface.elements", "factor of 2"),
        ('dimension = 3, width = "10 um", elements = 300', "interface.elements", "4 to 256"),
        ('dimension = 3, width = "10 um", elements = 3', "interface.elements", "4 to 256"),
        ('width = "10 um", elements = 4', "interface.elements", "8 to 4096"),
        ('dimension = 4, width = "10 um"', "interface.dimension", "2, 3"),
        ('dimension = 3, width = ["10 um", "15 um"], elements = 8', "wavelength", "whole number"),
    ],
)
def test_what_does_not_fit_is_named(cell, field, words):
    with pytest.raises(CaseError) as caught:
        case(cell)
    assert field in str(caught.value) and words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("side, measured_MB", [(8, 300), (16, 507), (32, 1336), (64, 5045)])
def test_memory_that_is_announced_is_what_was_measured(side, measured_MB):
    announced = cost.cost_of_map((side, side), currents=0).memory_MB
    assert announced == pytest.approx(measured_MB, rel=0.15)


def test_cost_grows_with_the_map_and_too_much_is_refused(monkeypatch):
    small, large = (cost.cost_of_map((side, side), currents=1) for side in (8, 64))
    assert small.unknowns < large.unknowns and small.memory_MB < large.memory_MB
    assert large.cpu_s > 20 * small.cpu_s
    model = to_model(case('dimension = 3, width = "10 um", elements = 64'))
    monkeypatch.setattr(cost, "free_memory_MB", lambda: 1.2 * small.memory_MB)
    with pytest.raises(CaseError) as caught:
        cost.refuse_what_cannot_fit(model, "case.toml", 1)
    text = str(caught.value)
    assert "GB are free" in text and "allowed here: up to" in text and "elements" in text
    fits = dataclasses.replace(model, elements=(8, 8))
    cost.refuse_what_cannot_fit(fits, "case.toml", 1)
    monkeypatch.setattr(cost, "free_memory_MB", lambda: None)
    cost.refuse_what_cannot_fit(model, "case.toml", 1)
