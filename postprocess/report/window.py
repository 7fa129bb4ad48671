"""The page of a window: one figure, one table, one paragraph, and what they rest on."""

from __future__ import annotations

import base64
from pathlib import Path

import jinja2

from napress.postprocess.figures.window import CAPTION
from napress.postprocess.records import atomic as storage
from napress.postprocess.window.answer import (
    TABLE_HEADS,
    Answer,
    headline,
    paragraph,
    sections,
    table_rows,
)

REPORT = "report.html"

TEMPLATE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ title }} – napress window</title>
<style>
body { font: 14px/1.45 system-ui, "DejaVu Sans", sans-serif; color: #1d2430; max-width: 54rem;
       margin: 1.5rem auto; padding: 0 1.2rem; }
h1 { font-size: 1.35rem; margin: 0; } h2 { font-size: 1rem; margin: 1rem 0 .2rem;
     border-bottom: 2px solid #0072b2; }
.answer { font-size: 1.15rem; font-weight: 600; border-left: 5px solid {{ colour }};
          padding: .3rem .8rem; margin: .6rem 0; }
table { border-collapse: collapse; font-size: .8rem; width: 100%; }
th, td { padding: .15rem .4rem; border-bottom: 1px solid #d9dee5; text-align: right;
         white-space: nowrap; }
figure { margin: .6rem 0; } figure img { display: block; width: 100%; max-width: 42rem;
  margin: 0 auto; } figcaption, .soft { color: #5b6675; font-size: .8rem; }
ul { margin: .2rem 0; padding-left: 1.2rem; font-size: .85rem; }
@media print { body { margin: 0; max-width: none; font-size: 9.5pt; } h2 { break-after: avoid; }
  figure img { max-width: 15cm; } tr, li { break-inside: avoid; }
  .answer { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  @page { size: A4; margin: 14mm; } }
</style></head><body>
<h1>{{ title }}</h1>
<div class="answer">{{ headline }}</div>
<p>{{ paragraph }}</p>
<figure><img alt="{{ caption }}" src="data:image/png;base64,{{ image }}">
<figcaption>{{ caption }}</figcaption></figure>
<table><tr>{% for head in heads %}<th>{{ head }}</th>{% endfor %}</tr>
{%- for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>{% endfor %}
</table>
<p class="soft">Median (least to most) over the surfaces. Void left is of the void at first touch;
failure is the worst of the ways to break, which describe the same flaws and do not add.</p>
{%- for head, texts in sections %}
<h2>{{ head }}</h2>
<ul>{% for text in texts %}<li>{{ text }}</li>{% endfor %}</ul>
{%- endfor %}
</body></html>
"""


def write_window_report(folder: Path, answer: Answer, figure_png: Path) -> Path:
    """Writes ``report.html``, one file without outside resources.

    Args:
        folder: Of the window.
        answer: The answer.
        figure_png: Its figure.

    Returns:
        The page.
    """
    page = (
        jinja2.Environment(autoescape=True)
        .from_string(TEMPLATE)
        .render(
            title=answer.title,
            headline=headline(answer),
            paragraph=paragraph(answer),
            colour="#009e73" if answer.window.exists else "#d55e00",
            image=base64.b64encode(Path(figure_png).read_bytes()).decode(),
            caption=CAPTION,
            heads=TABLE_HEADS,
            rows=table_rows(answer),
            sections=sections(answer),
        )
    )
    path = Path(folder) / REPORT
    storage.write_text(path, page)
    return path
