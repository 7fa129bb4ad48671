"""How a piece cut out of a profile meets the walls of the cell.

The walls are planes of symmetry: beyond them comes the mirror image. A flank that is cut
there becomes a notch or a ridge that no specimen has.
"""

from __future__ import annotations

import numpy as np

from napress.meshes.surface_components import Array

ENDS = ("mirror", "taper", "periodic")


def _step(t: Array) -> Array:
    """From 0 to 1 with zero slope and curvature at both ends."""
    t = np.clip(t, 0.0, 1.0)
    return t**3 * (10 + t * (6 * t - 15))


def meet_walls(x_um: Array, height_um: Array, ends: str, over_um: float) -> Array:
    """Returns heights that meet the walls as asked for.

    Args:
        x_um: Positions from 0 to the width of the cell, ascending, (n,).
        height_um: Heights, (n,) or (n, m) of m lines.
        ends: ``mirror`` changes no point; ``taper`` lets the heights run out to their
            mean near both walls; ``periodic`` bends the far end so that it goes on as
            the near one begins.
        over_um: Length over which heights are changed.
    """
    if ends == "mirror":
        return height_um
    width = x_um[-1]
    over = min(over_um, width / 4)
    column = (slice(None),) + (None,) * (height_um.ndim - 1)
    if ends == "taper":
        inside = _step(x_um / over) * _step((width - x_um) / over)
        mean = height_um.mean(axis=0)
        return mean + inside[column] * (height_um - mean)
    jump = height_um[-1] - height_um[0]
    first = (height_um[1] - height_um[0]) / (x_um[1] - x_um[0])
    last = (height_um[-1] - height_um[-2]) / (x_um[-1] - x_um[-2])
    t = np.clip(1 - (width - x_um) / over, 0.0, 1.0)
    # cubic of Hermite: value and slope at the wall, none where the zone begins
    value, slope = t**2 * (3 - 2 * t), over * t**2 * (t - 1)
    return height_um - value[column] * jump - slope[column] * (last - first)


def wall_warnings(
    x_um: Array, height_um: Array, slope: Array, wavelength_um: float, ends: str
) -> list[str]:
    """Returns what a wall does to the extremes of a profile.

    Args:
        x_um: Fine samples from wall to wall, (n,).
        height_um: Heights there, (n,).
        slope: Slopes there, (n,).
        wavelength_um: Shortest wavelength: nearer than this is near.
        ends: As in `meet_walls`; a tapered profile has nothing near a wall.
    """
    if ends != "mirror" or np.ptp(height_um) == 0.0:
        return []
    width = x_um[-1]
    extremes = {
        "highest point": int(np.argmax(height_um)),
        "lowest point": int(np.argmin(height_um)),
        "steepest slope": int(np.argmax(np.abs(slope))),
    }
    near = {what: min(x_um[at], width - x_um[at]) for what, at in extremes.items()}
    named = [f"{what} ({away:.3g} um)" for what, away in near.items() if away < wavelength_um]
    return [near_wall(named, "profile")] if named else []


def near_wall(named: list[str], what: str) -> str:
    """The warning that names extremes near a wall."""
    return (
        f"near a wall, where the {what} is mirrored, lies its {', its '.join(named)}: choose "
        'another start, or ends = "taper" or "periodic"'
    )
