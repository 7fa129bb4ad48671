"""Names of the columns of a sweep's table: every number, with its unit at the end."""

from __future__ import annotations

import re
from typing import Any

_UNIT_SUFFIX = {
    "um": "um",
    "MPa": "MPa",
    "rad": "rad",
    "percent": "percent",
    "MPa*m**0.5": "MPa_sqrt_m",
    "mS/cm": "mS_per_cm",
    "ohm*cm**2": "ohm_cm2",
    "1/s": "per_s",
    "g/cm**3": "g_per_cm3",
    "kJ/mol": "kJ_per_mol",
    "K": "K",
    "s": "s",
    "um**2": "um2",
    "um**3": "um3",
    "1/um**2": "per_um2",
}
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
    if match and match[2] in _UNIT_SUFFIX:
        return f"{name}_{_UNIT_SUFFIX[match[2]]}", float(match[1])
    return name, value


def summary_columns(summary: dict[str, Any]) -> dict[str, Any]:
    """Returns every number and yes-or-no of a summary, and the word in which it ended.

    Inner tables are joined by underscores: ``fracture_tension_margin``. A place
    becomes one column per axis.
    """
    found: dict[str, Any] = {}

    def walk(prefix: str, content: Any) -> None:
        if isinstance(content, dict):
            for key, inner in content.items():
                walk(f"{prefix}_{key}" if prefix else str(key), inner)
        elif isinstance(content, list):
            stem = prefix.removesuffix("position_um")
            for axis, inner in zip(_AXES, content, strict=False):
                if isinstance(inner, int | float):
                    found[f"{stem}{axis}_um"] = inner
        elif content is None or isinstance(content, bool | int | float) or prefix == "ended":
            found[prefix] = content

    walk("", summary)
    return found
