"""A case of the interface in Python: written with units, checked as a whole, varied by field."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napress.cases.errors import CaseError
from napress.cases.schema.interface_case import Case as CaseModel
from napress.cases.schema.interface_case import assumed_values
from napress.cases.schema.load import case_hash, check_case, resolved_toml
from napress.cases.sweeps.fieldpaths import field_paths, require_field, set_field
from napress.cases.values.toml import read_toml

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

IN_PYTHON = "case"


class Case:
    """Everything that defines a run; it cannot be changed, only varied by `with_`.

    Values are written as in a case file: every dimensional one is a text with its
    unit. A material is the id of a shipped one, a path to a ``.toml`` file, or a table.

    Args:
        **tables: The tables of a case file: ``interface``, ``surface``, ``sodium``,
            ``ceramic`` and ``program`` are due.

    Raises:
        CaseError: One line naming the field and what is allowed.

    Examples:
        >>> import napress as na
        >>> case = na.Case(
        ...     surface=[{"kind": "sinusoid", "amplitude": "0.5 um", "wavelength": "10 um"}],
        ...     interface={"width": "10 um", "elements": 16},
        ...     sodium={"material": "sodium-wang-2020", "thickness": "10 um"},
        ...     ceramic={"material": "nzsp", "thickness": "10 um"},
        ...     program=[{"pressure": "10 MPa"}],
        ... )
        >>> rougher = case.with_({"surface[0].amplitude": "1 um", "ceramic.young": "60 GPa"})
        >>> case.peak_to_valley_um, rougher.peak_to_valley_um
        (1.0, 2.0)
    """

    __slots__ = ("_file", "_folder", "_model", "_written")

    def __init__(self, **tables: Any) -> None:
        self._set(tables, Path(), IN_PYTHON)

    def _set(self, tables: Mapping[str, Any], folder: Path, file: str) -> None:
        self._written: dict[str, Any] = plain(tables)
        self._folder, self._file = folder, file
        self._model = check_case(copy.deepcopy(self._written), file, folder)

    @classmethod
    def _from(cls, tables: Mapping[str, Any], folder: Path, file: str) -> Case:
        case = cls.__new__(cls)
        case._set(tables, folder, file)
        return case

    @property
    def title(self) -> str:
        """One line that names the run."""
        return str(self._model.title)

    @property
    def model(self) -> CaseModel:
        """The checked case with every default in place, lengths in µm, pressures in MPa."""
        return self._model

    @property
    def file(self) -> str:
        """File it was read from, as the user named it; ``case`` if there is none."""
        return self._file

    @property
    def folder(self) -> Path:
        """Folder in which the files that it names are looked for."""
        return self._folder

    @property
    def written(self) -> dict[str, Any]:
        """A copy of the tables as they were written, without defaults."""
        return copy.deepcopy(self._written)

    @property
    def hash(self) -> str:
        """SHA-256 of the case with all defaults; the title does not count."""
        return case_hash(self._model)

    @property
    def fields(self) -> list[str]:
        """Dotted names of the fields that `with_` and `sweep` can set."""
        return field_paths(self._written)

    @property
    def estimates(self) -> list[str]:
        """Values that are estimates and not sourced, such as ``ceramic.young``."""
        return assumed_values(self._model)

    @property
    def peak_to_valley_um(self) -> float:
        """Height of the ceramic surface from its lowest to its highest point."""
        return float(self._surface().peak_to_valley_um)

    def surface_um(self, points: int = 1000) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Returns the ceramic surface before pressing, for a plot.

        Args:
            points: How many, evenly over the width of the cell.

        Returns:
            Position across the cell and height of the ceramic, both (points,), in µm.

        Raises:
            CaseError: If the case is not two-dimensional.
        """
        import numpy as np

        interface = self._model.interface
        if interface.dimension != 2:
            raise CaseError(
                self._file, "interface.dimension", f"{interface.dimension}; allowed here: 2"
            )
        x = np.linspace(0.0, interface.width, points)
        return x, np.asarray(self._surface().height(x[:, None]), dtype=float)

    def with_(self, changes: Mapping[str, Any] | None = None, /, **more: Any) -> Case:
        """Returns the case with some fields set, checked as a whole.

        Args:
            changes: Dotted field to what the case file would say, such as
                ``{"surface[0].rms": "1 um", "sodium.yield_strength": "0.3 MPa"}``; also a
                whole table, such as ``{"program": [{"pressure": "10 MPa"}]}``.
            **more: Likewise.

        Raises:
            CaseError: If there is no such field, or the case does not hold together.
        """
        written = self.written
        known = [*self.fields, *CaseModel.model_fields]
        for name in ("surface", "program"):
            known += [f"{name}[{index}]" for index in _indices(written, name)]
        for field, value in plain({**(changes or {}), **more}).items():
            try:
                require_field(field, known)
            except ValueError as error:
                raise CaseError(self._file, field, str(error)) from error
            set_field(written, field, value)
        return Case._from(written, self._folder, self._file)

    def to_toml(self) -> str:
        """Returns the case file with every default, material and profile written out."""
        return resolved_toml(self._model)

    def save(self, path: str | Path) -> Path:
        """Writes a case file that needs no other file; see `to_toml`.

        Raises:
            RunFolderError: If it cannot be written.
        """
        from napress.cases.runs.folder import write_text

        write_text(Path(path), self.to_toml())
        return Path(path)

    def _surface(self) -> Any:
        from napress.cases.schema.checks import build_case_surface

        return build_case_surface(self._model, self._file)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Case) and self._model == other._model

    def __hash__(self) -> int:
        return int(self.hash[:15], 16)

    def __repr__(self) -> str:
        cell = self._model.interface
        return f"<Case {self.title!r}: {cell.text}>"


def load(path: str | Path) -> Case:
    """Reads a case file of the interface.

    Args:
        path: TOML file; material and profile files are looked for beside it.

    Raises:
        CaseError: One line naming file, field and what is allowed.
    """
    path = Path(path)
    tables = read_toml(path)
    tables.setdefault("title", path.stem[:200] or "untitled")
    return Case._from(tables, path.parent, str(path))


def _indices(written: Mapping[str, Any], name: str) -> range:
    entries = written.get(name)
    return range(len(entries)) if isinstance(entries, list) else range(0)


def plain(value: Any) -> Any:
    """Returns tables and lists of a case as TOML would have given them."""
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, Path):
        return str(value)
    # A number of numpy is one of Python's here.
    return value.item() if hasattr(value, "item") and not isinstance(value, str) else value
