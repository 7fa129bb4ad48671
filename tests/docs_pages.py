"""The pages that people read: README and docs, without those that are made at a build."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
PAGES = sorted(
    [PROJECT / "README.md"]
    + [page for page in (PROJECT / "docs").rglob("*.md") if "made" not in page.parts]
)
# An HTML comment right above a block says how it is to be taken.
_BLOCK = re.compile(
    r"(?:<!-- (?P<note>[^\n]*?) -->\n)?```(?P<kind>\w+)\n(?P<text>.*?)```", re.DOTALL
)


@dataclass(frozen=True)
class Block:
    """A block of code on a page."""

    page: Path
    line: int
    kind: str
    text: str
    note: str

    @property
    def name(self) -> str:
        return f"{self.page.relative_to(PROJECT)}:{self.line}"


def blocks(kind: str) -> list[Block]:
    found = []
    for page in PAGES:
        text = page.read_text()
        for match in _BLOCK.finditer(text):
            if match["kind"] == kind:
                line = text.count("\n", 0, match.start("text"))
                found.append(Block(page, line, kind, match["text"], match["note"] or ""))
    return found
