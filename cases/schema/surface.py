"""The ``[[surface]]`` tables of a case: which kinds there are; several superpose.

A new kind is a file in `napress.cases.schema.surfaces` with a `SurfaceKind`, and its line
in `KINDS`: schema, checks, sweeps, windows and the model know it from there.
"""

from __future__ import annotations

import functools
import operator
from typing import Annotated, Any, get_args

from pydantic import Field

from napress.cases.schema.surfaces.grooves import Notch, Ridges, Scratch
from napress.cases.schema.surfaces.kind import LATERAL as LATERAL
from napress.cases.schema.surfaces.kind import SurfaceKind
from napress.cases.schema.surfaces.measured import Map, Profile
from napress.cases.schema.surfaces.waves import Flat, SelfAffine, Sinusoid

KINDS: tuple[type[SurfaceKind], ...] = (
    Flat,
    Sinusoid,
    SelfAffine,
    Scratch,
    Notch,
    Ridges,
    Profile,
    Map,
)


def _name(kind: type[SurfaceKind]) -> str:
    return get_args(kind.model_fields["kind"].annotation)[0]


SURFACE_KINDS: dict[str, type[SurfaceKind]] = {_name(kind): kind for kind in KINDS}
SurfaceTable = Annotated[
    functools.reduce(operator.or_, KINDS),
    Field(discriminator="kind"),
]


def seed_of(table: Any) -> int | None:
    """Returns the seed of a random surface, None of any other."""
    return getattr(table, "seed", None)
