"""Form error in series: the limit state of strips where its curve is that of strips."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from napress.fem.pellet.form_curve import FormCurve
from napress.postprocess.resistance.form import FormError, form_rows
from napress.postprocess.resistance.waviness import Waviness, waviness_rows
from napress.postprocess.theory.slab import strip_hill_pressure_MPa

WAVE, METAL, PELLET, YIELD, SIGMA = 5000.0, 100.0, 1000.0, 0.235, 0.5


SHARES = np.linspace(0.05, 0.99, 95)


def strips(shares=SHARES):
    hill = [strip_hill_pressure_MPa(one, WAVE, METAL, YIELD) for one in shares]
    return FormCurve(np.array(hill), shares, (1 - shares) * WAVE / 2)


def targets():
    asr = {"pressure_MPa": [1.0, 2.0, 3.0], "interface_asr_ohm_cm2": [5.0, 2.0, 1.0]}
    return pd.DataFrame(asr)


def test_strips_give_what_the_waviness_rule_gives():
    form = FormError(strips, METAL, PELLET, YIELD, SIGMA)
    wave = Waviness(WAVE, 2.0, PELLET, 6000.0, YIELD, SIGMA, METAL)
    for found, wanted in zip(
        form_rows(targets(), form), waviness_rows(targets(), wave), strict=True
    ):
        assert found.keys() == wanted.keys()
        for name in ("waviness_contact_fraction", "interface_asr_with_waviness_ohm_cm2"):
            assert found[name] == pytest.approx(wanted[name], rel=2e-3)


def test_the_layer_is_pressed_once_and_only_if_asked():
    asked = []

    def press():
        asked.append(1)
        return strips()

    form = FormError(press, METAL, PELLET, YIELD, SIGMA)
    assert not asked
    form_rows(targets(), form)
    form_rows(targets(), form)
    assert len(asked) == 1


def test_beyond_the_states_nothing_is_made_up():
    form = FormError(lambda: strips(np.linspace(0.3, 0.6, 30)), METAL, PELLET, YIELD, SIGMA)
    first, last = form.states.iloc[0], form.states.iloc[-1]
    assert form.at(0.1 * first["pressure_MPa"])[0] == pytest.approx(0.03)
    assert form.at(10 * last["pressure_MPa"]) == pytest.approx((0.6, WAVE))
