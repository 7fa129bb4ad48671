"""Reads the files of instruments through SurfaceTopography, an optional package."""

from __future__ import annotations

import contextlib
import importlib.metadata
import io
import logging
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from napress.meshes.readers.lengths import ACCEPTED, in_um, spelled
from napress.meshes.readers.scan import MapScan, ProfileScan, Provenance, ReadError, Wanted

PACKAGE = "SurfaceTopography"
EXTRA = "pip install 'napress[instruments]'"


def read_instrument(path: Path, wanted: Wanted, provenance: Provenance) -> ProfileScan | MapScan:
    """Returns a channel of an instrument file.

    Args:
        path: The file.
        wanted: Channel and units.
        provenance: Name and hash of the file.

    Raises:
        ReadError: If the package is missing, does not know the format, the channel is
            not there, or the file names no unit of length.
    """
    name = provenance.file
    try:
        from SurfaceTopography.IO import open_topography
    except ImportError:
        raise ReadError(
            name, "", f"cannot be read (not a text file); for files of instruments: {EXTRA}"
        ) from None
    try:
        with _silence(), open_topography(str(path)) as reader:
            channel = _channel(reader.channels, wanted.channel, name)
            topography = reader.topography(channel_index=channel.index)
            scan = _scan(topography, channel, wanted, provenance)
    except ReadError:
        raise
    except Exception as error:  # forty readers, each failing in its own way
        reason = f"and {PACKAGE} says: {' '.join(str(error).split())[:120]}"
        if not str(error):
            reason = f"and {PACKAGE} stops with {type(error).__name__}"
        if type(error).__name__ == "CannotDetectFileFormat":
            reason = f"and of no format that {PACKAGE} knows"
        raise ReadError(name, "", f"cannot be read (not a text file, {reason})") from None
    return scan


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Hides what readers print, log and warn of; of a damaged file that can be megabytes."""
    nowhere, before = io.StringIO(), logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with (
            warnings.catch_warnings(),
            contextlib.redirect_stdout(nowhere),
            contextlib.redirect_stderr(nowhere),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


def _channel(channels: list[Any], wanted: str | int | None, name: str) -> Any:
    names = [channel.name for channel in channels]
    listed = ", ".join(f"{i} {n!r}" for i, n in enumerate(names, start=1))
    if wanted is None:
        if len(channels) > 1:
            raise ReadError(name, "channel", f"several channels; allowed: {listed}")
        return channels[0]
    if isinstance(wanted, int) and 1 <= wanted <= len(channels):
        return channels[wanted - 1]
    if names.count(wanted) == 1:
        return channels[names.index(wanted)]
    raise ReadError(name, "channel", f"{wanted!r} is not one of them; allowed: {listed}")


def _scan(
    topography: Any, channel: Any, wanted: Wanted, provenance: Provenance
) -> ProfileScan | MapScan:
    name = provenance.file
    unit, said = _unit(topography.unit, wanted, name)
    factor = in_um(unit)
    height = np.ma.filled(np.ma.asarray(topography.heights(), dtype=float), np.nan) * factor
    info = {**getattr(channel, "info", {}), **getattr(topography, "info", {})}
    notes = []
    if not np.isfinite(height).all():
        notes.append(f"{(~np.isfinite(height)).sum()} of {height.size} points are missing")
    provenance = replace(
        provenance,
        reader=f"{PACKAGE} {importlib.metadata.version(PACKAGE)}, {channel.name}",
        units=f"position and height in {unit} ({said})",
        instrument=_instrument(info.get("instrument")),
        date=str(info.get("acquisition_time") or ""),
        notes=tuple(notes),
    )
    if topography.physical_sizes is None:
        raise ReadError(name, "", "the file does not say how large the scan is")
    if topography.dim == 1:
        x = np.asarray(topography.positions(), dtype=float).ravel() * factor
        seen = np.isfinite(height)
        return ProfileScan(x[seen] - x[0], height[seen], provenance)
    size = np.array(topography.physical_sizes, dtype=float) * factor
    spacing = tuple(float(s) for s in size / np.array(height.shape))
    # its first index runs along x
    return MapScan(spacing, np.ascontiguousarray(height.T), provenance)


def _unit(of_file: str | None, wanted: Wanted, name: str) -> tuple[str, str]:
    """The one unit of positions and heights; SurfaceTopography converts both to it."""
    case = {unit for unit in (wanted.position_unit, wanted.height_unit) if unit}
    found = spelled(of_file) if of_file else None
    if of_file and found is None:
        raise ReadError(
            name, "", f"heights in {of_file!r}, which is no length; allowed: {ACCEPTED}"
        )
    if found is None:
        if len(case) != 1:
            raise ReadError(
                name,
                "units",
                'the file names no unit; allowed: units = { position = "um", height = "um" } in '
                f"the case, both alike ({ACCEPTED})",
            )
        return case.pop(), "case"
    for column in ("position", "height"):
        said = getattr(wanted, f"{column}_unit")
        if said and said != found:
            raise ReadError(
                name,
                f"units.{column}",
                f"the case says {said}, the file {found}; allowed: no units, the file has them",
            )
    return found, "file"


def _instrument(info: Any) -> str:
    if not info:
        return ""
    if isinstance(info, dict):
        return ", ".join(str(value) for value in (info.get("name"), info.get("vendor")) if value)
    return str(info)
