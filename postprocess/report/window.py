"""The page of a window: one figure, one table, one paragraph, and what they rest on."""

from __future__ import annotations

from pathlib import Path

from napress.postprocess.figures.time_map import CAPTION as TIME_CAPTION
from napress.postprocess.figures.window import CAPTION
from napress.postprocess.report import page
from napress.postprocess.report.explorer import explorer
from napress.postprocess.window.answer import (
    Answer,
    headline,
    paragraph,
    sections,
    table_heads,
    table_rows,
)

REPORT = "report.html"


def write_window_report(
    folder: Path, answer: Answer, figure_png: Path, time_map_png: Path | None = None
) -> Path:
    """Writes ``report.html``, one file without outside resources.

    Args:
        folder: Of the window.
        answer: The answer.
        figure_png: Its figure.
        time_map_png: The map over pressure and time, if there is one.

    Returns:
        The page.
    """
    pictures = [page.picture(figure_png, CAPTION)]
    if time_map_png is not None:
        pictures.append(page.picture(time_map_png, TIME_CAPTION))
    text = page.render(
        "window",
        answer.title,
        compact=True,
        headline=headline(answer),
        paragraph=paragraph(answer),
        exists=answer.window.exists,
        images=pictures,
        heads=table_heads(),
        rows=table_rows(answer),
        sections=sections(answer),
        explorer=explorer(answer),
    )
    return page.write_page(Path(folder) / REPORT, text)
