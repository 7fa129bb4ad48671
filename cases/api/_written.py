"""What cases of the interface and of a pellet have in common: tables, checked as a whole."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

from pydantic import BaseModel

from napress.cases.errors import CaseError
from napress.cases.sweeps.fieldpaths import field_paths, require_field, set_field
from napress.cases.values.toml import read_toml

IN_PYTHON = "case"


class Written:
    """A case as it was written; it cannot be changed, only varied by `with_`."""

    __slots__ = ("_checked", "_file", "_folder", "_written")
    # Of the class that is written: what describes it, and its lists of tables.
    _described_by: ClassVar[type[BaseModel]]
    _lists: ClassVar[tuple[str, ...]] = ("program",)

    def __init__(self, **tables: Any) -> None:
        self._set(tables, Path(), IN_PYTHON)

    def _set(self, tables: Mapping[str, Any], folder: Path, file: str) -> None:
        self._written: dict[str, Any] = plain(tables)
        self._folder, self._file = folder, file
        self._checked: Any = self._check(copy.deepcopy(self._written), file, folder)

    @classmethod
    def _check(cls, tables: dict[str, Any], file: str, folder: Path) -> BaseModel:
        raise NotImplementedError

    @classmethod
    def _from(cls, tables: Mapping[str, Any], folder: Path, file: str) -> Self:
        case = cls.__new__(cls)
        case._set(tables, folder, file)
        return case

    @classmethod
    def _read(cls, path: Path) -> Self:
        tables = read_toml(path)
        tables.setdefault("title", path.stem[:200] or "untitled")
        return cls._from(tables, path.parent, str(path))

    @property
    def title(self) -> str:
        """One line that names the run."""
        return str(self._checked.title)

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
        raise NotImplementedError

    @property
    def fields(self) -> list[str]:
        """Dotted names of the fields that `with_` can set."""
        return field_paths(self._written, self._described_by)

    def with_(self, changes: Mapping[str, Any] | None = None, /, **more: Any) -> Self:
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
        known = [*self.fields, *self._described_by.model_fields]
        for name in self._lists:
            known += [f"{name}[{index}]" for index in _indices(written, name)]
        for field, value in plain({**(changes or {}), **more}).items():
            try:
                require_field(field, known)
            except ValueError as error:
                raise CaseError(self._file, field, str(error)) from error
            set_field(written, field, value)
        return self._from(written, self._folder, self._file)

    def to_toml(self) -> str:
        """Returns the case file with every default and all it names written out."""
        raise NotImplementedError

    def save(self, path: str | Path) -> Path:
        """Writes a case file that needs no other file; see `to_toml`.

        Raises:
            RunFolderError: If it cannot be written.
        """
        from napress.cases.runs.folder import write_text

        write_text(Path(path), self.to_toml())
        return Path(path)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and bool(self._checked == other._checked)

    def __hash__(self) -> int:
        return int(self.hash[:15], 16)


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
