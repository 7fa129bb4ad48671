"""Invaded edge crack: weight function, states, thresholds, growth and its time.

References are those of a second, independent solution (dislocations along the crack in
Legendre polynomials, exact weight function), to three digits, and closed limits.
"""

from __future__ import annotations

import math

import numpy as np

from napress.cases.verification.ceramic.invasion_in_time import first_filling
from napress.cases.verification.ceramic.slot_volumes import follow, influence
from napress.cases.verification.rows import Row, absolute, relative
from napress.postprocess.invasion.edge_crack import FULL_FACTOR, WEIGHT, edge_crack
from napress.postprocess.invasion.growth import METRES_PER_UM, Metal, time_between_s
from napress.postprocess.invasion.march import growth_rates
from napress.postprocess.invasion.state import invaded_crack
from napress.postprocess.invasion.tables import invasion_tables
from napress.postprocess.theory import flaws as closed

DIGIT = 0.002
# c, front over depth, F; free to widen.
FREE = ((0.05, 0.00035, 0.00015), (0.1, 0.036, 0.0157), (0.2, 0.353, 0.162))
FREE += ((0.3, 0.718, 0.354), (0.4, 0.947, 0.529), (1.0, 1.0, 0.935), (4.0, 1.0, 1.079))
THRESHOLDS = ((0.01, 0.114), (0.05, 0.174), (0.1, 0.216), (0.2, 0.269), (0.35, 0.315))
THRESHOLDS += ((0.5, 0.337), (1.0, 0.345))
FULL = ((0.0, 0.476), (0.1, 0.448), (0.2, 0.422), (0.35, 0.387), (0.5, 0.360))
HELD = ((0.3, 0.1, 0.285), (0.34, 0.2, 0.328), (0.35, 0.5, 0.215), (0.5, 0.3, 0.681))
# n, lambda, R of a flaw that keeps its shape with its tip shut; the last two stand for lambda to 1.
SHUT = ((5.0, 0.5, 1.19), (5.0, 0.2, 4.77), (5.0, 0.97, 0.965), (6.56, 0.97, 1.41))
# Sodium of bulk strength in closo-borate.
BORATE_PLANE_YOUNG, SODIUM_YIELD = 9300.0 / (1.0 - 0.41**2), 0.235
# n, F, R of a flaw that keeps its shape at K = K_IC, free to widen.
SHAPED = ((5.0, 0.238, 10.4), (5.0, 0.498, 0.791), (3.0, 0.24, 3.3))
FILLING = ((0.21, 0.023), (0.31, 0.059))


def weight_function() -> list[Row]:
    """The elastic crack without metal."""
    crack = edge_crack()
    even = np.ones(len(crack.nodes))
    note = "weight function, graded mesh"
    mouth = float((crack.opening @ even)[0])
    return [
        relative(
            "invaded crack, elastic: K under even pressure over p sqrt(pi a)",
            FULL_FACTOR,
            float(crack.intensity @ even),
            1e-4,
            "1",
            note,
        ),
        relative("invaded crack, elastic: mouth opening over p a/E'", 5.81719, mouth, 2e-4, "1"),
        relative(
            "invaded crack, elastic: K under pressure rising with depth",
            0.68286,
            float(crack.intensity @ crack.nodes),
            1e-4,
            "1",
            note,
        ),
        absolute("invaded crack, elastic: g at the mouth", 1.83384, WEIGHT[0], 1e-4, "1"),
    ]


