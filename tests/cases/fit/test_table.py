"""Measurements as people write them, and one clear line for what cannot be read."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from napress.cases.errors import CaseError
from napress.cases.fit.measurements import measurements
from napress.cases.fit.table import read_table
from napress.cases.schema.cell import CellTable

GOOD = "pressure_MPa,resistance_ohm_cm2\n1,300\n5,50\n25,3\n"
CELL = CellTable(area="1.27 cm**2", interfaces=2)


def read(tmp_path, text, cell=None, units=None):
    path = tmp_path / "R_of_p.csv"
    path.write_text(text, encoding="utf-8")
    return measurements(read_table(path, units), cell)


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        GOOD.replace(",", ";"),
        GOOD.replace(",", "\t"),
        "# cell 7\n\n" + GOOD,
        GOOD.replace("pressure_MPa", "pressure (MPa)").replace(
            "resistance_ohm_cm2", "resistance [Ω cm²]"
        ),
        GOOD.replace("pressure_MPa", "Pressure / MPa").replace(
            "resistance_ohm_cm2", "resistance_ohm*cm**2"
        ),
        "pressure_bar,resistance_ohm_cm2\n10,300\n50,50\n250,3\n",
        "pressure,resistance_ohm_cm2\n1 MPa,300\n5 MPa,50\n25 MPa,3\n",
        "pressure_MPa;resistance_ohm_cm2\n1,0;300\n5,0;50,0\n25;3\n",
    ],
)
def test_all_these_say_the_same(tmp_path, text):
    data = read(tmp_path, text)
    assert data.pressure_MPa == pytest.approx([1.0, 5.0, 25.0])
    assert data.resistance == pytest.approx([300.0, 50.0, 3.0])
    assert data.cell is None and not data.released.any()


def test_a_unit_may_be_given_beside_the_file(tmp_path):
    text = GOOD.replace("pressure_MPa", "pressure")
    assert read(tmp_path, text, units={"pressure": "bar"}).pressure_MPa[0] == pytest.approx(0.1)


def test_a_whole_cell_with_its_release_and_capacitance(tmp_path):
    text = (
        "pressure_MPa,cell_resistance_ohm,cell_capacitance_nF,peak_frequency_kHz\n"
        "1,500,10,\n5,110,,\n25,32,,2\n5,50,,\n"
    )
    data = read(tmp_path, text, CELL)
    assert data.released.tolist() == [False, False, False, True]
    assert data.largest_MPa.tolist() == [1, 5, 25, 25]
    # Two interfaces of 1.27 cm2 in series: each has twice the 10 nF.
    assert data.capacitance_uF_per_cm2[0] == pytest.approx(0.02 / 1.27)
    assert data.peak_frequency_Hz[2] == pytest.approx(2000.0)
    assert data.count == 6


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        (GOOD.replace("5,50", "-5,50"), "pressure, line 3", "-5 is not above 0"),
        (GOOD.replace("5,50", "5,0"), "resistance, line 3", "0 is not above 0"),
        (GOOD.replace("5,50", "5,"), "resistance, line 3", "is empty"),
        (GOOD.replace("5,50", "5,fifty"), "line 3", "'fifty' is not a number"),
        (GOOD + "10,30\n30,2\n", "pressure, line 6", "unsorted"),
        (GOOD + "30,2\n10,9\n20,5\n", "pressure, line 7", "unsorted"),
        ("pressure_MPa,resistance_ohm_cm2\n25,3\n5,50\n1,300\n", "line 3", "before the ramp"),
        ("pressure_MPa,resistance_ohm_cm2\n25,3\n1,50\n5,30\n", "line 3", "before the ramp"),
        (GOOD.replace("pressure_MPa", "pressure"), "pressure", "has no unit"),
        (GOOD.replace("pressure_MPa", "pressure_um"), "line 2", "is not a pressure"),
        (GOOD.replace("pressure_MPa", "presure_MPa"), "presure", "did you mean 'pressure'"),
        (
            "pressure_MPa,pressure_bar,resistance_ohm_cm2\n1,10,300\n",
            "pressure_bar",
            "a second column",
        ),
        (
            "pressure,resistance_ohm_cm2\n1 MPa,300\n50 bar,50\n",
            "pressure, line 3",
            "mixed units",
        ),
        (GOOD.replace("5,50", "5 bar,50"), "line 3", "mixed units"),
        (GOOD.replace("5,50", "5"), "line 3", "1 cells under 2 heads"),
        ("pressure_MPa,resistance_ohm_cm2\n", "", "no row"),
        ("", "", "no table"),
        ("pressure_MPa\n1\n", "resistance", "missing"),
        (
            "pressure_MPa,resistance_ohm_cm2,cell_resistance_ohm\n1,2,3\n",
            "resistance",
            "both are there",
        ),
        (
            "pressure_MPa,resistance_ohm_cm2,branch\n5,9,release\n10,3,ramp\n",
            "branch, line 2",
            "before the ramp",
        ),
        (
            "pressure_MPa,resistance_ohm_cm2,branch\n5,9,up\n",
            "branch, line 2",
            "allowed: ramp, release",
        ),
    ],
)
def test_what_cannot_be_used_is_one_line(tmp_path, text, place, said):
    with pytest.raises(CaseError) as error:
        read(tmp_path, text)
    message = str(error.value)
    assert "R_of_p.csv" in message and place in message and said in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("cell", "missing"), [(None, "area"), (CellTable(area="1 cm**2"), "interfaces")]
)
def test_a_whole_cell_needs_its_area_and_its_interfaces(tmp_path, cell, missing):
    with pytest.raises(CaseError, match=rf"cell\.{missing}: missing.*--{missing}"):
        read(tmp_path, "pressure_MPa,cell_resistance_ohm\n1,500\n", cell)


CELLS = st.one_of(
    st.floats(-1e3, 1e3).map(str),
    st.sampled_from(
        ["", "1", "5 MPa", "2 bar", "1,5", "nan", "inf", "1e999", "-0", "x", "µ", "1 ²"]
    ),
)
HEADS = st.one_of(
    st.sampled_from(
        [
            "pressure_MPa",
            "pressure",
            "pressure (bar)",
            "resistance_ohm_cm2",
            "branch",
            "Pressure / kPa",
        ]
    ),
    st.text(max_size=12),
)


@given(
    st.lists(HEADS, min_size=1, max_size=4),
    st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=5),
    st.sampled_from(",;\t"),
)
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_stands_in_a_table_is_read_or_refused_in_one_line(tmp_path, heads, rows, mark):
    path = tmp_path / "R_of_p.csv"
    path.write_text("\n".join(mark.join(row) for row in [heads, *rows]), encoding="utf-8")
    try:
        data = measurements(read_table(path), None)
    except CaseError as error:
        assert "\n" not in str(error)
        return
    assert (data.pressure_MPa > 0).all() and (data.resistance > 0).all()


@given(st.binary(max_size=200))
@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_bytes_are_refused_in_one_line(tmp_path, content):
    path = tmp_path / "R_of_p.csv"
    path.write_bytes(content)
    with pytest.raises(CaseError) as error:
        measurements(read_table(path), None)
    assert "\n" not in str(error.value)
