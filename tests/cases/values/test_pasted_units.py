"""Units as people paste them: read, or one line that says what to write."""

import pytest

from napress.cases.values import units
from napress.cases.values.units import parse_quantity


@pytest.mark.parametrize(
    ("text", "dimension", "value"),
    [
        ("5 \u00b5m", units.LENGTH, 5.0),
        ("5 \u03bcm", units.LENGTH, 5.0),
        ("1e-3 um", units.LENGTH, 1e-3),
        ("1.3 MPa√m", units.TOUGHNESS, 1.3),
        ("1.3 MPa·√m", units.TOUGHNESS, 1.3),
        ("2 Ω·cm²", units.AREA_RESISTANCE, 2.0),
        ("2 ohm cm2", units.AREA_RESISTANCE, 2.0),
        ("0.97 g/cm³", units.DENSITY, 0.97),
        ("5 mS cm⁻¹", units.CONDUCTIVITY, 5.0),
        ("0.5 s⁻¹", units.RATE, 0.5),
        ("25 °C", units.TEMPERATURE, 298.15),
        ("−20 °C", units.TEMPERATURE, 253.15),
        ("1e−3 um", units.LENGTH, 1e-3),
        ("1 mA\u2009cm⁻²", units.CURRENT_DENSITY, 1.0),
        ("3 kgf/cm²", units.PRESSURE, 0.2941995),
        ("3 psi", units.PRESSURE, 0.020684271879505087),
        ("360 MPa", units.PRESSURE, 360.0),
        ("0 Pa", units.PRESSURE, 0.0),
    ],
)
def test_read(text, dimension, value):
    assert parse_quantity(text, dimension) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "dimension", "told"),
    [
        ("0,5 um", units.LENGTH, "decimal comma; write a point"),
        ("360 mPa", units.PRESSURE, "did you mean '360 MPa'"),
        ("1.3 mPa√m", units.TOUGHNESS, "did you mean '1.3 MPa√m'"),
        ("0.1 mPa/um", units.STACK_STIFFNESS, "did you mean '0.1 MPa/um'"),
        ("0.46 eV", units.MOLAR_ENERGY, "44.383 kJ/mol, write that"),
        ("3 kg", units.FORCE, "0.02942 kN, write that"),
        ("5 mm2", units.LENGTH, "not a length"),
    ],
)
def test_told_what_to_write(text, dimension, told):
    with pytest.raises(ValueError, match=told):
        parse_quantity(text, dimension)
