"""Reads a surface from a file: text by our own reader, instrument files by SurfaceTopography."""

from __future__ import annotations

import os
from pathlib import Path

from napress.meshes.readers.encoding import LARGEST_TEXT_BYTES, decoded, read_content
from napress.meshes.readers.lengths import ACCEPTED, spelled
from napress.meshes.readers.scan import MapScan, ProfileScan, Provenance, ReadError, Wanted
from napress.meshes.readers.text import read_text


def read_scan(
    path: str | os.PathLike[str], wanted: Wanted | None = None, name: str = ""
) -> ProfileScan | MapScan:
    """Reads a profile or a map, in µm.

    Args:
        path: The file.
        wanted: What is known about it; a file of text must name its units itself or
            have them here.
        name: Of the file in messages; by default its own.

    Returns:
        The points as measured, neither levelled nor bridged.

    Raises:
        ReadError: One line naming the file and what is wrong.
    """
    path = Path(path)
    name = name or path.name
    wanted = _checked(wanted or Wanted(), name)
    content, digest = read_content(path, name)
    provenance = Provenance(file=name, sha256=digest)
    found = decoded(content[: LARGEST_TEXT_BYTES + 1])
    if found is None and not content.strip(b"\0"):
        raise ReadError(name, "", "cannot be read (nothing but zero bytes); allowed: a surface")
    if found is None:
        from napress.meshes.readers.instrument import read_instrument

        scan = read_instrument(path, wanted, provenance)
    elif len(content) > LARGEST_TEXT_BYTES:
        allowed = f"at most {LARGEST_TEXT_BYTES // 1_000_000} MB of text"
        raise ReadError(name, "", f"is too large; allowed: {allowed}")
    else:
        text, encoding = found
        notes = () if encoding == "utf-8" else (f"read as {encoding}",)
        provenance = Provenance(name, digest, "napress, text", notes=notes)
        scan = read_text(text, wanted, provenance)
    return _part(scan, wanted, name)


def read_profile_scan(
    path: str | os.PathLike[str], wanted: Wanted | None = None, name: str = ""
) -> ProfileScan:
    """Reads a profile, or one line of a map; see `read_scan`.

    Raises:
        ReadError: Also if the file is a map and no line is wanted.
    """
    scan = read_scan(path, wanted, name)
    if isinstance(scan, MapScan):
        rows, columns = scan.height_um.shape
        raise ReadError(
            scan.provenance.file,
            "line",
            f"a map of {rows} x {columns} points; allowed: line, from 1 to {rows}, or kind = "
            '"map", or columns for two columns of a table',
        )
    return scan


def _checked(wanted: Wanted, name: str) -> Wanted:
    units = {}
    for column in ("position", "height"):
        unit = getattr(wanted, f"{column}_unit")
        units[f"{column}_unit"] = spelled(unit) if unit is not None else None
        if unit is not None and units[f"{column}_unit"] is None:
            raise ReadError(
                name, f"units.{column}", f"{unit!r} is no unit of length; allowed: {ACCEPTED}"
            )
    return Wanted(**{**vars(wanted), **units})


def _part(scan: ProfileScan | MapScan, wanted: Wanted, name: str) -> ProfileScan | MapScan:
    """The region and the line that were asked for."""
    if not isinstance(scan, MapScan):
        for key in ("line", "region"):
            if getattr(wanted, "line" if key == "line" else "region_um") is not None:
                raise ReadError(name, key, "the file is a profile, not a map; allowed: none")
        return scan
    if wanted.region_um is not None:
        scan = _region(scan, wanted.region_um, name)
    return scan if wanted.line is None else scan.line(wanted.line)


def _region(scan: MapScan, region_um: tuple[float, float, float, float], name: str) -> MapScan:
    left, bottom, right, top = region_um
    rows, columns = scan.height_um.shape
    dx, dy = scan.spacing_um
    width, length = (columns - 1) * dx, (rows - 1) * dy
    slack = 1e-6
    inside = left < right <= width * (1 + slack) and bottom < top <= length * (1 + slack)
    if not inside or min(left, bottom) < 0:
        raise ReadError(
            name,
            "region",
            f"is not on the map; allowed: left < right <= {width:.6g} um and "
            f"bottom < top <= {length:.6g} um",
        )
    across = slice(round(left / dx), round(right / dx) + 1)
    along = slice(round(bottom / dy), round(top / dy) + 1)
    return MapScan(scan.spacing_um, scan.height_um[along, across], scan.provenance)
