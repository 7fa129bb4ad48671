"""Make the Python environment of ``make setup``: check, create, install, stamp.

``--docs`` adds what ``make docs`` needs; the rest of the environment stays as it is.

A stamp inside the environment holds a hash of everything that decides its content, so that a
second call only compares two strings.
"""

import argparse
import hashlib
import subprocess
import sys
from pathlib import Path

from system_packages import missing_packages

PROJECT = Path(__file__).resolve().parent.parent
REQUIREMENTS = PROJECT / "requirements.txt"
DOCS_REQUIREMENTS = PROJECT / "docs" / "requirements.txt"
# A Python may bring a pip years old; 23.2 computes three times as long to find these packages.
PIP = "pip==26.3"
# Processes that compile; a machine of many users has more cores than one may take.
COMPILERS = "4"
SOURCES = ("meshes", "fem", "postprocess", "cases")


def fingerprint(python: Path) -> str:
    """Return a hash of the pins, the project's metadata, its place and the Python version."""
    digest = hashlib.sha256()
    for file in (REQUIREMENTS, PROJECT / "pyproject.toml"):
        digest.update(file.read_bytes())
    digest.update(f"{PROJECT}\n{python}\n{sys.version_info[:2]}".encode())
    return digest.hexdigest()


def run(command: list[str | Path]) -> None:
    """Run ``command`` and end this program with its exit code if it fails."""
    code = subprocess.run([str(word) for word in command], cwd=PROJECT).returncode
    if code:
        sys.exit(code)


def main() -> None:
    """Bring the environment up to date."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--venv", type=Path, default=Path(".venv"))
    parser.add_argument("--docs", action="store_true", help="also what `make docs` needs")
    asked = parser.parse_args()
    # Not resolved: the environment's python is a link to the one it was made from.
    venv = PROJECT / asked.venv
    set_up(venv)
    if asked.docs:
        add_docs(venv)


def set_up(venv: Path) -> None:
    """Install the pinned packages and napress unless they are there already."""
    python = venv / "bin" / "python"
    stamp = venv / "napress-setup.stamp"
    unfinished = venv / "napress-setup.unfinished"

    wanted = fingerprint(python)
    if python.exists() and stamp.exists() and stamp.read_text() == wanted:
        return
    missing = missing_packages()
    if missing:
        names = " ".join(missing)
        sys.exit(f"napress: system packages are missing: apt-get update && apt-get install {names}")
    if not python.exists() or unfinished.exists():
        print(f"napress: making {venv} with Python {sys.version.split()[0]}", flush=True)
        run([sys.executable, "-m", "venv", "--clear", venv])
    unfinished.touch()
    stamp.unlink(missing_ok=True)
    print("napress: installing the pinned packages (about 500 MB, a minute or so)", flush=True)
    install(venv, PIP)
    install(venv, "-r", REQUIREMENTS)
    install(venv, "--no-deps", "--no-build-isolation", "-e", PROJECT)
    compile_packages(venv)
    stamp.write_text(wanted)
    unfinished.unlink()


def add_docs(venv: Path) -> None:
    """Install the packages of the documentation unless they are there already."""
    stamp = venv / "napress-docs.stamp"
    wanted = hashlib.sha256(DOCS_REQUIREMENTS.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print("napress: installing the packages of the documentation", flush=True)
    # Both lists together: what the tests use must not move.
    install(venv, "-r", REQUIREMENTS, "-r", DOCS_REQUIREMENTS)
    compile_packages(venv)
    stamp.write_text(wanted)


def install(venv: Path, *words: str | Path) -> None:
    """Install with the environment's pip; `compile_packages` comes after it."""
    pip = [venv / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "install"]
    run([*pip, "--quiet", "--no-compile", *words])


def compile_packages(venv: Path) -> None:
    """Compile what was installed, and napress, on several cores, which pip does on one."""
    command = [venv / "bin" / "python", "-W", "ignore", "-m", "compileall", "-qq"]
    # The tests of other packages, a third of all, are never imported.
    command += ["-j", COMPILERS, "-x", "/site-packages/.*/tests?/", venv / "lib"]
    command += [PROJECT / folder for folder in SOURCES]
    # A file that does not compile belongs to nobody, or whoever imports it tells.
    subprocess.run([str(word) for word in command], stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
