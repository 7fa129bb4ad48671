"""Shorts beside the law: the page shows what the program computes."""

from pathlib import Path

from napress.cases.validation import shorts

PAGE = Path(__file__).parents[3] / "docs" / "validation.md"


def test_the_page_has_the_table_that_is_computed():
    assert shorts.markdown() in PAGE.read_text(encoding="utf-8")


def test_fluid_pressure_never_shorts():
    rows = [row for row in shorts.shorts() if row.system.endswith("isostatic")]
    assert len(rows) == 4 and {row.model for row in rows} == {"never"}


def test_pores_are_linear_in_thickness_like_the_two_pellets():
    thin, thick, throat = shorts.thin_pellet()
    assert abs(thin / thick - 1) < 0.15
    assert 10 < throat / thick < 20