def states() -> list[Row]:
    """Front, stress intensity and thresholds of a rigid-plastic metal, from the tables."""
    tables, rows = invasion_tables(), []
    for load, front, factor in FREE:
        name = f"invaded crack, free to widen, c = {load:g}"
        rows.append(absolute(f"{name}: F", factor, float(tables.intensity(load, 0)), DIGIT, "1"))
        if load < 1.0:
            reach = float(tables.reach(load, 0.0))
            rows.append(absolute(f"{name}: front over depth", front, reach, 0.003, "1"))
    tip = float(tables.tip_pressure(1.0, 0.0))
    rows.append(
        absolute("invaded crack, free to widen, c = 1: tip pressure", 0.626, tip, 0.003, "1")
    )
    for share, load in THRESHOLDS:
        found = float(tables.thresholds(share)[0])
        name = f"invaded crack, lateral share {share:g}: c* of entering"
        rows.append(absolute(name, load, found, DIGIT, "1"))
    for share, load in FULL:
        found = float(tables.thresholds(share)[1])
        name = f"invaded crack, lateral share {share:g}: c of metal at the tip"
        rows.append(absolute(name, load, found, DIGIT, "1"))
    for load, share, factor in HELD:
        found = float(tables.intensity(load, share))
        name = f"invaded crack, lateral share {share:g}, c = {load:g}: F"
        rows.append(absolute(name, factor, found, 0.004, "1"))
    shear = SODIUM_YIELD / math.sqrt(3.0)
    enters = math.sqrt(2.0 * shear * BORATE_PLANE_YOUNG * float(tables.thresholds(0.5)[0]))
    name = "invaded crack, sodium in closo-borate, lateral share 0.5: net pressure of entering"
    rows.append(relative(name, 32.0, enters, 0.005, "MPa"))
    endless = float(tables.intensity(1e6, 0.0))
    below = float(tables.intensity(0.26, 0.2))
    fine, coarse = edge_crack(), edge_crack(1e-5, 1.8, 0.06)
    part = [invaded_crack(c, c.elements, 0.0).factor for c in (fine, coarse)]
    return [
        *rows,
        relative("invaded crack, no drag: F", FULL_FACTOR, endless, 1e-4, "1", "c = 1e6"),
        absolute("invaded crack, below c*: F", 0.0, below, 1e-12, "1", "metal stays out"),
        absolute("invaded crack: F on a mesh half as fine", part[0], part[1], 1e-3, "1"),
    ]


def growth() -> list[Row]:
    """Creep: rates of self-similar growth, and first filling integrated in time."""
    rows = []
    crack = edge_crack()
    for exponent, factor, rate in SHAPED:
        found = _kept_shape(exponent, factor)
        name = f"invaded crack, creep n = {exponent:g}, shape kept at F = {factor:g}: R"
        rows.append(relative(name, rate, found, 0.03, "1", "flaw that grows as exp(r t)"))
    for exponent, share, rate in SHUT:
        _, found = growth_rates(crack, share, exponent, 0.01)
        name = f"invaded crack, creep n = {exponent:g}, lateral share {share:g}, tip shut: R"
        rows.append(relative(name, rate, float(found[-1]), 0.03, "1", "end of the growth"))
    factors, times = first_filling(5.0, 0.4, 0.03)
    for factor, time in FILLING:
        found = float(np.interp(factor, factors, times))
        name = f"invaded crack, creep: first filling up to F = {factor:g}"
        rows.append(relative(name, time, found, 0.1, "1/r", "reference on a coarse mesh, 10 %"))
    borate = Metal(0.53, 5.0, BORATE_PLANE_YOUNG)
    rows.append(
        relative(
            "invaded crack, sodium in closo-borate at 50 MPa: 1/r",
            2.79e4,
            borate.unit_time_s(50.0),
            0.01,
            "s",
        )
    )
    return rows


def by_volumes() -> list[Row]:
    """Growth against finite volumes of slot flow with an elastic solution of their own."""
    cells, rows = (30, 60, 120), []
    even = [float(np.linalg.solve(influence(n, 1.0 / n), np.ones(n))[0]) for n in cells[1:]]
    rows.append(
        relative(
            "invaded crack, elastic by dislocations: mouth opening over p a/E'",
            5.81719,
            2.0 * even[1] - even[0],
            1e-3,
            "1",
            "extrapolated from 60 and 120 cells",
        )
    )
    first, last, factor = 1.5, 3.0, 0.45
    for exponent in (3.0, 5.0):
        # Units of the closed law: B = 1 and E' = 1.
        metal = Metal(3.0 ** (-0.5 * (exponent + 1.0)), exponent, 1.0)
        toughness = factor * math.sqrt(math.pi * METRES_PER_UM)
        law = float(time_between_s(metal, 1.0, 0.0, toughness, first, last))
        times = [follow(exponent, factor, last, n).between(first, last) for n in cells]
        name = f"invaded crack, slot flow in finite volumes, n = {exponent:g}"
        rows.append(
            relative(
                f"{name}: time from {first:g} to {last:g} depths",
                2.0 * times[2] - times[1],
                law,
                0.015,
                "1/r",
                "the time law against volumes, extrapolated from 60 and 120 cells a depth",
            )
        )
        if exponent == 5.0:
            ratio = (times[1] - times[0]) / (times[2] - times[1])
            order = "first order: the change halves with the cells"
            rows.append(absolute(f"{name}: ratio of two refinements", 2.0, ratio, 0.3, "1", order))
    return rows


