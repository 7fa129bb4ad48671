"""The fit finds what was planted, within the intervals it states, and says what it cannot tell."""

from __future__ import annotations

import math

import numpy as np
import pytest

from napress.cases.fit import likelihood
from napress.cases.fit.directions import known_products, suggestions
from napress.cases.fit.face import Face, Spread, flat, spread
from napress.cases.fit.likelihood import fit
from napress.cases.fit.measurements import Cell, Measurements
from napress.cases.fit.model import Model, Prior
from napress.cases.fit.parameters import PELLET
from napress.cases.verification.pressing.fit import planted_parameters

M, P0, B = "film_exponent", "film_pressure_MPa", "film_spacing_um"
PLANTED = {M: 2.2, P0: 120.0, B: 40.0}
NOISE = 0.05
PRESSURES = np.geomspace(2.0, 300.0, 9)


def data(pressure, resistance, cell=None, **more):
    nothing = np.full(len(pressure), np.nan)
    arrays = {"capacitance_uF_per_cm2": nothing, "peak_frequency_Hz": nothing} | more
    largest = np.maximum.accumulate(pressure)
    return Measurements("R_of_p.csv", pressure, resistance, largest, **arrays, cell=cell)


def measured(model, values, pressure, rng=None, noise=NOISE, cell=None):
    exact = model.measured(values, pressure, np.maximum.accumulate(pressure))
    scatter = 0.0 if rng is None else noise * rng.normal(size=len(pressure))
    return data(pressure, exact * np.exp(scatter), cell)


def test_planted_values_are_found_exactly_without_noise():
    model = Model((M, P0, B), {}, flat(), 0.46)
    found = fit(model, measured(model, PLANTED, PRESSURES), noise=0.01)
    assert model.values(found.logs) == pytest.approx(PLANTED, rel=1e-4)
    assert all(interval.low < PLANTED[n] < interval.high for n, interval in found.intervals.items())


def test_intervals_cover_what_was_planted_as_often_as_they_say():
    """Seeded synthetic tables, half of `napress verify`'s; scatter unknown to the fit."""
    rows = planted_parameters(100)
    assert len(rows) == 5
    assert not [row.name for row in rows if not row.passed]


def test_intervals_that_are_too_narrow_are_noticed(monkeypatch):
    monkeypatch.setattr(likelihood, "CONFIDENCE", 0.5)
    failed = [row.name for row in planted_parameters(40) if not row.passed]
    assert failed and all("95 % intervals" in name for name in failed)


def test_a_measured_pellet_takes_part_with_its_uncertainty():
    cell = Cell(1.27, 2, 28.0, 0.03)
    planted = PLANTED | {PELLET: 28.0}
    fixed = {B: PLANTED[B]}
    truth = Model((), planted, flat(), 1.8, cell=cell)
    rng, hits, sets = np.random.default_rng(5), 0, 25
    pressure = np.geomspace(1.0, 60.0, 8)
    for _ in range(sets):
        prior = Prior(PELLET, 28.0 * np.exp(0.03 * rng.normal()), 0.03)
        model = Model((M, P0, PELLET), fixed, flat(), 1.8, priors=(prior,), cell=cell)
        found = fit(model, measured(truth, planted, pressure, rng, 0.03, cell), noise=0.03)
        hits += found.intervals[M].low <= PLANTED[M] <= found.intervals[M].high
    assert 0.85 * sets <= hits <= sets


def test_spacing_and_pressure_are_known_only_as_a_product_at_low_pressure():
    model = Model((M, P0, B), {}, flat(), 0.46)
    low = np.geomspace(0.5, 12.0, 9)
    found = fit(model, measured(model, PLANTED, low, np.random.default_rng(1)))
    assert found.intervals[M].identified
    assert abs(found.intervals[M].value - 2.2) < 0.3
    assert not found.intervals[P0].identified and not found.intervals[B].identified
    (product,) = known_products(found)
    # Where little is broken R goes as b (p0/p)^(m/2): p0 b^(2/m) is what is known.
    powers = product.powers
    share = powers[B] / powers[P0]
    assert share == pytest.approx(2 / found.intervals[M].value, rel=0.1)
    expected = PLANTED[P0] ** powers[P0] * PLANTED[B] ** powers[B]
    assert product.value == pytest.approx(expected, rel=0.3)
    assert P0 in product.text and B in product.text
    best = suggestions(found, (M, P0, B))[0]
    assert "near closure" in best.text or "higher" in best.text
    assert best.gain > 2


