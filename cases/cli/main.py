"""The command ``napress``: thin, each command imports what it needs when it runs."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Any

import typer

from napress.cases.cli import battery as cli_battery
from napress.cases.cli import check as cli_check
from napress.cases.cli import critical as cli_critical
from napress.cases.cli import fit as cli_fit
from napress.cases.cli import sweeps as cli_sweeps
from napress.cases.cli.entry import (
    ending_in_good_order,
    is_pellet,
    loading,
    start_ranks,
    use_writable_cache,
)
from napress.cases.cli.output import all_ranks_fail as _fail
from napress.cases.cli.output import complain as _complain
from napress.cases.cli.output import print_json as _print_json
from napress.cases.cli.output import print_progress as _say
from napress.cases.cli.output import print_text as _print
from napress.cases.errors import EXIT_CODE_MEANING, ExitCode, NapressError, Terminated
from napress.cases.machine.parallel import environment_rank, works_alone

_EXIT_CODES = "Exit codes: " + "; ".join(
    f"{int(code)} {meaning}" for code, meaning in EXIT_CODE_MEANING.items()
)

# Older typer builds on click, newer ones carry their own copy: this finds either's base class.
_CommandLineError: Any = next(
    base for base in typer.BadParameter.__mro__ if base.__name__ == "ClickException"
)

app = typer.Typer(
    name="napress",
    help="Press a sodium anode onto a rough ceramic electrolyte.",
    epilog=_EXIT_CODES + ".",
    add_completion=False,
    pretty_exceptions_enable=False,
    # Plain text: the boxes of rich would double the time until help is there.
    rich_markup_mode=None,
)

CasePath = Annotated[Path, typer.Argument(metavar="CASE", help="Case file (TOML).")]
RunPath = Annotated[Path, typer.Argument(metavar="RUN", help="Run folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")]


def _finish(outcome: Any, as_json: bool, label: str, said: Collection[str] = ()) -> None:
    """Prints how a job ended, with warnings that were not said before, and leaves with its code."""
    if as_json:
        content = {"folder": str(outcome.folder), "state": outcome.state, "reason": outcome.reason}
        _print_json({**content, "summary": outcome.summary})
    warnings = outcome.summary.get("warnings") or []
    for text in warnings:
        if text not in said:
            _complain(f"warning: {outcome.folder}: {text}")
    if not as_json:
        count = f"{len(warnings)} warning{'s' if len(warnings) > 1 else ''}"
        _print(f"{label}: {outcome.folder}{f', with {count}' if warnings else ''}")
    if outcome.exit_code != ExitCode.OK:
        if outcome.state == "interrupted":
            remedy = f"continue with `napress resume {outcome.folder}`"
        else:
            remedy = "results up to there are kept"
        _complain(f"{outcome.folder}: {outcome.state}: {outcome.reason or 'no reason'}; {remedy}")
        raise typer.Exit(int(outcome.exit_code))


@app.command()
def run(
    case: CasePath,
    out: Annotated[
        Path | None, typer.Option("--out", help="Run folder; default runs/<case>.")
    ] = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Run a case from first touch to its last pressure."""
    with loading():
        from napress.cases.runs.folder import default_folder
        from napress.cases.runs.outcome import RunOptions
        from napress.cases.schema.load import load_case

        start_ranks()
        load_case(case)
        use_writable_cache()
        from napress.cases.runs.interface_run import run_case

    outcome = run_case(case, out or default_folder(case), RunOptions(quiet=quiet))
    _finish(outcome, as_json, "run")


