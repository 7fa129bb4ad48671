"""What a cluster is asked for, in our spellings and in Slurm's."""

from __future__ import annotations

import re
import shlex
from types import SimpleNamespace

import pytest

from napress.cases.campaigns.where import Where
from napress.cases.campaigns.workflow import engine_command, write_snakefile
from napress.cases.values.cluster import Cluster, megabytes, minutes, sbatch_options


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90 s", 2),
        ("2 h", 120),
        ("1 d", 1440),
        ("2:00:00", 120),
        ("90:00", 90),
        ("1-12", 2160),
        ("1-12:30", 2190),
        ("0-00:10:00", 10),
        ("0:00:01", 1),
        ("1:10", 2),
        ("90", 90),
        (90, 90),
        ("1:30:00", 90),
        ("1-0", 1440),
        ("1-12:00", 2160),
        ("1-12:30:30", 2191),
    ],
)
def test_times(text, expected):
    assert minutes(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(("2 GB", 2000), ("4G", 4096), ("2000M", 2000), ("512K", 1), ("1T", 2**20)),
        *(("4000", 4000), (4000, 4000), ("500M", 500), ("2048K", 2), ("1025K", 2), ("4g", 4096)),
    ],
)
def test_memory(text, expected):
    assert megabytes(text) == expected


@pytest.mark.parametrize(
    "raw", ["0", 0, True, 1.5, "0:00:00", "1:2:3:4", "-1 h", -1, "UNLIMITED", "400 d", 10**9, None]
)
def test_times_that_nobody_could_mean(raw):
    with pytest.raises(ValueError, match="allowed: '2 h'"):
        minutes(raw)


@pytest.mark.parametrize("raw", ["0", 0, -1, 1.5, True, "0 GB", "2 gigs", "999999 TB", 10**12, ""])
def test_memory_that_nobody_could_mean(raw):
    with pytest.raises(ValueError, match="allowed: '2 GB'"):
        megabytes(raw)


def test_bare_numbers_are_read_from_a_table_and_written_with_their_unit():
    cluster = Cluster.model_validate({"time": 90, "memory": 4000})
    assert (cluster.time, cluster.memory) == (90, 4000)
    written = cluster.model_dump(mode="json", include={"time", "memory"})
    assert written == {"time": "90 min", "memory": "4000 MB"}
    assert Cluster.model_validate(written) == cluster
    offered = Cluster.model_json_schema()["properties"]["time"]
    assert offered["type"] == ["string", "integer"]


def test_options_reach_the_shell_as_words():
    raw = "--mail-user me@example.org --comment-x='$(touch x)' --exclusive=`id`"
    quoted = sbatch_options(raw)
    assert shlex.split(quoted) == [
        *("--mail-user", "me@example.org", "--comment-x=$(touch x)", "--exclusive=`id`")
    ]
    assert "'--exclusive=`id`'" in quoted


@pytest.mark.parametrize("before", ["", "--exclusive ", "--nodelist=rack"])
@pytest.mark.parametrize("after", ["", "=x", " x", " --exclusive"])
def test_what_the_engine_refuses_is_refused_before_anything_is_started(before, after):
    engine = pytest.importorskip("snakemake_executor_plugin_slurm.validation")
    options = {"--nice"}
    for pattern in engine.get_forbidden_slurm_options():
        options |= {re.match(r"-+[a-zA-Z-]+", part)[0] for part in pattern.split("|")}
    assert len(options) > 25
    for option in options:
        raw = f"{before}{option}{after}"
        try:
            offered = sbatch_options(raw)
        except ValueError:
            continue
        job = SimpleNamespace(resources=SimpleNamespace(slurm_extra=offered))
        engine.validate_slurm_extra(job)


def test_keys_of_a_cluster_reach_the_engine(tmp_path):
    cluster = Cluster.model_validate(
        {"qos": "long", "constraint": "avx2", "reservation": "ours", "gres": "scratch:1"}
    )
    snakefile = write_snakefile(tmp_path, tmp_path, ["0" * 16], [], 1, cluster).read_text()
    for line in ("qos='long'", "constraint='avx2'", "gres='scratch:1'"):
        assert snakefile.count(line) == 2
    words = engine_command(tmp_path, tmp_path, Where(slurm=True), cluster)
    assert words[words.index("--slurm-reservation") + 1] == "ours"
