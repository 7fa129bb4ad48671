"""The kinds of damage that a run folder may suffer: a name, and what does it."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

CHECKPOINT, HISTORY, STATUS = "checkpoint/last.npz", "history.csv", "status.json"
SPENT, MANIFEST, CASE, INDEX = (
    "spent.json",
    "manifest.json",
    "case.resolved.toml",
    "fields/index.json",
)
Damage = Callable[[Path], None]


def missing(pattern: str) -> Damage:
    """The first such file is gone."""
    return lambda run: sorted(run.glob(pattern))[0].unlink(missing_ok=True)


def content(pattern: str, change: Callable[[bytes], bytes]) -> Damage:
    """The first such file holds something else."""

    def hurt(run: Path) -> None:
        path = sorted(run.glob(pattern))[0]
        path.write_bytes(change(path.read_bytes()))

    return hurt


def empty(pattern: str) -> Damage:
    """The first such file is empty."""
    return content(pattern, lambda old: b"")


def cut(pattern: str) -> Damage:
    """The first such file ends in its middle."""
    return content(pattern, lambda old: old[: len(old) // 2])


def garbage(pattern: str) -> Damage:
    """The first such file holds bytes without a meaning."""
    return content(pattern, lambda old: bytes(range(256)) * 8)


def lines(change: Callable[[list[bytes]], list[bytes]]) -> Damage:
    """Lines of the history are changed; the first is its header."""
    return content(HISTORY, lambda old: b"".join(change(old.splitlines(keepends=True))))


def arrays(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Damage:
    """Arrays of the checkpoint are changed."""

    def replace(old: bytes) -> bytes:
        with np.load(io.BytesIO(old)) as data:
            found = {name: data[name] for name in data.files}
        stream = io.BytesIO()
        np.savez(stream, **change(found))
        return stream.getvalue()

    return content(CHECKPOINT, replace)


def header(change: Callable[[dict[str, Any]], Any]) -> Damage:
    """The header of the checkpoint is changed."""

    def replace(found: dict[str, Any]) -> dict[str, Any]:
        old = json.loads(bytes(found["header"]).decode())
        new = json.dumps(change(old)).encode()
        return found | {"header": np.frombuffer(new, dtype=np.uint8)}

    return arrays(replace)


def first(found: dict[str, Any]) -> str:
    """Name of an array of values in the cells."""
    return next(
        name for name in sorted(found) if name.startswith("cells:") and "points" not in name
    )


def bomb(old: bytes) -> bytes:
    """A checkpoint whose array unpacks to far more than any run needs."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("header.npy", "w", force_zip64=True) as entry:
            np.lib.format.write_array_header_1_0(
                entry, {"descr": "|u1", "fortran_order": False, "shape": (2**32,)}
            )
            for _ in range(2**8):
                entry.write(bytes(2**24))
    return stream.getvalue()


def said(name: str, value: Any) -> Damage:
    """A JSON file says something else."""
    return content(name, lambda old: json.dumps(value).encode())


LOCK = {"host": "another-machine", "pid": 1, "started": 0.0}
DAMAGE: dict[str, Damage] = {
    "checkpoint missing": missing(CHECKPOINT),
    "checkpoint empty": empty(CHECKPOINT),
    "checkpoint cut": cut(CHECKPOINT),
    "checkpoint without its last byte": content(CHECKPOINT, lambda old: old[:-1]),
    "checkpoint garbage": garbage(CHECKPOINT),
    "checkpoint of another case": header(lambda old: old | {"key": "0" * 64}),
    "checkpoint of another mesh": arrays(
        lambda old: old | {"nodes:points": old["nodes:points"] + 1}
    ),
    "checkpoint with NaN": arrays(lambda old: old | {first(old): old[first(old)] * np.nan}),
    "checkpoint lacks an array": arrays(
        lambda old: {name: value for name, value in old.items() if name != first(old)}
    ),
    "checkpoint array of another shape": arrays(
        lambda old: old | {first(old): old[first(old)][:, :-1]}
    ),
    "checkpoint header without its numbers": header(lambda old: old | {"committed": {}}),
    "checkpoint of enormous size": content(CHECKPOINT, bomb),
    "history missing": missing(HISTORY),
    "history empty": empty(HISTORY),
    "history has its header only": lines(lambda old: old[:1]),
    "history ends in half a line": content(HISTORY, lambda old: old + old[-60:-30]),
    "history lacks a row": lines(lambda old: old[:3] + old[4:]),
    "history has a row twice": lines(lambda old: [*old[:4], old[3], *old[4:]]),
    "history is cut": lines(lambda old: old[:4]),
    "history has a word for a number": lines(
        lambda old: [*old[:3], old[3].replace(b".", b"x"), *old[4:]]
    ),
    "history has a short row": lines(
        lambda old: [*old[:3], b",".join(old[3].split(b",")[:5]) + b"\n", *old[4:]]
    ),
    "history lacks its header": lines(lambda old: old[1:]),
    "history garbage": garbage(HISTORY),
    "status missing": missing(STATUS),
    "status empty": empty(STATUS),
    "status cut": cut(STATUS),
    "status garbage": garbage(STATUS),
    "status of no known state": said(STATUS, {"state": "pressed"}),
    "status is a list": said(STATUS, []),
    "status says finished": said(STATUS, {"state": "finished"}),
    "cost missing": missing(SPENT),
    "cost empty": empty(SPENT),
    "cost garbage": garbage(SPENT),
    "cost in words": said(SPENT, {"wall_s": "long", "timers_s": []}),
    "manifest missing": missing(MANIFEST),
    "manifest empty": empty(MANIFEST),
    "manifest garbage": garbage(MANIFEST),
    "case missing": missing(CASE),
    "case empty": empty(CASE),
    "case cut": cut(CASE),
    "case garbage": garbage(CASE),
    "index of fields missing": missing(INDEX),
    "index of fields empty": empty(INDEX),
    "index of fields garbage": garbage(INDEX),
    "index of fields of numbers": said(INDEX, [1, 2]),
    "fields missing": missing("fields/sodium_*.vtu"),
    "fields cut": cut("fields/sodium_*.vtu"),
    "interface missing": missing("interface/*.npz"),
    "interface cut": cut("interface/*.npz"),
    "lock garbage": lambda run: (run / "run.lock").write_bytes(b"\xff{"),
    "lock of another machine": lambda run: (run / "run.lock").write_text(json.dumps(LOCK)),
    "half-written files left": lambda run: (run / ".status.json.abc").write_bytes(b"{"),
}
