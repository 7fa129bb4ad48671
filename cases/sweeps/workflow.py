"""The Snakemake side of a sweep: the workflow it runs and the command line that starts it.

Snakemake schedules, submits, watches and retries. What is finished is decided by the run
folders alone (`states`), so the workflow lists only runs that are not: its own records of
earlier starts, which a killed process leaves incomplete, are not needed and not kept.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from napress.cases.errors import ExitCode, NapressError
from napress.cases.runs import slurm
from napress.cases.sweeps.schema import Cluster

# Snakemake's jobs share nothing but files; a network file system shows them late.
_LATENCY_S = {"local": 5, "cluster": 60}


class EngineError(NapressError):
    """The workflow engine is missing or could not do its work."""

    exit_code = ExitCode.BAD_INPUT


@dataclass(frozen=True)
class Where:
    """Where the runs of a sweep take place.

    Attributes:
        cores: On this machine: cores used at a time; ranks of a run count.
        slurm: Whether Slurm runs them instead.
        profile: The user's Snakemake profile, which then decides.
    """

    cores: int = 1
    slurm: bool = False
    profile: str = ""

    @property
    def elsewhere(self) -> bool:
        """Whether the runs take place on a cluster."""
        return self.slurm or bool(self.profile)


def require_engine(where: Where) -> None:
    """Checks that what will run the sweep is installed.

    Raises:
        EngineError: With the line that installs it.
    """
    wanted = ["snakemake"] + (["snakemake_executor_plugin_slurm"] if where.slurm else [])
    for module in wanted:
        if importlib.util.find_spec(module) is None:
            name = module.replace("_", "-")
            raise EngineError(f"{name} is not installed; pip install 'napress[sweep]'")
    if where.slurm and shutil.which("sbatch") is None:
        raise EngineError("--slurm: sbatch is not on this machine; allowed: a Slurm login node")


def job_name(sweep_folder: Path) -> str:
    """Returns how Slurm jobs of a sweep are called; Snakemake adds a number of its own."""
    import hashlib

    mark = hashlib.sha256(str(sweep_folder.resolve()).encode()).hexdigest()[:10]
    return f"napress_{mark}"


def new_start(sweep_folder: Path, keep_older: bool) -> Path:
    """Makes the folder of one start of the engine, ``engine/<number>``.

    Jobs of an earlier start that are still queued read its files, so each start has its own.

    Args:
        sweep_folder: Of the sweep.
        keep_older: Whether there may be such jobs.
    """
    above = sweep_folder.resolve() / "engine"
    older = [path for path in above.glob("*") if path.name.isdigit()]
    number = max((int(path.name) for path in older), default=0) + 1
    for path in () if keep_older else older:
        shutil.rmtree(path, ignore_errors=True)
    folder = above / str(number)
    (folder / "ended").mkdir(parents=True)
    return folder


def write_snakefile(
    sweep_folder: Path,
    start: Path,
    runs: list[str],
    warm: list[str],
    ranks: int,
    cluster: Cluster | None,
) -> Path:
    """Writes the workflow for the runs that are left.

    Args:
        sweep_folder: Of the sweep.
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
        sweep=str(sweep_folder.resolve()),
        warm=warm,
        threads=1 if _over_nodes(cluster) else ranks,
        resources=_resources(cluster, ranks),
        warm_resources=_resources(cluster, 1),
    )
    path.write_text(text, encoding="utf-8")
    return path


_SNAKEFILE = """\
# Written by `napress sweep` at every start: the runs that are not finished yet.
import json
from pathlib import Path

SWEEP = {sweep!r}
PYTHON = {python!r}
RUNS = json.loads(Path({table!r}).read_text())


rule all:
    input:
        expand("ended/{{run}}", run=RUNS),


# Every later run finds its forms compiled.
rule warm:
    output:
        touch("ended/warm"),
    params:
        kinds={warm!r},
{warm_resources}    shell:
        "{{PYTHON:q}} -P -m napress.cases.sweeps.warm {{SWEEP:q}} {{params.kinds}} > warm.log 2>&1"


rule run:
    input:
        "ended/warm",
    output:
        touch("ended/{{run}}"),
    wildcard_constraints:
        run="[0-9a-f]{{16}}",
    threads: {threads}
{resources}    retries: 1
    shell:
        "{{PYTHON:q}} -P -m napress.cases.sweeps.job {{SWEEP:q}} {{wildcards.run}}"
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


def engine_command(sweep_folder: Path, start: Path, where: Where, cluster: Cluster) -> list[str]:
    """Returns the command line that brings the workflow of a start to its end."""
    words = [sys.executable, "-P", "-m", "snakemake"]
    words += ["--snakefile", str(start / "Snakefile"), "--directory", str(start)]
    # The sweep folder is locked by napress, and which runs are left it says too.
    words += ["--nolock", "--ignore-incomplete", "--drop-metadata", "--rerun-triggers", "mtime"]
    words += ["--keep-going", "--scheduler", "greedy", "--nocolor"]
    words += ["--latency-wait", str(_LATENCY_S["cluster" if where.elsewhere else "local"])]
    if where.profile:
        return [*words, "--profile", where.profile]
    if not where.slurm:
        return [*words, "--cores", str(where.cores)]
    words += ["--executor", "slurm", "--jobs", str(cluster.jobs)]
    words += ["--slurm-jobname-prefix", job_name(sweep_folder), "--slurm-no-requeue"]
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
