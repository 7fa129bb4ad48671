"""What a sweep needs is named in the extra and pinned for `make setup`."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[3]


def test_the_extra_is_pinned():
    metadata = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    extra = metadata["project"]["optional-dependencies"]["sweep"]
    wanted = {re.match(r"[A-Za-z0-9-]+", requirement).group() for requirement in extra}
    pinned = {line.split("==")[0] for line in (PROJECT / "requirements.txt").read_text().split()}
    assert {"snakemake", "snakemake-executor-plugin-slurm", "pyarrow"} <= wanted <= pinned
