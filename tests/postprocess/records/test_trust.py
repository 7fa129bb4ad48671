"""Histories that are not to be trusted, each for its own reason."""

import pandas as pd
import pytest

from napress.postprocess.records.trust import faults


def history(**columns):
    """Four steps without fault, some columns replaced."""
    good = {
        "step": [1, 2, 3, 4],
        "is_target": [0, 1, 0, 1],
        "time_s": [0.0] * 4,
        "pressure_MPa": [1.0, 2.0, 3.0, 4.0],
        "platen_displacement_um": [0.1, 0.2, 0.3, 0.4],
        "contact_pressure_mean_MPa": [1.0, 2.0, 3.0, 4.0],
        "contact_shear_load_MPa": [0.0] * 4,
        "closure_percent": [10.0, 20.0, 30.0, 40.0],
        "redistributions": [0] * 4,
        "energy_balance_error_percent": [30.0, 0.1, -5.0, 0.1],
    }
    return pd.DataFrame(good | columns)


def test_nothing_is_said_of_a_good_run():
    assert faults(history()) == []


@pytest.mark.parametrize("error", [2.5, -184.0, float("nan"), float("inf")])
def test_energy_at_a_target_or_at_the_end(error):
    (text,) = faults(history(energy_balance_error_percent=[0.1, 0.1, 0.1, error]))
    assert text.startswith("The energy balance is ") and "at 4 MPa" in text


@pytest.mark.parametrize(("fall", "said"), [(0.03, 0), (0.06, 1)])
def test_the_last_facets_close_with_small_falls(fall, said):
    falling = {"pressure_MPa": [1.0, 2.0, 2.0 * (1 - fall), 4.0]}
    falling |= {"contact_pressure_mean_MPa": falling["pressure_MPa"]}
    assert len(faults(history(**falling, closure_percent=[90.0, 99.9, 99.92, 100.0]))) == said
    # as long as more than the last facets are open nothing of it is allowed
    assert len(faults(history(**falling, closure_percent=[90.0, 99.5, 99.92, 100.0]))) == 1


def test_pressure_that_falls_while_the_platen_moves_on():
    falling = {"pressure_MPa": [1.0, 2.0, 1.5, 4.0]}
    falling |= {"contact_pressure_mean_MPa": falling["pressure_MPa"]}
    (text,) = faults(history(**falling))
    assert text == "The pressure falls back under load once, by up to 25 % at 2 MPa."
    # What a redistribution of nodes may cost is no fault.
    slight = {"pressure_MPa": [1.0, 2.0, 1.94, 4.0]}
    slight |= {"contact_pressure_mean_MPa": slight["pressure_MPa"]}
    assert len(faults(history(**slight))) == 1
    assert faults(history(**slight, redistributions=[0, 0, 1, 1])) == []
    assert len(faults(history(**falling, redistributions=[0, 0, 1, 1]))) == 1
    # A release moves the platen up, relaxation takes time: both are what was asked for.
    assert faults(history(**falling, platen_displacement_um=[0.1, 0.2, 0.1, 0.4])) == []
    assert faults(history(**falling, time_s=[0.0, 0.0, 1.0, 2.0])) == []


def test_contact_that_carries_another_load_than_the_platen():
    carried = {"contact_pressure_mean_MPa": [1.0, 2.0, 2.9, 4.0]}
    (text,) = faults(history(**carried))
    assert text == "Contact carries 2.9 MPa where the platen presses with 3 MPa."
    # what shear along the slopes bears is no fault, more than that is one
    assert faults(history(**carried, contact_shear_load_MPa=[0.0, 0.0, 0.1, 0.0])) == []
    assert len(faults(history(**carried, contact_shear_load_MPa=[0.0, 0.0, 0.2, 0.0]))) == 1
    assert faults(history().drop(columns="contact_shear_load_MPa")) == []


def test_what_resists_slip_bears_load_and_is_let_go():
    held = {"pressure_MPa": [1.0, 3.0, 2.5, 4.0], "contact_pressure_mean_MPa": [1.0, 2.0, 2.5, 4.0]}
    assert len(faults(history(**held))) == 2
    on_the_way = {"held_against_slip_MPa": [0.0, 1.0, 0.0, 0.0]}
    (text,) = faults(history(**held, **on_the_way))
    assert text == "Contact carries 2 MPa where the platen presses with 3 MPa."
    assert faults(history(**held, **on_the_way, is_target=[0, 0, 0, 1])) == []
