"""Names of the columns of a sweep's table: every number, with its unit at the end."""

from __future__ import annotations

import re
from typing import Any

from napress.postprocess.records.units import BY_WRITTEN

_QUANTITY = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?) (\S.*)")
_AXES = ("x", "y", "z")


def case_columns(resolved: dict[str, Any]) -> dict[str, tuple[str, Any]]:
    """Returns every value of a resolved case.

    Args:
        resolved: ``case.resolved.toml`` as read.

    Returns:
        Field, such as ``surface[0].rms``, to its column, such as
        ``surface[0].rms_um``, and the value. A material's values appear as the
        body's, overrides in place: ``ceramic.young_MPa``.
    """
    found: dict[str, tuple[str, Any]] = {}
    for name, content in resolved.items():
        _walk(name, content, found)
    return found


def _walk(name: str, content: Any, found: dict[str, tuple[str, Any]]) -> None:
    if isinstance(content, dict):
        if "value" in content:
            found[name] = _named(name, content["value"])
            return
        material = content.get("material")
        if isinstance(material, dict):
            found[f"{name}.material"] = (f"{name}.material", material.get("id"))
            properties = {k: v for k, v in material.items() if k not in ("id", "name", "kind")}
            _walk(name, properties, found)
        for key, inner in content.items():
            if key != "material":
                _walk(f"{name}.{key}", inner, found)
    elif isinstance(content, list):
        # Points of a measured profile are data, not parameters.
        if all(isinstance(inner, dict) for inner in content):
            for index, inner in enumerate(content):
                _walk(f"{name}[{index}]", inner, found)
    else:
        found[name] = _named(name, content)


def _named(name: str, value: Any) -> tuple[str, Any]:
    match = _QUANTITY.fullmatch(value) if isinstance(value, str) else None
    if match and match[2] in BY_WRITTEN:
        return f"{name}_{BY_WRITTEN[match[2]].ending}", float(match[1])
    return name, value


def summary_columns(summary: dict[str, Any]) -> dict[str, Any]:
    """Returns every number and yes-or-no of a summary, the word in which it ended and its warnings.

    Inner tables are joined by underscores: ``fracture_tension_margin``. A place
    becomes one column per axis.
    """
    found: dict[str, Any] = {}

    def walk(prefix: str, content: Any) -> None:
        if isinstance(content, dict):
            for key, inner in content.items():
                walk(f"{prefix}_{key}" if prefix else str(key), inner)
        elif prefix == "warnings":
            found[prefix] = " ".join(str(text) for text in content or ()) or None
        elif isinstance(content, list):
            stem = prefix.removesuffix("position_um")
            for axis, inner in zip(_AXES, content, strict=False):
                if isinstance(inner, int | float):
                    found[f"{stem}{axis}_um"] = inner
        elif content is None or isinstance(content, bool | int | float) or prefix == "ended":
            found[prefix] = content

    walk("", summary)
    return found
