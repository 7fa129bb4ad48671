"""Where compiled forms are kept, and what is said when they cannot be compiled."""

from __future__ import annotations

import contextlib
import os
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path

from napress.cases.errors import ExitCode, NapressError, one_line

_JIT_FAILED = "JIT compilation"


class CompilerError(NapressError):
    """The forms of a run can neither be compiled nor found compiled."""

    exit_code = ExitCode.FILE_SYSTEM


def use_writable_cache() -> str:
    """Has compiled forms kept where this process may write; before DOLFINx is imported.

    Returns:
        What the user should know if it is not the usual folder; empty if it is.
    """
    try:
        usual = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        config = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    except RuntimeError:  # no HOME and no such user
        usual = config = Path("/")
    found = ""
    if not _is_usable(usual / "fenics"):
        ours = _private_folder()
        os.environ["XDG_CACHE_HOME"] = str(ours)
        found = (
            f"{usual}: not writable; compiled forms are kept in {ours}; allowed: XDG_CACHE_HOME, "
            "a folder you may write to"
        )
        usual = ours
    if not _is_usable(config / "matplotlib"):
        # It would complain in lines of its own.
        os.environ.setdefault("MPLCONFIGDIR", str(usual / "matplotlib"))
    return found


def _is_usable(folder: Path) -> bool:
    """Whether files can be made in a folder; only trying tells, also for root."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _private_folder() -> Path:
    """A folder for temporary files that nobody else can put a program into."""
    shared = Path(tempfile.gettempdir()) / f"napress-cache-{os.getuid()}"
    with contextlib.suppress(OSError):
        shared.mkdir(mode=0o700, exist_ok=True)
        found = shared.lstat()
        mine = found.st_uid == os.getuid() and not found.st_mode & 0o022
        if mine and shared.is_dir() and not shared.is_symlink():
            return shared
    return Path(tempfile.mkdtemp(prefix="napress-cache-"))


@contextlib.contextmanager
def compiler_errors() -> Iterator[None]:
    """Turns what FFCx and the C compiler say in the block into one line with the remedy.

    Raises:
        CompilerError: If forms could not be compiled.
    """
    try:
        yield
    except NapressError:
        raise
    except Exception as error:
        kinds = {kind.__name__ for kind in type(error).__mro__}
        if "VerificationError" not in kinds and _JIT_FAILED not in str(error):
            raise
        compiler = os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc"
        raise CompilerError(
            f"forms cannot be compiled by {compiler.split()[0]!r} ({one_line(str(error), 160)}); "
            "allowed: a C compiler, named by CC, or XDG_CACHE_HOME with forms compiled elsewhere"
        ) from error
