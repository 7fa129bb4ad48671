"""What would open or widen the window, and how the ends move with what is uncertain.

Each lever says how its effect was found: ``computed`` from the runs, by a ``closed
form``, by ``scaling`` of a solved end, or as a ``judgement``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from napress.fem.inputs.constants import ROOM_TEMPERATURE_K, GAS_CONSTANT_kJ_PER_MOL_K
from napress.postprocess.window.curves import Array, Curves
from napress.postprocess.window.ends import Targets, Window, upper_end

WARM_K = 333.15
LONGER = 60.0
PELLET_MODES = ("pellet", "pellet_stress")
RESISTANCE_FLOORS = ("charge_transfer", "film")
CLOSING = ("closure", "constriction", "form_error")
INTERFACE = ("flaw", "weibull_volume", "weibull_surface", "local_stress")


@dataclass(frozen=True)
class Lever:
    """A change and the window it would give.

    Attributes:
        name: Of the lever.
        text: One sentence.
        basis: ``computed``, ``closed form``, ``scaling`` or ``judgement``.
        lower_MPa: New lower end; None if there would be none.
        upper_MPa: New upper end; None if nothing breaks up to the highest pressure.
        opens: Whether there would be a window; None if not known.
    """

    name: str
    text: str
    basis: str
    lower_MPa: float | None
    upper_MPa: float | None
    opens: bool | None


@dataclass(frozen=True)
class SodiumCreep:
    """How the flow stress of sodium depends on temperature and time.

    Attributes:
        exponent: Norton's n.
        activation_kJ_per_mol: None if unknown.
        temperature_K: Of the case.
        timed: Whether the case presses in time; else its sodium does not creep.
    """

    exponent: float
    activation_kJ_per_mol: float | None = None
    temperature_K: float = ROOM_TEMPERATURE_K
    timed: bool = False


def warm_factor(creep: SodiumCreep, temperature_K: float = WARM_K) -> float:
    """Flow stress at a temperature over that of the case, at equal rate (Norton, Arrhenius).

    From rate = A exp(-Q/RT) s^n: s ~ exp(Q / (n R T)).
    """
    inverse = 1 / temperature_K - 1 / creep.temperature_K
    energy = creep.activation_kJ_per_mol / GAS_CONSTANT_kJ_PER_MOL_K
    return math.exp(energy / creep.exponent * inverse)


def longer_factor(creep: SodiumCreep, longer: float = LONGER) -> float:
    """Pressure for the same closure if it is held ``longer`` times as long, t^(-1/n) (Norton)."""
    return longer ** (-1 / creep.exponent)


def levers(
    window: Window,
    curves: Curves,
    broken: dict[str, Array],
    otherwise: dict[str, dict[str, Array]],
    targets: Targets,
    press_MPa: float | None,
    creep: SodiumCreep | None,
    held: str,
    flaw_depth_um: float,
) -> list[Lever]:
    """Every lever that bears on what limits this window.

    Args:
        window: The answer.
        curves: All seeds over the pellet.
        broken: Failure modes as the case holds the pellet.
        otherwise: The modes of the interface by how else the pellet may be held.
        targets: What is asked.
        press_MPa: What press and die may carry.
        creep: Of the sodium; None if unknown.
        held: How the case holds the pellet.
        flaw_depth_um: Median depth of its flaws.
    """
    found = []
    for kind, modes in otherwise.items():
        if kind != held and modes:
            found.append(_held(kind, window, curves, broken, modes, targets, press_MPa))
    lower, upper = window.lower, window.upper
    limits = {name for name, value in upper.sooner.items() if value is not None}
    lowest = lower.pressure_MPa
    # Shallower flaws help only where flaws are what stands in the way.
    if (
        "flaw" in limits
        and lowest is not None
        and (upper.mechanism == "flaw" or upper.sooner["flaw"] <= lowest)
    ):
        found.append(_polish(window, upper.sooner, flaw_depth_um))
    if limits & {"weibull_volume", "weibull_surface", "local_stress"}:
        text = (
            "A smoother face has smaller tension at the interface and closes sooner; run the "
            "case with a smaller rms to compute it."
        )
        found.append(Lever("polish (roughness)", text, "judgement", None, None, None))
    if limits & set(PELLET_MODES) and (upper.mechanism in PELLET_MODES or not window.exists):
        found.append(_flat_support(window, curves, broken, targets, press_MPa))
    if "press" in limits:
        text = "A stronger press or die, or a smaller pellet, moves the upper end."
        found.append(Lever("press", text, "judgement", None, None, None))
    if lower.mechanism in RESISTANCE_FLOORS:
        text = (
            "Charge transfer and film count per true contact area: full contact leaves them as "
            "they are. Clean or coat the face; more pressure does not help."
        )
        found.append(Lever("surface treatment", text, "judgement", None, None, None))
    found += _softer(window, creep)
    return sorted(found, key=lambda lever: not lever.opens)


def _opens(lower: float | None, upper: float | None, top_MPa: float) -> bool:
    return lower is not None and lower < (top_MPa if upper is None else upper)


def _held(
    kind: str,
    window: Window,
    curves: Curves,
    broken: dict[str, Array],
    modes: dict[str, Array],
    targets: Targets,
    press_MPa: float | None,
) -> Lever:
    # A fluid has no punch, no sleeve and no support; a stiffer die keeps punch and support.
    rest = {} if kind == "isostatic" else {n: r for n, r in broken.items() if n not in INTERFACE}
    end = upper_end(curves, modes | rest, targets, None if kind == "isostatic" else press_MPa)
    name = "isostatic pressing" if kind == "isostatic" else "stiff sleeve (rigid die)"
    note = "" if kind == "isostatic" else "; the tension of the pellet as a whole is left as it is"
    if end.pressure_MPa is None:
        effect = f"nothing breaks up to {window.top_MPa:.3g} MPa"
    else:
        effect = f"the upper end is {end.pressure_MPa:.3g} MPa"
    lower = window.lower.pressure_MPa
    text = f"With {name} {effect}{note}."
    opens = _opens(lower, end.pressure_MPa, window.top_MPa)
    return Lever(name, text, "computed", lower, end.pressure_MPa, opens)


def _polish(window: Window, sooner: dict[str, float | None], flaw_depth_um: float) -> Lever:
    """Shallower flaws: the pressure at which they open goes with one over the root of depth."""
    others = [v for name, v in sooner.items() if name != "flaw" and v is not None]
    other = min(others, default=None)
    want = window.top_MPa if other is None else other
    depth = flaw_depth_um * min((sooner["flaw"] / want) ** 2, 1.0)
    open_at = window.lower.pressure_MPa
    least = flaw_depth_um * (sooner["flaw"] / open_at) ** 2
    text = (
        f"Flaws of {depth:.2g} um (median, now {flaw_depth_um:.2g} um) would not open before "
        f"{want:.3g} MPa"
    )
    text += "." if window.exists else f"; any window needs flaws shallower than {least:.2g} um."
    opens = _opens(open_at, other, window.top_MPa)
    return Lever("polish (flaws)", text, "scaling", open_at, other, opens)


def _flat_support(
    window: Window,
    curves: Curves,
    broken: dict[str, Array],
    targets: Targets,
    press_MPa: float | None,
) -> Lever:
    rest = {name: rows for name, rows in broken.items() if name not in PELLET_MODES}
    end = upper_end(curves, rest, targets, press_MPa)
    lower = window.lower.pressure_MPa
    reach = window.top_MPa if end.pressure_MPa is None else end.pressure_MPa
    text = f"Without tension in the pellet as a whole the upper end is {reach:.3g} MPa or more."
    opens = _opens(lower, end.pressure_MPa, window.top_MPa)
    return Lever("flat support, parallel punch", text, "computed", lower, end.pressure_MPa, opens)


def _softer(window: Window, creep: SodiumCreep | None) -> list[Lever]:
    """Warmer or longer: only where the sodium has yet to flow."""
    lower = window.lower
    if creep is None or lower.pressure_MPa is None or lower.mechanism not in CLOSING:
        return []
    found = []
    upper = window.upper.pressure_MPa
    doubt = "" if creep.timed else " (the case itself has sodium without creep)"
    if creep.activation_kJ_per_mol is not None and creep.temperature_K < WARM_K:
        less = lower.pressure_MPa * warm_factor(creep)
        text = f"At 60 °C the lower end falls to about {less:.2g} MPa{doubt}."
        opens = _opens(less, upper, window.top_MPa)
        found.append(Lever("warm", text, "scaling", less, upper, opens))
    less = lower.pressure_MPa * longer_factor(creep)
    text = (
        f"Held {LONGER:.0f} times as long the lower end falls to about {less:.2g} MPa{doubt}; "
        "sodium gets deeper into flaws, too."
    )
    opens = _opens(less, upper, window.top_MPa)
    found.append(Lever("hold longer", text, "scaling", less, upper, opens))
    return found


@dataclass(frozen=True)
class Doubt:
    """How an end moves with one uncertain value.

    Attributes:
        value: Name of the value in the case.
        used: What was used, with unit.
        tried: What else it may be.
        lower_MPa: Lower end then; None if it does not move.
        upper_MPa: Upper end then; None if it does not move or is not reached.
        text: One sentence.
    """

    value: str
    used: str
    tried: str
    lower_MPa: float | None
    upper_MPa: float | None
    text: str


def doubts(
    window: Window,
    flaw_depth_um: float,
    toughness: tuple[float, tuple[float, float] | None],
    strength_MPa: tuple[float, tuple[float, float] | None],
    yield_MPa: tuple[float, tuple[float, float] | None],
) -> list[Doubt]:
    """How far the ends move with flaw depth, toughness, strength and yield stress.

    By scaling: the pressure that opens a flaw goes with toughness over the root of
    its depth, that of Weibull and local stress with the strength (linear elastic
    ceramic), closure with the yield stress of the sodium.

    Args:
        window: The answer.
        flaw_depth_um: Median depth; halved and doubled.
        toughness: MPa sqrt(m), and its range if known.
        strength_MPa: In tension, and its range if known.
        yield_MPa: Of the sodium, and its range if known.
    """
    found = []
    for factor in (0.5, 2.0):
        found.append(
            _upper_doubt(
                window,
                "fracture.flaw_depth",
                f"{flaw_depth_um:.3g} um",
                f"{flaw_depth_um * factor:.3g} um",
                {"flaw": factor**-0.5},
            )
        )
    groups = (
        ("ceramic.fracture_toughness", "MPa m^0.5", toughness, ("flaw",)),
        (
            "ceramic.tensile_strength",
            "MPa",
            strength_MPa,
            ("weibull_volume", "weibull_surface", "local_stress", *PELLET_MODES),
        ),
    )
    for name, unit, (used, limits), modes in groups:
        for tried in limits or ():
            scale = dict.fromkeys(modes, tried / used)
            found.append(
                _upper_doubt(window, name, f"{used:.3g} {unit}", f"{tried:.3g} {unit}", scale)
            )
    used, limits = yield_MPa
    lower = window.lower.pressure_MPa
    if lower is not None and window.lower.mechanism in CLOSING:
        for tried in limits or ():
            moved = lower * tried / used
            found.append(
                Doubt(
                    "sodium.yield_strength",
                    f"{used:.3g} MPa",
                    f"{tried:.3g} MPa",
                    moved,
                    None,
                    f"lower end {moved:.2g} MPa",
                )
            )
    return [doubt for doubt in found if doubt is not None]


def _upper_doubt(
    window: Window, name: str, used: str, tried: str, scale: dict[str, float]
) -> Doubt | None:
    """The upper end if some limits move; None if it stays where it is."""
    known = {k: v for k, v in window.upper.sooner.items() if v is not None}
    if not any(mode in known for mode in scale):
        return None
    moved = min(value * scale.get(mode, 1.0) for mode, value in known.items())
    text = f"upper end {moved:.3g} MPa"
    if moved > window.top_MPa:
        return Doubt(name, used, tried, None, None, f"no upper end up to {window.top_MPa:.3g} MPa")
    if math.isclose(moved, window.upper.pressure_MPa):
        return None
    return Doubt(name, used, tried, None, moved, text)
