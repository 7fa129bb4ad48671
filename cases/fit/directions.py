"""Which products of parameters are known, and which further measurement would tell more."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napress.cases.fit.likelihood import TOLD_WITHIN, Fitted
from napress.cases.fit.parameters import PELLET

Array = NDArray[np.float64]
# Standard deviation of a logarithm from which a direction counts as unknown: its 95 % span
# is then the factor within which a parameter has to be known.
UNKNOWN = math.log(TOLD_WITHIN) / (2 * 1.96)
TAKES_PART = 0.1  # of a unit vector
LARGEST_DEVIATION = 1e3
KNOWN_PELLET, WELL_KNOWN_PELLET = 0.03, 0.01
HIGHER, LARGEST_MPA = (2.0, 4.0, 10.0), 1000.0
CANDIDATES_WORTH = 1.05


@dataclass(frozen=True)
class Product:
    """Parameters of which only a product of powers is known.

    Attributes:
        powers: By parameter, the first of them 1.
        value: Of the product, in the units of the parameters.
        deviation: Standard deviation of its logarithm.
    """

    powers: dict[str, float]
    value: float
    deviation: float

    @property
    def text(self) -> str:
        """Such as ``film_pressure_MPa * film_spacing_um^0.43``."""
        parts = []
        for name, power in self.powers.items():
            parts.append(name if abs(power - 1) < 5e-3 else f"{name}^{power:.2f}")
        return " * ".join(parts)


@dataclass(frozen=True)
class Suggestion:
    """A further measurement.

    Attributes:
        text: What to measure.
        gain: Factor by which the widest interval of a parameter asked for would shrink, from
            the linearised model; no fit is made again.
    """

    text: str
    gain: float


def covariance(jacobian: Array) -> Array:
    """Covariance of the logarithms from the Jacobian of the residuals, (k, k).

    A direction that is not told has a large number instead of an infinite one.
    """
    values, vectors = np.linalg.eigh(jacobian.T @ jacobian)
    spread = 1 / np.maximum(values, LARGEST_DEVIATION**-2)
    return (vectors * spread) @ vectors.T


def known_products(fitted: Fitted) -> list[Product]:
    """Products that are known although their factors are not.

    Moving along an unknown direction v changes parameter j by v_j; dividing by the power
    v_j / v_i of the one it moves most leaves what does not change.
    """
    names, products = fitted.model.names, []
    spread = covariance(fitted.jacobian)
    deviations, vectors = np.linalg.eigh(spread)
    for variance, vector in zip(deviations[::-1], vectors.T[::-1], strict=True):
        if math.sqrt(variance) < UNKNOWN:
            break
        pivot = int(np.argmax(np.abs(vector)))
        for other in np.flatnonzero(np.abs(vector) > TAKES_PART):
            if other == pivot or fitted.intervals[names[other]].identified:
                continue
            powers = np.zeros(len(names))
            powers[other], powers[pivot] = 1.0, -vector[other] / vector[pivot]
            deviation = math.sqrt(float(powers @ spread @ powers))
            if deviation < UNKNOWN:
                found = {names[at]: float(powers[at]) for at in (other, pivot)}
                value = math.exp(float(powers @ fitted.logs))
                products.append(Product(found, value, deviation))
    return products


def suggestions(fitted: Fitted, asked: tuple[str, ...]) -> list[Suggestion]:
    """Further measurements, the most telling first.

    Args:
        fitted: The fit.
        asked: Parameters that matter.
    """
    model, names = fitted.model, fitted.model.names
    at = [names.index(name) for name in asked if name in names]
    now = _widest(fitted.jacobian, at)
    values = model.values(fitted.logs)
    candidates: list[tuple[str, Array]] = []
    known = {one.name: one.deviation for one in model.priors}.get(PELLET, math.inf)
    better = KNOWN_PELLET if known > 2 * KNOWN_PELLET else WELL_KNOWN_PELLET
    if PELLET in names and known > 2 * better:
        row = np.zeros(len(names))
        row[names.index(PELLET)] = 1 / better
        candidates.append((f"the pellet's own resistance, to {100 * better:g} %", row[None]))
    lowest, highest = fitted.data.pressure_MPa.min(), fitted.data.pressure_MPa.max()
    near_closure = 1.5 * values["film_pressure_MPa"]
    pressures = [("one lower pressure", lowest / 2)]
    pressures += [("one higher pressure", by * highest) for by in HIGHER]
    if near_closure > HIGHER[0] * highest:
        pressures.append(("one pressure near closure of the film", near_closure))
    for text, pressure in pressures:
        if pressure > LARGEST_MPA:
            continue
        row = _gradient(fitted, pressure, "resistance") / fitted.noise
        candidates.append((f"the resistance at {text}, about {pressure:.3g} MPa", row[None]))
    if model.permittivity is not None and "film_thickness_nm" in values:
        row = _gradient(fitted, highest, "capacitance") / fitted.noise
        candidates.append((f"the capacitance of the interface at {highest:.3g} MPa", row[None]))
    if not known_products(fitted):
        # Repeating them tells no more of a direction that they do not see.
        candidates.append(("every point once more", fitted.jacobian[: fitted.data.count]))
    found = []
    for text, rows in candidates:
        gain = now / _widest(np.vstack([fitted.jacobian, rows]), at)
        found.append(Suggestion(text, float(gain)))
    found.sort(key=lambda one: -one.gain)
    return [one for one in found if one.gain > CANDIDATES_WORTH]


def _widest(jacobian: Array, at: list[int]) -> float:
    """Largest standard deviation of a logarithm among some parameters."""
    return math.sqrt(float(np.diag(covariance(jacobian))[at].max()))


def _gradient(fitted: Fitted, pressure: float, what: str) -> Array:
    """Change of the logarithm of a prediction with those of the parameters, (k,)."""
    model, step, row = fitted.model, 1e-4, []
    for index in range(len(model.names)):
        sides = []
        for sign in (1, -1):
            logs = fitted.logs.copy()
            logs[index] += sign * step
            values = model.values(logs)
            if what == "resistance":
                sides.append(float(model.measured(values, [pressure], [pressure])[0]))
            else:
                sides.append(float(model.interface_ohm_cm2(values, [pressure], [pressure])[1][0]))
        row.append(math.log(sides[0] / sides[1]) / (2 * step))
    return np.array(row)
