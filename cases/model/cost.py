"""What a run in three dimensions costs: unknowns, memory and time, before it starts.

The laws were fitted to egg-boxes of 8 to 64 facets a side on one core, sodium as thick as the
cell is wide, ceramic twice as thick; ``make bench-3d`` measures what they rest on anew. They
are meant for that shape and within a factor of two; a machine of another speed shifts the
time, not the memory.
"""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from napress.cases.errors import CaseError
from napress.cases.schema.interface_case import value_of

if TYPE_CHECKING:
    from napress.cases.model.interface import PressModel
    from napress.cases.schema.interface_case import Case

# Unknowns of the sodium from the facets of its contact face: those of the layers next to
# it, of the coarsening above, and of the rest.
PER_SQUARE, PER_SIDE, REST = 30.0, 130.0, 2400.0
# At 10 000 unknowns, and the power with which it grows.
FACTOR_S, FACTOR_POWER = 0.105, 1.54
TANGENT_S, TANGENT_POWER = 0.058, 1.1
MEMORY_MB, MEMORY_POWER = 220.0, 1.19
PROGRAM_MB = 230.0
# Solving for the current once, at 8 facets a side; both grow with the side, as the mesh is
# refined along the edge of contact.
CONDUCTION_MB, CONDUCTION_S, CONDUCTION_SIDE = 500.0, 2.8, 8.0
SOLVES = 450  # Newton iterations of a run to full closure
REFERENCE = 10_000.0


@dataclass(frozen=True)
class Cost:
    """What a run needs.

    Attributes:
        unknowns: Of the sodium, factored in every Newton iteration.
        memory_MB: Peak over all ranks together.
        cpu_s: Of one core.
    """

    unknowns: int
    memory_MB: float
    cpu_s: float

    @property
    def text(self) -> str:
        """In a few words."""
        time = f"{self.cpu_s:.0f} s" if self.cpu_s < 600 else f"{self.cpu_s / 60:.0f} min"
        return (
            f"about {self.unknowns} unknowns, {self.memory_MB / 1000:.1f} GB of memory, "
            f"{time} of one core"
        )


def currents_solved(case: Case) -> int:
    """How often a run solves for the current: where each entry of its program ends."""
    known = value_of(case.ceramic, "ionic_conductivity") is not None
    return len(case.program) if known else 0


def cost_of_map(elements: tuple[int, ...], currents: int, ranks: int = 1) -> Cost:
    """Cost of pressing a map to full closure.

    Args:
        elements: Interface elements along x and y.
        currents: How often the current is solved for, on a finer mesh.
        ranks: MPI ranks; each holds the ceramic and the program.
    """
    squares = math.prod(elements)
    unknowns = PER_SQUARE * squares + PER_SIDE * math.sqrt(squares) + REST
    size = unknowns / REFERENCE
    newton = FACTOR_S * size**FACTOR_POWER + TANGENT_S * size**TANGENT_POWER
    memory = MEMORY_MB * size**MEMORY_POWER + ranks * PROGRAM_MB
    finer = math.sqrt(squares) / CONDUCTION_SIDE
    memory += CONDUCTION_MB * finer if currents else 0.0
    cpu_s = SOLVES * newton + currents * CONDUCTION_S * finer
    return Cost(int(round(unknowns, -2)), memory, cpu_s)


def free_memory_MB() -> float | None:
    """Memory that this machine can still give; ``None`` where it does not tell.

    What Slurm granted counts if it is less.
    """
    found = []
    try:
        with open("/proc/meminfo", encoding="ascii") as lines:
            values = dict(line.split(":", 1) for line in lines)
        found.append(float(values["MemAvailable"].split()[0]) / 1024)
    except (OSError, KeyError, ValueError):
        pass
    # What Slurm granted, in MB.
    granted = os.environ.get("SLURM_MEM_PER_NODE", "")
    if granted.isdigit():
        found.append(float(granted))
    return min(found, default=None)


def refuse_what_cannot_fit(model: PressModel, file: str, ranks: int) -> None:
    """Stops a 3-D run that needs more memory than there is, before it has begun.

    Raises:
        CaseError: Naming what is needed, what there is, and what would fit.
    """
    free = free_memory_MB()
    if model.dimension != 3 or free is None:
        return
    currents = int(model.ionic_conductivity is not None)
    needed = cost_of_map(model.elements, currents, ranks)
    if needed.memory_MB <= free:
        return
    fits = max(
        (side for side in range(4, 257) if _square(side, currents, ranks) <= free), default=0
    )
    allowed = f"up to {fits} x {fits} elements" if fits else "a machine with more memory"
    raise CaseError(
        file,
        "interface.elements",
        f"need {needed.memory_MB / 1000:.1f} GB of memory, {free / 1000:.1f} GB are free; "
        f"allowed here: {allowed}",
    )


def _square(side: int, currents: int, ranks: int) -> float:
    return cost_of_map((side, side), currents, ranks).memory_MB
