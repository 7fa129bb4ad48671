"""The run of the interface that a fit needs: how contact grows, without a film."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from napress.cases.campaigns.campaign import Campaign, Count, Job, Standing, Where
from napress.cases.errors import CaseError, ExitCode, NapressError, RunFolderError
from napress.cases.fit.face import Face, spread
from napress.cases.fit.measurements import Measurements
from napress.cases.runs import folder as run_folder
from napress.cases.schema.interface_case import Case
from napress.cases.schema.load import check_case
from napress.postprocess.measures.interface import CONTACT_GAP_UM
from napress.postprocess.records.history import read_history
from napress.postprocess.records.profiles import Profile, read_profile
from napress.postprocess.records.recorder import HISTORY, PROFILES

PER_DECADE = 5
# How far beyond the measured pressures a run goes where the yield stress is fitted too.
YIELD_RANGE = 5.0
LARGEST_MPA = 1000.0


class NoContactRun(NapressError):
    """The run of the interface came to nothing."""

    exit_code = ExitCode.STOPPED_EARLY


def contact_case(case: Case, data: Measurements, fits_yield: bool) -> Case:
    """The case to run: the user's, without film, at pressures around the measured ones.

    A program with time stays as it is: how contact grows then depends on it.
    """
    tables = case.model_dump(exclude_none=True)
    tables.pop("film", None)
    tables.pop("resistance", None)
    tables["output"] = {"fields": "none", "figures": False, "report": False}
    timed = any(stage.duration or stage.hold or stage.release for stage in case.program)
    if not timed and case.creep is None:
        wide = YIELD_RANGE if fits_yield else 1.0
        low = float(data.pressure_MPa.min()) / wide
        high = min(float(data.pressure_MPa.max()) * wide, LARGEST_MPA)
        low = min(low, 0.9 * high)
        first = math.floor(PER_DECADE * math.log10(low) + 1e-9)
        last = max(math.ceil(PER_DECADE * math.log10(high) - 1e-9), first + 1)
        # Always the same pressures: another table of about this range finds the same run.
        pressures = [float(f"{10 ** (at / PER_DECADE):.3g}") for at in range(first, last + 1)]
        tables["program"] = [{"pressure": f"{p!r} MPa"} for p in pressures]
    return check_case(tables, "fit", Path())


def run_contact(case: Case, folder: Path, cores: int, say: Callable[[str], None]) -> Path:
    """Runs a case, unless its run is there already.

    Returns:
        The run folder.

    Raises:
        NoContactRun: If it gave no step to use.
    """

    def on_end(one: Standing, count: Count) -> None:
        say(f"{one.job.name}: {one.reason or 'finished'} ({one.seconds or 0.0:.0f} s)")

    campaign = Campaign([Job.of(case, "contact")], folder / "campaign", runs=folder)
    (ended,) = campaign.run(Where(cores), say=say, on_end=on_end)
    if not ended.usable:
        raise NoContactRun(f"{ended.folder}: {ended.reason or 'came to nothing'}")
    return ended.folder


def face_of(folder: Path, yield_MPa: float) -> tuple[Face, pd.DataFrame]:
    """Reads the contact of a run, and its history.

    Args:
        folder: Run folder.
        yield_MPa: Yield stress it was run with.

    Raises:
        RunFolderError: If it is none, or holds no contact under pressure.
    """
    if not run_folder.is_run_folder(folder):
        raise RunFolderError(f"{folder}: no run folder; allowed: a folder that napress run wrote")
    try:
        history = read_history(folder / HISTORY)
        rows = history[(history["is_target"] == 1) & (history["pressure_MPa"] > 0)]
        largest = rows["pressure_MPa"].cummax()
        rows = rows[rows["pressure_MPa"] >= largest]
        rows = rows.drop_duplicates("pressure_MPa")
        spreads = [
            _spread(read_profile(folder / PROFILES, int(r["step"])), r) for _, r in rows.iterrows()
        ]
    except (ValueError, OSError, KeyError) as error:
        raise RunFolderError(f"{folder}: {error}") from error
    spreads = [one for one in spreads if one is not None]
    if not spreads:
        raise RunFolderError(f"{folder}: nothing touches at any target; allowed: a run that does")
    return Face(spreads, yield_MPa), history


def _spread(profile: Profile, row: pd.Series):
    touching = profile.touching()
    if not (profile.contact_pressure_MPa[touching] > 0).any():
        return None
    constriction = float(row.get("constriction_asr_ohm_cm2", math.nan))
    return spread(
        profile.pressure_MPa,
        profile.contact_pressure_MPa,
        # What does not press may still lie within the tolerance in 3-D.
        np.maximum(profile.gap_um, CONTACT_GAP_UM),
        profile.area_um,
        constriction if math.isfinite(constriction) else 0.0,
        touching,
    )


def require_conductivity(case: Case, value: float | None) -> float:
    """The electrolyte's conductivity, mS/cm.

    Raises:
        CaseError: If neither case nor material gives it.
    """
    if value is None:
        raise CaseError(
            case.title,
            "ceramic.ionic_conductivity",
            "missing, and clean spots are constricted by it; allowed: a conductivity such as "
            "'5 mS/cm'",
        )
    return value
