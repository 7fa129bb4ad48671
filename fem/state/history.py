"""The history of a run: what each of its holders has declared, kept and carried as one.

A history variable is declared once, by whoever holds it, as a
`napress.fem.history_field.HistoryField`. Everything that happens to history happens here, to
all of it alike: it is kept before something is tried and taken back, saved and restored, and
carried to the new points when the sodium's nodes are moved.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from napress.fem.coupled.system import CoupledSystem
from napress.fem.coupled.unknowns import Evaluation, Linearised
from napress.fem.history_field import (
    BY_HOLDER,
    CELLS,
    FACE,
    INTERPOLATED,
    NEAREST,
    Array,
    HistoryField,
    as_rows,
    copied,
)
from napress.fem.inputs.load_program import ByDisplacement

HOW = {INTERPOLATED: lambda *of: interpolate(*of), NEAREST: lambda *of: nearest(*of)}


@dataclass(frozen=True)
class Departure:
    """History on its way to moved nodes; of all ranks, on every rank.

    Attributes:
        points: Where the points of each kind were, (points, coordinates), µm.
        values: What is carried, by field, (points, columns).
    """

    points: dict[str, Array]
    values: dict[str, Array]


class History:
    """All history variables of one coupled system.

    Attributes:
        fields: What the holders declare.
    """

    def __init__(self, system: CoupledSystem) -> None:
        self._system = system
        self.fields: tuple[HistoryField, ...] = system.history
        names = [field.name for field in self.fields]
        if len(set(names)) < len(names):
            raise ValueError(f"two history fields of one name: {sorted(names)}")

    def keep(self) -> dict[str, Array]:
        """A copy of everything, by name."""
        return copied(self.fields)

    def restore(self, kept: dict[str, Array]) -> None:
        """Takes back what ``keep`` gave, or the same from a checkpoint.

        Raises:
            KeyError: If a field is missing; nothing is changed then.
        """
        values = [kept[field.name] for field in self.fields]
        for field, value in zip(self.fields, values, strict=True):
            field.write(value)
        self._system.laws.refresh()

    def evaluate(self, moment: Linearised) -> Evaluation:
        """Sets the system to a moment that was kept, and evaluates it there. Collective."""
        self.restore(moment.history)
        sodium = self._system.sodium
        sodium.plastic.freeze_directions(*moment.directions)
        platen = ByDisplacement(-sodium.platen_value(moment.state.sodium))
        return self._system.evaluate(moment.state, platen)

    def factor_again(self, moment: Linearised) -> None:
        """Builds the tangent of an earlier moment anew; the history stays as it is. Collective.

        Raises:
            SingularSystem: If it cannot be factored.
        """
        kept = self.keep()
        self._system.factor(self.evaluate(moment))
        self.restore(kept)

    # --- nodes that are moved --------------------------------------------------

    def leave(self) -> Departure:
        """Takes the history off the present points, before nodes move. Collective.

        The system must hold the committed state.
        """
        values = {}
        for field in self._carried():
            rows = (field.leave or field.read)()
            values[field.name] = self.everywhere(as_rows(rows, field.kind))
        points = {kind: self.everywhere(self._points(kind)) for kind in (CELLS, FACE)}
        return Departure(points, values)

    def arrive(self, departed: Departure) -> None:
        """Sets the history at the points where they are now.

        What a holder carries itself is left to it.
        """
        for kind in (CELLS, FACE):
            now = self._points(kind)
            for how, carry in HOW.items():
                fields = [f for f in self._carried() if (f.kind, f.carried) == (kind, how)]
                if not fields:
                    continue
                # Together: the triangulation of the old points is the expensive part.
                columns = [departed.values[field.name] for field in fields]
                carried = carry(departed.points[kind], np.column_stack(columns), now)
                ends = np.cumsum([column.shape[1] for column in columns])[:-1]
                for field, rows in zip(fields, np.split(carried, ends, axis=1), strict=True):
                    (field.arrive or field.write)(rows.reshape(field.read().shape))
        self._system.laws.refresh()

    def everywhere(self, rows: Array) -> Array:
        """Rows of all ranks, on every rank."""
        return np.concatenate(self._system.sodium.comm.allgather(rows))

    def _carried(self) -> list[HistoryField]:
        return [field for field in self.fields if field.carried != BY_HOLDER]

    def _points(self, kind: str) -> Array:
        sodium = self._system.sodium
        if kind == CELLS:
            return sodium.plastic.position().reshape(-1, sodium.dimension)
        return sodium.surface().position[:, :-1]


def nearest(points: Array, values: Array, wanted: Array) -> Array:
    """Values of the nearest points, (n, k) at (n, d) to (m, k) at (m, d)."""
    return values[cKDTree(points).query(wanted)[1]]


def interpolate(points: Array, values: Array, wanted: Array) -> Array:
    """Linear interpolation of scattered values, (n, k) at (n, d) to (m, k) at (m, d).

    Outside the hull of the points the nearest one counts.
    """
    from scipy.interpolate import LinearNDInterpolator, NearestNDInterpolator

    if points.shape[1] == 1:
        order = np.argsort(points[:, 0], kind="stable")
        line, sorted_values = points[order, 0], values[order]
        columns = [np.interp(wanted[:, 0], line, column) for column in sorted_values.T]
        return np.column_stack(columns)
    result = LinearNDInterpolator(points, values)(wanted)
    outside = np.isnan(result).any(axis=1)
    if outside.any():
        result[outside] = NearestNDInterpolator(points, values)(wanted[outside])
    return result