@app.command()
def resume(
    run_folder: RunPath,
    take_over: Annotated[
        bool,
        typer.Option("--take-over", help="Its job on another machine is gone: take its lock over."),
    ] = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Continue a run that was stopped."""
    from napress.cases.runs.folder import require_run_folder
    from napress.cases.runs.outcome import RunOptions

    start_ranks()
    require_run_folder(run_folder)
    use_writable_cache()
    if is_pellet(run_folder):
        if not works_alone():
            return  # one rank is enough for a pellet
        from napress.cases.runs.pellet_run import resume_pellet

        _finish(resume_pellet(run_folder, take_over), as_json, "pellet")
        return
    from napress.cases.runs.interface_run import resume_run

    _finish(resume_run(run_folder, RunOptions(quiet=quiet, take_over=take_over)), as_json, "run")


app.command()(cli_check.validate)
app.command()(cli_fit.fit)
app.command()(cli_battery.battery)


@app.command()
def report(run_folder: RunPath, as_json: AsJson = False) -> None:
    """Write figures and report.html of a run again."""
    from napress.cases.runs.folder import require_run_folder

    require_run_folder(run_folder)
    use_writable_cache()
    if not works_alone():
        return  # drawing takes one rank
    if is_pellet(run_folder):
        from napress.cases.runs.pellet_run import report_pellet as report_run
    else:
        from napress.cases.runs.drawing import report_run

    _finish(report_run(run_folder), as_json, "report")


@app.command()
def paraview(run_folder: RunPath, as_json: AsJson = False) -> None:
    """Write a ParaView script that opens a run."""
    from napress.cases.runs.folder import require_run_folder

    require_run_folder(run_folder)
    if not works_alone():
        return
    from napress.cases.runs.drawing import paraview_script

    _finish(paraview_script(run_folder), as_json, "ParaView script")


@app.command()
def new(
    template: Annotated[
        str, typer.Argument(help="sinusoid, self-affine, scratch, notch, ridges or profile.")
    ],
    out: Annotated[
        Path | None, typer.Option("--out", help="Case file; default <template>.toml.")
    ] = None,
) -> None:
    """Write a commented case file to start from."""
    from napress.cases.cli.templates import write_template

    if environment_rank() == 0:
        for path in write_template(template, out or Path(f"{template}.toml")):
            _print(f"wrote {path}")


@app.command()
def materials(as_json: AsJson = False) -> None:
    """List the materials: values, units, sources, estimates."""
    from napress.cases.schema.materials import load_material, material_ids, material_rows

    rows = material_rows([load_material(name) for name in material_ids()])
    if as_json:
        _print_json(rows)
    else:
        from napress.cases.cli.tables import materials_text

        _print(materials_text(rows))


@app.command()
def mesh(
    case: CasePath,
    export: Annotated[
        Path, typer.Option("--export", help="Mesh file; its ending chooses the format.")
    ],
    linear: Annotated[bool, typer.Option("--linear", help="Without mid-edge nodes.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write the meshes of a case for another program."""
    from napress.cases.schema.load import load_case

    loaded = load_case(case)
    from napress.cases.cli.mesh_export import export_case_mesh

    quality = export_case_mesh(loaded, str(case), export, quadratic=not linear)
    if as_json:
        _print_json({"file": str(export), "quality": quality})
        return
    _print(f"wrote {export}")
    for body, measures in quality.items():
        shown = ", ".join(f"{name} {value:.4g}" for name, value in measures.items())
        _print(f"{body}: {shown}")


@app.command()
def pellet(
    case: Annotated[Path, typer.Argument(metavar="CASE", help="Pellet case file (TOML).")],
    out: Annotated[
        Path | None, typer.Option("--out", help="Run folder; default runs/<case>.")
    ] = None,
    interface: Annotated[
        Path | None, typer.Option("--interface", help="Run of the interface to average over it.")
    ] = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Press a whole pellet: pressure, tension, force."""
    from napress.cases.model.pellet import press_warnings
    from napress.cases.runs.folder import default_folder
    from napress.cases.schema.load import load_pellet_case

    if not works_alone():
        return  # one rank is enough for a pellet
    said = press_warnings(load_pellet_case(case))
    for text in said:
        _complain(f"warning: {text}")
    use_writable_cache()
    from napress.cases.runs.pellet_run import run_pellet

    _finish(run_pellet(case, out or default_folder(case), interface), as_json, "pellet", said)


app.command()(cli_critical.critical)


@app.command()
def window(
    case: CasePath,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder of the window; default windows/<case>.")
    ] = None,
    cores: Annotated[
        int | None, typer.Option("--cores", min=1, help="Runs at a time; default: up to 4.")
    ] = None,
    seeds: Annotated[
        int | None, typer.Option("--seeds", min=1, max=1000, help="Instead of window.seeds.")
    ] = None,
    slurm: Annotated[
        bool, typer.Option("--slurm", help="Run on Slurm; see [window.cluster].")
    ] = False,
    profile: Annotated[
        str, typer.Option("--profile", help="Run as this Snakemake profile says.")
    ] = "",
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Find the pressure window; runs what is missing."""
    from napress.cases.cli import window as cli_window

    if not works_alone():
        return  # the runs are processes of their own
    use_writable_cache()
    say = (lambda text: None) if quiet else _say
    lines, data = cli_window.window(case, out, cores, slurm, profile, seeds, say, _complain)
    _print_json(data) if as_json else _print("\n".join(lines))


app.command()(cli_check.schema)


@app.command()
def version(as_json: AsJson = False) -> None:
    """Print the versions of the whole stack."""
    from napress.cases.runs.stack import versions

    found = versions()
    if as_json:
        _print_json(found)
        return
    width = max(len(name) for name in found)
    _print("\n".join(f"{name:<{width}}  {number}" for name, number in found.items()))


@app.command()
def verify(as_json: AsJson = False) -> None:
    """Compare the solver with closed forms and reference values."""
    use_writable_cache()
    from napress.cases.verification.table import main as verify_main

    if not verify_main(as_json=as_json):
        _complain("verify: a check failed; allowed: every error within its tolerance")
        raise typer.Exit(int(ExitCode.CHECK_FAILED))


@app.command()
def validation(
    only: Annotated[
        list[str] | None, typer.Argument(metavar="[CASE]...", help="Shipped cases; default all.")
    ] = None,
    out: Annotated[
        Path, typer.Option("--out", help="Folder of their runs; finished ones are kept.")
    ] = Path("runs/validation"),
    cores: Annotated[int, typer.Option("--cores", min=1, help="Runs at a time.")] = 1,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Run the shipped experiments: model beside measurement."""
    from napress.cases.validation import experiments, shorts

    if not works_alone():
        return  # the runs are processes of their own
    rows = experiments.run_and_compare(only or [], out, cores, quiet)
    if as_json:
        _print_json({"experiments": experiments.as_dicts(rows)} | shorts.as_dicts())
    else:
        _print(f"{experiments.markdown(rows)}\n\n{shorts.markdown()}")


for name, command in cli_sweeps.COMMANDS.items():
    app.command(name)(command)


def main(arguments: list[str] | None = None) -> None:
    """Runs the command and leaves with its exit code; errors become one line on stderr.

    Args:
        arguments: Command line without the program's name; default ``sys.argv``.

    Raises:
        SystemExit: Always, with one of `ExitCode`.
    """
    for stream in (sys.stdout, sys.stderr):
        # A terminal without a letter of a file's name shows its code; that is no error.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    with ending_in_good_order():
        code = _run(arguments)
    sys.exit(int(code))


def _run(arguments: list[str] | None) -> int:
    debug = os.environ.get("NAPRESS_DEBUG") == "1"
    try:
        given = sys.argv[1:] if arguments is None else arguments
        command = typer.main.get_command(app)
        # Not app(): that would swallow ctrl-C and print errors as boxes of many lines.
        with command.make_context("napress", list(given or ["--help"])) as context:
            command.invoke(context)
        sys.stdout.flush()
        return ExitCode.OK
    except typer.Exit as end:
        return end.exit_code
    except NapressError as error:
        if debug:
            raise
        return _fail(str(error), error.exit_code)
    except (KeyboardInterrupt, typer.Abort) as error:
        by = f" ({error})" if isinstance(error, Terminated) else ""
        return _fail(
            f"interrupted{by}; a run that has begun continues with `napress resume`",
            ExitCode.INTERRUPTED,
        )
    except _CommandLineError as error:
        return _fail(f"{error.format_message()} (see napress --help)", ExitCode.BAD_INPUT)
    except BrokenPipeError:
        # The reader of a pipe has left (`napress materials | head`): nothing is wrong.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.OK
    except OSError as error:
        if debug:
            raise
        place = f"{error.filename}: " if error.filename else ""
        return _fail(f"{place}{error.strerror or error}", ExitCode.FILE_SYSTEM)
    except Exception as error:
        if debug:
            raise
        hint = "NAPRESS_DEBUG=1 shows where"
        return _fail(f"unexpected {type(error).__name__}: {error} ({hint})", ExitCode.INTERNAL)


if __name__ == "__main__":
    main()
