"""Brackets the least stack pressure, or the largest current, at which stripping keeps contact."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import tomli_w

from napress.cases.campaigns.campaign import Campaign, Job, Standing
from napress.cases.campaigns.where import Where
from napress.cases.errors import CaseError
from napress.cases.schema.interface_case import Case
from napress.cases.schema.load import parse_case
from napress.postprocess.records.history import read_history

PRESSURE, CURRENT = "pressure", "current"
# From one end of the bracket to the other: where to stop; how far to look for an end; in all.
CLOSE_ENOUGH, STRIDE, MOST_RUNS = 1.3, 4.0, 14
# Between these an end of the bracket is looked for, MPa and mA/cm2. A stack of less than a tenth
# of an atmosphere is none.
SEARCHED = {PRESSURE: (1e-2, 1e3), CURRENT: (1e-3, 1e3)}
# Of the contact at the start of the current: with less it counts as lost.
KEPT_SHARE = 0.9


@dataclass(frozen=True)
class Tried:
    """One run of the search.

    Attributes:
        pressure_MPa: Of the stack.
        current_mA_cm2: Mean current density.
        contact_at_start: Contact fraction when the current starts.
        contact_at_end: When the charge has passed, or contact was lost.
        charge_mAh_cm2: Charge that has passed.
        kept: Whether the contact was kept; None if the run stopped for another reason.
        reason: Why it stopped early; empty if it did not.
        run: Its folder.
    """

    pressure_MPa: float
    current_mA_cm2: float
    contact_at_start: float
    contact_at_end: float
    charge_mAh_cm2: float
    kept: bool | None
    reason: str
    run: str


@dataclass(frozen=True)
class Limit:
    """What the search found.

    Attributes:
        varied: ``pressure`` or ``current``.
        fixed: Value of the other, MPa or mA/cm2.
        lost: Nearest value at which contact is lost; None if it never was.
        kept: Nearest value at which it is kept; None if it never was.
        tried: Every run, in the order of the varied value.
    """

    varied: str
    fixed: float
    lost: float | None
    kept: float | None
    tried: tuple[Tried, ...]

    @property
    def estimate(self) -> float | None:
        """Geometric mean of the bracket; None while one end is missing."""
        if self.lost is None or self.kept is None:
            return None
        return math.sqrt(self.lost * self.kept)

    def as_dict(self) -> dict[str, Any]:
        """The answer as plain data, units in the names."""
        unit = "MPa" if self.varied == PRESSURE else "mA_cm2"
        other = "current_mA_cm2" if self.varied == PRESSURE else "pressure_MPa"
        return {
            "varied": self.varied,
            other: self.fixed,
            f"critical_{self.varied}_{unit}": self.estimate,
            f"lost_at_{unit}": self.lost,
            f"kept_at_{unit}": self.kept,
            "kept_means_share_of_contact": KEPT_SHARE,
            "runs": [asdict(one) for one in self.tried],
        }


def stripped_entry(case: Case, file: str) -> int:
    """Returns the place of the entry that strips, the last one with a current.

    Raises:
        CaseError: If there is none.
    """
    found = [k for k, stage in enumerate(case.program) if (stage.current or 0.0) > 0.0]
    if not found:
        raise CaseError(
            file, "program", "strips nothing; allowed: an entry with current and charge"
        )
    return found[-1]


def varied_case(case: Case, file: str, pressure_MPa: float, current_mA_cm2: float) -> Case:
    """Returns the case with another stack pressure and current, checked like any other."""
    data = case.model_dump(exclude_none=True)
    entry = data["program"][stripped_entry(case, file)]
    entry["stack_pressure"] = f"{pressure_MPa!r} MPa"
    entry["current"] = f"{current_mA_cm2!r} mA/cm**2"
    # Nothing is drawn of a search; its runs can be reported afterwards.
    data["output"] = data.get("output", {}) | {"figures": False, "report": False, "fields": "none"}
    return parse_case(tomli_w.dumps(data).encode(), file, Path(file).parent)


def find_limit(
    case: Case,
    file: str,
    varied: str,
    fixed: float,
    folder: Path,
    where: Where,
    say: Callable[[str], None] = lambda text: None,
) -> Limit:
    """Searches by runs of a campaign; what is there from an earlier search is used.

    Starts at the value of the case, goes up and down in strides until contact is once kept
    and once lost, and halves the bracket on a logarithmic scale.

    Args:
        case: A case that strips.
        file: Its name, for messages.
        varied: ``pressure`` or ``current``.
        fixed: Value of the other, MPa or mA/cm2.
        folder: Of the campaign.
        where: Where the runs take place.
        say: Told one line when a run has ended.

    Raises:
        CaseError: If the case does not strip, or cannot at these values.
        RunFolderError: If the folder cannot be used.
    """
    stage = case.program[stripped_entry(case, file)]
    start = stage.current if varied == CURRENT else _pressure_of(case, file)
    found: dict[float, Tried] = {}

    def try_all(values: Sequence[float]) -> None:
        pairs = [(value, fixed) if varied == PRESSURE else (fixed, value) for value in values]
        cases = [varied_case(case, file, *pair) for pair in pairs]
        jobs = [
            Job.of(one, f"{pair[0]:.4g} MPa {pair[1]:.4g} mA")
            for one, pair in zip(cases, pairs, strict=True)
        ]
        for value, pair, standing in zip(
            values, pairs, Campaign(jobs, folder).run(where), strict=True
        ):
            found[value] = tried = judge(standing, *pair)
            said = {True: "kept", False: "lost", None: "undecided"}[tried.kept]
            say(
                f"{pair[0]:.3g} MPa, {pair[1]:.3g} mA/cm2: contact {said} "
                f"({tried.contact_at_start:.3f} to {tried.contact_at_end:.3f})"
            )

    for values in _search(start, varied, found):
        try_all(values)
    lost, kept = _ends(found, varied)
    return Limit(varied, fixed, lost, kept, tuple(found[value] for value in sorted(found)))


def _pressure_of(case: Case, file: str) -> float:
    """Stack pressure of the case, as written or as the entry before leaves it."""
    for stage in reversed(case.program[: stripped_entry(case, file) + 1]):
        for value in (stage.stack_pressure, stage.release, stage.pressure):
            if value is not None:
                return value
    return 1.0


def _search(start: float, varied: str, found: dict[float, Tried]) -> Iterator[list[float]]:
    """What to try next, until the bracket is narrow or enough has been tried."""
    yield [start]
    # Contact is kept at high pressure and at low current.
    towards_kept = STRIDE if varied == PRESSURE else 1 / STRIDE
    while len(found) < MOST_RUNS:
        lost, kept = _ends(found, varied)
        if lost is None and kept is None:
            return  # nothing could be decided
        if kept is None or lost is None:
            value = lost * towards_kept if kept is None else kept / towards_kept
            least, most = SEARCHED[varied]
            if not least <= value <= most:
                return
            yield [value]
        elif max(lost / kept, kept / lost) > CLOSE_ENOUGH:
            yield [math.sqrt(lost * kept)]
        else:
            return
        if all(one.kept is None for one in list(found.values())[-2:]) and len(found) > 1:
            return


def _ends(found: dict[float, Tried], varied: str) -> tuple[float | None, float | None]:
    """The values nearest to the limit at which contact was lost, and kept."""
    lost = [value for value, tried in found.items() if tried.kept is False]
    kept = [value for value, tried in found.items() if tried.kept]
    inner = (max, min) if varied == PRESSURE else (min, max)
    return inner[0](lost, default=None), inner[1](kept, default=None)


def judge(standing: Standing, pressure_MPa: float, current_mA_cm2: float) -> Tried:
    """Says whether a run kept its contact, from its history alone."""
    path = standing.folder / "history.csv"
    history = read_history(path) if path.exists() else pd.DataFrame()
    driven = history.get("current_mA_cm2", pd.Series(dtype=float)) != 0.0
    start = end = charge = math.nan
    kept: bool | None = None
    if driven.any():
        first = int(driven.to_numpy().argmax())
        start = float(history["contact_fraction"].iloc[max(first - 1, 0)])
        end = float(history["contact_fraction"].iloc[-1])
        charge = float(history["charge_mAh_cm2"].iloc[-1])
        if standing.finished:
            kept = end >= KEPT_SHARE * start
        elif "contact" in standing.reason and "lost" in standing.reason:
            kept = False
        elif end < KEPT_SHARE * start:
            # It stopped on the way, after what the question was about had happened.
            kept = False
    return Tried(
        pressure_MPa,
        current_mA_cm2,
        start,
        end,
        charge,
        kept,
        standing.reason,
        standing.folder.name,
    )
