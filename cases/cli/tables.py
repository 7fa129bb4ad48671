"""Tables for the terminal."""

from __future__ import annotations

from typing import Any

MARK = "estimate"


def materials_text(rows: list[dict[str, Any]]) -> str:
    """Returns the rows of `schema.materials.material_rows`, one table per material."""
    from rich.console import Console

    console = Console()
    if not console.is_terminal:
        # A pipe has no width of its own; long sources must not be cut to 80 columns.
        console = Console(width=200)
    with console.capture() as capture:
        _print_all(console, rows)
    return capture.get().rstrip("\n")


def _print_all(console: Any, rows: list[dict[str, Any]]) -> None:
    from rich.table import Table

    for material in dict.fromkeys(row["material"] for row in rows):
        table = Table(title=material, title_justify="left", show_lines=False)
        table.add_column("property", no_wrap=True)
        table.add_column("value", justify="right", no_wrap=True)
        table.add_column("unit", no_wrap=True)
        table.add_column("range", no_wrap=True)
        table.add_column("source")
        for row in rows:
            if row["material"] == material:
                table.add_row(*_cells(row))
        console.print(table)
    console.print(f"'{MARK}': no source was read; check before relying on it.", markup=False)


def _cells(row: dict[str, Any]) -> list[str]:
    from rich.markup import escape

    limits = row["range"]
    reported = f"{limits[0]:g} to {limits[1]:g}" if limits else ""
    parts = [MARK if row["estimate"] else "", row["source"], row["note"]]
    source = "; ".join(part for part in parts if part)
    return [row["property"], f"{row['value']:g}", row["unit"], reported, escape(source)]
