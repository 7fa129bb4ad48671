"""Fields of a case by name, such as ``surface[0].rms``: which exist, and setting them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel

from napress.cases.schema.interface_case import Case
from napress.cases.schema.surface import SURFACE_KINDS
from napress.cases.values.fields import did_you_mean

_PART = re.compile(r"([A-Za-z_]\w*)(?:\[(\d{1,6})\])?")


def field_paths(base: dict[str, Any], model: type[BaseModel] = Case) -> list[str]:
    """Returns every field of a case that can be varied.

    Args:
        base: The case as read from TOML; its surface entries decide which
            surface fields there are.
        model: What describes it.
    """
    return list(_fields_of(model, "", base))


def seed_fields(base: dict[str, Any]) -> list[str]:
    """Returns the seeds of the random surfaces of a case."""
    random = [kind for kind, table in SURFACE_KINDS.items() if "seed" in table.model_fields]
    return [
        f"surface[{index}].seed"
        for index, entry in enumerate(_tables(base, "surface"))
        if entry.get("kind") in random
    ]


def require_field(path: str, known: list[str]) -> None:
    """Refuses a field that the case does not have.

    Raises:
        ValueError: Naming the nearest field.
    """
    if path not in known:
        hint = did_you_mean(path, known)
        allowed = hint.rstrip() or f"allowed: {', '.join(known[:8])}, ..."
        raise ValueError(f"the case has no such field; {allowed}")


def set_field(data: dict[str, Any], path: str, value: object) -> None:
    """Sets a field of a case as read from TOML, making tables that are not there yet.

    Args:
        data: Changed in place.
        path: One of `field_paths`.
        value: What the case file would say.
    """
    place: Any = data
    parts = [_PART.fullmatch(part).groups() for part in path.split(".")]
    for name, index in parts[:-1]:
        place = place.setdefault(name, {}) if index is None else place[name][int(index)]
    name, index = parts[-1]
    if index is None:
        place[name] = value
    else:
        place[name][int(index)] = value


def _tables(base: dict[str, Any], key: str) -> list[dict[str, Any]]:
    entries = base.get(key)
    if not isinstance(entries, list):
        return []
    return [entry if isinstance(entry, dict) else {} for entry in entries]


def _table_of(annotation: Any) -> type[BaseModel] | None:
    """Returns the table a field holds, also if it may be absent."""
    for kind in (annotation, *get_args(annotation)):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return kind
    return None


def _fields_of(model: type[BaseModel], prefix: str, base: dict[str, Any]) -> Iterator[str]:
    for name, info in model.model_fields.items():
        kind = _table_of(info.annotation)
        if name == "surface":
            for index, entry in enumerate(_tables(base, name)):
                kind = entry.get("kind", "")
                table = SURFACE_KINDS.get(kind) if isinstance(kind, str) else None
                for field in table.model_fields if table else ():
                    yield f"surface[{index}].{field}"
        elif name == "program":
            (stage, *_) = get_args(info.annotation)
            for index in range(len(_tables(base, name))):
                for field in stage.model_fields:
                    yield f"program[{index}].{field}"
        elif kind is not None and name != "material" and (info.default is not None or name in base):
            yield from _fields_of(kind, f"{prefix}{name}.", base)
        else:
            yield f"{prefix}{name}"
