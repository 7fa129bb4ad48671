"""Columns of a run that drives a current: charge, current, metal left, overpotential."""

from __future__ import annotations

import math

from napress.fem.snapshot import Snapshot

OVERPOTENTIAL = "overpotential_mV"


class StrippingColumns:
    """The observer of what the current has done."""

    def columns(self, snapshot: Snapshot) -> dict[str, float]:
        """Charge, current and metal left; nothing where no current is ever driven."""
        done = snapshot.stripped
        if done is None:
            return {}
        return {
            "charge_mAh_cm2": done.charge_mAh_per_cm2,
            "current_mA_cm2": done.current_mA_per_cm2,
            "metal_left_um": done.metal_left_um,
        }


def is_driven(snapshot: Snapshot) -> bool:
    """Whether a current flowed in a step."""
    return snapshot.stripped is not None and snapshot.stripped.current_mA_per_cm2 != 0.0


def overpotential_column(snapshot: Snapshot, interface_asr_ohm_cm2: float) -> dict[str, float]:
    """Current times the resistance of the interface, mV; NaN while none flows.

    Args:
        snapshot: The step.
        interface_asr_ohm_cm2: All that the interface adds to the bulk; ohm cm2 times mA/cm2
            is mV.
    """
    if snapshot.stripped is None:
        return {}
    current = snapshot.stripped.current_mA_per_cm2
    return {OVERPOTENTIAL: current * interface_asr_ohm_cm2 if current != 0.0 else math.nan}
