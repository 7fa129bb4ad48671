"""Commented case files for `napress new`: one surface block each, the rest in common."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from napress.cases.errors import CaseError, RunFolderError
from napress.cases.runs.folder import file_system_errors, write_bytes
from napress.cases.values.fields import did_you_mean

TEMPLATES = ("sinusoid", "self-affine", "scratch", "notch", "ridges", "profile")
PROFILE_FILE = "profile.txt"


def _read(name: str) -> str:
    folder = resources.files("napress.cases").joinpath("templates")
    return folder.joinpath(name).read_text(encoding="utf-8")


def template_text(template: str) -> str:
    """Returns a commented case file.

    Raises:
        CaseError: If there is no such template; the nearest is named.
    """
    if template not in TEMPLATES:
        hint = did_you_mean(template, TEMPLATES)
        raise CaseError(
            template, "TEMPLATE", f"no such template; {hint}allowed: {', '.join(TEMPLATES)}"
        )
    return _read(f"{template}.toml") + _read("common.toml")


def write_template(template: str, path: Path) -> list[Path]:
    """Writes a commented case file, and the data file it names if it needs one.

    Args:
        template: One of `TEMPLATES`.
        path: Must not exist.

    Returns:
        The files written; a data file that is there already is left alone.

    Raises:
        CaseError: If there is no such template.
        RunFolderError: If the file exists or cannot be written.
    """
    text = template_text(template)
    written = [path]
    with file_system_errors(path):
        if path.exists():
            raise RunFolderError(f"{path}: exists already; allowed: --out with a new file")
        path.parent.mkdir(parents=True, exist_ok=True)
        data = path.parent / PROFILE_FILE
        if template == "profile" and not data.exists():
            write_bytes(data, _read(PROFILE_FILE).encode())
            written.append(data)
        write_bytes(path, text.encode())
    return written
