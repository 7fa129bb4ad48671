"""Turns the bytes of a text file into text, whatever program wrote it."""

from __future__ import annotations

import codecs
import hashlib
import os
import stat
from pathlib import Path

from napress.meshes.readers.scan import ReadError

LARGEST_TEXT_BYTES = 50_000_000
LARGEST_FILE_BYTES = 400_000_000

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_PROBE = 4096
# Tab, line feed, form feed, carriage return, and the end mark of DOS.
_HARMLESS = {9, 10, 11, 12, 13, 26}


def read_content(path: Path, name: str) -> tuple[bytes, str]:
    """Returns the bytes of a regular file and their SHA-256.

    A device or a pipe is refused before it is opened, since it may never end.

    Raises:
        ReadError: If it is no regular file, cannot be read or is too large.
    """
    try:
        found = os.stat(path)
        if not stat.S_ISREG(found.st_mode):
            raise ReadError(name, "", "cannot be read (not a regular file); allowed: a file")
        if found.st_size > LARGEST_FILE_BYTES:
            allowed = f"at most {LARGEST_FILE_BYTES // 1_000_000} MB"
            raise ReadError(name, "", f"is too large; allowed: {allowed}")
        content = path.read_bytes()
    except (OSError, ValueError) as error:
        if isinstance(error, ReadError):
            raise
        reason = getattr(error, "strerror", None) or "not a usable path"
        raise ReadError(name, "", f"cannot be read ({reason})") from None
    return content, hashlib.sha256(content).hexdigest()


def decoded(content: bytes) -> tuple[str, str] | None:
    """Returns the text and the name of its encoding, None where it is not text.

    A byte order mark decides. Without one, zero bytes in every second place mean
    UTF-16; then UTF-8 is tried, and at last cp1252, in which Windows programs write.

    Args:
        content: The whole file.
    """
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), None)
    if encoding is None:
        encoding = _unmarked_utf16(content)
    for name in (encoding,) if encoding else ("utf-8", "cp1252"):
        try:
            text = content.decode(name)
        except UnicodeDecodeError:
            if name != "cp1252":
                continue
            text = content.decode("cp1252", errors="replace")
        return (text, name) if _readable(text) else None
    return None


def _unmarked_utf16(content: bytes) -> str | None:
    probe = content[:_PROBE]
    if len(probe) < 8:
        return None
    even, odd = probe[0::2].count(0), probe[1::2].count(0)
    most = 0.8 * (len(probe) // 2)
    if odd > most and even == 0:
        return "utf-16-le"
    return "utf-16-be" if even > most and odd == 0 else None


def _readable(text: str) -> bool:
    """Whether hardly a character is a control character: a binary file is full of them."""
    probe = text[:_PROBE] + text[-_PROBE:]
    strange = sum(ord(c) < 32 and ord(c) not in _HARMLESS or c in "\ufffd\x7f" for c in probe)
    return strange <= 0.002 * len(probe)
