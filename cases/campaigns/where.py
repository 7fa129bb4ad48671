"""Where the runs of a campaign take place, and whether that is there."""

from __future__ import annotations

import importlib.util
import os
import shutil
from dataclasses import dataclass

from napress.cases.errors import ExitCode, NapressError

MOST_CORES = 4


def usable_cores() -> int:
    """Returns how many processes to run at a time: the cores this process may use, 4 at most."""
    mine = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, min(MOST_CORES, mine or 1))


class EngineError(NapressError):
    """What shall run a campaign is missing or could not do its work."""

    exit_code = ExitCode.BAD_INPUT


@dataclass(frozen=True)
class Where:
    """Where runs take place.

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
        """Whether Snakemake hands the runs to a cluster."""
        return self.slurm or bool(self.profile)

    def require(self, ranks: int = 1) -> None:
        """Checks that what will run a campaign is there.

        Args:
            ranks: MPI ranks of each run.

        Raises:
            EngineError: With the line that installs it, or what is allowed.
        """
        if not self.elsewhere:
            if ranks > self.cores:
                raise EngineError(f"--cores {self.cores}: allowed: at least {ranks}, one per rank")
            return
        wanted = ["snakemake"] + (["snakemake_executor_plugin_slurm"] if self.slurm else [])
        for module in wanted:
            if importlib.util.find_spec(module) is None:
                name = module.replace("_", "-")
                raise EngineError(f"{name} is not installed; pip install 'napress[sweep]'")
        if self.slurm and shutil.which("sbatch") is None:
            raise EngineError("--slurm: sbatch is not on this machine; allowed: a Slurm login node")
