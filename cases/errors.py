"""Every way a run can be refused or end, as an exception and an exit code."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What the command ``napress`` returns to the shell."""

    OK = 0
    INTERNAL = 1
    BAD_INPUT = 2
    STOPPED_EARLY = 3
    FILE_SYSTEM = 4
    CHECK_FAILED = 5
    INTERRUPTED = 130


EXIT_CODE_MEANING = {
    ExitCode.OK: "done",
    ExitCode.INTERNAL: "unexpected error (NAPRESS_DEBUG=1 shows where)",
    ExitCode.BAD_INPUT: "bad command line, case, material or profile",
    ExitCode.STOPPED_EARLY: "the solve stopped early; results up to there are kept",
    ExitCode.FILE_SYSTEM: "run folder exists, is locked or damaged, or the disk is full",
    ExitCode.CHECK_FAILED: "a check of `napress verify` failed",
    ExitCode.INTERRUPTED: "interrupted; continue with `napress resume`",
}


def one_line(text: str, longest: int = 400) -> str:
    """Returns text without line breaks or control characters, cut to a readable length."""
    printable = "".join(c if c.isprintable() else " " for c in str(text))
    squeezed = " ".join(printable.split())
    return squeezed if len(squeezed) <= longest else squeezed[: longest - 3] + "..."


def shown(value: object) -> str:
    """Returns a value as it appears in a message, cut to a readable length."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):
        # Python refuses to print integers of more than a few thousand digits.
        return f"a very large {type(value).__name__}"
    return text if len(text) <= 40 else text[:37] + "..."


class NapressError(Exception):
    """An error that is shown to the user as one line, with its exit code."""

    exit_code = ExitCode.INTERNAL


class CaseError(NapressError, ValueError):
    """A case, material or profile file that cannot be used.

    Attributes:
        file: File as the user named it.
        field: Dotted place in the file, such as ``surface[0].amplitude``; may be
            empty when the file as a whole is at fault.
        message: What is wrong and what is allowed.
    """

    exit_code = ExitCode.BAD_INPUT

    def __init__(self, file: str, field: str, message: str) -> None:
        # A name of unprintable characters would leave nothing to look for.
        self.file = one_line(file, 200) or repr(file)
        self.field = one_line(field, 120)
        self.message = one_line(message)
        place = f"{self.file}: {self.field}" if self.field else self.file
        super().__init__(f"{place}: {self.message}")

    def __reduce__(self) -> tuple:
        """Rebuilds from the three parts, so that it survives an MPI broadcast."""
        return (type(self), (self.file, self.field, self.message))


class RunFolderError(NapressError, OSError):
    """A run folder that cannot be created, locked, read or written."""

    exit_code = ExitCode.FILE_SYSTEM

    def __init__(self, message: str) -> None:
        super().__init__(one_line(message))


class Terminated(KeyboardInterrupt):
    """A signal asked to end; a run writes down where it stands, as for Ctrl-C."""


def why_interrupted(error: BaseException) -> str:
    """Returns the reason that is written down for a run that something from outside has ended."""
    if isinstance(error, KeyboardInterrupt):
        return str(error) or "stopped by the user"
    if isinstance(error, NapressError):
        return str(error)
    return one_line(f"{type(error).__name__}: {error}")
