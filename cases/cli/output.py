"""How every command talks: results on stdout, the rest on stderr, rank 0 only."""

from __future__ import annotations

import contextlib
import json
import sys
import time
from typing import Any

from napress.cases.errors import ExitCode, one_line
from napress.cases.machine.parallel import (
    abort_others,
    all_arrive,
    environment_rank,
    has_other_ranks,
)
from napress.postprocess.wording import printable

# An error of all ranks reaches them within moments; a slow disk may hold up one of them.
PATIENCE_S = 10.0


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
        _write_error(one_line(text))


def all_ranks_fail(text: str, code: ExitCode) -> ExitCode:
    """Says what is wrong, once, and sees to it that no rank goes on waiting for this one.

    Args:
        text: What is wrong.
        code: Exit code of this rank.

    Returns:
        The exit code; where the other ranks have not failed as well, all end here.
    """
    if code == ExitCode.INTERRUPTED:
        if environment_rank() != 0 and has_other_ranks():
            # Rank 0 first has to write down where the run stands; it ends this one as well.
            time.sleep(PATIENCE_S)
        complain(text, from_any_rank=True)
        abort_others(int(code))
        return code
    together = all_arrive(PATIENCE_S)
    complain(text, from_any_rank=not together)
    if not together:
        abort_others(int(code))
    return code


def complain(text: str, from_any_rank: bool = False) -> None:
    """Prints one line on stderr that says what is wrong."""
    if environment_rank() == 0 or from_any_rank:
        _write_error(f"napress: {one_line(text)}")


def _write_error(line: str) -> None:
    # Nobody may read it any more (`2>&1 | head`); what is being done goes on.
    with contextlib.suppress(OSError):
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()
