"""The page of a window: one figure, one table, one paragraph, and what they rest on."""

from __future__ import annotations

from pathlib import Path

from napress.postprocess.figures.window import CAPTION
from napress.postprocess.report import page
from napress.postprocess.report.explorer import explorer
from napress.postprocess.window.answer import (
    TABLE_HEADS,
    Answer,
    headline,
    paragraph,
    sections,
    table_rows,
)

REPORT = "report.html"


def write_window_report(folder: Path, answer: Answer, figure_png: Path) -> Path:
    """Writes ``report.html``, one file without outside resources.

    Args:
        folder: Of the window.
        answer: The answer.
        figure_png: Its figure.

    Returns:
        The page.
    """
    image, caption = page.picture(figure_png, CAPTION)
    text = page.render(
        "window",
        answer.title,
        compact=True,
        headline=headline(answer),
        paragraph=paragraph(answer),
        exists=answer.window.exists,
        image=image,
        caption=caption,
        heads=TABLE_HEADS,
        rows=table_rows(answer),
        sections=sections(answer),
        explorer=explorer(answer),
    )
    return page.write_page(Path(folder) / REPORT, text)
