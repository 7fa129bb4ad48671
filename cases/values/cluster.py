"""What a cluster is asked for: times, memory and options, also in Slurm's own spellings.

Slurm's spellings are those of the manual page of sbatch, options ``--time`` and ``--mem``, where
a bare number is minutes or megabytes. It is the only place where napress reads a number without
its unit: whoever writes these tables has written scripts for sbatch. Slurm's words for "no limit"
(0, UNLIMITED) are refused, since the queue is told how long a run may take.
"""

from __future__ import annotations

import math
import re
import shlex
from typing import Annotated, Any

from pydantic import Field, PlainSerializer, PlainValidator, WithJsonSchema

from napress.cases.errors import shown
from napress.cases.values.fields import Strict, count, text

_AMOUNT = re.compile(r"\s*(\d{1,12}(?:\.\d{1,12})?)\s*([A-Za-z]+)\s*")
_MINUTES = {"s": 1 / 60, "min": 1.0, "h": 60.0, "d": 1440.0, "day": 1440.0}
_CLOCK = re.compile(r"\s*(?:(?P<days>\d{1,4})-)?(?P<clock>\d{1,6}(?::\d{1,2}){0,2})\s*")
LONGEST_MIN = 366 * 1440
# Slurm counts in powers of 1024, and so does what it is handed as megabytes.
_MEGABYTES = {
    **{"MB": 1.0, "GB": 1000.0, "TB": 1e6, "MiB": 1.048576, "GiB": 1073.741824},
    **{"K": 1 / 1024, "M": 1.0, "G": 1024.0, "T": 1024.0**2},
    **{"k": 1 / 1024, "m": 1.0, "g": 1024.0, "t": 1024.0**2},
}
_NUMBER = re.compile(r"\s*\d{1,12}\s*")
_GRES = re.compile(r"[A-Za-z0-9_]+(:[A-Za-z0-9_]+)?:\d{1,6}")
LARGEST_MB = 100_000_000
# Options of sbatch that have a key of their own, or that belong to the workflow engine.
_OWN_KEY = {
    **dict.fromkeys(("--account", "-A"), "cluster.account"),
    **dict.fromkeys(("--partition", "-p"), "cluster.partition"),
    **dict.fromkeys(("--qos", "-q"), "cluster.qos"),
    **dict.fromkeys(("--constraint", "-C"), "cluster.constraint"),
    "--reservation": "cluster.reservation",
    "--gres": "cluster.gres",
    **dict.fromkeys(("--time", "-t"), "cluster.time"),
    **dict.fromkeys(("--mem", "--mem-per-cpu", "--mem-per-gpu"), "cluster.memory"),
    **dict.fromkeys(("--nodes", "-N"), "cluster.nodes"),
    **dict.fromkeys(("--ntasks", "-n", "--cpus-per-task", "-c"), "cluster.ranks"),
}
_ENGINES_OWN = (
    *("--job-name", "-J", "--output", "-o", "--error", "-e", "--parsable", "--export"),
    *("--comment", "--workdir", "--chdir", "-D", "--clusters", "-M", "--gpus", "-G"),
    *("--ntasks-per-gpu", "--cpus-per-gpu", "--wrap", "--array", "-a"),
)
# The engine looks for its own options anywhere, also at the end of a word such as rack-c.
_LONG = "|".join(name for name in (*_OWN_KEY, *_ENGINES_OWN) if name.startswith("--"))
_ENGINE_REFUSES = re.compile(rf"-J|--parsable|-[oeDApnctCN]\s|(?:{_LONG})[=\s]")


def minutes(raw: object) -> int:
    """Returns a wall time in whole minutes, rounded up as Slurm does.

    Args:
        raw: Such as ``2 h``, or as Slurm writes it: ``90`` (minutes), ``90:00``, ``1:30:00``,
            ``1-12``, ``1-12:30:00``.

    Raises:
        ValueError: Naming what is allowed.
    """
    allowed = (
        "allowed: '2 h' (units: s, min, h, d), or as Slurm writes it: 90 (minutes), '1:30:00', "
        "'1-12:00'"
    )
    raw_text = _as_text(raw)
    clock = _CLOCK.fullmatch(raw_text)
    if clock:
        parts = [float(part) for part in clock["clock"].split(":")]
        # With days the clock begins with hours; without them a short one begins with minutes.
        if clock["days"] or len(parts) == 3:
            parts += [0.0] * (3 - len(parts))
        else:
            parts = [0.0, *parts, *[0.0] * (2 - len(parts))]
        hours, minute, second = parts
        found = 1440.0 * float(clock["days"] or 0) + 60.0 * hours + minute + second / 60.0
    else:
        found = _in_units(raw_text, _MINUTES)
    return _bounded(raw, found, LONGEST_MIN, allowed, f"at most {LONGEST_MIN // 1440} d")


