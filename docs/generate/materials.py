"""The page of materials: every value with its range and its source."""

from __future__ import annotations

import napress

HEAD = """# Materials

What comes with napress, as `napress materials` and `napress.materials()` list it. An estimate
is a value for which no source was read. A file of your own has the same form; see
`cases/materials/` in the sources.
"""


def page() -> str:
    """Returns the page in Markdown."""
    table, parts = napress.materials(), [HEAD]
    for material, rows in table.groupby("material", sort=True):
        parts += [f"## {material}\n", "| property | value | range | source |", "|---|---|---|---|"]
        for row in rows.itertuples():
            low_high = f"{row.range[0]:g} to {row.range[1]:g}" if row.range else "–"
            source = row.source or "**estimate**"
            words = ": ".join(part for part in (source, row.note) if part)
            name = row.property.replace("_", " ")
            parts.append(
                f"| {name} | {row.value:g} {row.unit} | {low_high} | {words.replace('|', '/')} |"
            )
        parts.append("")
    return "\n".join(parts).replace("**0.5", "\\*\\*0.5").replace("**2", "\\*\\*2") + "\n"
