"""A whole pellet in Python: its case, and what pressing it came to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from napress._run import SAME_PLACE, Folder, column_table
from napress._written import Written
from napress.cases.errors import CaseError, RunFolderError
from napress.cases.model.pellet import pellet_estimates, pellet_text
from napress.cases.runs import folder as run_folder
from napress.cases.schema.load import check_pellet_case, pellet_case_hash, pellet_resolved_toml
from napress.cases.schema.pellet_case import PelletCase

if TYPE_CHECKING:
    from napress.fem.pellet.press import PelletSnapshot
    from napress.postprocess.figures.style import Figure
    from napress.postprocess.records.fields import UnstructuredGrid


class Pellet(Written):
    """Everything that defines the pressing of a pellet; varied by `with_` like a `Case`.

    Args:
        **tables: The tables of a pellet case file: ``pellet``, ``ceramic``, ``sodium`` and
            ``program`` are due.

    Raises:
        CaseError: One line naming the field and what is allowed; also when the press or the
            die cannot carry the force.

    Examples:
        >>> import napress as na
        >>> pellet = na.Pellet(
        ...     pellet={"diameter": "10 mm", "loading": "isostatic"},
        ...     ceramic={"material": "nzsp", "thickness": "1 mm"},
        ...     sodium={"material": "sodium-wang-2020", "thickness": "100 um"},
        ...     program=[{"pressure": "100 MPa"}],
        ... )
        >>> pellet.with_({"pellet.diameter": "12 mm"}).model.pellet.diameter
        12000.0
    """

    __slots__ = ()
    _described_by = PelletCase

    @classmethod
    def _check(cls, tables: dict[str, Any], file: str, folder: Path) -> PelletCase:
        return check_pellet_case(tables, file, folder)

    @property
    def model(self) -> PelletCase:
        """The checked case with every default in place, lengths in µm, pressures in MPa."""
        model: PelletCase = self._checked
        return model

    @property
    def hash(self) -> str:
        """SHA-256 of the case with all defaults; the title does not count."""
        return pellet_case_hash(self.model)

    @property
    def estimates(self) -> list[str]:
        """Values that are estimates and not sourced, such as ``ceramic.young``."""
        return pellet_estimates(self.model)

    def to_toml(self) -> str:
        """Returns the case file with every default and material written out."""
        return pellet_resolved_toml(self.model)

    def __repr__(self) -> str:
        return f"<Pellet {self.title!r}: {pellet_text(self.model)}>"


def load_pellet(path: str | Path) -> Pellet:
    """Reads the case file of a pellet.

    Args:
        path: TOML file; material files are looked for beside it.

    Raises:
        CaseError: One line naming file, field and what is allowed.
    """
    return Pellet._read(Path(path))


class PelletRun(Folder):
    """A pressed pellet, finished or not, in its folder.

    Args:
        folder: Run folder, made by `run` or by the command ``napress pellet``.

    Raises:
        RunFolderError: If there is no run in it, or it is damaged.
    """

    @cached_property
    def case(self) -> Pellet:
        """The case it ran."""
        return load_pellet(self._folder / run_folder.CASE_FILE)

    @property
    def history(self) -> pd.DataFrame:
        """One row per load reached; units in ``attrs["columns"]``."""
        return self._table("pellet.csv")

    @property
    def interface(self) -> pd.DataFrame:
        """One row per load and vertex of the interface; units in ``attrs["columns"]``."""
        return self._table("pellet_interface.csv")

    def to_pyvista(self, pressure_MPa: float) -> UnstructuredGrid:
        """Returns the pellet and the stress in it as a PyVista grid.

        Args:
            pressure_MPa: Mean pressure of a load that was reached.

        Raises:
            CaseError: If there is no such load.
        """
        from napress.postprocess.records.fields import read_grid

        reached = self.history["pressure_MPa"]
        near = (reached - pressure_MPa).abs() <= SAME_PLACE * pressure_MPa
        if not near.any():
            known = ", ".join(f"{at:.4g}" for at in reached)
            raise CaseError(
                "to_pyvista", "pressure_MPa", f"{pressure_MPa:g}: no load there; allowed: {known}"
            )
        number = int(near.to_numpy().argmax()) + 1
        return read_grid(self._folder / "fields" / f"pellet_{number:06d}.vtu")

    @cached_property
    def _snapshots(self) -> tuple[PelletSnapshot, ...]:
        from napress.cases.runs.pellet_run import loads_reached

        return loads_reached(self._folder).snapshots

    def _drawings(self) -> Mapping[str, Any]:
        from napress.postprocess.figures import pellet

        found: dict[str, Callable[[], Figure]] = {
            "pellet_pressure": lambda: pellet.draw_interface(self._snapshots),
            "pellet_stress": lambda: pellet.draw_stress(self._snapshots[-1]),
        }
        if self.summary.get("model") != "axisymmetric":
            found["pellet_map"] = lambda: pellet.draw_map(self._snapshots[-1])
        return found

    def _table(self, name: str) -> pd.DataFrame:
        path = self._folder / name
        if not path.is_file():
            raise RunFolderError(f"{path}: no load was reached yet")
        table = pd.read_csv(path)
        table.attrs["columns"] = column_table(table, name)
        return table

    def __repr__(self) -> str:
        return f"<PelletRun of {self.case.title!r}: {self.state}>"
