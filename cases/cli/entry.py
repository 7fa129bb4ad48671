"""What a command does before it begins: signals, the cache of forms, the kind of a run."""

from __future__ import annotations

import contextlib
import gc
import importlib
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from napress.cases.cli.output import complain
from napress.cases.errors import Terminated
from napress.cases.machine.parallel import is_launched

_NAMES = ("SIGTERM", "SIGHUP")


@contextlib.contextmanager
def ending_in_good_order() -> Iterator[None]:
    """Lets a scheduler's limit (SIGTERM) and a lost login (SIGHUP) end a command as Ctrl-C does.

    Raises:
        Terminated: In the block, when one of these signals comes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
    old = {number: signal.getsignal(number) for number in numbers}
    # Under nohup a lost login is to be ignored.
    heard = [number for number in numbers if old[number] == signal.SIG_DFL]

    def end(number: int, frame: Any) -> None:
        for one in heard:
            # Once is enough: what has to be written down must not be cut short.
            signal.signal(one, signal.SIG_IGN)
        raise Terminated(f"ended by {signal.Signals(number).name}")

    for number in heard:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number in heard:
            signal.signal(number, old[number])


@contextlib.contextmanager
def loading() -> Iterator[None]:
    """Lets what is imported in the block stay for good, unseen by the garbage collector.

    Modules make a million objects that are never garbage; looking through them again and again
    takes an eighth of a start.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def use_writable_cache() -> None:
    """Before DOLFINx is imported: says it once if compiled forms cannot be kept as usual."""
    from napress.cases.machine import compiling

    if text := compiling.use_writable_cache():
        complain(f"warning: {text}")


def start_ranks() -> None:
    """Under a launcher, starts MPI before anything can fail.

    A rank that ended before would leave the others waiting in the start of MPI for ever.
    """
    if is_launched():
        use_writable_cache()
        importlib.import_module("napress.meshes.backend")


def is_pellet(folder: Path) -> bool:
    """Whether the run in a folder is one of a pellet.

    Raises:
        CaseError: If its case cannot be read.
    """
    from napress.cases.runs.folder import CASE_FILE
    from napress.cases.schema.load import is_pellet_case
    from napress.cases.values.toml import read_toml

    return is_pellet_case(read_toml(folder / CASE_FILE))
