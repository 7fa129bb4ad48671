"""Whatever is in a case file, the loader returns a case or raises a `CaseError`: 2400 inputs."""

from __future__ import annotations

import copy
import datetime
import re
import tomllib
from importlib import resources
from pathlib import Path

import pytest
import tomli_w
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from napress.cases.errors import CaseError
from napress.cases.model.interface import to_model
from napress.cases.schema.load import case_hash, parse_case, resolved_toml

EXAMPLES = Path(str(resources.files("napress.cases").joinpath("examples")))
TEXTS = {path.name: path.read_bytes() for path in sorted(EXAMPLES.glob("*.toml"))}
TABLES = {name: tomllib.loads(text.decode()) for name, text in TEXTS.items()}
FUZZ = settings(
    max_examples=300,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

UNITS = ["um", "MPa", "nm", "m", "GPa", "percent", "deg", "um**2", "furlong", "", "degC", "1/s"]
MAGNITUDES = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True),
    st.floats(min_value=1e-9, max_value=1e6),
    st.sampled_from([0, -1, 1, 8, 20, 1e300, 1e-300]),
)
QUANTITIES = st.builds(lambda m, u: f"{m} {u}", MAGNITUDES, st.sampled_from(UNITS))
WORDS = st.sampled_from(
    ["nzsp", "lithium", "sinusoid", "profile", "profile.txt", "..", "/dev/zero", "a.toml", "\x00"]
)
SCALARS = st.one_of(
    QUANTITIES,
    WORDS,
    st.text(max_size=30),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.just(datetime.datetime(2020, 1, 1)),
    st.just(datetime.time(1, 2)),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4)
    ),
    max_leaves=8,
)


def load_or_refuse(content: bytes) -> None:
    """A case must be usable to the end; anything else must be a one-line `CaseError`."""
    try:
        case = parse_case(content, "fuzz.toml", EXAMPLES)
    except CaseError as error:
        text = str(error)
        assert text == " ".join(text.split()), "one line"
        assert error.file and error.message
        return
    again = parse_case(resolved_toml(case).encode(), "again.toml", Path("/nonexistent"))
    assert case_hash(again) == case_hash(case)
    to_model(case)


def places(table: object, path: tuple = ()) -> list[tuple]:
    """Returns the path of every value in a nested table."""
    found = [path] if path else []
    pairs = ()
    if isinstance(table, dict):
        pairs = table.items()
    elif isinstance(table, list):
        pairs = enumerate(table)
    for key, value in pairs:
        found += places(value, (*path, key))
    return found


def parent_of(table: dict, path: tuple) -> dict | list | None:
    """Returns what holds the value at a path; ``None`` if an earlier mutation removed it."""
    for key in path[:-1]:
        try:
            table = table[key]
        except (KeyError, IndexError, TypeError):
            return None
    present = isinstance(table, dict) and path[-1] in table
    present |= isinstance(table, list) and path[-1] < len(table)
    return table if present else None


def mutate(data: st.DataObject, table: dict) -> None:
    """Drops, renames or replaces one key."""
    path = data.draw(st.sampled_from(places(table)))
    parent = parent_of(table, path)
    assert parent is not None
    action = data.draw(st.sampled_from(["drop", "rename", "replace", "replace", "add"]))
    if action == "drop":
        del parent[path[-1]]
    elif action == "rename" and isinstance(parent, dict):
        parent[data.draw(st.text(max_size=15))] = parent.pop(path[-1])
    elif action == "add" and isinstance(parent, dict):
        parent[data.draw(st.text(max_size=15))] = data.draw(VALUES)
    else:
        parent[path[-1]] = data.draw(VALUES)


@FUZZ
@given(data=st.data())
def test_mutated_cases(data):
    table = copy.deepcopy(TABLES[data.draw(st.sampled_from(list(TABLES)))])
    for _ in range(data.draw(st.integers(1, 3))):
        if places(table):
            mutate(data, table)
    load_or_refuse(tomli_w.dumps(table).encode())


@FUZZ
@given(data=st.data())
def test_plausible_values_in_the_right_places(data):
    """Quantities of any size and unit where quantities belong: the deeper checks are reached."""
    name = data.draw(st.sampled_from(list(TABLES)))
    table = copy.deepcopy(TABLES[name])
    written = [p for p in places(table) if isinstance(p[-1], str)]
    leaves = [p for p in written if isinstance(parent_of(table, p)[p[-1]], (str, int, float))]
    for path in data.draw(st.lists(st.sampled_from(leaves), min_size=1, max_size=3, unique=True)):
        parent = parent_of(table, path)
        old = parent[path[-1]]
        if isinstance(old, str) and re.fullmatch(r"[\d.]+ \w+", old):
            size = data.draw(st.floats(min_value=-6, max_value=6))
            sign = data.draw(st.sampled_from(["", "", "", "-"]))
            parent[path[-1]] = f"{sign}{10**size:.6g} {old.split()[1]}"
        elif isinstance(old, (int, float)):
            parent[path[-1]] = data.draw(
                st.one_of(st.integers(-2, 600), st.floats(0, 2), st.floats())
            )
        else:
            parent[path[-1]] = data.draw(SCALARS)
    load_or_refuse(tomli_w.dumps(table).encode())


@FUZZ
@given(data=st.data())
def test_damaged_and_random_bytes(data):
    if data.draw(st.booleans()):
        load_or_refuse(data.draw(st.binary(max_size=300)))
        return
    content = bytearray(TEXTS[data.draw(st.sampled_from(list(TEXTS)))])
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content)))
        length = data.draw(st.integers(0, 20))
        content[start : start + length] = data.draw(st.binary(max_size=20))
    load_or_refuse(bytes(content))


@pytest.mark.parametrize(
    "content",
    [
        b"a = " + b"[" * 5000,
        b"a = " + b"[" * 500 + b"]" * 500,
        b"a = " + b"1" * 6000,
        b"title = 0x" + b"f" * 9000,
        b"[[surface]]\n" * 3000,
        b"a." * 900 + b"b = 1",
        b"\xef\xbb\xbftitle = 'bom'",
        b"",
    ],
)
def test_hostile_files(content):
    with pytest.raises(CaseError):
        parse_case(content, "hostile.toml", EXAMPLES)
