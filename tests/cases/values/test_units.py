"""Quantities at the door: units are converted, and never guessed."""

from __future__ import annotations

import functools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from napress.cases.values import units
from napress.cases.values.units import format_quantity, parse_quantity


@pytest.mark.parametrize(
    ("written", "dimension", "expected"),
    [
        ("20 um", units.LENGTH, 20.0),
        ("20um", units.LENGTH, 20.0),
        ("20 µm", units.LENGTH, 20.0),
        ("0.02 mm", units.LENGTH, 20.0),
        ("500 nm", units.LENGTH, 0.5),
        ("-1e-3 mm", units.LENGTH, -1.0),
        ("0.36 GPa", units.PRESSURE, 360.0),
        ("1 N/mm**2", units.PRESSURE, 1.0),
        ("10 bar", units.PRESSURE, 1.0),
        ("1.3 MPa*m**0.5", units.TOUGHNESS, 1.3),
        ("1.3 MPa m^0.5", units.TOUGHNESS, 1.3),
        ("0.1 S/m", units.CONDUCTIVITY, 1.0),
        ("1 percent", units.FRACTION, 1.0),
        ("1 %", units.FRACTION, 1.0),
        ("180 deg", units.ANGLE, 3.141592653589793),
        ("25 degC", units.TEMPERATURE, 298.15),
        ("0.53 1/s", units.RATE, 0.53),
    ],
)
def test_converts(written, dimension, expected):
    assert parse_quantity(written, dimension) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("written", "dimension", "complaint"),
    [
        (20, units.LENGTH, "no unit"),
        (20.0, units.LENGTH, "no unit"),
        ("20", units.LENGTH, "no unit"),
        ("20 MPa", units.LENGTH, "not a length"),
        ("20 um", units.PRESSURE, "not a pressure"),
        ("20 furlongz", units.LENGTH, "unknown unit"),
        ("nan um", units.LENGTH, "not a finite number"),
        ("inf um", units.LENGTH, "not a finite number"),
        ("1e999 um", units.LENGTH, "not a finite number"),
        ("um", units.LENGTH, "not a finite number"),
        ("", units.LENGTH, "not a finite number"),
        (True, units.LENGTH, "not a quantity"),
        ([1], units.LENGTH, "not a quantity"),
        ("1 um" + " " * 100, units.LENGTH, "too long"),
    ],
)
def test_refuses_and_names_the_accepted_units(written, dimension, complaint):
    with pytest.raises(ValueError, match=complaint) as caught:
        parse_quantity(written, dimension)
    for unit in dimension.accepted:
        assert unit in str(caught.value)


# Pint would compute these powers for hours.
@pytest.mark.timeout(60)
def test_never_evaluates_arithmetic():
    with pytest.raises(ValueError, match="length"):
        parse_quantity("1 um**9**9**9**9", units.LENGTH)
    with pytest.raises(ValueError, match="length"):
        parse_quantity("9**9**9**9 um", units.LENGTH)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_written_back_exactly(magnitude):
    for dimension in (units.LENGTH, units.CONDUCTIVITY, units.FRACTION, units.ANGLE):
        assert parse_quantity(format_quantity(magnitude, dimension), dimension) == magnitude


def test_a_hint_is_not_what_was_written():
    with pytest.raises(ValueError, match="below 1 Pa") as caught:
        parse_quantity("1e-12 MPa", units.PRESSURE)
    assert "did you mean" not in str(caught.value)
    with pytest.raises(ValueError, match="did you mean '360 MPa'"):
        parse_quantity("360 mPa", units.PRESSURE)


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache, for a registry that is made anew; the one of other tests comes back."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(units, "_registry", functools.cache(units._registry.__wrapped__))
    monkeypatch.setattr(units, "_unit", functools.cache(units._unit.__wrapped__))
    return tmp_path


@pytest.mark.parametrize("left", [0, 1, 1000], ids=["nothing", "a byte", "a part"])
def test_what_a_killed_process_left_of_its_definitions_is_thrown_away(cache, left):
    assert parse_quantity("20 nm", units.LENGTH) == pytest.approx(0.02, rel=1e-15)
    (kept, *more) = (cache / "napress" / "units").glob("*.pickle")
    kept.write_bytes(kept.read_bytes()[:left])
    units._registry.cache_clear()
    units._unit.cache_clear()
    assert parse_quantity("20 nm", units.LENGTH) == pytest.approx(0.02, rel=1e-15)
    assert not kept.exists()


def test_definitions_that_cannot_be_kept_are_read(cache):
    (cache / "napress").write_text("no folder")
    assert parse_quantity("1 GPa", units.PRESSURE) == pytest.approx(1000, rel=1e-15)


def test_no_home(cache, monkeypatch):
    def nobody():
        raise RuntimeError("no such user")

    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(units.Path, "home", nobody)
    assert parse_quantity("1 GPa", units.PRESSURE) == pytest.approx(1000, rel=1e-15)
