"""An observer adds columns to the history of a run; measures, resistance and fracture are some.

The smallest is an object with ``columns``, which is all that a user's own quantity needs::

    class WidestGap:
        def columns(self, snapshot):
            return {"widest_gap_um": float(snapshot.interface.gap_um.max())}

A column's name ends in its unit (:mod:`napress.postprocess.records.units`); one without is
a pure number. Observers live on rank 0, where snapshots are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from napress.fem.snapshot import Array, Snapshot

if TYPE_CHECKING:
    import pandas as pd

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


class Observer(Protocol):
    """What a recorder asks of an observer; all but ``columns`` may be missing."""

    def columns(self, snapshot: Snapshot) -> Mapping[str, float]:
        """Columns of an accepted step; NaN where there is nothing to say."""

    def cell_fields(self, snapshot: Snapshot) -> Mapping[str, Array]:
        """Fields of the ceramic's cells to keep for ParaView, (cells,) each."""

    def truncate(self, last_step: int) -> None:
        """Forget what was kept of later steps, before a run is resumed; -1 forgets all."""

    def restore(self, history: pd.DataFrame) -> None:
        """Take up again what depends on earlier steps, before a run is resumed."""

    def summary(self, history: pd.DataFrame) -> Mapping[str, Any]:
        """Entries of ``summary.json``, from the history of the whole run."""


class ObserverError(ValueError):
    """An observer failed, or gave what is no column."""


def asked(observer: Any, what: str, argument: Any) -> dict[str, Any]:
    """What a method of an observer gives; empty if it has no such method.

    Args:
        observer: The observer.
        what: A method of :class:`Observer`.
        argument: Of the method.

    Raises:
        ObserverError: With name and cause, if it raises or gives no mapping.
        OSError: If the disk is full.
    """
    method = getattr(observer, what, None)
    if method is None:
        return {}
    name = f"observer {type(observer).__name__}: {what}"
    try:
        given = method(argument)
    except (OSError, MemoryError):
        raise
    except Exception as error:  # whatever a user's own code raises is one line
        raise ObserverError(f"{name}: {type(error).__name__}: {error}") from error
    if given is None and what in ("truncate", "restore"):
        return {}
    if not isinstance(given, Mapping):
        raise ObserverError(f"{name}: {type(given).__name__}; allowed: a dict of names and values")
    return dict(given)


def joined(row: dict[str, float], observer: Any, snapshot: Snapshot) -> dict[str, float]:
    """A row with the columns of one more observer.

    Args:
        row: Columns so far.
        observer: Asked for more.
        snapshot: The step.

    Raises:
        ObserverError: If a name is none or is taken, or a value is no number.
    """
    more = asked(observer, "columns", snapshot)
    place = f"observer {type(observer).__name__}: column"
    for name, value in more.items():
        if not (isinstance(name, str) and _NAME.fullmatch(name)):
            raise ObserverError(f"{place} {name!r}: allowed are letters, digits and underscores")
        if name in row:
            raise ObserverError(f"{place} {name!r}: there is one of that name already")
        try:
            more[name] = value if isinstance(value, int) else float(value)
        except (TypeError, ValueError):
            raise ObserverError(f"{place} {name!r}: {value!r}; allowed: a number") from None
    return row | more
