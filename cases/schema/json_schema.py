"""The JSON Schema of a case: for editors, and for the reference in the documentation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, get_args

from pydantic import BaseModel, TypeAdapter

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(case: type[BaseModel]) -> dict[str, Any]:
    """Returns what a case file may hold as JSON Schema, defaults written as in a file.

    Args:
        case: The interface case or the pellet case.
    """
    schema = case.model_json_schema(mode="validation")
    tables = {**schema.get("$defs", {}), case.__name__: schema}
    for model in {case, *_models(case)}:
        if model.__name__ not in tables:
            continue
        for name, field in model.model_fields.items():
            entry = tables[model.__name__]["properties"][name]
            # Pydantic gives the number inside; a file says it with its unit.
            if entry.get("default") is not None:
                kind = Annotated[(field.annotation, field, *field.metadata)]
                entry["default"] = TypeAdapter(kind).dump_python(
                    field.default, mode="json", exclude_none=True
                )
    return schema | {"$schema": DIALECT}


def _models(kind: Any) -> Iterator[type[BaseModel]]:
    """Yields every table inside a table or a type."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
        for field in kind.model_fields.values():
            yield from _models(field.annotation)
    for inner in get_args(kind):
        yield from _models(inner)