def test_the_pellets_own_resistance_is_asked_for_where_it_hides_the_interface():
    cell = Cell(1.27, 2)
    planted = PLANTED | {PELLET: 100.0}
    truth = Model((), planted, flat(), 1.8, cell=cell)
    pressure = np.geomspace(5.0, 60.0, 9)
    model = Model((M, P0, PELLET), {B: PLANTED[B]}, flat(), 1.8, cell=cell)
    table = measured(truth, planted, pressure, np.random.default_rng(3), 0.02, cell)
    found = fit(model, table, noise=0.02)
    texts = [one.text for one in suggestions(found, (M, P0))]
    assert any("pellet's own resistance" in text for text in texts)
    with_it = Model(
        model.names, model.fixed, flat(), 1.8, priors=(Prior(PELLET, 100.0, 0.003),), cell=cell
    )
    known = fit(with_it, table, noise=0.02)

    def width(one):
        return np.log(one.intervals[M].high / one.intervals[M].low)

    assert width(known) < width(found)


def test_a_capacitance_tells_the_thickness_and_only_that():
    planted = PLANTED | {"film_thickness_nm": 12.0}
    truth = Model((), planted, flat(), 0.46, permittivity=10.0)
    table = measured(truth, planted, PRESSURES)
    capacitance = truth.interface_ohm_cm2(planted, PRESSURES, PRESSURES)[1]
    both = data(PRESSURES, table.resistance, capacitance_uF_per_cm2=capacitance)
    names = (M, P0, B, "film_thickness_nm")
    found = fit(Model(names, {}, flat(), 0.46, permittivity=10.0), both, noise=0.05)
    assert found.intervals["film_thickness_nm"].identified
    assert found.intervals["film_thickness_nm"].value == pytest.approx(12.0, rel=1e-3)


def test_peak_frequency_and_release_are_predicted_as_they_are_fitted():
    planted = PLANTED | {"film_thickness_nm": 12.0, "reopening_exponent": 1.5}
    truth = Model((), planted, flat(), 0.46, permittivity=10.0)
    pressure = np.concatenate([PRESSURES, [100.0, 30.0, 10.0]])
    largest = np.maximum.accumulate(pressure)
    resistance, capacitance = truth.interface_ohm_cm2(planted, pressure, largest)
    assert resistance[-1] > 3 * resistance[8]
    peak = 1e6 / (2 * np.pi * resistance * capacitance)
    names = (M, P0, B, "film_thickness_nm", "reopening_exponent")
    table = data(pressure, resistance, peak_frequency_Hz=peak)
    found = fit(Model(names, {}, flat(), 0.46, permittivity=10.0), table, noise=0.02)
    values = found.model.values(found.logs)
    assert values == pytest.approx(planted, rel=1e-2)


def test_another_yield_stress_is_the_same_run_at_another_pressure():
    points = np.linspace(0, 1, 50)
    spreads = [
        spread(p, p * 2 * points, np.zeros(50), np.ones(50), 0.1 / p, np.ones(50, bool))
        for p in (1.0, 10.0, 100.0)
    ]
    face = Face(spreads, yield_MPa=0.5)
    soft, hard = face.at([10.0]), face.at([20.0], 1.0)
    assert hard.contact_MPa == pytest.approx(2 * soft.contact_MPa)
    assert hard.constriction_ohm_cm2 == pytest.approx(soft.constriction_ohm_cm2)
    # Contact carries the mean pressure at the ends of the run and beyond them.
    for pressure in (0.1, 5.0, 1000.0):
        found = face.at([pressure])
        assert (found.share * found.contact_MPa).sum() == pytest.approx(pressure)


def test_the_yield_stress_is_told_by_contact_that_is_not_yet_whole():
    """Contact grows as p over 3 sigma_y; the film is broken wherever it touches."""
    strength, transfer = 0.5, 10.0
    spreads = []
    for pressure in np.geomspace(0.02, 20.0, 31):
        covered = min(pressure / (3 * strength), 1.0)
        spreads.append(
            Spread(pressure, np.array([covered]), np.array([pressure / covered]), math.inf, 0.0)
        )
    known = {M: 2.0, P0: 0.01, B: 0.1, "charge_transfer_ohm_cm2": transfer}
    model = Model(("yield_strength_MPa",), known, Face(spreads, strength), 1.0)
    pressure = np.array([0.2, 0.5, 1.0, 2.0, 5.0])
    # Of metal of 1.2 MPa: covered p / 3.6, all of it from there on.
    resistance = transfer / np.minimum(pressure / 3.6, 1.0)
    found = fit(model, data(pressure, resistance), noise=0.03)
    interval = found.intervals["yield_strength_MPa"]
    assert interval.identified and interval.value == pytest.approx(1.2, rel=0.03)
    assert interval.low < 1.2 < interval.high
