"""Numbers and texts as a reader sees them."""

import math

import pytest

from napress.postprocess.wording import (
    defused,
    number,
    percent_text,
    printable,
    resolved,
    sentence_case,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "not recorded"),
        (math.nan, "–"),
        (math.inf, "–"),
        (-math.inf, "–"),
        (3.0, "3"),
        (0.012345, "0.0123"),
        (True, "True"),
        ("rough", "rough"),
    ],
)
def test_a_number_in_few_digits_or_a_dash(value, text):
    assert number(value) == text


def test_a_percentage_is_100_only_when_it_is():
    assert percent_text(99.9999) == "99.999 %" and percent_text(100.0) == "100 %"


@pytest.mark.parametrize(
    ("value", "resolution", "text"),
    [
        (7.8e-10, 7.8e-10, "< 7.8e-10"),
        (-1.11e-16, 7.8e-10, "< 7.8e-10"),
        (0.0123, 7.8e-10, "0.0123"),
        (0.0, None, "0"),
        (0.0, math.nan, "0"),
        (None, 1.0, "not recorded"),
    ],
)
def test_what_is_not_resolved_is_less_than(value, resolution, text):
    assert resolved(value, resolution) == text


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-2+3", "'-2+3"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\ufffd=1"),
        ("\x1b[2Jrough", "\ufffd[2Jrough"),
        ("-2.5", "-2.5"),
        (-2.5, -2.5),
        ("rough NZSP", "rough NZSP"),
        ("", ""),
        (None, None),
    ],
)
def test_a_cell_is_no_formula(cell, written):
    assert defused(cell) == written


def test_control_characters_are_replaced():
    assert printable("a\x1b[31mb\u202e\n\tÄ µ \u00a0") == "a\ufffd[31mb\ufffd\n\tÄ µ \u00a0"
    assert sentence_case("rms roughness") == "Rms roughness"
