"""Links inside the project lead somewhere, and every page can be reached."""

from __future__ import annotations

import json
import re

import pytest
from docs_pages import PAGES, PROJECT

DOCS = PROJECT / "docs"
NOTEBOOKS = sorted((DOCS / "tutorials").glob("*.ipynb"))
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
_TOCTREE = re.compile(r"```\{toctree\}\n(.*?)```", re.DOTALL)


def text_of(page):
    if page.suffix != ".ipynb":
        return page.read_text()
    cells = json.loads(page.read_text())["cells"]
    return "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")


def anchors(text):
    """Anchors of the headings, as forges and MyST make them."""
    headings = re.findall(r"^#+ (.+)$", _FENCE.sub("", text), re.MULTILINE)
    plain = (re.sub(r"[^\w\s-]", "", heading.lower()).strip() for heading in headings)
    return {heading.replace(" ", "-") for heading in plain}


@pytest.mark.parametrize("page", [*PAGES, *NOTEBOOKS], ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    for link in _LINK.findall(_FENCE.sub("", text_of(page))):
        target, _, anchor = link.partition("#")
        if re.match(r"[a-z]+:", link):
            assert link.startswith("https://"), link
            continue
        file = page.parent / target if target else page
        # What is made at a build: a test below makes it.
        if "made" in file.parts:
            continue
        assert file.exists(), f"{page.relative_to(PROJECT)}: {link}"
        if anchor:
            assert anchor in anchors(text_of(file)), f"{page.relative_to(PROJECT)}: {link}"


def listed(page):
    """Pages in the tables of contents of a page, as paths."""
    for block in _TOCTREE.findall(page.read_text()):
        for line in block.splitlines():
            if line.strip() and not line.startswith(":"):
                name = re.sub(r".*<(.+)>", r"\1", line.strip())
                yield (page.parent / name).resolve()


def test_every_page_is_in_exactly_one_table_of_contents():
    found = [entry for page in PAGES for entry in listed(page)]
    assert len(found) == len(set(found)), "a page is listed twice"
    pages = {page.with_suffix("") for page in [*PAGES, *NOTEBOOKS] if DOCS in page.parents}
    made = {entry for entry in found if entry.parent == DOCS / "made"}
    missing = pages - set(found) - {DOCS / "index"}
    assert not missing, f"not in any toctree of docs/: {sorted(map(str, missing))}"
    assert set(found) - made <= pages


def test_files_that_pages_name_exist():
    folders = "meshes|fem|postprocess|cases|tests|docs|benchmarks|tools"
    for page in PAGES:
        for name in re.findall(rf"`((?:{folders})/[\w./-]+)`", page.read_text()):
            assert (PROJECT / name).exists(), f"{page.relative_to(PROJECT)}: {name}"
