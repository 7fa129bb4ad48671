"""How uniform the press has to be: the largest tilt, hollow and lack of hold that still work.

Closed forms solved for the imperfection, each on its safe side; where the pellet was
also solved with and without its imperfections, both results stand beside them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from napress.postprocess.fracture.scatter import FlawStatistics
from napress.postprocess.fracture.weibull import WeibullLaw
from napress.postprocess.theory.pellet import plate_over_gap_tension_MPa
from napress.postprocess.theory.plasticity import shear_yield_MPa
from napress.postprocess.window.curves import SAME_PRESSURE
from napress.postprocess.window.ends import Window

STEPS = 80
SMALLEST_GAP_UM = 1.0


@dataclass(frozen=True)
class PelletForm:
    """What the closed forms need to know.

    Attributes:
        radius_um: Of the pellet.
        thickness_um: Of the pellet.
        poisson: Of the ceramic.
        sodium_um: Thickness of the sodium.
        sodium_yield_MPa: Its yield stress.
        sodium_bulk_MPa: Its bulk modulus.
        strength_MPa: Mean tensile strength.
        law: Weibull's law of it; None if unknown.
    """

    radius_um: float
    thickness_um: float
    poisson: float
    sodium_um: float
    sodium_yield_MPa: float
    sodium_bulk_MPa: float
    strength_MPa: float
    law: WeibullLaw | None


@dataclass(frozen=True)
class Demand:
    """One thing the press must hold.

    Attributes:
        name: ``tilt``, ``gap`` or ``confinement``.
        limit: Largest (tilt, gap) or least (confinement) value; None if none is needed.
        unit: Of it.
        text: One sentence.
        basis: ``closed form`` or ``pellet model``.
    """

    name: str
    limit: float | None
    unit: str
    text: str
    basis: str = "closed form"


def tilt_spread_MPa(tilt_rad: float, pressure_MPa: float, form: PelletForm) -> float:
    """Upper bound of the difference of pressure across a pellet under a tilted punch.

    The smaller of two, with e the slope times the radius over the thickness h of the
    compressed sodium. Sodium that has filled the space and is then compressed in place by a
    punch that moves along the axis: p / (1 - e) - p / (1 + e). Sodium that flows sideways
    until friction holds it, at most 2k/h per distance (slab theory, textbook), summed over
    the diameter: (2k R / (h e)) ln((1 + e) / (1 - e)). The pellet is taken as rigid.
    Infinite where the punch meets the pellet.
    """
    thickness = form.sodium_um * math.exp(-pressure_MPa / form.sodium_bulk_MPa)
    share = math.tan(tilt_rad) * form.radius_um / thickness
    if share >= 1:
        return math.inf
    if share <= 0:
        return 0.0
    squeezed = 2 * pressure_MPa * share / (1 - share**2)
    across = 2 * shear_yield_MPa(form.sodium_yield_MPa) * form.radius_um / thickness
    return min(squeezed, across / share * math.log((1 + share) / (1 - share)))


def largest_tilt_rad(form: PelletForm, pressure_MPa: float, spread_MPa: float) -> float:
    """Tilt up to which the pressure differs by no more than a spread."""
    most = math.atan(form.sodium_um / form.radius_um)
    return _largest(lambda t: tilt_spread_MPa(t, pressure_MPa, form) <= spread_MPa, most)


def gap_tension_MPa(diameter_um: float, pressure_MPa: float, form: PelletForm) -> float:
    """Lateral tension of a pellet above the middle of an unsupported spot, nothing at its side.

    A spot that is small against the thickness is an unloaded disc on a half space under
    pressure: (1 + 2 nu) p / 2, however small it is (the inverse of a loaded disc,
    textbook). A wide one bends the pellet like a simply supported disc (textbook).
    Combined as the root of the sum of squares, which is an own choice: against the
    pellet model it is 2 % too low for small spots and up to 1.9 times too high for wide ones.
    """
    radius = diameter_um / 2
    bent = plate_over_gap_tension_MPa(
        pressure_MPa, max(radius, 1e-9), form.thickness_um, form.poisson
    )
    return math.hypot(bent, (1 + 2 * form.poisson) * pressure_MPa / 2)


def gap_risk(
    diameter_um: float, pressure_MPa: float, form: PelletForm, lateral_MPa: float = 0.0
) -> float:
    """Weibull risk of a pellet over an unsupported spot, on the safe side.

    The tension of `gap_tension_MPa` less the lateral compression, in both lateral
    directions over the whole spot, falling evenly to zero: at half the thickness for a
    plate, at (1 + 2 nu) / (2 + 2 nu) radii below a small spot (the slope of the half
    space). Without a modulus 1 where the tension reaches the strength, else 0.
    """
    radius = diameter_um / 2
    tension = max(gap_tension_MPa(diameter_um, pressure_MPa, form) - lateral_MPa, 0.0)
    law = form.law
    if law is None:
        return float(tension >= form.strength_MPa)
    steep = (1 + 2 * form.poisson) / (2 + 2 * form.poisson)
    depth = min(form.thickness_um / 2, steep * radius)
    volume = math.pi * radius**2 * depth / (law.modulus + 1)
    return 2 * volume / law.volume_um3 * (tension / law.characteristic_MPa) ** law.modulus


def largest_gap_um(
    form: PelletForm, pressure_MPa: float, failure: float, lateral_MPa: float = 0.0
) -> float:
    """Diameter of an unsupported spot up to which the failure target holds.

    At most that of the pellet; 0 if none is small enough.
    """
    allowed = -math.log1p(-failure) if form.law is not None else 0.5

    def holds(diameter: float) -> bool:
        return gap_risk(diameter, pressure_MPa, form, lateral_MPa) <= allowed

    return _largest(holds, 2 * form.radius_um)


def least_lateral_MPa(flaws: FlawStatistics, pressure_MPa: float, failure: float) -> float:
    """Lateral compression that keeps sodium from opening flaws, on a flat surface.

    Pressure less the opening pressure at which the failure target is reached; 0 if the
    pellet needs none.
    """
    return max(pressure_MPa - flaws.opening_at(failure), 0.0)


def demands(
    window: Window,
    pressure_MPa: float,
    failure: float,
    form: PelletForm | None,
    flaws: FlawStatistics,
    lateral_MPa: Callable[[float], float],
    isostatic: bool = False,
) -> list[Demand]:
    """What the press must hold at a pressure.

    Args:
        window: The answer; the pressure may differ as far as it stays inside.
        pressure_MPa: Where to press.
        failure: Largest failure probability.
        form: The pellet; None if the case has none.
        flaws: Flaws of the ceramic.
        lateral_MPa: Lateral compression the case gives at a pressure.
        isostatic: Whether a fluid presses: then tilt and support mean nothing.
    """
    found = [_confinement(pressure_MPa, failure, flaws, lateral_MPa)]
    if isostatic or form is None:
        return found
    gap = largest_gap_um(form, pressure_MPa, failure, max(lateral_MPa(pressure_MPa), 0.0))
    found.append(Demand("gap", gap * 1e-3, "mm", _gap_text(gap, pressure_MPa)))
    ends = window.range_MPa
    if ends is not None and ends[0] < pressure_MPa <= ends[1] * (1 + SAME_PRESSURE):
        margin, where = pressure_MPa - ends[0], "above the lower end"
        if window.upper.pressure_MPa is not None:
            margin, where = min(margin, max(ends[1] - pressure_MPa, 0.0)), "inside the window"
        tilt = math.degrees(largest_tilt_rad(form, pressure_MPa, 2 * margin))
        over = 2 * form.radius_um * math.tan(math.radians(tilt))
        text = (
            f"At {pressure_MPa:.3g} MPa a tilt of the punch of at most {tilt:.2g} degrees "
            f"({over:.3g} um across the pellet) keeps the pressure {where} everywhere, "
            f"with {form.sodium_um:.3g} um of sodium."
        )
        found.append(Demand("tilt", tilt, "deg", text))
    return found


def _gap_text(gap_um: float, pressure_MPa: float) -> str:
    if gap_um < SMALLEST_GAP_UM:
        return (
            f"At {pressure_MPa:.3g} MPa the pellet must be supported everywhere: no spot is small "
            "enough to be left out (half space)."
        )
    return (
        f"At {pressure_MPa:.3g} MPa an unsupported spot below the pellet, a hollow or beside "
        f"debris, may be at most {gap_um * 1e-3:.2g} mm across (half space and plate, safe side)."
    )


def _confinement(
    pressure_MPa: float,
    failure: float,
    flaws: FlawStatistics,
    lateral_MPa: Callable[[float], float],
) -> Demand:
    needed, held = least_lateral_MPa(flaws, pressure_MPa, failure), lateral_MPa(pressure_MPa)
    if needed == 0:
        text = f"At {pressure_MPa:.3g} MPa no lateral hold is needed against sodium in flaws."
        return Demand("confinement", None, "MPa", text)
    verdict = "enough" if held >= needed else "too little"
    return Demand(
        "confinement",
        needed,
        "MPa",
        f"At {pressure_MPa:.3g} MPa the side must be held with {needed:.3g} MPa against sodium in "
        f"flaws; the case holds {held:.3g} MPa, which is {verdict} (flat surface).",
    )


def _largest(holds: Callable[[float], bool], most: float) -> float:
    """Largest value up to a bound that holds, by bisection; what holds holds below, too."""
    if holds(most):
        return most
    low, high = 0.0, most
    for _ in range(STEPS):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low
