"""What a sweep will cost in CPU time, before it runs.

The law was fitted by least squares to the CPU time of nine runs of this program: sines of
0.5 and 1 µm amplitude at 32, 64 and 128 elements, self-affine profiles of 0.25, 0.5 and 1 µm
rms at 128 and 256, to between 3 and 360 MPa; it meets each within 25 %. Finished runs of the
sweep then scale it, since machines and cases differ.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable
from dataclasses import dataclass

from napress.cases.model.cost import cost_of_map, currents_solved
from napress.cases.schema.interface_case import Case
from napress.cases.schema.program import to_program
from napress.fem.inputs.load_program import highest_pressure_MPa

# cpu = START + SCALE * (elements / 128)^MESH * (rms height / 1 um)^HEIGHT * load^LOAD,
# load = log1p(p / 0.5 MPa) / log1p(720) with p the last pressure: 1 at 360 MPa.
START_S = 3.0
SCALE_S = 46.8
MESH_POWER = 1.44
HEIGHT_POWER = 0.295
LOAD_POWER = 0.307
DISPLACEMENT_AS_MPa = 10.0  # what a program of displacements alone counts as
LAW_FROM = "from a law in elements, roughness and pressure fitted to nine runs of 10 to 155 s"
LAW_OF_MAPS_FROM = "from a law in unknowns fitted to egg-boxes in 3-D"


@dataclass(frozen=True)
class Estimate:
    """CPU time of runs.

    Attributes:
        cpu_s: All runs together.
        basis: In words, what the estimate rests on.
    """

    cpu_s: float
    basis: str


def law_cpu_s(case: Case) -> float:
    """Returns the CPU seconds of a run by the law alone; 3-D has a law of its own."""
    if _is_map(case):
        return cost_of_map(case.interface.elements_along, currents_solved(case)).cpu_s
    height = math.hypot(*(table.rms_um() for table in case.surface))
    highest = highest_pressure_MPa(to_program(case.program)) or DISPLACEMENT_AS_MPa
    load = math.log1p(highest / 0.5) / math.log1p(720.0)
    mesh = (case.interface.elements / 128.0) ** MESH_POWER
    return START_S + SCALE_S * mesh * max(height, 0.01) ** HEIGHT_POWER * load**LOAD_POWER


def _is_map(case: Case) -> bool:
    return case.interface.dimension == 3


def estimate(cases: Iterable[Case], finished: Iterable[tuple[Case, float]] = ()) -> Estimate:
    """Returns what runs will cost.

    Args:
        cases: Of the runs that are still to do.
        finished: Case and CPU seconds of runs that are done.
    """
    ratios = [cpu_s / law_cpu_s(case) for case, cpu_s in finished if cpu_s > 0.0]
    scale = statistics.median(ratios) if ratios else 1.0
    cases = list(cases)
    basis = LAW_OF_MAPS_FROM if any(_is_map(case) for case in cases) else LAW_FROM
    if ratios:
        basis += f", times {scale:.2g} from {len(ratios)} finished runs of this sweep"
    return Estimate(scale * sum(law_cpu_s(case) for case in cases), basis)
