"""Check the types of the public face with ``mypy --strict``, for ``make types``.

The folders of the sources are no tree of packages, and mypy does not follow the hook of an
editable install. So it is shown a tree of links, as an installed napress would be.
"""

import os
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
# What users and their editors see, and the plain data that it is made of.
STRICT = ("napress", "napress.fem.inputs", "napress.fem.snapshot", "napress.postprocess.records")


def link_packages(folder: Path) -> None:
    """Make links to every file of every package, as an installation would lay them out."""
    metadata = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    for package, source in metadata["tool"]["setuptools"]["package-dir"].items():
        target = folder.joinpath(*package.split("."))
        target.mkdir(parents=True, exist_ok=True)
        for file in [*(PROJECT / source).glob("*.py"), *(PROJECT / source).glob("py.typed")]:
            (target / file.name).symlink_to(file)


def modules(folder: Path) -> list[str]:
    """Return the arguments that name what is checked."""
    words = []
    for name in STRICT:
        path = folder.joinpath(*name.split("."))
        if path.is_dir():
            files = sorted(path.glob("*.py"))
            names = [f"{name}.{file.stem}" for file in files if file.stem != "__init__"]
            words += [word for one in (name, *names) for word in ("-m", one)]
        else:
            words += ["-m", name]
    return words


def main() -> int:
    """Run mypy; return its exit code."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        link_packages(folder)
        words = [sys.executable, "-m", "mypy", "--config-file", str(PROJECT / "pyproject.toml")]
        environment = {**os.environ, "MYPYPATH": made}
        cache = ["--cache-dir", str(PROJECT / ".mypy_cache")]
        return subprocess.run(
            [*words, *cache, *modules(folder)], cwd=folder, env=environment
        ).returncode


if __name__ == "__main__":
    sys.exit(main())
