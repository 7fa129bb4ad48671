"""The commands ``sweep``, ``collect`` and ``sweep-report``: what they print and return."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from napress.cases.campaigns.where import Where
from napress.cases.errors import ExitCode
from napress.cases.sweeps.expansion import describe

_LISTED = 40
__all__ = ["Voice", "Where", "collect", "report", "sweep"]


@dataclass(frozen=True)
class Voice:
    """How a command talks.

    Attributes:
        say: Prints a line on stdout.
        say_json: Prints JSON on stdout.
        complain: Prints a line on stderr.
        as_json: Whether JSON was asked for.
        quiet: Whether progress is hidden.
    """

    say: Callable[[str], None]
    say_json: Callable[[Any], None]
    complain: Callable[[str], None]
    as_json: bool
    quiet: bool


def sweep(
    file: Path, out: Path, where: Where, ranks: int | None, dry_run: bool, voice: Voice
) -> None:
    """Runs a sweep, or lists what it would run.

    Raises:
        typer.Exit: If a run failed or the user stopped it.
    """
    from napress.cases.sweeps import engine

    prepared = engine.prepare(file, out)
    if dry_run:
        _list(prepared, voice)
        return
    try:
        outcome = engine.run_sweep(prepared, where, ranks, voice.quiet)
    except KeyboardInterrupt:
        voice.complain(f"{file}: stopped; the same command continues it")
        raise typer.Exit(int(ExitCode.INTERRUPTED)) from None
    from napress.cases.sweeps.collecting import collect_folder

    table = collect_folder(outcome.folder)
    failed = [
        {"run": run_id, "values": values, "reason": reason}
        for run_id, values, reason in outcome.failed
    ]
    if voice.as_json:
        counts = {"runs": outcome.total, "finished": outcome.finished, "failed": failed}
        voice.say_json({"folder": str(outcome.folder), **counts, "tables": table.written})
    else:
        voice.say(f"sweep: {outcome.finished} of {outcome.total} runs finished: {outcome.folder}")
        voice.say(f"tables: {', '.join(table.written)}")
    for text in [*table.complaints, *outcome.warnings[:_LISTED]]:
        voice.complain(text)
    for entry in failed[:_LISTED]:
        voice.complain(f"run {entry['run']} ({entry['values']}): {entry['reason']}")
    if failed:
        voice.complain(
            f"{file}: {len(failed)} runs failed; logs are in {outcome.folder / 'logs'}; "
            "the same command tries them again"
        )
        raise typer.Exit(int(outcome.exit_code))


def _list(prepared: Any, voice: Voice) -> None:
    estimate = prepared.expected()
    runs = [
        {"run": run.id, "state": prepared.states[run.id].state, "values": run.values}
        for run in prepared.runs
    ]
    left = len(prepared.left)
    if voice.as_json:
        voice.say_json(
            {
                "title": prepared.sweep.title,
                "folder": str(prepared.folder),
                "runs": runs,
                "left": left,
                "estimated_cpu_s": estimate.cpu_s,
                "estimate_rests_on": estimate.basis,
            }
        )
        return
    for run in prepared.runs:
        voice.say(f"{run.id}  {prepared.states[run.id].state:<10}  {describe(run.values)}")
    voice.say(
        f"{len(runs)} runs, {left} to do; estimated CPU time {_cpu_text(estimate.cpu_s)} "
        f"({estimate.basis})"
    )


def _cpu_text(seconds: float) -> str:
    return f"{seconds / 3600:.3g} h" if seconds >= 3600 else f"{seconds / 60:.2g} min"


def collect(folder: Path, voice: Voice) -> None:
    """Writes the tables of a sweep again."""
    from napress.cases.sweeps.collecting import collect_folder

    collected = collect_folder(folder)
    for text in collected.complaints:
        voice.complain(text)
    if voice.as_json:
        counts = {str(k): int(v) for k, v in collected.table["state"].value_counts().items()}
        voice.say_json({"tables": collected.written, "runs": counts, "damaged": collected.damaged})
        return
    voice.say(f"{len(collected.table)} runs: {', '.join(collected.written)}")


def report(folder: Path, voice: Voice) -> None:
    """Draws the figures of a sweep and writes its page."""
    from napress.cases.sweeps.reporting import report_folder

    written = report_folder(folder)
    if voice.as_json:
        voice.say_json({"page": str(written.page), "figures": written.figures})
        return
    voice.say(f"report: {written.page}")
    for name, reason in written.left_out.items():
        voice.say(f"not drawn: {name}: {reason}")
