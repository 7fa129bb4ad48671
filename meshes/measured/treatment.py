"""What is done to a scan before it is pressed, and what came out of it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from napress.meshes.measured.ends import ENDS
from napress.meshes.measured.levelling import LEVELS
from napress.meshes.surface_components import Array, SurfaceError

SMALLEST_HEIGHT_UM = 1e-3
STEEPEST = 10.0
# a low-pass that adds more than this share of the height to it rings
_RINGING = 0.05


@dataclass(frozen=True)
class Treatment:
    """What is done to a scan, in this order.

    Attributes:
        start_um: Where the cell begins, counted from the first point, along x and for
            a map also along y; None takes the middle of the scan.
        flip: Whether heights count downwards, as depths or on a replica.
        bridge: Most points in a row that may be missing and are interpolated.
        level: What is subtracted over the part in use: none, mean, line (of a map a
            plane), or a polynomial of degree 2 or 3.
        ends: How the part meets the walls: mirror, taper or periodic.
        cutoff_um: Waves shorter than this are left out; None keeps every point.
        confirmed: Whether heights below 1 nm or slopes above 10 are meant.
    """

    start_um: tuple[float, ...] | None = (0.0, 0.0)
    flip: bool = False
    bridge: int = 5
    level: str | int = "line"
    ends: str = "mirror"
    cutoff_um: float | None = None
    confirmed: bool = False

    def __post_init__(self) -> None:
        for name, allowed in (("level", LEVELS), ("ends", ENDS)):
            if getattr(self, name) not in allowed:
                listed = ", ".join(repr(value) for value in allowed)
                raise SurfaceError(
                    f"Measured.{name} = {getattr(self, name)!r}: must be one of {listed}"
                )
        if self.cutoff_um is not None and not (
            math.isfinite(self.cutoff_um) and self.cutoff_um > 0
        ):
            raise SurfaceError(
                f"Measured.cutoff_um = {self.cutoff_um!r}: must be above 0 and finite"
            )

    def begin(self, length_um: float, width_um: float, axis: int, source: str) -> float:
        """Where the cell begins along an axis of a scan.

        Raises:
            SurfaceError: If the scan ends before the cell does.
        """
        slack = 1e-9 * length_um
        if length_um < width_um - slack:
            raise SurfaceError(
                f"{source}: covers {length_um:.6g} um, the cell is {width_um:g} um wide; the scan "
                "must be at least as long as the cell"
            )
        if self.start_um is None:
            return (length_um - width_um) / 2
        start = self.start_um[axis]
        if start > length_um - width_um + slack:
            raise SurfaceError(
                f"Measured.start_um = {start:g}: must be at most {length_um - width_um:.6g} um, "
                f"the scan is {length_um:.6g} um long and the cell {width_um:g} um wide"
            )
        return min(start, length_um - width_um)


@dataclass(frozen=True, eq=False)
class Treated:
    """What came out, for people.

    Attributes:
        source: File or name.
        length_um: Length used.
        points: Measured points in it.
        bridged: Points interpolated in it.
        slope_removed: Along x, and for a map along y.
        rq_before_um: Root mean square height before levelling, about its mean.
        wavelength_um: Shortest wavelength kept.
        warnings: Each a sentence.
    """

    source: str
    length_um: float
    points: int
    bridged: int
    slope_removed: tuple[float, ...]
    rq_before_um: float
    wavelength_um: float
    warnings: tuple[str, ...] = field(default_factory=tuple)


def require_plausible(
    height_um: Array, largest_slope: float, treatment: Treatment, source: str
) -> None:
    """Refuses heights and slopes that no ground or polished ceramic has.

    Raises:
        SurfaceError: Naming what was found; a wrong unit is the usual cause.
    """
    if treatment.confirmed:
        return
    height = float(np.ptp(height_um))
    wrong = None
    if height < SMALLEST_HEIGHT_UM:
        wrong = f"peak to valley {height:.3g} um, below 1 nm"
    elif largest_slope > STEEPEST * (1 + 1e-6):
        wrong = f"slopes up to {largest_slope:.4g}, above {STEEPEST:g}"
    if wrong:
        raise SurfaceError(
            f"{source}: {wrong}: is a unit wrong? Allowed: other units, or confirmed = true in the "
            "[[surface]] table if it is meant"
        )


def ringing_warning(raw_um: Array, kept_um: Array, wavelength_um: float) -> list[str]:
    """Returns a warning where the low-pass makes a peak or valley that was not measured."""
    height = float(np.ptp(raw_um))
    above = max(float(kept_um.max() - raw_um.max()), float(raw_um.min() - kept_um.min()))
    if above <= _RINGING * height:
        return []
    return [
        f"the low-pass at {wavelength_um:.3g} um overshoots the measured heights by {above:.3g} um "
        "(an edge sharper than it can show): a finer cutoff and mesh would not"
    ]
