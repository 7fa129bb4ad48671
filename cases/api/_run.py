"""A run in Python: its history as a table, its fields as arrays, its figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from napress._case import Case, load
from napress.cases.errors import CaseError, RunFolderError
from napress.cases.runs import folder as run_folder
from napress.cases.values.fields import did_you_mean
from napress.postprocess.records import columns
from napress.postprocess.records.fields import field_index, read_body
from napress.postprocess.records.history import read_history
from napress.postprocess.records.profiles import as_cloud, profile_steps, read_profile
from napress.postprocess.records.recorder import FIELDS, HISTORY, PROFILES

if TYPE_CHECKING:
    from napress.postprocess.figures.style import Figure
    from napress.postprocess.records.fields import UnstructuredGrid
    from napress.postprocess.records.profiles import PolyData

Array = NDArray[np.float64]
# A target is met to the tolerance of the solver, and is written with all its digits.
SAME_PLACE = 0.01


@dataclass(frozen=True)
class Body:
    """Sodium or ceramic at one step, on its mesh before pressing.

    Attributes:
        points_um: Nodes, (nodes, 3); z = 0 in 2-D.
        cells: Node numbers of each cell in VTK's order, (cells, nodes per cell).
        point_data: Fields by name, (nodes,) or (nodes, 3): ``displacement_um``, and of the
            sodium ``gap_um`` and ``contact_pressure_MPa``, NaN off the contact.
        cell_data: Fields by name, (cells,) or (cells, 6): ``stress_MPa`` in the order xx, yy,
            zz, xy, yz, xz (tension positive), ``max_shear_MPa`` and others.
    """

    points_um: Array
    cells: NDArray[np.int64]
    point_data: Mapping[str, Array]
    cell_data: Mapping[str, Array]
    _grid: Any

    def __getitem__(self, name: str) -> Array:
        """Returns a field of nodes or cells by name.

        Raises:
            KeyError: If there is none of that name; the nearest is named.
        """
        for data in (self.point_data, self.cell_data):
            if name in data:
                return data[name]
        known = [*self.point_data, *self.cell_data]
        raise KeyError(f"{name}: {did_you_mean(name, known)}allowed: {', '.join(known)}")

    def to_pyvista(self, deformed: bool = False) -> UnstructuredGrid:
        """Returns the body as a PyVista grid with all its fields.

        Args:
            deformed: Nodes where they are at this step, instead of before pressing.
        """
        grid: UnstructuredGrid = self._grid.copy()
        if deformed:
            grid.points = grid.points + np.asarray(grid.point_data["displacement_um"])
        return grid


@dataclass(frozen=True)
class Interface:
    """The interface at one step, sampled where contact is computed.

    Attributes:
        position_um: Sodium surface, (points, dimension), by increasing x in 2-D.
        gap_um: Height of the sodium above the deformed ceramic, (points,).
        contact_pressure_MPa: Compression positive, (points,).
        ceramic_height_um: Height of the deformed ceramic, (points,).
    """

    position_um: Array
    gap_um: Array
    contact_pressure_MPa: Array
    ceramic_height_um: Array

    def to_pyvista(self) -> PolyData:
        """Returns the interface as a PyVista cloud of points with its fields."""
        return as_cloud(self.position_um, self.gap_um, self.contact_pressure_MPa)


class State:
    """Interface and bodies of a run at one step; arrays are read when they are asked for.

    Attributes:
        step: Accepted step.
        row: Its row of the history.
    """

    def __init__(self, run: Run, row: pd.Series) -> None:
        # Held on to, because the folder of a run in memory goes with it.
        self._run = run
        self._folder = run._folder
        self.row = row
        self.step = int(row["step"])

    @property
    def pressure_MPa(self) -> float:
        """Mean pressure."""
        return float(self.row["pressure_MPa"])

    @property
    def time_s(self) -> float:
        """Time since first touch; 0 while the program has none."""
        return float(self.row["time_s"])

    @property
    def interface(self) -> Interface:
        """The interface; it is kept at every step."""
        profile = read_profile(self._folder / PROFILES, self.step)
        return Interface(
            profile.position_um,
            profile.gap_um,
            profile.contact_pressure_MPa,
            profile.ceramic_height_um,
        )

    @property
    def sodium(self) -> Body:
        """The sodium.

        Raises:
            RunFolderError: If the fields of this step were not kept.
        """
        return self._body("sodium")

    @property
    def ceramic(self) -> Body:
        """The ceramic; see `sodium`."""
        return self._body("ceramic")

    def _body(self, name: str) -> Body:
        kept = [entry["step"] for entry in field_index(self._folder / FIELDS)]
        if self.step not in kept:
            raise RunFolderError(
                f"step {self.step}: its fields were not kept; allowed: steps "
                f"{', '.join(map(str, kept)) or '(none)'}, or a case with output.fields = 'all'"
            )
        grid = read_body(self._folder / FIELDS, name, self.step)
        cells = grid.cells_dict[grid.celltypes[0]]
        return Body(
            np.asarray(grid.points, dtype=float),
            np.asarray(cells, dtype=np.int64),
            {key: np.asarray(grid.point_data[key], dtype=float) for key in grid.point_data},
            {key: np.asarray(grid.cell_data[key], dtype=float) for key in grid.cell_data},
            grid,
        )

    def __repr__(self) -> str:
        return f"<State at step {self.step}: {self.pressure_MPa:.4g} MPa>"


class Folder:
    """What a run of the interface and one of a pellet have in common: a run folder."""

    def __init__(self, folder: str | Path) -> None:
        self._folder = run_folder.require_run_folder(Path(folder))
        # Then its folder goes when the run does.
        self._in_memory = False

    @property
    def folder(self) -> Path | None:
        """Where its files are; None for a run that was kept in memory."""
        return None if self._in_memory else self._folder

    @property
    def state(self) -> str:
        """``finished``, ``failed`` (ended early, results kept), ``interrupted`` or ``running``."""
        return run_folder.read_status(self._folder).state

    @property
    def reason(self) -> str:
        """Why it ended early; empty if it did not."""
        return run_folder.read_status(self._folder).reason

    @property
    def summary(self) -> dict[str, Any]:
        """What the run came to: last values, verdicts, estimates, cost.

        Raises:
            RunFolderError: If the run has not come to its end.
        """
        return run_folder.read_json(self._folder / run_folder.SUMMARY_FILE)

    @property
    def figures(self) -> list[str]:
        """Names that `plot` takes."""
        return list(self._drawings())

    def plot(self, name: str) -> Figure:
        """Draws a figure of the report.

        Args:
            name: One of `figures`, such as ``contact_and_void``.

        Returns:
            A matplotlib figure, shown by a notebook, saved by its ``savefig``.

        Raises:
            CaseError: If there is no figure of that name.
            RunFolderError: If what it is drawn from was not kept.
        """
        from napress.postprocess.figures.style import styled

        found = self._drawings()
        if name not in found:
            hint = did_you_mean(name, found)
            raise CaseError("plot", "name", f"{name}; {hint}allowed: {', '.join(found)}")
        try:
            return styled(found[name])
        except ValueError as error:
            raise RunFolderError(str(error)) from error

    def _drawings(self) -> Mapping[str, Any]:
        raise NotImplementedError


class Run(Folder):
    """A run of the interface, finished or not, in its folder.

    Args:
        folder: Run folder, made by `run` or by the command ``napress run``.

    Raises:
        RunFolderError: If there is no run in it, or it is damaged.
    """

    def __init__(self, folder: str | Path) -> None:
        super().__init__(folder)
        self._case: Case | None = None

    @classmethod
    def _of(cls, case: Case, folder: Path, in_memory: bool = False) -> Run:
        run = cls(folder)
        run._case, run._in_memory = case, in_memory
        return run

    @property
    def case(self) -> Case:
        """The case it ran."""
        if self._case is None:
            self._case = load(self._folder / run_folder.CASE_FILE)
        return self._case

    @property
    def history(self) -> pd.DataFrame:
        """One row per accepted step, the unit at the end of every column's name.

        ``history.attrs["columns"]`` has unit, label and meaning of each column.

        Raises:
            RunFolderError: If there is no step yet, or the file is damaged.
        """
        try:
            table = read_history(self._folder / HISTORY)
        except ValueError as error:
            raise RunFolderError(str(error)) from error
        table.attrs["columns"] = column_table(table, HISTORY)
        return table

    def at(
        self,
        *,
        pressure_MPa: float | None = None,
        step: int | None = None,
        time_s: float | None = None,
    ) -> State:
        """Returns the state at a step of the run.

        Args:
            pressure_MPa: Of the step, to 1 %; of several the last one, fields kept preferred.
            step: Its number.
            time_s: Since first touch, to 1 %.

        Raises:
            CaseError: If there is no such step, or not exactly one argument is given.
        """
        asked = {"pressure_MPa": pressure_MPa, "step": step, "time_s": time_s}
        given = {name: value for name, value in asked.items() if value is not None}
        if len(given) != 1:
            raise CaseError("at", "", "allowed: one of pressure_MPa, step and time_s")
        (name, value), table = next(iter(given.items())), self.history
        tolerance = 0.0 if name == "step" else SAME_PLACE * max(abs(float(value)), 1e-9)
        near = table[(table[name] - value).abs() <= tolerance]
        near = near[near["step"].isin(profile_steps(self._folder / PROFILES))]
        if near.empty:
            targets = table[table["is_target"] == 1]
            known = ", ".join(f"{at:.4g}" for at in dict.fromkeys(targets[name]))
            raise CaseError("at", name, f"{value:g}: no step there; allowed: {known or 'none yet'}")
        kept = [entry["step"] for entry in field_index(self._folder / FIELDS)]
        with_fields = near[near["step"].isin(kept)]
        return State(self, (near if with_fields.empty else with_fields).iloc[-1])

    def _drawings(self) -> Mapping[str, Any]:
        from napress.cases.model.fracture import fracture_settings
        from napress.postprocess.figures.fracture import draw_fracture
        from napress.postprocess.figures.run import drawings

        try:
            found = drawings(self._folder)
        except ValueError as error:
            raise RunFolderError(str(error)) from error
        history = self.history
        if "flaw_probability" in history:
            settings = fracture_settings(self.case.model)
            found["fracture"] = lambda: draw_fracture(history, settings)
        return found

    def __repr__(self) -> str:
        return f"<Run of {self.case.title!r}: {self.state}>"


def column_table(names: Any, file: str) -> dict[str, dict[str, str]]:
    """Returns unit, label and meaning of each column of a table, as plain texts."""
    found = {}
    for name in names:
        one = columns.column(name, file)
        found[name] = {"unit": one.unit_symbol, "label": one.label, "meaning": one.meaning}
    return found
