"""How every command talks: results on stdout, the rest on stderr, rank 0 only."""

from __future__ import annotations

import json
import sys
from typing import Any

from napress.cases.errors import one_line
from napress.cases.machine.parallel import environment_rank
from napress.postprocess.wording import printable


def print_text(text: str) -> None:
    """Prints a result on stdout; a title may hold what a terminal would obey, so that is shown."""
    if environment_rank() == 0:
        sys.stdout.write(printable(text) + "\n")
        sys.stdout.flush()


def print_json(content: Any) -> None:
    """Prints a result as JSON on stdout."""
    from napress.cases.runs.folder import plain

    text = json.dumps(plain(content), indent=2, ensure_ascii=False)
    # JSON escapes only some of the control characters by itself.
    shown = printable(text)
    print_text(
        "".join(c if c == s else json.dumps(c)[1:-1] for c, s in zip(text, shown, strict=True))
    )


def print_progress(text: str) -> None:
    """Prints one line of progress on stderr."""
    if environment_rank() == 0:
        sys.stderr.write(f"{one_line(text)}\n")
        sys.stderr.flush()


def complain(text: str, from_any_rank: bool = False) -> None:
    """Prints one line on stderr that says what is wrong."""
    if environment_rank() == 0 or from_any_rank:
        sys.stderr.write(f"napress: {one_line(text)}\n")
        sys.stderr.flush()
