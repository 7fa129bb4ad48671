"""Reads a case file, checks it as a whole, and writes it back complete."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomli_w
from pydantic import ValidationError

from napress.cases.errors import CaseError
from napress.cases.schema.checks import (
    check_pellet,
    check_resistance,
    check_stripping,
    check_surface,
)
from napress.cases.schema.form_check import check_form
from napress.cases.schema.interface_case import Case
from napress.cases.schema.pellet_case import PelletCase
from napress.cases.schema.surface import SURFACE_KINDS, seed_of
from napress.cases.values.toml import case_error, parse_toml, read_bytes

# What changes no result: the name of a run, and which file the points came from.
_NOT_PHYSICS = {"title": True, "surface": {"__all__": {"provenance"}}}


def load_case(path: str | Path) -> Case:
    """Returns the case in a file, checked.

    Args:
        path: Case file; material and profile files are looked for beside it.

    Raises:
        CaseError: One line naming file, field and what is allowed.
    """
    path = Path(path)
    return parse_case(read_bytes(path), str(path), path.parent)


def parse_case(content: bytes, file: str, folder: Path) -> Case:
    """Returns the case written in TOML; see `load_case`.

    Args:
        content: The text of the file.
        file: Its name, for messages.
        folder: Where material and profile files are looked for.

    Raises:
        CaseError: One line naming file, field and what is allowed.
    """
    data = parse_toml(content, file)
    data.setdefault("title", Path(file).stem[:200] or "untitled")
    return check_case(data, file, folder)


def check_case(data: dict[str, Any], file: str, folder: Path) -> Case:
    """Returns the case in tables as TOML gives them; see `parse_case`."""
    _require_interface_case(data, file)
    try:
        case = Case.model_validate(data, context={"folder": folder, "file": file})
    except ValidationError as error:
        raise case_error(error, file, tags=SURFACE_KINDS) from error
    check_surface(case, file)
    check_resistance(case, file)
    check_form(case, file)
    check_stripping(case, file)
    return case


def resolved_toml(case: Case) -> str:
    """Returns the case as TOML with every default, material and profile written out.

    It needs no other file, and reading it gives an equal case.
    """
    return tomli_w.dumps(case.model_dump(exclude_none=True))


def case_hash(case: Case) -> str:
    """Returns the SHA-256 of the resolved case; the title does not count."""
    content = case.model_dump(exclude_none=True, exclude=_NOT_PHYSICS)
    text = json.dumps(content, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def case_seeds(case: Case) -> list[int]:
    """Returns the seeds of the random surfaces, in the order of the case."""
    return [seed for seed in map(seed_of, case.surface) if seed is not None]


def load_pellet_case(path: str | Path) -> PelletCase:
    """Returns the pellet case in a file, checked.

    Args:
        path: Case file; material files are looked for beside it.

    Raises:
        CaseError: One line naming file, field and what is allowed; also when the
            press or the die cannot carry the force.
    """
    path = Path(path)
    return parse_pellet_case(read_bytes(path), str(path), path.parent)


def parse_pellet_case(content: bytes, file: str, folder: Path) -> PelletCase:
    """Returns the pellet case written in TOML; see `load_pellet_case`."""
    data = parse_toml(content, file)
    data.setdefault("title", Path(file).stem[:200] or "untitled")
    return check_pellet_case(data, file, folder)


def check_pellet_case(data: dict[str, Any], file: str, folder: Path) -> PelletCase:
    """Returns the pellet case in tables as TOML gives them; see `load_pellet_case`."""
    _require_pellet_case(data, file)
    try:
        case = PelletCase.model_validate(data, context={"folder": folder, "file": file})
    except ValidationError as error:
        raise case_error(error, file) from error
    check_pellet(case, file)
    return case


def pellet_resolved_toml(case: PelletCase) -> str:
    """Returns the case as TOML with every default and material written out."""
    return tomli_w.dumps(case.model_dump(exclude_none=True))


def pellet_case_hash(case: PelletCase) -> str:
    """Returns the SHA-256 of the resolved case; the title does not count."""
    content = case.model_dump(exclude_none=True, exclude={"title"})
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def is_pellet_case(data: Mapping[str, Any]) -> bool:
    """Tells whether a file describes a pellet: a table ``[pellet]`` and no ``[[surface]]``."""
    return "pellet" in data and "surface" not in data


def _require_interface_case(data: Mapping[str, Any], file: str) -> None:
    """Stops a pellet case where one of the interface is due.

    Raises:
        CaseError: Naming the command for it.
    """
    if is_pellet_case(data):
        raise CaseError(
            file,
            "pellet",
            "this is a pellet case, run by `napress pellet CASE`, read by napress.load_pellet; "
            "allowed here: an interface case, with tables [[surface]]",
        )


def _require_pellet_case(data: Mapping[str, Any], file: str) -> None:
    """Stops an interface case where one of a pellet is due.

    Raises:
        CaseError: Naming the command for it.
    """
    found = next((name for name in ("surface", "interface") if name in data), None)
    if found is not None and "pellet" not in data:
        command = "`napress window CASE` or `napress run CASE`"
        if "window" not in data:
            command = "`napress run CASE`"
        raise CaseError(
            file,
            found,
            f"this is an interface case, run by {command}; "
            "allowed here: a pellet case, with a table [pellet]",
        )
