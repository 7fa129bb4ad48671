"""From a sweep file to the cases it stands for, each checked before anything runs."""

from __future__ import annotations

import copy
import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from napress.cases.errors import CaseError
from napress.cases.schema.checks import check_surface
from napress.cases.schema.interface_case import Case
from napress.cases.schema.load import case_hash
from napress.cases.schema.materials import Material, load_material
from napress.cases.schema.surface import SURFACE_KINDS
from napress.cases.sweeps.fieldpaths import field_paths, require_field, seed_fields, set_field
from napress.cases.sweeps.sampling import sample
from napress.cases.sweeps.schema import LARGEST_SWEEP, Sweep
from napress.cases.values.toml import case_error, companion, folder_of, read_toml

HASH_DIGITS = 16
Point = dict[str, Any]


@dataclass(frozen=True)
class PlannedRun:
    """One run of a sweep.

    Attributes:
        id: First digits of the hash of its resolved case; names its folder.
        values: Fields that vary, as the sweep writes them.
        case: The checked case.
    """

    id: str
    values: Point
    case: Case


def base_file(sweep: Sweep, file: Path) -> Path:
    """Returns the path of the case that a sweep varies; a sweep file may be a symbolic link."""
    return companion(sweep.base, {"folder": file.parent, "file": file})


def expand(
    sweep: Sweep, file: Path, known_valid: Callable[[str], bool] = lambda run_id: False
) -> list[PlannedRun]:
    """Returns the runs of a sweep, every case checked; equal cases appear once.

    Args:
        sweep: From `load_sweep`.
        file: The sweep file; ``base`` starts from its folder.
        known_valid: Tells of a run id whether its case was checked before, so
            that its surface need not be built again.

    Raises:
        CaseError: Naming the sweep file, the field or the run, and what is allowed.
    """
    path = base_file(sweep, file)
    try:
        base = read_toml(path, shown_as=sweep.base)
    except CaseError as error:
        raise CaseError(str(file), "base", str(error)) from error
    base.setdefault("title", path.stem)
    return expand_over(sweep, str(file), base, path.parent, path, known_valid)


def expand_over(
    sweep: Sweep,
    file: str,
    base: dict[str, Any],
    folder: Path,
    source: str | Path,
    known_valid: Callable[[str], bool] = lambda run_id: False,
) -> list[PlannedRun]:
    """Returns the runs of a sweep over a case in tables; see `expand`.

    Args:
        sweep: What varies; its ``base`` is the name of the case in messages.
        file: Name of the sweep, for messages.
        base: The case as read from TOML.
        folder: Where files that it names are looked for.
        source: Path of its file, which may be a symbolic link.
        known_valid: As in `expand`.
    """
    points, origin = _points(sweep, file, base)
    known = field_paths(base)
    for field, block in origin.items():
        try:
            require_field(field, known)
        except ValueError as error:
            raise CaseError(file, f'{block}."{field}"', str(error)) from error
    materials: dict[str, Material] = {}
    runs: dict[str, PlannedRun] = {}
    title = str(base.get("title", sweep.base))[:80]
    for index, point in enumerate(points):
        data = copy.deepcopy(base)
        for field, value in point.items():
            set_field(data, field, copy.deepcopy(value))
        if "title" not in origin:
            data["title"] = f"{title}: {describe(point)}"[:200]
        try:
            case = _checked(data, {"folder": folder, "file": source}, sweep.base, materials)
            run_id = case_hash(case)[:HASH_DIGITS]
            if run_id not in runs and not known_valid(run_id):
                check_surface(case, sweep.base)
        except CaseError as error:
            place = f"run {index + 1} ({describe(point)})"
            where = f"{error.file}: {error.field}" if error.field else error.file
            raise CaseError(file, place, f"{where}: {error.message}") from error
        runs.setdefault(run_id, PlannedRun(run_id, point, case))
    return list(runs.values())


def describe(point: Point) -> str:
    """Returns a point in words, such as ``surface[0].rms = 0.5 um, surface[0].seed = 3``."""

    def words(value: Any) -> str:
        value = value.get("value", value) if isinstance(value, dict) else value
        return value if isinstance(value, str) else json.dumps(value, default=str)

    return ", ".join(f"{field} = {words(value)}" for field, value in point.items())


def _checked(
    data: dict[str, Any], context: dict[str, Any], shown_as: str, materials: dict[str, Material]
) -> Case:
    for body in ("sodium", "ceramic"):
        table = data.get(body)
        name = table.get("material") if isinstance(table, dict) else None
        if isinstance(name, str) and name:
            try:
                # Read once, not once per run.
                if name not in materials:
                    materials[name] = load_material(name, folder_of(name, context))
            except CaseError:
                raise
            except ValueError as error:
                raise CaseError(shown_as, f"{body}.material", str(error)) from error
            table["material"] = materials[name]
    try:
        return Case.model_validate(data, context=context)
    except ValidationError as error:
        raise case_error(error, shown_as, tags=SURFACE_KINDS) from error


def _points(
    sweep: Sweep, file: str, base: dict[str, Any]
) -> tuple[Iterator[Point], dict[str, str]]:
    """Returns the points of the product of all blocks, and each field's block."""
    axes: list[list[Point]] = []
    origin: dict[str, str] = {}

    def add(block: str, fields: Any, points: list[Point]) -> None:
        for field in dict.fromkeys(fields):
            if field == "title" and block not in ("zip", "list"):
                # Runs that differ in nothing else are one run.
                text = "a title changes no run; allowed: in [zip] and [[list]], to name points"
                raise CaseError(file, f"{block}.title", text)
            if field in origin:
                taken = f"is varied by {origin[field]} as well; allowed: one block per field"
                raise CaseError(file, f'{block}."{field}"', taken)
            origin[field] = block
        axes.append(points)

    for field, values in (sweep.grid or {}).items():
        add("grid", [field], [{field: value} for value in values])
    if sweep.zip:
        rows = zip(*sweep.zip.values(), strict=True)
        add("zip", sweep.zip, [dict(zip(sweep.zip, row, strict=True)) for row in rows])
    if sweep.list:
        add("list", [field for entry in sweep.list for field in entry], sweep.list)
    if sweep.random:
        add("random.fields", sweep.random.fields, _samples(sweep, file))
    if sweep.seeds:
        add("seeds", *_seed_points(sweep, file, base))
    if not axes:
        raise CaseError(file, "grid", "missing; allowed: grid, zip, list, random or seeds")
    runs = 1
    for points in axes:
        runs *= len(points)
    if runs > LARGEST_SWEEP:
        blocks = ", ".join(dict.fromkeys(origin.values()))
        raise CaseError(file, blocks, f"makes {runs} runs; allowed: at most {LARGEST_SWEEP}")
    combined = itertools.product(*axes)
    merged = ({key: v for point in row for key, v in point.items()} for row in combined)
    return merged, origin


def _samples(sweep: Sweep, file: str) -> list[Point]:
    random = sweep.random
    try:
        return sample(random.method, random.samples, random.seed, random.fields)
    except ValueError as error:
        raise CaseError(file, "random", str(error)) from error


def _seed_points(sweep: Sweep, file: str, base: dict[str, Any]) -> tuple[list[str], list[Point]]:
    fields = seed_fields(base)
    if not fields:
        raise CaseError(file, "seeds", "the case has no random surface; allowed: without [seeds]")
    first = sweep.seeds.first
    seeds = range(first, first + sweep.seeds.count)
    # Several random surfaces of one case must not be copies of each other.
    stride = 1_000_003
    points = [{f: seed + stride * k for k, f in enumerate(fields)} for seed in seeds]
    return fields, points
