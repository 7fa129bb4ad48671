"""The reference of case files, made from their JSON Schema: every table, key and default."""

from __future__ import annotations

from typing import Any

from napress.cases.schema.interface_case import Case
from napress.cases.schema.json_schema import json_schema
from napress.cases.schema.pellet_case import PelletCase
from napress.cases.values.fields import ACCEPTS

HEAD = """# Case files

Every table and key, what it accepts and what holds without it. The page is made from the JSON
Schema that `napress schema` prints, with which an editor checks a case while it is written.
A value with a unit is a text, `"20 um"`. A *sourced value* is that, or a table
`{ value = "2 MPa", source = "..." }`, or with `estimate = true` in place of a source; `range` and
`note` may be added.
"""
INTERFACE = "Interface cases: `napress run`, `napress window`, `napress.load`."
PELLET = (
    "Pellet cases: `napress pellet`, and the pellet of a window. Tables that are not listed again "
    "are those of the interface."
)


def page() -> str:
    """Returns the page in Markdown."""
    parts = [HEAD, f"## The interface\n\n{INTERFACE}\n", *_case(json_schema(Case))]
    parts += [f"## The pellet\n\n{PELLET}\n", *_case(json_schema(PelletCase), known=Case)]
    return "\n".join(parts)


def _case(schema: dict[str, Any], known: Any = None) -> list[str]:
    """The top level of a case, and each of its tables once."""
    parts = [_keys(schema)]
    seen: set[str] = set(json_schema(known)["$defs"]) if known else set()
    for name, entry in schema["properties"].items():
        for table in _tables(entry):
            parts += _table(name, table, schema["$defs"], seen)
    return parts


def _table(place: str, name: str, tables: dict[str, Any], seen: set[str]) -> list[str]:
    if name in seen:
        return []
    seen.add(name)
    table = tables[name]
    kind = table["properties"].get("kind", {}).get("const")
    title = f"`{place}`, kind `{kind}`" if kind else f"`{place}`"
    parts = [f"### {title}\n\n{_sentence(table.get('description', ''))}\n", _keys(table)]
    for key, entry in table["properties"].items():
        for inner in _tables(entry):
            parts += _table(f"{place}.{key}", inner, tables, seen)
    return parts


def _tables(entry: dict[str, Any]) -> list[str]:
    """Names of the tables that an entry may hold."""
    found = []
    if "$ref" in entry:
        found.append(entry["$ref"].rsplit("/", 1)[1])
    for several in ("anyOf", "oneOf"):
        for inner in entry.get(several, []):
            found += _tables(inner)
    return found + (_tables(entry["items"]) if "items" in entry else [])


def _keys(table: dict[str, Any]) -> str:
    rows = ["| key | accepts | without it | meaning |", "|---|---|---|---|"]
    due = table.get("required", [])
    for name, entry in table["properties"].items():
        if name == "points_um":  # what napress fills in from the file of a profile
            continue
        meaning = _escaped(_sentence(entry.get("description", "")))
        # A default that depends on other keys is told in words.
        is_due = name in due and "default:" not in meaning
        default = "**due**" if is_due else _default(entry.get("default"))
        rows.append(f"| `{name}` | {_escaped(accepts(entry))} | {default} | {meaning} |")
    return "\n".join(rows) + "\n"


def accepts(entry: dict[str, Any]) -> str:
    """Returns what an entry of the schema accepts, in words."""
    if ACCEPTS in entry:
        return str(entry[ACCEPTS])
    if "enum" in entry:
        return ", ".join(f"`{value}`" for value in entry["enum"])
    if "const" in entry:
        return f"`{entry['const']}`"
    options = [o for o in entry.get("anyOf", []) if o.get("type") != "null"]
    if any(o.get("properties", {}).get("source") for o in options):
        return f"sourced value: {accepts(options[0])}"
    if len(options) == 2 and options[1].get("items") == options[0]:
        return f"{accepts(options[0])}; or a list of them"
    if options:
        return " or ".join(dict.fromkeys(accepts(option) for option in options))
    if entry.get("type") == "array" and "items" in entry and not _tables(entry):
        return f"a list of {accepts(entry['items'])}".replace("whole number", "whole numbers")
    if _tables(entry):
        return "tables" if entry.get("type") == "array" else "a table"
    kind = entry.get("type")
    if isinstance(kind, list):
        kinds = [one for one in kind if one != "null"]
        return " or ".join(dict.fromkeys(accepts(entry | {"type": one}) for one in kinds))
    if kind == "integer":
        low, high = entry.get("minimum"), entry.get("maximum")
        most = "" if high is None or high > 2**40 else f" to {high}"
        return "whole number" if low is None else f"whole number from {low}{most}"
    words = {"string": "text", "number": "number", "boolean": "`true`, `false`", "object": "table"}
    words["array"] = "a list"
    return words.get(kind or "", "any")


def _default(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, dict):
        inner = value.get("value")
        if inner is None:
            return "the defaults below"
        return f"`{_short(inner)}`" + (", an estimate" if value.get("estimate") else "")
    return f"`{str(value).lower() if isinstance(value, bool) else _short(value)}`"


def _short(value: Any) -> str:
    """A number with its unit, without digits that only conversion has made."""
    number, blank, unit = str(value).partition(" ")
    try:
        return f"{float(number):.6g}{blank}{unit}" if blank else str(value)
    except ValueError:
        return str(value)


def _sentence(text: str) -> str:
    text = " ".join(text.split())
    return text[:1].upper() + text[1:]


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("[[", "\\[\\[").replace("<", "&lt;")
