"""One frame for every page: a self-contained file made from a template and plain values."""

from __future__ import annotations

import base64
import functools
from pathlib import Path
from typing import Any

import jinja2

from napress.postprocess.records import atomic as storage
from napress.postprocess.wording import printable

TEMPLATES = Path(__file__).parent / "templates"


@functools.cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # A title or a path may hold anything; control characters have no place on a page.
        finalize=lambda value: printable(value) if type(value) is str else value,
    )


def render(kind: str, title: str, compact: bool = False, **values: Any) -> str:
    """A page as text; everything in it is escaped.

    Args:
        kind: ``run``, ``pellet``, ``window`` or ``sweep``: the template, and in the title.
        title: Of the page.
        compact: Whether it is to fit on few sheets.
        values: What the template asks for.

    Returns:
        HTML.
    """
    page = _environment().get_template(f"{kind}.html")
    return page.render(kind=kind, title=title, compact=compact, **values)


def write_page(path: Path, page: str) -> Path:
    """Replaces a page whole; returns its path."""
    storage.write_text(path, page)
    return path


def picture(path: Path, caption: str) -> tuple[str, str]:
    """A PNG as a page embeds it: base64 and its caption."""
    return base64.b64encode(Path(path).read_bytes()).decode("ascii"), caption
