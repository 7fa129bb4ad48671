"""Random parameters of a sweep: distributions with units, spread out by scipy's designs."""

from __future__ import annotations

import math
import re
from typing import Any

from napress.cases.errors import shown
from napress.cases.values.fields import did_you_mean

METHODS = ("latin-hypercube", "sobol")
# Enough for any purpose, and the same text on every machine, so that case hashes agree.
_DIGITS = 6
_QUANTITY = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(\S.*?)?\s*")

_KEYS = {
    "uniform": ("from", "to"),
    "log-uniform": ("from", "to"),
    "integer": ("from", "to"),
    "normal": ("mean", "sd"),
    "lognormal": ("median", "factor"),
    "choice": ("values",),
}
_CUTS = ("at_least", "at_most")


def sample(
    method: str, samples: int, seed: int, distributions: dict[str, Any]
) -> list[dict[str, Any]]:
    """Returns sampled values as a case file would write them.

    Args:
        method: ``latin-hypercube`` or ``sobol`` (scrambled).
        samples: Number of samples; for Sobol a power of two, which its balance needs.
        seed: Of the design.
        distributions: Field to its table, such as
            ``{distribution = "normal", mean = "70 GPa", sd = "5 GPa", at_least = "50 GPa"}``.

    Returns:
        One field-to-value table per sample.

    Raises:
        ValueError: ``field: what is wrong; allowed: ...``.
    """
    from scipy.stats import qmc

    if method == "sobol":
        if samples & (samples - 1):
            raise ValueError(
                f"samples: {samples} is not a power of two; allowed with sobol: 2, 4, 8, 16, ..."
            )
        design = qmc.Sobol(len(distributions), rng=seed)
    else:
        design = qmc.LatinHypercube(len(distributions), rng=seed)
    inverses = {}
    for field, table in distributions.items():
        try:
            inverses[field] = _inverse(table)
        except ValueError as error:
            raise ValueError(f'"{field}": {error}') from error
    points = design.random(samples)
    return [
        {field: inverses[field](float(u)) for field, u in zip(inverses, row, strict=True)}
        for row in points
    ]


def _inverse(table: object) -> Any:
    """Returns the map from a number in (0, 1) to a value of the distribution."""
    names = ", ".join(_KEYS)
    if not isinstance(table, dict) or "distribution" not in table:
        raise ValueError(
            f"{shown(table)} names no distribution; allowed: "
            '{ distribution = "uniform", from = "1 um", to = "2 um" } or another of ' + names
        )
    kind = table["distribution"]
    if not isinstance(kind, str) or kind not in _KEYS:
        hint = did_you_mean(kind, _KEYS)
        raise ValueError(f"distribution {shown(kind)} is unknown; {hint}allowed: {names}")
    keys = _KEYS[kind]
    cuts = _CUTS if kind in ("normal", "lognormal") else ()
    for key in table:
        if key not in ("distribution", *keys, *cuts):
            raise ValueError(f"unknown key {shown(key)}; allowed: {', '.join((*keys, *cuts))}")
    missing = [key for key in keys if key not in table]
    if missing:
        raise ValueError(f"{missing[0]} is missing; allowed: {', '.join((*keys, *cuts))}")
    if kind == "choice":
        return _choice(table["values"])
    if kind == "integer":
        return _integer(table["from"], table["to"])
    return _continuous(kind, table)


def _choice(values: object) -> Any:
    if not isinstance(values, list) or not values:
        raise ValueError(f"values is {shown(values)}; allowed: a list of 1 or more values")
    return lambda u: values[min(int(u * len(values)), len(values) - 1)]


def _integer(low: object, high: object) -> Any:
    if type(low) is not int or type(high) is not int or low > high:
        raise ValueError(f"from {shown(low)} to {shown(high)}; allowed: whole numbers, from <= to")
    return lambda u: min(low + int(u * (high - low + 1)), high)


def _continuous(kind: str, table: dict[str, Any]) -> Any:
    from scipy import stats

    # The factor of a lognormal is a plain number; all others share the field's unit.
    dimensional = [key for key in table if key not in ("distribution", "factor")]
    numbers, unit = _in_one_unit({key: table[key] for key in dimensional})
    if kind in ("uniform", "log-uniform"):
        low, high = numbers["from"], numbers["to"]
        if not low < high or (kind == "log-uniform" and low <= 0.0):
            wanted = "0 < from < to" if kind == "log-uniform" else "from < to"
            raise ValueError(f"from {low:g} to {high:g}; allowed: {wanted}")
        law = stats.uniform(low, high - low) if kind == "uniform" else stats.loguniform(low, high)
    elif kind == "normal":
        if numbers["sd"] <= 0.0:
            raise ValueError(f"sd is {numbers['sd']:g}; allowed: > 0")
        law = stats.norm(numbers["mean"], numbers["sd"])
    else:
        factor = table["factor"]
        if type(factor) not in (int, float) or not 1.0 < factor < 1e3:
            raise ValueError(f"factor is {shown(factor)}; allowed: a number > 1 and < 1000")
        if numbers["median"] <= 0.0:
            raise ValueError(f"median is {numbers['median']:g}; allowed: > 0")
        law = stats.lognorm(math.log(factor), scale=numbers["median"])
    below = float(law.cdf(numbers["at_least"])) if "at_least" in numbers else 0.0
    above = float(law.cdf(numbers["at_most"])) if "at_most" in numbers else 1.0
    if not above - below > 1e-6:
        raise ValueError("at_least and at_most leave nothing; allowed: a range with some of it")

    def draw(u: float) -> str | float:
        value = float(law.ppf(below + (above - below) * min(max(u, 1e-12), 1.0 - 1e-12)))
        text = f"{value:.{_DIGITS}g}"
        return f"{text} {unit}" if unit else float(text)

    return draw


def _in_one_unit(values: dict[str, object]) -> tuple[dict[str, float], str]:
    """Returns plain numbers and the unit that all of them carry; none when dimensionless."""
    numbers, units = {}, set()
    for key, value in values.items():
        if isinstance(value, int | float) and not isinstance(value, bool):
            numbers[key], unit = float(value), ""
        else:
            match = _QUANTITY.fullmatch(value) if isinstance(value, str) else None
            if match is None:
                raise ValueError(f"{key} is {shown(value)}; allowed: a quantity such as '2 um'")
            numbers[key], unit = float(match[1]), match[2] or ""
        if not math.isfinite(numbers[key]):
            raise ValueError(f"{key} is {shown(value)}; allowed: a finite number")
        units.add(unit)
    if len(units) > 1:
        found = ", ".join(repr(unit) for unit in sorted(units))
        raise ValueError(f"{', '.join(values)} have different units ({found}); allowed: one unit")
    return numbers, units.pop()