def _kept_shape(exponent: float, factor: float) -> float:
    """R of self-similar growth, free to widen, at an F below that of a filled flaw."""
    crack = edge_crack()
    state = None
    for end in (0.9, 0.5, 0.2, 0.0):
        state = invaded_crack(crack, crack.elements, end, exponent, state)
    for node in range(crack.elements - 1, 1, -1):
        before, state = state, invaded_crack(crack, node, 0.0, exponent, state)
        if state.factor < factor:
            break
    share = (before.factor - factor) / (before.factor - state.factor)
    logs = [math.log(s.rate(exponent)) for s in (before, state)]
    return math.exp(logs[0] + share * (logs[1] - logs[0]))


def held_from_the_side() -> list[Row]:
    """Two rings of one material are one ring; a compact on its way down; connected pores."""
    two = closed.JacketedSleeve(2e5, 0.29, 2.0, 2e5, 0.29, 4.0)
    one = closed.sleeve_lateral_MPa(360.0, 2.2e4, 0.3, 2e5, 0.29, 4.0)
    soft = closed.JacketedSleeve(3.8e3, 0.4, 2.0, 2e5, 0.29, 4.0)
    elastic, yield_MPa, pressed = 0.43, 150.0, 360.0
    locked = pressed - yield_MPa
    below = closed.compact_lateral_MPa(100.0, pressed, elastic, yield_MPa)
    return [
        relative(
            "invaded crack, two rings of one material: lateral stress at 360 MPa",
            one,
            two.lateral_MPa(360.0, 2.2e4, 0.3),
            1e-9,
            "MPa",
            "Lame",
        ),
        relative(
            "invaded crack, PEEK in steel: radial displacements agree where they meet",
            *_meeting(soft),
            1e-9,
            "1",
            "sleeve from inside, jacket from outside",
        ),
        absolute(
            "invaded crack, compact of 150 MPa: lateral stress at 360 MPa",
            210.0,
            closed.compact_lateral_MPa(pressed, 0.0, elastic, yield_MPa),
            1e-9,
            "MPa",
            "p - Y",
        ),
        absolute(
            "invaded crack, the same at 100 MPa after 360 MPa",
            locked - elastic * 260.0,
            below,
            1e-9,
            "MPa",
            "elastic unloading",
        ),
        relative(
            "invaded crack, connected pores: pressure for twice the thickness",
            2.0,
            closed.pore_pressure_MPa(1000.0, 1.0, 0.235)
            / closed.pore_pressure_MPa(500.0, 1.0, 0.235),
            1e-12,
            "1",
            "linear in thickness; measured 34 and 37 MPa per mm on two pellets of a borate",
        ),
    ]


def _meeting(rings: closed.JacketedSleeve) -> tuple[float, float]:
    """Displacement over radius where sleeve and jacket meet, for 1 MPa in the bore."""
    b, c, q = rings.ratio**2, rings.jacket_ratio**2, rings.between_share()
    # Stresses of the sleeve at its outer face, then Hooke.
    hoop = (2.0 - q * (b + 1.0)) / (b - 1.0)
    sleeve = (hoop + rings.poisson * q) / rings.young_MPa
    jacket = q * ((c + b) / (c - b) + rings.jacket_poisson) / rings.jacket_young_MPa
    return sleeve, jacket
