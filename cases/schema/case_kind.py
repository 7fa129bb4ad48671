"""Tells a case of the interface from one of a whole pellet, and which command runs which."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from napress.cases.errors import CaseError


def is_pellet_case(data: Mapping[str, Any]) -> bool:
    """Tells whether a file describes a pellet: a table ``[pellet]`` and no ``[[surface]]``."""
    return "pellet" in data and "surface" not in data


def require_interface_case(data: Mapping[str, Any], file: str) -> None:
    """Stops a pellet case where one of the interface is due.

    Raises:
        CaseError: Naming the command for it.
    """
    if is_pellet_case(data):
        raise CaseError(
            file,
            "pellet",
            "this is a pellet case, run by `napress pellet CASE`; "
            "allowed here: an interface case, with tables [[surface]]",
        )


def require_pellet_case(data: Mapping[str, Any], file: str) -> None:
    """Stops an interface case where one of a pellet is due.

    Raises:
        CaseError: Naming the command for it.
    """
    found = next((name for name in ("surface", "interface") if name in data), None)
    if found is not None and "pellet" not in data:
        command = "`napress window CASE` or `napress run CASE`"
        if "window" not in data:
            command = "`napress run CASE`"
        raise CaseError(
            file,
            found,
            f"this is an interface case, run by {command}; "
            "allowed here: a pellet case, with a table [pellet]",
        )
