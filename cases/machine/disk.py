"""Writing so that a file is either the old one or the new one, and one line for what refuses.

Every file is written aside, flushed to disk and renamed, whatever kills the writer.
"""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from napress.cases.errors import RunFolderError


@contextlib.contextmanager
def file_system_errors(path: Path) -> Iterator[None]:
    """Turns an `OSError` of the block into one line that names the file and the remedy.

    Raises:
        RunFolderError: For a full disk, a missing permission, a read-only or
            vanished folder, or any other refusal of the file system.
    """
    try:
        yield
    except RunFolderError:
        raise
    except OSError as error:
        name = error.filename or path
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            advice = "disk full or quota used up; free space, then continue with `napress resume`"
        elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            advice = f"not writable ({error.strerror}); allowed: a folder you may write to"
        elif error.errno in (errno.ENOTDIR, errno.EEXIST):
            advice = "is in the way; allowed: a path where a folder can be made"
        else:
            advice = error.strerror or type(error).__name__
        raise RunFolderError(f"{name}: {advice}") from error


def write_bytes(path: Path, content: bytes) -> None:
    """Writes a file atomically.

    Raises:
        RunFolderError: If the file system refuses; the old file stays as it was.
    """
    path = Path(path)
    aside = None
    with file_system_errors(path):
        try:
            handle, aside = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            os.chmod(aside, 0o666 & ~_umask())
            os.replace(aside, path)
        except BaseException:
            if aside is not None:
                with contextlib.suppress(OSError):
                    os.unlink(aside)
            raise
        _sync_folder(path.parent)


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _sync_folder(folder: Path) -> None:
    """Makes a rename last; some file systems refuse to sync a folder, which is no loss."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
