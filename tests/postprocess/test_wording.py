"""Numbers and texts as a reader sees them."""

import math

import pytest

from napress.postprocess.wording import number, percent_text, printable, sentence_case


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


def test_control_characters_are_replaced():
    assert printable("a\x1b[31mb\u202e\n\tÄ µ \u00a0") == "a\ufffd[31mb\ufffd\n\tÄ µ \u00a0"
    assert sentence_case("rms roughness") == "Rms roughness"
