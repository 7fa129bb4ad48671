"""Stripping beside experiments: the least stack pressure that keeps contact at a current.

Searched by runs on one coarse wave, the same for all systems. Nothing is fitted.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from napress.cases.campaigns.where import Where
from napress.cases.schema.load import load_case
from napress.cases.stripping.limit import PRESSURE, Limit, find_limit
from napress.cases.validation.comparison import Comparison


@dataclass(frozen=True)
class Stripped:
    """One current of one system, and the stack pressure that was found to keep contact.

    Attributes:
        system: Metal and electrolyte.
        case: Shipped case.
        current_mA_cm2: Mean current density.
        measured: Stack pressure in MPa, as the source gives it.
        source: Of it.
    """

    system: str
    case: str
    current_mA_cm2: float
    measured: str
    source: str


SYSTEMS = (
    Stripped(
        "Na on beta''-alumina",
        "strip-na-beta-alumina",
        2.5,
        "above 9",
        "Spencer Jolly et al. 2020, abstract; pressure linear in current",
    ),
    Stripped(
        "Na on closo-borate",
        "strip-na-closo-borate",
        1.0,
        "0.3 bad, 1 steady",
        "Brighi, Murgia, Cerny, Adv. Mater. Interfaces 9 (2022) 2101254",
    ),
    Stripped("Li on LPSCl", "strip-li-lpscl", 0.2, "3", "as quoted in reviews"),
    Stripped("Li on LPSCl", "strip-li-lpscl", 1.0, "7", "as quoted in reviews"),
)


def stripping_comparisons(out: Path, cores: int) -> list[Comparison]:
    """Searches every system's stack pressure; runs that are there are used.

    Args:
        out: Folder of the validation's runs.
        cores: Runs at a time.
    """
    folder = Path(str(resources.files("napress.cases").joinpath("validation")))
    rows = []
    for one in SYSTEMS:
        file = folder / f"{one.case}.toml"
        limit = find_limit(
            load_case(file),
            str(file),
            PRESSURE,
            one.current_mA_cm2,
            out / f"{one.case}-{one.current_mA_cm2:g}",
            Where(cores),
        )
        rows.append(compared(one, limit))
    return rows


def compared(one: Stripped, limit: Limit) -> Comparison:
    """A row of the table; without a number where the search found no limit."""
    return Comparison(
        one.system,
        f"least stack pressure that keeps contact (MPa), {one.current_mA_cm2:g} mA/cm2",
        None,
        one.measured,
        limit.estimate,
        "" if limit.estimate is not None else _why_none(limit),
        one.case,
        one.source,
    )


def _why_none(limit: Limit) -> str:
    """Why a search ended without a limit."""
    if ended := [tried.reason for tried in limit.tried if tried.kept is None]:
        return ended[0]
    if limit.kept is not None:
        return f"kept at every pressure tried, down to {limit.kept:.2g} MPa"
    return "no limit found"
