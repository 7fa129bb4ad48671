"""The little that must be asked of Slurm directly: which jobs are still there."""

from __future__ import annotations

import subprocess

_TIMEOUT_S = 60.0
_WILDCARD = "wildcards_"


def queued_runs(job_name: str) -> dict[str, str]:
    """Returns the runs whose jobs are queued or running.

    Args:
        job_name: Start of the name that the jobs were given.

    Returns:
        Run id to job number; Snakemake writes the run id into a job's comment.
    """
    asked = ["squeue", "--me", "--noheader", "--format=%i|%j|%k"]
    found = {}
    for line in _ask(asked)[1].splitlines():
        number, _, rest = line.strip().partition("|")
        name, _, comment = rest.partition("|")
        if name.startswith(job_name) and _WILDCARD in comment:
            found[comment.rpartition(_WILDCARD)[2].strip()] = number
    return found


def is_gone(job: str) -> bool:
    """Tells whether a job is certainly neither queued nor running; if in doubt, it is."""
    code, listed, complaint = _ask(["squeue", "--noheader", f"--jobs={job}"])
    return not listed.strip() and (code == 0 or "Invalid job id" in complaint)


def accounting_works() -> bool:
    """Tells whether ``sacct`` answers; without accounting the queue must be asked instead."""
    return _ask(["sacct", "--noheader", "--allocations"])[0] == 0


def _ask(words: list[str]) -> tuple[int, str, str]:
    try:
        answer = subprocess.run(words, capture_output=True, text=True, timeout=_TIMEOUT_S)
    except (OSError, subprocess.TimeoutExpired) as error:
        return 127, "", str(error)
    return answer.returncode, answer.stdout, answer.stderr
