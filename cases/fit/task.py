"""Puts a fit together: which numbers are free, which are known, and from where."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from napress.cases.errors import CaseError
from napress.cases.fit.face import Face
from napress.cases.fit.measurements import Measurements
from napress.cases.fit.model import Model, Prior
from napress.cases.fit.parameters import DEFAULT, PELLET
from napress.cases.schema.interface_case import Case, value_of
from napress.cases.schema.laws.film import to_film


@dataclass(frozen=True)
class Task:
    """A fit, ready to be done.

    Attributes:
        model: What is fitted.
        data: To what, without what is not used.
        asked: Parameters the user named, or the default ones.
        notes: What was left out or assumed, one line each.
    """

    model: Model
    data: Measurements
    asked: tuple[str, ...]
    notes: tuple[str, ...]


def known_values(case: Case) -> dict[str, float]:
    """Values of parameters that a case gives."""
    found: dict[str, float] = {}
    film = to_film(case.film)
    if film is not None:
        found |= {
            "film_exponent": film.exponent,
            "film_pressure_MPa": film.pressure_MPa,
            "film_spacing_um": film.spacing_um,
        }
        if math.isfinite(film.resistance_ohm_cm2):
            found["film_resistance_ohm_cm2"] = film.resistance_ohm_cm2
        if film.thickness_um is not None:
            found["film_thickness_nm"] = 1000 * film.thickness_um
        if film.reopening_exponent > 0:
            found["reopening_exponent"] = film.reopening_exponent
    if case.resistance is not None and case.resistance.value_of("charge_transfer") > 0:
        found["charge_transfer_ohm_cm2"] = case.resistance.value_of("charge_transfer")
    return found


def task(
    case: Case,
    file: str,
    data: Measurements,
    named: tuple[str, ...],
    face: Face,
    conductivity_mS_per_cm: float,
) -> Task:
    """Decides what is free.

    Args:
        case: The case.
        file: Its name, for messages.
        data: All measurements.
        named: Parameters the user names; none means exponent, pressure and spacing.
        face: The contact.
        conductivity_mS_per_cm: Of the electrolyte.

    Raises:
        CaseError: One line, if something needed is neither named nor known.
    """
    asked = named or DEFAULT
    fixed = {name: value for name, value in known_values(case).items() if name not in asked}
    notes: list[str] = []
    for name in DEFAULT:
        if name not in asked and name not in fixed:
            raise CaseError(
                file,
                "film",
                f"{name} is neither named nor in the case; allowed: table [film], "
                "or --parameters with it",
            )
    permittivity = None
    if case.film is not None and case.film.permittivity is not None:
        permittivity = case.film.permittivity.value
    data = _with_capacitance(data, asked, fixed, permittivity, file, notes)
    data = _with_release(data, asked, fixed, notes)
    names, priors = list(asked), []
    if data.cell is not None and PELLET not in names:
        names.append(PELLET)
        pellet = data.cell.pellet_ohm
        if pellet == 0.0:
            names.remove(PELLET)
            fixed[PELLET] = 0.0
        elif pellet is not None:
            priors.append(Prior(PELLET, pellet, data.cell.pellet_uncertainty))
            if data.cell.uncertainty_assumed:
                notes.append(
                    f"the pellet's resistance is taken as known to "
                    f"{100 * data.cell.pellet_uncertainty:g} %, an assumption"
                )
    elif data.cell is None and PELLET in names:
        raise CaseError(
            data.file,
            PELLET,
            "the table holds resistances of an interface; allowed: with a "
            "column cell_resistance_ohm",
        )
    model = Model(
        tuple(names), fixed, face, conductivity_mS_per_cm, permittivity, tuple(priors), data.cell
    )
    _require_enough(model, data)
    return Task(model, data, asked, tuple(notes))


def _with_capacitance(
    data: Measurements,
    asked: tuple[str, ...],
    fixed: Mapping[str, float],
    permittivity: float | None,
    file: str,
    notes: list[str],
) -> Measurements:
    """Drops capacitances that nothing is fitted to; refuses what cannot be predicted."""
    thickness = "film_thickness_nm"
    there = np.isfinite(data.capacitance_uF_per_cm2) | np.isfinite(data.peak_frequency_Hz)
    if thickness in asked and not there.any():
        raise CaseError(
            data.file,
            thickness,
            "only a capacitance tells it; allowed: with a column capacitance_uF_per_cm2 or "
            "peak_frequency_Hz",
        )
    if there.any() and thickness not in asked and thickness not in fixed:
        notes.append(
            "capacitances are not used: film_thickness_nm is neither named nor in the case"
        )
    elif not there.any():
        return data
    elif permittivity is None:
        raise CaseError(
            file,
            "film.permittivity",
            "missing, and capacitances are to be fitted; allowed: the film's, such as 10",
        )
    else:
        return data
    nothing = np.full(len(there), math.nan)
    return replace(data, capacitance_uF_per_cm2=nothing, peak_frequency_Hz=nothing)


def _with_release(
    data: Measurements, asked: tuple[str, ...], fixed: Mapping[str, float], notes: list[str]
) -> Measurements:
    """Drops points after release unless the law of reopening takes part."""
    name, released = "reopening_exponent", data.released
    if name in asked and not released.any():
        raise CaseError(
            data.file,
            name,
            "only a release tells it; allowed: with points of falling pressure after the ramp",
        )
    if not released.any() or name in asked or name in fixed:
        return data
    notes.append(
        f"points after release are not used ({released.sum()}): reopening_exponent is neither "
        "named nor in the case"
    )
    return data.part(~released)


def _require_enough(model: Model, data: Measurements) -> None:
    free = len(model.names) - len(model.priors)
    if data.count < free:
        names = ", ".join(model.names)
        raise CaseError(
            data.file,
            "pressure",
            f"{data.count} points for {free} parameters ({names}); allowed: at least as many "
            "points as parameters, or fewer parameters",
        )


def yield_of(case: Case) -> float:
    """The metal's yield stress in a case, MPa."""
    return float(value_of(case.sodium, "yield_strength").value)
