"""Rows without a run: what is fitted says so, and predicts points that it has not seen."""

from __future__ import annotations

import pytest

from napress.cases.validation import films


def test_wangs_foil_lies_between_what_its_measured_yield_stresses_give():
    rows = films.pressed_foil()
    assert len(rows) == 3
    middle, low, high = (row.model for row in rows)
    assert low < float(rows[0].measured) < high
    assert low < middle < high


def test_every_row_of_a_film_says_that_it_is_fitted_and_to_what():
    rows = [*films.lithium_on_garnet(), *films.lithium_on_sulfide()]
    assert all(row.system.startswith("FITTED") and row.source for row in rows)
    assert all("from" in row.quantity or "kept" in row.quantity for row in rows)
    told = [row.pressure_MPa for row in rows if "from 1, 10 and 20 MPa" in row.quantity]
    assert told == [5.0, 15.0, 25.0]


def test_the_other_half_is_predicted_within_a_third():
    for row in films.lithium_on_sulfide()[:3]:
        assert row.model == pytest.approx(float(row.measured), rel=1 / 3)
    # A spacing of 20 um is excluded by what is left at 400 MPa, wider ones are not.
    narrow, *wide = (row.model for row in films.lithium_on_garnet())
    assert narrow > 0.1 and max(wide) < 0.1


def test_kept_contact_does_not_explain_the_release():
    released = films.lithium_on_sulfide()[-1]
    assert released.model < 0.75 * float(released.measured)