def megabytes(raw: object) -> int:
    """Returns an amount of memory in whole megabytes, rounded up as Slurm does.

    Args:
        raw: Such as ``2 GB``, or as Slurm writes it: ``4000`` (megabytes), ``4G``, ``2048K``.

    Raises:
        ValueError: Naming what is allowed.
    """
    allowed = (
        "allowed: '2 GB' (units: MB, GB, TB, MiB, GiB), or as Slurm writes it: 4000 (megabytes), "
        "'4G' (units: K, M, G, T)"
    )
    raw_text = _as_text(raw)
    number = _NUMBER.fullmatch(raw_text)
    found = float(raw_text) if number else _in_units(raw_text, _MEGABYTES)
    return _bounded(raw, found, LARGEST_MB, allowed, f"at most {LARGEST_MB // 1_000_000} TB")


def sbatch_options(raw: object) -> str:
    """Returns further options for sbatch, each word quoted: the engine passes them to a shell.

    Raises:
        ValueError: If they are no options, or have a key of their own.
    """
    allowed = "allowed: options of sbatch such as '--exclusive --mail-user=me@example.org'"
    if not isinstance(raw, str) or not raw.strip() or len(raw) > 1000 or not raw.isprintable():
        raise ValueError(f"{shown(raw)} is not usable; {allowed}")
    try:
        words = shlex.split(raw)
    except ValueError as error:
        raise ValueError(f"{shown(raw)} is not usable ({error}); {allowed}") from error
    for before, word in zip(["", *words], words, strict=False):
        option = word.partition("=")[0]
        if not word.startswith("-"):
            if not before.startswith("-") or "=" in before:
                raise ValueError(f"{shown(word)} belongs to no option; {allowed}")
            continue
        # -pshort is -p short.
        short = option[:2] if not option.startswith("--") else option
        if short in _OWN_KEY:
            raise ValueError(f"{shown(word)} has a key of its own; allowed: {_OWN_KEY[short]}")
        if short in _ENGINES_OWN:
            raise ValueError(f"{shown(word)} is set by the workflow engine; {allowed}")
    quoted = shlex.join(words)
    if found := _ENGINE_REFUSES.search(quoted):
        taken = f"{shown(found[0])} within it is taken for an option of the workflow engine"
        raise ValueError(f"{shown(raw)} is not usable ({taken}); {allowed}")
    return quoted


def generic_resource(raw: object) -> str:
    """Returns a generic resource as sbatch and the engine read it.

    Raises:
        ValueError: Naming what is allowed.
    """
    if isinstance(raw, str) and _GRES.fullmatch(raw):
        return raw
    raise ValueError(f"{shown(raw)} is not usable; allowed: 'name:count' or 'name:type:count'")


def _as_text(raw: object) -> str:
    """A text, or the digits of a whole number; empty for anything else."""
    if isinstance(raw, int) and not isinstance(raw, bool) and 0 <= raw < 10**12:
        return str(raw)
    return raw if isinstance(raw, str) else ""


def _in_units(raw: str, units: dict[str, float]) -> float | None:
    match = _AMOUNT.fullmatch(raw)
    if match is None or match[2] not in units:
        return None
    return float(match[1]) * units[match[2]]


def _bounded(raw: object, found: float | None, most: int, allowed: str, bound: str) -> int:
    if found is None or found <= 0.0:
        raise ValueError(f"{shown(raw)} is not usable; {allowed}")
    if found > most:
        raise ValueError(f"{shown(raw)} is too much; {allowed}, {bound}")
    # What arithmetic adds in the last digit is not one more.
    return max(1, math.ceil(found - 1e-9))


def _field(kind: Any, description: str) -> Any:
    return Annotated[kind, Field(description=description)]


def _text_of(parse: Any, unit: str = "") -> Any:
    """A text and what it is read as; a number of a unit, also bare, is written with it again."""
    return Annotated[
        Any,
        PlainValidator(parse),
        PlainSerializer(lambda value: f"{value} {unit}" if unit else value),
        WithJsonSchema({"type": ["string", "integer"] if unit else "string"}),
    ]


class Cluster(Strict):
    """What one run asks of a cluster; used with --slurm and --profile."""

    partition: _field(text() | None, "partition") = None
    account: _field(text() | None, "account; without it none is passed") = None
    time: _field(
        _text_of(minutes, "min"), "wall time limit of a run, '2 h' or '2:00:00'; 90: minutes"
    ) = 120
    memory: _field(_text_of(megabytes, "MB"), "memory of a run, '2 GB' or '2G'; 4000: MB") = 2000
    ranks: _field(count(1, 10_000), "MPI ranks per run") = 1
    nodes: _field(count(1, 1000) | None, "nodes per run; default: the cluster decides") = None
    jobs: _field(count(1, 100_000), "runs submitted at a time") = 100
    qos: _field(text() | None, "quality of service, where the cluster demands one") = None
    constraint: _field(text() | None, "features of the nodes") = None
    reservation: _field(text() | None, "reservation") = None
    gres: _field(_text_of(generic_resource) | None, "generic resource, 'name:count'") = None
    extra: _field(_text_of(sbatch_options) | None, "further options for sbatch") = None
    launcher: _field(text(1000) | None, "default: 'mpiexec -n {ranks}' of the environment") = None
