"""Fracture criteria against hand formulas, and what the verdict says."""

import math

import numpy as np
import pandas as pd
import pytest

from napress.postprocess.fracture.criteria import mohr_coulomb_utilisation, tension_utilisation
from napress.postprocess.fracture.verdict import (
    CeramicStrength,
    Strength,
    fracture_summary,
    margin,
    use_of_strength,
)


def test_margins_by_hand():
    principal = np.array([[40.0, 0.0, -200.0], [-10.0, -20.0, -400.0], [-5.0, -5.0, -5.0]])
    assert tension_utilisation(principal, 80.0) == pytest.approx([0.5, -0.125, -0.0625])
    used = mohr_coulomb_utilisation(principal, 80.0, 800.0)
    assert used == pytest.approx([0.75, 0.375, -0.0625 + 0.00625])
    assert margin(used[0]) == pytest.approx(1 / 0.75)
    assert margin(used[2]) == math.inf


def test_scaling_the_stress_by_the_margin_meets_the_criterion():
    principal = np.array([[33.0, 5.0, -321.0]])
    factor = margin(float(mohr_coulomb_utilisation(principal, 70.0, 900.0)[0]))
    s1, _, s3 = factor * principal[0]
    assert s1 / 70.0 - s3 / 900.0 == pytest.approx(1.0)


def test_uniaxial_strengths_are_recovered():
    principal = np.array([[80.0, 0.0, 0.0], [0.0, 0.0, -800.0]])
    assert mohr_coulomb_utilisation(principal, 80.0, 800.0) == pytest.approx([1.0, 1.0])


def test_tension_beside_large_compression_is_not_cut_off(synthetic, strength):
    ceramic = synthetic.make_ceramic(1.0, 0.0)
    stress = ceramic.cell_data["stress_MPa"]
    stress[:] = [-300.0, -300.0, -300.0, 0.0, 0.0, 0.0]
    stress[7] = [100.0, -360.0, -50.0, 0.0, 0.0, 0.0]
    used = use_of_strength(ceramic, strength)
    assert used["tension"].value == pytest.approx(100.0 / 80.0)
    assert used["mohr_coulomb"].value == pytest.approx(100.0 / 80.0 + 360.0 / 800.0)
    wanted = ceramic.points_um[ceramic.cells[7, :3]].mean(axis=0)[:2]
    assert used["tension"].position_um == pytest.approx(tuple(wanted))


@pytest.mark.parametrize("value", [0.0, -5.0, math.nan, math.inf])
def test_strength_must_be_a_positive_number(value):
    with pytest.raises(ValueError, match="strength"):
        Strength(value, "nowhere", estimate=True)


def table(tension, mohr_coulomb):
    steps = len(tension)
    data = {"step": range(steps), "pressure_MPa": [10.0 * i for i in range(steps)]}
    for name, used in (("tension", tension), ("mohr_coulomb", mohr_coulomb)):
        data |= {
            f"{name}_utilisation": used,
            f"{name}_x_um": [float(i) for i in range(steps)],
            f"{name}_y_um": [-float(i) for i in range(steps)],
            f"{name}_depth_um": [0.5 * i for i in range(steps)],
        }
    return pd.DataFrame(data)


def test_verdict_takes_the_worst_step_and_names_the_first_failure(strength):
    found = fracture_summary(table([0.0, 1.1, 1.6, 0.4], [0.0, 0.2, 0.8, 0.3]), strength)
    assert found["survives"] is False
    assert found["tension"]["margin"] == pytest.approx(1 / 1.6)
    assert found["tension"]["first_failure_pressure_MPa"] == 10.0
    assert found["tension"]["pressure_MPa"] == 20.0
    assert found["tension"]["position_um"] == (2.0, -2.0)
    assert found["tension"]["depth_um"] == 1.0
    assert found["mohr_coulomb"]["survives"] is True
    assert "from 10 MPa" in found["verdict"]


def test_verdict_says_when_a_strength_is_an_estimate(strength):
    history = table([0.1], [0.1])
    assert "compressive strength is an estimate" in fracture_summary(history, strength)["verdict"]
    sure = CeramicStrength(Strength(80.0, "a", False), Strength(800.0, "b", False))
    assert "estimate" not in fracture_summary(history, sure)["verdict"]


def test_verdict_says_what_it_leaves_out(strength):
    text = fracture_summary(table([0.1], [0.1]), strength)["left_out"]
    for word in ("flaws", "Weibull", "sodium that enters", "bending", "residual stress"):
        assert word in text
    assert "No verdict" in fracture_summary(table([0.1], [0.1]), None)["verdict"]
