"""Measurements that need no run of a case: a pressed foil, and films fitted to half of the points.

The foil has no free number. A film has three, so nothing untuned can be said of its
resistance; its rows are named FITTED, and say to which points: the others are predicted.
"""

from __future__ import annotations

import math

import numpy as np

from napress.cases.fit.face import flat
from napress.cases.fit.likelihood import fit
from napress.cases.fit.measurements import Cell, Measurements
from napress.cases.fit.model import Model, Prior
from napress.cases.fit.parameters import PELLET
from napress.cases.schema.materials import load_material
from napress.cases.validation.comparison import Comparison
from napress.postprocess.theory.slab import held_foil_pressure_MPa

FOIL_SOURCE = "Wang, Chang, Wolfenstine, Sakamoto, Materialia 12 (2020) 100792"
LLZO_SOURCE = (
    "Krauskopf et al., ACS Appl. Mater. Interfaces 11 (2019) 14463, as quoted by Eckhardt et "
    "al., Adv. Mater. Interfaces 10 (2023) 2202354"
)
LPSCL_SOURCE = "Doux et al. 2020, as quoted"
# Thickness and diameter before, force over the area before, and what was found after 48 h.
FOIL_UM, FOIL_MPA, FOIL_FOUND_MPA = (1500.0, 6350.0), 3.0, 1.02
FOIL_RANGE_MPA = (0.16, 0.24)
NOISE = 0.05
SPACINGS_UM = (20.0, 50.0, 100.0)
LLZO = (np.array([10.0, 41.0, 400.0]), np.array([300.0, 50.0, 0.1]))
LPSCL = (np.array([1.0, 5.0, 10.0, 15.0, 20.0, 25.0]), np.array([500.0, 110, 50, 40, 35, 32]))
LPSCL_CELL = Cell(1.267, 2, 28.0, 0.03)
RELEASED_TO_MPA, RELEASED_OHM = 5.0, 50.0
NO_CASE = "closed form"


def film_comparisons() -> list[Comparison]:
    """All rows of this kind."""
    return [*pressed_foil(), *lithium_on_garnet(), *lithium_on_sulfide()]


def pressed_foil() -> list[Comparison]:
    """Sodium foil spread by a constant force until its friction hill carries it; nothing free."""
    metal = load_material("sodium-wang-2020")
    thickness, diameter = FOIL_UM
    strengths = (
        (metal.yield_strength.value, "yield stress of the material"),
        *((one, f"yield stress in compression, {one:g} MPa") for one in FOIL_RANGE_MPA),
    )
    return [
        Comparison(
            "Na foil held at force, 1.5 mm x 6.35 mm",
            f"true pressure (MPa), {words}",
            FOIL_MPA,
            f"{FOIL_FOUND_MPA:g}",
            held_foil_pressure_MPa(diameter / 2, thickness, FOIL_MPA, strength),
            "",
            NO_CASE,
            FOIL_SOURCE,
        )
        for strength, words in strengths
    ]


def lithium_on_garnet() -> list[Comparison]:
    """A film fitted to 10 and 41 MPa says what is left at 400; its spacing is assumed."""
    sigma = load_material("llzo").ionic_conductivity.value
    pressure, resistance = LLZO
    found = []
    for spacing in SPACINGS_UM:
        model = Model(
            ("film_exponent", "film_pressure_MPa"), {"film_spacing_um": spacing}, flat(), sigma
        )
        fitted = fit(model, _points(pressure[:2], resistance[:2]), NOISE)
        predicted = model.measured(model.values(fitted.logs), pressure[2:], pressure[2:])
        found.append(
            Comparison(
                "FITTED film, Li on LLZO",
                f"interface ASR (ohm cm2), from 10 and 41 MPa, spacing {spacing:g} um assumed",
                float(pressure[2]),
                "< 0.1",
                float(predicted[0]),
                "",
                NO_CASE,
                LLZO_SOURCE,
            )
        )
    return found


def lithium_on_sulfide() -> list[Comparison]:
    """A film fitted to every second pressure says the others, and what a release leaves."""
    sigma = load_material("lpscl").ionic_conductivity.value
    pressure, resistance = LPSCL
    spacing = SPACINGS_UM[1]
    model = Model(
        ("film_exponent", "film_pressure_MPa", PELLET),
        {"film_spacing_um": spacing},
        flat(),
        sigma,
        priors=(Prior(PELLET, LPSCL_CELL.pellet_ohm, LPSCL_CELL.pellet_uncertainty),),
        cell=LPSCL_CELL,
    )
    fitted = fit(model, _points(pressure[::2], resistance[::2], LPSCL_CELL), NOISE)
    values = model.values(fitted.logs)
    points = f"from 1, 10 and 20 MPa, spacing {spacing:g} um assumed"
    found = [
        Comparison(
            "FITTED film, Li on LPSCl",
            f"cell resistance (ohm), {points}",
            float(at),
            f"{measured:g}",
            float(model.measured(values, [at], [at])[0]),
            "",
            NO_CASE,
            LPSCL_SOURCE,
        )
        for at, measured in zip(pressure[1::2], resistance[1::2], strict=True)
    ]
    kept = float(model.measured(values, [RELEASED_TO_MPA], [float(pressure[-1])])[0])
    return [
        *found,
        Comparison(
            "FITTED film, Li on LPSCl, released from 25 MPa",
            "cell resistance (ohm), clean contact kept (no reopening)",
            RELEASED_TO_MPA,
            f"{RELEASED_OHM:g}",
            kept,
            "",
            NO_CASE,
            LPSCL_SOURCE,
        ),
    ]


def _points(pressure: np.ndarray, resistance: np.ndarray, cell: Cell | None = None) -> Measurements:
    nothing = np.full(len(pressure), math.nan)
    return Measurements("published", pressure, resistance, pressure, nothing, nothing, cell)
