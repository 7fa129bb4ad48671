"""The sweep file: which case, which fields vary and how, and what a cluster needs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, PlainValidator, ValidationError, WithJsonSchema

from napress.cases.errors import shown
from napress.cases.sweeps.sampling import METHODS
from napress.cases.values.cluster import Cluster
from napress.cases.values.fields import Strict, choice, count, text
from napress.cases.values.toml import case_error, read_toml

LARGEST_SWEEP = 100_000
_DEEPEST = 8  # dots in the name of a field


def _field(kind: Any, description: str) -> Any:
    return Annotated[kind, Field(description=description)]


def flat_table(raw: object, depth: int = 0) -> dict[str, Any]:
    """Returns fields of a case and what the sweep says of them.

    ``"sodium.hardening"`` and the bare TOML key ``sodium.hardening`` mean the
    same; the second arrives as nested tables.

    Raises:
        ValueError: If it is no table.
    """
    if not isinstance(raw, dict):
        raise ValueError(f'{shown(raw)} is not a table; allowed: "field" = values')
    if depth > _DEEPEST:
        raise ValueError("is nested too deeply; allowed: names of fields such as surface[0].rms")
    flat: dict[str, Any] = {}
    for key, value in raw.items():
        if isinstance(value, dict) and not {"value", "distribution"} & set(value):
            inside = flat_table(value, depth + 1)
            flat |= {f"{key}.{inner}": content for inner, content in inside.items()}
        else:
            flat[key] = value
    return flat


def _value_lists(raw: object) -> dict[str, list[Any]]:
    flat = flat_table(raw)
    for field, values in flat.items():
        if not isinstance(values, list) or not values:
            raise ValueError(
                f'"{field}" is {shown(values)}; allowed: a list of 1 or more values of that field'
            )
    if not flat:
        raise ValueError('is empty; allowed: "field" = [value, ...] at least once')
    return flat


def _equal_lists(raw: object) -> dict[str, list[Any]]:
    lists = _value_lists(raw)
    lengths = {field: len(values) for field, values in lists.items()}
    if len(set(lengths.values())) > 1:
        found = ", ".join(f'"{field}" {length}' for field, length in lengths.items())
        raise ValueError(f"lists of different lengths ({found}); allowed: equal lengths")
    return lists


def _entries(raw: object) -> list[dict[str, Any]]:
    if not isinstance(raw, list) or not raw:
        raise ValueError(f"{shown(raw)} is not a list; allowed: 1 or more tables [[list]]")
    entries = [flat_table(entry) for entry in raw]
    if not all(entries):
        raise ValueError('an entry is empty; allowed: "field" = value at least once')
    return entries


def _distributions(raw: object) -> dict[str, Any]:
    flat = flat_table(raw)
    if not flat:
        raise ValueError('is empty; allowed: "field" = { distribution = ... } at least once')
    return flat


def _command(raw: object) -> tuple[str, ...]:
    if not isinstance(raw, list) or not raw or not all(isinstance(word, str) for word in raw):
        raise ValueError(f"{shown(raw)} is not a command; allowed: a list of texts")
    return tuple(raw)


def _table(parse: Any) -> Any:
    return Annotated[Any, PlainValidator(parse), WithJsonSchema({"type": "object"})]


class Random(Strict):
    """Fields drawn from distributions, together, by a design that fills their space."""

    samples: _field(count(1, LARGEST_SWEEP), "number of samples")
    fields: _field(_table(_distributions), '[random.fields] with "field" = { distribution = ... }')
    method: _field(choice(*METHODS), "how the samples fill the space") = METHODS[0]
    seed: _field(count(0, 2**31 - 1), "of the design") = 1


class Seeds(Strict):
    """Every point of the sweep repeated with other random surfaces."""

    count: _field(count(1, 10_000), "number of seeds")
    first: _field(count(0, 2**31 - 1), "the first seed; the others follow it") = 1


class Engine(Strict):
    """How a run is started."""

    command: _field(
        Annotated[tuple[str, ...] | None, PlainValidator(_command)],
        "what stands in for the word napress, such as ['apptainer', 'exec', 'image', 'napress']; "
        "it is executed: a sweep file with it is a program",
    ) = None


class Sweep(Strict):
    """Everything that defines a sweep; its blocks multiply."""

    base: _field(text(1000), "path of the case file, from the sweep file's folder")
    title: _field(text(), "one line that names the sweep") = "sweep"
    grid: _field(_table(_value_lists) | None, "[grid]: every combination of the lists") = None
    zip: _field(_table(_equal_lists) | None, "[zip]: the lists taken side by side") = None
    list: _field(_table(_entries) | None, "[[list]]: one table per point") = None
    random: _field(Random | None, "[random] with samples and [random.fields]") = None
    seeds: _field(Seeds | None, "[seeds] with count") = None
    cluster: _field(Cluster, "table [cluster]") = Cluster()
    engine: _field(Engine, "table [engine]") = Engine()


def load_sweep(path: Path) -> Sweep:
    """Returns a sweep file, checked by itself; the cases are checked by `expand`.

    Raises:
        CaseError: One line naming file, field and what is allowed.
    """
    data = read_toml(path)
    data.setdefault("title", path.stem[:200])
    return check_sweep(data, str(path))


def check_sweep(data: dict[str, Any], file: str) -> Sweep:
    """Returns the sweep in tables as TOML gives them; see `load_sweep`."""
    try:
        return Sweep.model_validate(data)
    except ValidationError as error:
        raise case_error(error, file) from error
