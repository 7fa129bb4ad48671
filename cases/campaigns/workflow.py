"""The Snakemake side of a campaign: the workflow it runs and the command line that starts it.

Snakemake schedules, submits, watches and retries. What is finished is decided by the run
folders alone (`states`), so the workflow lists only runs that are not: its own records of
earlier starts, which a killed process leaves incomplete, are not needed and not kept.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

from napress.cases.campaigns import slurm
from napress.cases.campaigns.where import Where
from napress.cases.values.cluster import Cluster

# Snakemake's jobs share nothing but files; a network file system shows them late.
_LATENCY_S = {"local": 5, "cluster": 60}


def job_name(folder: Path) -> str:
    """Returns how Slurm jobs of a campaign are called; Snakemake adds a number of its own."""
    import hashlib

    mark = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:10]
    return f"napress_{mark}"


def new_start(folder: Path, keep_older: bool) -> Path:
    """Makes the folder of one start of the engine, ``engine/<number>``.

    Jobs of an earlier start that are still queued read its files, so each start has its own.

    Args:
        folder: Of the campaign.
        keep_older: Whether there may be such jobs.
    """
    above = folder.resolve() / "engine"
    older = [path for path in above.glob("*") if path.name.isdigit()]
    number = max((int(path.name) for path in older), default=0) + 1
    for path in () if keep_older else older:
        shutil.rmtree(path, ignore_errors=True)
    start = above / str(number)
    (start / "ended").mkdir(parents=True)
    return start


def write_snakefile(
    folder: Path,
    start: Path,
    runs: list[str],
    warm: list[str],
    ranks: int,
    cluster: Cluster | None,
) -> Path:
    """Writes the workflow for the runs that are left.

    Args:
        folder: Of the campaign.
        start: From `new_start`.
        runs: Run ids.
        warm: Runs that stand for the kinds of forms to compile first.
        ranks: MPI ranks per run.
        cluster: What a run asks of a cluster; ``None`` on this machine.
    """
    (start / "runs.json").write_text(json.dumps(runs), encoding="utf-8")
    path = start / "Snakefile"
    text = _SNAKEFILE.format(
        table=str(start / "runs.json"),
        python=sys.executable,
        folder=str(folder.resolve()),
        warm=warm,
        threads=1 if _over_nodes(cluster) else ranks,
        resources=_resources(cluster, ranks),
        warm_resources=_resources(cluster, 1),
    )
    path.write_text(text, encoding="utf-8")
    return path


_SNAKEFILE = """\
# Written by napress at every start: the runs that have not come to their end yet.
import json
from pathlib import Path

FOLDER = {folder!r}
PYTHON = {python!r}
RUNS = json.loads(Path({table!r}).read_text())


rule all:
    input:
        expand("ended/{{run}}", run=RUNS),


# Every later run finds its forms compiled.
rule warm:
    output:
        touch("warmed"),
    params:
        kinds={warm!r},
{warm_resources}    shell:
        "{{PYTHON:q}} -P -m napress.cases.campaigns.warm {{FOLDER:q}} {{params.kinds}}"
        " > warm.log 2>&1"


rule run:
    input:
        "warmed",
    output:
        touch("ended/{{run}}"),
    wildcard_constraints:
        run="[^/]+",
    threads: {threads}
{resources}    retries: 1
    shell:
        "{{PYTHON:q}} -P -m napress.cases.campaigns.job {{FOLDER:q}} {{wildcards.run}}"
"""


def _over_nodes(cluster: Cluster | None) -> bool:
    return cluster is not None and (cluster.nodes or 1) > 1


def _resources(cluster: Cluster | None, ranks: int) -> str:
    """Returns the rule's lines about what a job asks of the cluster; none on this machine."""
    if cluster is None:
        return ""
    asked: dict[str, object] = {"runtime": cluster.time, "mem_mb": cluster.memory}
    if cluster.partition:
        asked["slurm_partition"] = cluster.partition
    if cluster.account:
        asked["slurm_account"] = cluster.account
    if cluster.extra:
        asked["slurm_extra"] = cluster.extra
    for name in ("qos", "constraint", "gres"):
        if value := getattr(cluster, name):
            asked[name] = value
    if _over_nodes(cluster) and ranks > 1:
        asked |= {"nodes": cluster.nodes, "tasks": ranks, "mpi": "mpiexec"}
    lines = "".join(f"        {name}={value!r},\n" for name, value in asked.items())
    return f"    resources:\n{lines}"


def engine_command(folder: Path, start: Path, where: Where, cluster: Cluster) -> list[str]:
    """Returns the command line that brings the workflow of a start to its end."""
    words = [sys.executable, "-P", "-m", "snakemake"]
    words += ["--snakefile", str(start / "Snakefile"), "--directory", str(start)]
    # The folder is locked by napress, and which runs are left it says too.
    words += ["--nolock", "--ignore-incomplete", "--drop-metadata", "--rerun-triggers", "mtime"]
    words += ["--keep-going", "--scheduler", "greedy", "--nocolor"]
    words += ["--latency-wait", str(_LATENCY_S["cluster" if where.elsewhere else "local"])]
    if where.profile:
        return [*words, "--profile", where.profile]
    if not where.slurm:
        return [*words, "--cores", str(where.cores)]
    words += ["--executor", "slurm", "--jobs", str(cluster.jobs)]
    words += ["--slurm-jobname-prefix", job_name(folder), "--slurm-no-requeue"]
    words += ["--slurm-init-seconds-before-status-checks", "5"]
    if cluster.account is None:
        words.append("--slurm-no-account")
    if cluster.reservation:
        words += ["--slurm-reservation", cluster.reservation]
    command = "sacct" if slurm.accounting_works() else "squeue"
    return [*words, "--slurm-status-command", command]


def last_complaint(log: Path) -> str:
    """Returns the line in which Snakemake said what went wrong, if it did."""
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    lines = [line.strip() for line in lines if line.strip()]
    for line in reversed(lines):
        if line.startswith("message: "):
            return line.removeprefix("message: ")
    for index, line in enumerate(lines):
        if "Error" in line or "Exception" in line or line.startswith("error"):
            # Snakemake often names the kind of error on one line and says it on the next.
            return " ".join([line, *lines[index + 1 : index + 2]]) if line[-1] == ":" else line
    return lines[-1] if lines else ""
