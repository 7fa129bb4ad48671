"""Whether the platen can go where a load program sends it."""

from __future__ import annotations

from napress.cases.errors import CaseError
from napress.cases.schema.interface_case import Case, CeramicTable, SodiumTable, value_of

# Far above any press: a displacement that takes more is a slip of the pen.
LARGEST_PRESSURE_MPA = 1000.0


def check_displacements(case: Case, mean_gap_um: float, file: str) -> None:
    """Refuses a displacement that would take an absurd pressure.

    With the voids closed, the platen goes on only by compressing both bodies, which
    cannot widen: the pressure is the way beyond the mean gap over their compliance.

    Args:
        case: The case.
        mean_gap_um: Void per area before pressing.
        file: Name of the case file, for messages.

    Raises:
        CaseError: Naming the entry, and the farthest displacement allowed.
    """
    compliance = _compliance(case.sodium) + _compliance(case.ceramic)
    farthest = mean_gap_um + LARGEST_PRESSURE_MPA * compliance
    for index, stage in enumerate(case.program):
        if stage.displacement is not None and stage.displacement > farthest:
            raise CaseError(
                file,
                f"program[{index}].displacement",
                f"{stage.displacement:g} um cannot be reached, it takes more than "
                f"{LARGEST_PRESSURE_MPA:g} MPa; allowed: <= {farthest:.4g} um",
            )


def _compliance(body: SodiumTable | CeramicTable) -> float:
    """Shortening of a body per pressure, laterally confined, um/MPa."""
    young, poisson = value_of(body, "young").value, value_of(body, "poisson").value
    stiffness = young * (1 - poisson) / ((1 + poisson) * (1 - 2 * poisson))
    return body.thickness / stiffness
