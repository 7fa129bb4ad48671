"""One run that a campaign is asked for."""

from __future__ import annotations

from dataclasses import dataclass

from napress.cases.campaigns.warm import kind_of
from napress.cases.runs.bring_to_end import INTERFACE, PELLET
from napress.cases.schema.interface_case import Case
from napress.cases.schema.load import (
    case_hash,
    pellet_case_hash,
    pellet_resolved_toml,
    resolved_toml,
)
from napress.cases.schema.pellet_case import PelletCase

HASH_DIGITS = 10


@dataclass(frozen=True)
class Job:
    """One run of a campaign.

    Attributes:
        id: Name of its folder, different for every run of the campaign.
        case_toml: Its case, with all defaults, materials and profiles written out.
        kind: ``interface`` or ``pellet``.
        case_hash: First digits of the hash of the case; a run of another case in its
            folder is put aside.
        name: For people, such as ``seed 3``; default the id.
        forms: What decides which forms it compiles; runs that agree compile once.
    """

    id: str
    case_toml: str
    kind: str = INTERFACE
    case_hash: str = ""
    name: str = ""
    forms: str = ""

    @classmethod
    def of(cls, case: Case | PelletCase, name: str, folder: str = "") -> Job:
        """Returns the job that runs a case.

        Args:
            case: A checked case of the interface or of a pellet.
            name: For people, such as ``seed 3``.
            folder: Name of its folder; by default the name with the start of the case's
                hash: an edited case runs anew and leaves the old run where it is.
        """
        pellet = isinstance(case, PelletCase)
        digest = (pellet_case_hash(case) if pellet else case_hash(case))[:HASH_DIGITS]
        return cls(
            id=folder or f"{name.replace(' ', '-')}-{digest}",
            case_toml=pellet_resolved_toml(case) if pellet else resolved_toml(case),
            kind=PELLET if pellet else INTERFACE,
            case_hash=digest,
            name=name,
            forms="" if pellet else repr(kind_of(case)),
        )
