"""The figure of a run that drives a current."""

from __future__ import annotations

import pandas as pd
import pytest

from napress.postprocess.figures.stripping import draw_stripping, is_stripped

COLUMNS = {
    "step": [1, 2, 3, 4, 5],
    "pressure_MPa": [0.5, 1.0, 1.0, 1.0, 0.9],
    "contact_fraction": [0.4, 0.8, 0.7, 0.75, 0.7],
    "void_area_um2": [2.0, 0.5, 0.6, 0.55, 0.7],
    "charge_mAh_cm2": [0.0, 0.0, 0.1, 0.2, 0.15],
    "current_mA_cm2": [0.0, 0.0, 1.0, 1.0, -1.0],
    "overpotential_mV": [float("nan"), float("nan"), 3.0, 3.2, -3.1],
    "current_max_over_mean": [float("nan"), 1.5, 1.6, 1.4, 1.7],
}


def test_it_shows_there_and_back_against_what_went_through():
    history = pd.DataFrame(COLUMNS)
    assert is_stripped(history)
    figure = draw_stripping(history)
    contact, void, potential, crowding = figure.axes
    through, values = contact.lines[0].get_data()
    assert list(through) == pytest.approx([0.0, 0.1, 0.2, 0.25])
    assert list(values) == [0.8, 0.7, 0.75, 0.7]
    assert potential.get_ylim()[0] < -3.1 and potential.get_ylim()[1] > 3.2
    assert void.get_ylabel() == "Void area\n(µm²)"
    assert crowding.get_xlabel() == "Charge through the contact (mAh/cm²)"
    assert contact.get_title() == "Stack pressure 1 to 0.9 MPa"


def test_a_run_without_a_current_has_no_such_figure():
    history = pd.DataFrame(COLUMNS).assign(current_mA_cm2=0.0)
    assert not is_stripped(history)
    with pytest.raises(ValueError, match="no current"):
        draw_stripping(history)
