"""Weibull probabilities, strength criteria and scatter against closed forms."""

from __future__ import annotations

import math

import numpy as np
from scipy.integrate import quad
from scipy.stats import norm

from napress.cases.verification.rows import Row, absolute, relative
from napress.postprocess import theory as closed_forms
from napress.postprocess.fracture import criteria as failure_criteria
from napress.postprocess.fracture import weibull
from napress.postprocess.fracture.scatter import FlawStatistics, Scatter
from napress.postprocess.theory import flaws as flaw

MODULUS, SCALE_MPa, STRESS_MPa = 7.5, 85.0, 60.0
VOLUME_UM3, AREA_UM2 = 1e9, 1e7
EXACT = 1e-6
BENT_CELLS = 64


def probabilities() -> list[Row]:
    """Bars in tension and bending, orientation averages, size, criteria, flaws."""
    return [*_bars(), *_orientations(), *_criteria(), *_flaws()]


def _bars() -> list[Row]:
    law = weibull.WeibullLaw(MODULUS, SCALE_MPa, VOLUME_UM3, AREA_UM2)
    scaled = np.array([[STRESS_MPa, 0.0, 0.0]]) / law.characteristic_MPa
    volume = 3.0
    expected = closed_forms.weibull_failure_probability(STRESS_MPa, SCALE_MPa, MODULUS, volume)
    rows = []
    for name, intensity in (
        ("independent principal stresses", weibull.independent_stresses(scaled, MODULUS)),
        ("normal-stress averaging", weibull.normal_stress_average(scaled, MODULUS)),
        ("surface, averaging", weibull.tangent_stress_average(scaled[:, :2], MODULUS)),
    ):
        computed = weibull.failure_probability(volume * float(intensity[0]))
        title = f"Weibull, bar in tension, {name}"
        rows.append(relative(title, expected, computed, EXACT, "1", "three times the specimen"))
    # Pure bending: the stress falls to 0 at mid height, V_effective = V / (2 (m + 1)).
    height = (np.arange(BENT_CELLS) + 0.5) / BENT_CELLS
    bent = np.zeros((BENT_CELLS, 3))
    bent[:, 0] = STRESS_MPa * height / law.characteristic_MPa
    risk = float(weibull.independent_stresses(bent, MODULUS).mean()) / 2
    closed = (STRESS_MPa / SCALE_MPa) ** MODULUS / (2 * (MODULUS + 1))
    rows.append(
        relative(
            "Weibull, bar in pure bending: risk",
            closed,
            risk,
            0.01,
            "1",
            f"{BENT_CELLS} cells over half the height, stress at their middle",
        )
    )
    by_mean = weibull.WeibullLaw.from_mean(STRESS_MPa, MODULUS, VOLUME_UM3, AREA_UM2)
    survive = quad(lambda s: math.exp(-((s / by_mean.characteristic_MPa) ** MODULUS)), 0, math.inf)
    rows.append(
        relative(
            "Weibull, mean strength of the specimens",
            STRESS_MPa,
            survive[0],
            EXACT,
            "MPa",
            "the share that survives, integrated over the stress",
        )
    )
    weaker = closed_forms.weibull_strength_ratio(8.0, 1.0, MODULUS) * scaled
    rows.append(
        relative(
            "Weibull, size: risk of 8 volumes at (1/8)^(1/m) of the stress",
            float(weibull.independent_stresses(scaled, MODULUS)[0]),
            8.0 * float(weibull.independent_stresses(weaker, MODULUS)[0]),
            EXACT,
            "1",
        )
    )
    return rows


def _orientations() -> list[Row]:
    """Averages over all planes that have a closed form or a one-dimensional integral."""
    m = MODULUS
    biaxial = (2 * m + 1) * math.sqrt(math.pi) / 2 * math.gamma(m + 1) / math.gamma(m + 1.5)
    confined = (2 * m + 1) * quad(
        lambda u: (10 * u**2 - 9) ** m, math.sqrt(0.9), 1.0, epsabs=0, epsrel=1e-10
    )[0]
    rows = []
    for name, stress, expected in (
        ("equal biaxial tension", (1.0, 1.0, 0.0), biaxial),
        ("equal triaxial tension", (1.0, 1.0, 1.0), 2 * m + 1),
        ("tension beside 9 times its compression", (1.0, -9.0, -9.0), confined),
    ):
        computed = float(weibull.normal_stress_average(np.array([stress]), m)[0])
        title = f"orientation average, {name}"
        rows.append(relative(title, expected, computed, EXACT, "1", "over uniaxial tension"))
    return rows


def _criteria() -> list[Row]:
    tensile, compressive = 80.0, 800.0
    slope, intercept = closed_forms.drucker_prager_constants(tensile, compressive)
    biaxial = intercept / (1 / math.sqrt(3) + 2 * slope)
    rows = []
    for name, stress, expected in (
        ("tension", (tensile, 0.0, 0.0), 1.0),
        ("compression", (0.0, 0.0, -compressive), 1.0),
    ):
        used = failure_criteria.utilisations(np.array([stress]), tensile, compressive)
        for criterion in ("mohr_coulomb", "drucker_prager"):
            title = f"{criterion.replace('_', ' ')}, uniaxial {name}"
            rows.append(relative(title, expected, float(used[criterion][0]), EXACT, "1"))
    used = failure_criteria.utilisations(np.array([[biaxial, biaxial, 0.0]]), tensile, compressive)
    note = f"k / (1/sqrt 3 + 2a) = {biaxial:.1f} MPa"
    title = "drucker prager, equal biaxial strength"
    return [*rows, relative(title, 1.0, float(used["drucker_prager"][0]), EXACT, "1", note)]


def _flaws() -> list[Row]:
    """Lognormal depth and toughness: ln a - 2 ln K is normal, so the answer is closed."""
    depth, toughness = Scatter("lognormal", 1.0, 0.5), Scatter("lognormal", 1.3, 0.15)
    flaws = FlawStatistics(depth, toughness)
    rows = []
    for opening in (100.0, 360.0, 800.0):
        critical = float(flaw.critical_depth_um(toughness.median, opening))
        closed = norm.sf(math.log(critical) / math.hypot(0.5, 2 * 0.15))
        computed = flaws.probability(opening)
        title = f"sodium-filled flaw at {opening:g} MPa: probability"
        rows.append(relative(title, closed, computed, EXACT, "1", "quadrature"))
    samples, seed = 200_000, 1
    sampled = flaws.sampled_probability(800.0, samples, seed)
    error = 4 * math.sqrt(closed * (1 - closed) / samples)
    title = "sodium-filled flaw at 800 MPa: drawn pellets"
    rows.append(absolute(title, closed, sampled, error, "1", f"{samples} drawn, seed {seed}"))
    many = FlawStatistics(depth, toughness, 50.0)
    sampled = many.sampled_probability(360.0, samples, seed)
    found = many.probability(360.0)
    error = 4 * math.sqrt(found * (1 - found) / samples)
    title = "50 flaws on a pellet at 360 MPa: drawn pellets"
    rows.append(absolute(title, found, sampled, error, "1", "against quadrature"))
    return rows
