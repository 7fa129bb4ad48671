"""The frame of every page: one style sheet, everything escaped, nothing hidden printed."""

import re
import tomllib
from pathlib import Path

import jinja2
import pytest

from napress.postprocess.report import page

BARE = {
    "pellet": {
        "subtitle": "", "warnings": [], "heads": [], "rows": [], "places": "", "averages": [],
        "average_heads": [], "figures": [], "limits": [], "estimates": "",
    },
    "window": {
        "headline": "", "paragraph": "", "exists": True, "images": [], "heads": [],
        "rows": [], "sections": [], "explorer": None,
    },
    "sweep": {
        "counts": "", "cpu_hours": "0", "figures": [], "left_out": {}, "heads": [], "rows": [],
        "hidden": 0, "others": [], "distrusted": [], "total": 0, "used": "", "ranges": [],
    },
}  # fmt: skip


def style(text):
    return re.search(r"<style>.*</style>", text, re.DOTALL)[0]


def test_every_kind_of_page_has_the_one_style_sheet(run_folder):
    from napress.postprocess.report.run import write_report

    pages = [page.render(kind, "A title", **values) for kind, values in BARE.items()]
    pages.append(write_report(run_folder).read_text())
    assert len({style(text) for text in pages}) == 1 and len(style(pages[0])) > 1000
    # Nothing but the frame brings its own.
    for template in page.TEMPLATES.glob("*.html"):
        assert ("<style" in template.read_text()) == (template.name == "base.html")


@pytest.mark.parametrize("kind", BARE)
def test_a_hostile_title_is_text(kind):
    text = page.render(kind, "<script>x</script>\x1b[31m\u202e", **BARE[kind])
    assert "<script>" not in text and "&lt;script&gt;" in text
    assert "\x1b" not in text and "\u202e" not in text


def test_a_value_that_is_missing_is_an_error():
    with pytest.raises(jinja2.UndefinedError):
        page.render("sweep", "A title")


def test_templates_are_shipped():
    settings = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())
    patterns = settings["tool"]["setuptools"]["package-data"]["napress.postprocess.report"]
    shipped = {path for pattern in patterns for path in page.TEMPLATES.parent.glob(pattern)}
    assert shipped == set(page.TEMPLATES.iterdir())
