"""The picture of the folders: what each package is for and what it may use."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

PROJECT = Path(__file__).resolve().parents[2]
# Each may use those above it.
LAYERS = ("meshes", "fem", "postprocess", "cases")
COLOURS = {"meshes": "#E8D9B5", "fem": "#B9D7EA", "postprocess": "#CFE8D5", "cases": "#F3D3C1"}
WIDTH, MARGIN, GAP = 1120, 24, 12
COLUMNS, ROOM_HEIGHT, HEAD_HEIGHT, BETWEEN = 3, 74, 62, 44
LETTERS_PER_LINE, LINE_HEIGHT, MOST_LINES = 54, 17, 2


@dataclass(frozen=True)
class Room:
    """A folder: its name, what its ``__init__.py`` says of it, and how many files it holds."""

    name: str
    purpose: str
    files: int


def purpose(folder: Path) -> str:
    """Returns the first sentence that a package says of itself."""
    text = ast.get_docstring(ast.parse((folder / "__init__.py").read_text())) or ""
    return " ".join(text.split("\n\n")[0].split()).replace("``", "").replace("`", "")


def rooms(layer: str, project: Path = PROJECT) -> list[Room]:
    """Returns the packages inside a layer, sorted by name."""
    inner = sorted(file.parent for file in (project / layer).glob("*/__init__.py"))
    return [
        Room(folder.name, purpose(folder), len([*folder.rglob("*.py")]) - 1) for folder in inner
    ]


def picture(project: Path = PROJECT) -> str:
    """Returns the picture as SVG."""
    parts, top = [], MARGIN
    for layer in LAYERS:
        found = rooms(layer, project)
        rows = -(-len(found) // COLUMNS)
        height = HEAD_HEIGHT + rows * (ROOM_HEIGHT + GAP) + (GAP if rows else 0)
        parts += _floor(layer, purpose(project / layer), top, height)
        parts += [_room(room, index, top + HEAD_HEIGHT) for index, room in enumerate(found)]
        top += height
        if layer != LAYERS[-1]:
            parts += _arrow(top, LAYERS[LAYERS.index(layer) + 1], layer)
            top += BETWEEN
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top + MARGIN}" '
        f'font-family="Helvetica, Arial, sans-serif" role="img">\n'
        f"<title>The folders of napress</title>\n"
        f'<rect width="{WIDTH}" height="{top + MARGIN}" fill="white"/>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def _floor(layer: str, text: str, top: int, height: int) -> list[str]:
    return [
        f'<rect x="{MARGIN}" y="{top}" width="{WIDTH - 2 * MARGIN}" height="{height}" rx="10" '
        f'fill="{COLOURS[layer]}" fill-opacity="0.55" stroke="#777"/>',
        _text(MARGIN + 18, top + 28, f"{layer}/", 20, bold=True),
        _text(MARGIN + 18, top + 48, text, 13),
    ]


def _room(room: Room, index: int, top: int) -> str:
    width = (WIDTH - 2 * MARGIN - (COLUMNS + 1) * GAP) // COLUMNS
    x = MARGIN + GAP + (index % COLUMNS) * (width + GAP)
    y = top + (index // COLUMNS) * (ROOM_HEIGHT + GAP)
    files = f"{room.files} file{'' if room.files == 1 else 's'}"
    parts = [
        f'<rect x="{x}" y="{y}" width="{width}" height="{ROOM_HEIGHT}" rx="6" fill="white" '
        'stroke="#999"/>',
        _text(x + 12, y + 22, room.name, 15, bold=True),
        f'<text x="{x + width - 12}" y="{y + 22}" font-size="12" fill="#777" '
        f'text-anchor="end">{files}</text>',
    ]
    for number, line in enumerate(_lines(room.purpose)):
        parts.append(_text(x + 12, y + 42 + LINE_HEIGHT * number, line, 12.5))
    return "\n".join(parts)


def _arrow(top: int, below: str, above: str) -> list[str]:
    x = WIDTH // 2
    return [
        f'<path d="M {x} {top + BETWEEN - 4} V {top + 12}" stroke="#555" stroke-width="2"/>',
        f'<path d="M {x - 6} {top + 14} L {x} {top + 4} L {x + 6} {top + 14} Z" fill="#555"/>',
        _text(x + 14, top + 27, f"{below} uses {above}, never the other way round", 12.5),
    ]


def _text(x: float, y: float, text: str, size: float, bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{x}" y="{y}" font-size="{size}" fill="#222"{weight}>{escape(text)}</text>'


def _lines(text: str) -> list[str]:
    """Words filled into lines; what does not fit ends in an ellipsis."""
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) + 1 > LETTERS_PER_LINE:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    if len(lines) > MOST_LINES:
        lines = [*lines[: MOST_LINES - 1], f"{lines[MOST_LINES - 1]} …"]
    return lines
