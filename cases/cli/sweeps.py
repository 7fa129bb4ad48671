"""The commands ``sweep``, ``collect`` and ``sweep-report``, as the command line takes them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from napress.cases.cli.output import complain, print_json, print_text

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")]


def sweep(
    sweep_file: Annotated[Path, typer.Argument(metavar="SWEEP", help="Sweep file (TOML).")],
    out: Annotated[
        Path, typer.Option("--out", help="Results folder; sweeps that share it share runs.")
    ] = Path("sweeps"),
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List the runs; start none.")] = False,
    cores: Annotated[int, typer.Option("--cores", min=1, help="Cores of this machine to use.")] = 1,
    ranks: Annotated[int | None, typer.Option("--ranks", min=1, help="MPI ranks per run.")] = None,
    slurm: Annotated[bool, typer.Option("--slurm", help="Run on Slurm; see [cluster].")] = False,
    profile: Annotated[
        str, typer.Option("--profile", help="Run as this Snakemake profile says.")
    ] = "",
    resume_it: Annotated[
        bool, typer.Option("--resume", help="Keep what is finished; always so.")
    ] = True,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Run every case of a sweep; finished runs are kept."""
    from napress.cases.machine.parallel import works_alone
    from napress.cases.sweeps import command

    if not works_alone():
        return  # the runs are processes of their own
    where = command.Where(cores=cores, slurm=slurm, profile=profile)
    command.sweep(sweep_file, out, where, ranks, dry_run, _voice(as_json, quiet))


def collect(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Sweep, or folder of runs.")],
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Write the tables of a sweep again, from its run folders."""
    from napress.cases.sweeps import command

    command.collect(folder, _voice(as_json, quiet))


def sweep_report(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Sweep, or folder of runs.")],
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Draw the figures of a sweep and write its page."""
    from napress.cases.sweeps import command

    command.report(folder, _voice(as_json, quiet))


def _voice(as_json: bool, quiet: bool) -> Any:
    from napress.cases.sweeps.command import Voice

    return Voice(print_text, print_json, complain, as_json, quiet)


COMMANDS = {"sweep": sweep, "collect": collect, "sweep-report": sweep_report}
