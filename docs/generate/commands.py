"""The page of commands, from the command line itself."""

from __future__ import annotations

from typing import Any

import typer

from napress.cases.cli.main import app
from napress.cases.errors import EXIT_CODE_MEANING

HEAD = """# Commands

`napress COMMAND --help` prints the same. Options in brackets may be left out.
"""


def page() -> str:
    """Returns the page in Markdown."""
    group: Any = typer.main.get_command(app)
    parts = [HEAD]
    for name, command in group.commands.items():
        words = " ".join(_usage(parameter) for parameter in command.params)
        parts.append(f"## napress {name}\n\n{_plain(command.help)}\n")
        parts.append(f"```text\nnapress {name} {words}".rstrip() + "\n```\n")
        told = [(_names(one), _plain(getattr(one, "help", ""))) for one in command.params]
        if told:
            parts += ["| argument | meaning |", "|---|---|"]
            parts += [f"| `{names}` | {text} |" for names, text in told] + [""]
    codes = "\n".join(f"| {int(c)} | {text} |" for c, text in EXIT_CODE_MEANING.items())
    return "\n".join([*parts, f"## Exit codes\n\n| code | meaning |\n|---|---|\n{codes}\n"])


def _is_argument(parameter: Any) -> bool:
    return parameter.param_type_name == "argument"


def _names(parameter: Any) -> str:
    if _is_argument(parameter):
        return str(parameter.metavar or parameter.name.upper()).strip("[].").replace("]", "")
    return ", ".join(parameter.opts)


def _usage(parameter: Any) -> str:
    words = _names(parameter) if _is_argument(parameter) else parameter.opts[0]
    if not _is_argument(parameter) and not parameter.is_flag:
        words += f" {parameter.name.upper()}"
    return words if parameter.required else f"[{words}]"


def _plain(text: str | None) -> str:
    return " ".join((text or "").split()).replace("|", "\\|").replace("<", "&lt;")
