"""Reads TOML, and turns whatever is wrong with a file into one `CaseError`."""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from napress.cases.errors import CaseError

# A case is a page of text; reading a disk image by mistake must not take minutes.
LARGEST_FILE_BYTES = 20_000_000


def read_bytes(path: Path, shown_as: str | None = None) -> bytes:
    """Returns the content of an input file.

    Raises:
        CaseError: If there is no such file, it cannot be read, or it is too large.
    """
    name = shown_as or str(path)
    try:
        if path.is_dir():
            raise CaseError(name, "", "is a folder; allowed: a file")
        if not path.exists():
            raise CaseError(name, "", "no such file; allowed: path of an existing file")
        if not path.is_file():
            raise CaseError(name, "", "is not a regular file; allowed: a file")
        if path.stat().st_size > LARGEST_FILE_BYTES:
            raise CaseError(name, "", f"is too large; allowed: {LARGEST_FILE_BYTES} bytes")
        return path.read_bytes()
    except ValueError as error:
        if isinstance(error, CaseError):
            raise
        raise CaseError(name, "", f"not a usable path ({error})") from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise CaseError(name, "", f"cannot be read ({reason})") from error


def companion(name: str, context: Any) -> Path:
    """Returns the path of a file that a case names; see `folder_of`."""
    return folder_of(name, context) / name


def folder_of(name: str, context: Any) -> Path:
    """Returns the folder in which a file that a case names is looked for.

    That is the case's own; where the case is a symbolic link, first beside the link
    and then beside the file it points to.

    Args:
        name: As the case writes it.
        context: Of the validation: ``folder``, and ``file``, the case as the user named it.
    """
    context = context or {}
    folder = Path(context.get("folder") or Path())
    try:
        case = Path(context.get("file") or "")
        if not (folder / name).exists() and case.is_symlink():
            beside = case.resolve().parent
            return beside if (beside / name).exists() else folder
    except (OSError, ValueError):  # a name no file can have: reading it says so
        return folder
    return folder


def parse_toml(content: bytes, name: str) -> dict[str, Any]:
    """Returns the table written in TOML.

    Raises:
        CaseError: If the text is not UTF-8 or not TOML, with line and column.
    """
    try:
        # Windows editors put a byte order mark before UTF-8
        decoded = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise CaseError(name, f"line {line}", "is not UTF-8; allowed: UTF-8 text") from error
    try:
        return tomllib.loads(decoded)
    except RecursionError as error:
        raise CaseError(name, "", "is nested too deeply; allowed: plain tables") from error
    except ValueError as error:
        raise CaseError(name, "", f"is not TOML: {error}; allowed: TOML 1.0") from error


def read_toml(path: Path, shown_as: str | None = None) -> dict[str, Any]:
    """Returns the table in a TOML file; see `read_bytes` and `parse_toml`."""
    return parse_toml(read_bytes(path, shown_as), shown_as or str(path))


def field_name(location: tuple[Any, ...], tags: Collection[str] = ()) -> str:
    """Returns a pydantic location as ``surface[0].amplitude``; union tags are left out."""
    name = ""
    for index, part in enumerate(location):
        if isinstance(part, int):
            name += f"[{part}]"
        elif part in tags and index and isinstance(location[index - 1], int):
            continue
        else:
            name += f".{part}" if name else str(part)
    return name


def case_error(
    error: ValidationError, file: str, tags: Collection[str] = (), place: str = ""
) -> CaseError:
    """Returns the first of pydantic's errors as a `CaseError`, counting the others.

    Args:
        error: What pydantic found.
        file: Name of the file.
        tags: Union tags, which pydantic puts into locations and users never wrote.
        place: Table of the file that was validated; empty when it is the whole file.
    """
    details = error.errors(include_url=False)
    first = details[0]
    context = first.get("ctx") or {}
    cause = context.get("error")
    if isinstance(cause, CaseError):
        return cause
    location = ((place,) if place else ()) + tuple(first["loc"])
    if "key" in context:
        location += (context["key"],)
    message = str(cause) if isinstance(cause, ValueError) else first["msg"]
    if first["type"] in ("union_tag_invalid", "union_tag_not_found"):
        location += ("kind",)
        message = f"is missing or unknown; allowed: {', '.join(sorted(tags))}"
    elif first["type"] in ("too_long", "too_short"):
        least, most = context.get("min_length", 1), context.get("max_length")
        bound = f"at most {most}" if most is not None else f"at least {least}"
        message = f"{context['actual_length']} entries; allowed: {bound}"
    if len(details) > 1:
        message += f" (and {len(details) - 1} more)"
    return CaseError(file, field_name(location, tags), message)
