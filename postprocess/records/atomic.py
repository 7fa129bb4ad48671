"""Files that are either the old one or the new one, whatever kills the writer."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

TEMPORARY_PREFIX = ".writing-"


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a path to write aside; on success it takes the place of ``path``.

    The name keeps its suffix, because some writers choose the format by it. The
    data reaches the disk before the rename, so a power cut leaves no empty file.

    Args:
        path: File to be replaced or made.

    Yields:
        Path in the same folder to write to.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f"{TEMPORARY_PREFIX}{os.getpid()}-{path.name}")
    try:
        yield aside
        with aside.open("rb") as handle:
            os.fsync(handle.fileno())
        os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Replace a text file atomically (UTF-8, line ends as given)."""
    with replacing(path) as aside:
        aside.write_text(text, encoding="utf-8", newline="")


def write_json(path: Path, data: Any) -> None:
    """Replace a JSON file atomically; NaN and infinity, which JSON lacks, become null."""
    write_text(path, json.dumps(plain(data), indent=2, allow_nan=False) + "\n")


def plain(data: Any) -> Any:
    """Turn numpy scalars and arrays, tuples and non-finite numbers into JSON values."""
    if isinstance(data, dict):
        return {str(key): plain(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [plain(value) for value in data]
    if isinstance(data, np.ndarray):
        return plain(data.tolist())
    if isinstance(data, np.generic):
        return plain(data.item())
    if isinstance(data, float) and not math.isfinite(data):
        return None
    if isinstance(data, Path):
        return str(data)
    return data


def remove_unfinished(folder: Path) -> None:
    """Delete what a killed writer left aside in ``folder``."""
    for leftover in Path(folder).glob(f"{TEMPORARY_PREFIX}*"):
        leftover.unlink(missing_ok=True)


def remove_leftovers(path: Path) -> None:
    """Delete what a writer of ``path`` that was killed left aside; a living one keeps its own."""
    path = Path(path)
    for leftover in path.parent.glob(f"{TEMPORARY_PREFIX}*-{path.name}"):
        writer = leftover.name.removeprefix(TEMPORARY_PREFIX).partition("-")[0]
        if not (writer.isdigit() and _is_alive(int(writer))):
            leftover.unlink(missing_ok=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
