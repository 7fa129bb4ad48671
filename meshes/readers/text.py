"""Reads a profile or a map from the text an instrument or a spreadsheet exports."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from napress.meshes.readers.header import Header, read_header
from napress.meshes.readers.lengths import ACCEPTED, in_um
from napress.meshes.readers.scan import MapScan, ProfileScan, Provenance, ReadError, Wanted
from napress.meshes.readers.table import Table, find_table
from napress.meshes.surface_components import Array

# Positions off a regular grid by more than this share of its spacing are no grid.
_OFF_GRID = 0.05
LARGEST_MAP_POINTS = 4_000_000


def read_text(text: str, wanted: Wanted, provenance: Provenance) -> ProfileScan | MapScan:
    """Returns what is in a text.

    Two columns are position and height; one is the height and needs ``spacing_um``;
    three are x, y and height of a map; more are the heights of a map, row by row.

    Args:
        text: Of the whole file.
        wanted: What the case says about it.
        provenance: Of the file so far; units and notes are added.

    Raises:
        ReadError: One line: what is wrong, where, what is allowed.
    """
    name = provenance.file
    table = find_table(text, name)
    header = read_header(table.header, table.values.shape[1], name)
    _require_one_header(table, name)
    values = _columns(table, wanted, name)
    notes = provenance.notes + table.notes
    if header.scale:
        if wanted.height_unit is None:
            raise ReadError(
                name,
                "units",
                f"the file says {header.scale!r}, and not whether the heights are multiplied by it "
                'yet; allowed: units = { height = "..." } in the case, the unit of the numbers as '
                "they stand there",
            )
        notes += (f"{header.scale!r} is not applied: the case says the unit of the heights",)
    provenance = replace(provenance, instrument=header.instrument, date=header.date, notes=notes)
    width = values.shape[1]
    if width > 3 or (width == 3 and len(values) <= 3 and not wanted.columns):
        return _matrix(values, header, wanted, provenance)
    if width == 3:
        return _grid(values, header, wanted, provenance)
    return _profile(values, table, header, wanted, provenance)


def _require_one_header(table: Table, name: str) -> None:
    """Refuses a second header among the numbers: two scans one after the other."""
    for place, line in table.between:
        found = read_header((line,), table.values.shape[1], name)
        if found.position_unit or found.height_unit or found.width_um:
            raise ReadError(
                name,
                f"line {place}",
                f"{line.strip()[:40]!r} begins a second table; allowed: one scan in a file",
            )


def _columns(table: Table, wanted: Wanted, name: str) -> Array:
    there = table.values.shape[1]
    if not wanted.columns:
        return table.values
    if max(wanted.columns) > there:
        raise ReadError(name, "columns", f"the table has {there} columns; allowed: 1 to {there}")
    return table.values[:, [number - 1 for number in wanted.columns]]


def _unit(column: str, header: Header, wanted: Wanted, name: str) -> tuple[str, str]:
    """The unit of a column, and who says so."""
    file = getattr(header, f"{column}_unit")
    case = getattr(wanted, f"{column}_unit")
    if file and case and in_um(file) != in_um(case):
        raise ReadError(
            name,
            f"units.{column}",
            f"the case says {case}, the header of the file {file}; allowed: one of the two, "
            "so correct the case or the header",
        )
    if not (file or case):
        raise ReadError(
            name,
            "units",
            f"neither the file nor the case says in which unit the {column} is; allowed: a header "
            'such as "x [um]  z [nm]" in the file, or units = { position = "um", height = "nm" } '
            f"in the case ({ACCEPTED})",
        )
    return (case, "case") if case else (file, "header")


def _profile(
    values: Array, table: Table, header: Header, wanted: Wanted, provenance: Provenance
) -> ProfileScan:
    name, notes = provenance.file, list(provenance.notes)
    height_unit, height_by = _unit("height", header, wanted, name)
    said = f"height in {height_unit} ({height_by})"
    height = values[:, -1] * in_um(height_unit)
    if values.shape[1] == 1:
        if wanted.spacing_um is None:
            raise ReadError(
                name, "spacing", "one column, no positions; allowed: spacing, such as '0.5 um'"
            )
        x = np.arange(len(height)) * wanted.spacing_um
    else:
        if wanted.spacing_um is not None:
            raise ReadError(name, "spacing", "the file has positions; allowed: none")
        position_unit, position_by = _unit("position", header, wanted, name)
        said = f"position in {position_unit} ({position_by}), {said}"
        x = values[:, 0] * in_um(position_unit)
        x, height = _ascending(x, height, table.lines, name, notes)
    seen = np.isfinite(x) & np.isfinite(height)
    if not seen.all():
        notes.append(f"{(~seen).sum()} of {len(seen)} points are missing")
    provenance = replace(provenance, units=said, notes=tuple(notes))
    return ProfileScan(x[seen], height[seen], provenance)


def _ascending(
    x: Array, height: Array, lines: Array, name: str, notes: list[str]
) -> tuple[Array, Array]:
    """Positions that ascend: a retrace is turned round, equal positions are averaged."""
    known = np.isfinite(x)
    if not known.all():
        notes.append(f"{(~known).sum()} rows without a position were left out")
        x, height, lines = x[known], height[known], lines[known]
    steps = np.diff(x)
    if len(steps) and np.median(steps) < 0:
        x, height, lines, steps = x[::-1], height[::-1], lines[::-1], -steps[::-1]
        notes.append("positions descend: the profile was turned round")
    back = np.flatnonzero(steps < 0)
    if len(back):
        at = back[0]
        raise ReadError(
            name,
            f"line {max(lines[at], lines[at + 1])}",
            f"position turns back, from {x[at]:g} to {x[at + 1]:g} um; allowed: positions that "
            "only ascend or only descend (one trace, not trace and retrace)",
        )
    first = np.append(True, steps > 0)
    if not first.all():
        number = np.cumsum(first) - 1
        finite = np.isfinite(height)
        total = np.bincount(number, np.where(finite, height, 0.0))
        count = np.bincount(number, finite)
        with np.errstate(invalid="ignore"):
            height = total / count
        x = x[first]
        notes.append(f"positions written more than once were averaged: {(~first).sum()} rows")
    return x, height


def _matrix(values: Array, header: Header, wanted: Wanted, provenance: Provenance) -> MapScan:
    """Heights of a map, row by row."""
    name = provenance.file
    unit, by = _unit("height", header, wanted, name)
    rows, columns = values.shape
    if wanted.spacing_um is not None:
        spacing, said = (wanted.spacing_um, wanted.spacing_um), "case"
        _require_size(values.shape, wanted.spacing_um, header, name)
    elif header.width_um is not None:
        length = header.length_um or header.width_um * rows / columns
        spacing, said = (header.width_um / columns, length / rows), "header"
    else:
        raise ReadError(
            name,
            "spacing",
            f"a map of {rows} x {columns} heights without its size; allowed: a header line such "
            "as 'Width: 20 um', or spacing = '0.1 um' in the case",
        )
    if _labelled(values):
        raise ReadError(
            name,
            "",
            "the first row and the first column are positions; allowed: heights only, without them",
        )
    notes = provenance.notes
    missing = ~np.isfinite(values)
    if missing.any():
        notes += (f"{missing.sum()} of {values.size} points are missing",)
    units = f"height in {unit} ({by}), spacing {spacing[0]:.6g} um ({said})"
    # the first row of a picture is its top, y counts upwards
    height = values[::-1] * in_um(unit)
    return MapScan(spacing, height, replace(provenance, units=units, notes=notes))


def _require_size(shape: tuple[int, ...], spacing_um: float, header: Header, name: str) -> None:
    """Refuses a spacing that the size in the header contradicts, counted either way."""
    for size, count in ((header.width_um, shape[1]), (header.length_um, shape[0])):
        between = (spacing_um * (count - 1), spacing_um * count)
        if size is not None and not between[0] * 0.99 <= size <= between[1] * 1.01:
            raise ReadError(
                name,
                "spacing",
                f"the case says {spacing_um:g} um, by the header of the file it is "
                f"{size / count:.4g} um; allowed: one of the two",
            )


def _labelled(values: Array) -> bool:
    """Whether a map has its positions as first row and first column, with an empty corner."""
    if np.isfinite(values[0, 0]):
        return False
    return all(
        np.isfinite(axis).all() and (np.diff(axis) > 0).all()
        for axis in (values[0, 1:], values[1:, 0])
    )


def _grid(
    values: Array, header: Header, wanted: Wanted, provenance: Provenance
) -> ProfileScan | MapScan:
    """A map written as one row x, y, height per point."""
    name = provenance.file
    unit, by = _unit("height", header, wanted, name)
    known = np.isfinite(values[:, 0]) & np.isfinite(values[:, 1])
    x, y, z = values[known].T
    if wanted.spacing_um is not None:
        if (x != np.rint(x)).any() or (y != np.rint(y)).any():
            raise ReadError(name, "spacing", "the file has positions; allowed: none")
        factor, said = wanted.spacing_um, f"spacing {wanted.spacing_um:g} um (case)"
    else:
        position, position_by = _unit("position", header, wanted, name)
        factor, said = in_um(position), f"position in {position} ({position_by})"
    z = z * in_um(unit)
    provenance = replace(provenance, units=f"{said}, height in {unit} ({by})")
    if len(np.unique(y)) == 1:
        order = np.argsort(x, kind="stable")
        seen = order[np.isfinite(z[order])]
        if (np.diff(x[seen]) <= 0).any():
            raise ReadError(name, "x", "positions are written more than once; allowed: once each")
        return ProfileScan(x[seen] * factor, z[seen], provenance)
    columns, across = _axis(x, "x", name)
    rows, along = _axis(y, "y", name)
    if across * along > LARGEST_MAP_POINTS:
        raise ReadError(name, "", f"a map of {along} x {across} points is too large")
    height = np.full((along, across), np.nan)
    counts = np.zeros((along, across), dtype=int)
    row, column = np.rint(rows[0]).astype(int), np.rint(columns[0]).astype(int)
    np.add.at(counts, (row, column), 1)
    if (counts > 1).any():
        raise ReadError(name, "", "a map with two heights at one place; allowed: one each")
    height[row, column] = z
    missing = ~np.isfinite(height)
    if missing.any():
        text = f"{missing.sum()} of {height.size} points are missing"
        provenance = replace(provenance, notes=(*provenance.notes, text))
    return MapScan((columns[1] * factor, rows[1] * factor), height, provenance)


def _axis(values: Array, axis: str, name: str) -> tuple[tuple[Array, float], int]:
    """Where each value lies on a regular axis, with its spacing, and how many places it has."""
    places = np.unique(values)
    gaps = np.diff(places)
    gaps = gaps[gaps > 1e-3 * np.median(gaps)] if len(gaps) else gaps
    spacing = float(np.median(gaps)) if len(gaps) else 0.0
    index = (values - places[0]) / spacing if spacing > 0 else values
    if spacing <= 0 or np.abs(index - np.rint(index)).max() > _OFF_GRID:
        raise ReadError(
            name,
            axis,
            f"positions along {axis} lie on no regular grid; allowed: x, y and height on one, or "
            "columns = [1, 3] or [2, 3] for position and height of a profile along x or y",
        )
    count = int(np.rint(index).max()) + 1
    # the spacing from end to end is exact where the exporter rounded positions
    return (index, float(places[-1] - places[0]) / (count - 1)), count
