"""Fits asked for in Python."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

import napress as na
from napress.cases.cli.main import main
from napress.postprocess.theory.film import flat_face_asr_ohm_cm2


@pytest.fixture(scope="module")
def filmed(tiny):
    return tiny.with_(
        {
            "ceramic.ionic_conductivity": "1 mS/cm",
            "film": {"pressure": "100 MPa", "exponent": 2, "spacing": "0.5 um", "permittivity": 10},
        }
    )


@pytest.fixture(scope="module")
def measured():
    pressure = np.geomspace(2, 300, 9)
    resistance = flat_face_asr_ohm_cm2(pressure, 120.0, 2.2, 40.0, 1.0)
    scatter = np.exp(0.03 * np.random.default_rng(2).normal(size=9))
    return pd.DataFrame({"pressure_MPa": pressure, "resistance_ohm_cm2": resistance * scatter})


def test_a_table_is_fitted_as_by_the_command(filmed, measured, tmp_path, capsys, monkeypatch):
    found = na.fit(measured, filmed, flat=True)
    exponent = found.parameters.loc["film_exponent"]
    assert exponent["identified"] and exponent["low"] < 2.2 < exponent["high"]
    assert "film_exponent" in found.text and found.plot().get_axes()
    assert found.case.model.film.exponent.value == pytest.approx(exponent["value"], rel=1e-5)

    monkeypatch.chdir(tmp_path)
    measured.to_csv("measured.csv", index=False)
    filmed.save("case.toml")
    with pytest.raises(SystemExit):
        main(["fit", "measured.csv", "--case", "case.toml", "--flat", "--json", "--quiet"])
    told = json.loads(capsys.readouterr().out)["parameters"]["film_exponent"]
    assert told["value"] == pytest.approx(exponent["value"], rel=1e-9)


def test_what_does_not_fit_is_one_line(filmed, measured):
    with pytest.raises(na.CaseError) as caught:
        na.fit(measured, filmed, ["film_exponentt"], flat=True)
    assert "film_exponent" in str(caught.value) and "\n" not in str(caught.value)
    with pytest.raises(na.CaseError, match="no such file"):
        na.fit("nowhere.csv", filmed, flat=True)
