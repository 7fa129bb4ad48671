"""The loads a pellet has reached, kept so that a killed run goes on after the last of them."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

import numpy as np

from napress.fem.pellet.layer_step import LayerState

LARGEST_BYTES = 2**30
_NAMES = [field.name for field in fields(LayerState)]
_NUMBERS = ("mean_MPa", "advance_um", "extruded_um3")


class LoadsError(ValueError):
    """Kept loads cannot be used; the message says why in one line."""


def save_loads(path: Path, states: Sequence[LayerState], key: str) -> None:
    """Writes the loads reached; a kill leaves the old file whole.

    Args:
        path: File to write.
        states: Of the layer, one per load.
        key: Identifies the case.

    Raises:
        OSError: If the file cannot be written.
    """
    arrays = {name: np.stack([np.asarray(getattr(s, name)) for s in states]) for name in _NAMES}
    buffer = io.BytesIO()
    np.savez(buffer, key=np.array(key), **arrays)
    aside = path.with_suffix(".new")
    with open(aside, "wb") as stream:
        stream.write(buffer.getbuffer())
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(aside, path)


def read_loads(path: Path, key: str) -> list[LayerState]:
    """Returns the loads kept by `save_loads`.

    Raises:
        LoadsError: If the file is damaged or belongs to another case.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > LARGEST_BYTES:
                raise LoadsError(f"{path.name}: larger than any pellet")
        with np.load(path) as data:
            found = {name: data[name] for name in ("key", *_NAMES)}
        count = len(found["mean_MPa"])
        if any(len(found[name]) != count or found[name].dtype.kind not in "fb" for name in _NAMES):
            raise LoadsError(f"{path.name}: its loads do not fit each other")
    except (OSError, ValueError, KeyError, EOFError, TypeError, zipfile.BadZipFile) as error:
        if isinstance(error, LoadsError):
            raise
        raise LoadsError(f"{path.name}: not whole ({type(error).__name__})") from error
    if str(found["key"]) != key:
        raise LoadsError(f"{path.name}: of another case")
    if not all(np.isfinite(found[name]).all() for name in _NAMES):
        raise LoadsError(f"{path.name}: holds values that are no numbers")
    return [
        LayerState(
            **{
                name: float(found[name][at]) if name in _NUMBERS else found[name][at]
                for name in _NAMES
            }
        )
        for at in range(count)
    ]
